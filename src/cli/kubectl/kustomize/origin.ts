/** buildMetadata: [originAnnotations]: where an object came from (sigs.k8s.io/kustomize api/resource/origin.go). */
import { withPath } from '../json.ts';
import type { Resource } from './resource.ts';

/** The folder of a kustomization as seen from the first one; undefined when nobody asks. */
export type Origin = string | undefined;

/** The same for what it names. */
export const originBelow = (origin: Origin, path: string): Origin => (origin === undefined ? undefined : join(origin, path));

const marked = (resource: Resource, origin: string): Resource => ({
  ...resource,
  object: withPath(resource.object, ['metadata', 'annotations', 'config.kubernetes.io/origin'], origin),
});

/** Of a file. */
export const fromFile = (origin: Origin, path: string, resource: Resource): Resource =>
  origin === undefined ? resource : marked(resource, `path: ${join(origin, path)}\n`);

/** Of a generator that the kustomization holds. */
export const fromGenerator = (origin: Origin, kind: string, resource: Resource): Resource =>
  origin === undefined
    ? resource
    : marked(resource, `configuredIn: ${join(origin, 'kustomization.yaml')}\nconfiguredBy:\n  apiVersion: builtin\n  kind: ${kind}Generator\n`);

/** filepath.Join. */
function join(folder: string, path: string): string {
  const out: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(part);
  }
  return out.join('/');
}
