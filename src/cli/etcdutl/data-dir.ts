/** `etcdutl defrag` and `hashkv`. */
import { createHash } from 'node:crypto';
import type { Routine } from '../../sim/routine.ts';
import { table, wideJson } from '../etcd-output.ts';
import { Fatal } from './fatal.ts';
import type { Call } from './index.ts';
import { readDatabase } from './read-file.ts';

/** Of a member that does not run; throws Fatal. */
export function* defrag({ process, flags }: Call): Routine {
  const dir = flags.text('data-dir');
  if (dir === '') throw new Fatal('required flag(s) "data-dir" not set');
  readDatabase(process, `${dir}/member/snap/db`);
  yield* process.work(25);
  yield* process.printError(`Finished defragmenting directory[${dir}]\n`);
}

/** Over all keys and values of the file; throws Fatal. */
export function* hashKv({ process, flags, args }: Call): Routine {
  const [path] = args;
  if (path === undefined || args.length > 1) throw new Fatal('hashkv command requires exactly one argument', 128);
  const { snapshot } = readDatabase(process, path);
  const hash = createHash('sha256').update(JSON.stringify(snapshot.kvs)).digest().readUInt32BE(0);
  const row = [String(hash), String(snapshot.revision), '-1'];
  const format = flags.text('write-out');
  if (format === 'json') yield* process.print(`${wideJson({ hash, hashRevision: snapshot.revision, compactRevision: -1 })}\n`);
  else yield* process.print(format === 'table' ? table(['hash', 'hash revision', 'compact revision'], [row]) : `${row.join(', ')}\n`);
}
