/** /etc/docker/daemon.json over dockerd's flags, checked as dockerd checks it when it starts (moby daemon/config, daemon/command). */
import { parseBytes } from '../apimachinery/go-units.ts';
import type { CgroupDriver } from '../interfaces/docker.ts';

/** Every setting filled in; sizes of pools are prefix lengths. */
export type DaemonConfig = {
  readonly insecureRegistries: readonly string[];
  readonly mirrors: readonly string[];
  readonly logDriver: string;
  readonly logOpts: Readonly<Record<string, string>>;
  readonly dataRoot: string;
  readonly cgroupDriver: CgroupDriver;
  readonly storageDriver: string;
  readonly liveRestore: boolean;
  readonly iptables: boolean;
  readonly debug: boolean;
  readonly bip: string;
  readonly pools: readonly { readonly base: string; readonly size: number }[];
  readonly dns: readonly string[];
  readonly labels: readonly string[];
  readonly experimental: boolean;
  readonly defaultRuntime: string;
  readonly runtimes: readonly string[];
};

/** What systemd's journal gets to read when the file is no good. */
export class DaemonConfigError extends Error {}

type Kind = 'string' | 'bool' | 'number' | 'strings' | 'map' | 'objects' | 'object';
/** All that dockerd knows, by key. What is not below in `daemonConfig` is taken and has no effect here. */
const keys: Readonly<Record<Kind, string>> = {
  string:
    'bip bridge cgroup-parent containerd containerd-namespace containerd-plugin-namespace data-root default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode default-runtime default-shm-size exec-root fixed-cidr fixed-cidr-v6 firewall-backend group host-gateway-ip init-path ip log-driver log-format log-level metrics-addr pidfile seccomp-profile storage-driver swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path userns-remap http-proxy https-proxy no-proxy',
  bool: 'allow-direct-routing debug experimental icc init ip-forward ip-masq iptables ip6tables ipv6 live-restore no-new-privileges raw-logs selinux-enabled tls tlsverify userland-proxy',
  number: 'max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu network-control-plane-mtu oom-score-adjust shutdown-timeout',
  strings:
    'authorization-plugins cdi-spec-dirs dns dns-opts dns-search exec-opts host-gateway-ips hosts insecure-registries labels node-generic-resources registry-mirrors storage-opts',
  map: 'log-opts',
  objects: 'default-address-pools',
  object: 'builder default-network-opts default-ulimits features proxies runtimes',
};
const kindOf: ReadonlyMap<string, Kind> = new Map(
  Object.entries(keys).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as Kind] as const)),
);
const goTypes: Readonly<Record<Kind, string>> = {
  string: 'string',
  bool: 'bool',
  number: 'int',
  strings: '[]string',
  map: 'map[string]string',
  objects: '[]*ipamutils.NetworkToSplit',
  object: 'map[string]interface {}',
};
/** Flags of the unit that the file may not repeat. */
const flagsThatClash: Readonly<Record<string, string>> = { hosts: 'hosts', 'data-root': 'data-root', debug: 'debug', containerd: 'containerd' };
const notSimulated = ['userns-remap', 'tlsverify', 'authorization-plugins', 'bridge'];
/** Names that dockerd knows; most of them only to refuse them in the lab's own words. */
export const logDrivers = ['awslogs', 'fluentd', 'gcplogs', 'gelf', 'journald', 'json-file', 'local', 'splunk', 'syslog', 'none'];
const logOptKeys = ['max-size', 'max-file', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag', 'mode', 'max-buffer-size'];
const storageDrivers = ['overlayfs', 'overlay2', 'native', 'vfs', 'btrfs', 'zfs', 'stargz'];

type Fields = Readonly<Record<string, unknown>>;

/** `flags` by name, as given on the command line (`-H` as `hosts`). Throws DaemonConfigError. */
export function daemonConfig(text: string | undefined, flags: ReadonlyMap<string, string>, path = '/etc/docker/daemon.json'): DaemonConfig {
  const failed = (why: string): DaemonConfigError => new DaemonConfigError(`unable to configure the Docker daemon with file ${path}: ${why}`);
  const fields = text === undefined || text.trim() === '' ? {} : parsed(text, failed);
  const unknown = Object.keys(fields).filter((key) => !kindOf.has(key));
  if (unknown.length > 0) throw failed(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  const clashes = Object.keys(fields).filter((key) => flagsThatClash[key] !== undefined && flags.has(key));
  if (clashes.length > 0)
    throw failed(
      `the following directives are specified both as a flag and in the configuration file: ${clashes
        .map((key) => `${key}: (from flag: ${shown(flags.get(key), key)}, from file: ${shown(fields[key], key)})`)
        .join(', ')}`,
    );
  for (const [key, value] of Object.entries(fields)) {
    const kind = kindOf.get(key) as Kind;
    if (!fits(kind, value)) throw failed(`json: cannot unmarshal ${jsonKind(value)} into Go struct field Config.${key} of type ${goTypes[kind]}`);
  }
  const lost = notSimulated.find((key) => fields[key] !== undefined && fields[key] !== '' && fields[key] !== false);
  if (lost !== undefined) throw new DaemonConfigError(`k8s-lab: daemon.json with ${lost} is not simulated`);
  const invalid = invalidSetting(fields);
  if (invalid !== undefined) throw failed(`merged configuration validation from file and command line flags failed: ${invalid}`);
  return checked(fields, flags);
}

/** moby daemon/config Validate: what is wrong of the settings themselves. */
function invalidSetting(fields: Fields): string | undefined {
  const texts = (key: string): readonly string[] => (fields[key] as readonly string[] | undefined) ?? [];
  const level = fields['log-level'];
  if (level !== undefined && level !== '' && !/^(trace|debug|info|warn|warning|error|fatal|panic)$/i.test(String(level)))
    return `invalid logging level: ${level}`;
  const dns = texts('dns').find((each) => !/^\d{1,3}(\.\d{1,3}){3}$|:/.test(each));
  if (dns !== undefined) return `IP address is not correctly formatted: ${dns}`;
  const domain = texts('dns-search').find((each) => !/^(\.|[\w-]+(\.[\w-]+)*\.?)$/.test(each));
  if (domain !== undefined) return `${domain} is not a valid domain`;
  const label = texts('labels').find((each) => !each.includes('='));
  if (label !== undefined) return `bad attribute format: ${label}`;
  for (const [key, what] of [
    ['mtu', 'default MTU'],
    ['max-concurrent-downloads', 'max concurrent downloads'],
    ['max-concurrent-uploads', 'max concurrent uploads'],
    ['max-download-attempts', 'max download attempts'],
  ] as const)
    if (Number(fields[key]) < 0) return `invalid ${what}: ${fields[key]}`;
  const runtimes = Object.keys((fields['runtimes'] ?? {}) as object);
  if (runtimes.includes('runc')) return "runtime name 'runc' is reserved";
  const chosen = fields['default-runtime'];
  if (typeof chosen === 'string' && !['', 'runc', 'io.containerd.runc.v2'].includes(chosen) && !runtimes.includes(chosen))
    return `specified default runtime '${chosen}' does not exist`;
  const mirror = texts('registry-mirrors')
    .map(mirrorProblem)
    .find((each) => each !== undefined);
  if (mirror !== undefined) return mirror;
  const host = texts('hosts').find((each) => !/^(unix|tcp|fd|npipe):\/\/|^[^:]*(:\d+)?$/.test(each));
  return host === undefined ? undefined : `Invalid bind address format: ${host}`;
}

function checked(fields: Fields, flags: ReadonlyMap<string, string>): DaemonConfig {
  const text = (key: string, fallback: string): string =>
    typeof fields[key] === 'string' && fields[key] !== '' ? (fields[key] as string) : (flags.get(key) ?? fallback);
  const texts = (key: string): readonly string[] => (fields[key] as readonly string[] | undefined) ?? [];
  const start = (why: string): DaemonConfigError => new DaemonConfigError(`failed to start daemon: ${why}`);
  const cgroupDriver = texts('exec-opts')
    .filter((each) => each.startsWith('native.cgroupdriver='))
    .map((each) => each.slice('native.cgroupdriver='.length))
    .at(-1);
  if (cgroupDriver !== undefined && !['', 'systemd', 'cgroupfs'].includes(cgroupDriver))
    throw start(`native.cgroupdriver option ${cgroupDriver} not supported`);
  const logDriver = text('log-driver', 'json-file');
  if (!logDrivers.includes(logDriver)) throw start(`failed to set log opts: logger: no log driver named '${logDriver}' is registered`);
  const logOpts = (fields['log-opts'] ?? {}) as Readonly<Record<string, string>>;
  const [odd] = Object.keys(logOpts).filter((key) => !logOptKeys.includes(key));
  if (odd !== undefined && /^(json-file|local)$/.test(logDriver)) throw start(`failed to set log opts: unknown log opt '${odd}' for ${logDriver} log driver`);
  if (logOpts['max-size'] !== undefined && parseBytes(logOpts['max-size']) === undefined)
    throw start(`failed to set log opts: invalid size: '${logOpts['max-size']}'`);
  const storageDriver = text('storage-driver', '');
  if (storageDriver !== '' && !storageDrivers.includes(storageDriver)) throw start(`error initializing graphdriver: driver not supported: ${storageDriver}`);
  const bip = text('bip', '');
  if (bip !== '' && !isCidr(bip)) throw start(`Error initializing network controller: error creating default "bridge" network: invalid CIDR address: ${bip}`);
  const mirrors = texts('registry-mirrors');
  const pools = (fields['default-address-pools'] ?? []) as readonly { readonly base: string; readonly size: number }[];
  for (const { base } of pools)
    if (!isCidr(base)) throw start(`invalid default address pools: invalid base pool ${JSON.stringify(base)}: invalid CIDR address: ${base}`);
  return {
    insecureRegistries: texts('insecure-registries').map((each) => each.replace(/^https?:\/\//, '')),
    mirrors: mirrors.map((each) => (each.endsWith('/') ? each : `${each}/`)),
    logDriver,
    logOpts,
    dataRoot: text('data-root', '/var/lib/docker'),
    cgroupDriver: cgroupDriver === 'cgroupfs' ? 'cgroupfs' : 'systemd',
    storageDriver,
    liveRestore: fields['live-restore'] === true || flags.has('live-restore'),
    iptables: (fields['iptables'] ?? flags.get('iptables') !== 'false') !== false,
    debug: fields['debug'] === true || flags.has('debug'),
    bip,
    pools,
    dns: texts('dns'),
    labels: texts('labels'),
    experimental: fields['experimental'] === true,
    defaultRuntime: text('default-runtime', 'runc'),
    runtimes: Object.keys((fields['runtimes'] ?? {}) as object),
  };
}

/** Go's net.ParseCIDR. */
const isCidr = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(text) && text.split(/[./]/).every((part, i) => Number(part) <= (i === 4 ? 32 : 255));

/** registry.ValidateMirror. */
function mirrorProblem(mirror: string): string | undefined {
  const [, scheme, host = '', path = ''] = /^(?:([a-z][\w+.-]*):(?:\/\/)?)?([^/]*)(.*)$/i.exec(mirror) ?? [];
  if (scheme === undefined) return `invalid mirror: no scheme specified for "${mirror}": must use either 'https://' or 'http://'`;
  if (scheme !== 'http' && scheme !== 'https') return `invalid mirror: unsupported scheme "${scheme}" in "${mirror}": must use either 'https://' or 'http://'`;
  if (/[?#]/.test(path)) return `invalid mirror: query or fragment at end of the URI "${mirror}"`;
  if (host.includes('@')) return `invalid mirror: username/password not allowed in URI "${mirror.replace(/\/\/[^@]*@/, '//xxxxx@')}"`;
  return undefined;
}

/** encoding/json's complaints, for what people get wrong most. */
function parsed(text: string, failed: (why: string) => Error): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw failed(`json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`);
    return value as Fields;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failed(syntaxProblem(text));
  }
}

/** The first character that Go's decoder does not want, and where it stands. */
function syntaxProblem(text: string): string {
  let at = 0;
  const place = (): string => (text[at] === "'" ? `'\\''` : `'${text[at]}'`);
  const blank = (): void => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const value = (): string | undefined => {
    blank();
    if (at >= text.length) return 'unexpected EOF';
    const literal = /^(?:"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(text.slice(at))?.[0];
    if (literal !== undefined) {
      at += literal.length;
      return undefined;
    }
    if (text[at] === '{') return list('}', 'object key:value pair', true);
    if (text[at] === '[') return list(']', 'array element', false);
    return text[at] === '"' ? 'unexpected EOF' : `invalid character ${place()} looking for beginning of value`;
  };
  const list = (end: string, what: string, named: boolean): string | undefined => {
    at++;
    blank();
    if (text[at] === end) return at++ < 0 ? '' : undefined;
    for (;;) {
      blank();
      if (named) {
        if (at >= text.length) return 'unexpected EOF';
        if (text[at] !== '"') return `invalid character ${place()} looking for beginning of object key string`;
        const problem = value();
        if (problem !== undefined) return problem;
        blank();
        if (text[at] !== ':') return at >= text.length ? 'unexpected EOF' : `invalid character ${place()} after object key`;
        at++;
      }
      const problem = value();
      if (problem !== undefined) return problem;
      blank();
      if (at >= text.length) return 'unexpected EOF';
      if (text[at] === end) return at++ < 0 ? '' : undefined;
      if (text[at] !== ',') return `invalid character ${place()} after ${what}`;
      at++;
    }
  };
  const problem = value();
  if (problem !== undefined) return problem;
  blank();
  return `invalid character ${place()} after top-level value`;
}

function fits(kind: Kind, value: unknown): boolean {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (kind === 'string') return typeof value === 'string';
  if (kind === 'bool') return typeof value === 'boolean';
  if (kind === 'number') return typeof value === 'number';
  if (kind === 'strings') return Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (kind === 'map') return isMap && Object.values(value as object).every((each) => typeof each === 'string');
  return kind === 'objects' ? Array.isArray(value) : isMap;
}

const jsonKind = (value: unknown): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'object' : typeof value;

/** As Go prints it: hosts as a list. */
const shown = (value: unknown, key: string): string => (Array.isArray(value) ? `[${value.join(' ')}]` : key === 'hosts' ? `[${String(value)}]` : String(value));
