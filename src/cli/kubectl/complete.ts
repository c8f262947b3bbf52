/** `kubectl __complete` and Tab behind kubectl: spf13/cobra completions.go, kubernetes kubectl/pkg/cmd/plugin/plugin_completion.go. */
import { Sink } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { type CommandEntry, childrenOf, nameOfCommand } from './command.ts';
import { type Candidate, type Choice, directives, valuesOfArgument, valuesOfFlag } from './complete-values.ts';
import { findCommand } from './dispatch.ts';
import { describeError, KubectlError } from './errors.ts';
import { deprecatedFlags, globalFlags, ownFlags } from './flag-table.ts';
import { flagUsage } from './flag-usage.ts';
import { type Flag, type ParsedArguments, parseArguments, takesValue } from './flags.ts';
import { Kubectl } from './kubectl.ts';
import { pluginNames } from './plugins.ts';

/** What there is to choose from; `problem` goes to stderr. */
type Completion = Choice & { readonly problem?: string };

/** The names that ask for candidates instead of running anything. */
export const isCompletionRequest = (word: string | undefined): boolean => word === '__complete' || word === '__completeNoDesc';

/** `kubectl __complete get pods ''`: candidates, the directive, and on stderr what it means. */
export function* completionRequest(commands: readonly CommandEntry[], argv: readonly string[], process: Process): Routine<ExitCode> {
  const [request, ...words] = argv;
  if (words.length === 0) {
    yield* process.printError('error: requires at least 1 arg(s), only received 0\n');
    return 1;
  }
  const { candidates, directive, problem } = yield* complete(commands, words, process);
  if (problem !== undefined) yield* process.printError(`[Debug] [Error] ${problem}\n`);
  const plain = request === '__completeNoDesc' || /^(0|f|false)$/i.test(process.env['KUBECTL_COMPLETION_DESCRIPTIONS'] ?? '');
  const lines = candidates.map(({ name, about = '' }) => (plain || about === '' ? name : `${name}\t${about}`));
  yield* process.print([...lines, `:${directive}\n`].join('\n'));
  const said = Object.entries(directives).flatMap(([name, bit]) => ((directive & bit) === 0 ? [] : [`ShellCompDirective${name}`]));
  // `options` has its own standard error: the output.
  yield* (words[0] === 'options' ? process.stdout : process.stderr).write(
    `Completion ended with directive: ${said.join(', ') || 'ShellCompDirectiveDefault'}\n`,
  );
  return 0;
}

/** Candidates for the last of the words behind `kubectl`; undefined where file names are up to the shell. Nothing is written, and no time passes. */
export function completeAtOnce(commands: readonly CommandEntry[], words: readonly string[], process: Process): string[] | undefined {
  const nowhere = new Sink(() => undefined);
  const quiet: Process = Object.create(process, { fds: { value: new Map([0, 1, 2].map((fd) => [fd, nowhere] as const)) } });
  const asking = complete(commands, words, quiet);
  // Bounded: who does not answer at once offers nothing.
  for (let step = 0; step < 200; step++) {
    const { done, value } = asking.next();
    if (!done) continue;
    const names = value.candidates.map(({ name }) => name).sort();
    const files = (value.directive & directives.FilterFileExt) !== 0 || (names.length === 0 && (value.directive & directives.NoFileComp) === 0);
    return files ? undefined : names;
  }
  return undefined;
}

function* complete(commands: readonly CommandEntry[], words: readonly string[], process: Process): Routine<Completion> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  const [first] = before;
  const ofPlugin = first !== undefined && !first.startsWith('-') && !rootNames(commands).includes(first);
  if (ofPlugin) yield* process.printError('[Debug] Cleared global flags for plugin completion\n');
  const { path, rest } = findCommand(commands, before);
  const stray = path === '' ? strayWord(rest) : undefined;
  if (stray === 'help' && !typed.startsWith('-')) return topics(commands, before.slice(before.indexOf('help') + 1), typed);
  if (stray !== undefined && ofPlugin && pluginNames(process).includes(stray)) return { candidates: [], directive: 0 };
  if (stray !== undefined && stray !== 'help') return failed(`unable to find a command for arguments: [${before.join(' ')}]`);
  return yield* completeIn({ commands, path: stray ?? path, plugins: before.length === 0 ? pluginNames(process) : [], process }, rest, typed);
}

