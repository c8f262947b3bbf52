/** xargs (GNU findutils 4.9). */
import { Errno } from '../../linux/errno.ts';
import { Device, type OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { descriptors } from '../execute.ts';
import { openInput } from '../input.ts';
import { type Call, Failure, tool } from '../tool.ts';

/** As much of a command line as xargs fills without -s. */
const commandBytes = 128 * 1024;

const xargs = tool({
  usage: '[OPTION]... COMMAND [INITIAL-ARGS]...',
  summary: 'Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.',
  inOrder: true,
  options: [
    ['0,null', 'items are separated by a null, not whitespace'],
    ['a,arg-file=FILE', 'read arguments from FILE, not standard input'],
    ['d,delimiter=CHARACTER', 'items in input stream are separated by CHARACTER'],
    ['E=END', 'set logical EOF string'],
    ['I=R', 'replace R in INITIAL-ARGS with names read from standard input'],
    ['i,replace[=R]', 'like -I, {} unless told'],
    ['L,max-lines=MAX-LINES', 'use at most MAX-LINES non-blank input lines per command line'],
    ['l[=MAX-LINES]', 'like -L, 1 unless told'],
    ['n,max-args=MAX-ARGS', 'use at most MAX-ARGS arguments per command line'],
    ['o,open-tty', '(ignored)'],
    ['P,max-procs=MAX-PROCS', 'run at most MAX-PROCS processes at a time'],
    ['r,no-run-if-empty', 'if there are no arguments, then do not run COMMAND'],
    ['s,max-chars=MAX-CHARS', 'limit length of command line to MAX-CHARS'],
    ['t,verbose', 'print commands before executing them'],
    ['x,exit', 'exit if the size (see -s) is exceeded'],
  ],
  *run(call) {
    const file = openInput(call.process, call.value('a') ?? '-');
    try {
      return yield* new Runner(call).run(file);
    } finally {
      file.close();
    }
  },
});

class Runner {
  readonly #call: Call;
  readonly #command: readonly string[];
  readonly #replace: string | undefined;
  readonly #perRun: number;
  readonly #lines: number;
  readonly #bytes: number;
  readonly #parallel: number;
  readonly #running = new Set<Process>();
  #ran = false;
  #status = 0;
  #stop = false;

  constructor(call: Call) {
    this.#call = call;
    this.#command = call.operands.length === 0 ? ['echo'] : call.operands;
    this.#replace = call.has('i') ? (call.value('i') ?? '{}') : call.value('I');
    this.#perRun = this.#number('n', Number.POSITIVE_INFINITY);
    this.#lines = call.has('l') ? Number(call.value('l') ?? 1) : this.#number('L', Number.POSITIVE_INFINITY);
    this.#bytes = this.#number('s', commandBytes);
    const parallel = Number(call.value('P') ?? 1);
    this.#parallel = parallel === 0 ? Number.POSITIVE_INFINITY : parallel;
  }

  #number(key: string, otherwise: number): number {
    const text = this.#call.value(key);
    if (text === undefined) return otherwise;
    if (!/^\d+$/.test(text)) throw new Failure(`invalid number "${text}" for -${key} option`);
    if (Number(text) < 1) throw new Failure(`value ${text} for -${key} option should be >= 1`);
    return Number(text);
  }

  *run(file: OpenFile): Routine<number> {
    const call = this.#call;
    const base = this.#command.reduce((sum, word) => sum + word.length + 1, 0);
    const delimiter = call.has('0') ? '\0' : call.has('d') ? unescapeDelimiter(call.value('d') ?? '') : undefined;
    const input = call.lines(file, delimiter ?? '\n');
    let batch: string[] = [];
    let bytes = base;
    let lines = 0;
    for (let line = yield* input.next(); line !== undefined && !this.#stop; line = yield* input.next()) {
      const words = this.#words(line, delimiter !== undefined);
      const end = words.indexOf(call.value('E') ?? '\0');
      for (const word of end < 0 ? words : words.slice(0, end)) {
        const full = bytes + word.length + 1 > this.#bytes;
        if (batch.length > 0 && (full || batch.length >= this.#perRun || lines >= this.#lines || this.#replace !== undefined)) {
          yield* this.#execute(batch);
          batch = [];
          bytes = base;
          lines = 0;
        }
        batch.push(word);
        bytes += word.length + 1;
      }
      if (end >= 0) break;
      if (words.length > 0) lines++;
      // A full batch need not wait for the next word to come.
      if (batch.length >= this.#perRun || lines >= this.#lines || (this.#replace !== undefined && batch.length > 0)) {
        yield* this.#execute(batch);
        batch = [];
        bytes = base;
        lines = 0;
      }
    }
    if (!this.#stop && (batch.length > 0 || (!this.#ran && !call.has('r') && this.#replace === undefined))) yield* this.#execute(batch);
    while (this.#running.size > 0) yield* this.#reap();
    return this.#status;
  }

  /** The items of one line. */
  #words(line: string, delimited: boolean): string[] {
    if (delimited) return [line];
    if (this.#replace === undefined) return splitWords(line);
    const text = unquote(line.replace(/^[ \t]+/, ''));
    return text.trim() === '' ? [] : [text];
  }

  *#execute(items: readonly string[]): Routine {
    this.#ran = true;
    const call = this.#call;
    const { process } = call;
    const replace = this.#replace;
    const argv = replace === undefined ? [...this.#command, ...items] : this.#command.map((word) => word.replaceAll(replace, items[0] ?? ''));
    if (call.has('t')) yield* process.printError(`${argv.join(' ')}\n`);
    while (this.#running.size >= this.#parallel) yield* this.#reap();
    if (this.#stop) return;
    try {
      this.#running.add(process.spawn({ argv, fds: descriptors(process, new Map([[0, new Device('null', process.sim.random)]])) }));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`${argv[0]}: ${error.message}`, error.code === 'ENOENT' ? 127 : 126);
    }
    if (this.#parallel === 1) yield* this.#reap();
  }

  *#reap(): Routine {
    const ended = (): Process | undefined => [...this.#running].find((child) => child.exitStatus !== undefined);
    while (!ended()) yield { on: [...this.#running].map((child) => child.changed) };
    const child = ended() as Process;
    this.#running.delete(child);
    const status = yield* this.#call.process.wait(child);
    const name = this.#command[0];
    if (child.termSignal) {
      this.#stop = true;
      this.#status = 125;
      yield* this.#call.complain(`${name}: terminated by signal ${status - 128}`);
    } else if (status === 255) {
      this.#stop = true;
      this.#status = 124;
      yield* this.#call.complain(`${name}: exited with status 255; aborting`);
    } else if (status !== 0) this.#status = Math.max(this.#status, 123);
  }
}

const unescapeDelimiter = (text: string): string => ({ '\\n': '\n', '\\t': '\t', '\\0': '\0' })[text] ?? text[0] ?? '\n';

/** Blanks separate words; quotes and backslashes protect them. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = line.indexOf(character, i + 1);
      if (end < 0) throw new Failure(unmatched(character));
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (character === '\\') word = (word ?? '') + (line[++i] ?? '');
    else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

const unmatched = (character: string): string =>
  `unmatched ${character === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option`;

function unquote(line: string): string {
  let out = '';
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (character === '\\') out += line[++i] ?? '';
    else if (character === "'" || character === '"') {
      const end = line.indexOf(character, i + 1);
      if (end < 0) throw new Failure(unmatched(character));
      out += line.slice(i + 1, end);
      i = end;
    } else out += character;
  }
  return out;
}

export const xargsPrograms = { xargs };
