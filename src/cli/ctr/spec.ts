/** The OCI spec that `ctr run` and `ctr containers create` make (pkg/oci defaults with ctr's flags). */
import type { ImageConfig } from '../../interfaces/containerd.ts';
import type { OciSpec } from '../../interfaces/oci.ts';
import { commandOf, defaultCapabilities, defaultMounts, defaultPath, maskedPaths, readonlyPaths } from '../../interfaces/oci-defaults.ts';
import type { Flags } from '../flags.ts';
import { CtrError, labelArgs } from './context.ts';

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

type SpecParts = {
  readonly id: string;
  readonly namespace: string;
  readonly args: readonly string[];
  readonly image: ImageConfig | undefined;
  readonly node: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly env?: readonly string[];
};

export function newSpec(flags: Flags, parts: SpecParts): OciSpec {
  const { image, namespace, id } = parts;
  const config = image?.config;
  const hostNetwork = flags.bool('net-host');
  const memory = flags.number('memory-limit');
  const cpus = numberOf(flags, 'cpus');
  const quota = cpus > 0 ? Math.round(cpus * 100_000) : Math.max(flags.number('cpu-quota'), 0);
  const period = cpus > 0 ? 100_000 : flags.number('cpu-period');
  const annotations = labelArgs([...flags.list('annotation'), ...flags.list('label')]);
  const caps = capabilitySets(flags);
  const spec = {
    ociVersion: '1.3.0',
    process: {
      ...(flags.bool('tty') ? { terminal: true } : {}),
      user: { ...parts.user, additionalGids: [parts.user.gid] },
      args: commandOf(config, parts.args),
      env: [...(config?.Env ?? [defaultPath]), ...(flags.bool('tty') ? ['TERM=xterm'] : []), ...(parts.env ?? []), ...flags.list('env')],
      cwd: flags.text('cwd') || config?.WorkingDir || '/',
      capabilities: { bounding: caps, effective: caps, permitted: caps },
      rlimits: [openFiles(flags)],
      noNewPrivileges: !flags.bool('allow-new-privs'),
    },
    root: { path: 'rootfs', ...(flags.bool('read-only') ? { readonly: true } : {}) },
    ...(flags.text('hostname') === '' ? (hostNetwork ? { hostname: parts.node } : {}) : { hostname: flags.text('hostname') }),
    mounts: [
      ...mounts,
      ...flags.list('mount').map(parseMount),
      ...(hostNetwork ? ['/etc/hosts', '/etc/resolv.conf'].map((path) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] })) : []),
    ],
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    linux: {
      ...(flags.bool('seccomp') ? { seccomp: { defaultAction: 'SCMP_ACT_ERRNO' } } : {}),
      resources: {
        devices,
        cpu: {
          shares: numberOf(flags, 'cpu-shares') || 1024,
          ...(quota > 0 ? { quota } : {}),
          ...(period > 0 ? { period } : {}),
          ...(textOf(flags, 'cpuset-cpus') === '' ? {} : { cpus: textOf(flags, 'cpuset-cpus') }),
          ...(textOf(flags, 'cpuset-mems') === '' ? {} : { mems: textOf(flags, 'cpuset-mems') }),
        },
        ...(memory > 0 ? { memory: { limit: memory } } : {}),
      },
      cgroupsPath: textOf(flags, 'cgroup') || `/${namespace}/${id}`,
      namespaces: joined(flags, hostNetwork),
      maskedPaths,
      readonlyPaths,
    },
  };
  return spec;
}

/** `ctr containers create` has fewer flags than `ctr run`: what it lacks is unset, as in urfave. */
const textOf = (flags: Flags, name: string): string => (flags.spec(name) ? flags.text(name) : '');
const numberOf = (flags: Flags, name: string): number => Number(textOf(flags, name) || 0);

function openFiles(flags: Flags): { readonly type: string; readonly hard: number; readonly soft: number } {
  const given = textOf(flags, 'rlimit-nofile');
  if (given === '') return { type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 };
  const [soft = '', hard = soft] = given.split(':');
  for (const each of [soft, hard])
    if (!/^\d+$/.test(each))
      throw new CtrError(`failed to parse rlimit-nofile ${JSON.stringify(given)}: strconv.ParseUint: parsing ${JSON.stringify(each)}: invalid syntax`);
  return { type: 'RLIMIT_NOFILE', hard: Number(hard), soft: Number(soft) };
}

const namespaceTypes = ['pid', 'ipc', 'uts', 'mount', 'network'] as const;

/** New namespaces, but those that --net-host leaves out and --with-ns joins. */
function joined(flags: Flags, hostNetwork: boolean): OciSpec['linux']['namespaces'] {
  const paths = new Map<string, string>();
  for (const each of flags.list('with-ns')) {
    const at = each.indexOf(':');
    if (at < 0) throw new CtrError("joining a Linux namespace using --with-ns requires the format 'nstype:path'");
    const type = each.slice(0, at);
    if (!['network', 'uts', 'user', 'mount', 'pid', 'ipc', 'cgroup'].includes(type))
      throw new CtrError(`the Linux namespace type specified in --with-ns is not valid: ${type}`);
    paths.set(type, each.slice(at + 1));
  }
  return namespaceTypes
    .filter((type) => type !== 'network' || !hostNetwork || paths.has(type))
    .map((type) => {
      const path = paths.get(type);
      return path === undefined ? { type } : { type, path };
    });
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
  const fields = text.split(',');
  if (fields.some((field) => !field.includes('='))) throw new CtrError('invalid mount specification: expected key=val');
  const parts = new Map(fields.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
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
