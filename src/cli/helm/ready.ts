/** --wait: what an object is at, in the words of kstatus (fluxcd/cli-utils pkg/kstatus/status), and waiting for it. */
import type { Routine } from '../../sim/routine.ts';
import { at, num, type Obj, objs, text } from '../kubectl/json.ts';
import type { Call } from './call.ts';
import { type Item, live } from './cluster.ts';
import { HelmError, notSimulated } from './error.ts';

type State = { readonly status: 'Current' | 'InProgress' | 'Failed' | 'NotFound' | 'Terminating'; readonly message: string };
type Rule = (object: Obj, count: (path: string) => number, condition: (type: string) => Obj | undefined) => string | undefined | { readonly failed: string };

const short = (name: string, have: number, want: number): string | undefined => (have < want ? `${name}: ${have}/${want}` : undefined);
const wantedReplicas = (object: Obj): number => num(at(object, 'spec.replicas') ?? 1);

/** What keeps an object of a kind from being ready. */
const rules: Readonly<Record<string, Rule>> = {
  Deployment: (object, count, condition) => {
    if (text(condition('Progressing')?.['reason']) === 'ProgressDeadlineExceeded') return { failed: 'Progress deadline exceeded' };
    const want = wantedReplicas(object);
    const surplus = count('replicas') - want;
    return (
      short('Replicas', count('replicas'), want) ??
      short('Updated', count('updatedReplicas'), want) ??
      (surplus > 0 ? `Pending termination: ${surplus}` : undefined) ??
      short('Available', count('availableReplicas'), count('updatedReplicas')) ??
      short('Ready', count('readyReplicas'), want)
    );
  },
  StatefulSet: (object, count) => {
    const want = wantedReplicas(object);
    const current = at(object, 'status.currentRevision') === at(object, 'status.updateRevision');
    return (
      short('Replicas', count('replicas'), want) ??
      short('Ready', count('readyReplicas'), want) ??
      (current ? undefined : `Updated: ${count('updatedReplicas')}/${want}`)
    );
  },
  DaemonSet: (_object, count) => {
    const want = count('desiredNumberScheduled');
    return (
      short('Current', count('currentNumberScheduled'), want) ??
      short('Updated', count('updatedNumberScheduled'), want) ??
      short('Available', count('numberAvailable'), want) ??
      short('Ready', count('numberReady'), want)
    );
  },
  ReplicaSet: (object, count) =>
    short('Labelled', count('fullyLabeledReplicas'), wantedReplicas(object)) ?? short('Available', count('availableReplicas'), wantedReplicas(object)),
  Pod: (object, _count, condition) => {
    const phase = text(at(object, 'status.phase'));
    if (phase === 'Failed') return { failed: 'Pod has failed' };
    if (phase === 'Succeeded' || text(condition('Ready')?.['status']) === 'True') return undefined;
    return phase === 'Running' ? 'Pod is running but is not Ready' : `Pod is in the ${phase || 'Pending'} phase`;
  },
  PersistentVolumeClaim: (object) => (at(object, 'status.phase') === 'Bound' ? undefined : `PVC is not Bound. phase: ${text(at(object, 'status.phase'))}`),
  CustomResourceDefinition: (_object, _count, condition) => (text(condition('Established')?.['status']) === 'True' ? undefined : 'Install in progress'),
};

/** A hook or, with --wait-for-jobs, a Job counts when it has ended. */
const endRules: Readonly<Record<string, Rule>> = {
  Job: (object, count, condition) => {
    const all = num(at(object, 'spec.completions') ?? 1);
    if (text(condition('Failed')?.['status']) === 'True') return { failed: `Job Failed. failed: ${count('failed')}/${all}` };
    return text(condition('Complete')?.['status']) === 'True' ? undefined : 'Job in progress';
  },
  Pod: (object) => {
    const phase = text(at(object, 'status.phase'));
    if (phase === 'Failed') return { failed: `Pod ${text(at(object, 'metadata.name'))} failed` };
    return phase === 'Succeeded' ? undefined : 'Pod is in progress';
  },
};

