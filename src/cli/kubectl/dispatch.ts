/** From a line of words to a command: spf13/cobra command.go. */
import type { Process } from '../../linux/process.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { type CommandEntry, childrenOf, nameOfCommand } from './command.ts';
import { describeError, ErrorList, KubectlError, notSimulated, usageError } from './errors.ts';
import { allFlags, deprecatedFlags, globalFlags } from './flag-table.ts';
import { type Flag, type ParsedArguments, parseArguments, parseFlagTable, takesValue } from './flags.ts';
import { helpText } from './help.ts';
import { Kubectl } from './kubectl.ts';
import { withPreferences } from './kuberc.ts';
import { matchVersions } from './match-versions.ts';
import { runPlugin } from './plugins.ts';
import { oldFlags } from './releases.ts';

/** Finds the command, reads its flags, runs it, and says what went wrong. */
export function* dispatch(commands: readonly CommandEntry[], words: readonly string[], process: Process): Routine<ExitCode> {
  try {
    return yield* runCommand(
      commands,
      withPreferences(commands, words, process, (call) => findCommand(commands, call)),
      process,
    );
  } catch (error) {
    const described = describeError(error);
    if (!described) throw error;
    if (error instanceof KubectlError) yield* process.print(error.help ? helpText(commands, findCommand(commands, words).path) : error.output);
    if (described.text !== '') yield* process.printError(described.text.endsWith('\n') ? described.text : `${described.text}\n`);
    // 1 would mean that something differs.
    return described.exitCode === 1 && findCommand(commands, words).path === 'diff' ? 2 : described.exitCode;
  }
}

function* runCommand(commands: readonly CommandEntry[], words: readonly string[], process: Process): Routine<ExitCode> {
  const { path, rest } = findCommand(commands, words);
  const command = commands.find((each) => each.path === path);
  if (path === '' && !builtIn.has(firstName(words) ?? '')) {
    const status = yield* runPlugin(words, process);
    if (status !== undefined) return status;
    // Cobra looks for the command before it reads flags.
    if (words[0]?.startsWith('-') === false) throw unknownCommand(commands, words[0]);
  }
  const parsed = parse(path, rest, process);
  if (path === '' && parsed.args[0] === 'help') return yield* help(commands, parsed.args.slice(1), process);
  if (command || path !== '' || parsed.args.length === 0 ? parsed.help || path === '' : false) {
    yield* process.print(helpText(commands, path));
    return 0;
  }
  if (!command) throw unknownCommand(commands, parsed.args[0] ?? '');
  const k = new Kubectl(process, path, parsed);
  if (!command.run) return yield* withoutRun(commands, k);
  for (const [name, text] of Object.entries(deprecatedFlags[path] ?? {}))
    if (parsed.flags.has(name)) yield* k.printError(`Flag --${name} has been deprecated, ${text}\n`);
  const missing = (command.required ?? []).filter((name) => !parsed.flags.has(name));
  if (missing.length > 0) throw new KubectlError(`required flag(s) ${missing.map((name) => `"${name}"`).join(', ')} not set`);
  if (parsed.flags.bool('match-server-version') && !local.has(path.split(' ')[0] ?? '')) yield* matchVersions(k);
  checkProfile(parsed.flags.text('profile'), path);
  const status = yield* runToEnd(k, command.run);
  if (k.flags.bool('warnings-as-errors') && k.warnings > 0) throw new KubectlError(`${k.warnings} warning${k.warnings === 1 ? '' : 's'} received`);
  return status;
}

/** --profile writes how Go spent its time, of which there is nothing here; `debug` has another flag of that name. */
function checkProfile(profile: string, path: string): void {
  if (profile === 'none' || profile === '' || path === 'debug') return;
  if (!['cpu', 'heap', 'goroutine', 'threadcreate', 'block', 'mutex'].includes(profile)) throw new KubectlError(`unknown profile '${profile}'`);
  throw notSimulated(`kubectl --profile=${profile}`);
}

/** Words that are no names of plugins. */
const builtIn: ReadonlySet<string> = new Set(['', 'help', '__complete']);

/** The first word that is no flag, nor the value of one. */
function firstName(words: readonly string[]): string | undefined {
  const at = words.findIndex((word, i) => !word.startsWith('-') && !(i > 0 && (words[i - 1] ?? '').startsWith('-') && needsNext('', words[i - 1] ?? '')));
  return words[at];
}

/** Commands that ask no server. */
const local: ReadonlySet<string> = new Set(['config', 'completion', 'kustomize', 'options', 'plugin', 'alpha', 'version']);

