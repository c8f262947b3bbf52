/** An object on its way through a kustomization: sigs.k8s.io/kustomize api/resource. */
import { RE2JS } from 're2js';
import { at, entriesOf, isObj, nameOf, type Obj, text, withPath } from '../json.ts';

/** Never changed in place: each transformer gives a new one. */
export type Resource = {
  readonly object: Obj;
  /** The names it had before. */
  readonly names: readonly string[];
  /** Made by a generator: its content is to show in its name. */
  readonly hash: boolean;
};

/** '' where there is none. */
export const kindOf = ({ object }: Resource): string => text(object['kind']);

/** What kustomize calls an object: `Service.v1.[noGrp]/web.[noNs]`. */
export function idText(object: Obj): string {
  const [group, version] = groupVersion(text(object['apiVersion']));
  return `${text(object['kind'])}.${version}.${group || '[noGrp]'}/${nameOf(object)}.${text(at(object, 'metadata.namespace')) || '[noNs]'}`;
}

/** Whether it is called so, or was. */
export const isCalled = ({ object, names }: Resource, name: string): boolean => nameOf(object) === name || names.includes(name);

/** The same resource when nothing has changed. */
export const withObject = (resource: Resource, object: Obj): Resource => (object === resource.object ? resource : { ...resource, object });

/** The same object under another name. */
export function rename(resource: Resource, name: string): Resource {
  const old = nameOf(resource.object);
  if (old === name) return resource;
  return { ...resource, object: withPath(resource.object, ['metadata', 'name'], name), names: [...resource.names, old] };
}

/** What a target or a selector means: kind, group, version, name and namespace (expressions, whole), labels and annotations. */
export function isSelected(resource: Resource, selector: Obj): boolean {
  const { object, names } = resource;
  const [group, version] = groupVersion(text(object['apiVersion']));
  const facts: Readonly<Record<string, readonly string[]>> = {
    group: [group],
    version: [version],
    kind: [kindOf(resource)],
    name: [nameOf(object), ...names],
    namespace: [text(at(object, 'metadata.namespace'))],
  };
  return (
    Object.entries(facts).every(([key, values]) => text(selector[key]) === '' || values.some((value) => matches(text(selector[key]), value))) &&
    hasAll(at(object, 'metadata.labels'), text(selector['labelSelector'])) &&
    hasAll(at(object, 'metadata.annotations'), text(selector['annotationSelector']))
  );
}

/** The core group is ''. */
export function groupVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

const hasAll = (map: unknown, selector: string): boolean =>
  selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [key = '', value] = part.split(/==?/, 2);
      const found = entriesOf(map).find(([name]) => name === key.trim());
      return found !== undefined && (value === undefined || found[1] === value.trim());
    });

/** Changes every value under a key, wherever it stands. */
export function mapDeep(value: unknown, change: (key: string, item: unknown, parent: Obj) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, change));
  if (!isObj(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapDeep(change(key, item, value), change)]));
}

/** Go anchors these expressions at both ends. */
function matches(expression: string, value: string): boolean {
  if (expression === value) return true;
  try {
    return RE2JS.compile(`^(?:${expression})$`).matcher(value).find();
  } catch {
    return false;
  }
}
