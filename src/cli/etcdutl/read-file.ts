/** Database files as etcdutl opens them. */
import { type DecodedSnapshot, decodeSnapshot } from '../../interfaces/etcd-snapshot-file.ts';
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import { Fatal } from './fatal.ts';

/** The file as it was read; `sizeBytes` is all but its sum. */
export type DatabaseFile = DecodedSnapshot & { readonly text: string; readonly sizeBytes: number };

/** Throws Fatal with Go's text. */
export function readDatabase(process: Process, path: string, open = 'open'): DatabaseFile {
  let text: string;
  try {
    text = process.fs.read(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Fatal(`${open} ${path}: ${error.message.toLowerCase()}`);
  }
  const decoded = decodeSnapshot(text);
  if (!decoded) throw new Fatal('invalid database');
  return { ...decoded, text, sizeBytes: Math.floor(Buffer.byteLength(text) / 4096) * 4096 };
}
