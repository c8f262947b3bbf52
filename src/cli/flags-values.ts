/** One flag, and the values of flags once they are read. */

import { durationProblem, parseGoDuration } from '../apimachinery/duration.ts';
import { quote } from '../apimachinery/go-text.ts';

/** As pflag's Type() names them, but for a few. */
export type FlagType = 'bool' | 'string' | 'int' | 'uint' | 'float' | 'duration' | 'stringArray' | 'stringSlice' | 'stringToString' | 'count';

/** One entry of a command's flag table: parsing, help and completion read it. */
export type FlagSpec = {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Further names; urfave shows them, pflag has none. */
  readonly aliases?: readonly string[];
  /** Default: string. A stringSlice splits at commas, a stringArray does not. */
  readonly type?: FlagType;
  readonly default?: string;
  readonly usage?: string;
  /** What the flag means without an argument; bool flags need none. */
  readonly noOptDefault?: string;
  readonly hidden?: boolean;
  readonly deprecated?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Variables that give the value when the flag is absent. */
  readonly env?: readonly string[];
  /** The name of the value in help, where it is not the type's: `list`, `bytes`. */
  readonly valueName?: string;
  /** Given to this command and those below it. */
  readonly persistent?: boolean;
  /** Known, and without effect in the lab: who sets it to another value than its default is told so. */
  readonly absent?: boolean;
};

/** Marks flags that the lab has no effect for. */
export const absent = (specs: readonly FlagSpec[]): FlagSpec[] => specs.map((spec) => ({ ...spec, absent: true }));

/** The same by their names alone: `memory,m pull?`; a `?` ends a flag that takes no value. */
export const absentFlags = (names: string): FlagSpec[] =>
  absent(
    [...names.matchAll(/([\w-]+)(?:,(\w))?(\?)?/g)].map(([, name = '', short, sign]) => ({
      name,
      usage: '(not simulated)',
      ...(short === undefined ? {} : { short }),
      ...(sign ? { type: 'bool' as const } : {}),
    })),
  );

/** A command line that is wrong. `kind` is help when help was asked for, absent for a flag that is not simulated. */
export class FlagError extends Error {
  readonly kind: 'usage' | 'help' | 'absent';

  constructor(message: string, kind: FlagError['kind'] = 'usage') {
    super(message);
    this.kind = kind;
  }
}

const lists: ReadonlySet<FlagType> = new Set(['stringArray', 'stringSlice', 'stringToString']);

/** Whether a flag may be given several times, with all its values kept. */
const isList = ({ type = 'string' }: FlagSpec): boolean => lists.has(type);

/** In place: a flag may stand there ten thousand times. */
function appended(list: string[] = [], more: readonly string[]): string[] {
  for (const each of more) list.push(each);
  return list;
}

/** The values after parsing; what was not given has its default. */
export class Flags {
  readonly specs: readonly FlagSpec[];
  readonly #byName = new Map<string, FlagSpec>();
  readonly #given = new Map<string, string[]>();
  readonly #env: ((name: string) => string | undefined) | undefined;

  constructor(specs: readonly FlagSpec[], env?: (name: string) => string | undefined) {
    this.specs = specs;
    this.#env = env;
    for (const spec of specs) for (const name of [spec.name, ...(spec.aliases ?? [])]) this.#byName.set(name, spec);
  }

  /** By any of its long names. */
  spec(name: string): FlagSpec | undefined {
    return this.#byName.get(name);
  }

  /** By its letter. */
  short(letter: string): FlagSpec | undefined {
    return this.specs.find((spec) => spec.short === letter) ?? this.specs.find((spec) => spec.aliases?.includes(letter));
  }

  /** Takes a value; throws FlagError with pflag's text when it is none for this flag. */
  set(spec: FlagSpec, value: string): void {
    const problem = checkValue(spec, value);
    if (problem !== undefined) throw new FlagError(`invalid argument ${quote(value)} for ${quote(displayName(spec))} flag: ${problem}`);
    this.put(spec, value);
  }

