import { resourceNamed } from '../apimachinery/resources.ts';

/** A resource as a URL names it. */
export type GroupVersionResource = { readonly group: string; readonly version: string; readonly resource: string };

/** `deployments.apps` → apps/v1 deployments, in the preferred version; of a group that is not built in, v1. */
export function resourceOf(name: string): GroupVersionResource {
  const known = resourceNamed(name);
  if (known !== undefined) return known;
  const dot = name.indexOf('.');
  return dot < 0 ? { group: '', version: 'v1', resource: name } : { group: name.slice(dot + 1), version: 'v1', resource: name.slice(0, dot) };
}

/** The URL of a collection (no name) or of an object; an empty namespace means all of them, or none where the resource has none. */
export function pathOf(resource: GroupVersionResource, namespace: string, name?: string, subresource?: string): string {
  let path = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (namespace !== '') path += `/namespaces/${namespace}`;
  path += `/${resource.resource}`;
  if (name !== undefined) path += `/${name}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
