/** metrics-server: scrapes the kubelets and serves metrics.k8s.io (kubernetes-sigs/metrics-server pkg/server, pkg/scraper). */
import type { Node } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import type { RestServer } from '../interfaces/rest.ts';
import type { Milliseconds, Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { metricsApi } from './api.ts';
import { MetricsStore, parseResourceMetrics, type Scrape } from './store.ts';

type MetricsServerOptions = {
  readonly sim: Sim;
  readonly client: Client;
  /** `--metric-resolution`. */
  readonly resolution: Milliseconds;
  /** GET /metrics/resource of a kubelet; throws an Error with Go's text. */
  readonly scrape: (address: string) => Routine<string>;
  readonly log: (severity: 'I' | 'E', place: string, text: string) => void;
};

/** `api` answers metrics.k8s.io behind the apiserver's aggregation layer. */
export type MetricsServer = {
  readonly api: RestServer;
  /** Why it is not ready, for `/readyz`. */
  readonly notReady: () => string | undefined;
};

/** Starts it in `options.sim`. */
export function runMetricsServer(options: MetricsServerOptions): MetricsServer {
  const { sim, client } = options;
  const informers = new SharedInformers(sim, client);
  const nodes = informers.of('nodes');
  const pods = informers.of('pods');
  const store = new MetricsStore();
  sim.go(scrapeLoop(options, informers, store), 'metrics-server');
  const api = metricsApi({ now: () => sim.now, nodes: () => nodes.list(), pods: (namespace) => pods.list(namespace), store });
  return { api, notReady: () => (store.ready ? undefined : 'no metrics to store') };
}

function* scrapeLoop(options: MetricsServerOptions, informers: SharedInformers, store: MetricsStore): Routine {
  const { sim, resolution } = options;
  yield* informers.waitForSync();
  for (;;) {
    const next = sim.now + resolution;
    const round = new Map<string, Scrape>();
    for (const node of informers.of('nodes').list()) {
      const scrape = yield* scrapeNode(options, node);
      if (scrape) round.set(node.metadata.name ?? '', scrape);
    }
    store.put(round);
    while (sim.now < next) yield { timeout: next - sim.now };
  }
}

function* scrapeNode({ scrape, log }: MetricsServerOptions, node: Node): Routine<Scrape | undefined> {
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  try {
    return parseResourceMetrics(yield* scrape(address));
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    log('E', 'scraper.go:149', `"Failed to scrape node" err=${JSON.stringify(error.message)} node="${node.metadata.name}"`);
    return undefined;
  }
}

/** Why a kubelet gave no figures. */
export class ScrapeError extends Error {}
