/** What a kustomization does to all its resources: sigs.k8s.io/kustomize api/internal/builtins. */
import { KubectlError } from '../errors.ts';
import { at, entriesOf, isObj, nameOf, type Obj, obj, objs, text, withPath } from '../json.ts';
import { changeFields, labelSpecs } from './field-spec.ts';
import { isCalled, kindOf, mapDeep, type Resource, rename, withObject } from './resource.ts';

const clusterScoped = new Set(
  'Namespace Node PersistentVolume ClusterRole ClusterRoleBinding StorageClass CustomResourceDefinition PriorityClass IngressClass RuntimeClass APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CSIDriver'.split(
    ' ',
  ),
);
const keepTheirNames = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);
const scalable = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

/** `namespace:`; references to ServiceAccounts follow. */
export function inNamespace(spec: Obj, resources: readonly Resource[]): Resource[] {
  const namespace = text(spec['namespace']);
  if (namespace === '') return [...resources];
  const accounts = resources.filter((each) => kindOf(each) === 'ServiceAccount');
  const services = resources.filter((each) => kindOf(each) === 'Service');
  const followed = (service: unknown): unknown =>
    services.some((each) => isCalled(each, text(obj(service)['name']))) ? { ...obj(service), namespace } : service;
  return resources.map((each) => {
    if (kindOf(each) === 'Namespace') return rename(each, namespace);
    const object = clusterScoped.has(kindOf(each)) ? each.object : withPath(each.object, ['metadata', 'namespace'], namespace);
    if (kindOf(each).endsWith('WebhookConfiguration')) return withObject(each, changeFields(object, [{ path: 'webhooks/clientConfig/service' }], followed));
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

/** commonLabels and labels; `only`: nowhere but in the fields that are named. */
export function labelled(spec: Obj, resources: readonly Resource[], configured: readonly Obj[] = []): Resource[] {
  const entries = [
    ...objs(spec['labels']),
    ...(isObj(spec['commonLabels']) ? [{ pairs: spec['commonLabels'], includeSelectors: true }] : []),
  ] as readonly Obj[];
  return resources.map((each) =>
    withObject(
      each,
      entries.reduce(
        (object, entry) => changeFields(object, entry['only'] === true ? objs(entry['fields']) : labelSpecs(entry, configured), adding(obj(entry['pairs']))),
        each.object,
      ),
    ),
  );
}

const adding =
  (pairs: Obj) =>
  (old: unknown): Obj => ({ ...obj(old), ...pairs });

/** commonAnnotations reach into pod templates too. */
export function annotated(spec: Obj, resources: readonly Resource[]): Resource[] {
  const pairs = obj(spec['commonAnnotations']);
  if (entriesOf(pairs).length === 0) return [...resources];
  if (spec['fieldSpecs'] !== undefined) return resources.map((each) => withObject(each, changeFields(each.object, objs(spec['fieldSpecs']), adding(pairs))));
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
export function imaged(spec: Obj, resources: readonly Resource[], configured: readonly Obj[] = []): Resource[] {
  // Two filters go over the containers, one after the other: it shows in suffixes.
  const changes = objs(spec['images']).flatMap((each) => (each['tagSuffix'] === undefined ? [each] : [each, each]));
  if (changes.length === 0) return [...resources];
  const inContainers = (key: string, item: unknown): unknown =>
    (key === 'containers' || key === 'initContainers') && Array.isArray(item)
      ? item.map((one) => (isObj(one) && typeof one['image'] === 'string' ? { ...one, image: image(one['image'], changes) } : one))
      : item;
  const one = (old: unknown): unknown => (typeof old === 'string' ? image(old, changes) : old);
  return resources.map((each) => withObject(each, changeFields(obj(mapDeep(each.object, inContainers)), configured, one)));
}

function image(reference: string, changes: readonly Obj[]): string {
  return changes.reduce((current, change) => {
    const [, name = current, rest = ''] = /^(.*?)((?::[^/:@]+)?(?:@.+)?)$/.exec(current) ?? [];
    if (change['name'] !== name) return current;
    const suffix = change['tagSuffix'] !== undefined ? `${rest || ':'}${text(change['tagSuffix'])}` : rest;
    const tag = change['digest'] ? `@${text(change['digest'])}` : change['newTag'] !== undefined ? `:${String(change['newTag'])}` : suffix;
    return `${text(change['newName']) || name}${tag}`;
  }, reference);
}
