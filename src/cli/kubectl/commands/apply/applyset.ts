/** apply --applyset: a parent object remembers what was applied with it (kubernetes kubectl/pkg/cmd/apply/applyset.go, applyset_pruner.go). */
import { createHash } from 'node:crypto';
import type { ApiResource } from '../../../../apimachinery/resources.ts';
import { formatGroupVersion } from '../../../../apimachinery/resources.ts';
import { isReason } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { KubectlError } from '../../errors.ts';
import { at, nameOf, namespaceOf, type Obj, obj, objs, text, withPath } from '../../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { clientVersion } from '../../releases.ts';
import type { ManifestTarget } from './apply-target.ts';

const prefix = 'applyset.kubernetes.io';
const [partOf, idLabel, tooling] = [`${prefix}/part-of`, `${prefix}/id`, `${prefix}/tooling`];
const [containsKinds, moreNamespaces] = [`${prefix}/contains-group-kinds`, `${prefix}/additional-namespaces`];

type Members = { readonly kinds: ReadonlySet<string>; readonly namespaces: ReadonlySet<string> };

/** One set for one call: read before anything is applied, written before and after. */
export type ApplySet = {
  readonly resource: ApiResource;
  readonly name: string;
  readonly namespace: string;
  readonly id: string;
  /** What the parent said at first. */
  before: Members;
};

/** Reads --applyset; undefined without it. Throws KubectlError for what is no parent, and for flags that do not go with it. */
export function* applySetOf(k: Kubectl): Routine<ApplySet | undefined> {
  const given = k.flags.text('applyset');
  if (given === '') return undefined;
  const [word, name] = given.includes('/') ? (given.split('/', 2) as [string, string]) : ['secrets', given];
  const resource = yield* k.findResource(word);
  if (!resource) throw new KubectlError(`invalid parent reference "${given}": no matches for /, Resource=${word}`);
  const namespace = resource.namespaced && k.config.namespaceGiven ? k.namespace : '';
  if (!k.flags.bool('prune')) throw new KubectlError('--applyset requires --prune');
  if (resource.namespaced && namespace === '') throw new KubectlError('namespace is required to use namespace-scoped ApplySet');
  if (resource.group !== '' || !['secrets', 'configmaps'].includes(resource.resource)) yield* mustBeParent(k, resource);
  const other = ['all', 'selector', 'prune-allowlist'].find((flag) => k.flags.has(flag));
  if (other !== undefined) throw new KubectlError(`--${other} is incompatible with --applyset`);
  const hash = createHash('sha256').update([name, namespace, resource.kind, resource.group].join('.')).digest('base64url');
  return { resource, name, namespace, id: `applyset-${hash}-v1`, before: { kinds: new Set(), namespaces: new Set() } };
}

