/** kube-apiserver as a process: flags, certificates, its port, its way to etcd and to the kubelets. */
import { ApiServer } from '../../apiserver/api-server.ts';
import type { ComponentHealth } from '../../apiserver/registry/componentstatuses.ts';
import { ConnectionError } from '../../client/client.ts';
import { type EtcdApi, EtcdError, etcdProtocol } from '../../interfaces/etcd.ts';
import { type KubeletApi, kubeletProtocol } from '../../interfaces/kubelet.ts';
import { isConnectPath, type Method, type RestRequest, type RestResponse, type RestServer, restProtocol } from '../../interfaces/rest.ts';
import { isSession, wholeText } from '../../interfaces/streams.ts';
import { connect, type ListenerTls, NetworkError, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type HttpServer, httpProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { versionInfo, versionOf } from '../releases.ts';
import type { Trace } from '../trace.ts';
import { describeEtcd, describeKubelet, describeRest } from '../walls.ts';
import { extensionsOf } from './apiserver-flags.ts';
import {
  checkFeatureGates,
  connection,
  dialText,
  type Flags,
  fatal,
  listen,
  logger,
  parseEndpoint,
  readFlags,
  secure,
  serveHttp,
  untilTerminated,
} from './component.ts';

const flags =
  'advertise-address allow-privileged anonymous-auth audit-log-maxage audit-log-maxbackup audit-log-maxsize audit-log-path audit-policy-file authorization-mode bind-address client-ca-file disable-admission-plugins enable-admission-plugins enable-bootstrap-token-auth encryption-provider-config etcd-cafile etcd-certfile etcd-keyfile etcd-servers event-ttl feature-gates kubelet-client-certificate kubelet-client-key kubelet-preferred-address-types max-requests-inflight profiling proxy-client-cert-file proxy-client-key-file requestheader-allowed-names requestheader-client-ca-file requestheader-extra-headers-prefix requestheader-group-headers requestheader-username-headers runtime-config secure-port service-account-issuer service-account-key-file service-account-signing-key-file service-cluster-ip-range service-node-port-range tls-cert-file tls-private-key-file token-auth-file v'.split(
    ' ',
  );

const filesNeeded = [
  'client-ca-file',
  'tls-cert-file',
  'tls-private-key-file',
  'service-account-key-file',
  'service-account-signing-key-file',
  'etcd-cafile',
  'etcd-certfile',
  'etcd-keyfile',
];

/** Flags of kube-apiserver 1.35 that the lab has not. */
const absentFlags =
  'admission-control-config-file aggregator-reject-forwarding-redirects api-audiences apiserver-count audit-log-batch-buffer-size audit-log-batch-max-size audit-log-compress audit-log-format audit-log-mode audit-log-truncate-enabled audit-log-version audit-webhook-config-file audit-webhook-initial-backoff audit-webhook-mode audit-webhook-version authentication-config authentication-token-webhook-cache-ttl authentication-token-webhook-config-file authentication-token-webhook-version authorization-config authorization-policy-file authorization-webhook-cache-authorized-ttl authorization-webhook-cache-unauthorized-ttl authorization-webhook-config-file authorization-webhook-version cert-dir contention-profiling cors-allowed-origins default-not-ready-toleration-seconds default-unreachable-toleration-seconds default-watch-cache-size delete-collection-workers egress-selector-config-file emulated-version enable-aggregator-routing enable-garbage-collector enable-logs-handler enable-priority-and-fairness encryption-provider-config-automatic-reload endpoint-reconciler-type etcd-compaction-interval etcd-count-metric-poll-period etcd-db-metric-poll-interval etcd-healthcheck-timeout etcd-prefix etcd-readycheck-timeout etcd-servers-overrides external-hostname goaway-chance http2-max-streams-per-connection kubelet-certificate-authority kubelet-timeout kubernetes-service-node-port livez-grace-period log-flush-frequency logging-format max-mutating-requests-inflight min-request-timeout oidc-ca-file oidc-client-id oidc-groups-claim oidc-groups-prefix oidc-issuer-url oidc-required-claim oidc-signing-algs oidc-username-claim oidc-username-prefix peer-advertise-ip peer-advertise-port peer-ca-file permit-address-sharing permit-port-sharing request-timeout requestheader-uid-headers service-account-extend-token-expiration service-account-jwks-uri service-account-lookup service-account-max-token-expiration shutdown-delay-duration shutdown-send-retry-after storage-backend storage-media-type strict-transport-security-directives tls-cipher-suites tls-min-version tls-sni-cert-key tracing-config-file vmodule watch-cache watch-cache-sizes'.split(
    ' ',
  );

/** How long it tries to reach etcd before it gives up, and how often. */
const etcdPatience = 20_000;
const etcdRetry = 1_000;

/** The program; its calls to etcd and kubelets, and those to it, are recorded in the trace. */
export const newKubeApiserver = (trace: Trace): Program =>
  function* (argv, process) {
    const set = yield* readFlags(process, argv, flags, absentFlags);
    const log = logger(process);
    yield* checkFeatureGates(process, set.get('feature-gates'), versionOf(process));
    for (const name of filesNeeded) {
      const path = set.get(name);
      if (path !== undefined && !process.fs.exists(path))
        return yield* fatal(process, 'run.go:72', `"command failed" err="open ${path}: no such file or directory"`);
    }
    const extensions = yield* extensionsOf(process, set);
    log('I', 'options.go:263', `external host was not specified, using ${set.get('advertise-address') ?? '127.0.0.1'}`);
    const version = versionOf(process);
    log('I', 'server.go:150', `Version: ${version}`);
    const etcd = trace.around(etcdClient(process, set), 'etcd', 'kube-apiserver', 'etcd', describeEtcd);
    yield* waitForEtcd(process, etcd);
    process.allocate(260 * 1024 * 1024);
    process.steady(48);
    const build = (): ApiServer =>
      new ApiServer({
        sim: process.sim,
        etcd,
        dialKubelet: (nodeName) => trace.around(dialKubelet(process, server, nodeName), 'kubelet', 'kube-apiserver', `kubelet (${nodeName})`, describeKubelet),
        dialHttp: (address) => dialText(process, httpProtocol, address),
        kubeletClientCertificate: () => process.fs.read(set.get('kubelet-client-certificate') ?? ''),
        caPem: process.fs.read(set.get('client-ca-file') ?? ''),
        serviceAccountKey: process.fs.read(set.get('service-account-signing-key-file') ?? ''),
        ...(set.has('requestheader-client-ca-file') && { requestheaderCa: process.fs.read(set.get('requestheader-client-ca-file') ?? '') }),
        serviceCidr: set.get('service-cluster-ip-range') ?? '10.0.0.0/24',
        advertiseAddress: set.get('advertise-address') ?? '127.0.0.1',
        securePort: Number(set.get('secure-port') ?? 6443),
        dialExtension: (host, port) => dialText<RestServer>(process, restProtocol, { host, port }),
        componentHealth: () => componentHealth(process, etcd),
        masterAnswers: (ip) => answers(process, ip, Number(set.get('secure-port') ?? 6443)),
        ...extensions,
        ...apiVersion(version),
      });
    let current = build();
    const server: RestServer = { handle: (request) => current.handle(request), connect: (request) => current.connect(request) };
    process.sim.go(
      whenEtcdReturns(etcd, () => {
        current.stop();
        current = build();
      }),
      'etcd-watch',
    );
    const tls = certificateFile(process, set.get('tls-cert-file') ?? '');
    listen(
      process,
      set.get('bind-address') ?? '0.0.0.0',
      Number(set.get('secure-port') ?? 6443),
      [serve(restProtocol, trace.around<RestServer>(server, 'rest', 'client', 'kube-apiserver', describeRest)), serveHttp(httpAdapter(server))],
      { tls },
    );
    log('I', 'secure_serving.go:211', `Serving securely on [::]:${set.get('secure-port') ?? 6443}`);
    return yield* untilTerminated(process, () => current.stop());
  };

function answers(process: Process, ip: string, port: number): boolean {
  try {
    return connect(process.namespaces.network, ip, port, process.sim.random).servers.size > 0;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}

const apiVersion = (version: string) => {
  const info = versionInfo(version);
  return info ? { version: info } : {};
};

/** What an etcd that was away has lost or found again, caches do not know: they and all watches begin anew, as after a broken watch. */
function* whenEtcdReturns(etcd: EtcdApi, rebuild: () => void): Routine {
  for (let first = true; ; first = false) {
    let watch: ReturnType<EtcdApi['watch']>;
    try {
      etcd.range({ key: '/registry/health' });
      watch = etcd.watch({ key: '/registry/k8s-lab/none' });
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      yield* sleep(etcdRetry);
      continue;
    }
    if (!first) rebuild();
    yield* watch.receive();
    yield* sleep(etcdRetry);
  }
}

/** The serving certificate; looked for anew once a minute, as the dynamic file controller does. */
function certificateFile(process: Process, path: string): () => ListenerTls {
  let read = { at: Number.NEGATIVE_INFINITY, certificate: '' };
  return () => {
    if (process.now - read.at >= 60_000 && process.fs.exists(path)) {
      const certificate = process.fs.read(path);
      read = { at: process.now, certificate: certificate === read.certificate ? read.certificate : certificate };
    }
    return read;
  };
}

/** kubernetes pkg/registry/core/rest/storage_core.go: the usual ports on this machine, and etcd. */
function componentHealth(process: Process, etcd: EtcdApi): ComponentHealth[] {
  const local = [
    ['scheduler', 10259],
    ['controller-manager', 10257],
  ] as const;
  const health = local.map(([name, port]): ComponentHealth => {
    try {
      connect(process.namespaces.network, '127.0.0.1', port, process.sim.random);
      return { name };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return { name, error: `Get "https://127.0.0.1:${port}/healthz": dial tcp 127.0.0.1:${port}: connect: connection refused` };
    }
  });
  try {
    etcd.range({ key: '/registry/health' });
    return [...health, { name: 'etcd-0' }];
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return [...health, { name: 'etcd-0', error: error.message }];
  }
}

/** Its first reads need the quorum: without one it waits, and only what does not answer at all ends it. */
function* waitForEtcd(process: Process, etcd: EtcdApi): Routine {
  const until = process.now + etcdPatience;
  const log = logger(process);
  for (;;) {
    try {
      etcd.range({ key: '/registry/health' });
      return;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      const { code, message } = error;
      if (code === 'noLeader' || code === 'invalid')
        log('E', 'cacher.go:478', `cacher (secrets): unexpected ListAndWatch error: failed to list *core.Secret: ${message}; reinitializing...`);
      else if (process.now >= until)
        yield* fatal(process, 'instance.go:225', `"Error creating leases" err="error creating storage factory: context deadline exceeded"`);
      else
        log(
          'W',
          'logging.go:55',
          `[core] [Channel #1 SubChannel #2]grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379"}. Err: connection error: desc = "transport: ${message.startsWith('dial') ? 'Error while dialing' : 'authentication handshake failed'}: ${message}"`,
        );
      yield* sleep(etcdRetry);
    }
  }
}

/** etcd through the network at each call: when it is down, calls fail as etcd's client says; when it is back, they go on. */
function etcdClient(process: Process, set: Flags): EtcdApi {
  const file = (flag: string): string | undefined => (set.has(flag) ? process.fs.read(set.get(flag) ?? '') : undefined);
  // Read once: etcd's client keeps what it was given at its start.
  const identity = { ca: file('etcd-cafile'), certificate: file('etcd-certfile'), key: file('etcd-keyfile') };
  const urls = (set.get('etcd-servers') ?? '').split(',');
  const endpoints = urls.map((url) => {
    const tls = secure(() => identity);
    const door = connection(process, etcdProtocol, parseEndpoint(url), tls);
    let entered: { readonly door: ReturnType<typeof door>; readonly keys: EtcdApi } | undefined;
    return () => {
      const now = door();
      if (entered?.door !== now) entered = { door: now, keys: now.enter(identity) };
      return entered.keys;
    };
  });
  const member = (): EtcdApi => {
    let failure: ConnectionError | undefined;
    for (const endpoint of endpoints) {
      try {
        return endpoint();
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        failure = error;
      }
    }
    throw new EtcdError('unavailable', failure?.message ?? 'no endpoints');
  };
  return {
    range: (request) => member().range(request),
    put: (key, value, options) => member().put(key, value, options),
    deleteRange: (key, rangeEnd) => member().deleteRange(key, rangeEnd),
    txn: (compares, success, failure) => member().txn(compares, success, failure),
    watch: (request) => member().watch(request),
    leaseGrant: (ttl) => member().leaseGrant(ttl),
    leaseRevoke: (id) => member().leaseRevoke(id),
    compact: (revision) => member().compact(revision),
    status: () => member().status(),
    members: () => member().members(),
    snapshot: () => member().snapshot(),
  };
}

/** The kubelet of a node, at the address that the Node object gives. Throws an Error with the text to show. */
function dialKubelet(process: Process, server: RestServer, nodeName: string): KubeletApi {
  const clientCertificate = process.fs.read('/etc/kubernetes/pki/apiserver-kubelet-client.crt');
  const response = server.handle({ method: 'GET', path: `/api/v1/nodes/${nodeName}`, credentials: { clientCertificate } });
  const addresses = (response.body as { status?: { addresses?: { type: string; address: string }[] } } | undefined)?.status?.addresses ?? [];
  const host = addresses.find(({ type }) => type === 'InternalIP')?.address ?? addresses[0]?.address;
  if (response.status !== 200 || host === undefined) throw new Error(`no preferred addresses found; known addresses: []`);
  return dialText(process, kubeletProtocol, { host, port: 10250 });
}

/** The same server for whoever speaks plain HTTP to it: curl, probes. */
const httpAdapter = (server: RestServer): HttpServer => ({
  tls: true,
  *handle({ method, path, headers, body, clientCertificate, remoteAddress }) {
    const [route = '/', search = ''] = path.split('?');
    // Names of headers know no case.
    const authorization = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    const request: RestRequest = {
      method: method as Method,
      path: route,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers,
      remoteAddress,
      credentials: clientCertificate !== undefined ? { clientCertificate } : token ? { token } : {},
      ...(body === '' ? {} : { body: parseBody(body) }),
    };
    const response = isConnectPath(route) ? yield* server.connect(request) : server.handle(request);
    if (isSession(response)) return { status: 200, headers: { 'content-type': 'text/plain' }, body: yield* wholeText(response) };
    response.watch?.break();
    return { status: response.status, headers: response.headers, body: bodyText(response) };
  },
});

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}

const bodyText = ({ body }: RestResponse): string => (typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body, null, 2));
