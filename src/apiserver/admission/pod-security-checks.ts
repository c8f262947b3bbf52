/** What the Pod Security Standards forbid: kubernetes pod-security-admission/policy. Each check gives upstream's text of what it found. */
import type { core, PodSpec } from '../../api/types.ts';
import { own } from '../../sim/own.ts';

/** Each is stricter than the one before; `privileged` allows everything. */
export type Level = 'privileged' | 'baseline' | 'restricted';
type Container = core.Container;
type Context = NonNullable<Container['securityContext']>;
/** What a pod is, as far as it is looked at. */
export type Subject = { readonly spec: PodSpec; readonly annotations?: Readonly<Record<string, string>> | undefined };

/** A rule of a level from a minor version of the policy on; those of `restricted` may take the place of one of `baseline`. */
type Check = {
  readonly level: 'baseline' | 'restricted';
  readonly since?: number;
  readonly reason: string;
  readonly instead?: string;
  /** The detail, or undefined when the pod conforms. */
  readonly find: (subject: Subject, minor: number) => string | undefined;
};

const all = (spec: PodSpec): Container[] => [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])];
const quote = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);
const who = (containers: readonly Container[]): string => `${plural(containers.length, 'container')} ${quote(containers.map(({ name }) => name))}`;
const uses = (count: number): string => (count === 1 ? 'uses' : 'use');
const volumesWith = (spec: PodSpec, test: (volume: core.Volume) => boolean): string[] => (spec.volumes ?? []).filter(test).map(({ name }) => name);
const isWindows = ({ os }: PodSpec): boolean => os?.name === 'windows';

/** The pod's own context and those of its containers that are bad, as `pod and containers "a", "b"`; undefined when none is. */
function setters(spec: PodSpec, isBad: (context: Context) => boolean): string | undefined {
  const own = spec.securityContext && isBad(spec.securityContext as Context);
  const bad = containersWith(spec, isBad);
  return own || bad.length > 0 ? [...(own ? ['pod'] : []), ...(bad.length > 0 ? [who(bad)] : [])].join(' and ') : undefined;
}

const containersWith = (spec: PodSpec, test: (context: Context) => boolean): Container[] =>
  all(spec).filter(({ securityContext }) => securityContext !== undefined && test(securityContext));
const contexts = (spec: PodSpec): Context[] =>
  [spec.securityContext as Context | undefined, ...all(spec).map((each) => each.securityContext)].flatMap((each) => each ?? []);

const allowedCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
);
const restrictedVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const selinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
/** Sysctls by the version of the policy that first allows them. */
const safeSysctls: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};
const fine = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';
/** Pods with users of their own may do more since 1.35. */
const isRelaxed = (spec: PodSpec, minor: number): boolean => minor >= 35 && spec.hostUsers === false;

