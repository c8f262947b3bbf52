/** What the server serves: kubernetes client-go/discovery (aggregated) and restmapper. */
import { type ApiResource, findResource, formatGroupVersion, type Subresource } from '../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Api } from './api.ts';
import { ConnectionError, KubectlError } from './errors.ts';
import { list, type Obj, obj, objs, text, texts } from './json.ts';
import { klog } from './klog.ts';
import { homeOf } from './kubeconfig.ts';

/** Reading the cached answer from disk. */
const cachedMilliseconds = 1;
const accept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Asked of the server once a call, or of the cache below ~/.kube. */
export class Discovery {
  /** Groups in the server's order, versions with the preferred one first. */
  readonly resources: readonly ApiResource[];

  constructor(resources: readonly ApiResource[]) {
    this.resources = resources;
  }

  /** The resource of a user's word (`po`, `deployments.apps`, `Pod`), or undefined. */
  find(word: string): ApiResource | undefined {
    return findResource(word, this.resources);
  }

  /** As `find`. Throws the error of the resource builder. */
  require(word: string): ApiResource {
    const found = this.find(word);
    if (!found) throw new KubectlError(`the server doesn't have a resource type "${word.split('.')[0] ?? ''}"`);
    return found;
  }

  /** The resource of a manifest's kind. */
  forKind(apiVersion: string, kind: string): ApiResource | undefined {
    return this.resources.find((each) => each.kind === kind && formatGroupVersion(each) === apiVersion);
  }

  /** A group and resource in its preferred version. */
  forResource(group: string, resource: string): ApiResource | undefined {
    return this.resources.find((each) => each.group === group && each.resource === resource);
  }

