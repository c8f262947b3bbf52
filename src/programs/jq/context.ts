/** What all filters of one run share. */
import type { Memory } from '../memory.ts';
import type { Evaluate, Native } from './filter.ts';
import type { Json } from './json.ts';

/** `steps` counts, so that a program without end is stopped. */
export type Context = {
  readonly evaluate: Evaluate;
  readonly natives: Readonly<Record<string, Native>>;
  readonly memory: Memory;
  readonly now: () => number;
  readonly environmentVariables: () => Json;
  /** `input`: the next value of the input; undefined at the end. */
  readonly nextInput: () => { readonly value: Json } | undefined;
  readonly inputLine: () => number;
  readonly inputName: () => string | undefined;
  /** `debug` and `stderr`. */
  readonly complain: (text: string) => void;
  steps: number;
  depth: number;
};

/** `halt` and `halt_error`. */
export class Halt extends Error {
  readonly status: number;
  readonly text: string;
  constructor(status: number, text = '') {
    super('halt');
    this.status = status;
    this.text = text;
  }
}
