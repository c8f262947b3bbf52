/** set, shopt, alias, unalias, ulimit, times, enable. */

import type { ExitCode } from '../../linux/program.ts';
import { resources, rlimitOf, setRlimit, unsimulated } from '../../linux/rlimits.ts';
import type { Routine } from '../../sim/routine.ts';
import { functionText } from '../function-text.ts';
import { optionOfLetter } from '../invocation.ts';
import { quoteIfNeeded, quoteSingle } from '../quote.ts';
import type { Builtin, Shell } from '../shell.ts';
import { arrayText } from '../transform.ts';
import { checkDashOption, dashOption, illegal, listDashOptions } from './dash.ts';
import { fail, invalidOption, readOptions } from './usage.ts';

const optionNames = [
  ...new Set([...Object.values(optionOfLetter), 'emacs', 'history', 'ignoreeof', 'interactive-comments', 'nolog', 'pipefail', 'posix', 'vi']),
].sort();

function* set(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (args.length === 0) return yield* listVariables(shell);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      shell.positional = args.slice(i + 1);
      return 0;
    }
    if (arg === '-') {
      turn(shell, 'xtrace', false);
      turn(shell, 'verbose', false);
      if (i + 1 < args.length) shell.positional = args.slice(i + 1);
      return 0;
    }
    if (!/^[-+]/.test(arg) || arg === '+') {
      shell.positional = args.slice(i);
      return 0;
    }
    const on = arg[0] === '-';
    const dash = shell.flavor === 'dash';
    for (const letter of arg.slice(1)) {
      const option = dash ? dashOption(letter, optionOfLetter[letter]) : optionOfLetter[letter];
      if (letter === 'o') {
        const name = args[i + 1];
        if (name === undefined || /^[-+]/.test(name)) {
          yield* dash ? listDashOptions(shell, on) : listOptions(shell, on);
          continue;
        }
        i++;
        if (dash) checkDashOption(name);
        else if (!optionNames.includes(name)) return yield* fail(shell, 'set', `${name}: invalid option name`);
        turn(shell, name, on);
      } else if (option) turn(shell, option, on);
      else if (dash) illegal(`${arg[0]}${letter}`);
      else return yield* invalidOption(shell, 'set', `${arg[0]}${letter}`, 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]');
    }
  }
  return 0;
}

function turn(shell: Shell, name: string, on: boolean): void {
  if (on) shell.options.add(name);
  else shell.options.delete(name);
}

