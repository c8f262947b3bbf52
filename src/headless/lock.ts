/** One at a time between processes: a file that only one of them can make. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { dropQuietly } from './write-whole.ts';

/** In milliseconds. Who holds it writes one small file; `old`: nobody does any more. */
const pause = 5;
const old = 5_000;
const longest = 6_000;

/** Waits for its turn; gives what ends it. One that a killed process left is taken away: at once when that was here, else by its age. */
export function lockFile(path: string): () => void {
  for (const end = Date.now() + longest; Date.now() < end; ) {
    try {
      makeFolder(dirname(path), 0o700);
      writeFileSync(path, `${hostname()} ${process.pid}`, { flag: 'wx', mode: 0o600 });
      return () => dropQuietly(path);
    } catch (error) {
      // Where nothing can be written, writing says so.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => {};
    }
    if (isLeft(path)) dropQuietly(path);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  // Somebody makes one again and again: what is written is whole, with a lock or without.
  return () => {};
}

function isLeft(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > old) return true;
    const [host, pid] = readFileSync(path, 'utf8').split(' ');
    return host === hostname() && pid !== undefined && !isAlive(Number(pid));
  } catch {
    return false; // It has just gone.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
