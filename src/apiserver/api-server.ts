import { StatusError, unknownPath } from '../apimachinery/status.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import { EtcdError } from '../interfaces/etcd.ts';
import type { RestRequest, RestResponse, RestServer, UserInfo } from '../interfaces/rest.ts';
import type { StreamSession } from '../interfaces/streams.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { AdmissionConfigs } from './admission/configs.ts';
import { Aggregator } from './aggregation/api-services.ts';
import { AuditLog } from './audit-log.ts';
import { Authenticator } from './authn/authenticator.ts';
import { impersonate } from './authn/impersonation.ts';
import { TokenAuthenticator } from './authn/service-account-tokens.ts';
import { Authorizer } from './authz/authorizer.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { reconcileMasters } from './bootstrap/masters.ts';
import { compactor } from './compactor.ts';
import { connectResource } from './connect/connect.ts';
import { type ApiServerOptions, type Core, jsonResponse } from './context.ts';
import { CustomResources } from './custom/custom-resources.ts';
import { Discovery } from './discovery.ts';
import { encrypted } from './encryption.ts';
import { RequestMetrics } from './metrics.ts';
import { nonResource } from './non-resource.ts';
import { newOpenApi } from './openapi/openapi.ts';
import { ServiceAllocator } from './registry/service-allocator.ts';
import { newestMinor } from './releases.ts';
import { authorized, type RequestInfo, requestInfo } from './request-info.ts';
import { ResourceTable } from './resource-table.ts';
import { serveResource } from './serve-resource.ts';
import { Storage } from './storage.ts';
import { Uids } from './uid.ts';
import { WatchCaches } from './watch-caches.ts';

/** The Kubernetes API server: one front door, behind it authentication, authorization, admission, registry and etcd. */
export class ApiServer implements RestServer {
  readonly #core: Core;
  #mastersAt = 0;
  readonly #sim: Sim;
  readonly #authenticator: Authenticator;
  readonly #aggregator: Aggregator;
  readonly #auditLog: AuditLog | undefined;

  constructor(given: ApiServerOptions) {
    const options = given.encryption ? { ...given, etcd: encrypted(given.etcd, given.encryption, given.sim.random) } : given;
    // Chance must differ from start to start, or a restarted server would give out the same UIDs again.
    const { revision } = options.etcd.range({ key: '/registry/health' });
    const sim = options.sim.scope(`kube-apiserver@${revision}`);
    const storage = new Storage(sim, options.etcd, options.eventTtlSeconds);
    const tokens = new TokenAuthenticator(sim, storage, options.serviceAccountKey, options.serviceAccountIssuer);
    const minor = Number(options.version?.minor ?? newestMinor);
    const table = new ResourceTable(minor);
    this.#sim = sim;
    this.#core = {
      options,
      minor,
      sim,
      stamp: newStamp(sim),
      uids: new Uids(sim.random, revision),
      storage,
      tokens,
      table,
      discovery: new Discovery(table, `${options.advertiseAddress ?? ''}:${options.securePort ?? 6443}`),
      openApi: newOpenApi({ table, options }),
      customResources: new CustomResources(options.etcd, table),
      admission: new AdmissionConfigs(options.etcd),
      metrics: new RequestMetrics(sim),
      allocator: new ServiceAllocator(options.etcd, sim.random, options.serviceCidr ?? '10.96.0.0/12'),
      watchCaches: new WatchCaches(sim, options.etcd),
      authorizer: new Authorizer(options.etcd, storage, minor, options.authorizationModes),
    };
    this.#authenticator = new Authenticator(sim, options.caPem, tokens, storage, options.authentication);
    bootstrap(this.#core);
    this.#aggregator = new Aggregator({ sim, etcd: options.etcd, storage, table, dial: options.dialExtension });
    this.#auditLog = options.auditLog && new AuditLog({ sim, ...options.auditLog });
    sim.go(compactor(options.etcd), 'compactor');
  }

  handle(request: RestRequest): RestResponse {
    if (this.#core.sim.now >= this.#mastersAt) this.#reconcileMasters();
    const info = requestInfo(request);
    let user = nobody;
    let response: RestResponse;
    // What the world does by itself is no more than its time is worth.
    if (this.#sim.cause !== 0) this.#sim.toil(request.method === 'GET' ? readSteps : writeSteps);
    try {
      this.#core.customResources.refresh();
      this.#aggregator.refresh();
      this.#core.admission.refresh();
      user = this.#authenticate(request);
      this.#core.authorizer.require(user, authorized(info, request));
      response = this.#aggregator.has(info.group, info.version)
        ? this.#aggregator.proxy(request, info.group, info.version, user)
        : info.isResource
          ? serveResource(this.#core, request, info, user)
          : nonResource(this.#core, request);
    } catch (error) {
      response = refusal(error);
    }
    this.#record(request, info, user, response);
    return response;
  }

  /** Along with a request, for there is always one: a routine of its own would run in every cluster, and there is one apiserver in most. */
  #reconcileMasters(): void {
    const { sim, options } = this.#core;
    this.#mastersAt = sim.now + 10_000;
    if (options.masterAnswers) reconcileMasters(this.#core, options.masterAnswers);
  }

  *connect(request: RestRequest): Routine<RestResponse | StreamSession> {
    const info = streamInfo(requestInfo(request));
    let user = nobody;
    let response: RestResponse | StreamSession;
    try {
      user = this.#authenticate(request);
      this.#core.authorizer.require(user, info);
      if (!info.isResource) throw unknownPath();
      response = yield* connectResource(this.#core, request, info, user);
    } catch (error) {
      response = refusal(error);
    }
    this.#record(request, info, user, 'session' in response ? switched : response);
    return response;
  }

  /** The process ends: watches close. */
  stop(): void {
    this.#sim.stop();
  }

  #authenticate(request: RestRequest): UserInfo {
    const user = this.#authenticator.authenticate(request.credentials);
    return request.headers?.['impersonate-user'] === undefined ? user : impersonate(user, request, this.#core.authorizer);
  }

  #record(request: RestRequest, info: RequestInfo, user: UserInfo, response: RestResponse): void {
    this.#core.metrics.count(info, response.status, response.watch);
    const annotations = this.#core.admission.takeAnnotations();
    this.#auditLog?.record(request, info, user, response, annotations);
  }
}

/** What a request costs, with all that follows from it, in steps of the engine: see Sim.toil. */
const readSteps = 2;
const writeSteps = 30;

/** Texts of the clock, each made once. */
function newStamp(sim: Sim): () => string {
  const last = { second: Number.NaN, text: '' };
  return () => {
    const second = Math.floor(sim.now / 1000);
    if (second !== last.second) {
      last.second = second;
      last.text = rfc3339(sim.now);
    }
    return last.text;
  };
}

const nobody: UserInfo = { name: '', groups: [] };
const switched: RestResponse = { status: 101, headers: {} };

/** exec and the like are asked for as `create`, logs as `get`. */
const streamInfo = (info: RequestInfo): RequestInfo => (creates.has(info.subresource) ? { ...info, verb: 'create' } : info);
const creates = new Set(['exec', 'attach', 'portforward']);

/** The three kinds of trouble: a refusal of ours, of etcd, and a bug in the lab, which must never look like a cluster error. */
function refusal(error: unknown): RestResponse {
  if (error instanceof StatusError) return jsonResponse(error.code, error.status);
  if (error instanceof EtcdError) {
    return jsonResponse(500, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: error.message, code: 500 });
  }
  throw error;
}
