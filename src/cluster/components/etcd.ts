/** etcd as a process: flags, the database file, its ports. */
import { converse } from '../../etcd/conversation.ts';
import { EtcdServer, type Joined } from '../../etcd/member.ts';
import { etcdFamilies } from '../../etcd/metrics.ts';
import { type EtcdPeer, type EtcdSnapshot, etcdPeerProtocol, etcdProtocol } from '../../interfaces/etcd.ts';
import { decodeSnapshot, encodeDatabase } from '../../interfaces/etcd-snapshot-file.ts';
import { Errno } from '../../linux/errno.ts';
import { FileNode } from '../../linux/file-node.ts';
import { dial, type ListenerTls, NetworkError, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, type Program } from '../../linux/program.ts';
import type { HttpResponse, HttpServer } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { type Flags, healthServer, listen, parseEndpoint, readFlags, serveHttp, untilTerminated } from './component.ts';
import { metricsPage } from './pages.ts';

const flags =
  'advertise-client-urls cert-file client-cert-auth data-dir experimental-initial-corrupt-check experimental-watch-progress-notify-interval feature-gates force-new-cluster initial-advertise-peer-urls initial-cluster initial-cluster-state initial-cluster-token key-file listen-client-urls listen-metrics-urls listen-peer-urls log-level logger name peer-cert-file peer-client-cert-auth peer-key-file peer-trusted-ca-file quota-backend-bytes snapshot-count trusted-ca-file watch-progress-notify-interval heartbeat-interval election-timeout auto-compaction-retention auto-compaction-mode'.split(
    ' ',
  );

/** /var/lib/etcd/member/snap/db: the keyspace as it is on disk, whoever serves it now. Removing the file loses the data, as it should; a copy holds it. */
class EtcdDatabase extends FileNode {
  #source: () => EtcdSnapshot;

  constructor(now: number, source: () => EtcdSnapshot) {
    super({ mode: 0o600, uid: 0, gid: 0, mtime: now }, '', { read: () => encodeDatabase(this.snapshot()) });
    this.#source = source;
    this.apparentSize = 20 * 1024 * 1024;
  }

  snapshot(): EtcdSnapshot {
    return this.#source();
  }

  /** Served by a live member from now on. */
  attach(etcd: EtcdServer): void {
    this.#source = () => etcd.snapshot();
  }

  /** The member has gone: what it had stays. */
  detach(etcd: EtcdServer): void {
    const last = etcd.snapshot();
    this.#source = () => last;
  }
}

type Level = 'info' | 'warn' | 'fatal';

/** One JSON line of etcd's zap logger. */
function log(process: Process, level: Level, caller: string, message: string, more: Readonly<Record<string, unknown>> = {}): Routine {
  return process.printError(`${JSON.stringify({ level, ts: new Date(process.now).toISOString().replace('Z', '000Z'), caller, msg: message, ...more })}\n`);
}

export const etcdProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, flags);
  const dataDir = set.get('data-dir') ?? 'default.etcd';
  yield* log(process, 'info', 'etcdmain/etcd.go:64', 'Running: ', { args: argv });
  yield* needFiles(process, set);
  const database = yield* openDatabase(process, dataDir);
  const etcd = yield* start(process, set, database.restore);
  database.file.attach(etcd);
  process.allocate(45 * 1024 * 1024);
  process.steady(20);
  try {
    yield* serveClients(process, set, etcd);
    serveMetrics(process, set, etcd);
    process.sim.go(untilAnnounced(etcd), 'announce');
    yield* log(process, 'info', 'embed/serve.go:124', 'ready to serve client requests');
    return yield* untilTerminated(process, () => {});
  } finally {
    database.file.detach(etcd);
    etcd.stop();
  }
};

