/** Runs sed scripts: pattern space, hold space, the cycle (sed/execute.c). */

import type { Routine } from '../../sim/routine.ts';
import type { Regex } from '../regex/regex.ts';
import { type Call, Failure } from '../tool.ts';
import { SedFiles } from './files.ts';
import type { SedInput } from './input.ts';
import { Ranges } from './ranges.ts';
import { substitute } from './replacement.ts';
import type { Address, Command, Substitution } from './script.ts';
import { unambiguous } from './unambiguous.ts';

/** `quiet` is -n; `delimiter` is a NUL with -z. */
export type MachineOptions = { readonly quiet: boolean; readonly delimiter: string; readonly lineLength: number };

type After = 'next' | 'restart' | 'cycle' | 'delete' | 'quit' | 'quit-silent';

/** Looking for a pattern costs the lab so much: a stream without end is known as one. */
const matchesPerStep = 6;
const lettersPerStep = 40;
const unitsPerStep = 6_000;
/** What any command on the spaces costs. */
const commandSteps = 0.04;
const keptPerStep = 500;

/** One cycle a line; `q` gives the exit status. */
export class SedMachine {
  readonly #call: Call;
  readonly #commands: readonly Command[];
  readonly #options: MachineOptions;
  readonly #input: SedInput;
  readonly #emit: (text: string) => void;
  readonly #ranges: Ranges;
  readonly #files: SedFiles;
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
    this.#files = new SedFiles(call);
    this.#ranges = new Ranges((address) => this.#matches(address));
  }

  /** Runs; whatever ends it, a signal too, its files are closed. `afterwards` when q did. */
  *runAndClose(afterwards?: () => Routine): Routine<{ readonly status: number; readonly quit: boolean }> {
    try {
      const end = yield* this.#run();
      if (end.quit && afterwards) yield* afterwards();
      return end;
    } finally {
      this.#files.close();
      this.#input.close();
    }
  }

  /** With -s and -i each file has its own lines; held ranges end. */
  *#run(): Routine<{ readonly status: number; readonly quit: boolean }> {
    this.#files.open(this.#commands);
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
        this.#call.process.toil(80);
        yield* this.#call.process.work(1);
      }
      const command = this.#commands[at] as Command;
      if (command.name === '}' || command.name === ':') continue;
      if ((yield* this.#ranges.selected(command, this.#line)) === command.negated) {
        if (command.name === '{') at = command.target;
        continue;
      }
      if ('btT'.includes(command.name)) {
        const jump = command.name === 'b' || this.#substituted === (command.name === 't');
        if (command.name !== 'b') this.#substituted = false;
        if (jump) at = command.target - 1;
        continue;
      }
      this.#call.process.toil(commandSteps + this.#pattern.length / (command.name === 'y' ? lettersPerStep : unitsPerStep));
      const after = yield* this.#execute(command);
      if (after !== 'next') return after;
    }
    return 'cycle';
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
        if (this.#pattern.length > lettersPerStep) this.#call.memory.goThrough(this.#pattern.length);
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
        this.#append(command.text);
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
        this.#append(this.#files.text(command.text));
        break;
      case 'R':
        yield* this.#appendLine(command.text);
        break;
      case 'w':
      case 'W':
        yield* this.#write(command.text, `${command.name === 'w' ? this.#pattern : this.#pattern.split('\n')[0]}\n`);
        break;
    }
    return 'next';
  }

  *#substitute(substitution: Substitution): Routine {
    const regex = this.#regex(substitution.regex);
    const text = this.#pattern;
    this.#call.memory.goThrough(text.length);
    const changed = substitute(text, regex, substitution, () => this.#call.process.toil(1 / matchesPerStep));
    if (changed === undefined) return;
    this.#pattern = changed;
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
    if (!command.to || command.negated || !this.#ranges.isOpen(command)) this.#raw(command.text);
    return 'delete';
  }

  *#appendLine(name: string): Routine {
    const line = yield* this.#files.line(name);
    if (line !== undefined) this.#append(`${line}\n`);
  }

  #append(text: string): void {
    // It is kept until the cycle ends, which may be never.
    this.#call.process.toil(0.1 + text.length / keptPerStep);
    this.#appended.push(text);
  }

  *#write(name: string, text: string): Routine {
    const file = this.#files.writer(name);
    if (file) yield* file.write(text);
    else this.#raw(text);
  }
}
