/** The flags of run and create, and what they ask of the daemon (cli/command/container/opts.go). */
import { isIp } from '../../apimachinery/names.ts';
import type { ContainerConfig, CreateOptions, Healthcheck, HostConfig, PortBinding, RestartPolicy } from '../../interfaces/docker.ts';
import type { FlagSpec, Flags } from '../flags.ts';
import { bool, type Context, HelpError, int, list, pairs, text, ValueError } from './context.ts';
import { builtInNetwork, networksOf } from './create-attachments.ts';
import { linesOf, moreFlags, moreHost } from './create-more.ts';
import { parseMount, volumeKind } from './mount-flag.ts';
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

const quietFlags: readonly FlagSpec[] = [
  list('attach,a', 'Attach to STDIN, STDOUT or STDERR'),
  text('cgroup-parent', 'Optional parent cgroup for the container'),
  text('domainname', 'Container NIS domain name'),
  text('ipc', 'IPC mode to use'),
  text('log-driver', 'Logging driver for the container'),
  list('log-opt', 'Log driver options'),
  list('group-add', 'Add additional groups to join'),
];

/** In the order of docker's help. */
export const createFlags: readonly FlagSpec[] = [
  ...healthFlags,
  ...quietFlags,
  ...moreFlags,
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
  list('network', 'Connect a container to a network', { valueName: 'network' }),
  list('net', 'Connect a container to a network', { hidden: true }),
  list('network-alias', 'Add network-scoped alias for the container'),
  list('net-alias', 'Add network-scoped alias for the container', { hidden: true }),
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
    if (healthFlags.some(({ name }) => name !== 'no-healthcheck' && flags.has(name))) throw new HelpError('--no-healthcheck conflicts with --health-* options');
    return { Healthcheck: { Test: ['NONE'] } };
  }
  if (!healthFlags.some(({ name }) => flags.has(name))) return {};
  const nanos = (name: string, key: string): Record<string, number> =>
    flags.has(name) && flags.duration(name) !== 0 ? { [key]: flags.duration(name) * 1e6 } : {};
  for (const name of ['health-interval', 'health-timeout', 'health-retries', 'health-start-period', 'health-start-interval'])
    if (flags.has(name) && (name === 'health-retries' ? flags.number(name) : flags.duration(name)) < 0) throw new HelpError(`--${name} cannot be negative`);
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

