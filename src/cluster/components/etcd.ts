/** etcd as a process: flags, the database file, its ports. */
import { Etcd } from '../../etcd/etcd.ts';
import { EtcdError, type EtcdSnapshot, etcdProtocol } from '../../interfaces/etcd.ts';
import { FileNode } from '../../linux/inode.ts';
import { serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { healthServer, listen, parseEndpoint, readFlags, serveHttp, untilTerminated } from './component.ts';

const flags =
  'advertise-client-urls cert-file client-cert-auth data-dir experimental-initial-corrupt-check experimental-watch-progress-notify-interval feature-gates force-new-cluster initial-advertise-peer-urls initial-cluster initial-cluster-state initial-cluster-token key-file listen-client-urls listen-metrics-urls listen-peer-urls log-level logger name peer-cert-file peer-client-cert-auth peer-key-file peer-trusted-ca-file quota-backend-bytes snapshot-count trusted-ca-file watch-progress-notify-interval heartbeat-interval election-timeout auto-compaction-retention auto-compaction-mode'.split(
    ' ',
  );

/** /var/lib/etcd/member/snap/db: the keyspace as it is on disk, whoever serves it now. Removing the file loses the data, as it should. */
export class EtcdDatabase extends FileNode {
  #source: () => EtcdSnapshot;

  constructor(now: number, source: () => EtcdSnapshot) {
    super({ mode: 0o600, uid: 0, gid: 0, mtime: now }, '', { read: () => '\u0000etcd bbolt database\n' });
    this.#source = source;
    this.apparentSize = 20 * 1024 * 1024;
  }

  snapshot(): EtcdSnapshot {
    return this.#source();
  }

  /** Served by a live member from now on. */
  attach(etcd: Etcd): void {
    this.#source = () => etcd.snapshot();
  }

  /** The member has gone: what it had stays. */
  detach(etcd: Etcd): void {
    const last = etcd.snapshot();
    this.#source = () => last;
  }
}

/** One JSON line of etcd's zap logger. */
const logLine = (process: Process, message: string, more: Readonly<Record<string, unknown>> = {}): string =>
  `${JSON.stringify({ level: 'info', ts: new Date(process.now).toISOString().replace('Z', '000Z'), caller: 'embed/etcd.go:132', msg: message, ...more })}\n`;

export const etcdProgram: Program = function* (argv, process) {
  const set = yield* readFlags(process, argv, flags);
  const dataDir = set.get('data-dir') ?? 'default.etcd';
  const name = set.get('name') ?? 'default';
  yield* process.printError(logLine(process, 'Starting etcd', { 'etcd-version': '3.6.6', 'data-dir': dataDir }));
  for (const flag of ['cert-file', 'key-file', 'trusted-ca-file']) {
    const path = set.get(flag);
    if (path !== undefined && !process.fs.exists(path)) {
      yield* process.printError(
        `${JSON.stringify({ level: 'fatal', ts: new Date(process.now).toISOString(), caller: 'etcdmain/etcd.go:204', msg: 'discovery failed', error: `open ${path}: no such file or directory` })}\n`,
      );
      return 1;
    }
  }
  const database = openDatabase(process, dataDir);
  const etcd = new Etcd({
    sim: process.sim,
    name,
    ...(database.restore ? { restore: database.restore } : {}),
    clientUrl: set.get('advertise-client-urls') ?? 'http://localhost:2379',
    peerUrl: set.get('initial-advertise-peer-urls') ?? 'http://localhost:2380',
  });
  database.file.attach(etcd);
  process.allocate(45 * 1024 * 1024);
  process.steady(20);
  for (const url of (set.get('listen-client-urls') ?? 'http://localhost:2379').split(',')) {
    const { host, port } = parseEndpoint(url);
    listen(process, host === 'localhost' ? '127.0.0.1' : host, port, [
      serve(etcdProtocol, etcd),
      serveHttp(healthServer({ '/health': () => true, '/version': () => true }, true)),
    ]);
  }
  const healthy = (): boolean => isServing(etcd);
  for (const url of (set.get('listen-metrics-urls') ?? '').split(',').filter(Boolean)) {
    const { host, port } = parseEndpoint(url);
    listen(process, host, port, [serveHttp(healthServer({ '/livez': healthy, '/readyz': healthy, '/health': healthy }))]);
  }
  yield* process.printError(logLine(process, 'ready to serve client requests'));
  return yield* untilTerminated(process, () => {
    database.file.detach(etcd);
    etcd.stop();
  });
};

function isServing(etcd: Etcd): boolean {
  try {
    etcd.status();
    return true;
  } catch (error) {
    if (error instanceof EtcdError) return false;
    throw error;
  }
}

function openDatabase(process: Process, dataDir: string): { readonly file: EtcdDatabase; readonly restore?: EtcdSnapshot } {
  const path = `${dataDir}/member/snap/db`;
  const found = process.fs.find(path);
  if (found instanceof EtcdDatabase) return { file: found, restore: found.snapshot() };
  process.fs.mkdir(`${dataDir}/member/snap`, { parents: true });
  process.fs.mkdir(`${dataDir}/member/wal`, { parents: true });
  const file = new EtcdDatabase(process.now, () => ({ revision: 1, kvs: [] }));
  process.fs.mknod(path, file);
  return { file };
}