  /** Takes a value that was checked. */
  put(spec: FlagSpec, value: string): void {
    const more = spec.type === 'stringArray' ? [value] : spec.type === 'stringSlice' || spec.type === 'stringToString' ? splitCsv(value) : undefined;
    if (more) this.#given.set(spec.name, appended(this.#given.get(spec.name), more));
    else if (spec.type === 'count') this.#given.set(spec.name, [value === '+1' ? String(this.number(spec.name) + 1) : value]);
    else this.#given.set(spec.name, [value]);
  }

  /** Whether the flag stands on the command line. */
  /** Names of the flags that were typed. */
  given(): readonly string[] {
    return [...this.#given.keys()];
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  text(name: string): string {
    return this.#values(name).at(-1) ?? '';
  }

  bool(name: string): boolean {
    return trueWords.has(this.text(name));
  }

  /** Whole or with a fraction; 0 when empty. */
  number(name: string): number {
    return Number(this.text(name) || 0);
  }

  /** Milliseconds. */
  duration(name: string): number {
    return parseGoDuration(this.text(name) || '0s');
  }

  list(name: string): readonly string[] {
    return this.#values(name);
  }

  /** `a=b` pairs. */
  map(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values(name).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  }

  #values(name: string): readonly string[] {
    const given = this.#given.get(name);
    if (given) return given;
    const spec = this.#byName.get(name);
    if (!spec) throw new Error(`no flag --${name} in the table`);
    if (spec.name !== name) return this.#values(spec.name);
    const value = spec.env?.map((variable) => this.#env?.(variable)).find((found) => found !== undefined && found !== '') ?? spec.default ?? '';
    if (!isList(spec)) return [value];
    return value === '' ? [] : splitCsv(value.replace(/^\[(.*)\]$/, '$1'));
  }
}

/** Throws FlagError in the lab's own name for the first flag with a value that would have an effect; the tools end with 70 on it. */
export function refuseAbsent(flags: Flags, path: string): void {
  const found = flags.specs.find(
    ({ name, absent: marked, type, default: usual = type === 'bool' ? 'false' : '' }) => marked && flags.has(name) && flags.text(name) !== usual,
  );
  if (found) throw new FlagError(`k8s-lab: ${path} --${found.name} is not simulated`, 'absent');
}

/** `-r, --replicas` or `--replicas`, as pflag names a flag in errors. */
const displayName = ({ name, short }: FlagSpec): string => (short ? `-${short}, --${name}` : `--${name}`);

const trueWords: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseWords: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** What Go says of a text that is no value of the flag's type. */
export function checkValue({ type = 'string', choices }: FlagSpec, value: string): string | undefined {
  if (choices && !choices.includes(value)) return `must be one of ${choices.map((choice) => `'${choice}'`).join(', ')}`;
  switch (type) {
    case 'bool':
      return trueWords.has(value) || falseWords.has(value) ? undefined : `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`;
    case 'int':
      return wrongInteger(value, 'ParseInt');
    case 'count':
      return value === '+1' ? undefined : wrongInteger(value, 'ParseInt');
    case 'uint':
      return wrongInteger(value, 'ParseUint');
    case 'float':
      return value.trim() !== '' && !Number.isNaN(Number(value)) ? undefined : `strconv.ParseFloat: parsing ${quote(value)}: invalid syntax`;
    case 'duration':
      return durationProblem(value);
    case 'stringToString': {
      const bad = splitCsv(value).find((pair) => !pair.includes('='));
      return bad === undefined ? undefined : `${bad} must be formatted as key=value`;
    }
    default:
      return undefined;
  }
}

/** strconv with base 0: 0x1f, 0o17, 0b11 and underscores are numbers too. */
function wrongInteger(value: string, call: 'ParseInt' | 'ParseUint'): string | undefined {
  const digits = call === 'ParseInt' ? value.replace(/^[-+]/, '') : value;
  const syntax = /^(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)$/.test(digits);
  if (!syntax) return `strconv.${call}: parsing ${quote(value)}: invalid syntax`;
  return Math.abs(Number(digits.replace(/_/g, ''))) >= 2 ** 63 ? `strconv.${call}: parsing ${quote(value)}: value out of range` : undefined;
}

/** encoding/csv of one line: commas separate, double quotes hold together. */
function splitCsv(value: string): string[] {
  if (value === '') return [];
  return [...value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
}