function stateOf(object: Obj | undefined, kind: string, ends: readonly string[]): State {
  if (!object) return { status: 'NotFound', message: 'Resource not found' };
  if (at(object, 'metadata.deletionTimestamp') !== undefined) return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  const [generation, observed] = [num(at(object, 'metadata.generation') ?? 0), at(object, 'status.observedGeneration')];
  if (typeof observed === 'number' && observed !== generation)
    return { status: 'InProgress', message: `${kind} generation is ${generation}, but latest observed generation is ${observed}` };
  const conditions = objs(at(object, 'status.conditions'));
  const rule = ends.includes(kind) ? endRules[kind] : rules[kind];
  const problem = rule?.(
    object,
    (path) => num(at(object, `status.${path}`) ?? 0),
    (type) => conditions.find((each) => each['type'] === type),
  );
  if (problem === undefined) return { status: 'Current', message: 'Resource is current' };
  return typeof problem === 'string' ? { status: 'InProgress', message: problem } : { status: 'Failed', message: problem.failed };
}

const poll = 500;

/** --wait as a word: `watcher` or `hookOnly`. Throws HelmError. */
export function waitStrategy({ flags }: Call): string {
  const word = flags.text('wait');
  if (word === 'legacy') throw notSimulated('--wait=legacy');
  if (['watcher', 'true'].includes(word)) return 'watcher';
  if (['hookOnly', 'false'].includes(word))
    return flags.spec('rollback-on-failure') && (flags.bool('rollback-on-failure') || flags.bool('atomic')) ? 'watcher' : 'hookOnly';
  throw new HelmError(
    `invalid argument ${JSON.stringify(word)} for "--wait" flag: invalid wait input ${JSON.stringify(word)}. Valid inputs are watcher, hookOnly, and legacy`,
  );
}

/** Says so when --wait or --dry-run is given as it was before helm 4. */
export function* warnOfWait(call: Call): Routine {
  const word = call.flags.text('wait');
  const dry = call.flags.spec('dry-run')?.type === 'bool' ? '' : (call.flags.spec('dry-run') && call.flags.text('dry-run')) || '';
  if (dry === 'unset') yield* call.log('WARN', "--dry-run is deprecated and should be replaced with '--dry-run=client'");
  if (/^(true|false)$/.test(dry))
    yield* call.log('WARN', `boolean '--dry-run=${dry}' flag is deprecated and must be replaced with '--dry-run=${dry === 'true' ? 'client' : 'none'}'`);
  if (/^(true|false)$/.test(word)) yield* call.log('WARN', `--wait=${word} is deprecated (boolean value) and can be replaced with --wait=${waitWord(word)}`);
}

const waitWord = (word: string): string => (word === 'true' ? 'watcher' : 'hookOnly');

const lines = (items: readonly (readonly [Item, State])[]): string[] =>
  items.map(
    ([{ resource, namespace, name }, { status, message }]) =>
      `resource ${resource.kind}/${namespace}/${name} not ready. status: ${status}, message: ${message}`,
  );

/** Until all are ready; `ends` are kinds that must have ended. Throws HelmError. */
export function* waitReady(call: Call, items: readonly Item[], ends: readonly string[]): Routine {
  const until = call.now + call.flags.duration('timeout');
  for (;;) {
    const late: (readonly [Item, State])[] = [];
    for (const item of items) {
      const state = stateOf(yield* live(call, item), item.resource.kind, ends);
      if (state.status !== 'Current') late.push([item, state]);
    }
    if (late.length === 0) return;
    const failed = late.filter(([, { status }]) => status === 'Failed');
    if (failed.length > 0) throw new HelmError(lines(failed).join('\n'));
    if (call.now >= until) throw new HelmError(`${lines(late).join('\n')}\ncontext deadline exceeded`);
    yield { timeout: Math.min(poll, until - call.now) };
  }
}

/** Until all are gone. Throws HelmError. */
export function* waitGone(call: Call, items: readonly Item[]): Routine {
  const until = call.now + call.flags.duration('timeout');
  for (;;) {
    const here: string[] = [];
    for (const item of items) {
      const object = yield* live(call, item);
      if (object)
        here.push(
          `resource ${item.resource.kind}/${item.namespace}/${item.name} still exists. status: ${stateOf(object, item.resource.kind, []).status}, message: ${stateOf(object, item.resource.kind, []).message}`,
        );
    }
    if (here.length === 0) return;
    if (call.now >= until) throw new HelmError(`${here.join('\n')}\ncontext deadline exceeded`);
    yield { timeout: Math.min(poll, until - call.now) };
  }
}
