/** Which handler a request is for, who may ask, and what is logged of it. */
import { Errno } from '../../../linux/errno.ts';
import type { Process } from '../../../linux/process.ts';
import type { HttpRequest, HttpResponse } from '../../../linux/protocols.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { commonLogTime, log } from '../service.ts';
import { answer, bad, type Call, headerOf, noRoute } from './answers.ts';
import { cancelUpload, deleteBlob, getBlob, patchUpload, putUpload, startUpload, uploadStatus } from './blobs.ts';
import type { RegistryConfig } from './config.ts';
import { mayEnter } from './htpasswd.ts';
import { catalog, deleteManifest, getManifest, listTags, putManifest } from './manifests.ts';
import { Mirror } from './mirror.ts';
import { Storage } from './storage.ts';

type Handler = (call: Call) => HttpResponse;
type Route = { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> };

const name = '([a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*)*)';
const digest = '(sha256:[0-9a-f]{64})';
const routes: readonly Route[] = [
  { path: /^\/v2\/_catalog$/, methods: { GET: catalog } },
  { path: new RegExp(`^/v2/${name}/tags/list$`), methods: { GET: listTags } },
  {
    path: new RegExp(`^/v2/${name}/manifests/(\\w[\\w.-]{0,127}|sha256:[0-9a-f]{64})$`),
    methods: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
  { path: new RegExp(`^/v2/${name}/blobs/${digest}$`), methods: { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob } },
  { path: new RegExp(`^/v2/${name}/blobs/uploads/?$`), methods: { POST: startUpload } },
  {
    path: new RegExp(`^/v2/${name}/blobs/uploads/([\\w.=-]+)$`),
    methods: { GET: uploadStatus, HEAD: uploadStatus, PATCH: patchUpload, PUT: putUpload, DELETE: cancelUpload },
  },
];
const writes = new Set(['PUT', 'POST', 'PATCH', 'DELETE']);

/** The handler of all requests. */
export function newHandler(process: Process, config: RegistryConfig): (request: HttpRequest) => Routine<HttpResponse> {
  const storage = new Storage(process, config.root);
  const mirror = config.remote === undefined ? undefined : new Mirror(process, storage, config.remote);
  const newId = (): string => process.sim.random.uuid();
  return function* (request) {
    const began = process.now;
    const response = yield* respond(request);
    yield* sleep(weight(request, response));
    yield* tell(process, config, { request, response, began });
    return response;
  };

  function* respond(request: HttpRequest): Routine<HttpResponse> {
    const [path = '', rawQuery = ''] = request.path.split('?');
    if (path === '/') return answer(200, '', { 'Cache-Control': 'no-cache' });
    if (!/^\/v2(\/|$)/.test(path)) return noRoute();
    const match = routes.map((route) => ({ route, found: route.path.exec(path) })).find(({ found }) => found);
    const repository = match?.found?.[1] ?? '';
    if (config.htpasswd && !mayEnter(process, config.htpasswd.path, headerOf(request, 'authorization')))
      return bad('UNAUTHORIZED', access(path, repository, request.method), undefined, { 'Www-Authenticate': `Basic realm="${config.htpasswd.realm}"` });
    if (path === '/v2/' || path === '/v2') return answer(200, '{}', { 'Content-Type': 'application/json; charset=utf-8' });
    if (!match?.found) return noRoute();
    const handler = match.route.methods[request.method];
    if (!handler || ((config.readonly || mirror) && writes.has(request.method))) return bad('UNSUPPORTED');
    const call = { storage, request, repository, object: match.found[2] ?? '', query: new URLSearchParams(rawQuery), deletes: config.deletes, newId };
    try {
      if (mirror) yield* mirror.bring(handler === getManifest ? 'manifests' : handler === getBlob ? 'blobs' : '', repository, call.object);
      return handler(call);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return bad('UNKNOWN', { DriverName: 'filesystem', Enclosed: { Op: 'write', Path: config.root, Err: error.message.toLowerCase() } });
    }
  }
}

/** What a request would have needed to be allowed (registry/auth Access). */
function access(path: string, repository: string, method: string): unknown {
  if (path === '/v2/_catalog') return [{ Type: 'registry', Class: '', Name: 'catalog', Action: '*' }];
  if (repository === '') return null;
  const pull = { Type: 'repository', Class: '', Name: repository, Action: 'pull' };
  if (method === 'DELETE') return [{ ...pull, Action: 'delete' }];
  return writes.has(method) ? [pull, { ...pull, Action: 'push' }] : [pull];
}

/** How long its bytes are under way on a fast network. */
function weight(request: HttpRequest, response: HttpResponse): number {
  const bytes = request.method === 'HEAD' ? 0 : Number(headerOf(request, 'content-length') ?? 0) + Number(response.headers['Content-Length'] ?? 0);
  return 1 + bytes / 200_000;
}

type Served = { readonly request: HttpRequest; readonly response: HttpResponse; readonly began: number };

/** Two lines: what the registry says to its log (stderr), and the access log in Apache's format (stdout). */
function* tell(process: Process, config: RegistryConfig, { request, response, began }: Served): Routine {
  const agent = headerOf(request, 'user-agent') ?? '';
  const length = request.method === 'HEAD' ? 0 : Number(response.headers['Content-Length'] ?? response.body.length);
  const type = response.headers['Content-Type'];
  const fields = [
    `http.request.host="${request.host}"`,
    `http.request.id=${process.sim.random.uuid()}`,
    `http.request.method=${request.method}`,
    `http.request.remoteaddr="${request.remoteAddress}:${32_768 + (Math.floor(began) % 28_000)}"`,
    `http.request.uri="${request.path}"`,
    `http.request.useragent="${agent}"`,
    ...(type === undefined || response.status >= 400 ? [] : [`http.response.contenttype="${type}"`]),
    `http.response.duration=${(process.now - began).toFixed(6)}ms`,
    `http.response.status=${response.status}`,
    `http.response.written=${length}`,
  ].join(' ');
  yield* log(process, `time="${goTime(process)}" level=info msg="response completed" go.version=go1.20.8 ${fields} `, 2);
  if (config.accessLog)
    yield* log(
      process,
      `${request.remoteAddress} - - [${commonLogTime(began)}] "${request.method} ${request.path} HTTP/1.1" ${response.status} ${length} "" "${agent}"`,
    );
}

/** `2026-11-22T13:28:07.123456789Z` */
export const goTime = (process: Process): string => new Date(process.now).toISOString().replace('Z', '000000Z');
