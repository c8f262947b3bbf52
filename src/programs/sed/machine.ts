/** Runs sed scripts: pattern space, hold space, the cycle (sed/execute.c). */

import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { type LineReader, openInput } from '../input.ts';
import type { Regex } from '../regex/regex.ts';
import { type Call, Failure } from '../tool.ts';
import type { SedInput } from './input.ts';
import { fillReplacement } from './replacement.ts';
import type { Address, Command, Substitution } from './script.ts';
import { unambiguous } from './unambiguous.ts';

/** `quiet` is -n; `delimiter` is a NUL with -z. */
export type MachineOptions = { readonly quiet: boolean; readonly delimiter: string; readonly lineLength: number };

type After = 'next' | 'restart' | 'cycle' | 'delete' | 'quit' | 'quit-silent';

/** Looking for a pattern costs the lab so much: a stream without end is known as one. */
const matchesPerStep = 6;

/** One cycle a line; `q` gives the exit status. */
export class SedMachine {
  readonly #call: Call;
  readonly #commands: readonly Command[];
  readonly #options: MachineOptions;
  readonly #input: SedInput;
  readonly #emit: (text: string) => void;
  /** Open ranges: the line where each ends, or true while a pattern is waited for. */
  readonly #ranges = new Map<Command, number | true>();
  readonly #writers = new Map<string, OpenFile>();
  readonly #readers = new Map<string, LineReader>();
  #pattern = '';
  #hold = '';
  #line = 0;
  #substituted = false;
  #lastRegex: Regex | undefined;
  #appended: string[] = [];
  #status = 0;
  #steps = 0;
  #missingNewline = false;

  constructor(call: Call, commands: readonly Command[], input: SedInput, options: MachineOptions, emit: (text: string) => void) {
    this.#call = call;
    this.#commands = commands;
    this.#input = input;
    this.#options = options;
    this.#emit = emit;
  }

