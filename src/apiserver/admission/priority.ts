import type { Pod, PriorityClass } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isNewPod } from './pods.ts';

type Class = PriorityClass & { readonly preemptionPolicy?: string };

/** Turns a pod's class into its number (plugin/pkg/admission/priority). */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit(context, operation, object) {
    if (!isNewPod(context, operation)) return object;
    const pod = object as Pod;
    const found = classOf(context, pod);
    const value = found?.value ?? 0;
    const preemptionPolicy = pod.spec.preemptionPolicy ?? found?.preemptionPolicy ?? 'PreemptLowerPriority';
    if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
      const text = `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
      throw forbidden(context.served, pod.metadata.name ?? '', text);
    }
    const name = found?.metadata.name;
    return { ...pod, spec: { ...pod.spec, priority: value, preemptionPolicy, ...(name && { priorityClassName: name }) } };
  },
};

function classOf({ core, served }: RequestContext, pod: Pod): Class | undefined {
  const { priorityClassName } = pod.spec;
  if (priorityClassName) {
    const found = core.storage.get<Class>(`/registry/priorityclasses/${priorityClassName}`);
    if (found === undefined) throw forbidden(served, pod.metadata.name ?? '', `no PriorityClass with name ${priorityClassName} was found`);
    return found.object;
  }
  const defaults = core.storage.list<Class>('/registry/priorityclasses/').filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => a.value - b.value)[0];
}
