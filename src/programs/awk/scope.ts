/** What names mean while an awk program runs: a function's own variables, or the program's. */
import { AwkError } from './ast.ts';
import type { AwkArray, Cell, Runtime } from './runtime.ts';
import type { Value } from './value.ts';

type Frame = Map<string, Cell> | undefined;

/** One frame at a time: a function sees its own parameters and the globals, never its caller's. */
export class Scope {
  readonly #runtime: Runtime;
  #frame: Frame;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Gives what `leave` needs once the function is done. */
  enter(frame: Map<string, Cell>): Frame {
    const before = this.#frame;
    this.#frame = frame;
    return before;
  }

  leave(before: Frame): void {
    this.#frame = before;
  }

  /** Throws AwkError for an array. */
  get(name: string): Value {
    const local = this.#frame?.get(name);
    if (!local) return this.#runtime.get(name);
    if (local.value instanceof Map) throw new AwkError(`attempt to use array \`${name}' in a scalar context`);
    return local.value;
  }

  set(name: string, value: Value): void {
    const local = this.#frame?.get(name);
    if (local) local.value = value;
    else this.#runtime.set(name, value);
  }

  /** Makes an array of what was never used; throws AwkError for what has a value. */
  array(name: string): AwkArray {
    const cell = this.#frame?.get(name) ?? this.#runtime.cell(name);
    if (cell.value === undefined) cell.value = new Map();
    if (!(cell.value instanceof Map)) throw new AwkError(`attempt to use scalar \`${name}' as an array`);
    return cell.value;
  }

  isArray(name: string | undefined): boolean {
    return name !== undefined && (this.#frame?.get(name) ?? this.#runtime.cell(name)).value instanceof Map;
  }

  /** What a call hands over itself: an array, and what may yet become one. undefined: a copy of the value will do. */
  arrayCell(name: string): Cell | undefined {
    const known = this.#frame?.get(name) ?? (name === 'NF' ? undefined : this.#runtime.cell(name));
    if (known?.value instanceof Map) return known;
    return known && known.value === undefined ? promise(known) : undefined;
  }
}

/** A variable never used, given to a function that may make an array of it: both then hold that array. */
function promise(origin: Cell): Cell {
  let own: Cell['value'];
  return {
    get value() {
      return own ?? (origin.value instanceof Map ? origin.value : undefined);
    },
    set value(value) {
      own = value;
      if (value instanceof Map) origin.value = value;
    },
  };
}