const failed = (problem: string): Completion => ({ candidates: [], directive: 0, problem });

const rootNames = (commands: readonly CommandEntry[]): string[] => [...childrenOf(commands, '').map(nameOfCommand), 'help'];

/** A word behind the root command that is no flag's value. */
function strayWord(words: readonly string[]): string | undefined {
  return words.find((word, i) => {
    const previous = words[i - 1] ?? '';
    const flag = previous.includes('=') ? undefined : flagOf(globalFlags(), previous);
    return !word.startsWith('-') && !(flag && takesValue(flag));
  });
}

/** Behind `help`. */
function topics(commands: readonly CommandEntry[], words: readonly string[], typed: string): Completion {
  const { path, rest } = findCommand(commands, words);
  const candidates = rest.length > 0 ? [] : subcommands({ commands, path, plugins: [] }, typed);
  return { candidates, directive: directives.NoFileComp };
}

type Place = { readonly commands: readonly CommandEntry[]; readonly path: string; readonly plugins: readonly string[] };

function* completeIn(place: Place & { readonly process: Process }, rest: readonly string[], typed: string): Routine<Completion> {
  const own = ownFlags(place.path);
  const flags = [...own, ...globalFlags().filter(({ name }) => !own.some((flag) => flag.name === name))];
  const question = flagInQuestion(flags, rest, typed);
  let parsed: ParsedArguments;
  try {
    parsed = parseArguments(question.rest, flags);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return failed(`Error while parsing flags from args [${question.rest.join(' ')}]: ${error.message}`);
  }
  const beforeDash = parsed.dash < 0;
  if (question.unknown !== undefined && beforeDash)
    return failed(`Subcommand '${place.path.split(' ').at(-1) || 'kubectl'}' does not support flag '${question.unknown}'`);
  if (parsed.help || question.rest.some((word) => word.startsWith('--help='))) return { candidates: [], directive: directives.NoFileComp };
  const flag = beforeDash ? question.flag : undefined;
  const { word } = question;
  if (flag?.name === 'filename') return { candidates: ['json', 'yaml', 'yml'].map((name) => ({ name })), directive: directives.FilterFileExt };
  if (!question.flag && word.startsWith('-') && !word.includes('=') && beforeDash)
    return { candidates: flagNames(place, own, parsed, word), directive: directives.NoFileComp };
  const named = question.flag ? { candidates: [], directive: 0 } : commandsAndFlags(place, own, parsed, word);
  const values = yield* valuesFor(place, parsed, flag, word);
  return { candidates: [...named.candidates, ...(values?.candidates ?? [])], directive: values?.directive ?? named.directive };
}

/** What the server, the kubeconfig or a table has to offer; nothing from a server that does not answer. */
function* valuesFor(place: Place & { readonly process: Process }, parsed: ParsedArguments, flag: Flag | undefined, word: string): Routine<Choice | undefined> {
  const k = new Kubectl(place.process, '', { ...parsed, args: [], flags: parsed.flags.without(ownFlags(place.path)) });
  try {
    return yield* flag ? valuesOfFlag(k, place.path, flag.name, parsed.args, word) : valuesOfArgument(k, place.path, parsed.args, word);
  } catch (error) {
    if (describeError(error) === undefined) throw error;
    return { candidates: [], directive: directives.NoFileComp };
  }
}

/** Sub-commands where one may stand, and flags that must be given. */
function commandsAndFlags(place: Place, own: readonly Flag[], parsed: ParsedArguments, word: string): Choice {
  const may = parsed.args.length === 0 && !own.some(({ name }) => parsed.flags.has(name));
  const children = may && (place.path === '' || childrenOf(place.commands, place.path).some(({ hidden }) => !hidden));
  const candidates = [...(children ? subcommands(place, word) : []), ...requiredFlags(place, own, parsed, word)];
  return { candidates, directive: children ? directives.NoFileComp : 0 };
}

