/** Flags of `ctr run` and `ctr containers create` (cmd/ctr/commands/{commands,commands_unix}.go, run/run_unix.go). */
import { absent, type FlagSpec, type Flags } from '../flags.ts';
import { snapshotterFlag } from './commands/transfer.ts';
import { bool, CtrError, float, int, list, text } from './context.ts';

const snapshotterFlags: readonly FlagSpec[] = [snapshotterFlag, ...absent([list('snapshotter-label', 'Labels added to the new snapshot for this container.')])];

/** In the order of ctr's help. */
export const containerFlags: readonly FlagSpec[] = [
  ...snapshotterFlags,
  text('config,c', 'Path to the runtime-specific spec config file'),
  text('cwd', 'Specify the working directory of the process'),
  list('env', 'Specify additional container environment variables (e.g. FOO=bar)'),
  text('env-file', 'Specify additional container environment variables in a file(e.g. FOO=bar, one per line)'),
  list('label', 'Specify additional labels (e.g. foo=bar)'),
  list('annotation', 'Specify additional OCI annotations (e.g. foo=bar)'),
  list('mount', 'Specify additional container mount (e.g. type=bind,src=/tmp,dst=/host,options=rbind:ro)'),
  bool('net-host', 'Enable host networking for the container'),
  bool('privileged', 'Run privileged container'),
  bool('read-only', 'Set the containers filesystem as readonly'),
  ...absent([text('sandbox', 'Create the container in the given sandbox')]),
  text('runtime', 'Runtime name or absolute path to runtime binary', 'io.containerd.runc.v2'),
  ...absent([text('runtime-config-path', 'Optional runtime config path')]),
  bool('tty,t', 'Allocate a TTY for the container'),
  list('with-ns', "Specify existing Linux namespaces to join at container runtime (format '<nstype>:<path>')"),
  text('pid-file', "File path to write the task's pid"),
  ...absent([list('gpus', 'Add gpus to the container')]),
  bool('allow-new-privs', "Turn off OCI spec's NoNewPrivileges feature flag"),
  int('memory-limit', 'Memory limit (in bytes) for the container'),
  list('cap-add', "Add Linux capabilities (Set capabilities with 'CAP_' prefix)"),
  list('cap-drop', "Drop Linux capabilities (Set capabilities with 'CAP_' prefix)"),
  bool('seccomp', 'Enable the default seccomp profile'),
  text('seccomp-profile', 'File path to custom seccomp profile. seccomp must be set to true, before using seccomp-profile'),
  ...absent([
    text('apparmor-default-profile', 'Enable AppArmor with the default profile with the specified name'),
    text('apparmor-profile', 'Enable AppArmor with an existing custom profile'),
    text('blockio-config-file', 'File path to blockio class definitions. By default class definitions are not loaded.'),
    text('blockio-class', 'Name of the blockio class to associate the container with'),
    text('rdt-class', 'Name of the RDT class to associate the container with.'),
  ]),
  text('hostname', "Set the container's host name"),
  text('user,u', 'Username or user id, group optional (format: <name|uid>[:<group|gid>])'),
  text('runc-binary', 'Specify runc-compatible binary'),
  text('runc-root', 'Specify runc-compatible root'),
  ...absent([bool('runc-systemd-cgroup', 'Start runc with systemd cgroup manager')]),
  bool('rootfs', 'Use custom rootfs that is not managed by containerd snapshotter'),
  bool('no-pivot', 'Disable use of pivot-root (linux only)'),
  { ...int('cpu-quota', 'Limit CPU CFS quota'), default: '-1' },
  int('cpu-period', 'Limit CPU CFS period'),
  ...absent([text('rootfs-propagation', 'Set the propagation of the container rootfs')]),
  list('device', 'File path to a device to add to the container; or a path to a directory tree of devices to add to the container'),
];

/** Only of `ctr run`. */
export const runFlags: readonly FlagSpec[] = [
  bool('rm', 'Remove the container after running, cannot be used with --detach'),
  bool('null-io', 'Send all IO to /dev/null'),
  text('log-uri', 'Log uri'),
  bool('detach,d', 'Detach from the task after it has started execution, cannot be used with --rm'),
  ...absent([text('fifo-dir', 'Directory used for storing IO FIFOs')]),
  text('cgroup', 'Cgroup path (To disable use of cgroup, set to "" explicitly)'),
  text('platform', 'Run image for specific platform'),
  bool('cni', 'Enable cni networking for the container'),
  bool('sync-fs', 'Synchronize the underlying filesystem containing files when unpack images, false by default'),
  text('dump-config', 'Dump the generated OCI config to a file'),
  ...absent([
    list('uidmap', 'Run inside a user namespace with the specified UID mapping ranges; specified with the format `container-uid:host-uid:length`'),
    list('gidmap', 'Run inside a user namespace with the specified GID mapping ranges; specified with the format `container-gid:host-gid:length`'),
    bool('remap-labels', 'Provide the user namespace ID remapping to the snapshotter via label options; requires snapshotter support'),
  ]),
  bool('privileged-without-host-devices', "Don't pass all host devices to privileged container"),
  float('cpus', 'Set the CFS cpu quota'),
  { ...int('cpu-shares', 'Set the cpu shares'), default: '1024' },
  text('cpuset-cpus', 'Set the CPUs the container will run in (e.g., 1-2,4)'),
  text('cpuset-mems', 'Set the memory nodes the container will run in (e.g., 1-2,4)'),
  text('rlimit-nofile', 'Set RLIMIT_NOFILE (soft:hard)'),
];

const unsimulated = ['sandbox', 'gpus', 'seccomp-profile', 'apparmor-default-profile', 'apparmor-profile', 'blockio-config-file', 'blockio-class'];
const unsimulatedToo = ['rdt-class', 'uidmap', 'gidmap', 'fifo-dir', 'runtime-config-path'];

/** What the flags forbid, and what the lab cannot do. */
export function refuseUnsimulated(flags: Flags, exists: (path: string) => boolean): void {
  for (const name of [...unsimulated, ...unsimulatedToo])
    if (flags.spec(name) && flags.has(name)) {
      if (name === 'seccomp-profile' && !flags.bool('seccomp')) throw new CtrError('seccomp must be set to true, if using a custom seccomp-profile');
      throw new CtrError(`k8s-lab: ctr run --${name} is not simulated`, 70);
    }
  if (flags.spec('cpus') && flags.bool('privileged-without-host-devices') && !flags.bool('privileged'))
    throw new CtrError("can't use 'privileged-without-host-devices' without 'privileged' specified");
  for (const path of flags.list('device')) {
    if (!exists(path)) throw new CtrError(`error stating device path: stat ${path}: no such file or directory`);
    if (!/^\/dev\/(null|zero|full|u?random|tty)$/.test(path)) throw new CtrError(`k8s-lab: ctr run --device ${path} is not simulated`, 70);
  }
  for (const name of [...flags.list('cap-add'), ...flags.list('cap-drop')])
    if (!name.startsWith('CAP_')) throw new CtrError("capabilities must be specified with 'CAP_' prefix");
  if ((flags.number('cpu-quota') !== -1 || flags.number('cpu-period') !== 0) && flags.spec('cpus') && flags.number('cpus') > 0)
    throw new CtrError('cpus and quota/period should be used separately');
}
