/** `runc spec`: the starter configuration of a bundle (libcontainer/specconv/example.go). */
import { defaultMounts, defaultPath, maskedPaths, readonlyPaths } from '../../interfaces/oci-defaults.ts';
import { Errno } from '../../linux/errno.ts';
import { bool, type RuncCommand, RuncError, text } from './context.ts';

const capabilities = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

type Mount = { readonly destination: string; readonly type: string; readonly source: string; readonly options?: readonly string[] };

const mounts: readonly Mount[] = [{ destination: '/proc', type: 'proc', source: 'proc' }, ...defaultMounts('dev', 'pts', 'shm', 'mqueue', 'sys', 'cgroup')];

/** Without root: a user namespace instead of a network one, the caller mapped to root, /sys of the machine, no limits. */
const rootlessMounts: readonly Mount[] = mounts.map((mount) =>
  mount.destination === '/sys'
    ? { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'] }
    : { ...mount, ...(mount.options ? { options: mount.options.filter((option) => !/^[ug]id=/.test(option)) } : {}) },
);

function example(rootless: { readonly uid: number; readonly gid: number } | undefined): object {
  const namespaces = rootless ? ['pid', 'ipc', 'uts', 'mount', 'cgroup', 'user'] : ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'];
  const mapping = (hostID: number): readonly object[] => [{ containerID: 0, hostID, size: 1 }];
  return {
    ociVersion: '1.3.0',
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: [defaultPath, 'TERM=xterm'],
      cwd: '/',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'runc',
    mounts: rootless ? rootlessMounts : mounts,
    linux: {
      ...(rootless
        ? { uidMappings: mapping(rootless.uid), gidMappings: mapping(rootless.gid) }
        : { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths: maskedPaths.filter((path) => path !== '/sys/devices/virtual/powercap'),
      readonlyPaths,
    },
  };
}

export const spec: RuncCommand = {
  name: 'spec',
  short: 'create a new specification file',
  long: 'Writes a config.json to start from into the bundle. Its process is "sh" on a terminal, its root directory is rootfs, read-only.',
  flags: [text('bundle,b', 'path to the root of the bundle directory'), bool('rootless', 'generate a configuration for a rootless container')],
  run: function* ({ process, flags }) {
    const bundle = flags.text('bundle');
    if (bundle !== '') enterBundle(process, bundle);
    if (process.fs.exists(process.path('config.json'))) throw new RuncError('File config.json exists. Remove it first');
    const { uid, gid } = process.credentials;
    process.fs.write(process.path('config.json'), JSON.stringify(example(flags.bool('rootless') ? { uid, gid } : undefined), null, '\t'));
    return 0;
  },
};

/** os.Chdir, in its words. */
export function enterBundle(process: { chdir(path: string): void }, bundle: string): void {
  try {
    process.chdir(bundle);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new RuncError(`chdir ${bundle}: ${error.message.toLowerCase()}`);
  }
}
