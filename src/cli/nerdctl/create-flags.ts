/** The flags that `nerdctl run` and `nerdctl create` share (cmd/nerdctl/container/container_run.go), and which of them have no effect here. */

import type { Process } from '../../linux/process.ts';
import { type FlagSpec, refuseAbsent } from '../flags.ts';
import { bool, type Context, duration, float, int, list, NerdctlError, NotSimulated, slice, text } from './context.ts';
import type { SpecMount } from './spec.ts';
import { verifyFlags } from './verify.ts';

const deviceLimits = ['read-bps', 'read-iops', 'write-bps', 'write-iops'].map((name) => {
  const [what = '', unit = ''] = name.split('-');
  return list(`device-${name}`, `Limit ${what} rate (${unit === 'bps' ? 'bytes' : 'IO'} per second) ${what === 'read' ? 'from' : 'to'} a device (default [])`);
});

/** Flags whose effect the lab does not have. */
const unsimulated: ReadonlySet<string> = new Set(
  (
    'rootfs gpus volumes-from device ip ip6 mac-address memory-swappiness oom-kill-disable cgroup-conf cpu-rt-period cpu-rt-runtime rdt-class blkio-weight ' +
    'blkio-weight-device device-read-bps device-read-iops device-write-bps device-write-iops userns log-opt pidfile'
  ).split(' '),
);

