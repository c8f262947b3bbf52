import type { Pod, PriorityClass } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isFor, isNewPod } from './pods.ts';

/** The class of pods that name none: of several the lowest. */
const defaultClass = (context: RequestContext): Class | undefined =>
  context.core.storage
    .list<Class>('/registry/priorityclasses/')
    .filter(({ globalDefault }) => globalDefault)
    .sort((a, b) => a.value - b.value)[0];

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
    if (found?.preemptionPolicy !== undefined && preemptionPolicy !== found.preemptionPolicy) {
      const text = `the string value of PreemptionPolicy (${preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${found.preemptionPolicy} from the given PriorityClass name`;
      throw forbidden(context.served, pod.metadata.name ?? '', text);
    }
    const name = found?.metadata.name;
    return { ...pod, spec: { ...pod.spec, priority: value, preemptionPolicy, ...(name && { priorityClassName: name }) } };
  },
  validate(context, operation, object) {
    if (!isFor(context, 'priorityclasses', 'scheduling.k8s.io') || !(object as Class | undefined)?.globalDefault) return;
    const other = defaultClass(context)?.metadata.name;
    const name = object?.metadata.name ?? '';
    if (other === undefined || (operation !== 'create' && other === name)) return;
    throw forbidden(context.served, name, `PriorityClass ${other} is already marked as default. Only one default can exist`);
  },
};

function classOf(context: RequestContext, pod: Pod): Class | undefined {
  const { core, served } = context;
  const { priorityClassName } = pod.spec;
  if (priorityClassName) {
    const found = core.storage.get<Class>(`/registry/priorityclasses/${priorityClassName}`);
    if (found === undefined) throw forbidden(served, pod.metadata.name ?? '', `no PriorityClass with name ${priorityClassName} was found`);
    return found.object;
  }
  return defaultClass(context);
}
