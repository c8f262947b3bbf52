/** What an object looks like once Go's types have held it: amounts in canonical form, and no fields that say what `omitempty` leaves out. */
import { type TypeInfo, typeOf } from '../api/schema.ts';
import type { KubeObject } from '../api/types.ts';
import { tryParseQuantity } from '../apimachinery/quantity.ts';
import { isObject, type JsonObject, mapFields, mapKept } from './objects.ts';

/** Fields whose Go type is no pointer and whose zero is not written: kubernetes staging/src/k8s.io/api. */
const omitted: Readonly<Record<string, readonly string[]>> = {
  V1EnvVar: ['value'],
  V1EnvFromSource: ['prefix'],
  V1Toleration: ['key', 'operator', 'value', 'effect'],
  V1Taint: ['value'],
  V1EmptyDirVolumeSource: ['medium'],
  V1PersistentVolumeClaimVolumeSource: ['readOnly'],
  V1VolumeMount: ['readOnly', 'subPath', 'subPathExpr'],
  V1Container: ['image', 'workingDir', 'imagePullPolicy', 'stdin', 'stdinOnce', 'tty', 'command', 'args', 'env', 'envFrom', 'ports', 'volumeMounts'],
  V1ContainerPort: ['name', 'hostPort', 'hostIP', 'protocol'],
  V1Probe: ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'],
  V1PodSpec: [
    ...['nodeName', 'hostname', 'subdomain', 'hostNetwork', 'hostPID', 'hostIPC', 'priorityClassName', 'schedulerName', 'serviceAccountName', 'restartPolicy'],
    ...['dnsPolicy', 'tolerations', 'volumes', 'initContainers', 'imagePullSecrets', 'hostAliases', 'nodeSelector', 'topologySpreadConstraints'],
  ],
  V1ServiceSpec: ['clusterIP', 'externalName', 'loadBalancerIP', 'type', 'sessionAffinity', 'publishNotReadyAddresses', 'externalTrafficPolicy', 'externalIPs'],
  V1ServicePort: ['name', 'protocol', 'nodePort'],
  V1PersistentVolumeSpec: ['storageClassName', 'persistentVolumeReclaimPolicy', 'mountOptions'],
  V1PersistentVolumeClaimSpec: ['volumeName'],
  V1NodeSpec: ['unschedulable', 'providerID', 'taints'],
  V1DeploymentSpec: ['minReadySeconds', 'paused'],
  V1ReplicaSetSpec: ['minReadySeconds'],
  V1DaemonSetSpec: ['minReadySeconds'],
  V1StatefulSetSpec: ['minReadySeconds', 'volumeClaimTemplates'],
  RbacV1Subject: ['apiGroup', 'namespace'],
  V1ObjectMeta: ['labels', 'annotations', 'finalizers', 'ownerReferences', 'generateName', 'namespace'],
  V1ConfigMap: ['data', 'binaryData'],
  V1Secret: ['data', 'type'],
  V1NetworkPolicySpec: ['ingress', 'egress'],
};

type Change = (value: unknown) => unknown;
type Plan = { readonly zeros: ReadonlySet<string>; readonly parts: ReadonlyMap<string, Change> };

/** The object as the apiserver keeps it; itself when nothing changes. */
export function throughGo(object: KubeObject): KubeObject {
  const type = typeOf(object.apiVersion ?? '', object.kind ?? '');
  const change = type && changeOf(type);
  return change ? (change(object) as KubeObject) : object;
}

/** How values of a type change, undefined for types where nothing can: found once for each type. */
const changeOf = ((): ((type: TypeInfo) => Change | undefined) => {
  const known = new WeakMap<TypeInfo, Change | 'none'>();
  const find = (type: TypeInfo): Change | undefined => {
    const found = known.get(type);
    if (found !== undefined) return found === 'none' ? undefined : found;
    // A type that holds itself (schemas of custom resources) has nothing to change.
    known.set(type, 'none');
    const change = make(type, find);
    known.set(type, change ?? 'none');
    return change;
  };
  return find;
})();

function make(type: TypeInfo, find: (type: TypeInfo) => Change | undefined): Change | undefined {
  if (type.kind === 'scalar') return type.scalar === 'quantity' ? canonical : undefined;
  if (type.kind === 'any') return undefined;
  if (type.kind !== 'object') {
    const each = type.items && find(type.items);
    return each && (type.kind === 'list' ? (value) => mapList(value, each) : (value) => mapValues(value, each));
  }
  const parts = new Map<string, Change>();
  for (const { name, type: part } of type.fields()) {
    const change = find(part);
    if (change) parts.set(name, change);
  }
  const plan: Plan = { zeros: new Set(omitted[type.id]), parts };
  return plan.zeros.size === 0 && parts.size === 0 ? undefined : (value) => mapObject(value, plan);
}

/** Amounts that are canonical as they stand, without reading them. */
const plain = /^(0|[1-9]\d{0,2}(m|k|[KMGT]i|[MGT])?)$/;

function canonical(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value);
  return plain.test(text) ? text : (tryParseQuantity(text)?.toString() ?? value);
}

const isZero = (value: unknown): boolean =>
  value === '' ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && !Array.isArray(value) && isEmptyObject(value));

function isEmptyObject(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

function mapObject(value: unknown, { zeros, parts }: Plan): unknown {
  // What is frozen came from the store and went through here before.
  if (!isObject(value) || Object.isFrozen(value)) return value;
  return mapFields(value, (part, key) => {
    if (zeros.has(key) && isZero(part)) return undefined;
    const change = parts.get(key);
    return change ? change(part) : part;
  });
}

const mapList = (value: unknown, change: Change): unknown => (Array.isArray(value) && !Object.isFrozen(value) ? mapKept<unknown>(value, change) : value);

const mapValues = (value: unknown, change: Change): unknown => (isObject(value) && !Object.isFrozen(value) ? mapFields(value, change) : value);