/** What `create` has too. */
const all: readonly FlagSpec[] = [
  bool('tty,t', 'Allocate a pseudo-TTY'),
  bool('sig-proxy', 'Proxy received signals to the process', 'true'),
  bool('interactive,i', 'Keep STDIN open even if not attached'),
  text('restart', 'Restart policy to apply when a container exits (implemented values: "no"|"always|on-failure:n|unless-stopped")', 'no'),
  bool('rm', 'Automatically remove the container when it exits'),
  text('pull', 'Pull image before running ("always"|"missing"|"never")', 'missing'),
  bool('quiet,q', 'Suppress the pull output'),
  text('stop-signal', 'Signal to stop a container', 'SIGTERM'),
  int('stop-timeout', 'Timeout (in seconds) to stop a container'),
  bool('init', 'Run an init process inside the container, Default to use tini'),
  text('init-binary', 'The custom binary to use as the init process', 'tini'),
  text('platform', 'Set platform (e.g. "amd64", "arm64")'),
  slice('network', 'Connect a container to a network ("bridge"|"host"|"none"|"container:<container>"|"ns:<path>"|<CNI>)'),
  slice('net', 'Connect a container to a network ("bridge"|"host"|"none"|"container:<container>"|"ns:<path>"|<CNI>)'),
  slice('dns', 'Set custom DNS servers'),
  slice('dns-search', 'Set custom DNS search domains'),
  slice('dns-opt', 'Set DNS options'),
  slice('dns-option', 'Set DNS options'),
  slice('publish,p', "Publish a container's port(s) to the host"),
  text('ip', 'IPv4 address to assign to the container'),
  text('ip6', 'IPv6 address to assign to the container'),
  text('hostname,h', 'Container host name'),
  text('domainname', 'Container domain name'),
  text('mac-address', 'MAC address to assign to the container'),
  text('ipc', 'IPC namespace to use ("host"|"private"|"shareable"|"container:<container>")'),
  float('cpus', 'Number of CPUs'),
  text('memory,m', 'Memory limit'),
  text('memory-reservation', 'Memory soft limit'),
  text('memory-swap', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap"),
  int('memory-swappiness', 'Tune container memory swappiness (0 to 100)', '-1'),
  text('kernel-memory', 'Kernel memory limit (deprecated)'),
  bool('oom-kill-disable', 'Disable OOM Killer'),
  int('oom-score-adj', 'Tune container’s OOM preferences (-1000 to 1000, rootless: 100 to 1000)'),
  text('pid', 'PID namespace to use'),
  text('uts', 'UTS namespace to use'),
  int('pids-limit', 'Tune container pids limit (set -1 for unlimited)', '-1'),
  slice('cgroup-conf', 'Configure cgroup v2 (key=value)'),
  text('cgroupns', 'Cgroup namespace to use, the default depends on the cgroup version ("host"|"private")', 'private'),
  text('cgroup-parent', 'Optional parent cgroup for the container'),
  text('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
  text('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'),
  int('cpu-shares', 'CPU shares (relative weight)'),
  int('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota', '-1'),
  int('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
  int('cpu-rt-period', 'Limit CPU real-time period in microseconds'),
  int('cpu-rt-runtime', 'Limit CPU real-time runtime in microseconds'),
  text('rdt-class', 'Name of the RDT class (or CLOS) to associate the container with'),
  int('blkio-weight', 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)'),
  list('blkio-weight-device', 'Block IO weight (relative device weight) (default [])'),
  ...deviceLimits,
  slice('device', 'Add a host device to the container'),
  slice('ulimit', 'Ulimit options'),
  text('user,u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
  text('umask', 'Set the umask inside the container. Defaults to 0022'),
  slice('group-add', 'Add additional groups to join'),
  list('security-opt', 'Security options'),
  slice('cap-add', 'Add Linux capabilities'),
  slice('cap-drop', 'Drop Linux capabilities'),
  bool('privileged', 'Give extended privileges to this container'),
  text('systemd', 'Allow running systemd in this container', 'false'),
  text('runtime', 'Runtime to use for this container, e.g. "crun", or "io.containerd.runsc.v1"', 'io.containerd.runc.v2'),
  list('sysctl', 'Sysctl options'),
  list('gpus', "GPU devices to add to the container ('all' to pass all GPUs)"),
  list('volume,v', 'Bind mount a volume'),
  list('tmpfs', 'Mount a tmpfs directory'),
  list('mount', 'Attach a filesystem mount to the container'),
  list('volumes-from', 'Mount volumes from the specified container(s)'),
  bool('read-only', "Mount the container's root filesystem as read only"),
  bool('rootfs', 'The first argument is not an image but the rootfs to the exploded container'),
  text('health-cmd', 'Command to run to check health'),
  duration('health-interval', 'Time between running the check'),
  duration('health-timeout', 'Maximum time to allow one check to run'),
  int('health-retries', 'Consecutive failures needed to report unhealthy'),
  duration('health-start-period', 'Start period for the container to initialize before starting health-retries countdown'),
  bool('no-healthcheck', 'Disable any container-specified HEALTHCHECK'),
  list('entrypoint', 'Overwrite the default ENTRYPOINT of the image'),
  text('workdir,w', 'Working directory inside the container'),
  list('env,e', 'Set environment variables'),
  slice('add-host', 'Add a custom host-to-IP mapping (host:ip)'),
  slice('env-file', 'Set environment variables from file'),
  text('name', 'Assign a name to the container'),
  list('label,l', 'Set metadata on container'),
  list('annotation', 'Add an annotation to the container (passed through to the OCI runtime)'),
  slice('label-file', 'Set metadata on container from file'),
  text('cidfile', 'Write the container ID to the file'),
  text('log-driver', 'Logging driver for the container. Default is json-file. It also supports logURI (eg: --log-driver binary://<path>)', 'json-file'),
  list('log-opt', 'Log driver options'),
  text('shm-size', 'Size of /dev/shm'),
  text('pidfile', "file path to write the task's pid"),
  text('isolation', 'Specify isolation technology for container', 'default'),
  text('userns', 'Specify host to disable userns-remap'),
  ...verifyFlags,
];

export const createFlags = all.map((spec) => (unsimulated.has(spec.name) ? { ...spec, absent: true } : spec));

/** Refuses what is not simulated, and what nerdctl itself refuses. */
export function checkFlags({ flags, path, process }: Context): void {
  refuseAbsent(flags, path);
  if (!['json-file', 'none'].includes(flags.text('log-driver'))) throw new NotSimulated(`${path} --log-driver ${flags.text('log-driver')}`);
  if (flags.text('isolation') !== 'default')
    throw new NerdctlError(`unsupported isolation mode: ${flags.text('isolation')}, only default is supported on this platform`);
  const init = flags.text('init-binary');
  if (!flags.bool('init') && !flags.has('init-binary')) return;
  if (findInit(process, init) === undefined) throw new NerdctlError(`init binary ${JSON.stringify(init)} not found`);
}

/** exec.LookPath. */
const findInit = ({ fs, env }: Process, name: string): string | undefined =>
  (name.includes('/') ? [name] : (env['PATH'] ?? '').split(':').map((folder) => `${folder}/${name}`)).find((each) => fs.exists(each));

/** `--init`: what comes before the container's command, and the mount that brings it (pkg/cmd/container/create.go). */
export function initOf({ flags, process }: Context): { readonly args: readonly string[]; readonly mounts: readonly SpecMount[] } {
  if (!flags.bool('init') && !flags.has('init-binary')) return { args: [], mounts: [] };
  const source = findInit(process, flags.text('init-binary')) ?? '';
  const inside = `/sbin/${source.replace(/^.*\//, '')}`;
  return { args: [inside, '--'], mounts: [{ destination: inside, type: 'bind', source, options: ['bind', 'ro'] }] };
}
