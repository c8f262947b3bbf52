/** Trees of commands: finding the one that a command line means. */

import { type ParsedFlags, type ParseOptions, parseFlags } from './flags-pflag.ts';
import { parseUrfave } from './flags-urfave.ts';
import { FlagError, type FlagSpec, refuseAbsent } from './flags-values.ts';

/** One command as data; `Run` is whatever the tool runs it with. */
export type Command<Run = unknown> = {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line. */
  readonly short?: string;
  readonly long?: string;
  /** What follows the command's path in the usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  readonly usage?: string;
  readonly examples?: string;
  readonly flags?: readonly FlagSpec[];
  readonly commands?: readonly Command<Run>[];
  readonly run?: Run;
  readonly hidden?: boolean;
  readonly deprecated?: string;
  /** The heading below which help lists it. */
  readonly group?: string;
  /** false: flags end at the first positional argument (`docker run`, `exec`). */
  readonly interspersed?: boolean;
  /** Its flags are not told apart: it only says that it is not simulated. */
  readonly raw?: boolean;
  /** urfave: `-it` stands for `-i -t`. */
  readonly combineShort?: boolean;
  /** urfave v1: flags count wherever they stand. */
  readonly reorder?: boolean;
  /** urfave: arguments that look like flags are passed on. */
  readonly skipFlags?: boolean;
};

/** The command that was meant, with its flags read. */
export type Resolved<Run = unknown> = ParsedFlags & {
  readonly command: Command<Run>;
  /** From the root down. */
  readonly chain: readonly Command<Run>[];
  /** `kubectl create deployment`. */
  readonly path: string;
};

/** A name that no command has. cobra's message is the default one; `suggestions` are near names. */
export class UnknownCommandError extends FlagError {
  readonly typed: string;
  readonly path: string;
  readonly suggestions: readonly string[];
  readonly chain: readonly Command[];

  constructor(typed: string, chain: readonly Command[]) {
    const path = chain.map((command) => command.name).join(' ');
    const suggestions = suggestionsFor(typed, chain.at(-1)?.commands ?? []);
    const hint = suggestions.length === 0 ? '' : `\n\nDid you mean this?\n${suggestions.map((name) => `\t${name}\n`).join('')}`;
    super(`unknown command ${JSON.stringify(typed)} for ${JSON.stringify(path)}${hint}`);
    this.typed = typed;
    this.path = path;
    this.suggestions = suggestions;
    this.chain = chain;
  }
}

/** A command error knows where in the tree it happened, for the usage text that follows it. */
export class CommandFlagError<Run = unknown> extends FlagError {
  readonly chain: readonly Command<Run>[];
  readonly path: string;

  constructor(error: FlagError, chain: readonly Command<Run>[]) {
    super(error.message, error.kind);
    this.chain = chain;
    this.path = chain.map((command) => command.name).join(' ');
  }
}

/** A command by its name or an alias. */
export const findCommand = <Run>(commands: readonly Command<Run>[] | undefined, name: string): Command<Run> | undefined =>
  commands?.find((command) => command.name === name) ?? commands?.find((command) => command.aliases?.includes(name));

/** Flags of a command and the persistent ones of those above it. */
export const flagsOf = <Run>(chain: readonly Command<Run>[]): FlagSpec[] =>
  chain.flatMap((command, i) => (command.flags ?? []).filter((flag) => i === chain.length - 1 || flag.persistent));

/**
 * cobra: finds the command, flags anywhere, and reads its flags. `args` is without the program's name. Throws UnknownCommandError for a name the
 * root does not have (deeper down the arguments stay, as in cobra), CommandFlagError for flags.
 */
export function resolveCobra<Run>(root: Command<Run>, args: readonly string[], options: ParseOptions = {}): Resolved<Run> {
  const chain: Command<Run>[] = [root];
  const rest = [...args];
  for (;;) {
    const at = firstPositional(rest, flagsOf(chain));
    const name = at < 0 ? undefined : rest[at];
    const all = chain.at(-1)?.commands;
    const next = name === undefined ? undefined : (findCommand(all, name) ?? (options.prefixes ? byBeginning(all, name) : undefined));
    if (!next) {
      if (name !== undefined && chain.length === 1 && root.commands) throw new UnknownCommandError(name, chain);
      break;
    }
    rest.splice(at, 1);
    chain.push(next);
  }
  return parseAs(chain, () =>
    parseFlags(chain.at(-1)?.raw && !rest.some((word) => /^(-h|--help)$/.test(word)) ? ['--', ...rest] : rest, flagsOf(chain), {
      ...options,
      interspersed: (chain.at(-1) ?? root).interspersed ?? true,
    }),
  );
}

