import type { core, LabelSelector, Pod } from '../../api/types.ts';
import { qosClass } from '../../client/component-helpers/pod-resources.ts';
import { equal, isObject } from '../objects.ts';
import { validateNewPod, validatePodUpdate } from '../validation/pod.ts';
import { podColumns } from './pod-columns.ts';
import { defaultPod } from './pod-defaults.ts';
import { type Strategy, strategyOf } from './strategy.ts';
import { nameWarnings, podWarnings } from './warnings.ts';

const finished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** kubernetes pkg/registry/core/pod/strategy.go */
const strategy: Strategy<Pod> = {
  defaults: (pod) => {
    const spec = pod.spec && defaultPod(pod.spec);
    return spec === pod.spec ? pod : { ...pod, spec };
  },
  prepareForCreate: (pod, { warn }) => ({
    ...pod,
    spec: withLabelKeys(withAppArmor(pod, warn), pod.metadata.labels),
    status: { phase: 'Pending', qosClass: qosClass(pod.spec), ...gatedStatus(pod) },
  }),
  validate: validateNewPod,
  validateUpdate: validatePodUpdate,
  // Nobody reads them on an update: that is the machinery's.
  warnings: (pod, old) => (old === undefined ? [...nameWarnings(pod.metadata.name, "the Pod's hostname"), ...podWarnings('', pod)] : []),
  generation: true,
  status: true,
  returnsDeleted: true,
  fields: {
    'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  columns: podColumns,
  // A pod that no kubelet runs, or that has ended, goes at once (CheckGracefulDelete).
  gracePeriod: (pod, asked) => {
    const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    return !pod.spec.nodeName || finished(pod) ? 0 : seconds < 0 ? 1 : seconds;
  },
};

/** applyAppArmorVersionSkew: the annotation of before v1.30 becomes the field. */
function withAppArmor({ metadata: { annotations = {} }, spec }: Pod, warn: (text: string) => void): Pod['spec'] {
  const synced = (container: core.Container): core.Container => {
    const key = `container.apparmor.security.beta.kubernetes.io/${container.name}`;
    const [, word, localhostProfile] = /^(unconfined|runtime\/default|localhost(?=\/))\/?(.*)$/.exec(annotations[key] ?? '') ?? [];
    if (word === undefined || container.securityContext?.appArmorProfile) return container;
    const type = { unconfined: 'Unconfined', localhost: 'Localhost' }[word] ?? 'RuntimeDefault';
    const appArmorProfile = { type, ...(localhostProfile && { localhostProfile }) };
    if (equal(appArmorProfile, spec.securityContext?.appArmorProfile)) return container;
    warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
    return { ...container, securityContext: { ...container.securityContext, appArmorProfile } };
  };
  return Object.keys(annotations).some((key) => key.startsWith('container.apparmor.'))
    ? { ...spec, containers: spec.containers.map(synced), ...(spec.initContainers && { initContainers: spec.initContainers.map(synced) }) }
    : spec;
}

/** What names keys of the pod's own labels (spread constraints since v1.34, terms of affinity) asks for the pod's values of them too. */
function withLabelKeys(spec: Pod['spec'], labels: Readonly<Record<string, string>> = {}): Pod['spec'] {
  const { topologySpreadConstraints, affinity } = spec;
  const given = { ...(topologySpreadConstraints && { topologySpreadConstraints }), ...(affinity && { affinity }) };
  if (!JSON.stringify(given).includes('atchLabelKeys"')) return spec;
  const asked = (keys: unknown, operator: string): object[] =>
    ((keys ?? []) as string[]).flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const merged = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(merged);
    if (!isObject(value)) return value;
    const { labelSelector, matchLabelKeys, mismatchLabelKeys } = value as Readonly<Record<string, LabelSelector | undefined>>;
    const more = [...asked(matchLabelKeys, 'In'), ...asked(mismatchLabelKeys, 'NotIn')];
    if (!labelSelector || more.length === 0) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, merged(each)]));
    return { ...value, labelSelector: { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] } };
  };
  return { ...spec, ...(merged(given) as typeof given) };
}

const gatedStatus = (pod: Pod): object =>
  pod.spec.schedulingGates?.length
    ? {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'SchedulingGated',
            message: 'Scheduling is blocked due to non-empty scheduling gates',
            lastProbeTime: null,
            lastTransitionTime: pod.metadata.creationTimestamp,
          },
        ],
      }
    : {};

/** A pod that no kubelet runs, or that has ended, is deleted without a grace period. */
export const pods = strategyOf(strategy);
