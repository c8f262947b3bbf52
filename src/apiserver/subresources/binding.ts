import type { core, Pod } from '../../api/types.ts';
import { required } from '../../apimachinery/field-error.ts';
import { conflict, invalid, notFound, optimisticLockMessage, success } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { topologyLabels } from '../admission/small.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { keyOf } from '../resource-table.ts';

type Binding = {
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
  };
  readonly target?: { readonly name?: string };
};

/** POST pods/binding: the scheduler's decision (kubernetes pkg/registry/core/pod/storage/storage.go assignPod). */
export function bind(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const binding = (context.request.body ?? {}) as Binding;
  const name = info.name || (binding.metadata?.name ?? '');
  const node = binding.target?.name ?? '';
  if (node === '') throw invalid({ group: '', kind: 'Binding' }, name, [required('target.name')]);
  const key = keyOf(served, info.namespace, name);
  const found = core.storage.get<Pod>(key);
  if (found === undefined) throw notFound(served, name);
  const pod = found.object;
  const refuse = (text: string): never => {
    throw conflict({ group: '', resource: 'pods/binding' }, name, text);
  };
  if (binding.metadata?.uid && binding.metadata.uid !== pod.metadata.uid)
    refuse(`Precondition failed: UID in precondition: ${binding.metadata.uid}, UID in object meta: ${pod.metadata.uid}`);
  if (pod.metadata.deletionTimestamp !== undefined) refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if ((pod.spec as { schedulingGates?: readonly object[] }).schedulingGates?.length) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  if (
    !context.dryRun &&
    core.storage.update(
      key,
      assigned(pod, node, { ...binding.metadata, labels: { ...binding.metadata?.labels, ...topologyLabels(context, node) } }, context),
      found.revision,
    ) === undefined
  )
    refuse(optimisticLockMessage);
  return jsonResponse(201, success());
}

function assigned(pod: Pod, node: string, { annotations, labels }: NonNullable<Binding['metadata']>, { core: { minor, sim } }: RequestContext): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: undefined,
    lastTransitionTime: rfc3339(sim.now),
    observedGeneration: pod.metadata.generation,
  };
  const { lastProbeTime: _never, ...scheduled } = condition;
  const { nominatedNodeName, ...status } = pod.status ?? {};
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(annotations && { annotations: { ...pod.metadata.annotations, ...annotations } }),
      ...(labels && Object.keys(labels).length > 0 && { labels: { ...pod.metadata.labels, ...labels } }),
    },
    spec: { ...pod.spec, nodeName: node },
    // ClearingNominatedNodeNameAfterBinding, since v1.35.
    status: { ...status, ...(minor < 35 && nominatedNodeName && { nominatedNodeName }), conditions: [...others, scheduled as unknown as core.PodCondition] },
  };
}
