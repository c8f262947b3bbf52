import { goSort } from '../../../apimachinery/go-sort.ts';
import type { ApiResource } from '../../../apimachinery/resources.ts';
import { isReason, StatusError } from '../../../apimachinery/status.ts';
import { rfc3339, timeParseError, tryParseTime } from '../../../apimachinery/time.ts';
import { isSession } from '../../../interfaces/streams.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { getObject } from '../fetch.ts';
import { at, nameOf, namespaceOf, num, type Obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { containersOf, defaultContainer, noSelector, podsOf } from './containers.ts';
import { selectorText } from './selectors.ts';

const expected = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";
const selectorTail = 10;

/** kubernetes kubectl/pkg/cmd/logs/logs.go. */
export const logs: CommandEntry = {
  path: 'logs',
  short: 'Print the logs for a container in a pod',
  long: 'If the pod has only one container, its name may be left out.',
  examples:
    '# The only container\nkubectl logs web\n\n# Follow one of several\nkubectl logs -f web -c sidecar\n\n# The container before the last restart\nkubectl logs --previous web\n\n# All pods of a label, the last lines of each\nkubectl logs -l app=web --all-containers --tail=5',
  *run(k) {
    checkArguments(k);
    const pods = yield* chosenPods(k);
    checkReading(k);
    if (pods.length === 0) return yield* k.printError(`No resources found in ${k.namespace} namespace.\n`);
    const requests: Source[] = [];
    for (const pod of pods) requests.push(...(yield* sourcesOf(k, pod)));
    if (k.flags.bool('follow') && requests.length > k.flags.number('max-log-requests') && requests.length > 1) {
      throw new KubectlError(
        `you are attempting to follow ${requests.length} log streams, but maximum allowed concurrency is ${k.flags.number('max-log-requests')}, use --max-log-requests to increase the limit`,
      );
    }
    yield* readAllSources(k, requests);
  },
};

function checkArguments(k: Kubectl): void {
  const { args, flags } = k;
  const selector = flags.text('selector') !== '';
  if (args.length === 0 && !selector) throw k.usage(expected);
  if (args.length > 2 || (selector && args.length > 1)) throw k.usage(expected);
  if (selector && args.length === 1) throw k.usage('only a selector (-l) or a POD name is allowed');
  const since = flags.text('since-time');
  if (since !== '' && tryParseTime(since) === undefined) throw new KubectlError(timeParseError(since));
}

/** What is looked at when the pods are known. */
function checkReading({ args, flags }: Kubectl): void {
  if (flags.text('since-time') !== '' && flags.duration('since') !== 0) throw new KubectlError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.bool('all-containers') && (flags.text('container') !== '' || args.length === 2))
    throw new KubectlError(`--all-containers=true should not be specified with container name ${flags.text('container') || args[1]}`);
  if (flags.has('container') && args.length === 2) throw new KubectlError('only one of -c or an inline [CONTAINER] arg is allowed');
  if (flags.number('limit-bytes') < 0) throw new KubectlError('--limit-bytes must be greater than 0');
  if (flags.duration('since') < 0) throw new KubectlError('--since must be greater than 0');
  if (flags.duration('pod-running-timeout') <= 0) throw new KubectlError('--pod-running-timeout must be higher than zero');
  if (flags.has('tail') && flags.number('tail') < -1) throw new KubectlError('--tail must be greater than or equal to -1');
}

function* chosenPods(k: Kubectl): Routine<readonly Obj[]> {
  if (k.flags.text('selector') !== '') return yield* podsOf(k, k.flags.text('selector'));
  const [word = ''] = k.args;
  const [type, name] = word.includes('/') ? (word.split('/', 2) as [string, string]) : ['pod', word];
  const resource = yield* k.resource(type);
  const object = yield* getNamed(k, resource, name);
  if (resource.kind === 'Pod') return [object];
  const selector = resource.kind === 'CronJob' ? undefined : selectorText(object);
  if (selector === undefined && resource.kind === 'Service') throw new KubectlError(`cannot get the logs from *v1.Service: ${noSelector(name)}`);
  if (selector === undefined)
    throw new KubectlError(
      `cannot get the logs from *${resource.version}.${resource.kind}: selector for *${resource.version}.${resource.kind} not implemented`,
    );
  const pods = yield* podsOf(k, selector);
  if (k.flags.bool('all-pods')) return pods;
  const first = goSort(pods, byLogging)[0];
  if (!first) throw new KubectlError('timed out waiting for the condition');
  if (pods.length > 1) yield* k.printError(`Found ${pods.length} pods, using pod/${nameOf(first)}\n`);
  return [first];
}

/** What does not exist has an error of its own in 1.35. */
function* getNamed(k: Kubectl, resource: ApiResource, name: string): Routine<Obj> {
  try {
    return yield* getObject(k, resource, resource.namespaced ? k.namespace : '', name);
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    throw new KubectlError(`error from server (NotFound): ${error.message} in namespace "${k.namespace}"`);
  }
}

