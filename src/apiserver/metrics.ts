/** /metrics: what the apiserver counted, in the text format of Prometheus (apiserver/pkg/endpoints/metrics/metrics.go). */
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
  readonly #requests = new Map<string, number>();
  readonly #started: number;

  constructor(sim: Sim) {
    this.#started = sim.now;
  }

  count({ isResource, verb, group, version, resource, subresource, namespace, name }: RequestInfo, code: number): void {
    const scope = !isResource ? '' : name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster';
    const labels = `code="${code}",component="apiserver",dry_run="",group="${group}",resource="${resource}",scope="${scope}",subresource="${subresource}",verb="${verbNames[verb] ?? verb.toUpperCase()}",version="${version}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
  }

  text(storage: Storage, table: ResourceTable): string {
    const requests = [...this.#requests].sort(([a], [b]) => (a < b ? -1 : 1));
    const objects = [...table.all()]
      .filter(({ conversion, api }) => conversion === undefined && api.verbs.includes('list'))
      .map(({ group, resource, prefix }): [string, number] => [
        `resource="${group === '' ? resource : `${resource}.${group}`}"`,
        storage.range(prefix).kvs.length,
      ]);
    return [
      family(
        'apiserver_request_total',
        'counter',
        'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        requests,
      ),
      family(
        'apiserver_storage_objects',
        'gauge',
        'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
        objects.sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      family('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [['', Math.floor(this.#started / 1000)]]),
    ].join('');
  }
}

const family = (name: string, type: string, help: string, samples: readonly (readonly [labels: string, value: number])[]): string =>
  `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`).join('')}`;
