/** What --profile and --custom make of a debugging container and its pod: kubernetes kubectl/pkg/cmd/debug/profiles.go. */
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import { KubectlError } from '../errors.ts';
import { at, defined, isObj, namespaceOf, type Obj, obj, objs } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';

/** Values of --profile. */
export const profileNames = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin', 'auto'];

/** Where the container goes. */
export type Style = 'ephemeral' | 'copy' | 'node';

/** Of the debugging container; undefined where the profile sets none. */
export function securityContext(profile: string, style: Style): Obj | undefined {
  if (profile === 'general' && style !== 'node') return { capabilities: { add: ['SYS_PTRACE'] } };
  if (profile === 'sysadmin') return { privileged: true };
  if (profile === 'netadmin') return { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } };
  if (profile === 'restricted')
    return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  return undefined;
}

/** The pod on a node: with its namespaces and its files, as far as the profile goes. */
export function nodePodSpec(profile: string, nodeName: string, container: Obj): Obj {
  const [hostNamespaces, files] = [!['baseline', 'restricted'].includes(profile), !['baseline', 'restricted', 'netadmin'].includes(profile)];
  return {
    containers: [files ? { ...container, volumeMounts: [{ mountPath: '/host', name: 'host-root' }] } : container],
    ...(hostNamespaces && { hostIPC: true, hostNetwork: true, hostPID: true }),
    nodeName,
    restartPolicy: 'Never',
    tolerations: [{ operator: 'Exists' }],
    ...(files && { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] }),
  };
}

/** Metadata and spec of a copy. The legacy profile keeps all but the labels; where only images change, those stay too. */
export function copyOf(k: Kubectl, pod: Obj, copy: { readonly name: string; readonly touched: boolean; readonly containers: readonly Obj[] }): Obj {
  const { flags } = k;
  const legacy = flags.text('profile') === 'legacy';
  const keeps = (flag: string): boolean => !copy.touched || (!legacy && flags.bool(flag));
  const { nodeName, ephemeralContainers: _ephemeral, shareProcessNamespace: shared, initContainers, ...rest } = obj(pod['spec']);
  const bare = (each: Obj): Obj => {
    const { livenessProbe, readinessProbe, startupProbe, ...others } = each;
    return defined({
      ...others,
      livenessProbe: flags.bool('keep-liveness') ? livenessProbe : undefined,
      readinessProbe: flags.bool('keep-readiness') ? readinessProbe : undefined,
      startupProbe: flags.bool('keep-startup') ? startupProbe : undefined,
    });
  };
  const byProfile = legacy || !copy.touched ? shared : (shared ?? true);
  return {
    metadata: defined({
      name: copy.name,
      namespace: namespaceOf(pod),
      labels: keeps('keep-labels') ? at(pod, 'metadata.labels') : undefined,
      annotations: legacy || keeps('keep-annotations') ? at(pod, 'metadata.annotations') : undefined,
    }),
    spec: defined({
      ...rest,
      containers: legacy || !copy.touched ? copy.containers : copy.containers.map(bare),
      initContainers: legacy || keeps('keep-init-containers') ? initContainers : undefined,
      shareProcessNamespace: flags.has('share-processes') ? flags.bool('share-processes') : byProfile,
      nodeName: flags.bool('same-node') ? nodeName : undefined,
    }),
  };
}

const fixed = ['name', 'command', 'image', 'lifecycle', 'volumeDevices'];

/** --custom: a part of a container, as JSON or YAML. */
export function readCustom(k: Kubectl): Obj {
  const path = k.flags.text('custom');
  if (path === '') return {};
  if (!k.process.fs.exists(path)) throw new KubectlError(`must pass a container spec json file for custom profile: open ${path}: no such file or directory`);
  try {
    const custom = obj(parseYaml(k.process.fs.read(path)));
    if (fixed.some((key) => key in custom)) throw new KubectlError('name, command, image, lifecycle and volume devices are not modifiable via custom profile');
    return custom;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`${path} does not contain a valid container spec: ${error.message}`);
  }
}

/** A container with what the custom profile says over it; variables are told apart by their names. */
export function customized(container: Obj, custom: Obj): Obj {
  const merged = { ...container };
  for (const [key, value] of Object.entries(custom)) {
    const before = merged[key];
    if (key === 'env') merged[key] = [...objs(value), ...objs(before).filter((old) => !objs(value).some((each) => each['name'] === old['name']))];
    else merged[key] = isObj(value) && isObj(before) ? customized(before, value) : value;
  }
  return merged;
}