  /** With -s and -i each file has its own lines; held ranges end. */
  *run(): Routine<{ readonly status: number; readonly quit: boolean }> {
    this.#openWriters();
    let restart = false;
    for (;;) {
      if (!restart) {
        const line = yield* this.#input.next();
        if (line === undefined) break;
        this.#pattern = line;
        this.#line++;
        this.#substituted = false;
      }
      const after = yield* this.#cycle();
      if (after === 'quit-silent') return { status: this.#status, quit: true };
      if (after !== 'delete' && after !== 'restart' && !this.#options.quiet) this.#print(this.#pattern);
      this.#flushAppended();
      if (this.#call.out.full) yield* this.#call.out.flush();
      if (after === 'quit') return { status: this.#status, quit: true };
      restart = after === 'restart';
    }
    return { status: this.#status, quit: false };
  }

  close(): void {
    for (const file of this.#writers.values()) file.close();
  }

  #print(text: string): void {
    // A last line without newline stays without one.
    this.#emit((this.#missingNewline ? this.#options.delimiter : '') + text + (this.#input.complete ? this.#options.delimiter : ''));
    this.#missingNewline = !this.#input.complete;
  }

  #raw(text: string): void {
    this.#emit((this.#missingNewline ? this.#options.delimiter : '') + text);
    this.#missingNewline = false;
  }

  #flushAppended(): void {
    for (const text of this.#appended) this.#raw(text);
    this.#appended = [];
  }

  *#cycle(): Routine<After> {
    for (let at = 0; at < this.#commands.length; at++) {
      if (++this.#steps % 20_000 === 0) {
        this.#call.process.kernel.sim.toil(80);
        yield* this.#call.process.work(1);
      }
      const command = this.#commands[at] as Command;
      if (command.name === '}' || command.name === ':') continue;
      if ((yield* this.#selected(command)) === command.negated) {
        if (command.name === '{') at = command.target;
        continue;
      }
      if ('btT'.includes(command.name)) {
        const jump = command.name === 'b' || this.#substituted === (command.name === 't');
        if (command.name !== 'b') this.#substituted = false;
        if (jump) at = command.target - 1;
        continue;
      }
      const after = yield* this.#execute(command);
      if (after !== 'next') return after;
    }
    return 'cycle';
  }

  // ── addresses ──

  *#selected(command: Command): Routine<boolean> {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return yield* this.#matches(from);
    const open = this.#ranges.get(command);
    if (open === undefined) {
      if (from.type === 'zero' && this.#line === 1) {
        this.#ranges.set(command, true);
        return yield* this.#inside(command, to);
      }
      if (from.type === 'zero' || !(yield* this.#matches(from))) return false;
      return this.#begin(command, to);
    }
    return yield* this.#inside(command, to);
  }

  #begin(command: Command, to: Address): boolean {
    const end =
      to.type === 'line'
        ? to.line
        : to.type === 'plus'
          ? this.#line + to.lines
          : to.type === 'multiple'
            ? to.of > 0
              ? Math.ceil(this.#line / to.of) * to.of
              : this.#line
            : true;
    if (end === true || end > this.#line) this.#ranges.set(command, end);
    return true;
  }

  *#inside(command: Command, to: Address): Routine<boolean> {
    const end = this.#ranges.get(command);
    if (typeof end === 'number') {
      if (this.#line >= end) this.#ranges.delete(command);
      // A line number that is already past ends the range at its first line.
      return this.#line <= end;
    }
    if (yield* this.#matches(to)) this.#ranges.delete(command);
    return true;
  }

  *#matches(address: Address): Routine<boolean> {
    switch (address.type) {
      case 'line':
        return this.#line === address.line;
      case 'step':
        return address.step > 0 ? this.#line >= address.first && (this.#line - address.first) % address.step === 0 : this.#line === address.first;
      case 'last':
        return yield* this.#input.atEnd();
      case 'regex':
        return this.#regex(address.regex).test(this.#pattern);
      default:
        return false;
    }
  }

  #regex(regex: Regex | undefined): Regex {
    const chosen = regex ?? this.#lastRegex;
    if (!chosen) throw new Failure('no previous regular expression', 1);
    this.#lastRegex = chosen;
    return chosen;
  }

  // ── commands ──

  *#execute(command: Command): Routine<After> {
    switch (command.name) {
      case '{':
        return 'next';
      case 's':
        if (command.substitution) yield* this.#substitute(command.substitution);
        return 'next';
      case 'y':
        this.#pattern = [...this.#pattern].map((character) => command.map?.get(character) ?? character).join('');
        return 'next';
      case 'p':
        this.#print(this.#pattern);
        return 'next';
      case 'P':
        this.#raw(this.#pattern.split('\n')[0] + this.#options.delimiter);
        return 'next';
      case 'd':
        return 'delete';
      case 'D':
        return this.#deleteFirst();
      case 'n':
      case 'N':
        return yield* this.#nextLine(command.name);
      case 'q':
      case 'Q':
        this.#status = command.number ?? 0;
        return command.name === 'q' ? 'quit' : 'quit-silent';
      case 'a':
        this.#appended.push(command.text);
        return 'next';
      case 'i':
        this.#raw(command.text);
        return 'next';
      case 'c':
        return this.#change(command);
      case '=':
        this.#raw(`${this.#line}\n`);
        return 'next';
      case 'l':
        this.#raw(unambiguous(this.#pattern, command.number ?? this.#options.lineLength));
        return 'next';
      case 'e':
        throw new Failure('k8s-lab: the e command of sed is not simulated', 70);
      default:
        return yield* this.#space(command);
    }
  }

  /** Commands on the two spaces and on files. */
  *#space(command: Command): Routine<After> {
    switch (command.name) {
      case 'h':
        this.#hold = this.#pattern;
        break;
      case 'H':
        this.#hold += `\n${this.#pattern}`;
        this.#call.memory.charge(this.#pattern.length + 1);
        break;
      case 'g':
        this.#pattern = this.#hold;
        break;
      case 'G':
        this.#pattern += `\n${this.#hold}`;
        break;
      case 'x':
        [this.#pattern, this.#hold] = [this.#hold, this.#pattern];
        break;
      case 'z':
        this.#pattern = '';
        break;
      case 'F':
        this.#raw(`${this.#input.name}\n`);
        break;
      case 'r':
        this.#appended.push(this.#fileText(command.text));
        break;
      case 'R':
        yield* this.#readLine(command.text);
        break;
      case 'w':
        yield* this.#write(command.text, `${this.#pattern}\n`);
        break;
      case 'W':
        yield* this.#write(command.text, `${this.#pattern.split('\n')[0]}\n`);
        break;
    }
    return 'next';
  }

  *#substitute(substitution: Substitution): Routine {
    const regex = this.#regex(substitution.regex);
    const text = this.#pattern;
    let out = '';
    let at = 0;
    let count = 0;
    let changed = false;
    for (const match of regex.all(text)) {
      count++;
      if (count < substitution.occurrence) continue;
      changed = true;
      out += text.slice(at, match[0]) + fillReplacement(substitution.replacement, text, match);
      at = match[1] as number;
      if (!substitution.global) break;
    }
    this.#call.process.kernel.sim.toil((1 + count) / matchesPerStep);
    if (!changed) return;
    this.#pattern = out + text.slice(at);
    this.#call.memory.charge(Math.max(0, this.#pattern.length - text.length));
    this.#substituted = true;
    if (substitution.evaluate) throw new Failure('k8s-lab: the e flag of sed is not simulated', 70);
    if (substitution.print) this.#print(this.#pattern);
    if (substitution.write !== undefined) yield* this.#write(substitution.write, `${this.#pattern}\n`);
  }

  #deleteFirst(): After {
    const end = this.#pattern.indexOf('\n');
    if (end < 0) return 'delete';
    this.#pattern = this.#pattern.slice(end + 1);
    return 'restart';
  }

  *#nextLine(name: 'n' | 'N'): Routine<After> {
    if (yield* this.#input.atEnd()) {
      // GNU: N at the last line prints the pattern space; n does as well, then ends.
      return this.#options.quiet ? 'quit-silent' : 'quit';
    }
    if (name === 'n' && !this.#options.quiet) this.#print(this.#pattern);
    this.#flushAppended();
    const line = (yield* this.#input.next()) as string;
    this.#line++;
    this.#pattern = name === 'n' ? line : `${this.#pattern}\n${line}`;
    if (name === 'N') this.#call.memory.charge(line.length + 1);
    return 'next';
  }

  /** Over a range the text comes once, at its end. */
  #change(command: Command): After {
    if (!command.to || command.negated || !this.#ranges.has(command)) this.#raw(command.text);
    return 'delete';
  }

  #fileText(name: string): string {
    const { fs } = this.#call.process;
    return fs.find(name)?.type === 'file' ? fs.read(name) : '';
  }

  *#readLine(name: string): Routine {
    let reader = this.#readers.get(name);
    if (!reader) {
      if (!this.#call.process.fs.exists(name)) return;
      reader = this.#call.lines(openInput(this.#call.process, name));
      this.#readers.set(name, reader);
    }
    const line = yield* reader.next();
    if (line !== undefined) this.#appended.push(`${line}\n`);
  }

  /** Files of w are emptied at the start, whether anything is written or not. */
  #openWriters(): void {
    for (const command of this.#commands) {
      const name = command.name === 'w' || command.name === 'W' ? command.text : command.substitution?.write;
      if (name === undefined || name === '/dev/stdout' || this.#writers.has(name)) continue;
      try {
        this.#writers.set(
          name,
          name === '/dev/stderr'
            ? this.#call.process.stderr.retain()
            : this.#call.process.kernel.open(this.#call.process, name, { write: true, create: true, truncate: true }),
        );
      } catch (error) {
        if (error instanceof Errno) throw new Failure(`couldn't open file ${name}: ${error.message}`, 4);
        throw error;
      }
    }
  }

  *#write(name: string, text: string): Routine {
    const file = this.#writers.get(name);
    if (file) yield* file.write(text);
    else this.#raw(text);
  }
}