/** In the order of upstream's ids, those of baseline first. */
const checks: readonly Check[] = [
  { level: 'baseline', reason: 'forbidden AppArmor profile', find: appArmor },
  {
    level: 'baseline',
    reason: 'non-default capabilities',
    find: ({ spec }) => {
      const isBad = (name: string): boolean => !allowedCapabilities.has(name);
      const bad = containersWith(spec, ({ capabilities }) => capabilities?.add?.some(isBad) ?? false);
      const names = sorted(bad.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []).filter(isBad));
      return bad.length > 0 ? `${who(bad)} must not include ${quote(names)} in securityContext.capabilities.add` : undefined;
    },
  },
  {
    level: 'baseline',
    reason: 'host namespaces',
    find: ({ spec }) => {
      const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]).map((field) => `${field}=true`);
      return used.length > 0 ? used.join(', ') : undefined;
    },
  },
  {
    level: 'baseline',
    reason: 'hostPath volumes',
    find: ({ spec }) => {
      const names = volumesWith(spec, ({ hostPath }) => hostPath !== undefined);
      return names.length > 0 ? `${plural(names.length, 'volume')} ${quote(names)}` : undefined;
    },
  },
  {
    level: 'baseline',
    reason: 'hostPort',
    find: ({ spec }) => {
      const bad = all(spec).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort));
      const ports = sorted(bad.flatMap(({ ports: list }) => (list ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []))));
      return bad.length > 0 ? `${who(bad)} ${uses(bad.length)} ${plural(ports.length, 'hostPort')} ${ports.join(', ')}` : undefined;
    },
  },
  {
    level: 'baseline',
    since: 34,
    reason: 'probe or lifecycle host',
    find: ({ spec }) => {
      const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
        [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((each) =>
          [each?.httpGet?.host, each?.tcpSocket?.host].flatMap((host) => host || []),
        );
      const bad = all(spec).filter((container) => hostsOf(container).length > 0);
      const hosts = sorted(bad.flatMap(hostsOf));
      const names = sorted(bad.map(({ name }) => name));
      return bad.length > 0
        ? `${plural(names.length, 'container')} ${quote(names)} ${uses(names.length)} ${plural(hosts.length, 'probe or lifecycle host')} ${quote(hosts)}`
        : undefined;
    },
  },
  {
    level: 'baseline',
    reason: 'privileged',
    find: ({ spec }) => {
      const bad = containersWith(spec, ({ privileged }) => privileged === true);
      return bad.length > 0 ? `${who(bad)} must not set securityContext.privileged=true` : undefined;
    },
  },
  { level: 'baseline', reason: 'procMount', find: ({ spec }, minor) => (isRelaxed(spec, minor) ? undefined : procMount(spec)) },
  { level: 'baseline', reason: 'seLinuxOptions', find: selinux },
  {
    level: 'baseline',
    since: 19,
    reason: 'seccompProfile',
    find: ({ spec }) => {
      const isBad = ({ seccompProfile }: Context): boolean => seccompProfile !== undefined && !fine(seccompProfile.type);
      const found = setters(spec, isBad);
      const values = sorted(
        contexts(spec)
          .filter(isBad)
          .flatMap(({ seccompProfile }) => seccompProfile?.type ?? []),
      );
      return found && `${found} must not set securityContext.seccompProfile.type to ${quote(values)}`;
    },
  },
  {
    level: 'baseline',
    reason: 'forbidden sysctls',
    find: ({ spec }, minor) => {
      const bad = (spec.securityContext?.sysctls ?? []).filter(({ name }) => minor < (own(safeSysctls, name) ?? Number.POSITIVE_INFINITY));
      return bad.length > 0 ? bad.map(({ name }) => name).join(', ') : undefined;
    },
  },
  {
    level: 'baseline',
    reason: 'hostProcess',
    find: ({ spec }) => {
      const found = setters(spec, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
      return found && `${found} must not set securityContext.windowsOptions.hostProcess=true`;
    },
  },
  {
    level: 'restricted',
    since: 8,
    reason: 'allowPrivilegeEscalation != false',
    find: ({ spec }, minor) => {
      if (minor >= 25 && isWindows(spec)) return undefined;
      const bad = all(spec).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
      return bad.length > 0 ? `${who(bad)} must set securityContext.allowPrivilegeEscalation=false` : undefined;
    },
  },
  { level: 'restricted', since: 22, reason: 'unrestricted capabilities', instead: 'non-default capabilities', find: unrestrictedCapabilities },
  { level: 'restricted', since: 35, reason: 'procMount', instead: 'procMount', find: ({ spec }) => procMount(spec) },
  {
    level: 'restricted',
    reason: 'restricted volume types',
    instead: 'hostPath volumes',
    find: ({ spec }) => {
      const typesOf = (volume: core.Volume): string[] => Object.keys(volume).filter((key) => key !== 'name' && !restrictedVolumes.includes(key));
      const names = volumesWith(spec, (volume) => typesOf(volume).length > 0);
      const types = sorted((spec.volumes ?? []).flatMap(typesOf));
      return names.length > 0
        ? `${plural(names.length, 'volume')} ${quote(names)} ${uses(names.length)} ${plural(types.length, 'restricted volume type')} ${quote(types)}`
        : undefined;
    },
  },
  { level: 'restricted', reason: 'runAsNonRoot != true', find: ({ spec }, minor) => (isRelaxed(spec, minor) ? undefined : runAsNonRoot(spec)) },
  {
    level: 'restricted',
    since: 23,
    reason: 'runAsUser=0',
    find: ({ spec }, minor) => {
      const found = isRelaxed(spec, minor) ? undefined : setters(spec, ({ runAsUser }) => runAsUser === 0);
      return found && `${found} must not set runAsUser=0`;
    },
  },
  { level: 'restricted', since: 19, reason: 'seccompProfile', instead: 'seccompProfile', find: seccomp },
];

function appArmor({ spec, annotations }: Subject): string | undefined {
  const isBad = ({ appArmorProfile }: Context): boolean => appArmorProfile !== undefined && !fine(appArmorProfile.type);
  const values = sorted(
    contexts(spec)
      .filter(isBad)
      .flatMap(({ appArmorProfile }) => appArmorProfile?.type ?? []),
  );
  const bad = Object.entries(annotations ?? {})
    .filter(([key, value]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/') && !/^(?:$|runtime\/default$|localhost\/)/.test(value))
    .map(([key, value]) => `${key}="${value}"`)
    .sort();
  const found = [setters(spec, isBad), bad.length > 0 ? plural(bad.length, 'annotation') : undefined].filter((each) => each !== undefined);
  return found.length > 0 ? `${found.join(' and ')} must not set AppArmor profile type to ${quote([...values, ...bad])}` : undefined;
}

function procMount(spec: PodSpec): string | undefined {
  const bad = containersWith(spec, ({ procMount: how }) => how !== undefined && how !== 'Default');
  const values = sorted(bad.flatMap(({ securityContext }) => securityContext?.procMount ?? []));
  return bad.length > 0 ? `${who(bad)} must not set securityContext.procMount to ${quote(values)}` : undefined;
}

function selinux({ spec }: Subject, minor: number): string | undefined {
  const badTypes = ({ type = '' }: core.SELinuxOptions): string[] =>
    selinuxTypes.includes(type) || (minor >= 31 && type === 'container_engine_t') ? [] : [type];
  const isBad = ({ seLinuxOptions: set }: Context): boolean => set !== undefined && (badTypes(set).length > 0 || Boolean(set.user) || Boolean(set.role));
  const found = setters(spec, isBad);
  if (found === undefined) return undefined;
  const sets = contexts(spec).flatMap(({ seLinuxOptions }) => seLinuxOptions ?? []);
  const types = sorted(sets.flatMap(badTypes));
  const texts = [
    ...(types.length > 0 ? [`${plural(types.length, 'type')} ${quote(types)}`] : []),
    ...(['user', 'role'] as const).flatMap((field) => (sets.some((set) => set[field]) ? [`${field} may not be set`] : [])),
  ];
  return `${found} set forbidden securityContext.seLinuxOptions: ${texts.join('; ')}`;
}

function unrestrictedCapabilities({ spec }: Subject, minor: number): string | undefined {
  if (minor >= 25 && isWindows(spec)) return undefined;
  const containers = all(spec);
  const isBad = (name: string): boolean => name !== 'NET_BIND_SERVICE';
  const notDropped = containers.filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const added = containersWith(spec, ({ capabilities }) => capabilities?.add?.some(isBad) ?? false);
  const texts: string[] = [];
  if (notDropped.length > 0) texts.push(`${who(notDropped)} must set securityContext.capabilities.drop=["ALL"]`);
  if (added.length > 0) {
    const names = sorted(added.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []).filter(isBad));
    texts.push(`${who(added)} must not include ${quote(names)} in securityContext.capabilities.add`);
  }
  return texts.length > 0 ? texts.join('; ') : undefined;
}

function runAsNonRoot(spec: PodSpec): string | undefined {
  const explicit = setters(spec, ({ runAsNonRoot: set }) => set === false);
  if (explicit !== undefined) return `${explicit} must not set securityContext.runAsNonRoot=false`;
  if (spec.securityContext?.runAsNonRoot) return undefined;
  const bad = all(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot !== true);
  return bad.length > 0 ? `pod or ${who(bad)} must set securityContext.runAsNonRoot=true` : undefined;
}

function seccomp(subject: Subject, minor: number): string | undefined {
  const { spec } = subject;
  if (minor >= 25 && isWindows(spec)) return undefined;
  const explicit = checks.find(({ reason }) => reason === 'seccompProfile')?.find(subject, minor);
  if (explicit !== undefined) return explicit;
  if (fine(spec.securityContext?.seccompProfile?.type)) return undefined;
  const bad = all(spec).filter(({ securityContext }) => securityContext?.seccompProfile === undefined);
  return bad.length > 0 ? `pod or ${who(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` : undefined;
}

/** What a pod does that a level forbids, in a version of the policy (`latest`, `v1.24`): each reason with its detail; empty when it conforms. */
export function violations(subject: Subject, level: Level, version: string): readonly { readonly reason: string; readonly detail: string }[] {
  if (level === 'privileged') return [];
  const minor = Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? 999);
  const applicable = checks.filter(({ level: own, since = 0 }) => (own === 'baseline' || level === 'restricted') && since <= minor);
  const replaced = new Set(applicable.map(({ instead }) => instead));
  return applicable
    .filter(({ level: own, reason }) => own === 'restricted' || !replaced.has(reason))
    .flatMap(({ reason, find }) => {
      const detail = find(subject, minor);
      if (detail === undefined) return [];
      return [{ reason: reason === 'forbidden AppArmor profile' && detail.includes('", "') ? `${reason}s` : reason, detail }];
    });
}
