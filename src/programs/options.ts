/** Options as getopt_long reads them: short and long, joined and apart, abbreviated, with GNU's complaints. */

/**
 * One option: `n,lines=NUM` takes an argument, `color[=WHEN]` may have one (long: after `=`, short: joined), `q,quiet,silent` has none.
 * The first name is the key under which a program finds it. The second string explains it in `--help`.
 */
export type OptionLine = readonly [names: string, help: string];

type OptionRules = {
  readonly options: readonly OptionLine[];
  /** The first operand ends the options (env, xargs, nohup …). */
  readonly inOrder?: boolean;
  /** `-5` means the option with this key and the value 5 (head, tail, grep -5). */
  readonly digits?: string;
  /** `-1` and `-.5` are operands (seq). */
  readonly negativeOperands?: boolean;
};

/** `key` is the option's first name, however it was written. */
export type GivenOption = { readonly key: string; readonly value: string | undefined };

type ParsedOptions = { readonly given: readonly GivenOption[]; readonly operands: readonly string[] };

/** What getopt says on stderr, without the program's name. */
export class OptionError extends Error {}

type Known = { readonly key: string; readonly argument: 'none' | 'required' | 'optional' };

/** Sorts out a program's command lines. What it gives throws OptionError. */
export function optionParser(rules: OptionRules): (args: readonly string[]) => ParsedOptions {
  // Read when the first option comes, and once for all runs of the program.
  let read: ReadonlyMap<string, Known> | undefined;
  const table = (): ReadonlyMap<string, Known> => {
    read ??= readTable(rules.options);
    return read;
  };
  return (args) => parseOptions(rules, table, args);
}

function parseOptions(rules: OptionRules, table: () => ReadonlyMap<string, Known>, args: readonly string[]): ParsedOptions {
  const given: GivenOption[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-') || (rules.negativeOperands && /^-\.?\d/.test(arg))) {
      operands.push(arg);
      if (!rules.inOrder) continue;
      operands.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) i += readLong(table(), arg, args[i + 1], given);
    else i += readShort(table(), rules, arg, args[i + 1], given);
  }
  return { given, operands };
}

function readTable(options: readonly OptionLine[]): Map<string, Known> {
  const table = new Map<string, Known>();
  for (const [line] of options) {
    const names = line.replace(/\[?=.*$/, '').split(',');
    const argument = line.includes('[=') ? 'optional' : line.includes('=') ? 'required' : 'none';
    for (const name of names) table.set(name, { key: names[0] as string, argument });
  }
  if (!table.has('help')) table.set('help', { key: 'help', argument: 'none' });
  if (!table.has('version')) table.set('version', { key: 'version', argument: 'none' });
  return table;
}

/** Gives how many further arguments were used. */
function readLong(table: ReadonlyMap<string, Known>, arg: string, next: string | undefined, given: GivenOption[]): number {
  const equals = arg.indexOf('=');
  const asked = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  const name = findLong(table, asked, arg);
  const known = table.get(name) as Known;
  if (known.argument === 'none') {
    if (value !== undefined) throw new OptionError(`option '--${name}' doesn't allow an argument`);
    given.push({ key: known.key, value: undefined });
    return 0;
  }
  if (known.argument === 'optional' || value !== undefined) {
    given.push({ key: known.key, value });
    return 0;
  }
  if (next === undefined) throw new OptionError(`option '--${name}' requires an argument`);
  given.push({ key: known.key, value: next });
  return 1;
}

function findLong(table: ReadonlyMap<string, Known>, asked: string, arg: string): string {
  if (asked.length > 1 && table.has(asked)) return asked;
  const candidates = [...table.keys()].filter((name) => name.length > 1 && name.startsWith(asked));
  const meanings = new Set(candidates.map((name) => table.get(name)?.key));
  if (candidates.length === 0) throw new OptionError(`unrecognized option '${arg.split('=')[0]}'`);
  if (meanings.size > 1) throw new OptionError(`option '${arg}' is ambiguous; possibilities:${candidates.map((name) => ` '--${name}'`).join('')}`);
  return candidates[0] as string;
}

function readShort(table: ReadonlyMap<string, Known>, rules: OptionRules, arg: string, next: string | undefined, given: GivenOption[]): number {
  if (rules.digits && /^-\d+/.test(arg)) {
    const digits = /^-(\d+)/.exec(arg)?.[1] ?? '';
    given.push({ key: rules.digits, value: digits });
    const rest = arg.slice(1 + digits.length);
    return rest === '' ? 0 : readShort(table, rules, `-${rest}`, next, given);
  }
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] as string;
    const known = table.get(letter);
    if (!known) throw new OptionError(`invalid option -- '${letter}'`);
    const rest = arg.slice(at + 1);
    if (known.argument === 'none') given.push({ key: known.key, value: undefined });
    else if (rest !== '') {
      given.push({ key: known.key, value: rest });
      return 0;
    } else if (known.argument === 'optional') given.push({ key: known.key, value: undefined });
    else {
      if (next === undefined) throw new OptionError(`option requires an argument -- '${letter}'`);
      given.push({ key: known.key, value: next });
      return 1;
    }
  }
  return 0;
}

/** The lines of `--help` about options. */
export function describeOptions(options: readonly OptionLine[]): string {
  return options
    .filter(([, help]) => help !== '')
    .map(([line, help]) => {
      const [, names = '', argument = ''] = /^([^=[]*)(.*)$/.exec(line) ?? [];
      const shown = names.split(',').map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
      const indent = (shown[0]?.length ?? 0) > 2 ? '      ' : '  ';
      const left = `${indent}${shown.join(', ')}${shown.some((name) => name.startsWith('--')) ? argument : argument.replace('=', ' ')}`;
      return left.length < 29 ? `${left.padEnd(29)} ${help}\n` : `${left}\n${' '.repeat(30)}${help}\n`;
    })
    .join('');
}
