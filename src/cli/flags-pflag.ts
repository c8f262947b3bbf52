/** Flags as spf13/pflag reads them. */

import { FlagError, type FlagSpec, Flags } from './flags-values.ts';

/** What stood on a command line. */
export type ParsedFlags = {
  readonly flags: Flags;
  /** What is no flag, `--` left out. */
  readonly args: readonly string[];
  /** How many of `args` came before `--`; undefined when there was none. cobra's ArgsLenAtDash. */
  readonly dash: number | undefined;
};

/** Where programs on pflag differ. */
export type ParseOptions = {
  /** false: the first positional argument ends the flags, as in `docker run`. */
  readonly interspersed?: boolean;
  /** Reads the variables that specs name in `env`. */
  readonly env?: (name: string) => string | undefined;
  /** A command may be named by its beginning (cobra.EnablePrefixMatching). */
  readonly prefixes?: boolean;
};

/** Reads flags as spf13/pflag does. Throws FlagError with its text. */
export function parseFlags(args: readonly string[], specs: readonly FlagSpec[], options: ParseOptions = {}): ParsedFlags {
  const flags = new Flags(specs, options.env);
  const positional: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return { flags, args: [...positional, ...args.slice(at + 1)], dash: positional.length };
    if (arg.length < 2 || !arg.startsWith('-')) {
      if (options.interspersed === false) return { flags, args: args.slice(at), dash: undefined };
      positional.push(arg);
    } else if (arg.startsWith('--')) at += long(flags, arg, args[at + 1]);
    else at += shorthands(flags, arg, args[at + 1]);
  }
  return { flags, args: positional, dash: undefined };
}

/** One `--name`, `--name=value` or `--name value`; gives how many further arguments it took. */
function long(flags: Flags, arg: string, next: string | undefined): number {
  const [, name = '', value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${arg}`);
  const spec = flags.spec(name);
  if (!spec) throw name === 'help' ? new FlagError('help requested', 'help') : new FlagError(`unknown flag: --${name}`);
  if (value !== undefined) flags.set(spec, value);
  else if (withoutArgument(spec) !== undefined) flags.set(spec, withoutArgument(spec) ?? '');
  else if (next !== undefined) {
    flags.set(spec, next);
    return 1;
  } else throw new FlagError(`flag needs an argument: --${name}`);
  return 0;
}

/** `-abc`, `-n5`, `-n=5`, `-n 5`. */
function shorthands(flags: Flags, arg: string, next: string | undefined): number {
  for (let rest = arg.slice(1); rest !== ''; ) {
    const letter = rest[0] ?? '';
    const spec = flags.short(letter);
    if (!spec) throw letter === 'h' ? new FlagError('help requested', 'help') : new FlagError(`unknown shorthand flag: '${letter}' in -${rest}`);
    if (rest.length > 2 && rest[1] === '=') {
      flags.set(spec, rest.slice(2));
      return 0;
    }
    const implied = withoutArgument(spec);
    if (implied !== undefined) {
      flags.set(spec, implied);
      rest = rest.slice(1);
    } else if (rest.length > 1) {
      flags.set(spec, rest.slice(1));
      return 0;
    } else if (next !== undefined) {
      flags.set(spec, next);
      return 1;
    } else throw new FlagError(`flag needs an argument: '${letter}' in -${rest}`);
  }
  return 0;
}

/** What a flag means that stands without an argument; undefined when it needs one. */
function withoutArgument(spec: FlagSpec): string | undefined {
  return spec.noOptDefault ?? (spec.type === 'bool' ? 'true' : spec.type === 'count' ? '+1' : undefined);
}

/** cobra's message for required flags that are missing: `required flag(s) "image" not set`; undefined when all are there. */
export function missingRequired(flags: Flags): string | undefined {
  const missing = flags.specs.filter((spec) => spec.required && !flags.has(spec.name)).map((spec) => `"${spec.name}"`);
  return missing.length === 0 ? undefined : `required flag(s) ${missing.join(', ')} not set`;
}
