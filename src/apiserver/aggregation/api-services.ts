/** APIServices: which groups other servers answer for, whether they can be reached, and what they serve (kube-aggregator pkg/apiserver, pkg/controllers/status). */
import type { core, EndpointSlice, KubeObject, Service } from '../../api/types.ts';
import type { ApiResource } from '../../apimachinery/resources.ts';
import { failure, type StatusError } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { EtcdApi } from '../../interfaces/etcd.ts';
import type { RestRequest, RestResponse, RestServer, UserInfo } from '../../interfaces/rest.ts';
import { Condition, type Routine } from '../../sim/routine.ts';
import type { Sim } from '../../sim/sim.ts';
import { Mirror } from '../mirror.ts';
import type { ResourceTable } from '../resource-table.ts';
import type { Storage } from '../storage.ts';

type ServiceReference = { readonly namespace?: string; readonly name?: string; readonly port?: number };
/** Without `spec.service` the group is served here. */
export type ApiService = KubeObject & {
  readonly spec: { readonly group?: string; readonly version?: string; readonly service?: ServiceReference | null };
  readonly status?: { readonly conditions?: readonly core.PodCondition[] };
};

type AggregatorOptions = {
  readonly sim: Sim;
  readonly etcd: EtcdApi;
  readonly storage: Storage;
  readonly table: ResourceTable;
  /** The server behind an address of the cluster's network; throws an Error with Go's text. */
  readonly dial: ((address: string, port: number) => RestServer) | undefined;
};

const prefix = '/registry/apiregistration.k8s.io/apiservices/';
const recheck = { available: 10_000, missing: 1_000 } as const;

type Verdict = { readonly ok: boolean; readonly reason: string; readonly message: string };
type Remote = { readonly service: ApiService; available: boolean };

/** The groups that other servers answer for. */
export class Aggregator {
  readonly #options: AggregatorOptions;
  readonly #mirror: Mirror<ApiService>;
  /** By `group/version`. */
  readonly #remotes = new Map<string, Remote>();
  readonly #added = new Condition();

