/** Manifests and the cluster: helm pkg/kube/client.go. */

import type { ApiResource } from '../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import { parseYaml } from '../../apimachinery/yaml.ts';
import type { Routine } from '../../sim/routine.ts';
import { ConnectionError } from '../kubectl/errors.ts';
import { at, nameOf, namespaceOf, type Obj, obj, text } from '../kubectl/json.ts';
import { objectPath } from '../kubectl/kubectl.ts';
import type { Call } from './call.ts';
import { HelmError } from './error.ts';
import type { Manifest } from './manifest.ts';

/** One object, and where it is served. */
export type Item = { readonly object: Obj; readonly resource: ApiResource; readonly namespace: string; readonly name: string };

export const keyOf = ({ resource, namespace, name }: Item): string => `${resource.group}/${resource.kind}/${namespace}/${name}`;
const pathOf = ({ resource, namespace, name }: Item): string => objectPath(resource, resource.namespaced ? namespace : '', name);

/** Objects of manifests. Throws HelmError for kinds that nobody serves. */
export function* built(call: Call, manifests: readonly Manifest[], namespace: string): Routine<Item[]> {
  const items: Item[] = [];
  for (const { content } of manifests) {
    const document = obj(parseYaml(content));
    const all = text(document['kind']) === 'List' && Array.isArray(document['items']) ? document['items'].map(obj) : [document];
    for (const object of all) {
      if (Object.keys(object).length === 0) continue;
      const [apiVersion, kind] = [text(object['apiVersion']), text(object['kind'])];
      const resource = yield* call.k.resourceOfKind(apiVersion, kind);
      if (!resource)
        throw new HelmError(
          `resource mapping not found for name: "${nameOf(object)}" namespace: "${namespaceOf(object)}" from "": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
        );
      items.push({ object, resource, namespace: resource.namespaced ? namespaceOf(object) || namespace : '', name: nameOf(object) });
    }
  }
  return items;
}

/** The object as the server has it; undefined where it has none. */
export function* live(call: Call, item: Item): Routine<Obj | undefined> {
  try {
    return obj(yield* call.k.api.request({ method: 'GET', path: pathOf(item) }));
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    return undefined;
  }
}

const managedBy = 'app.kubernetes.io/managed-by';
const releaseName = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';

/** The object with the marks of its release (setMetadataVisitor). */
export function marked(item: Item, name: string, namespace: string): Item {
  const metadata = obj(item.object['metadata']);
  const labels = { ...obj(metadata['labels']), [managedBy]: 'Helm' };
  const annotations = { ...obj(metadata['annotations']), [releaseName]: name, [releaseNamespace]: namespace };
  return { ...item, object: { ...item.object, metadata: { ...metadata, labels, annotations } } };
}

/** Those that exist already and may be taken over. Throws HelmError for others' (existingResourceConflict). */
export function* adoptable(call: Call, items: readonly Item[], name: string, namespace: string): Routine<Item[]> {
  const found: Item[] = [];
  for (const item of items) {
    const object = yield* live(call, item);
    if (!object) continue;
    const labels = obj(at(object, 'metadata.labels'));
    const annotations = obj(at(object, 'metadata.annotations'));
    const problem = (what: string, have: Obj, key: string, want: string): string[] => {
      if (have[key] === undefined) return [`${what} validation error: missing key "${key}": must be set to "${want}"`];
      return have[key] === want ? [] : [`${what} validation error: key "${key}" must equal "${want}": current value is "${text(have[key])}"`];
    };
    const problems = [
      ...problem('label', labels, managedBy, 'Helm'),
      ...problem('annotation', annotations, releaseName, name),
      ...problem('annotation', annotations, releaseNamespace, namespace),
    ];
    if (problems.length > 0 && !call.flags.bool('take-ownership'))
      throw new HelmError(
        `${item.resource.kind} "${item.name}" in namespace "${item.namespace}" exists and cannot be imported into the current release: invalid ownership metadata; ${problems.join('; ')}`,
      );
    found.push(item);
  }
  return found;
}

/** Server-side apply, as all of helm 4's writing. */
export function* applied(call: Call, { object, ...item }: Item, force = false): Routine {
  const path = pathOf({ object, ...item });
  const query = { fieldManager: 'helm', force: String(force), fieldValidation: 'Strict' };
  try {
    yield* call.k.api.request({ method: 'PATCH', path, query, body: object, contentType: 'application/apply-patch+yaml' });
  } catch (error) {
    if (isReason(error, 'Conflict') && error.message.startsWith('Apply failed'))
      throw new HelmError(
        `conflict occurred while applying object ${item.namespace}/${item.name} ${text(object['apiVersion'])}, Kind=${item.resource.kind}: ${error.message}`,
      );
    throw error;
  }
}

/** What is not there any more is no mistake. */
export function* removed(call: Call, item: Item, propagationPolicy = 'Background'): Routine {
  try {
    yield* call.k.api.request({ method: 'DELETE', path: pathOf(item), body: { propagationPolicy } });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}

export const isKept = ({ object }: Item): boolean => text(obj(at(object, 'metadata.annotations'))['helm.sh/resource-policy']).toLowerCase() === 'keep';

/** From one set of objects to another: what is new is made, what is gone is deleted. Gives what was made. Throws HelmError. */
export function* updated(call: Call, current: readonly Item[], target: readonly Item[]): Routine<Item[]> {
  const { flags } = call;
  if (flags.bool('force-replace') || flags.bool('force')) throw new HelmError('invalid operation: cannot use server-side apply and force replace together');
  const created: Item[] = [];
  const before = new Set(current.map(keyOf));
  for (const item of target) {
    if (yield* live(call, item)) {
      if (!before.has(keyOf(item))) throw new HelmError(`original object ${item.resource.kind} with the name ${JSON.stringify(item.name)} not found`);
      yield* applied(call, item, flags.bool('force-conflicts'));
      continue;
    }
    yield* failing('failed to create resource', applied(call, item));
    created.push(item);
  }
  const kept = new Set(target.map(keyOf));
  for (const item of current) if (!kept.has(keyOf(item)) && !isKept({ ...item, object: (yield* live(call, item)) ?? {} })) yield* removed(call, item);
  return created;
}

/** Puts what was in the making before what went wrong. */
export function* failing<T>(prefix: string, work: Routine<T>): Routine<T> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof ConnectionError) throw new HelmError(`${prefix}: cluster reachability check failed: kubernetes cluster unreachable: ${error.message}`);
    if (!isRefusal(error) || (error instanceof HelmError && error.status === 70)) throw error;
    throw new HelmError(`${prefix}: ${error.message}`);
  }
}

export const isRefusal = (error: unknown): error is Error => error instanceof HelmError || error instanceof StatusError;
