/** Variables: values, attributes, and the scopes that functions open. */
import { ShellError } from './flow.ts';
import { AssociativeArray, IndexedArray, type VariableValue } from './variable-values.ts';

/** One variable. `value` is undefined when it is declared but not set. */
export type Variable = {
  value: VariableValue | undefined;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  nameref: boolean;
  fold: 'upper' | 'lower' | undefined;
};

/** A variable the shell computes (`$RANDOM`, `$SECONDS`, `$LINENO`). */
export type DynamicVariable = { readonly get: () => VariableValue | undefined; readonly set?: (value: string) => void };

/** All that a shell has of them. */
export type DynamicVariables = { readonly names: ReadonlySet<string>; readonly get: (name: string) => DynamicVariable };

const newVariable = (value?: VariableValue): Variable => ({
  value,
  exported: false,
  readonly: false,
  integer: false,
  nameref: false,
  fold: undefined,
});

const maxReferences = 8;

/** Shorter changes of a value are not worth the accounting. */
const worthCounting = 4096;

/** A function call opens a scope for `local`; environment changes are passed on as they happen. */
export class Variables {
  readonly #scopes: Map<string, Variable>[];
  readonly #dynamic: DynamicVariables;
  /** Told after every change of a plain variable, with the value a child would see (undefined: none). */
  readonly #changed: (name: string, exported: string | undefined) => void;
  /** For `declare -i`. */
  readonly #evaluate: (text: string) => string;
  /** Told when a long value has grown or shrunk, in bytes: a shell that hoards text uses memory like any other process. */
  readonly #grown: (bytes: number) => void;

  constructor(options: {
    readonly dynamic: DynamicVariables;
    readonly changed: (name: string, exported: string | undefined) => void;
    readonly evaluate: (text: string) => string;
    readonly grown: (bytes: number) => void;
    readonly from?: Variables;
  }) {
    this.#dynamic = options.dynamic;
    this.#changed = options.changed;
    this.#evaluate = options.evaluate;
    this.#grown = options.grown;
    this.#scopes = options.from ? options.from.#scopes.map(copyScope) : [new Map()];
  }

  get depth(): number {
    return this.#scopes.length - 1;
  }

  push(): void {
    this.#scopes.push(new Map());
  }

  pop(): void {
    const gone = this.#scopes.pop();
    for (const name of gone?.keys() ?? []) this.#tell(name);
  }

