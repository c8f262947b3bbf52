/** Names of objects that other objects hold follow when they change: sigs.k8s.io/kustomize api/internal/konfig builtinpluginconsts/namereference.go. */
import { typeOf } from '../../../api/schema.ts';
import { isObj, nameOf, type Obj, obj, objs, text } from '../json.ts';
import { changeFields } from './field-spec.ts';
import { isCalled, kindOf, mapDeep, type Resource, withObject } from './resource.ts';

/** Field → kind that its text names. */
const byField: Readonly<Record<string, string>> = {
  secretName: 'Secret',
  claimName: 'PersistentVolumeClaim',
  serviceAccountName: 'ServiceAccount',
  serviceName: 'Service',
  storageClassName: 'StorageClass',
  priorityClassName: 'PriorityClass',
  ingressClassName: 'IngressClass',
  volumeName: 'PersistentVolume',
};
/** Field whose `name` names an object of this kind. */
const byParent: Readonly<Record<string, string>> = {
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  configMap: 'ConfigMap',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  secret: 'Secret',
  service: 'Service',
};
/** Lists of `{name}`. */
const byList: Readonly<Record<string, string>> = { imagePullSecrets: 'Secret', secrets: 'Secret' };
/** Fields that say the kind themselves. */
const withKind = new Set(['scaleTargetRef', 'roleRef', 'subjects']);

/** The same resources, each naming the others by what they are called now. */
export function fixReferences(resources: readonly Resource[], configured: readonly Obj[] = []): Resource[] {
  if (resources.every(({ names }) => names.length === 0)) return [...resources];
  const now = (kind: string, name: string, namespace: string): string => {
    const all = resources.filter((each) => kindOf(each) === kind && isCalled(each, name));
    const here = all.filter((each) => text(obj(each.object['metadata'])['namespace']) === namespace);
    const near = here.length > 0 ? here : all;
    // What it was called last is what it is known by here; an older name may be another's.
    const found = near.find((each) => nameOf(each.object) === name) ?? near.find(({ names }) => names.at(-1) === name) ?? near[0];
    return found ? nameOf(found.object) : name;
  };
  return resources.map((each) => {
    const namespace = text(obj(each.object['metadata'])['namespace']);
    const named = (value: unknown, kind: string): unknown =>
      isObj(value) && typeof value['name'] === 'string' ? { ...value, name: now(kind, value['name'], namespace) } : value;
    const ofItsKind = (value: unknown): unknown => (isObj(value) ? named(value, text(value['kind'])) : value);
    const { metadata, ...rest } = each.object;
    // Of custom resources nobody knows which field names what.
    const known = typeOf(text(rest['apiVersion']), kindOf(each)) !== undefined;
    const changed = !known
      ? rest
      : mapDeep(rest, (key, item) => {
          if (typeof item === 'string' && byField[key] !== undefined) return now(byField[key], item, namespace);
          if (byParent[key] !== undefined) return named(item, byParent[key]);
          if (Array.isArray(item) && byList[key] !== undefined) return item.map((one) => named(one, byList[key] ?? ''));
          if (withKind.has(key)) return Array.isArray(item) ? item.map(ofItsKind) : ofItsKind(item);
          return item;
        });
    const own = configured.reduce<Obj>(
      (object, entry) => changeFields(object, objs(entry['fieldSpecs']), (old) => (typeof old === 'string' ? now(text(entry['kind']), old, namespace) : old)),
      { ...obj(changed), metadata },
    );
    return withObject(each, own);
  });
}
