import type { KubeObject, ResourceName, ResourceTypes } from '../api/types.ts';
import { isReason, type Status, StatusError } from '../apimachinery/status.ts';
import type { Credentials, Method, RestRequest, RestResponse, RestServer } from '../interfaces/rest.ts';
import type { Milliseconds } from '../sim/routine.ts';
import type { ObjectKey } from './keys.ts';
import { type GroupVersionResource, pathOf, resourceOf } from './paths.ts';
import type { TokenBucket } from './token-bucket.ts';

/** No apiserver answered. `ClientOptions.server` throws it, with Go's text: `dial tcp 172.18.0.2:6443: connect: connection refused`. */
export class ConnectionError extends Error {}

/** What a worker may meet through no fault of its own: it backs off and tries again. Everything else is a bug in the lab. */
export const isRetriable = (error: unknown): boolean => error instanceof StatusError || error instanceof ConnectionError;

type ClientOptions = {
  /** `https://172.30.1.2:6443`, to be named where nobody answers. */
  readonly url?: string;
  /** Who answers now; throws ConnectionError when nobody does. Asked anew for each request. */
  readonly server: () => RestServer;
  /** A function where they change: a token that is renewed. */
  readonly credentials: Credentials | (() => Credentials);
  readonly userAgent: string;
  /** The network that it speaks from. */
  readonly network?: { sourceAddress(): string };
  /** Since when nobody has answered any of the process's requests. */
  readonly outage?: { since: Milliseconds | undefined };
  /** Counts each request (`--kube-api-qps`); the worker that makes them waits for it. */
  readonly limiter?: TokenBucket;
};

/** No namespace: all of them. Selectors are in kubectl's text form: `app=web,tier!=db`. */
export type ListOptions = {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
};
type WatchOptions = Omit<ListOptions, 'resourceVersion'> & { readonly resourceVersion: string };
/** `resourceVersion` is where a watch goes on. Items are frozen and shared. */
type ObjectList<T> = { readonly items: readonly T[]; readonly resourceVersion: string };

/** Absent: the resource's own grace period and propagation. A precondition that does not hold is a Conflict. */
type DeleteOptions = {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
};

type PatchType = 'strategic' | 'merge' | 'json' | 'apply';
const patchTypes: Readonly<Record<PatchType, string>> = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** What object a patch is for, and how the patch is written. */
type PatchTarget = ObjectKey & { readonly type?: PatchType; readonly subresource?: string };

