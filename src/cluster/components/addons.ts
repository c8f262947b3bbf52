/** kube-proxy and CoreDNS as processes in their pods, and the network policy agent of a node. */
import { YAMLParseError } from 'yaml';
import { parseConfigYaml } from '../../apimachinery/yaml-simple.ts';
import { Client } from '../../client/client.ts';
import { runCoreDns } from '../../coredns/coredns.ts';
import { CorefileError } from '../../coredns/corefile.ts';
import { type RestServer, restProtocol } from '../../interfaces/rest.ts';
import { runNetworkPolicyAgent } from '../../kube-network-policies/kube-network-policies.ts';
import { runKubeProxy } from '../../kube-proxy/kube-proxy.ts';
import { Errno, isErrno } from '../../linux/errno.ts';
import { dial, NetworkError, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, type Program } from '../../linux/program.ts';
import { dnsProtocol, type HttpServer } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { versionOf } from '../releases.ts';
import {
  clientFromKubeconfig,
  connection,
  fatal,
  healthServer,
  inClusterClient,
  listen,
  logger,
  parseEndpoint,
  readFlags,
  secure,
  serveHttp,
  untilTerminated,
  warnOfGates,
} from './component.ts';
import { gateProblem } from './feature-gates.ts';
import { metricsPage } from './pages.ts';

type ProxyConfiguration = {
  readonly mode?: string;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly clusterCIDR?: string;
  readonly clientConnection?: { readonly kubeconfig?: string };
};

/** What it does not start with (kubernetes cmd/kube-proxy/app, pkg/proxy/apis/config/validation). */
function proxyProblem({ mode = '', featureGates = {} }: ProxyConfiguration, version: string): string | undefined {
  const gate = gateProblem(featureGates, version);
  if (gate !== undefined) return `failed complete: ${gate}`;
  if (['', 'iptables', 'ipvs', 'nftables'].includes(mode)) return undefined;
  return `failed validate: KubeProxyConfiguration.ProxyMode: Invalid value: ${JSON.stringify(mode)}: must be iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables])`;
}

/** kube-proxy in iptables mode; the rules it wrote stay when it ends. */
export const kubeProxyProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, ['config', 'hostname-override', 'v']);
  const log = logger(process);
  const config = yield* readYaml<ProxyConfiguration>(process, set.get('config') ?? '');
  const problem = proxyProblem(config, versionOf(process));
  if (problem !== undefined) return yield* fatal(process, 'run.go:72', `"command failed" err=${JSON.stringify(problem)}`);
  yield* warnOfGates(process, config.featureGates ?? {}, versionOf(process));
  const { network } = process.kernel.host;
  if (!network.netfilter) return yield* fatal(process, 'server.go:495', '"Error running ProxyServer" err="no support for primary IP family \\"IPv4\\""');
  const kubeconfig = yield* readYaml<{ readonly clusters?: readonly { readonly cluster?: { readonly server?: string } }[] }>(
    process,
    config.clientConnection?.kubeconfig ?? '',
  );
  const endpoint = parseEndpoint(kubeconfig.clusters?.[0]?.cluster?.server ?? '');
  const tls = secure(() => ({ ca: process.fs.read('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt') }));
  const client = new Client({
    server: connection<RestServer>(process, restProtocol, endpoint, tls),
    credentials: () => ({ token: process.fs.read('/var/run/secrets/kubernetes.io/serviceaccount/token') }),
    userAgent: `kube-proxy/${versionOf(process)}`,
  });
  process.allocate(60 * 1024 * 1024);
  process.steady(1);
  log('I', 'server_linux.go:53', '"Using iptables proxy"');
  const proxy = runKubeProxy({
    sim: process.sim,
    client,
    netfilter: network.netfilter,
    nodeName: set.get('hostname-override') ?? process.kernel.hostname,
    clusterCidr: config.clusterCIDR ?? '',
    log: (text) => log('I', 'proxier.go:822', text),
    logError: (text) => log('E', 'reflector.go:205', text),
  });
  const startedAt = process.sim.now;
  const pages: HttpServer = {
    *handle({ path }) {
      if (path === '/metrics') return metricsPage(process, startedAt, proxy.families());
      const text = {
        '/healthz': 'ok',
        '/livez': 'ok',
        '/readyz': 'ok',
        '/proxyMode': 'iptables',
        '/configz': JSON.stringify({ 'kubeproxy.config.k8s.io': config }),
      }[path];
      const headers = { 'content-type': path === '/configz' ? 'application/json' : 'text/plain; charset=utf-8' };
      return text === undefined ? { status: 404, headers, body: '404 page not found\n' } : { status: 200, headers, body: text };
    },
  };
  const health = healthServer({ '/healthz': () => proxy.healthy(), '/livez': () => proxy.healthy() });
  process.sim.go(listenAtLast(process, '127.0.0.1', 10249, pages, '"Unhandled Error" err="starting metrics server failed: '), 'metrics');
  process.sim.go(listenAtLast(process, '0.0.0.0', 10256, health, '"Healthz server failed" err="failed to start proxier healthz on 0.0.0.0:10256: '), 'healthz');
  return yield* untilTerminated(process, () => {});
};

