/** `etcdutl snapshot status` and `restore` (etcdutl/snapshot/v3_snapshot.go). */
import { createHash } from 'node:crypto';
import type { EtcdSnapshot } from '../../interfaces/etcd.ts';
import { clusterIdOf, readInitialCluster } from '../../interfaces/etcd-member-id.ts';
import { encodeDatabase } from '../../interfaces/etcd-snapshot-file.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { humanBytes, table, wideJson, zap } from '../etcd-output.ts';
import { Fatal } from './fatal.ts';
import type { Call } from './index.ts';
import { type DatabaseFile, readDatabase } from './read-file.ts';

/** Checks the sum first; throws Fatal. */
export function* status({ process, flags, args }: Call): Routine {
  const [path] = args;
  if (path === undefined || args.length > 1) throw new Fatal('snapshot status requires exactly one argument', 128);
  const file = readDatabase(process, path, 'stat');
  checkHash(file, true);
  const { snapshot, sizeBytes } = file;
  const hash = createHash('sha256').update(JSON.stringify(snapshot.kvs)).digest().readUInt32BE(0);
  const row = [hash.toString(16), String(snapshot.revision), String(snapshot.kvs.length), humanBytes(sizeBytes), '3.6.0'];
  const format = flags.text('write-out');
  if (format === 'json')
    yield* process.print(`${wideJson({ hash, revision: snapshot.revision, totalKey: snapshot.kvs.length, totalSize: sizeBytes, version: '3.6.0' })}\n`);
  else if (format === 'fields')
    yield* process.print(`"Hash" : ${hash}\n"Revision" : ${snapshot.revision}\n"Keys" : ${snapshot.kvs.length}\n"Size" : ${sizeBytes}\n"Version" : "3.6.0"\n`);
  else yield* process.print(format === 'table' ? table(['hash', 'revision', 'total keys', 'total size', 'version'], [row]) : `${row.join(', ')}\n`);
}

function checkHash({ hash }: DatabaseFile, missingIsFine: boolean): void {
  if (hash === 'good' || (hash === 'missing' && missingIsFine)) return;
  if (hash === 'missing') throw new Fatal('snapshot missing hash but --skip-hash-check=false');
  const bytes = (hex: string): string => `[${(hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).join(' ')}]`;
  throw new Fatal(`expected sha256 ${bytes(hash.expected)}, got ${bytes(hash.got)}`);
}

/** Makes a data directory for one member of a new cluster; throws Fatal where the directory is not empty. */
export function* restore({ process, flags, args }: Call): Routine {
  const [path] = args;
  if (path === undefined || args.length > 1) throw new Fatal('snapshot restore requires exactly one argument', 128);
  const name = flags.text('name');
  const dataDir = flags.text('data-dir') || `${name}.etcd`;
  const walDir = flags.text('wal-dir') || `${dataDir}/member/wal`;
  const members = readInitialCluster(flags.text('initial-cluster'), flags.text('initial-cluster-token'));
  const own = members.find((member) => member.name === name);
  if (!own) throw new Fatal(`couldn't find local name "${name}" in the initial cluster configuration`);
  if (String(own.peerUrls) !== flags.text('initial-advertise-peer-urls'))
    throw new Fatal(
      `--initial-cluster has ${name}=${own.peerUrls.join(',')} but missing from --initial-advertise-peer-urls=${flags.text('initial-advertise-peer-urls')}`,
    );
  needEmpty(process, dataDir);
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:305', 'restoring snapshot', {
    path,
    'wal-dir': walDir,
    'data-dir': dataDir,
    'snap-dir': `${dataDir}/member/snap`,
    'initial-memory-map-size': 10737418240,
  });
  const file = readDatabase(process, path);
  if (!flags.bool('skip-hash-check')) checkHash(file, false);
  yield* zap(process, 'info', 'membership/store.go:141', 'Trimming membership information from the backend...');
  const clusterId = clusterIdOf(members.map(({ id }) => id));
  for (const { id, peerUrls } of members)
    yield* zap(process, 'info', 'membership/cluster.go:424', 'added member', {
      'cluster-id': clusterId,
      'local-member-id': '0',
      'added-peer-id': id,
      'added-peer-peer-urls': peerUrls,
      'added-peer-is-learner': false,
    });
  const membership = { memberId: own.id, clusterId, members, term: 1, index: members.length };
  const restored: EtcdSnapshot = { ...file.snapshot, revision: file.snapshot.revision + flags.number('bump-revision'), membership };
  write(process, dataDir, walDir, encodeDatabase(restored));
  yield* process.work(40);
  yield* zap(process, 'info', 'snapshot/v3_snapshot.go:333', 'restored snapshot', {
    path,
    'wal-dir': walDir,
    'data-dir': dataDir,
    'snap-dir': `${dataDir}/member/snap`,
    'initial-memory-map-size': 10737418240,
  });
}

function needEmpty(process: Process, dataDir: string): void {
  if (process.fs.exists(dataDir) && (process.fs.stat(dataDir).type !== 'directory' || [...process.fs.list(dataDir)].length > 0))
    throw new Fatal(`data-dir "${dataDir}" not empty or could not be read`);
}

function write(process: Process, dataDir: string, walDir: string, text: string): void {
  try {
    for (const folder of [walDir, `${dataDir}/member/snap`]) process.fs.mkdir(folder, { parents: true, mode: 0o700 });
    process.fs.chmod(dataDir, 0o700);
    process.fs.write(`${walDir}/0000000000000000-0000000000000000.wal`, '', { mode: 0o600 });
    process.fs.write(`${dataDir}/member/snap/db`, text, { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Fatal(`mkdir ${dataDir}: ${error.message.toLowerCase()}`);
  }
}
