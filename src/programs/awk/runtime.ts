/** The state of a running awk program: variables, arrays, the record, input and output. */

import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import { Random } from '../../sim/random.ts';
import type { Routine } from '../../sim/routine.ts';
import { openInput } from '../input.ts';
import { Regex } from '../regex/regex.ts';
import type { Call } from '../tool.ts';
import { AwkError } from './ast.ts';
import { unescapeString } from './lexer.ts';
import { RecordFields, splitterOf } from './record.ts';
import { RecordReader } from './record-reader.ts';
import { Streams } from './streams.ts';
import { fromInput, toNumber, toText, type Value } from './value.ts';

/** By key as a text; subscripts of several dimensions are joined by SUBSEP. */
export type AwkArray = Map<string, Value>;
/** A variable: a value, or an array once it has been used as one. */
export type Cell = { value: Value | AwkArray };

/** Changed in place as the program runs. */
export class Runtime {
  readonly call: Call;
  readonly streams: Streams;
  readonly record: RecordFields;
  readonly #globals = new Map<string, Cell>();
  readonly #regexes = new Map<string, Regex>();
  #random: Random;
  #seed: number;
  #fileIndex = 0;
  #reader: RecordReader | undefined;
  #file: OpenFile | undefined;
  #sawFile = false;

  constructor(call: Call, operands: readonly string[]) {
    this.call = call;
    this.streams = new Streams(call);
    // Chance comes from the seeded stream of the process; srand() makes its own.
    this.#seed = call.process.sim.random.int(2 ** 31);
    this.#random = new Random(this.#seed);
    const defaults: Readonly<Record<string, Value>> = {
      FS: ' ',
      OFS: ' ',
      ORS: '\n',
      RS: '\n',
      NR: 0,
      FNR: 0,
      SUBSEP: '\x1c',
      CONVFMT: '%.6g',
      OFMT: '%.6g',
      RSTART: 0,
      RLENGTH: -1,
      FILENAME: '',
      ARGC: operands.length + 1,
    };
    for (const [name, value] of Object.entries(defaults)) this.#globals.set(name, { value });
    this.#globals.set('ARGV', { value: new Map<string, Value>([['0', 'awk'], ...operands.map((operand, i) => [String(i + 1), fromInput(operand)] as const)]) });
    this.#globals.set('ENVIRON', { value: new Map<string, Value>(Object.entries(call.process.env).map(([name, value]) => [name, fromInput(value)])) });
    this.record = new RecordFields(
      splitterOf(' ', (pattern) => this.regex(pattern)),
      () => this.text(this.get('OFS')),
      (value) => this.text(value),
    );
  }

  // ── variables ──

  cell(name: string): Cell {
    let cell = this.#globals.get(name);
    if (!cell) {
      cell = { value: undefined };
      this.#globals.set(name, cell);
    }
    return cell;
  }

  get(name: string): Value {
    if (name === 'NF') return this.record.count;
    const { value } = this.cell(name);
    if (value instanceof Map) throw new AwkError(`attempt to use array \`${name}' in a scalar context`);
    return value;
  }

  set(name: string, value: Value): void {
    if (name === 'NF') {
      this.record.count = Math.max(0, Math.trunc(toNumber(value)));
      return;
    }
    this.cell(name).value = value;
    if (name !== 'FS') return;
    this.record.settle();
    this.record.splitter = splitterOf(this.text(value), (pattern) => this.regex(pattern));
  }

  /** `name=value` on the command line, and -v. */
  setFromCommandLine(text: string): boolean {
    const parts = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text);
    if (!parts) return false;
    this.set(parts[1] as string, fromInput(unescapeString(parts[2] as string)));
    return true;
  }

  text(value: Value): string {
    return typeof value === 'string' ? value : toText(value, toText(this.cell('CONVFMT').value as Value, '%.6g'));
  }

  /** As print shows it. */
  shown(value: Value): string {
    return typeof value === 'string' ? value : toText(value, toText(this.cell('OFMT').value as Value, '%.6g'));
  }

  regex(pattern: string): Regex {
    let regex = this.#regexes.get(pattern);
    if (!regex) {
      regex = new Regex(pattern, 'awk');
      if (this.#regexes.size > 500) this.#regexes.clear();
      this.#regexes.set(pattern, regex);
    }
    return regex;
  }

  // ── chance ──

  rand(): number {
    return this.#random.next();
  }

  srand(seed: number): number {
    const before = this.#seed;
    this.#seed = seed;
    this.#random = new Random(seed);
    return before;
  }

  // ── main input ──

  /** The next record of the main input, over all files of ARGV; undefined at the end. */
  *nextRecord(): Routine<string | undefined> {
    for (;;) {
      if (!this.#reader && !(yield* this.#openNext())) return undefined;
      const record = yield* (this.#reader as RecordReader).next(this.text(this.get('RS')), (pattern) => this.regex(pattern));
      if (record !== undefined) {
        this.cell('NR').value = toNumber(this.get('NR')) + 1;
        this.cell('FNR').value = toNumber(this.get('FNR')) + 1;
        return record;
      }
      this.nextFile();
    }
  }

  nextFile(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#reader = undefined;
  }

  *#openNext(): Routine<boolean> {
    const argv = this.cell('ARGV').value as AwkArray;
    while (++this.#fileIndex < toNumber(this.get('ARGC'))) {
      const operand = this.text(argv.get(String(this.#fileIndex)));
      if (operand === '' || (!operand.startsWith('/') && !operand.startsWith('./') && this.setFromCommandLine(operand))) continue;
      this.#sawFile = true;
      if (yield* this.#open(operand)) return true;
    }
    this.#fileIndex--;
    if (this.#sawFile) return false;
    this.#sawFile = true;
    return yield* this.#open('-');
  }

  *#open(name: string): Routine<boolean> {
    try {
      this.#file = openInput(this.call.process, name);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* this.call.complain(`cannot open "${name}" (${error.message})`, 2);
      return false;
    }
    this.#reader = new RecordReader(this.#file, this.call);
    this.cell('FILENAME').value = name === '-' ? '' : name;
    this.cell('FNR').value = 0;
    return true;
  }
}