  constructor(options: AggregatorOptions) {
    this.#options = options;
    this.#mirror = new Mirror<ApiService>(options.etcd, prefix, (before, after) => this.#changed(before, after));
    if (options.dial) options.sim.go(this.#watchAvailability(), 'apiservice-status-available-controller');
  }

  refresh(): void {
    this.#mirror.refresh();
  }

  /** Whether another server answers for a group. */
  has(group: string, version: string): boolean {
    return this.#remotes.size > 0 && this.#remotes.has(`${group}/${version}`);
  }

  /** Hands a request over, with the name of who asks. Throws StatusError. */
  proxy(request: RestRequest, group: string, version: string, user: UserInfo): RestResponse {
    const remote = this.#remotes.get(`${group}/${version}`);
    if (!remote?.available) throw unavailable();
    const headers = { ...request.headers, 'x-remote-user': user.name, 'x-remote-group': user.groups.join(',') };
    try {
      return this.#server(remote.service).server.handle({ ...request, headers, credentials: {} });
    } catch (error) {
      if (!(error instanceof DialFailure)) throw error;
      throw failure(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`);
    }
  }

  #changed(before: ApiService | undefined, after: ApiService | undefined): void {
    const { table } = this.#options;
    const id = (of: ApiService): string => `${of.spec.group}/${of.spec.version}`;
    const gone = before?.spec.service && (!after?.spec.service || id(before) !== id(after));
    if (gone && this.#remotes.delete(id(before))) table.setRemote(before.spec.group ?? '', before.spec.version ?? '', undefined);
    if (!after?.spec.service) return;
    const known = this.#remotes.get(id(after));
    this.#remotes.set(id(after), { service: after, available: known?.available ?? false });
    if (known === undefined) {
      table.setRemote(after.spec.group ?? '', after.spec.version ?? '', []);
      this.#added.notify();
    }
  }

  // ── availability ──

  *#watchAvailability(): Routine {
    for (;;) {
      this.refresh();
      while (this.#remotes.size === 0) yield { on: [this.#added] };
      for (const remote of [...this.#remotes.values()]) this.#check(remote);
      yield { timeout: [...this.#remotes.values()].every(({ available }) => available) ? recheck.available : recheck.missing };
    }
  }

  #check(remote: Remote): void {
    const { storage, sim, table } = this.#options;
    const { group = '', version = '' } = remote.service.spec;
    const { verdict, resources } = this.#probe(remote.service);
    if (verdict.ok !== remote.available) table.setRemote(group, version, verdict.ok ? resources : []);
    remote.available = verdict.ok;
    const key = `${prefix}${remote.service.metadata.name}`;
    const stored = storage.get<ApiService>(key);
    const old = stored?.object.status?.conditions?.find(({ type }) => type === 'Available');
    const status = verdict.ok ? 'True' : 'False';
    if (!stored || (old?.status === status && old.reason === verdict.reason && old.message === verdict.message)) return;
    const lastTransitionTime = old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : rfc3339(sim.now);
    const condition = { lastTransitionTime, message: verdict.message, reason: verdict.reason, status, type: 'Available' };
    storage.update(key, { ...stored.object, status: { conditions: [condition] } } as ApiService, stored.revision);
  }

  #probe(service: ApiService): { readonly verdict: Verdict; readonly resources: readonly ApiResource[] } {
    const bad = (reason: string, message: string) => ({ verdict: { ok: false, reason, message }, resources: [] });
    const { group = '', version = '' } = service.spec;
    const path = `/apis/${group}/${version}`;
    let url = '';
    try {
      const { server, address, port } = this.#server(service);
      url = `https://${address}:${port}${path}`;
      const { status, body } = server.handle({ method: 'GET', path, headers: {}, credentials: {} });
      if (status !== 200) return bad('FailedDiscoveryCheck', `failing or missing response from ${url}: bad status from ${url}: ${status}`);
      return { verdict: { ok: true, reason: 'Passed', message: 'all checks passed' }, resources: resourcesOf(group, version, body) };
    } catch (error) {
      if (error instanceof Unready) return bad(error.reason, error.message);
      if (!(error instanceof DialFailure)) throw error;
      url = `https://${error.address}${path}`;
      return bad('FailedDiscoveryCheck', `failing or missing response from ${url}: Get "${url}": ${error.message}`);
    }
  }

  /** The server behind the first ready address of the Service. Throws Unready or DialFailure. */
  #server({ spec }: ApiService): { readonly server: RestServer; readonly address: string; readonly port: number } {
    const { namespace = '', name = '', port: number = 443 } = spec.service ?? {};
    const { storage, dial } = this.#options;
    const service = storage.get<Service>(`/registry/services/specs/${namespace}/${name}`)?.object;
    if (!service) throw new Unready('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
    const port = service.spec.ports?.find((each) => each.port === number);
    if (!port) throw new Unready('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${number}`);
    const slices = storage
      .list<EndpointSlice>(`/registry/endpointslices/${namespace}/`)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
    if (slices.length === 0) throw new Unready('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`);
    for (const { endpoints, ports } of slices) {
      const target = ports?.find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
      const address = endpoints?.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
      if (target === undefined || address === undefined || !dial) continue;
      try {
        return { server: dial(address, target), address, port: target };
      } catch (error) {
        throw new DialFailure(`${address}:${target}`, (error as Error).message);
      }
    }
    throw new Unready('MissingEndpoints', `endpoints for service/${name} in "${namespace}" have no addresses with port name "${port.name ?? ''}"`);
  }
}

class Unready extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

class DialFailure extends Error {
  readonly address: string;
  constructor(address: string, message: string) {
    super(message);
    this.address = address;
  }
}

const unavailable = (): StatusError => failure(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');

/** An APIResourceList of the other server as entries of discovery. */
function resourcesOf(group: string, version: string, body: unknown): ApiResource[] {
  const list =
    (body as { readonly resources?: readonly (Partial<ApiResource> & { readonly name?: string; readonly singularName?: string })[] } | undefined)?.resources ??
    [];
  return list.map(({ name = '', singularName = '', kind = '', namespaced = false, verbs = [], shortNames = [], categories = [] }) => ({
    group,
    version,
    resource: name,
    singular: singularName,
    kind,
    listKind: `${kind}List`,
    shortNames,
    namespaced,
    verbs,
    categories,
    subresources: [],
  }));
}
