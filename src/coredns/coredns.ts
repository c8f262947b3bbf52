/** CoreDNS: a chain of plugins behind each port of the Corefile. */
import { createHash } from 'node:crypto';
import { metricsHeaders } from '../apimachinery/metrics.ts';
import type { Client } from '../client/client.ts';
import type { DnsAnswer, DnsServer, HttpServer } from '../linux/protocols.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { CorefileError, parseCorefile, pluginOrder, type ServerBlock } from './corefile.ts';
import { DnsCounters } from './metrics.ts';
import { type Handler, inZone, type PluginContext, pluginMakers, type Question, refused, upstreams } from './plugins.ts';
import { WatchedCluster } from './view.ts';

type CoreDnsOptions = {
  readonly sim: Sim;
  readonly client: Client;
  /** The Corefile as it is now: `reload` looks again every 30 s. */
  readonly corefile: () => string;
  readonly readFile: PluginContext['readFile'];
  readonly ask: PluginContext['ask'];
  readonly ownAddress: PluginContext['ownAddress'];
  /** Listens on a port, UDP and TCP for DNS. */
  readonly listenDns: (port: number, server: DnsServer) => void;
  readonly listenHttp: (port: number, server: HttpServer) => void;
  /** A line on standard output. */
  readonly log: (text: string) => void;
};

type CoreDns = {
  /** Every plugin that says so is ready. */
  ready(): boolean;
};

const version = '1.13.1';
const reloadPeriod = 30_000;

/** Starts CoreDNS in `options.sim`. Throws CorefileError: the program prints it and exits with status 1. */
export function runCoreDns(options: CoreDnsOptions): CoreDns {
  const { sim, log, corefile } = options;
  const text = corefile();
  let blocks = parseCorefile(text, '/etc/coredns/Corefile');
  const withPods = blocks.some(({ plugins }) =>
    plugins.some(({ name, block }) => name === 'kubernetes' && block.some((each) => each.name === 'pods' && each.args[0] === 'verified')),
  );
  const view = new WatchedCluster(sim, options.client, withPods, log);
  const zones = (): string[] => blocks.flatMap(({ plugins }) => plugins.filter(({ name }) => name === 'kubernetes').flatMap(({ args }) => args));
  const zoneOf = (name: string): string => zones().find((zone) => inZone(name, zone.replace(/\.$/, ''))) ?? 'cluster.local';
  const context: PluginContext = { ...options, view, ready: () => view.synced, zoneOf };
  detectLoops(blocks, context);
  let servers = assemble(blocks, context);
  const counters = new DnsCounters();
  for (const port of servers.keys()) {
    options.listenDns(port, {
      *query(name, type, asker) {
        const answer = yield* resolve(servers.get(port) ?? [], { name: name.toLowerCase().replace(/\.$/, ''), type, asker });
        counters.answered(port, type, answer);
        return answer;
      },
    });
    log(`.:${port}`);
  }
  const ready = (): boolean => !uses(blocks, 'kubernetes') || view.synced;
  serveHealth(options, blocks, ready);
  servePrometheus(options, blocks, counters);
  if (uses(blocks, 'reload')) {
    log(`[INFO] plugin/reload: Running configuration SHA512 = ${sha512(text)}`);
    const apply = (newer: string): void => {
      const parsed = parseCorefile(newer, '/etc/coredns/Corefile');
      servers = assemble(parsed, context);
      blocks = parsed;
    };
    sim.go(reloading(options, text, apply), 'coredns reload');
  }
  log(`CoreDNS-${version}`);
  log('linux/amd64, go1.25.2, 1db4568');
  return { ready };
}

type Zone = { readonly zone: string; readonly handler: Handler };

/** By port, the zones with the longest first. */
function assemble(blocks: readonly ServerBlock[], context: PluginContext): Map<number, Zone[]> {
  const servers = new Map<number, Zone[]>();
  for (const block of blocks) {
    const ordered = [...block.plugins].sort((a, b) => pluginOrder(a.name) - pluginOrder(b.name));
    const handlers = ordered.map((directive) => pluginMakers[directive.name]?.(directive, context)).filter((each) => each !== undefined);
    const handler = chain(handlers);
    for (const { zone, port } of block.zones) {
      const zones = servers.get(port) ?? [];
      zones.push({ zone, handler });
      zones.sort((a, b) => b.zone.length - a.zone.length);
      servers.set(port, zones);
    }
  }
  return servers;
}