function* listOptions(shell: Shell, table: boolean): Routine {
  for (const name of optionNames) {
    const on = shell.options.has(name);
    yield* shell.process.print(table ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${name}\n`);
  }
}

function* listVariables(shell: Shell): Routine<ExitCode> {
  for (const name of shell.variables.names()) {
    const value = shell.variables.value(name);
    if (value !== undefined) yield* shell.process.print(`${name}=${typeof value === 'string' ? quoteForSet(value) : arrayText(value)}\n`);
  }
  for (const [name, found] of [...shell.functions].sort(([a], [b]) => (a < b ? -1 : 1))) yield* shell.process.print(functionText(name, found));
  return 0;
}

const quoteForSet = (text: string): string => (text === '' ? '' : quoteIfNeeded(text));

const shoptNames = [
  ...['autocd', 'assoc_expand_once', 'cdable_vars', 'cdspell', 'checkhash', 'checkjobs', 'checkwinsize', 'cmdhist', 'complete_fullquote', 'direxpand'],
  ...['dirspell', 'dotglob', 'execfail', 'expand_aliases', 'extdebug', 'extglob', 'extquote', 'failglob', 'force_fignore', 'globasciiranges', 'globskipdots'],
  ...['globstar', 'gnu_errfmt', 'histappend', 'histreedit', 'histverify', 'hostcomplete', 'huponexit', 'inherit_errexit', 'interactive_comments', 'lastpipe'],
  ...[
    'lithist',
    'localvar_inherit',
    'localvar_unset',
    'login_shell',
    'mailwarn',
    'no_empty_cmd_completion',
    'nocaseglob',
    'nocasematch',
    'noexpand_translation',
  ],
  ...[
    'nullglob',
    'patsub_replacement',
    'progcomp',
    'progcomp_alias',
    'promptvars',
    'restricted_shell',
    'shift_verbose',
    'sourcepath',
    'varredir_close',
    'xpg_echo',
  ],
];

function* shopt(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'suqpo');
  if (invalid) return yield* invalidOption(shell, 'shopt', invalid, 'shopt [-pqsu] [-o] [optname ...]');
  const names = options.has('o') ? optionNames : shoptNames;
  const live = options.has('o') ? shell.options : shell.shopt;
  const change = options.has('s') || options.has('u');
  let status = 0;
  for (const name of rest) {
    if (!names.includes(name)) {
      status = yield* fail(shell, 'shopt', `${name}: invalid ${options.has('o') ? '' : 'shell '}option name`);
      continue;
    }
    if (options.has('s')) live.add(name);
    else if (options.has('u')) live.delete(name);
    else if (!live.has(name)) status = 1;
  }
  if (change && rest.length > 0) return status;
  if (options.has('q')) return status;
  const shown = rest.length > 0 ? rest.filter((name) => names.includes(name)) : names;
  for (const name of shown) {
    const on = live.has(name);
    if (change && on !== options.has('s')) continue;
    yield* shell.process.print(options.has('p') ? `shopt -${on ? 's' : 'u'} ${name}\n` : `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n`);
  }
  return status;
}

function* alias(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const operands = args.filter((arg) => arg !== '-p' && arg !== '--');
  if (operands.length === 0) {
    for (const name of [...shell.aliases.keys()].sort()) yield* shell.process.print(`${aliasText(shell, name)}\n`);
    return 0;
  }
  let status = 0;
  for (const operand of operands) {
    const at = operand.indexOf('=');
    if (at > 0) shell.aliases.set(operand.slice(0, at), operand.slice(at + 1));
    else if (shell.aliases.has(operand)) yield* shell.process.print(`${aliasText(shell, operand)}\n`);
    else status = yield* fail(shell, 'alias', `${operand}: not found`);
  }
  return status;
}

const aliasText = (shell: Shell, name: string): string => `${shell.flavor === 'bash' ? 'alias ' : ''}${name}=${quoteSingle(shell.aliases.get(name) ?? '')}`;

function* unalias(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  if (args.length === 0) {
    yield* shell.process.printError('unalias: usage: unalias [-a] name [name ...]\n');
    return 2;
  }
  let status = 0;
  for (const name of args) {
    if (name === '-a') shell.aliases.clear();
    else if (!shell.aliases.delete(name)) status = yield* fail(shell, 'unalias', `${name}: not found`);
  }
  return status;
}

/** name, unit, letter: in the order of -a. Those of one letter that the kernel has no limit for are bash's own. */
const limits: readonly (readonly [string, string, string])[] = [
  ['real-time non-blocking time', 'microseconds, ', 'R'],
  ['core file size', 'blocks, ', 'c'],
  ['data seg size', 'kbytes, ', 'd'],
  ['scheduling priority', '', 'e'],
  ['file size', 'blocks, ', 'f'],
  ['pending signals', '', 'i'],
  ['max locked memory', 'kbytes, ', 'l'],
  ['max memory size', 'kbytes, ', 'm'],
  ['open files', '', 'n'],
  ['pipe size', '512 bytes, ', 'p'],
  ['POSIX message queues', 'bytes, ', 'q'],
  ['real-time priority', '', 'r'],
  ['stack size', 'kbytes, ', 's'],
  ['cpu time', 'seconds, ', 't'],
  ['max user processes', '', 'u'],
  ['virtual memory', 'kbytes, ', 'v'],
  ['file locks', '', 'x'],
];

const nameOf = (letter: string): string => resources.find((each) => each[1] === letter)?.[0] ?? '';
const unitOf = (letter: string): number => ('cf'.includes(letter) ? 512 : 'dlmsv'.includes(letter) ? 1024 : 1);

/** In the unit of the letter. */
function limitOf(shell: Shell, letter: string, hard: boolean): string {
  if (letter === 'p') return '8';
  const value = rlimitOf(shell.process, nameOf(letter))[hard ? 'hard' : 'soft'];
  return value < 0 ? 'unlimited' : String(Math.floor(value / unitOf(letter)));
}

function* ulimit(shell: Shell, args: readonly string[]): Routine<ExitCode> {
  const { options, rest, invalid } = readOptions(args, 'SHaRcdefilmnpqrstuvx');
  if (invalid) return yield* invalidOption(shell, 'ulimit', invalid, 'ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]');
  if (options.has('a')) {
    for (const [name, unit, letter] of limits)
      yield* shell.process.print(`${name.padEnd(28)}${`(${unit}-${letter})`.padStart(16 - 4)} ${limitOf(shell, letter, options.has('H'))}\n`);
    return 0;
  }
  const letter = [...options.keys()].find((key) => key !== 'S' && key !== 'H') ?? 'f';
  if (rest[0] !== undefined) return yield* lower(shell, letter, rest[0], options);
  yield* shell.process.print(`${limitOf(shell, letter, options.has('H'))}\n`);
  return 0;
}

/** Both limits, unless -S or -H says which. */
function* lower(shell: Shell, letter: string, word: string, options: ReadonlyMap<string, unknown>): Routine<ExitCode> {
  const name = nameOf(letter);
  const { soft, hard } = rlimitOf(shell.process, name);
  const value = word === 'unlimited' ? -1 : word === 'hard' ? hard : word === 'soft' ? soft : /^\d+$/.test(word) ? Number(word) * unitOf(letter) : undefined;
  if (value === undefined) return yield* failed(shell, { bash: `${word}: invalid number`, dash: 'bad number', ash: `invalid number '${word}'` });
  if (unsimulated.has(name) || name === '') {
    yield* shell.process.printError(`k8s-lab: changing the limit -${letter} is not simulated\n`);
    return 70;
  }
  const both = options.has('S') === options.has('H');
  const wanted = { soft: both || options.has('S') ? value : soft, hard: both || options.has('H') ? value : hard };
  const refused = setRlimit(shell.process, name, wanted, shell.process);
  if (!refused) return 0;
  const why = refused === 'EPERM' ? 'Operation not permitted' : 'Invalid argument';
  const label = limits.find((each) => each[2] === letter)?.[0] ?? '';
  return yield* failed(shell, { bash: `${label}: cannot modify limit: ${why}`, dash: `error setting limit (${why})`, ash: `error setting limit: ${why}` });
}

/** busybox does not name the builtin. */
function* failed(shell: Shell, words: Readonly<Record<Shell['flavor'], string>>): Routine<ExitCode> {
  yield* shell.complain(`${shell.flavor === 'ash' ? '' : 'ulimit: '}${words[shell.flavor]}`);
  return 1;
}

function* times(shell: Shell): Routine<ExitCode> {
  const shown = (micros: number): string => `${Math.floor(micros / 60_000_000)}m${((micros / 1_000_000) % 60).toFixed(3)}s`;
  yield* shell.process.print(`${shown(shell.process.cpuMicros)} ${shown(0)}\n${shown(0)} ${shown(0)}\n`);
  return 0;
}

/** What adjusts the shell. */
export const optionBuiltins: Readonly<Record<string, Builtin>> = { set, shopt, alias, unalias, ulimit, times };
