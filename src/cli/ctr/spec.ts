/** The OCI spec that `ctr run` and `ctr containers create` make (pkg/oci defaults with ctr's flags). */
import type { ImageConfig } from '../../interfaces/containerd.ts';
import type { OciSpec } from '../../interfaces/oci.ts';
import { commandOf, defaultCapabilities, defaultMounts, defaultPath, maskedPaths, readonlyPaths } from '../../interfaces/oci-defaults.ts';
import type { Flags } from '../flags.ts';
import { CtrError } from './context.ts';

const mounts = defaultMounts('proc', 'dev', 'pts', 'shm', 'mqueue', 'sys', 'run');

const device = (minor: number | undefined, major: number) => ({ allow: true, type: 'c', major, ...(minor === undefined ? {} : { minor }), access: 'rwm' });
const devices = [
  { allow: false, access: 'rwm' },
  device(3, 1),
  device(8, 1),
  device(7, 1),
  device(0, 5),
  device(5, 1),
  device(9, 1),
  device(1, 5),
  device(undefined, 136),
  device(2, 5),
];

export type SpecParts = {
  readonly id: string;
  readonly namespace: string;
  readonly args: readonly string[];
  readonly image: ImageConfig | undefined;
  readonly node: string;
  readonly user: { readonly uid: number; readonly gid: number };
};

export function newSpec(flags: Flags, parts: SpecParts): OciSpec {
  const { image, namespace, id } = parts;
  const config = image?.config;
  const hostNetwork = flags.bool('net-host');
  const memory = flags.number('memory-limit');
  const cpus = flags.number('cpus');
  const caps = capabilitySets(flags);
  const spec = {
    ociVersion: '1.3.0',
    process: {
      ...(flags.bool('tty') ? { terminal: true } : {}),
      user: { ...parts.user, additionalGids: [parts.user.gid] },
      args: commandOf(config, parts.args),
      env: [...(config?.Env ?? [defaultPath]), ...(flags.bool('tty') ? ['TERM=xterm'] : []), ...flags.list('env')],
      cwd: flags.text('cwd') || config?.WorkingDir || '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', ...(flags.bool('read-only') ? { readonly: true } : {}) },
    ...(flags.text('hostname') === '' ? (hostNetwork ? { hostname: parts.node } : {}) : { hostname: flags.text('hostname') }),
    mounts: [
      ...mounts,
      ...flags.list('mount').map(parseMount),
      ...(hostNetwork ? ['/etc/hosts', '/etc/resolv.conf'].map((path) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] })) : []),
    ],
    linux: {
      resources: {
        devices,
        cpu: { shares: 1024, ...(cpus > 0 ? { quota: Math.round(cpus * 100_000), period: 100_000 } : {}) },
        ...(memory > 0 ? { memory: { limit: memory } } : {}),
      },
      cgroupsPath: `/${namespace}/${id}`,
      namespaces: (['pid', 'ipc', 'uts', 'mount', ...(hostNetwork ? [] : ['network'])] as const).map((type) => ({ type: type as 'pid' })),
      maskedPaths,
      readonlyPaths,
    },
  };
  return spec;
}

function capabilitySets(flags: Flags): string[] {
  const names = new Set(defaultCapabilities);
  if (flags.bool('privileged')) for (const name of ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'SYS_MODULE', 'SYS_TIME']) names.add(`CAP_${name}`);
  for (const name of flags.list('cap-add')) names.add(name);
  for (const name of flags.list('cap-drop')) names.delete(name);
  return [...names];
}

/** `type=bind,src=/a,dst=/b,options=rbind:ro`. */
function parseMount(text: string): OciSpec['mounts'][number] {
  const parts = new Map(text.split(',').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  const source = parts.get('src') ?? parts.get('source');
  const destination = parts.get('dst') ?? parts.get('destination');
  for (const key of parts.keys())
    if (!['type', 'src', 'source', 'dst', 'destination', 'options'].includes(key)) throw new CtrError(`mount option ${JSON.stringify(key)} not supported`);
  return {
    destination: destination ?? '',
    type: parts.get('type') ?? 'bind',
    source: source ?? '',
    options: (parts.get('options') ?? '').split(':').filter(Boolean),
  };
}
