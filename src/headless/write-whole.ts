/** Writes a file whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** What went wrong, with a remedy, for people. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  /** The system's name for it. */
  code?: string;
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and run it again',
  EDQUOT: 'your quota of the disk is used up; make room and run it again',
  EFBIG: 'files may not become so large here (ulimit -f); raise the limit and run it again',
  EACCES: 'you may not write there; choose another place with -o',
  EPERM: 'you may not write there; choose another place with -o',
  EROFS: 'the disk can only be read; choose another place with -o',
  ENOENT: 'there is no such folder; make it, or choose another place with -o',
  EEXIST: 'part of the path is no folder; choose another place with -o',
  ENOTDIR: 'part of the path is no folder; choose another place with -o',
  EISDIR: 'it is a folder; name a file with -o',
};

/** A reader sees the old file or the new one; throws Node's errors (ENOSPC …), with nothing left behind. */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, 'wx', 0o644);
    try {
      for (const text of pieces) {
        const bytes = Buffer.from(text);
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw writeError(path, error);
  }
}

/** Makes the folder too. */
export function writeInFolder(path: string, pieces: Iterable<string>): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw writeError(dirname(path), error);
  }
  writeWhole(path, pieces);
}

/** Errors that are not the system's stay what they are. */
export function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return Object.assign(new WriteError(`${path} was not written: ${remedies[code] ?? (error as Error).message}`), { code });
}
