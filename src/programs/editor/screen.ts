/** A terminal in raw mode: keys one by one, the screen drawn whole. */
import type { OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Tty } from '../../linux/tty.ts';
import { Channel } from '../../sim/channel.ts';
import type { Routine } from '../../sim/routine.ts';
import { displayWidth } from '../files/columns.ts';

/** Names of keys that are more than one character. */
const sequences: readonly (readonly [string, string])[] = [
  ['\x1b[A', 'up'],
  ['\x1b[B', 'down'],
  ['\x1b[C', 'right'],
  ['\x1b[D', 'left'],
  ['\x1bOA', 'up'],
  ['\x1bOB', 'down'],
  ['\x1bOC', 'right'],
  ['\x1bOD', 'left'],
  ['\x1b[H', 'home'],
  ['\x1b[F', 'end'],
  ['\x1b[1~', 'home'],
  ['\x1b[4~', 'end'],
  ['\x1b[5~', 'pageup'],
  ['\x1b[6~', 'pagedown'],
  ['\x1b[3~', 'delete'],
  ['\x1b', 'escape'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
];

export class Screen {
  readonly tty: Tty;
  readonly #file: OpenFile;
  readonly #keys = new Channel<string>();

  /** Takes the terminal; `close` gives it back. */
  constructor(process: Process, tty: Tty) {
    this.tty = tty;
    this.#file = process.stdin.tty ? process.stdin : process.kernel.open(process, '/dev/tty', { read: true, write: true });
    tty.set({ mode: 'raw' });
    tty.write('\x1b[?1049h\x1b[H\x1b[2J');
    const keys = this.#keys;
    const file = this.#file;
    process.sim.go(
      (function* (): Routine {
        for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) for (const key of splitKeys(text)) keys.push(key);
        keys.close();
      })(),
      'keys',
    );
  }

  get rows(): number {
    return this.tty.size.rows;
  }

  get columns(): number {
    return this.tty.size.columns;
  }

  /** The next key; undefined when the terminal has gone, 'resize' when its size changed, 'timeout' when none came in time. */
  *key(timeout?: number): Routine<string | undefined> {
    const before = this.tty.resized.version;
    if (this.#keys.length === 0 && !this.#keys.closed) yield { on: [this.#keys.changed, this.tty.resized], ...(timeout === undefined ? {} : { timeout }) };
    if (this.#keys.length > 0) return this.#keys.take();
    if (this.#keys.closed) return undefined;
    return this.tty.resized.version !== before ? 'resize' : 'timeout';
  }

  /** Draws rows from the top; the cursor is then put at `row`, `column` (from 0). */
  draw(lines: readonly string[], cursor?: { readonly row: number; readonly column: number }): void {
    const shown = Array.from({ length: this.rows }, (_, i) => fitLine(lines[i] ?? '', this.columns));
    this.tty.write(
      `\x1b[?25l\x1b[H${shown.map((line) => `${line}\x1b[K`).join('\r\n')}${cursor ? `\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h` : ''}`,
    );
  }

  close(): void {
    this.tty.write('\x1b[?25h\x1b[?1049l');
    this.tty.set({ mode: 'cooked' });
  }
}

/** Keys of a piece of input. */
function splitKeys(text: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; ) {
    const known = sequences.find(([sequence]) => text.startsWith(sequence, at));
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    keys.push(known ? known[1] : character);
    at += known ? known[0].length : character.length;
  }
  return keys;
}

/** Cuts a line to a width; colour codes take no room. */
function fitLine(line: string, width: number): string {
  const plain = line.replaceAll('\t', '        ');
  if (displayWidth(plain) <= width) return plain;
  let out = '';
  let used = 0;
  for (const part of plain.split(/(\x1b\[[0-9;]*[A-Za-z])/)) {
    if (part.startsWith('\x1b[')) out += part;
    else
      for (const character of part) {
        used += displayWidth(character);
        if (used > width) return out;
        out += character;
      }
  }
  return out;
}