/** kubernetes kubectl/pkg/util/podutils ByLogging: what runs and is ready first, then what restarted most, then the older. */
function byLogging(a: Obj, b: Obj): boolean {
  const ranks = [
    (pod: Obj): number => (text(at(pod, 'spec.nodeName')) === '' ? 1 : 0),
    (pod: Obj): number => ({ Unknown: 1, Pending: 2 })[text(at(pod, 'status.phase'))] ?? 0,
    (pod: Obj): number => (readySince(pod) === '' ? 1 : 0),
    readySince,
    (pod: Obj): number => -Math.max(0, ...objs(at(pod, 'status.containerStatuses')).map((each) => num(each['restartCount']))),
    (pod: Obj): string => text(at(pod, 'metadata.creationTimestamp')),
  ];
  for (const rank of ranks) {
    const [left, right] = [rank(a), rank(b)];
    if (left !== right) return left < right;
  }
  return false;
}

const readySince = (pod: Obj): string =>
  text(objs(at(pod, 'status.conditions')).find((each) => each['type'] === 'Ready' && each['status'] === 'True')?.['lastTransitionTime']);

type Source = { readonly pod: Obj; readonly container: string };

function* sourcesOf(k: Kubectl, pod: Obj): Routine<readonly Source[]> {
  if (k.flags.bool('all-containers')) {
    const order = { regular: 0, init: 1, ephem: 2 };
    return [...containersOf(pod)].sort((a, b) => order[a.kind] - order[b.kind]).map(({ name }) => ({ pod, container: name }));
  }
  const given = k.flags.text('container') || k.args[1];
  if (given !== undefined && given !== '') {
    if (!containersOf(pod).some(({ name }) => name === given)) throw new KubectlError(`container ${given} is not valid for pod ${nameOf(pod)}`);
    return [{ pod, container: given }];
  }
  const { name, notice } = defaultContainer(pod);
  if (!k.flags.bool('all-pods')) yield* k.printError(notice);
  return [{ pod, container: name }];
}

function* readAllSources(k: Kubectl, sources: readonly Source[]): Routine {
  if (k.flags.bool('follow') && sources.length > 1) return yield* followTogether(k, sources);
  const errors: unknown[] = [];
  for (const source of sources) {
    try {
      yield* readOne(k, source);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!k.flags.bool('ignore-errors')) throw error;
      yield* k.printError(`error: ${error.message}\n`);
      errors.push(error);
    }
  }
  if (errors.length > 0 && !k.flags.bool('ignore-errors')) throw new ErrorList(errors);
}

function* followTogether(k: Kubectl, sources: readonly Source[]): Routine {
  const fibers = sources.map((source) => k.process.sim.go(readOne(k, source), 'logs'));
  try {
    for (const fiber of fibers) yield* fiber.join();
  } finally {
    for (const fiber of fibers) fiber.cancel();
  }
}

function* readOne(k: Kubectl, { pod, container }: Source): Routine {
  const path = `/api/v1/namespaces/${namespaceOf(pod) || k.namespace}/pods/${nameOf(pod)}/log`;
  const answer = yield* k.api.connect({ method: 'GET', path, query: logQuery(k, container) });
  const prefix = k.flags.bool('prefix') || k.flags.bool('all-pods') ? `[pod/${nameOf(pod)}/${container}] ` : '';
  if (!isSession(answer)) return yield* k.print(withPrefix(text(answer.body), prefix, true));
  let start = true;
  try {
    for (let part = yield* answer.stdout.receive(); part !== undefined; part = yield* answer.stdout.receive()) {
      yield* k.print(withPrefix(part, prefix, start));
      start = part.endsWith('\n');
    }
    const failure = answer.outcome()?.error;
    if (failure !== undefined) throw new KubectlError(failure);
  } finally {
    answer.close();
  }
}

function withPrefix(part: string, prefix: string, atLineStart: boolean): string {
  if (prefix === '' || part === '') return part;
  const lines = part.replace(/\n(?=.)/gs, `\n${prefix}`);
  return atLineStart ? prefix + lines : lines;
}

function logQuery(k: Kubectl, container: string): Record<string, string> {
  const { flags } = k;
  const since = flags.duration('since');
  const tail = flags.has('tail') ? flags.number('tail') : flags.text('selector') === '' ? -1 : selectorTail;
  return {
    container,
    ...(flags.bool('follow') && { follow: 'true' }),
    ...(flags.bool('previous') && { previous: 'true' }),
    ...(flags.bool('timestamps') && { timestamps: 'true' }),
    ...(since > 0 && { sinceSeconds: String(Math.ceil(since / 1000)) }),
    ...(flags.text('since-time') !== '' && { sinceTime: /^\d{4}-/.test(flags.text('since-time')) ? flags.text('since-time') : rfc3339(0) }),
    ...(tail >= 0 && { tailLines: String(tail) }),
    ...(flags.number('limit-bytes') > 0 && { limitBytes: flags.text('limit-bytes') }),
  };
}