/** client-go's typed clientset: each call is a request to the apiserver as one user. Errors are StatusError, or ConnectionError. */
export class Client {
  readonly options: ClientOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: ClientOptions) {
    this.options = options;
    this.#headers = { accept: 'application/json', 'user-agent': options.userAgent };
  }

  /** The same user with another budget of requests, or another name in the user agent. */
  with(changes: Partial<ClientOptions>): Client {
    return new Client({ ...this.options, ...changes });
  }

  /** The object, or undefined when there is none. */
  get<R extends ResourceName>(resource: R, key: ObjectKey): ResourceTypes[R] | undefined {
    try {
      return this.#call('GET', pathOf(resourceOf(resource), key.namespace, key.name)) as ResourceTypes[R];
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): ObjectList<ResourceTypes[R]> {
    return this.listResource(resourceOf(resource), options) as ObjectList<ResourceTypes[R]>;
  }

  watch(resource: ResourceName, options: WatchOptions): RestResponse {
    return this.watchResource(resourceOf(resource), options);
  }

  /** `subresource` of the object named in its metadata: `token` of a ServiceAccount, say. */
  create<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R] {
    return this.#call('POST', pathOf(resourceOf(resource), object.metadata.namespace ?? ''), { body: object }) as ResourceTypes[R];
  }

  update<R extends ResourceName>(resource: R, object: ResourceTypes[R], subresource?: string): ResourceTypes[R] {
    const { namespace = '', name } = object.metadata;
    return this.#call('PUT', pathOf(resourceOf(resource), namespace, name, subresource), { body: object }) as ResourceTypes[R];
  }

  updateStatus<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R] {
    return this.update(resource, object, 'status');
  }

  /** A strategic merge patch unless `target.type` says otherwise. */
  patch<R extends ResourceName>(resource: R, target: PatchTarget, patch: unknown): ResourceTypes[R] {
    return this.patchResource(resourceOf(resource), target, patch) as ResourceTypes[R];
  }

  delete(resource: ResourceName, key: ObjectKey, options?: DeleteOptions): void {
    this.deleteResource(resourceOf(resource), key, options);
  }

  /** pods/eviction: 429 TooManyRequests when a PodDisruptionBudget forbids it. */
  evict(pod: ObjectKey, deleteOptions?: DeleteOptions): void {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod.name, namespace: pod.namespace }, ...(deleteOptions && { deleteOptions }) };
    this.#call('POST', pathOf(resourceOf('pods'), pod.namespace, pod.name, 'eviction'), { body });
  }

  /** pods/binding: what the scheduler decides. */
  bind(pod: ObjectKey & { readonly uid?: string }, nodeName: string): void {
    const metadata = { name: pod.name, namespace: pod.namespace, ...(pod.uid !== undefined && { uid: pod.uid }) };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: nodeName } };
    this.#call('POST', pathOf(resourceOf('pods'), pod.namespace, pod.name, 'binding'), { body });
  }

  // ── the same for resources known at run time only (CRDs; the garbage collector, the namespace controller): client-go's dynamic client ──

  listResource(resource: GroupVersionResource, options: ListOptions = {}): ObjectList<KubeObject> {
    const list = this.#call('GET', pathOf(resource, options.namespace ?? ''), { query: queryOf(options) });
    const { items, metadata } = list as { items: readonly KubeObject[] | null; metadata: { resourceVersion?: string } };
    return { items: items ?? [], resourceVersion: metadata.resourceVersion ?? '' };
  }

  /** A response with a channel in `watch`; throws when the server refuses. */
  watchResource(resource: GroupVersionResource, options: WatchOptions): RestResponse {
    const query = { ...queryOf(options), watch: 'true', allowWatchBookmarks: 'true' };
    return this.send({ method: 'GET', path: pathOf(resource, options.namespace ?? ''), query });
  }

  getResource(resource: GroupVersionResource, key: ObjectKey): KubeObject | undefined {
    try {
      return this.#call('GET', pathOf(resource, key.namespace, key.name)) as KubeObject;
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  patchResource(resource: GroupVersionResource, target: PatchTarget, patch: unknown): KubeObject {
    const headers = { ...this.#headers, 'content-type': patchTypes[target.type ?? 'strategic'] };
    return this.#call('PATCH', pathOf(resource, target.namespace, target.name, target.subresource), { headers, body: patch }) as KubeObject;
  }

  deleteResource(resource: GroupVersionResource, key: ObjectKey, options?: DeleteOptions): void {
    const body = options && { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
    this.#call('DELETE', pathOf(resource, key.namespace, key.name), body && { body });
  }

  /** Any request, with the client's user and user agent; error responses are thrown as StatusError. */
  send(request: RestRequest): RestResponse {
    const response = this.raw(request);
    if (response.status >= 400) throw new StatusError(response.body as Status);
    return response;
  }

  /** Any request, with the client's user and user agent; the response as it is. */
  raw(request: RestRequest): RestResponse {
    this.options.limiter?.reserve();
    const { credentials } = this.options;
    const { network } = this.options;
    return this.#dial(request).handle({
      credentials: typeof credentials === 'function' ? credentials() : credentials,
      headers: this.#headers,
      ...(network && { remoteAddress: network.sourceAddress() }),
      ...request,
    });
  }

  /** As Go's http client tells of what it could not ask. */
  #dial({ method, path }: Pick<RestRequest, 'method' | 'path'>): RestServer {
    try {
      return this.options.server();
    } catch (error) {
      if (!(error instanceof ConnectionError) || this.options.url === undefined) throw error;
      throw new ConnectionError(`${method.charAt(0)}${method.slice(1).toLowerCase()} "${this.options.url}${path}": ${error.message}`);
    }
  }

  #call(method: Method, path: string, more?: Pick<RestRequest, 'query' | 'headers' | 'body'>): unknown {
    return this.send({ method, path, typed: true, ...more }).body;
  }
}

function queryOf(options: ListOptions): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of ['labelSelector', 'fieldSelector', 'resourceVersion'] as const) {
    const value = options[name];
    if (value !== undefined) query[name] = value;
  }
  return query;
}
