/** `helm __complete` and Tab behind helm: spf13/cobra completions.go, helm pkg/cmd. */
import { StatusError } from '../../apimachinery/status.ts';
import { Sink } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { type FlagSpec, findCommand, flagsOf, parseFlags } from '../flags.ts';
import { ConnectionError, KubectlError } from '../kubectl/errors.ts';
import { obj, objs, text } from '../kubectl/json.ts';
import { Call, type HelmCommand } from './call.ts';
import { HelmError } from './error.ts';
import { chartLabel, chartOfRelease, Storage } from './release.ts';
import { cachedIndex, repositories } from './repositories.ts';

type Candidate = readonly [name: string, about?: string];
/** `files`: names of files may be meant as well. */
type Answer = { readonly candidates: readonly Candidate[]; readonly files: boolean };

/** What stands for a release, by the command's path; the number says up to which argument. */
const ofReleases: Readonly<Record<string, number>> = {
  ...{ status: 1, history: 1, rollback: 1, test: 1, upgrade: 1, uninstall: Number.POSITIVE_INFINITY },
  ...Object.fromEntries('all hooks manifest metadata notes values'.split(' ').map((part) => [`get ${part}`, 1])),
};
/** Which argument is a chart. */
const ofCharts: Readonly<Record<string, number>> = {
  ...{ install: 1, template: 1, upgrade: 1, pull: 0 },
  ...Object.fromEntries('all chart crds readme values'.split(' ').map((part) => [`show ${part}`, 0])),
};

/** `helm __complete status ''`. */
export function* completionRequest(root: HelmCommand, [request, ...words]: readonly string[], process: Process): Routine<number> {
  const { candidates, files } = yield* complete(root, words, process);
  const lines = candidates.map(([name, about = '']) => (request === '__completeNoDesc' || about === '' ? name : `${name}\t${about}`));
  yield* process.print([...lines, `:${files ? 0 : 4}\n`].join('\n'));
  yield* process.printError(`Completion ended with directive: ShellCompDirective${files ? 'Default' : 'NoFileComp'}\n`);
  return 0;
}

/** Candidates for the last word; undefined where file names are up to the shell. Nothing is written, and no time passes. */
export function completeAtOnce(root: HelmCommand, words: readonly string[], process: Process): string[] | undefined {
  const nowhere = new Sink(() => undefined);
  const asking = complete(root, words, Object.create(process, { fds: { value: new Map([0, 1, 2].map((fd) => [fd, nowhere] as const)) } }));
  // Bounded: who does not answer at once offers nothing.
  for (let step = 0; step < 200; step++) {
    const { done, value } = asking.next();
    if (!done) continue;
    return value.files && value.candidates.length === 0 ? undefined : value.candidates.map(([name]) => name).sort();
  }
  return undefined;
}

const takesValue = ({ type, noOptDefault }: FlagSpec): boolean => type !== 'bool' && noOptDefault === undefined;

function* complete(root: HelmCommand, words: readonly string[], process: Process): Routine<Answer> {
  const typed = words.at(-1) ?? '';
  const chain: HelmCommand[] = [root];
  const args: string[] = [];
  const given: string[] = [];
  let pending: FlagSpec | undefined;
  for (const word of words.slice(0, -1)) {
    const child = findCommand(chain.at(-1)?.commands, word) as HelmCommand | undefined;
    if (pending) {
      given.push(word);
      pending = undefined;
    } else if (word.startsWith('-')) {
      given.push(word);
      const flag = flagsOf(chain).find(({ name, short }) => word === `--${name}` || word === `-${short}`);
      pending = flag && takesValue(flag) ? flag : undefined;
    } else if (child && args.length === 0) chain.push(child);
    else args.push(word);
  }
  const fitting = (all: readonly Candidate[], files = false): Answer => ({ candidates: all.filter(([name]) => name.startsWith(typed)), files });
  const flags = flagsOf(chain);
  try {
    const call = new Call(process, parseFlags(pending ? given.slice(0, -1) : given, flags).flags, args);
    if (pending) return fitting(yield* valuesOf(call, pending.name), pending.name !== 'output');
    if (typed.startsWith('-'))
      return fitting(flags.flatMap(({ name, usage = '', hidden }): Candidate[] => (hidden ? [] : [[`--${name}`, usage]])).sort(([a], [b]) => (a < b ? -1 : 1)));
    const children = chain.at(-1)?.commands ?? [];
    if (children.length > 0 && args.length === 0) return fitting(children.map(({ name, short = '' }) => [name, short]));
    const path = chain
      .slice(1)
      .map(({ name }) => name)
      .join(' ');
    return yield* ofArguments(call, path, typed, fitting);
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof KubectlError || error instanceof ConnectionError || error instanceof StatusError)) throw error;
    return { candidates: [], files: false };
  }
}

type Fitting = (all: readonly Candidate[], files?: boolean) => Answer;

function* ofArguments(call: Call, path: string, typed: string, fitting: Fitting): Routine<Answer> {
  const { args } = call;
  if (args.length < (ofReleases[path] ?? 0)) {
    const all = yield* new Storage(call).all();
    const newest = all.filter((each) => !all.some(({ name, version }) => name === each.name && version > each.version) && !args.includes(each.name));
    return fitting(newest.map((each) => [each.name, `${chartLabel(each)} -> ${each.info.status}`]));
  }
  if (path === 'rollback' && args.length === 1) {
    const history = yield* new Storage(call).history(args[0] ?? '');
    return fitting(history.map((each) => [String(each.version), `App: ${text(chartOfRelease(each).metadata['appVersion'])}, Chart: ${chartLabel(each)}`]));
  }
  if (path === 'repo remove' || path === 'repo update') return fitting(repositories(call).map(({ name, url }) => [name, url]));
  if (args.length !== ofCharts[path]) return fitting([], ['lint', 'package', 'create', 'template', 'install', 'dependency update'].includes(path));
  const [repository = '', chart] = typed.split('/');
  if (chart === undefined)
    return fitting(
      repositories(call).map(({ name, url }) => [`${name}/`, url]),
      true,
    );
  if (!repositories(call).some(({ name }) => name === repository)) return fitting([], true);
  const entries = obj(cachedIndex(call, repository)['entries']);
  return fitting(Object.keys(entries).map((name) => [`${repository}/${name}`, text(objs(entries[name])[0]?.['description'])]));
}

/** What a flag may be. */
function* valuesOf(call: Call, flag: string): Routine<Candidate[]> {
  if (flag === 'output')
    return [
      ['json', 'Output result in JSON format'],
      ['table', 'Output result in human-readable format'],
      ['yaml', 'Output result in YAML format'],
    ];
  if (flag !== 'namespace') return [];
  const list = obj(yield* call.k.api.request({ method: 'GET', path: '/api/v1/namespaces' }));
  return objs(list['items']).map((each) => [text(obj(each['metadata'])['name'])]);
}
