import { expect, test } from 'vitest';
import { parseToml } from '../../src/apimachinery/toml.ts';
import { ConfigError, loadConfig, validate } from '../../src/crio/config.ts';
import { configText } from '../../src/crio/config-text.ts';

const file = (path: string, text: string, single = false) => ({ path, text, single });
const failure = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'read';
};

test('drop-ins lie over the single file, tables of runtimes are added', () => {
  const config = loadConfig([
    file('/etc/crio/crio.conf', '[crio.runtime]\nlog_level = "debug"\ndefault_runtime = "runc"\n', true),
    file(
      '/etc/crio/crio.conf.d/10.conf',
      '[crio.runtime]\ndefault_runtime = "crun"\n[crio.runtime.runtimes.runc]\nruntime_path = "/opt/runc"\n[crio]\nnothing = 1\n',
    ),
  ]);
  expect([config.defaultRuntime, config.runtimes.get('runc')?.path, config.runtimes.get('runc')?.root]).toEqual(['crun', '/opt/runc', '/run/runc']);
  const text = configText(config.whole);
  expect(text).toContain('\nlog_level = "debug"\n');
  expect(text).toContain('\n# default_runtime = "crun"\n');
  expect(text).not.toContain('nothing');
});

test('what cannot be read, and what does not hold, is said as CRI-O says it', () => {
  expect(failure(() => loadConfig([file('/etc/crio/crio.conf', 'a b', true)]))).toMatch(
    /^update config from file: update config from drop-in file: unable to decode configuration \/etc\/crio\/crio\.conf: toml: line 1: /,
  );
  expect(failure(() => loadConfig([file('/x/1.conf', '[crio.runtime]\ndrop_infra_ctr = "no"\n')]))).toBe(
    'update config from path: walk path: unable to decode configuration /x/1.conf: toml: incompatible types: TOML value has type string; destination has type boolean',
  );
  const checked = (text: string, missing = ''): string => failure(() => validate(loadConfig([file('/c', text)]), (path) => path !== missing));
  expect(checked('')).toBe('read');
  expect(checked('[crio.runtime]\ndefault_runtime = "kata"')).toBe(
    'validating runtime config: default_runtime set to "kata", but no runtime entry table [crio.runtime.runtimes.kata] was found',
  );
  expect(checked('', '/usr/bin/crun')).toBe(
    `validating runtime config: runtime validation: invalid runtime_path for runtime 'crun': "stat /usr/bin/crun: no such file or directory"`,
  );
  expect(checked('[crio.runtime]\ncgroup_manager = "cgroupfs"')).toContain("cgroupfs manager conmon cgroup should be 'pod' or empty, but got: 'system.slice'");
  expect(checked('[crio.image]\nshort_name_mode = "loose"')).toBe('validating image config: invalid short name mode "loose"');
});

test('TOML: lists of tables', () => {
  expect(
    parseToml('[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "b"\n[[registry.mirror]]\nlocation = "c"\n[[registry]]\nlocation = "d"\n').root,
  ).toEqual({
    registry: [{ location: 'a', mirror: [{ location: 'b' }, { location: 'c' }] }, { location: 'd' }],
  });
});
