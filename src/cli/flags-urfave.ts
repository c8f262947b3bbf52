/** Flags as Go's flag package and urfave/cli v2 read them: one dash or two, and none after the first positional argument. */

import { quote } from '../apimachinery/go-text.ts';
import type { ParsedFlags, ParseOptions } from './flags-pflag.ts';
import { checkValue, FlagError, type FlagSpec, Flags } from './flags-values.ts';

type UrfaveOptions = ParseOptions & {
  /** UseShortOptionHandling: `-it` stands for `-i -t`. */
  readonly combineShort?: boolean;
  /** Version 1: flags are looked for behind the arguments too. */
  readonly reorder?: boolean;
};

/** Reads flags; throws FlagError with the flag package's text (urfave prints it after `Incorrect Usage: `). */
export function parseUrfave(given: readonly string[], specs: readonly FlagSpec[], options: UrfaveOptions = {}): ParsedFlags {
  const flags = new Flags(specs, options.env);
  const args = options.reorder ? reordered(flags, given) : given;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return { flags, args: args.slice(at + 1), dash: 0 };
    if (arg.length < 2 || !arg.startsWith('-')) break;
    at += one(flags, arg, { next: args[at + 1], combine: options.combineShort ?? false });
  }
  return { flags, args: args.slice(at), dash: undefined };
}

/** Known flags come first, and what follows one and is no flag stays with it (urfave/cli v1 reorderArgs). */
function reordered(flags: Flags, args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const [first, rest]: [string[], string[]] = [[], []];
  let mayBeValue = false;
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const name = /^--?([^-=][^=]*)/.exec(arg)?.[1];
    const isFlag = name !== undefined && (name === 'help' || name === 'h' || lookup(flags, name) !== undefined);
    if (mayBeValue && (arg === '-' || !arg.startsWith('-'))) {
      first.push(arg);
      mayBeValue = false;
    } else if (isFlag) {
      first.push(arg);
      mayBeValue = !arg.includes('=');
    } else rest.push(arg);
  }
  return [...first, ...rest, ...(end < 0 ? [] : args.slice(end))];
}

function one(flags: Flags, arg: string, { next, combine }: { next: string | undefined; combine: boolean }): number {
  const [, name = '', value] = /^--?([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${arg}`);
  const spec = lookup(flags, name);
  if (!spec) {
    const letters = combine && !arg.startsWith('--') ? combined(flags, name) : undefined;
    if (letters) return setAll(flags, letters, { value, next });
    if (name === 'help' || name === 'h') throw new FlagError('help requested', 'help');
    throw new FlagError(`flag provided but not defined: -${name}`);
  }
  if (spec.type === 'bool') {
    const text = value ?? 'true';
    if (checkValue(spec, text) !== undefined) throw new FlagError(`invalid boolean value ${quote(text)} for -${name}: parse error`);
    flags.put(spec, text);
    return 0;
  }
  const text = value ?? next;
  if (text === undefined) throw new FlagError(`flag needs an argument: -${name}`);
  if (checkValue(spec, text) !== undefined) throw new FlagError(`invalid value ${quote(text)} for flag -${name}: parse error`);
  flags.put(spec, text);
  return value === undefined ? 1 : 0;
}

const lookup = (flags: Flags, name: string): FlagSpec | undefined => flags.spec(name) ?? (name.length === 1 ? flags.short(name) : undefined);

/** The flags of `-it`, when every letter is one and only the last takes a value. */
function combined(flags: Flags, letters: string): FlagSpec[] | undefined {
  const specs = [...letters].map((letter) => lookup(flags, letter));
  if (specs.some((spec, i) => !spec || (spec.type !== 'bool' && i < specs.length - 1))) return undefined;
  return specs.filter((spec) => spec !== undefined);
}

function setAll(flags: Flags, specs: readonly FlagSpec[], { value, next }: { value: string | undefined; next: string | undefined }): number {
  let taken = 0;
  specs.forEach((spec) => {
    if (spec.type === 'bool') flags.put(spec, 'true');
    else {
      const text = value ?? next;
      if (text === undefined) throw new FlagError(`flag needs an argument: -${spec.short ?? spec.name}`);
      flags.put(spec, text);
      taken = value === undefined ? 1 : 0;
    }
  });
  return taken;
}
