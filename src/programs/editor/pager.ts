/** less and more: pages of a text, with search. Without a terminal they are cat. */

import type { Routine } from '../../sim/routine.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { type Call, tool } from '../tool.ts';
import { Screen } from './screen.ts';

const pager = tool({
  usage: '[options] [file...]',
  summary: 'Show a text page by page.',
  options: [
    ['N,LINE-NUMBERS', 'show line numbers'],
    ['S,chop-long-lines', 'chop long lines'],
    ['R,RAW-CONTROL-CHARS', ''],
    ['F,quit-if-one-screen', 'quit if the text fits on one screen'],
    ['X,no-init', ''],
    ['i,ignore-case', 'ignore case in searches'],
    ['r', ''],
    ['e', ''],
    ['f', ''],
    ['K', ''],
  ],
  *run(call) {
    const tty = call.process.stdout.tty;
    const { operands } = call;
    if (operands.length === 0 && call.process.stdin.tty) {
      yield* call.process.printError('Missing filename ("less --help" for help)\n');
      return 1;
    }
    if (!tty) {
      yield* call.eachFile(function* (file) {
        for (let text = yield* file.read(); text !== undefined; text = yield* file.read()) {
          yield* call.print(text);
          yield* call.out.flush();
        }
      });
      return call.status;
    }
    let text = '';
    yield* call.eachFile(function* (file) {
      text += yield* call.whole(file);
    });
    if (call.status !== 0 && text === '') return call.status;
    const lines = text.replace(/\n$/, '').split('\n');
    if (call.has('F') && lines.length < tty.size.rows) {
      yield* call.print(text);
      return 0;
    }
    const screen = new Screen(call.process, tty);
    try {
      yield* new Pages(call, screen, lines).run();
    } finally {
      screen.close();
    }
    return 0;
  },
});

class Pages {
  readonly #call: Call;
  readonly #screen: Screen;
  readonly #lines: readonly string[];
  #top = 0;
  #search: Regex | undefined;
  #message = '';

  constructor(call: Call, screen: Screen, lines: readonly string[]) {
    this.#call = call;
    this.#screen = screen;
    this.#lines = lines;
  }

  *run(): Routine {
    for (;;) {
      this.#draw();
      const key = yield* this.#screen.key();
      if (key === undefined || key === 'q' || key === 'Q' || key === '\x03') return;
      this.#message = '';
      if (key === '/' || key === '?') yield* this.#ask(key);
      else this.#move(key);
    }
  }

  get #height(): number {
    return this.#screen.rows - 1;
  }

  #move(key: string): void {
    const half = Math.floor(this.#height / 2);
    const steps: Readonly<Record<string, number>> = {
      j: 1,
      enter: 1,
      down: 1,
      e: 1,
      k: -1,
      up: -1,
      y: -1,
      ' ': this.#height,
      f: this.#height,
      pagedown: this.#height,
      '\x06': this.#height,
      b: -this.#height,
      pageup: -this.#height,
      '\x02': -this.#height,
      d: half,
      '\x04': half,
      u: -half,
      '\x15': -half,
      g: -this.#lines.length,
      '<': -this.#lines.length,
      home: -this.#lines.length,
      G: this.#lines.length,
      '>': this.#lines.length,
      end: this.#lines.length,
    };
    if (key === 'n') this.#find(1);
    else if (key === 'N') this.#find(-1);
    else this.#go(this.#top + (steps[key] ?? 0));
  }

  #go(line: number): void {
    this.#top = Math.max(0, Math.min(line, this.#lines.length - this.#height));
  }

  *#ask(sign: string): Routine {
    let pattern = '';
    for (;;) {
      this.#draw(sign + pattern);
      const key = yield* this.#screen.key();
      if (key === undefined || key === 'escape' || key === '\x03') return;
      if (key === 'enter') break;
      if (key === 'backspace') {
        if (pattern === '') return;
        pattern = pattern.slice(0, -1);
      } else if (key.length <= 2) pattern += key;
    }
    try {
      if (pattern !== '') this.#search = new Regex(pattern, 'extended', { ignoreCase: this.#call.has('i') });
      this.#find(sign === '/' ? 1 : -1);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.#message = 'Invalid pattern';
    }
  }

  #find(direction: 1 | -1): void {
    if (!this.#search) this.#message = 'No previous regular expression';
    for (let line = this.#top + direction; this.#search && line >= 0 && line < this.#lines.length; line += direction)
      if (this.#search.test(this.#lines[line] as string)) return this.#go(line);
    this.#message ||= 'Pattern not found';
  }

  #draw(prompt?: string): void {
    const rows = this.#lines
      .slice(this.#top, this.#top + this.#height)
      .map((line, i) => (this.#call.has('N') ? `${String(this.#top + i + 1).padStart(7)} ` : '') + this.#marked(line));
    while (rows.length < this.#height) rows.push('~');
    const atEnd = this.#top + this.#height >= this.#lines.length;
    const name = this.#top === 0 ? this.#call.operands[0] : undefined;
    const status =
      prompt ?? (this.#message !== '' ? `\x1b[7m${this.#message}\x1b[0m` : atEnd ? '\x1b[7m(END)\x1b[0m' : name === undefined ? ':' : `\x1b[7m${name}\x1b[0m`);
    this.#screen.draw([...rows, status], { row: this.#height, column: prompt?.length ?? (status === ':' ? 1 : 0) });
  }

  #marked(line: string): string {
    if (!this.#search) return line;
    let out = '';
    let at = 0;
    for (const [start = 0, end = 0] of this.#search.all(line)) {
      if (end > start) out += `${line.slice(at, start)}\x1b[7m${line.slice(start, end)}\x1b[0m`;
      at = end;
    }
    return out + line.slice(at);
  }
}

export const pagerPrograms = { less: pager, more: pager };
