import { expect, test } from 'vitest';
import { loadConfigs } from '../../src/containerd/config-imports.ts';

const main = '/etc/containerd/config.toml';
const load = (files: Readonly<Record<string, string>>, version = 'v2.3.4') =>
  loadConfigs(
    {
      read: (path) => {
        const text = files[path];
        if (text === undefined) throw new Error('No such file or directory');
        return text;
      },
      glob: (pattern) => Object.keys(files).filter((path) => path !== main && path.startsWith(pattern.replace(/\*.*/, ''))),
    },
    main,
    version,
  );
const runc = "plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc";

test('drop-ins go over the file one after another, plugins merged key by key', () => {
  const { whole, settings } = load({
    [main]: `version = 4\nimports = ['conf.d/*.toml', '/etc/containerd/config.toml']\nrequired_plugins = ['io.containerd.a.v1.x']\n[${runc}]\nruntime_type = 'io.containerd.runc.v2'\n`,
    '/etc/containerd/conf.d/1.toml': `version = 4\nroot = ''\nrequired_plugins = ['io.containerd.b.v1.y', 'io.containerd.a.v1.x']\n[${runc}.options]\nSystemdCgroup = true\n`,
    '/etc/containerd/conf.d/2.toml': `version = 4\n[plugins.'io.containerd.cri.v1.images'.pinned_images]\nsandbox = 'pause:1'\n`,
  });
  expect(settings).toMatchObject({ systemdCgroup: true, sandboxImage: 'pause:1', runtimes: ['runc'] });
  expect(whole).toMatchObject({ root: '/var/lib/containerd', required_plugins: ['io.containerd.a.v1.x', 'io.containerd.b.v1.y'] });
});

test('containerd 1 replaces what a plugin is told', () => {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const files = {
    [main]: `version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n[${cri}]\nsandbox_image = "pause:9"\n`,
    '/etc/containerd/conf.d/1.toml': `version = 2\n[${cri}.containerd.runtimes.runc.options]\nSystemdCgroup = true\n`,
  };
  expect(load(files, 'v1.6.33').settings).toMatchObject({ systemdCgroup: true, sandboxImage: 'registry.k8s.io/pause:3.6' });
  expect(load(files).settings).toMatchObject({ systemdCgroup: true, sandboxImage: 'pause:9' });
});

test('a drop-in of a higher version, and one that is not there, end the daemon', () => {
  const drop = '/etc/containerd/conf.d/1.toml';
  expect(() => load({ [main]: `version = 3\nimports = ['${drop}']`, [drop]: 'version = 4' })).toThrow(
    'drop-in config version 4 higher than root config version 3',
  );
  expect(() => load({ [main]: `version = 4\nimports = ['${drop}']` })).toThrow(`open ${drop}: no such file or directory`);
});

test('mirrors of the older kind: only without a folder', () => {
  const mirrors = "[plugins.'io.containerd.cri.v1.images'.registry.mirrors.'docker.io']\nendpoint = ['http://m:5000']\n";
  expect(load({ [main]: `version = 4\n${mirrors}` }).settings.imageProblem).toBe(
    'invalid cri image config: `mirrors` cannot be set when `config_path` is provided',
  );
  const alone = load({ [main]: `version = 4\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = ''\n${mirrors}` });
  expect(alone.settings).toMatchObject({ registryConfigPath: '', legacyRegistries: { mirrors: { 'docker.io': ['http://m:5000'] } } });
  expect(alone.warnings.join()).toContain('`mirrors` is deprecated, please use `config_path` instead');
});
