import type { Pod, PodResourceClaim, ResourceClaim } from '../../api/types.ts';
import { isReason, notFound } from '../../apimachinery/status.ts';
import { isRetriable } from '../../client/client.ts';
import { claimStatuses, podClaims } from '../../client/component-helpers/resource-claims.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { controllerRef, type ObjectKey } from '../../client/keys.ts';
import { isTerminal } from '../pods.ts';

/** On claims that were made of a template: the pod's name for them. */
const podClaimAnnotation = 'resource.kubernetes.io/pod-claim-name';
/** Room for a hyphen and five random characters. */
const longestBase = 57;

/** Claims of pods that name a template, which go with the pod: pkg/controller/resourceclaim. */
export const resourceClaimController = (): Controller => ({
  name: 'resource-claim-controller',
  watches: [watch('pods', (pod, context, before) => (wanted(pod).length > 0 ? enqueueSelf(pod, context, before) : []))],
  reconcile,
});

/** Those of templates that have not been made yet. */
const wanted = (pod: Pod): readonly PodResourceClaim[] =>
  podClaims(pod).filter(({ name, resourceClaimTemplateName }) => resourceClaimTemplateName && !claimStatuses(pod).some((each) => each.name === name));

function reconcile(key: ObjectKey, { informers, client, recorder }: Context): Result {
  const pod = informers.of('pods').get(key);
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return {};
  const missing = wanted(pod);
  if (missing.length === 0) return {};
  const made = missing.map((claim) => {
    try {
      return { name: claim.name, resourceClaimName: ensure(client, pod, claim).metadata.name };
    } catch (error) {
      if (!isRetriable(error) || !(error instanceof Error)) throw error;
      const what = isReason(error, 'NotFound') ? `resource claim template "${claim.resourceClaimTemplateName}": ` : '';
      recorder.warning(pod, 'FailedResourceClaimCreation', `PodResourceClaim ${claim.name}: ${what}${error.message}`);
      throw error;
    }
  });
  client.updateStatus('pods', { ...pod, status: { ...pod.status, resourceClaimStatuses: [...claimStatuses(pod), ...made] } as Pod['status'] } as Pod);
  return {};
}

/** One that was made before the pod's status could be written, or a new one. */
function ensure(client: Context['client'], pod: Pod, { name, resourceClaimTemplateName = '' }: PodResourceClaim): ResourceClaim {
  const { namespace = '', uid, name: podName = '' } = pod.metadata;
  const orphan = client
    .list('resourceclaims.resource.k8s.io', { namespace })
    .items.find(({ metadata }) => metadata.annotations?.[podClaimAnnotation] === name && metadata.ownerReferences?.some((owner) => owner.uid === uid));
  if (orphan) return orphan;
  const template = client.get('resourceclaimtemplates.resource.k8s.io', { namespace, name: resourceClaimTemplateName });
  if (template === undefined) throw notFound({ group: 'resource.k8s.io', resource: 'resourceclaimtemplate' }, resourceClaimTemplateName);
  const { blockOwnerDeletion: _block, ...owner } = controllerRef('v1', 'Pod', pod);
  return client.create('resourceclaims.resource.k8s.io', {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      namespace,
      generateName: baseName(podName, name),
      ...(template.spec.metadata?.labels && { labels: template.spec.metadata.labels }),
      annotations: { ...template.spec.metadata?.annotations, [podClaimAnnotation]: name },
      ownerReferences: [owner],
    },
    spec: template.spec.spec,
  });
}

/** `web-gpu-`; both parts lose of their length when it is too much. */
function baseName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= longestBase) return whole;
  const cut = (text: string, length: number): string => text.slice(0, Math.floor((text.length * longestBase) / length));
  const first = `${cut(pod, whole.length)}-`;
  return first + cut(claim, whole.length);
}
