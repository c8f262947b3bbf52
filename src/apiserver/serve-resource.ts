import type { KubeObject } from '../api/types.ts';
import { methodNotSupported, notFound, type Status, unknownPath } from '../apimachinery/status.ts';
import type { RestRequest, RestResponse, UserInfo } from '../interfaces/rest.ts';
import { type Core, jsonResponse, type RequestContext } from './context.ts';
import { deprecationWarning } from './deprecation.ts';
import { isObject } from './objects.ts';
import { presenterOf } from './present.ts';
import { queryValue, type RequestInfo } from './request-info.ts';
import type { ServedResource } from './resource-table.ts';
import { reviews } from './reviews/reviews.ts';
import { bind } from './subresources/binding.ts';
import { subresources } from './subresources/subresources.ts';
import { create } from './verbs/create.ts';
import { remove } from './verbs/delete.ts';
import { removeCollection } from './verbs/delete-collection.ts';
import { patch } from './verbs/patch.ts';
import { get, list, type ObjectList, watch } from './verbs/read.ts';
import { update } from './verbs/update.ts';

/** Answers a request for a resource that was let in. */
export function serveResource(core: Core, request: RestRequest, info: RequestInfo, user: UserInfo): RestResponse {
  const served = core.table.get(info.group, info.version, info.resource);
  if (served === undefined || (served.namespaced && info.namespace === '' && info.name !== '')) throw unknownPath();
  const warnings: string[] = [];
  const deprecated = deprecationWarning(served, core.minor);
  if (deprecated !== undefined) warnings.push(deprecated);
  const context: RequestContext = {
    core,
    request,
    info,
    served,
    user,
    sim: core.sim,
    storage: core.storage,
    allocator: core.allocator,
    warn: (text) => void (warnings.includes(text) || warnings.push(text)),
    dryRun: request.method !== 'GET' && isDryRun(request),
  };
  const response = info.subresource === '' ? main(context) : sub(context);
  return warnings.length === 0 ? response : { ...response, headers: { ...response.headers, warning: warnings.join('\n') } };
}

function main(context: RequestContext): RestResponse {
  const { info, served } = context;
  if (served.resource === 'bindings' && served.group === '') return bindPod(context);
  const review = info.verb === 'create' ? reviews[`${served.resource}.${served.group}`] : undefined;
  if (review !== undefined) return review(context);
  if (!served.api.verbs.includes(info.verb)) throw methodNotSupported(served, info.verb);
  return verbs[info.verb]?.(context) ?? methodRefused(served, info.verb);
}

/** POST bindings: the older way to bind a pod, named in the body. */
function bindPod(context: RequestContext): RestResponse {
  return bind({ ...context, served: context.core.table.known('', 'v1', 'pods') });
}

function sub(context: RequestContext): RestResponse {
  const { info, served } = context;
  const known = served.api.subresources.find(({ name }) => name === info.subresource);
  if (known === undefined) throw unknownPath();
  const special = subresources[`${served.resource}/${info.subresource}`] ?? subresources[`*/${info.subresource}`];
  if (special !== undefined) return special(context);
  if (!known.verbs.includes(info.verb)) throw methodNotSupported(served, info.verb);
  return verbs[info.verb]?.(context) ?? methodRefused(served, info.verb);
}

const verbs: Readonly<Record<string, (context: RequestContext) => RestResponse>> = {
  get: (context) => answer(context, 200, get(context)),
  list: (context) => answerList(context, list(context)),
  watch,
  create: (context) => answer(context, 201, create(context)),
  update: (context) => {
    const { object, created } = update(context);
    return answer(context, created ? 201 : 200, object);
  },
  patch: (context) => {
    const { object, created } = patch(context);
    return answer(context, created ? 201 : 200, object);
  },
  delete: (context) => {
    const { body } = remove(context);
    return isStatusBody(body) ? jsonResponse(200, body) : answer(context, 200, body);
  },
  deletecollection: (context) => answerList(context, removeCollection(context)),
};

/** An object as the client asked to see it. */
function answer(context: RequestContext, status: number, object: KubeObject): RestResponse {
  return jsonResponse(status, presenterOf(context)?.object(object) ?? object);
}

function answerList(context: RequestContext, objects: ObjectList): RestResponse {
  return jsonResponse(200, presenterOf(context)?.list(objects) ?? objects);
}

const isStatusBody = (body: KubeObject | Status): body is Status => body.kind === 'Status';

function methodRefused(served: ServedResource, verb: string): never {
  throw verb === '' ? notFound(served, '') : methodNotSupported(served, verb);
}

/** `dryRun=All` in the query, or in DeleteOptions. */
function isDryRun(request: RestRequest): boolean {
  if (queryValue(request, 'dryRun') === 'All') return true;
  const { body } = request;
  return request.method === 'DELETE' && isObject(body) && Array.isArray(body['dryRun']) && body['dryRun'].includes('All');
}
