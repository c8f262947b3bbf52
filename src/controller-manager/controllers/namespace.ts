import type { core, KubeObject, Namespace } from '../../api/types.ts';
import { isReason } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { Client } from '../../client/client.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import { type DiscoveredResource, discoverResources } from '../../client/discovery.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { pathOf } from '../../client/paths.ts';
import { equal } from '../equal.ts';

/** Empties and finalizes namespaces that are deleted: pkg/controller/namespace. */
export const namespaceController = (): Controller => ({ name: 'namespace-controller', watches: [watch('namespaces', enqueueSelf)], reconcile });

const finalizer = 'kubernetes';
/** finalizerEstimateSeconds: how long finalizers of content may take. */
const finalizerEstimate = 15;

/** What is left of one resource. */
type Remaining = { readonly resource: DiscoveredResource; readonly items: readonly KubeObject[] };

function reconcile(key: ObjectKey, { client, informers, sim }: Context): Result {
  const namespace = informers.of('namespaces').get(key);
  if (namespace?.metadata.deletionTimestamp === undefined || !namespace.spec.finalizers?.includes(finalizer)) return {};
  const name = key.name;
  const failed: string[] = [];
  const resources = discoverResources(client, failed).filter(({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'));
  const pods = resources.filter(({ group, resource }) => group === '' && resource === 'pods');
  // Pods go first, while the secrets and service accounts that they use are still there: OrderedNamespaceDeletion.
  let remaining = deleteAll(client, name, pods);
  if (remaining.length === 0) {
    const others = resources.filter((resource) => !pods.includes(resource));
    remaining = deleteAll(client, name, others);
  }
  const current = client.get('namespaces', key);
  if (current === undefined || current.metadata.uid !== namespace.metadata.uid) return {};
  const noted = noteConditions(client, current, [discoveryCondition(failed), ...contentConditions(remaining)], rfc3339(sim.now));
  if (remaining.length > 0) return { requeueAfter: (estimate(remaining) / 2 + 1) * 1000 };
  // What nobody can list may still be there.
  if (failed.length > 0) return { rateLimited: true };
  finalize(client, noted);
  return {};
}

function deleteAll(client: Client, namespace: string, resources: readonly DiscoveredResource[]): readonly Remaining[] {
  const remaining: Remaining[] = [];
  for (const resource of resources) {
    const { items } = client.listResource(resource, { namespace });
    if (items.length === 0) continue;
    if (items.some(({ metadata }) => metadata.deletionTimestamp === undefined)) deleteItems(client, namespace, resource, items);
    const left = client.listResource(resource, { namespace }).items;
    if (left.length > 0) remaining.push({ resource, items: left });
  }
  return remaining;
}

function deleteItems(client: Client, namespace: string, resource: DiscoveredResource, items: readonly KubeObject[]): void {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  if (resource.verbs.includes('deletecollection')) {
    client.send({ method: 'DELETE', path: pathOf(resource, namespace), body });
    return;
  }
  for (const { metadata } of items) {
    try {
      client.deleteResource(resource, { namespace, name: metadata.name ?? '' }, { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}

/** Seconds that the remaining content may need. */
function estimate(remaining: readonly Remaining[]): number {
  const needs = remaining.map(({ resource, items }) => {
    const graces = resource.resource === 'pods' ? items.map(({ metadata }) => metadata.deletionGracePeriodSeconds ?? 0) : [];
    return Math.max(0, ...graces) || finalizerEstimate;
  });
  return Math.max(...needs);
}

type Wanted = readonly [type: string, status: string, reason: string, message: string];

function discoveryCondition(failed: readonly string[]): Wanted {
  const type = 'NamespaceDeletionDiscoveryFailure';
  if (failed.length === 0) return [type, 'False', 'ResourcesDiscovered', 'All resources successfully discovered'];
  const texts = failed.map((each) => `${each}: stale GroupVersion discovery: ${each}`).sort();
  const message = `Discovery failed for some groups, ${failed.length} failing: unable to retrieve the complete list of server APIs: ${texts.join(', ')}`;
  return [type, 'True', 'DiscoveryFailed', message];
}

function contentConditions(remaining: readonly Remaining[]): readonly Wanted[] {
  return [
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    contentCondition(remaining),
    finalizerCondition(remaining),
  ];
}

function noteConditions(client: Client, namespace: Namespace, wanted: readonly Wanted[], now: string): Namespace {
  const before = namespace.status?.conditions ?? [];
  const conditions: core.NamespaceCondition[] = wanted.map(([type, status, reason, message]) => {
    const known = before.find((condition) => condition.type === type);
    const lastTransitionTime = known?.status === status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : now;
    return { type, status, reason, message, lastTransitionTime };
  });
  if (equal(conditions, before)) return namespace;
  return client.updateStatus('namespaces', { ...namespace, status: { ...namespace.status, conditions } });
}

function contentCondition(remaining: readonly Remaining[]): Wanted {
  const type = 'NamespaceContentRemaining';
  if (remaining.length === 0) return [type, 'False', 'ContentRemoved', 'All content successfully removed'];
  const texts = remaining.map(({ resource, items }) => `${resource.resource}.${resource.group} has ${items.length} resource instances`).sort();
  return [type, 'True', 'SomeResourcesRemain', `Some resources are remaining: ${texts.join(', ')}`];
}

function finalizerCondition(remaining: readonly Remaining[]): Wanted {
  const type = 'NamespaceFinalizersRemaining';
  const counts = new Map<string, number>();
  for (const { items } of remaining)
    for (const { metadata } of items) for (const each of metadata.finalizers ?? []) counts.set(each, (counts.get(each) ?? 0) + 1);
  if (counts.size === 0) return [type, 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'];
  const texts = [...counts].map(([each, count]) => `${each} in ${count} resource instances`).sort();
  return [type, 'True', 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${texts.join(', ')}`];
}

function finalize(client: Client, namespace: Namespace): void {
  const finalizers = (namespace.spec.finalizers ?? []).filter((each) => each !== finalizer);
  try {
    client.update('namespaces', { ...namespace, spec: { ...namespace.spec, finalizers } }, 'finalize');
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
