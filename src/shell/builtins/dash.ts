/** Builtins whose command line dash 0.5.12 reads in a way of its own: kill (src/jobs.c), set -o (src/options.c). */
import type { ExitCode } from '../../linux/program.ts';
import { parseSignal, type SignalName, signalNumbers } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { ShellError } from '../flow.ts';
import type { Shell } from '../shell.ts';
import { signalOfStatus } from '../traps.ts';
import { fail } from './usage.ts';

const usage = 'Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]';

/** What a call of kill asks for: a signal to processes, or a status to end with. */
type Killing = { readonly signal: SignalName | '0'; readonly targets: readonly string[] };

/** Reads the arguments of kill; what is to be said at once is said, and gives the status. */
export function* dashKill(shell: Shell, args: readonly string[]): Routine<Killing | ExitCode> {
  const say = (message: string): Routine<ExitCode> => fail(shell, 'kill', message, 2);
  const [first = '', second] = args;
  if (args.length === 0) return yield* say(usage);
  if (first === '-l') return yield* list(shell, second);
  const bare = /^-[^-]/.test(first) ? signalOf(first.slice(1)) : undefined;
  if (bare !== undefined) return args.length === 1 ? yield* say(usage) : { signal: bare, targets: withoutEnd(args.slice(1)) };
  if (!first.startsWith('-') || first === '--') return { signal: 'SIGTERM', targets: withoutEnd(args) };
  if (first[1] !== 's') return yield* say(`Illegal option -${first[1] ?? ''}`);
  const named = first.length > 2 ? first.slice(2) : second;
  if (named === undefined) return yield* say('No arg for -s option');
  const signal = signalOf(named);
  if (signal === undefined) return yield* say(`invalid signal number or name: ${named}`);
  const targets = withoutEnd(args.slice(first.length > 2 ? 1 : 2));
  return targets.length === 0 ? yield* say(usage) : { signal, targets };
}

const withoutEnd = (args: readonly string[]): readonly string[] => (args[0] === '--' ? args.slice(1) : args);

/** Names stand without SIG. */
const signalOf = (text: string): SignalName | '0' | undefined => (text === '0' ? '0' : /^sig/i.test(text) ? undefined : parseSignal(text));

function* list(shell: Shell, status: string | undefined): Routine<ExitCode> {
  if (status === undefined) {
    yield* shell.process.print(
      `0\n${Object.keys(signalNumbers)
        .map((name) => `${name.slice(3)}\n`)
        .join('')}`,
    );
    return 0;
  }
  if (!/^\d+$/.test(status)) return yield* fail(shell, 'kill', `Illegal number: ${status}`, 2);
  const name = signalOfStatus(Number(status));
  if (!name) return yield* fail(shell, 'kill', `invalid signal number or exit status: ${status}`, 2);
  yield* shell.process.print(`${name.slice(3)}\n`);
  return 0;
}

/** In dash's order. */
const options =
  'errexit noglob ignoreeof interactive monitor noexec stdin xtrace verbose vi emacs noclobber allexport notify nounset privileged nolog debug'.split(' ');
const letters: Readonly<Record<string, string>> = { I: 'ignoreeof', i: 'interactive', s: 'stdin', V: 'vi', E: 'emacs' };

/** The option behind a letter, given what bash has under it. */
export const dashOption = (letter: string, ofBash: string | undefined): string | undefined =>
  letters[letter] ?? (ofBash !== undefined && options.includes(ofBash) ? ofBash : undefined);

/** `set -o NAME`. */
export function checkDashOption(name: string): void {
  if (!options.includes(name)) illegal(`-o ${name}`);
}

/** What ends a script: `set` is a special builtin. */
export function illegal(option: string): never {
  throw new ShellError(`set: Illegal option ${option}`, { fatal: true, status: 2 });
}

/** `set -o` and `set +o`. */
export function* listDashOptions(shell: Shell, table: boolean): Routine {
  const on = (name: string): boolean => shell.options.has(name) || (name === 'interactive' && shell.interactive);
  const lines = options.map((name) => (table ? `${name.padEnd(16)}${on(name) ? 'on' : 'off'}\n` : `set ${on(name) ? '-' : '+'}o ${name}\n`));
  yield* shell.process.print(`${table ? 'Current option settings\n' : ''}${lines.join('')}`);
}
