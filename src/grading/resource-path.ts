import { findResource } from '../apimachinery/resources.ts';

/** The path of a collection or an object; `deployments` finds its group by itself. An unknown resource has a path that answers 404. */
export function resourcePath(resource: string, namespace?: string, name?: string): string {
  const found = findResource(resource);
  const root = found && found.group !== '' ? `/apis/${found.group}/${found.version}` : '/api/v1';
  return `${root}${namespace && found?.namespaced !== false ? `/namespaces/${namespace}` : ''}/${found?.resource ?? resource}${name ? `/${name}` : ''}`;
}