/** `kubectl help get` is `kubectl get --help`. */
function* help(commands: readonly CommandEntry[], topic: readonly string[], process: Process): Routine<ExitCode> {
  const { path, rest } = findCommand(commands, topic);
  if (rest.length === 0 || path !== '') yield* process.print(helpText(commands, path));
  else yield* process.printError(`Unknown help topic [${topic.map((word) => `\`${word}\``).join(' ')}]\n${helpText(commands, '')}`);
  return 0;
}

/** Runs the command; what could not be read of its input is said after everything else. */
function* runToEnd(k: Kubectl, run: NonNullable<CommandEntry['run']>): Routine<ExitCode> {
  const errors: unknown[] = [];
  let status: ExitCode = 0;
  try {
    status = (yield* run(k)) ?? 0;
  } catch (error) {
    // What is no error of kubectl's (a closed pipe, a bug) goes its own way.
    if (k.problems.length === 0 || !describeError(error)) throw error;
    errors.push(...(error instanceof ErrorList ? error.errors : [error]));
  }
  // apply reads everything before it sends anything.
  if (k.problems.length > 0) throw new ErrorList(k.path === 'apply' ? [...k.problems, ...errors] : [...errors, ...k.problems]);
  return status;
}

function* withoutRun(commands: readonly CommandEntry[], k: Kubectl): Routine<ExitCode> {
  if (k.args.length > 0 && k.path !== 'certificate' && k.path !== 'alpha') throw usageError(k.path, `unknown command "${k.args.join(' ')}"`);
  const text = helpText(commands, k.path);
  yield* helpAsError.has(k.path) ? k.printError(text) : k.print(text);
  return helpAsError.has(k.path) || k.path === 'rollout' ? 1 : 0;
}

/** Commands that want a sub-command show their help on stderr (kubectl/pkg/cmd/util DefaultSubCommandRun). */
const helpAsError: ReadonlySet<string> = new Set(['create secret', 'create service', 'set', 'auth', 'config', 'top', 'plugin']);

function parse(path: string, words: readonly string[], process: Process): ParsedArguments {
  try {
    return parseArguments(words, path === '' ? globalFlags() : flagsOf(path, process));
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw path === 'diff'
      ? usageError(path, error.message)
      : new KubectlError(`${error.message}\nSee '${path === '' ? 'kubectl' : `kubectl ${path}`} --help' for usage.`);
  }
}

function flagsOf(path: string, process: Process): readonly Flag[] {
  const [flags, more] = [allFlags(path), [...oldFlags(path, process), ...alphaFlags(path, process)]];
  return more.length > 0 ? [...flags, ...more] : flags;
}

/** What is there only when an environment variable asks for it. */
const alphaFlags = (path: string, { env }: Process): readonly Flag[] =>
  path === 'apply' && env['KUBECTL_APPLYSET'] === 'true' ? parseFlagTable('applyset:string') : [];

/** Walks down the table; flags may stand between a command and its sub-command. */
export function findCommand(commands: readonly CommandEntry[], words: readonly string[]): { readonly path: string; readonly rest: readonly string[] } {
  let path = '';
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') return { path, rest: [...rest, ...words.slice(i)] };
    if (word.startsWith('-') && word !== '-') {
      rest.push(word);
      if (needsNext(path, word) && i + 1 < words.length) rest.push(words[++i] as string);
      continue;
    }
    const child = childrenOf(commands, path).find((each) => nameOfCommand(each) === word || each.aliases?.includes(word));
    if (!child) return { path, rest: [...rest, ...words.slice(i)] };
    path = child.path;
  }
  return { path, rest };
}

function needsNext(path: string, word: string): boolean {
  if (word.includes('=')) return false;
  const flags = path === '' ? globalFlags() : allFlags(path);
  const byName = (name: string): Flag | undefined => flags.find((flag) => flag.name === name);
  if (word.startsWith('--')) {
    const flag = byName(word.slice(2));
    return flag !== undefined && takesValue(flag);
  }
  const flag = word.length === 2 ? flags.find((each) => each.short === word[1]) : undefined;
  return flag !== undefined && takesValue(flag);
}

function unknownCommand(commands: readonly CommandEntry[], word: string): KubectlError {
  const similar = childrenOf(commands, '')
    .filter((each) => !each.hidden)
    .map((each) => each.path)
    .filter((name) => distance(word.toLowerCase(), name.toLowerCase()) <= 2 || name.toLowerCase().startsWith(word.toLowerCase()));
  const hint = similar.length === 0 ? '' : `\n\nDid you mean this?\n${similar.map((name) => `\t${name}`).join('\n')}`;
  return new KubectlError(`unknown command "${word}" for "kubectl"${hint}`);
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] as number;
}
