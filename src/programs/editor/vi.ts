/** vi: normal, insert and command line mode, enough for `kubectl edit`. */
import { Errno } from '../../linux/errno.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { fillReplacement, parseReplacement } from '../sed/replacement.ts';
import { Failure, tool } from '../tool.ts';
import { Buffer } from './buffer.ts';
import { Screen } from './screen.ts';
import { normalKey } from './vi-normal.ts';

export const vi = tool({
  usage: '[arguments] [file]',
  summary: 'A small vi.',
  // `+` alone is the last line.
  normalize: (args) => args.flatMap((arg) => (arg.startsWith('+') ? ['-c', arg.slice(1) || '$'] : [arg])),
  options: [
    ['R', 'read-only'],
    ['n', ''],
    ['u=vimrc', ''],
    ['c=command', ''],
    ['N', ''],
    ['e', ''],
    ['s', ''],
  ],
  *run(call) {
    const { process } = call;
    const tty = process.stdout.tty ?? process.tty;
    if (!tty) throw new Failure('k8s-lab: vi without a terminal is not simulated', 70);
    const name = call.operands[0];
    const text = name !== undefined && process.fs.exists(name) ? process.fs.read(name) : '';
    const screen = new Screen(process, tty);
    try {
      const editor = new Vi(process, screen, new Buffer(text), name);
      if (name !== undefined) editor.message = process.fs.exists(name) ? `"${name}" ${editor.buffer.lines.length}L, ${text.length}B` : `"${name}" [New]`;
      for (const command of call.all('c')) editor.order(command);
      return yield* editor.run();
    } finally {
      screen.close();
    }
  },
});

/** The state of one run; keys are given one by one. */
export class Vi {
  readonly buffer: Buffer;
  mode: 'normal' | 'insert' | 'replace' | 'command' = 'normal';
  message = '';
  /** What was yanked or deleted: whole lines, or a piece of one. */
  register: { readonly lines: readonly string[]; readonly linewise: boolean } = { lines: [], linewise: true };
  /** Keys of a command not yet whole (`d` before `dd`). */
  pending = '';
  search: { readonly regex: Regex; readonly forward: boolean } | undefined;
  readonly #process: Process;
  readonly #screen: Screen;
  #name: string | undefined;
  #command = '';
  #top = 0;
  #numbers = false;
  #exit: number | undefined;

  constructor(process: Process, screen: Screen, buffer: Buffer, name: string | undefined) {
    this.#process = process;
    this.#screen = screen;
    this.buffer = buffer;
    this.#name = name;
  }

  get height(): number {
    return this.#screen.rows - 1;
  }

  *run(): Routine<number> {
    while (this.#exit === undefined) {
      this.#draw();
      const key = yield* this.#screen.key();
      if (key === undefined) return 1;
      if (key === 'resize' || key === 'timeout') continue;
      if (this.mode === 'command') this.#commandKey(key);
      else if (this.mode === 'normal') normalKey(this, key);
      else this.#insertKey(key);
      this.buffer.clamp(this.mode === 'insert' || this.mode === 'replace');
    }
    return this.#exit;
  }

  startCommand(sign: ':' | '/' | '?'): void {
    this.mode = 'command';
    this.#command = sign;
  }

  insertMode(): void {
    this.mode = 'insert';
    this.message = '';
  }