  /** Members of a category (`all`). */
  category(name: string): readonly ApiResource[] {
    const seen = new Set<string>();
    return this.resources.filter((each) => {
      const key = `${each.group}/${each.resource}`;
      if (!each.categories.includes(name) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}

/** Asks the server, or says as client-go does that it cannot. */
export function* discover(api: Api, process: Process): Routine<Discovery> {
  const marker = `${homeOf(process)}/.kube/cache/discovery/${api.server.replace(/^https?:\/\//, '').replaceAll(':', '_')}/servergroups.json`;
  const cached = process.fs.exists(marker);
  try {
    const all = yield* cached ? fromCache(api) : fromServer(api);
    if (!cached) remember(process, marker, all);
    return new Discovery(all);
  } catch (error) {
    if (error instanceof ConnectionError && !cached) yield* complain(api, process, error);
    throw error;
  }
}

/** With nothing cached, client-go tries five times and logs each failure. */
function* complain(api: Api, process: Process, error: ConnectionError): Routine {
  const text = `Get "${api.server}/api?timeout=32s": ${error.reason}`;
  for (let attempt = 0; attempt < 5; attempt++) {
    yield* process.printError(
      `${klog(process, 'E')}memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: ${text.replaceAll('"', '\\"')}"\n`,
    );
    if (attempt < 4) {
      try {
        yield* api.send({ method: 'GET', path: '/api' });
      } catch (again) {
        if (!(again instanceof ConnectionError)) throw again;
      }
    }
  }
}

const paths = ['/api', '/apis'] as const;

function* fromServer(api: Api): Routine<readonly ApiResource[]> {
  const all: ApiResource[] = [];
  for (const path of paths) all.push(...(yield* groupsOf(api, path, obj(yield* api.request({ method: 'GET', path, accept })))));
  return all;
}

/** The documents of this moment: a cache that lacks a kind is thrown away and read anew, so that it never differs from them for long. */
function* fromCache(api: Api): Routine<readonly ApiResource[]> {
  const documents = yield* api.readAll(paths.map((path) => ({ method: 'GET', path, accept, cost: cachedMilliseconds })));
  const all: ApiResource[] = [];
  for (const [index, path] of paths.entries()) all.push(...(yield* groupsOf(api, path, obj(documents[index]))));
  return all;
}

function* groupsOf(api: Api, path: (typeof paths)[number], document: Obj): Routine<readonly ApiResource[]> {
  return text(document['kind']) === 'APIGroupDiscoveryList' ? ofDocument(document) : yield* unaggregated(api, path, document);
}

/** What the documents say that the server hands out: the same ones until what it serves changes. */
const known = new WeakMap<Obj, readonly ApiResource[]>();

function ofDocument(document: Obj): readonly ApiResource[] {
  const resources = known.get(document) ?? objs(document['items']).flatMap(fromAggregated);
  known.set(document, resources);
  return resources;
}

function fromAggregated(group: Obj): ApiResource[] {
  const name = text(obj(group['metadata'])['name']);
  return objs(group['versions']).flatMap((version) =>
    objs(version['resources']).map((resource) => aggregatedResource(name, text(version['version']), resource)),
  );
}

function aggregatedResource(group: string, version: string, resource: Obj): ApiResource {
  const kind = text(obj(resource['responseKind'])['kind']);
  return {
    group,
    version,
    resource: text(resource['resource']),
    singular: text(resource['singularResource']),
    kind,
    listKind: `${kind}List`,
    shortNames: texts(resource['shortNames']),
    namespaced: resource['scope'] === 'Namespaced',
    verbs: texts(resource['verbs']),
    categories: texts(resource['categories']),
    subresources: objs(resource['subresources']).map(toSubresource),
  };
}

const toSubresource = (entry: Obj): Subresource => ({
  name: text(entry['subresource']),
  kind: text(obj(entry['responseKind'])['kind']),
  group: text(obj(entry['responseKind'])['group']),
  version: text(obj(entry['responseKind'])['version']),
  verbs: texts(entry['verbs']),
});

/** Older servers: a list of groups, then one request a version. */
function* unaggregated(api: Api, path: string, body: Obj): Routine<readonly ApiResource[]> {
  const versions =
    path === '/api'
      ? texts(body['versions'])
      : objs(body['groups']).flatMap((group) => objs(group['versions']).map((version) => text(version['groupVersion'])));
  const all: ApiResource[] = [];
  for (const groupVersion of versions) {
    try {
      const answer = obj(yield* api.request({ method: 'GET', path: `${path}/${groupVersion}` }));
      all.push(...fromResourceList(groupVersion, list(answer['resources']).map(obj)));
    } catch (error) {
      if (!(error instanceof StatusError) || isReason(error, 'Unauthorized')) throw error;
    }
  }
  return all;
}

function fromResourceList(groupVersion: string, resources: readonly Obj[]): ApiResource[] {
  const slash = groupVersion.indexOf('/');
  const group = slash < 0 ? '' : groupVersion.slice(0, slash);
  const version = groupVersion.slice(slash + 1);
  return resources
    .filter((entry) => !text(entry['name']).includes('/'))
    .map((entry) => ({
      group,
      version,
      resource: text(entry['name']),
      singular: text(entry['singularName']),
      kind: text(entry['kind']),
      listKind: `${text(entry['kind'])}List`,
      shortNames: texts(entry['shortNames']),
      namespaced: entry['namespaced'] === true,
      verbs: texts(entry['verbs']),
      categories: texts(entry['categories']),
      subresources: resources
        .filter((other) => text(other['name']).startsWith(`${text(entry['name'])}/`))
        .map((other) => ({
          name: text(other['name']).split('/')[1] ?? '',
          kind: text(other['kind']),
          group: text(other['group']),
          version: text(other['version']),
          verbs: texts(other['verbs']),
        })),
    }));
}

function remember(process: Process, marker: string, resources: readonly ApiResource[]): void {
  const folder = marker.slice(0, marker.lastIndexOf('/'));
  const groups = [...new Set(resources.map((each) => each.group))].map((name) => ({
    name,
    versions: [
      ...new Set(resources.filter((each) => each.group === name).map((each) => ({ groupVersion: formatGroupVersion(each), version: each.version }))),
    ].slice(0, 1),
  }));
  try {
    process.fs.mkdir(folder, { parents: true, mode: 0o750 });
    process.fs.write(marker, `${JSON.stringify({ kind: 'APIGroupList', apiVersion: 'v1', groups })}\n`);
  } catch (error) {
    if (!(error instanceof Errno)) throw error; // A cache that cannot be written is no error of kubectl's either.
  }
}
