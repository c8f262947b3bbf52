import type { Pod } from '../../api/types.ts';
import { qosClass } from '../../client/component-helpers/pod-resources.ts';
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
  prepareForCreate: (pod) => ({ ...pod, status: { phase: 'Pending', qosClass: qosClass(pod.spec), ...gatedStatus(pod) } }),
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