/** A port that somebody else has is no reason to go: it is tried again every 5 s (bindAddressHardFail is false). */
function* listenAtLast(process: Process, address: string, port: number, server: HttpServer, failed: string): Routine {
  for (;;) {
    try {
      return void listen(process, address, port, [serveHttp(server)]);
    } catch (error) {
      if (!isErrno(error, 'EADDRINUSE')) throw error;
      logger(process)('E', 'server.go:600', `${failed}listen tcp ${address}:${port}: bind: address already in use"`);
    }
    yield* sleep(5_000);
  }
}

/** kube-network-policies as a service of the node; it takes its table away when it ends, and nothing is enforced then. */
export const kubeNetworkPoliciesProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, ['hostname-override', 'kubeconfig', 'metrics-bind-address', 'nfqueue-id', 'failopen', 'v']);
  const client = yield* clientFromKubeconfig(process, set.get('kubeconfig') ?? '', 'kube-network-policies/v0.9.2');
  const { network } = process.kernel.host;
  if (!network.netfilter) return yield* fatal(process, 'main.go:206', '"Can not start network policy controller" err="nftables is not available"');
  process.allocate(30 * 1024 * 1024);
  process.steady(1);
  const log = logger(process);
  const nodeName = set.get('hostname-override') ?? process.kernel.hostname;
  const stop = runNetworkPolicyAgent({ sim: process.sim, client, netfilter: network.netfilter, nodeName, log: (text) => log('I', 'controller.go:274', text) });
  return yield* untilTerminated(process, stop);
};

function* readYaml<T>(process: Process, path: string): Routine<T> {
  try {
    return (parseConfigYaml(process.fs.read(path)) ?? {}) as T;
  } catch (error) {
    if (!(error instanceof Errno || error instanceof YAMLParseError)) throw error;
    return yield* fatal(process, 'run.go:72', `"command failed" err="failed complete: open ${path}: ${error.message.split('\n')[0]?.toLowerCase()}"`);
  }
}

/** `coredns -conf FILE`; runs until it is signalled. */
export const corednsProgram: Program = function* (argv, process) {
  const at = argv.indexOf('-conf');
  const path = at >= 0 ? (argv[at + 1] ?? '') : 'Corefile';
  const say = (text: string): void => void process.sim.go(process.print(`${text}\n`));
  process.allocate(25 * 1024 * 1024);
  process.steady(2);
  try {
    runCoreDns({
      sim: process.sim,
      client: inClusterClient(process, 'coredns/1.13.1'),
      corefile: () => process.fs.read(path),
      readFile: (name) => process.fs.read(name),
      ownAddress: () => process.namespaces.network.sourceAddress(),
      *ask(address, port, question) {
        try {
          return yield* dial(dnsProtocol, process.namespaces.network, address, port, process.kernel.sim.random, 'udp').query(question.name, question.type, {
            address: process.namespaces.network.sourceAddress(),
          });
        } catch (error) {
          if (error instanceof NetworkError) return undefined;
          throw error;
        }
      },
      listenDns: (port, server) => {
        for (const transport of ['udp', 'tcp'] as const) listen(process, '0.0.0.0', port, [serve(dnsProtocol, server)], { transport });
      },
      listenHttp: (port, server) => void listen(process, '0.0.0.0', port, [serveHttp(server)]),
      log: say,
    });
  } catch (error) {
    if (!(error instanceof CorefileError) && !(error instanceof Errno)) throw error;
    yield* process.printError(error instanceof Errno ? `open ${path}: ${error.message.toLowerCase()}\n` : `${error.message}\n`);
    throw new Exit(1);
  }
  const status = yield* untilTerminated(process, () => {});
  // plugin/health: it goes on answering until nobody sends questions here any more.
  const lameduck = /^\s*lameduck\s+(\d+)s/m.exec(process.fs.exists(path) ? process.fs.read(path) : '')?.[1];
  if (lameduck !== undefined) yield* sleep(Number(lameduck) * 1000);
  return status;
};
