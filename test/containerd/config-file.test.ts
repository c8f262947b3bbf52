import { expect, test } from 'vitest';
import { parseToml, TomlError } from '../../src/apimachinery/toml.ts';
import { ConfigError, defaultText, loadConfig } from '../../src/containerd/config-file.ts';
import { pluginList } from '../../src/containerd/plugins.ts';

const path = '/etc/containerd/config.toml';
const two = 'v2.3.4';
const one = 'v1.6.33';
const failure = (text: string, version = two): ConfigError => {
  try {
    loadConfig(text, path, version);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('it was read');
};

test('TOML: strings, numbers, arrays over lines, dotted and quoted keys, tables in a line', () => {
  const { root, rows } = parseToml(`a = 'x' # said\n[t."k.k"]\nb.c = [1,\n 2, # two\n]\nd = { e = true, f = "\\tq" }\ng = """\nlong\ntext"""\n`);
  expect(root).toEqual({ a: 'x', t: { 'k.k': { b: { c: [1, 2] }, d: { e: true, f: '\tq' }, g: 'long\ntext' } } });
  expect(rows.get('t.k.k.d')).toBe(6);
});

test('TOML: errors have a place', () => {
  const at = (text: string): string => {
    try {
      parseToml(text);
      return 'read';
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      return `${error.row}:${error.column} ${error.message}`;
    }
  };
  expect(at('version = 3\n[plugins\n')).toBe('2:9 expected character ]');
  expect(at("a = 'x\n")).toBe('1:5 unterminated literal string');
  expect(at('a = 1\na = 2')).toBe('2:6 key a is already defined');
  expect(at('a = yes')).toBe('1:5 incorrect boolean or number');
});

test('the defaults of both lines read back as they were', () => {
  const settings = loadConfig(defaultText(two), path, two).settings;
  expect(settings).toMatchObject({ sandboxImage: 'registry.k8s.io/pause:3.10.2', systemdCgroup: false, runtimes: ['runc'], cniBinDir: '/opt/cni/bin' });
  expect(loadConfig(defaultText(two), path, two).warnings).toEqual([]);
  expect(loadConfig(defaultText(one), path, one).settings).toMatchObject({ sandboxImage: 'registry.k8s.io/pause:3.6', systemdCgroup: false, version: one });
  expect(defaultText(one)).toContain('    sandbox_image = "registry.k8s.io/pause:3.6"\n');
  expect(defaultText(two)).toContain("[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]\n");
});

test('a file of version 2 is migrated, with a word about it', () => {
  const { settings, warnings, whole } = loadConfig(
    'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  sandbox_image = "registry.k8s.io/pause:3.9"\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n  SystemdCgroup = true\n[plugins."io.containerd.grpc.v1.cri".cni]\n  bin_dir = "/usr/lib/cni"\n',
    path,
    two,
  );
  expect(settings).toMatchObject({ sandboxImage: 'registry.k8s.io/pause:3.9', systemdCgroup: true, cniBinDir: '/usr/lib/cni' });
  expect(warnings.join()).toContain('Configuration migrated from version 2');
  expect(whole['version']).toBe(4);
});

test("Docker's package: without a version the short name turns the CRI off, with one it is an error", () => {
  for (const version of [one, two])
    expect(loadConfig('disabled_plugins = ["cri"]\n', path, version).settings.disabledPlugins).toEqual(['io.containerd.grpc.v1.cri']);
  expect(failure('version = 3\ndisabled_plugins = ["cri"]\n').message).toBe(
    'failed to load TOML from /etc/containerd/config.toml: invalid disabled plugin URI "cri" expect io.containerd.x.vx',
  );
});

test('what cannot be read is said with its place; what is not known is only warned of', () => {
  const broken = failure('version = 3\n[plugins\n');
  expect(broken.message).toBe('failed to unmarshal TOML at row 2 column 9: toml: expected character ]');
  expect(broken.log).toEqual([
    'level=error msg="Failure unmarshaling TOML" column=9 error="toml: expected character ]" file=/etc/containerd/config.toml row=2',
  ]);
  expect(failure('version = 9\n').message).toContain('expected containerd config version equal to or less than `4`, got `9`');
  expect(loadConfig('version = 4\nfoo = 1\n', path, two).warnings[0]).toContain('key=foo row=2');
});

test('values of another type end it; keys that a plugin does not know are told of', () => {
  expect(failure('version = 3\nroot = 5\n').message).toBe(
    'failed to unmarshal TOML at row 2 column 8: toml: cannot decode TOML integer into struct field config.Config.Root of type string',
  );
  expect(failure('version = "3"\n').message).toContain('cannot decode TOML string into struct field config.Config.Version of type int');
  expect(failure('version = 3\n[grpc]\n  uid = "0"\n').message).toBe(
    'failed to unmarshal TOML at row 3 column 9: toml: cannot decode TOML string into struct field config.GRPCConfig.UID of type int',
  );
  const runtime = "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\n";
  expect(failure(`${runtime}default_runtime_name = 5\n`).message).toBe(
    'toml: cannot decode TOML integer into struct field config.ContainerdConfig.DefaultRuntimeName of type string',
  );
  const { warnings } = loadConfig(
    `${runtime}SystemdCgroup = true\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.nvidia.options]\nBinaryName = 'x'\n`,
    path,
    two,
  );
  expect(warnings[1]).toBe(
    'level=warning msg="Ignoring unknown key in TOML for plugin" error="strict mode: fields in the document are missing in the target struct" key="containerd SystemdCgroup" plugin=io.containerd.cri.v1.runtime',
  );
  expect(warnings).toHaveLength(2);
});

test('keys called as what every object has', () => {
  const { root } = parseToml('toString = 1\n[__proto__]\nx = 2\n[a]\nb = { __proto__ = 3 }\n');
  expect(Object.keys(root)).toEqual(['toString', '__proto__', 'a']);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('a default runtime that is not configured leaves CRI out', () => {
  const text = "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd]\ndefault_runtime_name = 'nvidia'\n";
  const broken = pluginList(loadConfig(text, path, two).settings).filter(({ status }) => status === 'error');
  expect(broken.map(({ type, id }) => `${type}.${id}`)).toEqual([
    'io.containerd.cri.v1.runtime',
    'io.containerd.podsandbox.controller.v1.podsandbox',
    'io.containerd.grpc.v1.cri',
  ]);
  expect(broken[0]?.error).toContain('no corresponding runtime configured in');
});
