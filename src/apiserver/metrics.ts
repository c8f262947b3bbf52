/** /metrics: what the apiserver counted, in the text format of Prometheus (apiserver/pkg/endpoints/metrics/metrics.go). */
import { type BuildInfo, Counter, exposition, labelsText, processFamilies, type Sample } from '../apimachinery/metrics.ts';
import type { WatchEvent } from '../interfaces/rest.ts';
import type { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import type { RequestInfo } from './request-info.ts';
import type { ResourceTable } from './resource-table.ts';
import type { Storage } from './storage.ts';

const verbNames: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};

/** Requests by what they asked for and how they ended. */
export class RequestMetrics {
  readonly #requests = new Counter();
  /** The watches of each set of labels; those that are over leave when another begins. */
  readonly #watches = new Map<string, Set<Channel<WatchEvent>>>();
  readonly #sim: Sim;
  readonly #started: number;

  constructor(sim: Sim) {
    this.#sim = sim;
    this.#started = sim.now;
  }

  count({ isResource, verb, group, version, resource, subresource, namespace, name }: RequestInfo, code: number, watch?: Channel<WatchEvent>): void {
    const scope = !isResource ? '' : name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster';
    const of = `resource="${resource}",scope="${scope}",subresource="${subresource}",verb="${verbNames[verb] ?? verb.toUpperCase()}",version="${version}"`;
    this.#requests.inc(`code="${code}",component="apiserver",dry_run="",group="${group}",${of}`);
    if (watch) this.#begin(`component="apiserver",group="${group}",${of}`, watch);
  }

  #begin(labels: string, watch: Channel<WatchEvent>): void {
    const open = (this.#watches.get(labels) ?? []) as Iterable<Channel<WatchEvent>>;
    this.#watches.set(labels, new Set([...open, watch].filter(isOpen)));
  }

  text({ storage, table, version }: MetricsFacts): string {
    const objects = [...table.all()]
      .filter(({ conversion, api }) => conversion === undefined && api.verbs.includes('list'))
      .map(
        ({ group, resource, prefix }): Sample => [labelsText({ resource: group === '' ? resource : `${resource}.${group}` }), storage.range(prefix).kvs.length],
      );
    return exposition([
      {
        name: 'apiserver_request_total',
        type: 'counter',
        stability: 'STABLE',
        help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        samples: this.#requests,
      },
      {
        name: 'apiserver_longrunning_requests',
        type: 'gauge',
        stability: 'STABLE',
        help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
        samples: [...this.#watches].map(([labels, open]): Sample => [labels, [...open].filter(isOpen).length]).sort(([a], [b]) => (a < b ? -1 : 1)),
      },
      {
        name: 'apiserver_storage_objects',
        type: 'gauge',
        stability: 'STABLE',
        help: '[DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
        samples: objects.sort(([a], [b]) => (a < b ? -1 : 1)),
      },
      {
        name: 'apiserver_current_inflight_requests',
        type: 'gauge',
        stability: 'STABLE',
        help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
        samples: [
          [labelsText({ request_kind: 'mutating' }), 0],
          [labelsText({ request_kind: 'readOnly' }), 1],
        ],
      },
      ...processFamilies({ startedAt: this.#started, memoryBytes: 260 * 2 ** 20, cpuSeconds: (this.#sim.now - this.#started) / 20_000 }, version),
    ]);
  }
}

const isOpen = ({ closed, broken }: Channel<WatchEvent>): boolean => !closed && !broken;

type MetricsFacts = {
  readonly storage: Storage;
  readonly table: ResourceTable;
  readonly version: BuildInfo;
};
