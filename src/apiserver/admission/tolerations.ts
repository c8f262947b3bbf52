import type { core, Node, Pod } from '../../api/types.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isFor, isNewPod } from './pods.ts';

const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'] as const;

const tolerates = (tolerations: readonly core.Toleration[], key: string): boolean =>
  tolerations.some((toleration) => (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect));

/** Pods stay five minutes on a node that is lost (plugin/pkg/admission/defaulttolerationseconds). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(context, operation, object) {
    if (!isNewPod(context, operation)) return object;
    const pod = object as Pod;
    const given = pod.spec.tolerations ?? [];
    const missing = keys.filter((key) => !tolerates(given, key));
    if (missing.length === 0) return pod;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
    return { ...pod, spec: { ...pod.spec, tolerations: [...given, ...added] } };
  },
};

/** A node is not ready until the node controller has seen that it is (plugin/pkg/admission/nodetaint). */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit(context, operation, object) {
    if (operation !== 'create' || !isFor(context, 'nodes')) return object;
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === keys[0] && effect === 'NoSchedule')) return node;
    return { ...node, spec: { ...node.spec, taints: [...taints, { key: keys[0], effect: 'NoSchedule' }] } };
  },
};
