/** What a kustomization does to all its resources: sigs.k8s.io/kustomize api/internal/builtins. */
import { KubectlError } from '../errors.ts';
import { at, entriesOf, isObj, nameOf, type Obj, obj, objs, text, withPath } from '../json.ts';
import { isCalled, kindOf, mapDeep, type Resource, rename, withObject } from './resource.ts';

const clusterScoped = new Set(
  'Namespace Node PersistentVolume ClusterRole ClusterRoleBinding StorageClass CustomResourceDefinition PriorityClass IngressClass RuntimeClass APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CSIDriver'.split(
    ' ',
  ),
);
const keepTheirNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);
const scalable = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);
const selectedByTemplate = new Set(['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet']);

/** `namespace:`; references to ServiceAccounts follow. */
export function inNamespace(spec: Obj, resources: readonly Resource[]): Resource[] {
  const namespace = text(spec['namespace']);
  if (namespace === '') return [...resources];
  const accounts = resources.filter((each) => kindOf(each) === 'ServiceAccount');
  return resources.map((each) => {
    if (kindOf(each) === 'Namespace') return rename(each, namespace);
    const object = clusterScoped.has(kindOf(each)) ? each.object : withPath(each.object, ['metadata', 'namespace'], namespace);
    if (!Array.isArray(object['subjects'])) return withObject(each, object);
    const subjects = objs(object['subjects']).map((subject) =>
      subject['kind'] === 'ServiceAccount' && (subject['name'] === 'default' || accounts.some((account) => isCalled(account, text(subject['name']))))
        ? { ...subject, namespace }
        : subject,
    );
    return withObject(each, { ...object, subjects });
  });
}

/** namePrefix and nameSuffix. */
export function renamed(spec: Obj, resources: readonly Resource[]): Resource[] {
  const [prefix, suffix] = [text(spec['namePrefix']), text(spec['nameSuffix'])];
  return resources.map((each) => (keepTheirNames.has(kindOf(each)) ? each : rename(each, `${prefix}${nameOf(each.object)}${suffix}`)));
}

/** commonLabels and labels. */
export function labelled(spec: Obj, resources: readonly Resource[]): Resource[] {
  const entries = [
    ...objs(spec['labels']),
    ...(isObj(spec['commonLabels']) ? [{ pairs: spec['commonLabels'], includeSelectors: true }] : []),
  ] as readonly Obj[];
  return resources.map((each) =>
    withObject(
      each,
      entries.reduce((object, entry) => withLabels(object, obj(entry['pairs']), entry), each.object),
    ),
  );
}

function withLabels(object: Obj, pairs: Obj, { includeSelectors, includeTemplates }: Obj): Obj {
  const add = (target: Obj, path: readonly string[]): Obj => withPath(target, path, { ...obj(at(target, path.join('.'))), ...pairs });
  const has = (path: string): boolean => at(object, path) !== undefined;
  const kind = text(object['kind']);
  let out = add(object, ['metadata', 'labels']);
  if (includeSelectors !== true && includeTemplates !== true) return out;
  if (has('spec.template.spec')) out = add(out, ['spec', 'template', 'metadata', 'labels']);
  if (kind === 'CronJob') {
    if (includeSelectors === true) out = add(out, ['spec', 'jobTemplate', 'metadata', 'labels']);
    out = add(out, ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels']);
  }
  if (includeSelectors !== true) return out;
  if ((kind === 'Service' && has('spec.selector')) || kind === 'ReplicationController') out = add(out, ['spec', 'selector']);
  if (selectedByTemplate.has(kind) || (kind === 'PodDisruptionBudget' && has('spec.selector.matchLabels'))) out = add(out, ['spec', 'selector', 'matchLabels']);
  if (kind === 'NetworkPolicy' && has('spec.podSelector.matchLabels')) out = add(out, ['spec', 'podSelector', 'matchLabels']);
  if (kind === 'StatefulSet' && has('spec.volumeClaimTemplates'))
    out = withPath(
      out,
      ['spec', 'volumeClaimTemplates'],
      objs(at(out, 'spec.volumeClaimTemplates')).map((claim) => add(claim, ['metadata', 'labels'])),
    );
  return out;
}

/** commonAnnotations reach into pod templates too. */
export function annotated(spec: Obj, resources: readonly Resource[]): Resource[] {
  const pairs = obj(spec['commonAnnotations']);
  if (entriesOf(pairs).length === 0) return [...resources];
  const add = (target: Obj, path: readonly string[]): Obj => withPath(target, path, { ...obj(at(target, path.join('.'))), ...pairs });
  return resources.map((each) => {
    let out = add(each.object, ['metadata', 'annotations']);
    if (at(out, 'spec.template.spec') !== undefined) out = add(out, ['spec', 'template', 'metadata', 'annotations']);
    if (kindOf(each) === 'CronJob') {
      out = add(out, ['spec', 'jobTemplate', 'metadata', 'annotations']);
      out = add(out, ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'annotations']);
    }
    return withObject(each, out);
  });
}

/** `replicas:`, for kinds that have them. */
export function scaled(spec: Obj, resources: readonly Resource[]): Resource[] {
  const fits = (each: Resource, entry: Obj): boolean => scalable.has(kindOf(each)) && isCalled(each, text(entry['name']));
  const missing = objs(spec['replicas']).find((entry) => !resources.some((each) => fits(each, entry)));
  if (missing)
    throw new KubectlError(
      `resource with name ${text(missing['name'])} does not match a config with the following GVK [Deployment.[noVer].[noGrp] StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]`,
    );
  return resources.map((each) => {
    const entry = objs(spec['replicas']).find((one) => isCalled(each, text(one['name'])));
    return entry && scalable.has(kindOf(each)) ? withObject(each, withPath(each.object, ['spec', 'replicas'], entry['count'])) : each;
  });
}

/** The images of all containers. */
export function imaged(spec: Obj, resources: readonly Resource[]): Resource[] {
  const changes = objs(spec['images']);
  if (changes.length === 0) return [...resources];
  const inContainers = (key: string, item: unknown): unknown =>
    (key === 'containers' || key === 'initContainers') && Array.isArray(item)
      ? item.map((one) => (isObj(one) && typeof one['image'] === 'string' ? { ...one, image: image(one['image'], changes) } : one))
      : item;
  return resources.map((each) => withObject(each, obj(mapDeep(each.object, inContainers))));
}

function image(reference: string, changes: readonly Obj[]): string {
  return changes.reduce((current, change) => {
    const [, name = current, rest = ''] = /^(.*?)((?::[^/:@]+)?(?:@.+)?)$/.exec(current) ?? [];
    if (change['name'] !== name) return current;
    const suffix = change['tagSuffix'] !== undefined ? `${rest}${text(change['tagSuffix'])}` : rest;
    const tag = change['digest'] ? `@${text(change['digest'])}` : change['newTag'] !== undefined ? `:${String(change['newTag'])}` : suffix;
    return `${text(change['newName']) || name}${tag}`;
  }, reference);
}
