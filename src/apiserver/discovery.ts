import type { Subresource } from '../apimachinery/resources.ts';
import { failure, unknownPath } from '../apimachinery/status.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';
import { jsonResponse } from './context.ts';
import { deepFreeze } from './objects.ts';
import type { ResourceTable, ServedResource } from './resource-table.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Groups in the order of upstream's priorities (kubernetes pkg/controlplane/apiserver/aggregator.go); others follow by name. */
const groupOrder = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** What discovery shows of a resource, whoever serves it. */
type Shown = Pick<ServedResource, 'api' | 'group' | 'version'>;
type Version = { readonly version: string; readonly resources: Shown[]; readonly stale?: boolean };
type Group = { readonly name: string; readonly versions: Version[] };

/** What this server serves: aggregated documents and the older lists, over one table. Made when asked for, and again when the table changes. */
export class Discovery {
  readonly #table: ResourceTable;
  #version = -1;
  readonly #documents = new Map<string, unknown>();

  readonly #address: string;

  /** `address`: where clients reach this server, as `/api` tells them. */
  constructor(table: ResourceTable, address: string) {
    this.#table = table;
    this.#address = address;
  }

  /** The answer for a path below /api or /apis. */
  answer(request: RestRequest, path: string): RestResponse {
    if (this.#version !== this.#table.version) {
      this.#version = this.#table.version;
      this.#documents.clear();
    }
    const aggregated = (path === '/api' || path === '/apis') && request.headers?.['accept']?.includes('as=APIGroupDiscoveryList') === true;
    const key = aggregated ? `${path} aggregated` : path;
    let document = this.#documents.get(key);
    if (document === undefined) {
      document = deepFreeze(aggregated ? this.#aggregated(path) : this.#list(path));
      this.#documents.set(key, document);
    }
    return aggregated ? { status: 200, headers: { 'content-type': aggregatedType }, body: document } : jsonResponse(200, document);
  }

  #groups(): Group[] {
    const groups = new Map<string, Group>();
    for (const served of this.#table.all()) {
      const group = groups.get(served.group) ?? { name: served.group, versions: [] };
      groups.set(served.group, group);
      const version = group.versions.find((each) => each.version === served.version);
      if (version) version.resources.push(served);
      else group.versions.push({ version: served.version, resources: [served] });
    }
    for (const { group: name, version, resources } of this.#table.remote.values()) {
      const group = groups.get(name) ?? { name, versions: [] };
      groups.set(name, group);
      group.versions.push({ version, resources: resources.map((api) => ({ api, group: name, version })), stale: resources.length === 0 });
    }
    for (const { versions } of groups.values()) versions.sort((a, b) => versionRank(b.version) - versionRank(a.version));
    const rank = ({ name }: Group): number => (groupOrder.includes(name) ? groupOrder.indexOf(name) : groupOrder.length);
    return [...groups.values()].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  }

  #aggregated(path: string): object {
    const groups = this.#groups().filter(({ name }) => (name === '') === (path === '/api'));
    const items = groups.map(({ name, versions }) => ({
      metadata: { ...(name !== '' && { name }), creationTimestamp: null },
      versions: versions.map(({ version, resources, stale }) => ({
        version,
        ...(stale ? {} : { resources: resources.map(aggregatedResource) }),
        freshness: stale ? 'Stale' : 'Current',
      })),
    }));
    return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  }

  #list(path: string): object {
    const groups = this.#groups();
    const [, root, first, second] = path.split('/');
    if (path === '/api')
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: this.#address }] };
    if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter(({ name }) => name !== '').map(groupDocument) };
    const group = groups.find(({ name }) => name === (root === 'api' ? '' : first));
    if (group !== undefined && root === 'apis' && second === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) };
    const version = group?.versions.find((each) => each.version === (root === 'api' ? first : second));
    if (version === undefined) throw unknownPath();
    // Another server's, and that one does not answer.
    if (version.stale) throw failure(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
    const groupVersion = root === 'api' ? version.version : `${first}/${version.version}`;
    return { kind: 'APIResourceList', ...(root === 'apis' && { apiVersion: 'v1' }), groupVersion, resources: version.resources.flatMap(resourceEntries) };
  }
}

/** v2 before v1 before v1beta1 (apimachinery/pkg/version). */
function versionRank(version: string): number {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return (stage === undefined ? 2_000_000 : stage === 'beta' ? 1_000_000 : 0) + Number(major) * 1000 + Number(minor);
}

function groupDocument({ name, versions }: Group): object {
  const list = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function aggregatedResource({ api, group, version }: Shown): object {
  const subresources = api.subresources.map((sub) => ({
    subresource: sub.name,
    responseKind: subKind(sub, { group, version, kind: api.kind }),
    verbs: sub.verbs,
  }));
  return {
    resource: api.resource,
    responseKind: { group, version, kind: api.kind },
    scope: api.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: api.singular,
    verbs: api.verbs,
    ...(api.shortNames.length > 0 && { shortNames: api.shortNames }),
    ...(api.categories.length > 0 && { categories: api.categories }),
    ...(subresources.length > 0 && { subresources }),
  };
}

type Kind = { readonly group: string; readonly version: string; readonly kind: string };

const subKind = (sub: Subresource, own: Kind): Kind =>
  sub.kind === undefined ? own : { group: sub.group ?? own.group, version: sub.version ?? own.version, kind: sub.kind };

function resourceEntries({ api }: Shown): object[] {
  const { resource: name, singular: singularName, namespaced, kind, verbs, shortNames, categories } = api;
  const main = { name, singularName, namespaced, kind, verbs, ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) };
  const subs = api.subresources.map((sub) => ({
    name: `${name}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.group !== undefined && { group: sub.group, version: sub.version }),
    kind: sub.kind ?? kind,
    verbs: sub.verbs,
  }));
  return [main, ...subs];
}