/** The last in a chain that nobody has answered refuses. */
function chain(handlers: readonly Handler[]): Handler {
  let next: Handler = function* () {
    return refused;
  };
  for (const handler of [...handlers].reverse()) {
    const after = next;
    next = (question) => handler(question, (asked) => after(asked, after));
  }
  return next;
}

function* resolve(zones: readonly Zone[], question: Question): Routine<DnsAnswer> {
  const server = zones.find(({ zone }) => inZone(question.name, zone));
  return server ? yield* server.handler(question, server.handler) : refused;
}

const uses = (blocks: readonly ServerBlock[], name: string): boolean => blocks.some(({ plugins }) => plugins.some((each) => each.name === name));

/** plugin/loop: one that forwards to itself would ask itself for ever. */
function detectLoops(blocks: readonly ServerBlock[], context: PluginContext): void {
  for (const { plugins, zones } of blocks) {
    if (!plugins.some(({ name }) => name === 'loop')) continue;
    const forward = plugins.find(({ name }) => name === 'forward');
    const port = zones[0]?.port ?? 53;
    const self = upstreams(forward?.args.slice(1) ?? [], context).find((each) => each.address.startsWith('127.') && each.port === port);
    if (!self) continue;
    const query = `${context.sim.random.int(1e9)}${context.sim.random.int(1e9)}.${context.sim.random.int(1e9)}`;
    throw new CorefileError(
      `[FATAL] plugin/loop: Loop (127.0.0.1:${30_000 + context.sim.random.int(30_000)} -> :${port}) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${query}."`,
    );
  }
}

/** `health` on 8080, `ready` on 8181. */
function serveHealth({ listenHttp, log }: CoreDnsOptions, blocks: readonly ServerBlock[], ready: () => boolean): void {
  const page = (path: string, answer: () => { status: number; body: string }): HttpServer => ({
    *handle(request) {
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      return request.path === path ? { ...answer(), headers } : { status: 404, headers, body: '404 page not found\n' };
    },
  });
  const portOf = (name: string, standard: number): number => {
    const argument = blocks.flatMap(({ plugins }) => plugins).find((each) => each.name === name)?.args[0];
    return Number(argument?.split(':').pop() ?? standard);
  };
  if (uses(blocks, 'health'))
    listenHttp(
      portOf('health', 8080),
      page('/health', () => ({ status: 200, body: 'OK' })),
    );
  if (uses(blocks, 'ready'))
    listenHttp(
      portOf('ready', 8181),
      page('/ready', () => {
        if (ready()) return { status: 200, body: 'OK' };
        log('[INFO] plugin/ready: Plugins not ready: "kubernetes"');
        return { status: 503, body: 'kubernetes' };
      }),
    );
}

/** `prometheus` on 9153. */
function servePrometheus({ sim, listenHttp }: CoreDnsOptions, blocks: readonly ServerBlock[], counters: DnsCounters): void {
  const directive = blocks.flatMap(({ plugins }) => plugins).find(({ name }) => name === 'prometheus');
  if (directive === undefined) return;
  const startedAt = sim.now;
  listenHttp(Number(directive.args[0]?.split(':').pop() || 9153), {
    *handle({ path }) {
      if (path !== '/metrics') return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' };
      return {
        status: 200,
        headers: metricsHeaders,
        body: counters.text(blocks, version, { startedAt, memoryBytes: 25 * 2 ** 20, cpuSeconds: (sim.now - startedAt) / 500_000 }),
      };
    },
  });
}

function* reloading({ sim, corefile, log }: CoreDnsOptions, first: string, apply: (text: string) => void): Routine {
  let current = first;
  for (;;) {
    yield { timeout: reloadPeriod + sim.random.between(0, reloadPeriod / 2) };
    const text = corefile();
    if (text === current) continue;
    current = text;
    log('[INFO] Reloading');
    try {
      apply(text);
      log(`[INFO] plugin/reload: Running configuration SHA512 = ${sha512(text)}`);
      log('[INFO] Reloading complete');
    } catch (error) {
      if (!(error instanceof CorefileError)) throw error;
      log(`[ERROR] Restart failed: ${error.message}`);
      log('[ERROR] plugin/reload: Corefile changed but reload failed: starting with listener file descriptors: no valid configuration');
    }
  }
}

const sha512 = (text: string): string => createHash('sha512').update(text).digest('hex');
