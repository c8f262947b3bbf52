import type { RestRequest } from '../interfaces/rest.ts';

/** What a request is about, read from its method, path and query (kubernetes apiserver/pkg/endpoints/request/requestinfo.go). */
export type RequestInfo = {
  /** False for `/healthz`, `/version`, discovery and the like. */
  readonly isResource: boolean;
  /** get, list, watch, create, update, patch, delete, deletecollection; of a path that is no resource, the method in lower case. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** What follows the subresource: the path of a proxy request. */
  readonly rest: string;
  /** The node of `spec.nodeName=` in a field selector, where it is authorized. */
  readonly ofNode?: string;
};

const verbs: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Splits a request into verb, group, version, namespace, resource, name and subresource. */
export function requestInfo(request: RestRequest): RequestInfo {
  const parts = request.path.split('/');
  const legacy = parts[1] === 'api';
  const start = legacy ? 3 : 4;
  if ((!legacy && parts[1] !== 'apis') || parts.length <= start || parts[start] === '') return nonResource(request);
  const inNamespace = parts[start] === 'namespaces' && parts.length > start + 2 && !namespaceSubresources.has(parts[start + 2] as string);
  const at = inNamespace ? start + 2 : start;
  const resource = parts[at] as string;
  const name = parts[at + 1] ?? '';
  return {
    isResource: true,
    verb: verbOf(request, name),
    path: request.path,
    group: legacy ? '' : (parts[2] as string),
    version: parts[start - 1] as string,
    namespace: inNamespace ? (parts[start + 1] as string) : resource === 'namespaces' ? name : '',
    resource,
    name,
    subresource: parts[at + 2] ?? '',
    rest: parts.length > at + 3 ? parts.slice(at + 3).join('/') : '',
  };
}

const namespaceSubresources = new Set(['status', 'finalize']);

function nonResource(request: RestRequest): RequestInfo {
  return {
    isResource: false,
    verb: request.method.toLowerCase(),
    path: request.path,
    group: '',
    version: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    rest: '',
  };
}

function verbOf(request: RestRequest, name: string): string {
  const verb = verbs[request.method] as string;
  const watch = request.query?.['watch'];
  if (verb === 'get' && (watch === 'true' || watch === '1')) return 'watch';
  if (name !== '') return verb;
  return verb === 'get' ? 'list' : verb === 'delete' ? 'deletecollection' : verb;
}

/** What is authorized: a list or watch of one object by `metadata.name=` counts as one of that name, which is all that kubelets may do. */
export function authorized(info: RequestInfo, request: RestRequest): RequestInfo {
  if (info.name !== '' || (info.verb !== 'list' && info.verb !== 'watch' && info.verb !== 'deletecollection')) return info;
  const terms = queryValue(request, 'fieldSelector')?.split(',') ?? [];
  if (terms.length === 0) return info;
  const selected = (field: string): string | undefined => terms.find((term) => term.startsWith(`${field}=`))?.replace(/^[^=]*==?/, '');
  const [name, ofNode] = [selected('metadata.name'), selected('spec.nodeName')];
  return { ...info, ...(name && { name }), ...(ofNode && { ofNode }) };
}

/** One value of the query; the first where a key repeats. */
export function queryValue(request: RestRequest, key: string): string | undefined {
  const value = request.query?.[key];
  return value === undefined || typeof value === 'string' ? value : value[0];
}

/** True for `true` and `1`; an empty value counts as given. */
export function queryFlag(request: RestRequest, key: string): boolean {
  const value = queryValue(request, key);
  return value === 'true' || value === '1';
}