/** The only one that begins so. */
function byBeginning<Run>(commands: readonly Command<Run>[] | undefined, name: string): Command<Run> | undefined {
  const found = (commands ?? []).filter((each) => each.name.startsWith(name));
  return found.length === 1 ? found[0] : undefined;
}

/** urfave/cli v2: each level's flags come before the next name. A name that is not there throws UnknownCommandError. */
export function resolveUrfave<Run>(
  root: Command<Run>,
  args: readonly string[],
  options: ParseOptions = {},
): Resolved<Run> & { readonly levels: readonly ParsedFlags[] } {
  const chain: Command<Run>[] = [root];
  const levels: ParsedFlags[] = [];
  let rest = args;
  for (;;) {
    const command = chain.at(-1) ?? root;
    const parsed = parseAs(chain, () =>
      command.skipFlags
        ? { ...parseUrfave([], command.flags ?? [], options), args: rest }
        : parseUrfave(rest, command.flags ?? [], { ...options, combineShort: command.combineShort ?? false, reorder: command.reorder ?? false }),
    );
    levels.push(parsed);
    const [name] = parsed.args;
    if (!command.commands?.length || name === undefined) return { ...parsed, levels };
    const next = findCommand(command.commands, name);
    if (!next) {
      if (command.run !== undefined) return { ...parsed, levels };
      if (name === 'help' || name === 'h') throw helpOn(chain, parsed.args[1]);
      throw new UnknownCommandError(name, chain);
    }
    chain.push(next);
    rest = parsed.args.slice(1);
  }
}

/** `help COMMAND`, which urfave gives every command that has others. */
function helpOn<Run>(chain: readonly Command<Run>[], topic: string | undefined): FlagError {
  const command = topic === undefined ? undefined : findCommand(chain.at(-1)?.commands, topic);
  if (topic !== undefined && !command) return new UnknownCommandError(topic, chain);
  return new CommandFlagError(new FlagError('help requested', 'help'), command ? [...chain, command] : [...chain]);
}

function parseAs<Run>(chain: readonly Command<Run>[], parse: () => ParsedFlags): Resolved<Run> {
  const command = chain.at(-1);
  if (!command) throw new Error('no command');
  const path = chain.map(({ name }) => name).join(' ');
  try {
    const parsed = parse();
    refuseAbsent(parsed.flags, path);
    return { ...parsed, command, chain: [...chain], path };
  } catch (error) {
    throw error instanceof FlagError ? new CommandFlagError(error, [...chain]) : error;
  }
}

/** Where the first argument stands that is neither a flag nor a flag's value; -1 for none. cobra stripFlags. */
function firstPositional(args: readonly string[], flags: readonly FlagSpec[]): number {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return -1;
    if (!arg.startsWith('-') || arg === '-') return at;
    if (!arg.includes('=') && takesNext(arg, flags)) at++;
  }
  return -1;
}

function takesNext(arg: string, flags: readonly FlagSpec[]): boolean {
  const spec = arg.startsWith('--') ? flags.find((flag) => flag.name === arg.slice(2)) : flags.find((flag) => flag.short === arg[1]);
  if (!arg.startsWith('--') && arg.length > 2) return false;
  if (arg === '--help' || arg === '-h') return false;
  return !(spec?.type === 'bool' || spec?.type === 'count' || spec?.noOptDefault !== undefined);
}

/** Names that are at most two edits away, or begin with what was typed: cobra SuggestionsFor. */
export const suggestionsFor = (typed: string, commands: readonly Command[]): string[] =>
  commands
    .filter((command) => !command.hidden && !command.deprecated)
    .filter(({ name }) => distance(typed.toLowerCase(), name.toLowerCase()) <= 2 || name.toLowerCase().startsWith(typed.toLowerCase()))
    .map(({ name }) => name);

/** The Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(a[i - 1] === b[j - 1] ? (row[j - 1] ?? 0) : 1 + Math.min(row[j] ?? 0, next[j - 1] ?? 0, row[j - 1] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