function subcommands({ commands, path, plugins }: Place, word: string): Candidate[] {
  const all = [
    ...childrenOf(commands, path)
      .filter(({ hidden, path: own }) => !hidden || own === 'options')
      .map((each) => ({ name: nameOfCommand(each), about: each.short })),
    ...(path === '' ? [{ name: 'help', about: 'Help about any command' }] : []),
    ...plugins.map((name) => ({ name, about: `The command ${name} is a plugin installed by the user` })),
  ];
  return all.filter(({ name }) => name.startsWith(word)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Question = { readonly flag?: Flag; readonly rest: readonly string[]; readonly word: string; readonly unknown?: string };

/** Whether it is a flag's value that is typed (cobra's checkIfFlagCompletion). */
function flagInQuestion(flags: readonly Flag[], rest: readonly string[], typed: string): Question {
  const equals = typed.startsWith('-') ? typed.indexOf('=') : -1;
  if (typed.startsWith('-') && equals < 0) return { rest, word: typed };
  const previous = rest.at(-1) ?? '';
  const asked = equals >= 0 ? typed.slice(0, equals) : /^(-[^-]|--.)/.test(previous) && !previous.includes('=') ? previous : '';
  if (asked === '') return { rest, word: typed };
  const flag = flagOf(flags, asked);
  if (!flag)
    return /^(--help|-\w*h)$/.test(asked) ? { rest, word: typed } : { rest, word: typed, unknown: asked.startsWith('--') ? asked.slice(2) : asked.slice(-1) };
  if (equals >= 0) return { flag, rest, word: typed.slice(equals + 1) };
  return takesValue(flag) ? { flag, rest: rest.slice(0, -1), word: typed } : { rest, word: typed };
}

/** The flag that `--name` or the last letter of `-abc` is. */
const flagOf = (flags: readonly Flag[], word: string): Flag | undefined =>
  word.startsWith('--')
    ? flags.find(({ name }) => name === word.slice(2))
    : flags.find(({ short }) => short !== '' && short === word.slice(-1) && word.startsWith('-'));

const repeatable: readonly string[] = ['list', 'array', 'map', 'pairs'];

function flagNames(place: Place, own: readonly Flag[], parsed: ParsedArguments, word: string): Candidate[] {
  const required = requiredFlags(place, own, parsed, word);
  if (required.length > 0) return required;
  const help: Flag = { name: 'help', short: 'h', type: 'bool', value: '' };
  const global = globalFlags().filter(({ name }) => !own.some((flag) => flag.name === name));
  // It is config's own, and what is below config inherits it.
  const inherited = global.filter(({ name }) => place.path !== 'config' || name !== 'kubeconfig');
  const ours = [...own, ...global.filter((flag) => !inherited.includes(flag)), help].sort((a, b) => (a.name < b.name ? -1 : 1));
  const groups = place.path === '' ? [[...inherited, help].sort((a, b) => (a.name < b.name ? -1 : 1))] : [inherited, ours];
  const left = groups.flat().filter(({ name, type }) => !parsed.flags.has(name) || repeatable.includes(type));
  return left.filter(({ name }) => deprecatedFlags[place.path]?.[name] === undefined).flatMap((flag) => spellings(flag, place.path, word));
}

function requiredFlags({ commands, path }: Place, own: readonly Flag[], parsed: ParsedArguments, word: string): Candidate[] {
  const required = commands.find((each) => each.path === path)?.required ?? [];
  return own.filter(({ name }) => required.includes(name) && !parsed.flags.has(name)).flatMap((flag) => spellings(flag, path, word));
}

function spellings({ name, short }: Flag, path: string, word: string): Candidate[] {
  const about = name === 'help' ? `help for ${path.split(' ').at(-1) || 'kubectl'}` : flagUsage[name];
  return [`--${name}`, ...(short === '' ? [] : [`-${short}`])]
    .filter((each) => each.startsWith(word))
    .map((each) => ({ name: each, ...(about !== undefined && { about }) }));
}