function* needFiles(process: Process, set: Flags): Routine {
  for (const flag of ['cert-file', 'key-file', 'trusted-ca-file', 'peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file']) {
    const path = set.get(flag);
    if (path === undefined || process.fs.exists(path)) continue;
    yield* log(process, 'fatal', 'etcdmain/etcd.go:204', 'discovery failed', { error: `open ${path}: no such file or directory` });
    throw new Exit(1);
  }
  const cluster = set.get('initial-cluster');
  const name = set.get('name') ?? 'default';
  if (cluster === undefined || process.fs.exists(`${set.get('data-dir') ?? 'default.etcd'}/member`)) return;
  if (!cluster.split(',').some((pair) => pair.startsWith(`${name}=`))) {
    yield* log(process, 'fatal', 'etcdmain/etcd.go:204', 'discovery failed', {
      error: `couldn't find local name "${name}" in the initial cluster configuration`,
    });
    throw new Exit(1);
  }
}

/** A member of a new cluster, of the one it belonged to, or of one that it joins. */
function* start(process: Process, set: Flags, restore: EtcdSnapshot | undefined): Routine<EtcdServer> {
  const initialCluster = set.get('initial-cluster') ?? '';
  const options = {
    sim: process.sim,
    name: set.get('name') ?? 'default',
    clientUrls: (set.get('advertise-client-urls') ?? 'http://localhost:2379').split(','),
    peerUrls: (set.get('initial-advertise-peer-urls') ?? 'http://localhost:2380').split(','),
    initialCluster,
    token: set.get('initial-cluster-token') ?? 'etcd-cluster',
    dialPeer: (url: string) => dialPeer(process, url),
    removed: () => void process.sim.go(leave(process), 'removed'),
    quotaBytes: Number(set.get('quota-backend-bytes')) || undefined,
    tell: (message: string) => void process.sim.go(log(process, 'info', 'v3@v3.6.0/raft.go:988', message, { logger: 'raft' }), 'raft'),
  };
  if (set.get('force-new-cluster') === 'true' && restore)
    return new EtcdServer({ ...options, initialCluster: '', restore: { ...restore, membership: undefined } });
  if (restore?.membership) return new EtcdServer({ ...options, restore });
  if (set.get('initial-cluster-state') !== 'existing') return new EtcdServer(restore ? { ...options, restore } : options);
  for (;;) {
    const joined = findCluster(process, initialCluster, options.peerUrls);
    if (joined === 'unknown') {
      yield* log(process, 'fatal', 'etcdmain/etcd.go:204', 'discovery failed', {
        error: 'error validating peerURLs: member count is unequal',
      });
      throw new Exit(1);
    }
    if (joined) return new EtcdServer(options, joined);
    yield* sleep(500);
  }
}

/** The cluster that answers at one of the peers' addresses, if this member was added to it. */
function findCluster(process: Process, initialCluster: string, own: readonly string[]): Joined | 'unknown' | undefined {
  const urls = initialCluster.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const peer = urls.filter((url) => !own.includes(url)).flatMap((url) => dialPeer(process, url) ?? [])[0];
  if (!peer) return undefined;
  const snapshot = peer.snapshotForPeer();
  const known = snapshot.membership?.members.some(({ peerUrls }) => peerUrls.some((url) => own.includes(url)));
  return known ? { peer, snapshot } : 'unknown';
}

function dialPeer(process: Process, url: string): EtcdPeer | undefined {
  const { host, port } = parseEndpoint(url);
  try {
    return dial(etcdPeerProtocol, process.namespaces.network, host, port, process.kernel.sim.random);
  } catch (error) {
    if (error instanceof NetworkError) return undefined;
    throw error;
  }
}

function* leave(process: Process): Routine {
  yield* log(process, 'info', 'etcdserver/server.go:903', 'the member has been permanently removed from the cluster');
  process.terminate(0);
}

function* untilAnnounced(etcd: EtcdServer): Routine {
  while (!etcd.announce()) yield* sleep(500);
}