/** A custom resource may say that it is for this. */
function* mustBeParent(k: Kubectl, { group, version, resource }: ApiResource): Routine {
  try {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${resource}.${group}`;
    const labels = obj(at(yield* k.api.request({ method: 'GET', path }), 'metadata.labels'));
    if (labels[`${prefix}/is-parent-type`] === 'true') return;
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
  throw new KubectlError(`resource "${group}/${version}, Resource=${resource}" is not permitted as an ApplySet parent`);
}

/** The same objects with the label of the set. */
export const labelled = (set: ApplySet, targets: readonly ManifestTarget[]): readonly ManifestTarget[] =>
  targets.map((target) => {
    const { object } = target.manifest;
    if (partOf in obj(at(object, 'metadata.labels'))) throw new KubectlError(`ApplySet label "${partOf}" already set in input data`);
    return { ...target, manifest: { ...target.manifest, object: withPath(object, ['metadata', 'labels', partOf], set.id) } };
  });

const kindOf = ({ kind, group }: ApiResource): string => (group === '' ? kind : `${kind}.${group}`);

const membersOf = (targets: readonly ManifestTarget[]): Members => ({
  kinds: new Set(targets.map(({ resource }) => kindOf(resource))),
  namespaces: new Set(targets.flatMap(({ resource, namespace }) => (resource.namespaced ? [namespace] : []))),
});

/** Before anything is applied the parent holds both what was and what comes. */
export function* beforeApply(k: Kubectl, set: ApplySet, targets: readonly ManifestTarget[], dryRun: DryRun): Routine {
  set.before = yield* fetchParent(k, set);
  const coming = membersOf(targets);
  const [kinds, namespaces] = [new Set([...set.before.kinds, ...coming.kinds]), new Set([...set.before.namespaces, ...coming.namespaces])];
  yield* updateParent(k, set, { kinds, namespaces }, dryRun);
}

function* fetchParent(k: Kubectl, set: ApplySet): Routine<Members> {
  let parent: Obj;
  try {
    parent = obj(yield* k.api.request({ method: 'GET', path: pathOf(set.resource, set.namespace, set.name) }));
  } catch (error) {
    if (isReason(error, 'NotFound')) return set.before;
    throw error;
  }
  const shown = `"${set.resource.resource}.${set.resource.group}/${set.name}"`;
  const [annotations, labels] = [obj(at(parent, 'metadata.annotations')), obj(at(parent, 'metadata.labels'))];
  const tool = text(annotations[tooling]);
  if (tool === '') throw new KubectlError(`ApplySet parent object ${shown} already exists and is missing required annotation "${tooling}"`);
  if (tool.split('/')[0] !== 'kubectl')
    throw new KubectlError(`ApplySet parent object ${shown} already exists and is managed by tooling "${tool.split('/')[0]}" instead of "kubectl"`);
  const id = text(labels[idLabel]);
  if (id === '') throw new KubectlError(`ApplySet parent object ${shown} exists and does not have required label ${idLabel}`);
  if (id !== set.id)
    throw new KubectlError(`ApplySet parent object ${shown} exists and has incorrect value for label "${idLabel}" (got: ${id}, want: ${set.id})`);
  const words = (key: string): string[] =>
    text(annotations[key])
      .split(',')
      .filter((word) => word !== '');
  return { kinds: new Set(words(containsKinds)), namespaces: new Set([...words(moreNamespaces), ...(set.namespace === '' ? [] : [set.namespace])]) };
}

function* updateParent(k: Kubectl, { resource, name, namespace, id }: ApplySet, { kinds, namespaces }: Members, dryRun: DryRun): Routine {
  if (dryRun === 'client') return;
  const tool = text(clientVersion(k.process)['gitVersion']);
  const annotations = {
    [tooling]: `kubectl/${tool}`,
    [containsKinds]: [...kinds].sort().join(','),
    [moreNamespaces]: [...namespaces]
      .filter((each) => each !== namespace)
      .sort()
      .join(','),
  };
  const metadata = { name, ...(namespace !== '' && { namespace }), annotations, labels: { [idLabel]: id } };
  yield* k.api.request({
    method: 'PATCH',
    path: pathOf(resource, namespace, name),
    query: { fieldManager: 'kubectl-applyset', force: 'false', ...(dryRun === 'server' && { dryRun: 'All' }) },
    body: { apiVersion: formatGroupVersion(resource), kind: resource.kind, metadata },
    contentType: 'application/apply-patch+yaml',
  });
}

type Applied = { readonly applied: readonly Obj[]; readonly targets: readonly ManifestTarget[]; readonly dryRun: DryRun };

/** What carries the set's label and was not applied now goes; then the parent holds what is left. */
export function* pruneSet(k: Kubectl, set: ApplySet, { applied, targets, dryRun }: Applied): Routine {
  const kept = new Set(applied.map((object) => text(at(object, 'metadata.uid'))));
  const print = operationPrinter(k, dryRun);
  const { resources } = yield* k.discovery();
  for (const kind of [...set.before.kinds].sort()) {
    const resource = resources.find((each) => kindOf(each) === kind);
    if (!resource) throw new KubectlError(`could not find mapping for kind ${kind}`);
    for (const namespace of resource.namespaced ? [...set.before.namespaces].sort() : ['']) {
      const found = yield* k.api.request({ method: 'GET', path: pathOf(resource, namespace), query: { labelSelector: `${partOf}=${set.id}` } });
      for (const item of objs(at(found, 'items'))) {
        if (kept.has(text(at(item, 'metadata.uid')))) continue;
        if (dryRun !== 'client')
          yield* k.api.request({
            method: 'DELETE',
            path: pathOf(resource, namespaceOf(item), nameOf(item)),
            ...(dryRun === 'server' && { query: { dryRun: 'All' } }),
            body: { propagationPolicy: 'Background' },
          });
        yield* print({ ...item, apiVersion: formatGroupVersion(resource), kind: resource.kind }, 'pruned');
      }
    }
  }
  yield* updateParent(k, set, membersOf(targets), dryRun);
}
