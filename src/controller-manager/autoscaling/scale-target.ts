/** What an autoscaler scales, whatever its kind: kubernetes pkg/controller/podautoscaler/horizontal.go and client-go/scale. */
import type { KubeObject } from '../../api/types.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { Client } from '../../client/client.ts';
import { type GroupVersionResource, pathOf } from '../../client/paths.ts';

type Scale = KubeObject & { readonly spec: { readonly replicas?: number }; readonly status?: { readonly replicas?: number; readonly selector?: string } };

/** The Scale as it was read, and where it is written. */
export type ScaleTarget = { readonly path: string; readonly scale: Scale };

/** Why there is no Scale, in upstream's words. */
export class NoScale extends Error {}

type Reference = { readonly apiVersion?: string; readonly kind: string; readonly name: string };

/** The target's Scale; throws NoScale where the kind or the object is unknown. */
export function readScale(client: Client, { apiVersion = 'v1', kind, name }: Reference, namespace: string): ScaleTarget {
  const group = groupOf(apiVersion);
  const resource = resourceOfKind(client, group, kind);
  if (resource === undefined) throw new NoScale(`no matches for kind "${kind}" in group "${group}"`);
  const path = pathOf(resource, namespace, name, 'scale');
  try {
    return { path, scale: client.send({ method: 'GET', path }).body as Scale };
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') throw new NoScale(error.message);
    throw error;
  }
}

/** Throws what the API throws: a Conflict when somebody has written it since. */
export function writeScale(client: Client, { path, scale }: ScaleTarget, replicas: number): void {
  client.send({ method: 'PUT', path, body: { ...scale, spec: { ...scale.spec, replicas } } });
}

export const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');

/** By discovery, in the group's preferred version. `scales`: whether it has the subresource scale. */
export function resourceOfKind(client: Client, group: string, kind: string): (GroupVersionResource & { readonly scales: boolean }) | undefined {
  const version = group === '' ? 'v1' : preferredVersion(client, group);
  if (version === undefined) return undefined;
  const { body } = client.raw({ method: 'GET', path: group === '' ? '/api/v1' : `/apis/${group}/${version}` });
  const { resources = [] } = body as { readonly resources?: readonly { readonly name: string; readonly kind: string }[] };
  const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
  return found && { group, version, resource: found.name, scales: resources.some(({ name }) => name === `${found.name}/scale`) };
}

function preferredVersion(client: Client, group: string): string | undefined {
  const { body } = client.raw({ method: 'GET', path: `/apis/${group}` });
  return (body as { readonly preferredVersion?: { readonly version: string } }).preferredVersion?.version;
}
