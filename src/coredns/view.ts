import type { EndpointSlice, Service } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { reflectorTexts, SharedInformers } from '../client/shared-informers.ts';
import type { Sim } from '../sim/sim.ts';
import type { ClusterView } from './records.ts';

const serviceNameLabel = 'kubernetes.io/service-name';

/** The cluster as CoreDNS follows it: coredns plugin/kubernetes/controller.go. */
export class WatchedCluster implements ClusterView {
  readonly informers: SharedInformers;
  readonly #services;
  readonly #slices;
  readonly #namespaces;
  readonly #pods;

  constructor(sim: Sim, client: Client, withPods: boolean, log: (text: string) => void) {
    this.informers = new SharedInformers(sim, client, (resource, problem) => {
      const { type, error } = reflectorTexts(resource, problem);
      log(`[ERROR] plugin/kubernetes: Failed to watch ${type}: ${error}`);
    });
    this.#services = this.informers.of('services');
    this.#slices = this.informers.of('endpointslices.discovery.k8s.io');
    this.#namespaces = this.informers.of('namespaces');
    this.#pods = withPods ? this.informers.of('pods') : undefined;
    this.#services.addIndex('ip', ({ spec }) => (spec.clusterIPs ?? []).filter((ip) => ip !== 'None'));
    this.#slices.addIndex('ip', (slice) => (slice.endpoints ?? []).flatMap(({ addresses }) => addresses));
    this.#slices.addIndex('service', ({ metadata }) => {
      const name = metadata.labels?.[serviceNameLabel];
      return name === undefined ? [] : [`${metadata.namespace}/${name}`];
    });
    this.#pods?.addIndex('ip', ({ status, metadata }) => (status?.podIP ? [`${metadata.namespace}/${status.podIP}`] : []));
  }

  get synced(): boolean {
    return this.#services.synced && this.#slices.synced && this.#namespaces.synced && (this.#pods?.synced ?? true);
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#services.get({ namespace, name });
  }

  slices(namespace: string, name: string): readonly EndpointSlice[] {
    return this.#slices.byIndex('service', `${namespace}/${name}`);
  }

  serviceByIp(ip: string): Service | undefined {
    return this.#services.byIndex('ip', ip)[0];
  }

  slicesByIp(ip: string): readonly EndpointSlice[] {
    return this.#slices.byIndex('ip', ip);
  }

  namespaceExists(name: string): boolean {
    return this.#namespaces.get({ namespace: '', name }) !== undefined;
  }

  podExists(namespace: string, ip: string): boolean {
    return (this.#pods?.byIndex('ip', `${namespace}/${ip}`).length ?? 0) > 0;
  }
}
