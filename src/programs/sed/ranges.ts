/** Which lines a command is for: its addresses, and the ranges that are open (sed/execute.c match_address_p). */
import type { Routine } from '../../sim/routine.ts';
import type { Address, Command } from './script.ts';

/** The ranges of one run. */
export class Ranges {
  /** The line where each ends, or true while a pattern is waited for. */
  readonly #open = new Map<Command, number | true>();
  readonly #matches: (address: Address) => Routine<boolean>;

  /** `matches` looks at the present line. */
  constructor(matches: (address: Address) => Routine<boolean>) {
    this.#matches = matches;
  }

  /** Whether a command is for this line. To be asked once a line and command: asking moves the range on. */
  *selected(command: Command, line: number): Routine<boolean> {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return yield* this.#matches(from);
    const open = this.#open.get(command);
    if (open === undefined) {
      if (from.type === 'zero' && line === 1) {
        this.#open.set(command, true);
        return yield* this.#inside(command, to, line);
      }
      if (from.type === 'zero' || !(yield* this.#matches(from))) return false;
      return this.#begin(command, to, line);
    }
    return yield* this.#inside(command, to, line);
  }

  #begin(command: Command, to: Address, line: number): boolean {
    const end =
      to.type === 'line'
        ? to.line
        : to.type === 'plus'
          ? line + to.lines
          : to.type === 'multiple'
            ? to.of > 0
              ? Math.ceil(line / to.of) * to.of
              : line
            : true;
    if (end === true || end > line) this.#open.set(command, end);
    return true;
  }

  *#inside(command: Command, to: Address, line: number): Routine<boolean> {
    const end = this.#open.get(command);
    if (typeof end === 'number') {
      if (line >= end) this.#open.delete(command);
      // A line number that is already past ends the range at its first line.
      return line <= end;
    }
    if (yield* this.#matches(to)) this.#open.delete(command);
    return true;
  }

  /** Whether it goes on after this line. */
  isOpen(command: Command): boolean {
    return this.#open.has(command);
  }
}
