/** Reads a file that somebody else put there: never waits for a pipe, never takes more than it was told to. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** Throws the system's errors. `size`: it has that many bytes, which is more than `most`; a link is what it points at. */
export function readRegular(path: string, most: number): { readonly text: string } | { readonly wrong: 'irregular' | 'binary' } | { readonly size: number } {
  if (!statSync(path).isFile()) return { wrong: 'irregular' };
  // Without blocking: a pipe that took the file's place meanwhile would wait for ever.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(descriptor);
    if (size > most) return { size };
    const bytes = Buffer.alloc(size);
    let read = 0;
    for (let more = -1; read < size && more !== 0; read += more) more = readSync(descriptor, bytes, read, size - read, read);
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, read)) };
  } catch (error) {
    if (error instanceof TypeError) return { wrong: 'binary' };
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
