import { apiResources, resourceName, resourceNamed } from '../apimachinery/resources.ts';
import type { Client } from './client.ts';
import type { GroupVersionResource } from './paths.ts';

/** A resource as the apiserver's discovery documents list it. */
export type DiscoveredResource = GroupVersionResource & { readonly kind: string; readonly namespaced: boolean; readonly verbs: readonly string[] };

type GroupList = { readonly groups?: readonly { readonly name: string; readonly preferredVersion?: { readonly version: string } }[] };
type ResourceList = {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean; readonly verbs: readonly string[] }[];
};

/** All resources in their preferred versions, subresources left out: client-go discovery ServerPreferredResources. `failed` takes the groups whose server does not answer. */
export function discoverResources(client: Client, failed?: string[]): readonly DiscoveredResource[] {
  const response = client.raw({ method: 'GET', path: '/apis' });
  // An apiserver without discovery serves what is built in.
  if (response.status === 404) return apiResources.filter((each) => resourceNamed(resourceName(each)) === each);
  const { groups = [] } = response.body as GroupList;
  const versions = [{ group: '', version: 'v1' }, ...groups.map(({ name, preferredVersion }) => ({ group: name, version: preferredVersion?.version ?? 'v1' }))];
  return versions.flatMap(({ group, version }) => {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const answer = failed === undefined ? client.send({ method: 'GET', path }) : client.raw({ method: 'GET', path });
    if (answer.status >= 400) failed?.push(`${group}/${version}`);
    const { resources = [] } = answer.body as ResourceList;
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs }) => ({ group, version, resource: name, kind, namespaced, verbs }));
  });
}
