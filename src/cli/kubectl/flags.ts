/** Flags as pflag reads them, with its messages: spf13/pflag flag.go. */
import { DurationError, parseGoDuration } from '../../apimachinery/duration.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { KubectlError } from './errors.ts';

type FlagType = 'bool' | 'string' | 'int' | 'int32' | 'duration' | 'list' | 'array' | 'map' | 'pairs';

/** `value` is the default as help shows it. */
export type Flag = { readonly name: string; readonly short: string; readonly type: FlagType; readonly value: string };

const groups: Readonly<Record<string, string>> = {
  '%print': 'allow-missing-template-keys:bool=true o,output:string show-managed-fields:bool template:string',
  '%file': 'f,filename:list k,kustomize:string R,recursive:bool',
};

/** What a flag means that is given without a value. */
const withoutValue: Readonly<Record<string, string>> = { 'dry-run': 'unchanged', validate: 'strict', cascade: 'background' };

/** Reads `o,output:string=json …` of the command table, sorted by name. */
export function parseFlagTable(table: string): Flag[] {
  const words = table.split(' ').flatMap((word) => (groups[word] ?? word).split(' '));
  return words
    .filter((word) => word !== '')
    .map(parseFlag)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function parseFlag(word: string): Flag {
  const [, short = '', name = '', type = 'string', value = ''] = /^(?:(\w),)?([\w-]+):(\w+)(?:=(.*))?$/.exec(word) ?? [];
  return { name, short, type: type as FlagType, value };
}

/** The values after parsing; what was not given has its default. */
export class FlagValues {
  readonly #flags: ReadonlyMap<string, Flag>;
  readonly #given: Map<string, readonly string[]>;

  constructor(flags: ReadonlyMap<string, Flag>, given = new Map<string, readonly string[]>()) {
    this.#flags = flags;
    this.#given = given;
  }

  set(flag: Flag, value: string): void {
    const cut = ['list', 'map', 'pairs'].includes(flag.type);
    const items = cut ? splitCsv(value) : [value];
    const many = cut || flag.type === 'array';
    this.#given.set(flag.name, many ? [...(this.#given.get(flag.name) ?? []), ...items] : items);
  }

  /** The same values without some flags: what a command calls `--user` is not the user of the kubeconfig. */
  without(flags: readonly Flag[]): FlagValues {
    const hidden = flags.filter(({ name }) => this.#given.has(name));
    if (hidden.length === 0) return this;
    const given = new Map(this.#given);
    for (const { name } of hidden) given.delete(name);
    return new FlagValues(this.#flags, given);
  }

  /** Whether the flag stands on the command line. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** What was given, in its order: ` --filename=a.yaml --dry-run=client`. */
  get line(): string {
    return [...this.#given].map(([name, values]) => ` --${name}=${values.join(',')}`).join('');
  }

  text(name: string): string {
    return this.#given.get(name)?.at(-1) ?? this.#flags.get(name)?.value ?? '';
  }

  bool(name: string): boolean {
    return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(this.text(name));
  }

  number(name: string): number {
    return Number(this.text(name) || 0);
  }

  /** Milliseconds. */
  duration(name: string): number {
    return parseGoDuration(this.text(name) || '0s');
  }

  list(name: string): readonly string[] {
    const given = this.#given.get(name);
    if (given) return given;
    const value = this.#flags.get(name)?.value ?? '';
    return value === '' ? [] : value.split(',');
  }
}

const splitCsv = (value: string): string[] => {
  const parts: string[] = [];
  for (const match of value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  return value === '' ? [] : parts;
};

/** What a command gets. */
export type ParsedArguments = {
  readonly flags: FlagValues;
  readonly args: readonly string[];
  /** How many arguments stand before `--`; -1 without it. */
  readonly dash: number;
  readonly help: boolean;
};

type Index = { readonly byName: ReadonlyMap<string, Flag>; readonly byShort: ReadonlyMap<string, Flag> };

/** Of the tables that every call of a command reads. */
const indices = new WeakMap<readonly Flag[], Index>();

function indexOf(table: readonly Flag[]): Index {
  const index = indices.get(table) ?? {
    byName: new Map(table.map((flag) => [flag.name, flag])),
    byShort: new Map(table.filter(({ short }) => short !== '').map((flag) => [flag.short, flag])),
  };
  indices.set(table, index);
  return index;
}

/** Reads arguments; flags may stand between them. Throws KubectlError with pflag's text. */
export function parseArguments(argv: readonly string[], table: readonly Flag[]): ParsedArguments {
  const { byName, byShort } = indexOf(table);
  const flags = new FlagValues(byName);
  const args: string[] = [];
  let dash = -1;
  let help = false;
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '--') {
      dash = args.length;
      args.push(...argv.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') args.push(arg);
    else if (arg.startsWith('--')) i += long(arg, argv[i + 1]);
    else i += shorts(arg, argv[i + 1]);
  }
  return { flags, args, dash, help };

  /** Gives 1 when the next argument was used up. */
  function long(arg: string, next: string | undefined): number {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (name === '' || name.startsWith('-') || name.startsWith('=')) throw new KubectlError(`bad flag syntax: ${arg}`);
    const flag = byName.get(name);
    if (!flag) {
      if (name !== 'help') throw new KubectlError(`unknown flag: --${name}`);
      help = equals < 0 || !/^(0|f|F|FALSE|false|False)$/.test(arg.slice(equals + 1));
      return 0;
    }
    if (equals >= 0) return assign(flag, arg.slice(equals + 1));
    const implied = impliedValue(flag);
    if (implied !== undefined) return assign(flag, implied);
    if (next === undefined) throw new KubectlError(`flag needs an argument: --${name}`);
    assign(flag, next);
    return 1;
  }

  function shorts(arg: string, next: string | undefined): number {
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] as string;
      const flag = byShort.get(letter);
      if (!flag) {
        if (letter !== 'h') throw new KubectlError(`unknown shorthand flag: ${quoteRune(letter)} in ${arg}`);
        help = true;
        continue;
      }
      const rest = arg.slice(at + 1);
      if (rest.startsWith('=') && rest.length > 1) return assign(flag, rest.slice(1));
      const implied = impliedValue(flag);
      if (implied !== undefined) assign(flag, implied);
      else if (rest !== '') return assign(flag, rest);
      else if (next === undefined) throw new KubectlError(`flag needs an argument: ${quoteRune(letter)} in ${arg}`);
      else {
        assign(flag, next);
        return 1;
      }
    }
    return 0;
  }

  function assign(flag: Flag, value: string): 0 {
    const problem = wrongValue(flag, value);
    const shown = flag.short === '' ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
    if (problem !== undefined) throw new KubectlError(`invalid argument ${quote(value)} for "${shown}" flag: ${problem}`);
    flags.set(flag, value);
    return 0;
  }
}

/** Whether the flag takes the next argument as its value when written without `=`. */
export const takesValue = (flag: Flag): boolean => impliedValue(flag) === undefined;

const impliedValue = (flag: Flag): string | undefined => (flag.type === 'bool' ? 'true' : withoutValue[flag.name]);

const quoteRune = (letter: string): string => `'${letter}'`;

function wrongValue(flag: Flag, value: string): string | undefined {
  if (flag.type === 'bool' && !/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value))
    return `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`;
  if (flag.type === 'int' || flag.type === 'int32') {
    if (!/^[+-]?\d+$/.test(value)) return `strconv.ParseInt: parsing ${quote(value)}: invalid syntax`;
    if (BigInt.asIntN(flag.type === 'int32' ? 32 : 64, BigInt(value)) !== BigInt(value)) return `strconv.ParseInt: parsing ${quote(value)}: value out of range`;
  }
  if (flag.type === 'map' || flag.type === 'pairs') {
    const bad = splitCsv(value).find((pair) => !pair.includes('='));
    if (bad === undefined) return undefined;
    return flag.type === 'map' ? 'malformed pair, expect string=string' : `${bad} must be formatted as key=value`;
  }
  if (flag.name === 'vmodule' && value !== '' && !value.split(',').every((each) => /^[^=]+=\d+$/.test(each)))
    return 'syntax error: expect comma-separated list of filename=N';
  if (flag.type !== 'duration') return undefined;
  try {
    parseGoDuration(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    // This one is Go's own flag.
    return flag.name === 'log-flush-frequency' ? 'parse error' : error.message;
  }
}