  /** The variable a name means now, namerefs not followed. */
  find(name: string): Variable | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = (this.#scopes[i] as Map<string, Variable>).get(name);
      if (found) return found;
    }
    return undefined;
  }

  /** The name that a nameref stands for in the end. */
  target(name: string): string {
    let at = name;
    for (let i = 0; i < maxReferences; i++) {
      const variable = this.find(at);
      if (!variable?.nameref || typeof variable.value !== 'string' || variable.value === '') return at;
      at = variable.value;
    }
    return at;
  }

  /** The whole value, arrays included. */
  value(name: string): VariableValue | undefined {
    const variable = this.find(name);
    if (!variable && this.#dynamic.names.has(name)) return this.#dynamic.get(name).get();
    return variable?.nameref ? this.value(this.target(name)) : variable?.value;
  }

  /** As `$name` shows it: of an array, its element 0. */
  get(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    return value instanceof IndexedArray ? value.get(0) : value.get('0');
  }

  /** A variable to change, made in the global scope when there is none. */
  touch(name: string): Variable {
    const target = this.target(name);
    const found = this.find(target);
    if (found) return found;
    const made = newVariable();
    (this.#scopes[0] as Map<string, Variable>).set(target, made);
    return made;
  }

  /** A variable of the innermost function. */
  local(name: string): Variable {
    const scope = this.#scopes[this.#scopes.length - 1] as Map<string, Variable>;
    const found = scope.get(name);
    if (found) return found;
    const outer = this.find(name);
    if (outer?.readonly) throw new ShellError(`${name}: readonly variable`);
    const made = { ...newVariable(), exported: outer?.exported ?? false };
    scope.set(name, made);
    return made;
  }

  global(name: string): Variable {
    const scope = this.#scopes[0] as Map<string, Variable>;
    const found = scope.get(name) ?? newVariable();
    scope.set(name, found);
    return found;
  }

  set(name: string, value: string, append = false): void {
    if (this.#dynamic.names.has(name) && !this.find(name)) return this.#dynamic.get(name).set?.(value);
    const variable = this.touch(name);
    this.assertWritable(name, variable);
    const { value: old } = variable;
    if (old instanceof IndexedArray) old.set(0, this.cook(variable, value, append ? (old.get(0) ?? '') : undefined));
    else if (old instanceof AssociativeArray) old.set('0', this.cook(variable, value, append ? (old.get('0') ?? '') : undefined));
    else {
      variable.value = this.cook(variable, value, append ? (old ?? '') : undefined);
      const grown = variable.value.length - (old?.length ?? 0);
      if (Math.abs(grown) >= worthCounting) this.#grown(grown);
    }
    this.#tell(name);
  }

  setElement(name: string, key: number | string, value: string, append = false): void {
    const variable = this.touch(name);
    this.assertWritable(name, variable);
    if (variable.value === undefined || typeof variable.value === 'string')
      variable.value = variable.value === undefined ? new IndexedArray() : IndexedArray.from([variable.value]);
    const array = variable.value;
    if (array instanceof IndexedArray) {
      const index = Number(key);
      array.set(index, this.cook(variable, value, append ? (array.get(index) ?? '') : undefined));
    } else array.set(String(key), this.cook(variable, value, append ? (array.get(String(key)) ?? '') : undefined));
  }

  setArray(name: string, value: IndexedArray | AssociativeArray): void {
    const variable = this.touch(name);
    this.assertWritable(name, variable);
    variable.value = value;
  }

  /** False when it may not be removed. Inside a function a local is unset but stays known, as bash does. */
  unset(name: string): void {
    const variable = this.find(name);
    if (!variable) return;
    if (variable.readonly) throw new ShellError(`${name}: cannot unset: readonly variable`);
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const scope = this.#scopes[i] as Map<string, Variable>;
      if (!scope.has(name)) continue;
      scope.delete(name);
      break;
    }
    this.#tell(name);
  }

  /** Sets the exported mark and tells the process. */
  export(name: string, exported = true): void {
    this.touch(name).exported = exported;
    this.#tell(name);
  }

  assertWritable(name: string, variable: Variable): void {
    if (variable.readonly) throw new ShellError(`${name}: readonly variable`, { fatal: true });
  }

  /** Applies the attributes -i, -u, -l to a value; `before` is what to append it to. */
  cook(variable: Variable, value: string, before?: string): string {
    if (variable.integer) return this.#evaluate(before === undefined ? value : `${before === '' ? '0' : before}+${value === '' ? '0' : value}`);
    const whole = before === undefined ? value : before + value;
    return variable.fold === 'upper' ? whole.toUpperCase() : variable.fold === 'lower' ? whole.toLowerCase() : whole;
  }

  /** All names that are visible, sorted. */
  names(): string[] {
    const names = new Set(this.#scopes.flatMap((scope) => [...scope.keys()]));
    return [...names].sort((a, b) => (a < b ? -1 : 1));
  }

  locals(): string[] {
    return [...(this.#scopes[this.#scopes.length - 1]?.keys() ?? [])];
  }

  isDynamic(name: string): boolean {
    return this.#dynamic.names.has(name);
  }

  dynamicNames(): string[] {
    return [...this.#dynamic.names];
  }

  /** What a child process gets as its environment. */
  environment(): Record<string, string> {
    const env: Record<string, string> = {};
    for (const name of this.names()) {
      const variable = this.find(name);
      if (variable?.exported && typeof variable.value === 'string') env[name] = variable.value;
    }
    return env;
  }

  #tell(name: string): void {
    const variable = this.find(this.target(name));
    this.#changed(name, variable?.exported && typeof variable.value === 'string' ? variable.value : undefined);
  }
}

function copyScope(scope: Map<string, Variable>): Map<string, Variable> {
  const copy = new Map<string, Variable>();
  for (const [name, variable] of scope) copy.set(name, { ...variable, value: copyValue(variable.value) });
  return copy;
}

function copyValue(value: VariableValue | undefined): VariableValue | undefined {
  if (value instanceof IndexedArray) return value.copy();
  return value instanceof AssociativeArray ? new AssociativeArray(value) : value;
}