  #insertKey(key: string): void {
    const { buffer } = this;
    if (key === 'escape' || key === '\x03') {
      this.mode = 'normal';
      buffer.cursor.column--;
    } else if (key === 'enter') buffer.split();
    else if (key === 'backspace') buffer.backspace();
    else if (key === 'delete') buffer.line = buffer.line.slice(0, buffer.cursor.column) + buffer.line.slice(buffer.cursor.column + 1);
    else if (key === '\t') buffer.insert('\t');
    else if (!buffer.move(key) && key.length <= 2 && key >= ' ') {
      if (this.mode === 'replace') buffer.line = buffer.line.slice(0, buffer.cursor.column) + buffer.line.slice(buffer.cursor.column + 1);
      buffer.insert(key);
    }
  }

  #commandKey(key: string): void {
    if (key === 'escape' || key === '\x03') this.mode = 'normal';
    else if (key === 'backspace') {
      this.#command = this.#command.slice(0, -1);
      if (this.#command === '') this.mode = 'normal';
    } else if (key === 'enter') {
      this.mode = 'normal';
      const [sign = '', text] = [this.#command[0], this.#command.slice(1)];
      if (sign === ':') this.#execute(text.trim());
      else this.#startSearch(text, sign === '/');
    } else if (key.length <= 2) this.#command += key;
  }

  #startSearch(pattern: string, forward: boolean): void {
    try {
      if (pattern !== '') this.search = { regex: new Regex(pattern, 'basic'), forward };
      this.findNext(true);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.message = `E486: Pattern not found: ${pattern}`;
    }
  }

  /** The next match after the cursor (or before it), round the ends of the text. */
  findNext(same: boolean): void {
    const { buffer, search } = this;
    if (!search) {
      this.message = 'E35: No previous regular expression';
      return;
    }
    const forward = search.forward === same;
    const count = buffer.lines.length;
    for (let step = 0; step <= count; step++) {
      const row = (buffer.cursor.row + (forward ? step : -step) + count * 2) % count;
      const matches = [...search.regex.all(buffer.lines[row] ?? '')].map((match) => match[0] as number);
      const inOrder = forward ? matches : matches.reverse();
      const found = inOrder.find((column) => step > 0 || (forward ? column > buffer.cursor.column : column < buffer.cursor.column));
      if (found === undefined) continue;
      buffer.cursor = { row, column: found };
      return;
    }
    this.message = 'E486: Pattern not found';
  }

  /** A line as it could be typed after `:`, or a search with its sign. */
  order(text: string): void {
    if (/^[/?]/.test(text)) this.#startSearch(text.slice(1), text.startsWith('/'));
    else this.#execute(text.replace(/^:/, '').trim());
  }

  #execute(text: string): void {
    const { buffer } = this;
    if (/^\d+$/.test(text)) buffer.cursor = { row: Number(text) - 1, column: 0 };
    else if (text === '$') buffer.cursor.row = buffer.lines.length - 1;
    else if (/^(set|se) (nu|number)$/.test(text)) this.#numbers = true;
    else if (/^(set|se) (nonu|nonumber)$/.test(text)) this.#numbers = false;
    else if (/^(set|se|syntax|noh)/.test(text)) this.message = '';
    else if (/^(%|\d+(,(\d+|\$))?|\.)?s\W/.test(text)) this.#substitute(text);
    else if (/^(\d+),(\d+|\$)d$/.test(text)) {
      const [from = 1, to = buffer.lines.length] = (text.match(/\d+/g) ?? []).map(Number);
      buffer.save();
      buffer.deleteLines(from - 1, to - from + 1);
    } else this.#file(text);
  }

  /** w, q, x and their kin. */
  #file(text: string): void {
    const parts = /^(wq|xit|x|wa|w|qa|q|quit|write|cq)(!?)(?:\s+(\S+))?$/.exec(text);
    if (!parts) {
      this.message = `E492: Not an editor command: ${text}`;
      return;
    }
    const [, command = '', force, name] = parts;
    if (command === 'cq') this.#exit = 1;
    else if (command.startsWith('q')) {
      if (this.buffer.changed && !force) this.message = 'E37: No write since last change (add ! to override)';
      else this.#exit = 0;
    } else if (command.startsWith('x') && !this.buffer.changed) this.#exit = 0;
    else if (this.write(name) && command !== 'w' && command !== 'write' && command !== 'wa') this.#exit = 0;
  }

  write(name = this.#name): boolean {
    if (name === undefined) {
      this.message = 'E32: No file name';
      return false;
    }
    try {
      const { text } = this.buffer;
      this.#process.fs.open(name, { write: true, create: true, truncate: true });
      this.#process.fs.write(name, text);
      this.message = `"${name}" ${this.buffer.lines.length}L, ${text.length}B written`;
      this.#name ??= name;
      this.buffer.changed = false;
      return true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.message =
        error.code === 'EACCES' || error.code === 'EROFS'
          ? "E45: 'readonly' option is set (add ! to override)"
          : `E212: Can't open file for writing: ${error.message}`;
      return false;
    }
  }

  /** ZZ */
  finish(): void {
    if (!this.buffer.changed || this.write()) this.#exit = 0;
  }

  quit(): void {
    this.#exit = 0;
  }

  #substitute(text: string): void {
    const parts = /^(%|\d+(?:,(?:\d+|\$))?|\.)?s(\W)((?:\\.|(?!\2).)*)\2((?:\\.|(?!\2).)*)(?:\2([gi]*))?$/.exec(text);
    if (!parts) {
      this.message = 'E486: Pattern not found';
      return;
    }
    const { buffer } = this;
    const [, range = '.', , pattern = '', replacement = '', flags = ''] = parts;
    const [from = '', to = from] = range.split(',');
    const first = range === '%' ? 0 : range === '.' ? buffer.cursor.row : Number(from) - 1;
    const last = range === '%' || to === '$' ? buffer.lines.length - 1 : range === '.' ? buffer.cursor.row : Number(to) - 1;
    try {
      const regex = new Regex(pattern.replaceAll('\\/', '/'), 'basic', { ignoreCase: flags.includes('i') });
      const pieces = parseReplacement(replacement);
      buffer.save();
      for (let row = first; row <= last; row++) {
        const line = buffer.lines[row] ?? '';
        let out = '';
        let at = 0;
        for (const match of regex.all(line)) {
          out += line.slice(at, match[0]) + fillReplacement(pieces, line, match);
          at = match[1] as number;
          buffer.changed = true;
          if (!flags.includes('g')) break;
        }
        buffer.lines[row] = out + line.slice(at);
      }
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.message = `E486: Pattern not found: ${pattern}`;
    }
  }

  #draw(): void {
    const { buffer } = this;
    const { row, column } = buffer.cursor;
    if (row < this.#top) this.#top = row;
    if (row >= this.#top + this.height) this.#top = row - this.height + 1;
    const gutter = this.#numbers ? 4 : 0;
    const rows = buffer.lines
      .slice(this.#top, this.#top + this.height)
      .map((line, i) => (this.#numbers ? `${String(this.#top + i + 1).padStart(3)} ` : '') + line);
    while (rows.length < this.height) rows.push('~');
    const status = this.mode === 'command' ? this.#command : this.mode === 'insert' ? '-- INSERT --' : this.mode === 'replace' ? '-- REPLACE --' : this.message;
    const tabs = buffer.line.slice(0, column).split('\t').length - 1;
    this.#screen.draw(
      [...rows, status],
      this.mode === 'command' ? { row: this.height, column: this.#command.length } : { row: row - this.#top, column: column + gutter + tabs * 7 },
    );
  }
}
