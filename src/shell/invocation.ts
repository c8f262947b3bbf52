/** The command line of a shell. */

/** What `bash …` asks for. */
export type Invocation = {
  readonly name: string;
  readonly login: boolean;
  readonly interactive: boolean;
  readonly command: string | undefined;
  readonly script: string | undefined;
  readonly args: readonly string[];
  readonly options: readonly (readonly [string, boolean])[];
  readonly shopt: readonly (readonly [string, boolean])[];
  readonly noProfile: boolean;
  readonly noRc: boolean;
  readonly rcFile: string | undefined;
  readonly problem: string | undefined;
};

/** `set -e` and its like, by letter. */
export const optionOfLetter: Readonly<Record<string, string>> = {
  a: 'allexport',
  b: 'notify',
  B: 'braceexpand',
  C: 'noclobber',
  e: 'errexit',
  E: 'errtrace',
  f: 'noglob',
  h: 'hashall',
  H: 'histexpand',
  k: 'keyword',
  m: 'monitor',
  n: 'noexec',
  p: 'privileged',
  P: 'physical',
  t: 'onecmd',
  T: 'functrace',
  u: 'nounset',
  v: 'verbose',
  x: 'xtrace',
};

type Draft = { -readonly [key in keyof Invocation]: Invocation[key] } & { options: [string, boolean][]; shopt: [string, boolean][] };

/** Reads argv; `problem` is what is wrong with it. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const called = argv[0] ?? 'bash';
  const draft: Draft = {
    name: called.slice(called.lastIndexOf('/') + 1).replace(/^-/, ''),
    login: called.startsWith('-'),
    interactive: false,
    command: undefined,
    script: undefined,
    args: [],
    options: [],
    shopt: [],
    noProfile: false,
    noRc: false,
    rcFile: undefined,
    problem: undefined,
  };
  const rest = readOptions(draft, argv.slice(1));
  if (draft.problem !== undefined) return draft;
  if (draft.command !== undefined) {
    if (rest.length === 0) return { ...draft, problem: '-c: option requires an argument' };
    return { ...draft, command: rest[0], script: rest[1], args: rest.slice(2) };
  }
  const stdin = draft.options.some(([name]) => name === 'stdin');
  return stdin ? { ...draft, args: rest } : { ...draft, script: rest[0], args: rest.slice(1) };
}

function readOptions(draft: Draft, args: readonly string[]): readonly string[] {
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--' || arg === '-') return args.slice(i + 1);
    if (arg.startsWith('--')) i += longOption(draft, arg, args[i + 1]);
    else if (/^[-+]./.test(arg)) i += shortOptions(draft, arg, args[i + 1]);
    else break;
  }
  return args.slice(i);
}

/** How many further arguments were taken. */
function longOption(draft: Draft, arg: string, next: string | undefined): number {
  if (arg === '--login') draft.login = true;
  else if (arg === '--noprofile') draft.noProfile = true;
  else if (arg === '--norc') draft.noRc = true;
  else if (arg === '--posix') draft.options.push(['posix', true]);
  else if (arg === '--rcfile' || arg === '--init-file') {
    draft.rcFile = next;
    return 1;
  } else draft.problem = `${arg}: invalid option`;
  return 0;
}

function shortOptions(draft: Draft, arg: string, next: string | undefined): number {
  const on = arg[0] === '-';
  let taken = 0;
  for (const letter of arg.slice(1)) {
    if (letter === 'c') draft.command = '';
    else if (letter === 'i') draft.interactive = true;
    else if (letter === 'l') draft.login = true;
    else if (letter === 's') draft.options.push(['stdin', true]);
    else if (letter === 'o' || letter === 'O') {
      (letter === 'o' ? draft.options : draft.shopt).push([next ?? '', on]);
      taken = 1;
    } else if (optionOfLetter[letter]) draft.options.push([optionOfLetter[letter], on]);
    else draft.problem = `${arg.slice(0, 1)}${letter}: invalid option`;
  }
  return taken;
}

/** What bash prints after a long option it does not know. */
export const usageText = `Usage:\tbash [GNU long option] [option] ...
\tbash [GNU long option] [option] script-file ...
GNU long options:
${['debug', 'debugger', 'dump-po-strings', 'dump-strings', 'help', 'init-file', 'login', 'noediting', 'noprofile', 'norc', 'posix', 'pretty-print', 'rcfile', 'restricted', 'verbose', 'version'].map((name) => `\t--${name}\n`).join('')}Shell options:
\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)
\t-abefhkmnptuvxBCEHPT or -o option
`;
