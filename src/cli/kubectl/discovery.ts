/** What the server serves: kubernetes client-go/discovery (aggregated) and restmapper. */
import { type ApiResource, findResource, formatGroupVersion, parseGroupVersion, type Subresource } from '../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../apimachinery/status.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { Api } from './api.ts';
import { fromResourceList, readCache, type ServedVersion, writeCache } from './discovery-cache.ts';
import { ConnectionError, KubectlError } from './errors.ts';
import { type Obj, obj, objs, text, texts } from './json.ts';
import { klog } from './klog.ts';

/** Reading the cached answer from the disk. */
const cachedMilliseconds = 2;
/** How long the server may take over what discovery asks. */
const timeout = { timeout: '32s' };
const accept =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** What one call of kubectl knows of the server: from it, or from the files below ~/.kube/cache. */
export class Discovery {
  /** Groups in the server's order, versions with the preferred one first. */
  readonly versions: readonly ServedVersion[];
  /** Read from files that another call wrote: what is missing in it may be there by now. */
  readonly stale: boolean;

  constructor(versions: readonly ServedVersion[], stale: boolean) {
    this.versions = versions;
    this.stale = stale;
  }

  get resources(): readonly ApiResource[] {
    return this.versions.flatMap(({ resources }) => resources);
  }

  /** The resource of a user's word (`po`, `deployments.apps`, `Pod`), or undefined. */
  find(word: string): ApiResource | undefined {
    const name = word.toLowerCase();
    if (!name.includes('.'))
      for (const { resources } of this.versions) {
        const found = resources.find((each) => each.resource === name || each.singular === name);
        if (found) return found;
      }
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
    return this.versions.find((each) => formatGroupVersion(each) === apiVersion)?.resources.find((each) => each.kind === kind);
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

  /** Whether a word is a resource or a category. */
  knows(word: string): boolean {
    return this.find(word) !== undefined || this.category(word).length > 0;
  }
}

/** Asks the server and keeps its answer, or says as client-go does that it cannot. */
export function* discover(api: Api, process: Process, folder: string): Routine<Discovery> {
  try {
    const versions: ServedVersion[] = [];
    for (const path of ['/api', '/apis'])
      versions.push(...(yield* groupsOf(api, path, obj(yield* api.request({ method: 'GET', path, accept, query: timeout })))));
    writeCache(process, folder, versions);
    return new Discovery(versions, false);
  } catch (error) {
    if (error instanceof ConnectionError) yield* complain(api, process, error);
    throw error;
  }
}

/** What an earlier call kept, if that is not too long ago; nothing of it is logged. */
export function* discoverCached(process: Process, folder: string): Routine<Discovery | undefined> {
  const versions = readCache(process, folder);
  if (!versions) return undefined;
  yield* sleep(cachedMilliseconds);
  return new Discovery(versions, true);
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
        yield* api.send({ method: 'GET', path: '/api', query: timeout });
      } catch (again) {
        if (!(again instanceof ConnectionError)) throw again;
      }
    }
  }
}

function* groupsOf(api: Api, path: string, document: Obj): Routine<readonly ServedVersion[]> {
  return text(document['kind']) === 'APIGroupDiscoveryList' ? ofDocument(document) : yield* unaggregated(api, path, document);
}

/** What the documents say that the server hands out: the same ones until what it serves changes. */
const known = new WeakMap<Obj, readonly ServedVersion[]>();

function ofDocument(document: Obj): readonly ServedVersion[] {
  const versions = known.get(document) ?? objs(document['items']).flatMap(fromAggregated);
  known.set(document, versions);
  return versions;
}

function fromAggregated(entry: Obj): readonly ServedVersion[] {
  const group = text(obj(entry['metadata'])['name']);
  return objs(entry['versions']).map((served) => {
    const version = text(served['version']);
    return { group, version, resources: objs(served['resources']).map((resource) => aggregatedResource(group, version, resource)) };
  });
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
function* unaggregated(api: Api, path: string, body: Obj): Routine<readonly ServedVersion[]> {
  const versions =
    path === '/api'
      ? texts(body['versions'])
      : objs(body['groups']).flatMap((group) => objs(group['versions']).map((version) => text(version['groupVersion'])));
  const all: ServedVersion[] = [];
  for (const groupVersion of versions) {
    try {
      const answer = obj(yield* api.request({ method: 'GET', path: `${path}/${groupVersion}`, query: timeout }));
      all.push({ ...parseGroupVersion(groupVersion), resources: fromResourceList(answer) });
    } catch (error) {
      if (!(error instanceof StatusError) || isReason(error, 'Unauthorized')) throw error;
    }
  }
  return all;
}