/** Throws ValueError and CliError with docker's texts. */
export function createOptions(context: Context, attached: boolean): CreateOptions {
  const { flags, args } = context;
  checkValues(flags);
  const mounts = flags.list('mount').map((value) => parseMount(context, value));
  const [image = '', ...command] = args;
  const [first] = networksOf(flags);
  const aliases = [...flags.list('network-alias'), ...flags.list('net-alias'), ...(first?.aliases ?? [])];
  const ip = flags.text('ip') || (first?.ip ?? '');
  const mac = flags.text('mac-address') || (first?.mac ?? '');
  if (aliases.length > 0 && builtInNetwork.test(first?.name ?? 'bridge'))
    throw new HelpError('network-scoped aliases are only supported for user-defined networks');
  const ports = parsePorts([...flags.list('publish')]);
  const exposed = [...flags.list('expose').flatMap(exposedPorts), ...Object.keys(ports)];
  const volumes = [...new Set(flags.list('volume'))].map((spec) => ({ spec, kind: volumeKind(spec) }));
  const anonymous = volumes.filter(({ kind }) => kind === 'anonymous').map(({ spec }) => spec);
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
    Labels: pairs([...linesOf(context, 'label-file', flags.list('label-file')).filter((line) => line.includes('=')), ...flags.list('label')]),
    ...(flags.text('domainname') === '' ? {} : { Domainname: flags.text('domainname') }),
    ...(flags.text('stop-signal') === '' ? {} : { StopSignal: flags.text('stop-signal') }),
    ...(flags.has('stop-timeout') ? { StopTimeout: flags.number('stop-timeout') } : {}),
    ...healthcheck(flags),
  };
  const host: HostConfig = {
    Binds: volumes.filter(({ kind }) => kind === 'bind').map(({ spec }) => absolute(context, spec)),
    Tmpfs: Object.fromEntries(flags.list('tmpfs').map((each) => [each.split(':')[0], each.split(':').slice(1).join(':')])),
    NetworkMode: first?.name ?? 'bridge',
    PortBindings: ports,
    RestartPolicy: restartPolicy(flags.text('restart')),
    AutoRemove: flags.bool('rm'),
    CapAdd: capabilities(flags.list('cap-add')),
    CapDrop: capabilities(flags.list('cap-drop')),
    Dns: flags.list('dns'),
    ExtraHosts: flags.list('add-host').map(extraHost),
    PidMode: pidMode(flags.text('pid')),
    Privileged: flags.bool('privileged'),
    PublishAllPorts: flags.bool('publish-all'),
    ReadonlyRootfs: flags.bool('read-only'),
    Init: flags.bool('init'),
    CpuShares: flags.number('cpu-shares'),
    Memory: flags.text('memory') === '' ? 0 : parseSize(flags.text('memory'), '-m, --memory'),
    NanoCpus: nanoCpus(flags.text('cpus')),
    PidsLimit: Math.max(0, flags.number('pids-limit')),
    VolumesFrom: flags.list('volumes-from'),
    ...(mounts.length > 0 ? { Mounts: mounts } : {}),
    ...(flags.text('cgroup-parent') === '' ? {} : { CgroupParent: flags.text('cgroup-parent') }),
    ...(flags.text('ipc') === '' ? {} : { IpcMode: flags.text('ipc') }),
    ...(flags.list('group-add').length === 0 ? {} : { GroupAdd: flags.list('group-add') }),
    ...(flags.has('oom-score-adj') ? { OomScoreAdj: flags.number('oom-score-adj') } : {}),
    ...(flags.has('cpu-period') ? { CpuPeriod: flags.number('cpu-period') } : {}),
    ...(flags.has('cpu-quota') ? { CpuQuota: flags.number('cpu-quota') } : {}),
    ...(flags.has('log-driver') || flags.has('log-opt') ? { LogConfig: logConfig(flags) } : {}),
    ...moreHost(context),
  };
  if (host.AutoRemove && !['', 'no'].includes(host.RestartPolicy.Name)) throw new HelpError('conflicting options: cannot specify both --restart and --rm');
  return {
    config,
    host,
    ...(flags.text('name') === '' ? {} : { name: flags.text('name') }),
    aliases,
    ...(ip === '' ? {} : { ip }),
    ...(mac === '' ? {} : { mac: mac.toLowerCase().replaceAll('-', ':') }),
  };
}

/** In their full form, each once (moby client normalizeCapabilities). */
const capabilities = (names: readonly string[]): string[] => [...new Set(names.map((name) => name.toUpperCase().replace(/^(?!ALL$|CAP_)/, 'CAP_')))].sort();

/** `1.5` is 1500000000; throws ValueError. */
export function nanoCpus(value: string): number {
  if (value === '') return 0;
  if (!/^-?\d*\.?\d+$/.test(value)) throw new ValueError(`failed to parse ${value} as a rational number`, value, '--cpus');
  return Math.round(Number(value) * 1e9);
}

/** Which policies there are, the daemon says. */
export function restartPolicy(value: string): RestartPolicy {
  const [name = '', count] = value.split(':');
  if (count !== undefined && name === '') throw new HelpError('invalid restart policy format: no policy provided before colon');
  if (count !== undefined && !/^-?\d*$/.test(count)) throw new HelpError('invalid restart policy format: maximum retry count must be an integer');
  return { Name: (name || 'no') as RestartPolicy['Name'], MaximumRetryCount: Number(count ?? 0) };
}

/** `8080:80`, `127.0.0.1:8080:80/udp`, `80`, ranges (go-connections nat.ParsePortSpec). */
function parsePorts(specs: readonly string[]): Record<string, PortBinding[]> {
  const bindings: Record<string, PortBinding[]> = {};
  for (const spec of specs) {
    const parts = spec.split(':');
    const [containerText = '', protocol = 'tcp'] = (parts.pop() ?? '').split('/');
    const hostText = parts.pop() ?? '';
    const address = parts.join(':').replace(/^\[(.*)\]$/, '$1');
    if (containerText === '') throw new HelpError(`no port specified: ${spec}<empty>`);
    if (!/^(tcp|udp|sctp)$/i.test(protocol)) throw new HelpError(`invalid proto: ${protocol.toLowerCase()}`);
    if (/^[^:]*(\d|\.)+:\d+$/.test(address)) throw new HelpError(`invalid IP address ${address}: address ${address}:: too many colons in address`);
    if (address !== '' && !isIp(address)) throw new HelpError(`invalid IP address: ${address}`);
    const container = range(containerText, 'containerPort');
    const host = hostText === '' ? container.map(() => '') : range(hostText, 'hostPort').map(String);
    // A range of the host for one port of the container is a choice for the daemon.
    const choice = container.length === 1 && host.length > 1;
    if (host.length !== container.length && !choice)
      throw new HelpError(`invalid ranges specified for container and host Ports: ${containerText} and ${hostText}`);
    container.forEach((port, i) => {
      const key = `${port}/${protocol.toLowerCase()}`;
      bindings[key] = [...(bindings[key] ?? []), { HostIp: address, HostPort: choice ? hostText : (host[i] ?? '') }];
    });
  }
  return bindings;
}

