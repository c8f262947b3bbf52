/** Whole texts: what a command substitution, `$(<file)` and `source` read. */
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { longestText, outOfMemory } from './fields.ts';

/** To its end; more than a process may hold ends the shell. */
export function* collect(reader: OpenFile): Routine<string> {
  const chunks: string[] = [];
  let size = 0;
  for (let text = yield* reader.read(); text !== undefined; text = yield* reader.read()) {
    size += text.length;
    if (size > longestText) throw outOfMemory(size);
    chunks.push(text);
  }
  return chunks.join('');
}

/** A file, pipe or device by its name. Throws Errno. */
export function* collectFile(process: Process, path: string): Routine<string> {
  const file = process.kernel.open(process, path, { read: true });
  try {
    return yield* collect(file);
  } finally {
    file.close();
  }
}