function* serveClients(process: Process, set: Flags, etcd: EtcdServer): Routine {
  const client = tlsOf(process, set, '');
  const peer = tlsOf(process, set, 'peer-');
  const at = (flag: string, otherwise: string) => (set.get(flag) ?? otherwise).split(',').map(parseEndpoint);
  try {
    for (const { host, port } of at('listen-client-urls', 'http://localhost:2379'))
      listen(
        process,
        host === 'localhost' ? '127.0.0.1' : host,
        port,
        [
          serve(etcdProtocol, { enter: (caller) => converse(etcd, caller, set.get('client-cert-auth') === 'true') }),
          serveHttp({
            tls: client !== undefined,
            *handle({ path }) {
              return etcdPage(etcd, path) ?? notFound;
            },
          }),
        ],
        { ...(client ? { tls: client } : {}) },
      );
    for (const { host, port } of at('listen-peer-urls', 'http://localhost:2380'))
      listen(process, host === 'localhost' ? '127.0.0.1' : host, port, [serve(etcdPeerProtocol, etcd.peer)], { ...(peer ? { tls: peer } : {}) });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* log(process, 'fatal', 'etcdmain/etcd.go:204', 'discovery failed', { error: `listen tcp: bind: ${error.message.toLowerCase()}` });
    throw new Exit(1);
  }
}

/** etcd reads its certificate at each handshake: a renewed one needs no restart. */
function tlsOf(process: Process, set: Flags, prefix: '' | 'peer-'): (() => ListenerTls) | undefined {
  const [certificate, ca] = [set.get(`${prefix}cert-file`), set.get(`${prefix}trusted-ca-file`)];
  if (certificate === undefined) return undefined;
  const wanted = set.get(`${prefix}client-cert-auth`) === 'true' && ca !== undefined;
  const read = (path: string): string => (process.fs.find(path)?.type === 'file' ? process.fs.read(path) : '');
  return () => ({ certificate: read(certificate), ...(wanted ? { clientCa: read(ca) } : {}) });
}

function serveMetrics(process: Process, set: Flags, etcd: EtcdServer): void {
  const startedAt = process.sim.now;
  const alive = (): boolean => true;
  const ready = (): boolean => etcd.status().errors?.length === 0;
  for (const url of (set.get('listen-metrics-urls') ?? '').split(',').filter(Boolean)) {
    const { host, port } = parseEndpoint(url);
    const health = healthServer({ '/livez': alive, '/readyz': ready });
    const pages: HttpServer = {
      *handle(request) {
        return request.path === '/metrics'
          ? metricsPage(process, startedAt, etcdFamilies(etcd), false)
          : request.path === '/health'
            ? (etcdPage(etcd, '/health') ?? notFound)
            : yield* health.handle(request);
      },
    };
    listen(process, host, port, [serveHttp(pages)]);
  }
}

type Opened = { readonly file: EtcdDatabase; readonly restore?: EtcdSnapshot };

function* openDatabase(process: Process, dataDir: string): Routine<Opened> {
  const path = `${dataDir}/member/snap/db`;
  const found = process.fs.find(path);
  if (found instanceof EtcdDatabase) return { file: found, restore: found.snapshot() };
  // A file that was copied or restored is an ordinary one, and becomes the database again.
  const copied = found?.type === 'file' ? decodeSnapshot(found.read()) : undefined;
  if (found && !copied) {
    yield* log(process, 'fatal', 'backend/backend.go:190', 'failed to open database', { path, error: 'invalid database' });
    throw new Exit(1);
  }
  process.fs.mkdir(`${dataDir}/member/snap`, { parents: true });
  process.fs.mkdir(`${dataDir}/member/wal`, { parents: true });
  const snapshot = copied?.snapshot;
  const file = new EtcdDatabase(process.now, () => snapshot ?? { revision: 1, kvs: [] });
  if (found) process.fs.unlink(path);
  process.fs.mknod(path, file);
  return snapshot ? { file, restore: snapshot } : { file };
}

/** What etcd says on its client port without gRPC: server/etcdserver/api/etcdhttp/{health,version}.go. */
function etcdPage(etcd: EtcdServer, path: string): HttpResponse | undefined {
  const status = etcd.status();
  const json = (code: number, value: object): HttpResponse => ({ status: code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
  if (path === '/health')
    return status.errors?.includes('etcdserver: no leader')
      ? json(503, { health: 'false', reason: 'RAFT NO LEADER' })
      : json(200, { health: 'true', reason: '' });
  const cluster = status.version.replace(/\.\d+$/, '.0');
  return path === '/version' ? json(200, { etcdserver: status.version, etcdcluster: cluster, storage: status.storageVersion ?? cluster }) : undefined;
}

const notFound: HttpResponse = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' };
