/** Reading text up to a delimiter from a descriptor shared with others: what is behind it is given back. */

import type { Routine } from '../sim/routine.ts';
import type { OpenFile } from './open-file.ts';
import type { Process } from './process.ts';

/** The next line without its newline; undefined at the end of the file. A last line without a newline counts. */
export function* readLine(file: OpenFile): Routine<string | undefined> {
  const { text, ended } = yield* readUntil(file, '\n');
  return ended && text === '' ? undefined : text;
}

/** Text up to a delimiter, or `limit` characters. `ended`: the file ended before. */
export function* readUntil(file: OpenFile, delimiter: string, limit = Number.POSITIVE_INFINITY): Routine<{ readonly text: string; readonly ended: boolean }> {
  const chunks: string[] = [];
  let length = 0;
  for (;;) {
    const chunk = yield* file.read();
    if (chunk === undefined) return { text: chunks.join(''), ended: true };
    const at = chunk.indexOf(delimiter);
    const room = limit - length;
    if (at >= 0 && at < room) {
      if (at + 1 < chunk.length) file.unread(chunk.slice(at + 1));
      chunks.push(chunk.slice(0, at));
      return { text: chunks.join(''), ended: false };
    }
    if (chunk.length >= room) {
      if (chunk.length > room) file.unread(chunk.slice(room));
      chunks.push(chunk.slice(0, room));
      return { text: chunks.join(''), ended: false };
    }
    chunks.push(chunk);
    length += chunk.length;
  }
}

/** A line of somebody who is asked for it, with the lines before to go back to (libedit, linenoise); undefined at the end. Without a terminal no prompt is shown. */
export function* promptedLine(process: Process, prompt: string, history: string[]): Routine<string | undefined> {
  const { tty } = process.stdin;
  if (!tty) return yield* readLine(process.stdin);
  yield* process.print(prompt);
  tty.reader = { history: () => history, complete: (_line, cursor) => ({ from: cursor, candidates: [] }) };
  try {
    const line = yield* readLine(process.stdin);
    if (line?.trim()) history.push(line);
    return line;
  } finally {
    tty.reader = undefined;
  }
}
