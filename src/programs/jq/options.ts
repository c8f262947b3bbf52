/** jq's command line. */

/** `program` is undefined with -f. */
export type JqOptions = {
  readonly program: string | undefined;
  readonly programFile: string | undefined;
  readonly files: readonly string[];
  readonly named: readonly { readonly kind: 'arg' | 'argjson' | 'slurpfile' | 'rawfile'; readonly name: string; readonly text: string }[];
  readonly positional: readonly { readonly json: boolean; readonly text: string }[];
  readonly nullInput: boolean;
  readonly raw: boolean;
  readonly slurp: boolean;
  readonly rawOutput: boolean;
  readonly rawOutput0: boolean;
  readonly join: boolean;
  readonly ascii: boolean;
  readonly sortKeys: boolean;
  readonly exitStatus: boolean;
  readonly unbuffered: boolean;
  readonly seq: boolean;
  /** undefined: as the terminal has it. */
  readonly color: boolean | undefined;
  readonly indent: string;
  readonly help: boolean;
  readonly version: boolean;
};

/** Wrong use; the message is whole. */
export class JqUsageError extends Error {}

const hint = 'Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n';

const long: Readonly<Record<string, string>> = {
  'null-input': 'n',
  'raw-input': 'R',
  slurp: 's',
  'compact-output': 'c',
  'raw-output': 'r',
  'raw-output0': '0',
  'join-output': 'j',
  'ascii-output': 'a',
  'sort-keys': 'S',
  'color-output': 'C',
  'monochrome-output': 'M',
  tab: 't',
  'exit-status': 'e',
  unbuffered: 'u',
  seq: 'q',
  help: 'h',
  version: 'V',
};

type Named = JqOptions['named'][number];

/** Throws JqUsageError. */
export function readOptions(args: readonly string[]): JqOptions {
  const flags = new Set<string>();
  const words: string[] = [];
  const named: Named[] = [];
  const positional: { json: boolean; text: string }[] = [];
  let indent = '  ';
  let programFile: string | undefined;
  let rest: 'files' | 'args' | 'jsonargs' = 'files';
  let literal = false;
  const value = (i: number, name: string, count: number): string => {
    const text = args[i];
    if (text === undefined)
      throw new JqUsageError(
        `jq: --${name} takes ${count === 1 ? 'one parameter' : 'two parameters'} (e.g. --${name} ${count === 1 ? 'value' : 'varname value'})\n${hint}`,
      );
    return text;
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (literal || !arg.startsWith('-') || arg === '-') {
      if ((words.length === 0 && programFile === undefined) || rest === 'files') words.push(arg);
      else positional.push({ json: rest === 'jsonargs', text: arg });
    } else if (arg === '--') literal = true;
    else if (arg.startsWith('--')) {
      const name = arg.slice(2);
      if (name === 'arg' || name === 'argjson' || name === 'slurpfile' || name === 'rawfile')
        named.push({ kind: name, name: value(++i, name, 2), text: value(++i, name, 2) });
      else if (name === 'args' || name === 'jsonargs') rest = name;
      else if (name === 'indent') indent = ' '.repeat(checkIndent(value(++i, name, 1)));
      else if (name === 'from-file') programFile = value(++i, name, 1);
      else if (name in long) flags.add(long[name] as string);
      else throw new JqUsageError(`jq: Unknown option ${arg}\n${hint}`);
    } else
      for (const letter of arg.slice(1)) {
        if (letter === 'f') programFile = value(++i, 'from-file', 1);
        else if ('nRscrjaSCMehV'.includes(letter)) flags.add(letter);
        else throw new JqUsageError(`jq: Unknown option ${arg}\n${hint}`);
      }
  }
  if (flags.has('t')) indent = '\t';
  if (flags.has('c')) indent = '';
  const program = programFile === undefined ? words.shift() : undefined;
  return {
    program,
    programFile,
    files: words,
    named,
    positional,
    nullInput: flags.has('n'),
    raw: flags.has('R'),
    slurp: flags.has('s'),
    rawOutput: flags.has('r') || flags.has('j') || flags.has('0'),
    rawOutput0: flags.has('0'),
    join: flags.has('j'),
    ascii: flags.has('a'),
    sortKeys: flags.has('S'),
    exitStatus: flags.has('e'),
    unbuffered: flags.has('u'),
    seq: flags.has('q'),
    color: flags.has('M') ? false : flags.has('C') ? true : undefined,
    indent,
    help: flags.has('h'),
    version: flags.has('V'),
  };
}

function checkIndent(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < -1) throw new JqUsageError(`jq: Cannot indent less than zero\n${hint}`);
  if (count > 7) throw new JqUsageError(`jq: Cannot indent more than 7 characters\n${hint}`);
  return Math.max(0, count);
}
