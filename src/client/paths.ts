/** A resource as a URL names it. */
export type GroupVersionResource = { readonly group: string; readonly version: string; readonly resource: string };

/** Groups whose preferred version is not v1. */
const versions: Readonly<Record<string, string>> = { autoscaling: 'v2' };

/** `deployments.apps` → apps/v1 deployments. */
export function resourceOf(name: string): GroupVersionResource {
  const dot = name.indexOf('.');
  const group = dot < 0 ? '' : name.slice(dot + 1);
  return { group, version: versions[group] ?? 'v1', resource: dot < 0 ? name : name.slice(0, dot) };
}

/** The URL of a collection (no name) or of an object; an empty namespace means all of them, or none where the resource has none. */
export function pathOf(resource: GroupVersionResource, namespace: string, name?: string, subresource?: string): string {
  let path = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  if (namespace !== '') path += `/namespaces/${namespace}`;
  path += `/${resource.resource}`;
  if (name !== undefined) path += `/${name}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}