/** `80`, `80-82/udp` */
function exposedPorts(value: string): string[] {
  const [ports = '', protocol = 'tcp'] = value.split('/');
  const wrong = (why: string): HelpError => new HelpError(`invalid range format for --expose: ${why}`);
  const [first = '', last = first] = ports.split('-');
  const parsing = (text: string, what: string): HelpError => wrong(`invalid ${what} port '${text}': ${text === '' ? 'value is empty' : 'invalid syntax'}`);
  if (!/^\d+$/.test(first)) throw parsing(first, 'start');
  if (!/^\d+$/.test(last)) throw parsing(last, 'end');
  if (!/^(tcp|udp|sctp)$/.test(protocol)) throw wrong(`invalid protocol: ${protocol}`);
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${Number(first) + i}/${protocol}`);
}

function range(value: string, what: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(value);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || last > 65_535 || first > last) throw new HelpError(`invalid ${what}: ${value}`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** What a flag's own type refuses before the command runs (opts/opts.go Validate…). */
function checkValues(flags: Flags): void {
  for (const value of flags.list('dns')) if (!isIp(value.trim())) throw new ValueError(`IP address is not correctly formatted: ${value}`, value, '--dns');
  for (const value of flags.list('attach'))
    if (!/^std(in|out|err)$/i.test(value)) throw new ValueError('valid streams are STDIN, STDOUT and STDERR', value, '-a, --attach');
  for (const value of flags.list('label')) {
    const key = (value.split('=')[0] ?? '').replace(/^[ \t]+/, '');
    if (key === '') throw new ValueError(`invalid label '${value}': empty name`, value, '-l, --label');
    if (/[ \t]/.test(key)) throw new ValueError(`label '${value}' contains whitespaces`, value, '-l, --label');
  }
}

function absolute(context: Context, bind: string): string {
  const [source = '', ...rest] = bind.split(':');
  return /^\.{0,2}\//.test(source) || source === '.' || source === '..' ? [context.process.path(source), ...rest].join(':') : bind;
}

function pidMode(value: string): string {
  if (!/^(|host|container:.+)$/.test(value)) throw new HelpError('--pid: invalid PID mode');
  return value;
}

function logConfig(flags: Flags): { readonly Type: string; readonly Config: Readonly<Record<string, string>> } {
  if (flags.text('log-driver') === 'none' && flags.has('log-opt')) throw new HelpError('invalid logging opts for driver none');
  return { Type: flags.text('log-driver'), Config: pairs(flags.list('log-opt')) };
}

/** `name:address` or `name=address` (opts.ValidateExtraHost). */
function extraHost(value: string): string {
  const [, name = '', given = ''] = /^([^=:]*)[=:](.*)$/.exec(value) ?? [];
  if (name === '') throw new ValueError(`bad format for add-host: ${JSON.stringify(value)}`, value, '--add-host');
  const address = given.replace(/^\[(.+)\]$/, '$1');
  if (address !== 'host-gateway' && !/^(\d{1,3}\.){3}\d{1,3}$|:/.test(address))
    throw new ValueError(`invalid IP address in add-host: ${JSON.stringify(address)}`, value, '--add-host');
  return `${name}:${address}`;
}

/** `-e A` takes the caller's own value; files of variables come first. */
function environment(context: Context): string[] {
  const { flags, process } = context;
  for (const entry of flags.list('env'))
    if (entry === '' || entry.startsWith('=')) throw new ValueError(`invalid environment variable: ${entry}`, entry, '-e, --env');
  const files = linesOf(context, 'env-file', flags.list('env-file'));
  return [...files, ...flags.list('env')].flatMap((entry) =>
    entry.includes('=') ? [entry] : process.env[entry] === undefined ? [] : [`${entry}=${process.env[entry]}`],
  );
}
