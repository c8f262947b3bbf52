/** The flags of run and create, and what they ask of the daemon (cli/command/container/opts.go). */
import type { ContainerConfig, CreateOptions, Healthcheck, HostConfig, PortBinding, RestartPolicy } from '../../interfaces/docker.ts';
import { Errno } from '../../linux/errno.ts';
import type { FlagSpec, Flags } from '../flags.ts';
import { bool, CliError, type Context, int, list, pairs, text } from './context.ts';
import { parseSize } from './output.ts';

const healthFlags: readonly FlagSpec[] = [
  text('health-cmd', 'Command to run to check health'),
  text('health-interval', 'Time between running the check (ms|s|m|h) (default 0s)', { type: 'duration' }),
  int('health-retries', 'Consecutive failures needed to report unhealthy'),
  text('health-start-interval', 'Time between running the check during the start period (ms|s|m|h) (default 0s)', { type: 'duration' }),
  text('health-start-period', 'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)', {
    type: 'duration',
  }),
  text('health-timeout', 'Maximum time to allow one check to run (ms|s|m|h) (default 0s)', { type: 'duration' }),
  bool('no-healthcheck', 'Disable any container-specified HEALTHCHECK'),
];

/** Taken, but of no effect: the lab's containers have nothing that they would change. */
const quietFlags: readonly FlagSpec[] = [
  text('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
  text('cgroup-parent', 'Optional parent cgroup for the container'),
  text('cgroupns', 'Cgroup namespace to use (host|private)'),
  list('device', 'Add a host device to the container'),
  text('domainname', 'Container NIS domain name'),
  text('ipc', 'IPC mode to use'),
  text('log-driver', 'Logging driver for the container'),
  list('log-opt', 'Log driver options'),
  text('memory-swap', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap", { valueName: 'bytes' }),
  text('memory-reservation', 'Memory soft limit', { valueName: 'bytes' }),
  bool('oom-kill-disable', 'Disable OOM Killer'),
  list('security-opt', 'Security Options'),
  text('shm-size', 'Size of /dev/shm', { valueName: 'bytes' }),
  list('sysctl', 'Sysctl options'),
  list('ulimit', 'Ulimit options'),
  text('userns', 'User namespace to use'),
  list('group-add', 'Add additional groups to join'),
  list('dns-search', 'Set custom DNS search domains'),
  text('mac-address', 'Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
];

export const createFlags: readonly FlagSpec[] = [
  ...healthFlags,
  ...quietFlags,
  text('name', 'Assign a name to the container'),
  bool('interactive,i', 'Keep STDIN open even if not attached'),
  bool('tty,t', 'Allocate a pseudo-TTY'),
  bool('rm', 'Automatically remove the container and its associated anonymous volumes when it exits'),
  list('publish,p', "Publish a container's port(s) to the host"),
  bool('publish-all,P', 'Publish all exposed ports to random ports'),
  list('expose', 'Expose a port or a range of ports'),
  list('volume,v', 'Bind mount a volume'),
  list('mount', 'Attach a filesystem mount to the container', { valueName: 'mount' }),
  list('tmpfs', 'Mount a tmpfs directory'),
  list('volumes-from', 'Mount volumes from the specified container(s)'),
  list('env,e', 'Set environment variables'),
  list('env-file', 'Read in a file of environment variables'),
  list('label,l', 'Set meta data on a container'),
  text('network', 'Connect a container to a network', { valueName: 'network' }),
  text('net', 'Connect a container to a network', { hidden: true }),
  list('network-alias', 'Add network-scoped alias for the container'),
  text('ip', 'IPv4 address (e.g., 172.30.100.104)'),
  text('hostname,h', 'Container host name'),
  list('add-host', 'Add a custom host-to-IP mapping (host:ip)'),
  list('dns', 'Set custom DNS servers'),
  text('entrypoint', 'Overwrite the default ENTRYPOINT of the image'),
  text('user,u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
  text('workdir,w', 'Working directory inside the container'),
  text('restart', 'Restart policy to apply when a container exits', { default: 'no' }),
  bool('privileged', 'Give extended privileges to this container'),
  list('cap-add', 'Add Linux capabilities'),
  list('cap-drop', 'Drop Linux capabilities'),
  bool('read-only', "Mount the container's root filesystem as read only"),
  text('memory,m', 'Memory limit', { valueName: 'bytes' }),
  text('cpus', 'Number of CPUs', { valueName: 'decimal' }),
  int('cpu-shares,c', 'CPU shares (relative weight)'),
  int('pids-limit', 'Tune container pids limit (set -1 for unlimited)'),
  text('pid', 'PID namespace to use'),
  bool('init', 'Run an init inside the container that forwards signals and reaps processes'),
  text('stop-signal', 'Signal to stop the container'),
  int('stop-timeout', 'Timeout (in seconds) to stop a container'),
  text('platform', 'Set platform if server is multi-platform capable'),
  text('pull', 'Pull image before running ("always", "missing", "never")', { default: 'missing' }),
  bool('quiet,q', 'Suppress the pull output'),
];

/** `--health-cmd` and its kin; the flags leave open what they do not name. */
function healthcheck(flags: Flags): { readonly Healthcheck?: Healthcheck } {
  if (flags.bool('no-healthcheck')) {
    if (healthFlags.some(({ name }) => name !== 'no-healthcheck' && flags.has(name)))
      throw new CliError('--no-healthcheck conflicts with --health-* options', 125);
    return { Healthcheck: { Test: ['NONE'] } };
  }
  if (!healthFlags.some(({ name }) => flags.has(name))) return {};
  const nanos = (name: string, key: string): Record<string, number> => (flags.has(name) ? { [key]: flags.duration(name) * 1e6 } : {});
  return {
    Healthcheck: {
      ...(flags.text('health-cmd') === '' ? {} : { Test: ['CMD-SHELL', flags.text('health-cmd')] }),
      ...nanos('health-interval', 'Interval'),
      ...nanos('health-timeout', 'Timeout'),
      ...nanos('health-start-period', 'StartPeriod'),
      ...nanos('health-start-interval', 'StartInterval'),
      ...(flags.has('health-retries') ? { Retries: flags.number('health-retries') } : {}),
    },
  };
}

export function createOptions(context: Context, attached: boolean): CreateOptions {
  const { flags, args } = context;
  const [image = '', ...command] = args;
  const ports = parsePorts([...flags.list('publish')]);
  const exposed = [...flags.list('expose').map((port) => (port.includes('/') ? port : `${port}/tcp`)), ...Object.keys(ports)];
  const volumes = flags.list('volume');
  const mounts = flags.list('mount').map(parseMount);
  const anonymous = [...volumes.filter((each) => !each.includes(':')), ...mounts.flatMap((each) => each.anonymous ?? [])];
  const stdin = flags.bool('interactive');
  const config: ContainerConfig = {
    Hostname: flags.text('hostname'),
    User: flags.text('user'),
    AttachStdin: attached && stdin,
    AttachStdout: attached,
    AttachStderr: attached,
    ExposedPorts: Object.fromEntries(exposed.map((port) => [port, {}])),
    Tty: flags.bool('tty'),
    OpenStdin: stdin,
    Env: environment(context),
    Cmd: command.length > 0 ? command : null,
    Entrypoint: flags.has('entrypoint') ? [flags.text('entrypoint')] : null,
    Image: image,
    Volumes: anonymous.length > 0 ? Object.fromEntries(anonymous.map((path) => [path, {}])) : null,
    WorkingDir: flags.text('workdir'),
    Labels: pairs(flags.list('label')),
    ...(flags.text('stop-signal') === '' ? {} : { StopSignal: flags.text('stop-signal') }),
    ...(flags.has('stop-timeout') ? { StopTimeout: flags.number('stop-timeout') } : {}),
    ...healthcheck(flags),
  };
  const host: HostConfig = {
    Binds: [...volumes.filter((each) => each.includes(':')).map((each) => absolute(context, each)), ...mounts.flatMap((each) => each.bind ?? [])],
    Tmpfs: Object.fromEntries(
      [...flags.list('tmpfs').map((each) => each.split(':')), ...mounts.flatMap((each) => (each.tmpfs === undefined ? [] : [[each.tmpfs]]))].map(
        ([path = '', options = '']) => [path, options],
      ),
    ),
    NetworkMode: flags.text('network') || flags.text('net') || 'bridge',
    PortBindings: ports,
    RestartPolicy: restartPolicy(flags.text('restart')),
    AutoRemove: flags.bool('rm'),
    CapAdd: flags.list('cap-add'),
    CapDrop: flags.list('cap-drop'),
    Dns: flags.list('dns'),
    ExtraHosts: flags.list('add-host'),
    PidMode: flags.text('pid'),
    Privileged: flags.bool('privileged'),
    PublishAllPorts: flags.bool('publish-all'),
    ReadonlyRootfs: flags.bool('read-only'),
    Init: flags.bool('init'),
    CpuShares: flags.number('cpu-shares'),
    Memory: flags.text('memory') === '' ? 0 : parseSize(flags.text('memory'), '-m, --memory'),
    NanoCpus: nanoCpus(flags.text('cpus')),
    PidsLimit: Math.max(0, flags.number('pids-limit')),
    VolumesFrom: flags.list('volumes-from'),
    ...(flags.text('cgroup-parent') === '' ? {} : { CgroupParent: flags.text('cgroup-parent') }),
    ...(flags.text('ipc') === '' ? {} : { IpcMode: flags.text('ipc') }),
    ...(flags.list('group-add').length === 0 ? {} : { GroupAdd: flags.list('group-add') }),
  };
  if (host.AutoRemove && !['', 'no'].includes(host.RestartPolicy.Name)) throw new CliError('conflicting options: cannot specify both --restart and --rm', 125);
  return {
    config,
    host,
    ...(flags.text('name') === '' ? {} : { name: flags.text('name') }),
    aliases: flags.list('network-alias'),
    ...(flags.text('ip') === '' ? {} : { ip: flags.text('ip') }),
  };
}

export function nanoCpus(value: string): number {
  if (value === '') return 0;
  if (!/^\d*\.?\d+$/.test(value)) throw new CliError(`invalid argument "${value}" for "--cpus" flag: failed to parse ${value} as a rational number`, 125);
  return Math.round(Number(value) * 1e9);
}

export function restartPolicy(value: string): RestartPolicy {
  const [name = '', count] = value.split(':');
  if (count !== undefined && !/^\d+$/.test(count)) throw new CliError('invalid restart policy format: maximum retry count must be an integer', 125);
  if (!['', 'no', 'always', 'unless-stopped', 'on-failure'].includes(name))
    throw new CliError(
      `Error response from daemon: invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
      125,
    );
  return { Name: (name || 'no') as RestartPolicy['Name'], MaximumRetryCount: Number(count ?? 0) };
}

/** `8080:80`, `127.0.0.1:8080:80/udp`, `80`, ranges. */
export function parsePorts(specs: readonly string[]): Record<string, PortBinding[]> {
  const bindings: Record<string, PortBinding[]> = {};
  for (const spec of specs) {
    const [whole = '', protocol = 'tcp'] = spec.split('/');
    const parts = whole.split(':');
    const container = range(parts.pop() ?? '', spec, 'containerPort');
    const hostText = parts.pop() ?? '';
    const host = hostText === '' ? container.map(() => '') : range(hostText, spec, 'hostPort').map(String);
    if (host.length !== container.length)
      throw new CliError(`invalid publish opts format (should be name=value but got '${spec}'): ranges of different length`, 125);
    container.forEach((port, i) => {
      const key = `${port}/${protocol}`;
      bindings[key] = [...(bindings[key] ?? []), { HostIp: parts.join(':'), HostPort: host[i] ?? '' }];
    });
  }
  return bindings;
}

function range(value: string, spec: string, what: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(value);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || last > 65_535 || first > last)
    throw new CliError(`invalid ${what}: ${value}`.replace(/^/, `invalid argument "${spec}" for "-p, --publish" flag: `), 125);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function absolute(context: Context, bind: string): string {
  const [source = '', ...rest] = bind.split(':');
  return /^\.{0,2}\//.test(source) || source === '.' || source === '..' ? [context.process.path(source), ...rest].join(':') : bind;
}

type Mounted = { readonly bind?: string; readonly tmpfs?: string; readonly anonymous?: string };

/** `type=bind,src=/a,dst=/b,ro`. */
function parseMount(value: string): Mounted {
  const fields = pairs(value.split(','));
  const target = fields['target'] ?? fields['dst'] ?? fields['destination'] ?? '';
  const source = fields['source'] ?? fields['src'] ?? '';
  if (target === '') throw new CliError(`invalid argument "${value}" for "--mount" flag: target is required`, 125);
  const type = fields['type'] ?? 'volume';
  if (type === 'tmpfs') return { tmpfs: target };
  const readonly = 'readonly' in fields || 'ro' in fields;
  if (source === '') return { anonymous: target };
  return { bind: `${source}:${target}${readonly ? ':ro' : ''}` };
}

/** `-e A` takes the caller's own value; files of variables come first. */
function environment({ flags, process }: Context): string[] {
  const files = flags.list('env-file').flatMap((path) => {
    try {
      return process.fs
        .read(path)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
    } catch (error) {
      if (error instanceof Errno) throw new CliError(`open ${path}: ${error.message.toLowerCase()}`, 125);
      throw error;
    }
  });
  return [...files, ...flags.list('env')].flatMap((entry) =>
    entry.includes('=') ? [entry] : process.env[entry] === undefined ? [] : [`${entry}=${process.env[entry]}`],
  );
}
