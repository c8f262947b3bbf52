/** Flags of run and create whose values go to the daemon as they are (cli/command/container/opts.go parse). */
import { JsonError, parseJson } from '../../apimachinery/json.ts';
import type { MoreHost } from '../../interfaces/docker.ts';
import { isErrno } from '../../linux/errno.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import { absent, type FlagSpec, type Flags } from '../flags.ts';
import { parseUlimit } from '../ulimit.ts';
import { bool, type Context, HelpError, int, list, pairs, text, ValueError } from './context.ts';
import { parseSize } from './output.ts';

type Reader = (flags: Flags, name: string, context: Context) => unknown;

const asText: Reader = (flags, name) => flags.text(name);
const asNumber: Reader = (flags, name) => flags.number(name);
const asList: Reader = (flags, name) => flags.list(name);
const asMap: Reader = (flags, name) => pairs(flags.list(name));
const asSize = (flags: Flags, name: string): number => parseSize(flags.text(name), `--${name}`);
/** -1: no limit. */
const asSwap: Reader = (flags, name) => (flags.text(name) === '-1' ? -1 : asSize(flags, name));
const bytes = { valueName: 'bytes' };

/** Name, key of HostConfig, how it is read. */
const table: readonly (readonly [FlagSpec, string, Reader])[] = [
  [list('annotation', 'Add an annotation to the container (passed through to the OCI runtime)', { valueName: 'map' }), 'Annotations', asMap],
  [int('blkio-weight', 'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)'), 'BlkioWeight', asNumber],
  [text('cgroupns', 'Cgroup namespace to use (host|private)'), 'CgroupnsMode', mode('cgroupns', 'CGROUP', /^(host|private|)$/)],
  [text('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'), 'CpusetCpus', asText],
  [text('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'), 'CpusetMems', asText],
  [list('device', 'Add a host device to the container'), 'Devices', (flags, name) => flags.list(name).map(parseDevice)],
  [list('dns-option', 'Set DNS options'), 'DnsOptions', asList],
  [list('dns-search', 'Set custom DNS search domains'), 'DnsSearch', asList],
  [text('gpus', "GPU devices to add to the container ('all' to pass all GPUs)", { valueName: 'gpu-request' }), 'DeviceRequests', gpus],
  [text('isolation', 'Container isolation technology'), 'Isolation', asText],
  [list('link', 'Add link to another container'), 'Links', asList],
  [text('memory-reservation', 'Memory soft limit', bytes), 'MemoryReservation', asSize],
  [text('memory-swap', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap", bytes), 'MemorySwap', asSwap],
  [int('memory-swappiness', 'Tune container memory swappiness (0 to 100)', { default: '-1' }), 'MemorySwappiness', swappiness],
  [bool('oom-kill-disable', 'Disable OOM Killer'), 'OomKillDisable', (flags, name) => flags.bool(name)],
  [text('runtime', 'Runtime to use for this container'), 'Runtime', asText],
  [list('security-opt', 'Security Options'), 'SecurityOpt', (flags, name, { process }) => flags.list(name).map((each) => securityOption(each, process.fs))],
  [text('shm-size', 'Size of /dev/shm', bytes), 'ShmSize', asSize],
  [list('sysctl', 'Sysctl options', { valueName: 'map' }), 'Sysctls', (flags, name) => pairs(flags.list(name).map(sysctl))],
  [list('ulimit', 'Ulimit options', { valueName: 'ulimit' }), 'Ulimits', (flags, name) => flags.list(name).map(ulimit)],
  [text('userns', 'User namespace to use'), 'UsernsMode', mode('userns', 'USER', /^(host|)$/)],
  [text('uts', 'UTS namespace to use'), 'UTSMode', mode('uts', 'UTS', /^(host|)$/)],
  [text('volume-driver', 'Optional volume driver for the container'), 'VolumeDriver', asText],
];

/** Understood by the real docker; of no meaning where the lab runs, or rare. */
const unsimulated = absent([
  list('blkio-weight-device', 'Block IO weight (relative device weight)'),
  list('device-cgroup-rule', 'Add a rule to the cgroup allowed devices list'),
  list('storage-opt', 'Storage driver options for the container'),
  int('cpu-rt-period', 'Limit CPU real-time period in microseconds'),
  int('cpu-rt-runtime', 'Limit CPU real-time runtime in microseconds'),
  list('device-read-bps', 'Limit read rate (bytes per second) from a device'),
  list('device-read-iops', 'Limit read rate (IO per second) from a device'),
  list('device-write-bps', 'Limit write rate (bytes per second) to a device'),
  list('device-write-iops', 'Limit write rate (IO per second) to a device'),
  text('ip6', 'IPv6 address (e.g., 2001:db8::33)'),
  list('link-local-ip', 'Container IPv4/IPv6 link-local addresses'),
  bool('use-api-socket', 'Bind mount Docker API socket and required auth'),
]);

/** Each with the key of HostConfig that it sets. */
export const moreFlags: readonly FlagSpec[] = [
  ...table.map(([spec]) => spec),
  list('dns-opt', 'Set DNS options', { hidden: true }),
  ...unsimulated,
  text('cidfile', 'Write the container ID to the file'),
  int('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
  int('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
  int('oom-score-adj', "Tune host's OOM preferences (-1000 to 1000)"),
  list('label-file', 'Read in a line delimited file of labels'),
  text('mac-address', 'Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  bool('disable-content-trust', 'Skip image verification (deprecated)', { hidden: true }),
];

/** What the flags say of HostConfig beyond its everyday part; only what was given. */
export function moreHost(context: Context): { readonly more?: MoreHost } {
  const { flags } = context;
  if (flags.has('mac-address') && !/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(flags.text('mac-address')))
    throw new HelpError(`${flags.text('mac-address')} is not a valid mac address`);
  const given = table.filter(([{ name }]) => flags.has(name) || (name === 'dns-option' && flags.has('dns-opt')));
  if (given.length === 0) return {};
  const more = Object.fromEntries(given.map(([{ name }, key, read]) => [key, read(flags, name, context)]));
  return { more: flags.has('dns-opt') ? { ...more, DnsOptions: [...flags.list('dns-opt'), ...flags.list('dns-option')] } : more };
}

/** Lines of files that flags name (opts/file.go); `flag` stands before what is wrong. */
export function linesOf({ process }: Context, flag: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      const lines = process.fs
        .read(path)
        .split('\n')
        .map((line) => line.trimStart());
      return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => checkLine(flag, path, line));
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new HelpError(`--${flag}: open ${path}: ${error.message.toLowerCase()}`);
    }
  });
}

/** pkg/kvfile: a name, and no blanks in it. */
function checkLine(flag: string, path: string, line: string): string {
  const [name = ''] = line.split('=');
  const problem = name === '' ? `no variable name on line '${line}'` : /[ \t]/.test(name) ? `variable '${name}' contains whitespaces` : '';
  if (problem !== '') throw new HelpError(`--${flag}: invalid env file (${path}): ${problem}`);
  return line;
}

function mode(flag: string, word: string, allowed: RegExp): Reader {
  return (flags, name) => {
    if (!allowed.test(flags.text(name))) throw new HelpError(`--${flag}: invalid ${word} mode`);
    return flags.text(name);
  };
}

/** `all`, `2`, `device=0,capabilities=utility` (opts/gpus.go). */
function gpus(flags: Flags, name: string): object[] {
  const value = flags.text(name);
  const wrong = (why: string): ValueError => new ValueError(why, value, '--gpus');
  const counted = (text: string): number => {
    if (text === 'all') return -1;
    if (!/^[-+]?\d+$/.test(text)) throw wrong(`invalid count (${text}): value must be either "all" or an integer: invalid syntax`);
    return Number(text);
  };
  const request = { Driver: '', Count: 0, DeviceIDs: null as readonly string[] | null, Capabilities: [['gpu']], Options: {} };
  const seen = new Set<string>();
  for (const field of value.split(',')) {
    const [key = '', ...rest] = field.split('=');
    const text = rest.join('=');
    if (seen.has(key)) throw wrong(`gpu request key '${key}' can be specified only once`);
    seen.add(key);
    if (rest.length === 0 || key === 'count') {
      seen.add('count');
      request.Count = counted(rest.length === 0 ? key : text);
    } else if (key === 'driver') request.Driver = text;
    else if (key === 'device') request.DeviceIDs = [text];
    else if (key === 'capabilities') request.Capabilities = [[text, 'gpu']];
    else if (key === 'options') request.Options = pairs([text]);
    else throw wrong(`unexpected key '${key}' in '${field}'`);
  }
  if (!seen.has('count') && request.DeviceIDs === null) request.Count = 1;
  return [request];
}

function swappiness(flags: Flags, name: string): number | null {
  const value = flags.number(name);
  if (value !== -1 && (value < 0 || value > 100)) throw new HelpError(`invalid value: ${value}. Valid memory swappiness range is 0-100`);
  return value === -1 ? null : value;
}

const deviceMode = (text: string): boolean => /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;

function parseDevice(value: string): object {
  const parts = value.split(':');
  if (parts.length > 3 || parts[0] === '') throw new HelpError(`bad format for path: ${value}`);
  const [source = '', second = '', third] = parts;
  if (third !== undefined && !deviceMode(third)) throw new HelpError(`bad mode specified: ${third}`);
  const target = parts.length === 1 || (parts.length === 2 && deviceMode(second)) ? source : second;
  if (!target.startsWith('/')) throw new HelpError(`${target} is not an absolute path`);
  const permissions = third ?? (parts.length === 2 && deviceMode(second) ? second : 'rwm');
  return { PathOnHost: source, PathInContainer: target, CgroupPermissions: permissions };
}

/** A seccomp profile is read here and goes to the daemon as what is in it (opts.go parseSecurityOpts). */
function securityOption(option: string, files: FileSystem): string {
  const [, key = option, value = ''] = /^([^=:]+)[=:](.*)$/s.exec(option) ?? [];
  if (value === '' && key !== 'no-new-privileges') throw new HelpError(`invalid --security-opt: ${JSON.stringify(option)}`);
  if (key !== 'seccomp' || ['default', 'builtin', 'unconfined'].includes(value)) return option;
  try {
    return `seccomp=${JSON.stringify(parseJson(files.read(value)))}`;
  } catch (error) {
    if (isErrno(error)) throw new HelpError(`opening seccomp profile (${value}) failed: open ${value}: ${error.message.toLowerCase()}`);
    if (error instanceof JsonError) throw new HelpError(`compacting json for seccomp profile (${value}) failed: ${error.message}`);
    throw error;
  }
}

/** Those of a container's own namespaces (opts.ValidateSysctl). */
function sysctl(value: string): string {
  const [key = ''] = value.split('=');
  const known = /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|net\..*|fs\.mqueue\..*)$/;
  if (!known.test(key) || !value.includes('=')) throw new ValueError(`sysctl '${value}' is not allowed`, value, '--sysctl');
  return value;
}

function ulimit(value: string): object {
  const read = parseUlimit(value);
  if (typeof read === 'string') throw new ValueError(read, value, '--ulimit');
  return read;
}
