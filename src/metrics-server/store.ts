/** The last two measurements of every node and container, and the usage between them (metrics-server pkg/storage). */
import type { Milliseconds } from '../sim/routine.ts';

/** One measurement: CPU seconds since the start, bytes in use. */
type Point = { readonly at: Milliseconds; readonly cpuSeconds: number; readonly memoryBytes: number };
/** One kubelet's answer; `node` is undefined where it had none. */
export type Scrape = {
  readonly node: Point | undefined /** By `namespace/pod`, then by container. */;
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, Point>>;
};
/** Between two measurements `window` milliseconds apart; `cores` may be a fraction. */
export type Usage = { readonly at: Milliseconds; readonly window: Milliseconds; readonly cores: number; readonly memoryBytes: number };

/** Reads the text of a kubelet's /metrics/resource. */
export function parseResourceMetrics(text: string): Scrape {
  let node: { at: number; cpuSeconds: number; memoryBytes: number } | undefined;
  const pods = new Map<string, Map<string, { at: number; cpuSeconds: number; memoryBytes: number }>>();
  for (const line of text.split('\n')) {
    const match =
      /^(node|container)_(cpu_usage_seconds_total|memory_working_set_bytes)(?:\{container="([^"]*)",namespace="([^"]*)",pod="([^"]*)"\})? (\S+) (\d+)$/.exec(
        line,
      );
    if (!match) continue;
    const [, what, metric, container = '', namespace = '', pod = '', value = '', at = ''] = match;
    let point: { at: number; cpuSeconds: number; memoryBytes: number };
    if (what === 'node') {
      node ??= { at: Number(at), cpuSeconds: 0, memoryBytes: 0 };
      point = node;
    } else {
      const key = `${namespace}/${pod}`;
      const containers = pods.get(key) ?? new Map();
      pods.set(key, containers);
      point = containers.get(container) ?? { at: Number(at), cpuSeconds: 0, memoryBytes: 0 };
      containers.set(container, point);
    }
    if (metric === 'cpu_usage_seconds_total') point.cpuSeconds = Number(value);
    else point.memoryBytes = Number(value);
  }
  return { node, pods };
}

/** Both rounds of all nodes. */
export class MetricsStore {
  #last = new Map<string, Scrape>();
  #previous = new Map<string, Scrape>();

  /** The scrapes of one round, by node; a node that did not answer keeps nothing. */
  put(round: Map<string, Scrape>): void {
    this.#previous = this.#last;
    this.#last = round;
  }

  get ready(): boolean {
    return [...this.#last.keys()].some((name) => this.node(name) !== undefined);
  }

  node(name: string): Usage | undefined {
    return usage(this.#previous.get(name)?.node, this.#last.get(name)?.node);
  }

  /** Usage by container; undefined unless there are figures of all of them. */
  pod(namespace: string, name: string): ReadonlyMap<string, Usage> | undefined {
    const key = `${namespace}/${name}`;
    for (const [node, scrape] of this.#last) {
      const containers = scrape.pods.get(key);
      if (!containers) continue;
      const before = this.#previous.get(node)?.pods.get(key);
      const found = new Map<string, Usage>();
      for (const [container, point] of containers) {
        const each = usage(before?.get(container), point);
        if (each === undefined) return undefined;
        found.set(container, each);
      }
      return found;
    }
    return undefined;
  }
}

function usage(before: Point | undefined, now: Point | undefined): Usage | undefined {
  // A counter that went back belongs to a container that was started anew.
  if (!before || !now || now.at <= before.at || now.cpuSeconds < before.cpuSeconds) return undefined;
  const window = now.at - before.at;
  return { at: now.at, window, cores: (now.cpuSeconds - before.cpuSeconds) / (window / 1000), memoryBytes: now.memoryBytes };
}
