/** What the Pod Security Standards forbid: kubernetes pod-security-admission/policy. Each check gives upstream's text of what it found. */
import type { core, PodSpec } from '../../api/types.ts';

/** Each is stricter than the one before; `privileged` allows everything. */
export type Level = 'privileged' | 'baseline' | 'restricted';
type Check = { readonly level: 'baseline' | 'restricted'; readonly find: (spec: PodSpec) => string | undefined };
type Container = core.Container;

const all = (spec: PodSpec): Container[] => [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])];
const quote = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const who = (containers: readonly Container[]): string => `container${containers.length === 1 ? '' : 's'} ${quote(containers.map(({ name }) => name))}`;
const volumesWith = (spec: PodSpec, test: (volume: core.Volume) => boolean): string[] => (spec.volumes ?? []).filter(test).map(({ name }) => name);

const allowedCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const restrictedVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];

const checks: readonly Check[] = [
  {
    level: 'baseline',
    find: (spec) => {
      const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]).map((field) => `${field}=true`);
      return used.length > 0 ? `host namespaces (${used.join(', ')})` : undefined;
    },
  },
  {
    level: 'baseline',
    find: (spec) => {
      const bad = all(spec).filter(({ securityContext }) => securityContext?.privileged);
      return bad.length > 0 ? `privileged (${who(bad)} must not set securityContext.privileged=true)` : undefined;
    },
  },
  {
    level: 'baseline',
    find: (spec) => {
      const bad = all(spec).filter(({ securityContext }) => securityContext?.capabilities?.add?.some((name) => !allowedCapabilities.has(name)));
      const names = [...new Set(bad.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []))]
        .filter((name) => !allowedCapabilities.has(name))
        .sort();
      return bad.length > 0 ? `non-default capabilities (${who(bad)} must not include ${quote(names)} in securityContext.capabilities.add)` : undefined;
    },
  },
  {
    level: 'baseline',
    find: (spec) => {
      const names = volumesWith(spec, ({ hostPath }) => hostPath !== undefined);
      return names.length > 0 ? `hostPath volumes (volume${names.length === 1 ? '' : 's'} ${quote(names)})` : undefined;
    },
  },
  {
    level: 'baseline',
    find: (spec) => {
      const bad = all(spec).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort));
      const ports = [...new Set(bad.flatMap(({ ports: list }) => (list ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []))))].sort((a, b) => a - b);
      return bad.length > 0
        ? `hostPort (${who(bad)} use${bad.length === 1 ? 's' : ''} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')})`
        : undefined;
    },
  },
  {
    level: 'restricted',
    find: (spec) => {
      const bad = all(spec).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
      return bad.length > 0 ? `allowPrivilegeEscalation != false (${who(bad)} must set securityContext.allowPrivilegeEscalation=false)` : undefined;
    },
  },
  { level: 'restricted', find: unrestrictedCapabilities },
  {
    level: 'restricted',
    find: (spec) => {
      const names = volumesWith(spec, (volume) => Object.keys(volume).some((key) => key !== 'name' && !restrictedVolumes.includes(key)));
      const types = [
        ...new Set((spec.volumes ?? []).filter(({ name }) => names.includes(name)).flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'))),
      ].sort();
      return names.length > 0
        ? `restricted volume types (volume${names.length === 1 ? '' : 's'} ${quote(names)} use${names.length === 1 ? 's' : ''} restricted volume type${types.length === 1 ? '' : 's'} ${quote(types)})`
        : undefined;
    },
  },
  { level: 'restricted', find: runAsNonRoot },
  {
    level: 'restricted',
    find: (spec) => {
      const bad = all(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0);
      if (spec.securityContext?.runAsUser === 0) return 'runAsUser=0 (pod must not set runAsUser=0)';
      return bad.length > 0 ? `runAsUser=0 (${who(bad)} must not set runAsUser=0)` : undefined;
    },
  },
  { level: 'restricted', find: seccomp },
];

function unrestrictedCapabilities(spec: PodSpec): string | undefined {
  const containers = all(spec);
  const notDropped = containers.filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const added = containers.filter(({ securityContext }) => securityContext?.capabilities?.add?.some((name) => name !== 'NET_BIND_SERVICE'));
  const texts: string[] = [];
  if (notDropped.length > 0) texts.push(`${who(notDropped)} must set securityContext.capabilities.drop=["ALL"]`);
  if (added.length > 0) {
    const names = [...new Set(added.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []))]
      .filter((name) => name !== 'NET_BIND_SERVICE')
      .sort();
    texts.push(`${who(added)} must not include ${quote(names)} in securityContext.capabilities.add`);
  }
  return texts.length > 0 ? `unrestricted capabilities (${texts.join('; ')})` : undefined;
}

function runAsNonRoot(spec: PodSpec): string | undefined {
  const explicit = all(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot === false);
  if (explicit.length > 0) return `runAsNonRoot != true (${who(explicit)} must not set securityContext.runAsNonRoot=false)`;
  if (spec.securityContext?.runAsNonRoot) return undefined;
  const bad = all(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot !== true);
  return bad.length > 0 ? `runAsNonRoot != true (pod or ${who(bad)} must set securityContext.runAsNonRoot=true)` : undefined;
}

function seccomp(spec: PodSpec): string | undefined {
  const fine = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';
  const podFine = fine(spec.securityContext?.seccompProfile?.type);
  const bad = all(spec).filter(({ securityContext }) => (securityContext?.seccompProfile ? !fine(securityContext.seccompProfile.type) : !podFine));
  return bad.length > 0 ? `seccompProfile (pod or ${who(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")` : undefined;
}

/** Everything a pod does that a level forbids, joined as upstream joins it; empty when it conforms. */
export function violations(spec: PodSpec, level: Level): string {
  if (level === 'privileged') return '';
  const applicable = checks.filter((check) => check.level === 'baseline' || level === 'restricted');
  // The restricted rule for capabilities and volumes takes the place of the baseline one.
  return applicable
    .flatMap(({ find, level: own }) => (level === 'restricted' && own === 'baseline' && overridden.test(find(spec) ?? '') ? [] : (find(spec) ?? [])))
    .join(', ');
}

const overridden = /^(?:non-default capabilities|hostPath volumes)/;
