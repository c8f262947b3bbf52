import { findResults, type JsonPath, JsonPathError, parseJsonPath, relaxedJsonPath } from '../../../apimachinery/jsonpath.ts';
import { isReason } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, manifestInfos, targetsOf, visit } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { listedOne } from '../fetch.ts';
import { at, nameOf, type Obj, obj, objs, text } from '../json.ts';
import { type Kubectl, pathOf } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';
import { waitForDeletion } from './delete/deleter.ts';

type Goal = { readonly kind: 'delete' } | { readonly kind: 'create' } | { readonly kind: 'state'; readonly test: (object: Obj) => boolean };

/** kubernetes kubectl/pkg/cmd/wait/wait.go. */
export const wait: CommandEntry = {
  path: 'wait',
  short: 'Wait for a specific condition on one or many resources',
  examples:
    "# A pod that is ready\nkubectl wait --for=condition=Ready pod/web\n\n# A field with a value\nkubectl wait --for=jsonpath='{.status.phase}'=Running pod/web\n\n# Until it is gone\nkubectl wait --for=delete pod/web --timeout=60s",
  *run(k) {
    const goal = parseGoal(k.flags.text('for'));
    if (k.flags.bool('local')) yield* manifestInfos(k, k.args);
    const print = operationPrinter(k);
    const timeout = k.flags.duration('timeout');
    const until = k.now + (timeout < 0 ? 7 * 24 * 3600_000 : timeout);
    if (goal.kind === 'create') return yield* waitForCreation(k, until, (object) => print(object, 'condition met'));
    const { infos, errors: missing } = yield* visit(k, { args: k.args, all: k.flags.bool('all') });
    // What waits for a deletion does not mind that the object is gone already.
    const errors: unknown[] = missing.filter((error) => goal.kind !== 'delete' || !isReason(error, 'NotFound'));
    if (infos.length === 0 && missing.length === 0 && goal.kind !== 'delete') throw new KubectlError('no matching resources found');
    for (const info of infos) {
      try {
        yield* print(yield* waitForOne(k, info, goal, until), 'condition met');
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new ErrorList(errors);
  },
};

function* waitForOne(k: Kubectl, info: Info, goal: Exclude<Goal, { kind: 'create' }>, until: number): Routine<Obj> {
  if (goal.kind === 'state') return yield* waitForState(k, info, goal.test, until);
  if (!(yield* waitForDeletion(k, info, text(at(info.object, 'metadata.uid')), until))) throw timedOut(k, info);
  return info.object;
}

const timedOut = (k: Kubectl, { resource, name }: Info): KubectlError =>
  new KubectlError(
    k.flags.duration('timeout') === 0
      ? `condition not met for ${resource.resource}/${name}`
      : `timed out waiting for the condition on ${resource.resource}/${name}`,
  );

function parseGoal(condition: string): Goal {
  const lower = condition.toLowerCase();
  if (lower === 'delete') return { kind: 'delete' };
  if (lower === 'create') return { kind: 'create' };
  if (lower.startsWith('condition=')) return { kind: 'state', test: conditionTest(condition.slice('condition='.length)) };
  if (lower.startsWith('jsonpath=')) return { kind: 'state', test: jsonPathTest(condition.slice('jsonpath='.length)) };
  throw new KubectlError(`unrecognized condition: ${JSON.stringify(condition)}`);
}

function conditionTest(spec: string): (object: Obj) => boolean {
  const equals = spec.indexOf('=');
  const name = (equals < 0 ? spec : spec.slice(0, equals)).toLowerCase();
  const wanted = (equals < 0 ? 'true' : spec.slice(equals + 1)).toLowerCase();
  return (object) =>
    objs(at(object, 'status.conditions')).some((condition) => {
      if (text(condition['type']).toLowerCase() !== name) return false;
      const observed = condition['observedGeneration'] ?? at(object, 'status.observedGeneration');
      if (typeof observed === 'number' && observed < Number(at(object, 'metadata.generation') ?? 0)) return false;
      return text(condition['status']).toLowerCase() === wanted;
    });
}

function jsonPathTest(spec: string): (object: Obj) => boolean {
  const [, expression = spec, wanted] = /^(\{.*\}|[^=]*?)(?:=(.*))?$/s.exec(spec) ?? [];
  const value = wanted?.replace(/^(["'])(.*)\1$/s, '$2');
  if (expression === '') throw new KubectlError('jsonpath expression cannot be empty');
  if (wanted === '') throw new KubectlError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  const path = parsePath(expression);
  return (object) => {
    const results = findResults(path, object).flat();
    if (value === undefined) return results.length > 0;
    if (results.length > 1) throw new KubectlError('given jsonpath expression matches more than one value');
    const [only] = results;
    if (typeof only === 'object' && only !== null) throw new KubectlError('jsonpath leads to a nested object or list which is not supported');
    return only !== undefined && text(only) === value;
  };
}

function parsePath(expression: string): JsonPath {
  try {
    return parseJsonPath(relaxedJsonPath(expression), { allowMissingKeys: true });
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new KubectlError(error.message);
  }
}

/** Watches one object until the test holds. */
function* waitForState(k: Kubectl, info: Info, test: (object: Obj) => boolean, until: number): Routine<Obj> {
  // One deadline for all: when it has passed, what holds already is not looked at.
  if (k.now > until && k.flags.duration('timeout') !== 0) throw timedOut(k, info);
  const listPath = pathOf(info.resource, info.namespace);
  const { apiVersion, kind } = info.object;
  const { object: live, query } = yield* listedOne(k, listPath, info.name);
  if (live && test(live)) return { apiVersion, kind, ...live };
  const channel = yield* k.api.watch({ method: 'GET', path: listPath, query });
  try {
    for (;;) {
      const event = channel.take();
      if (event && event.type !== 'BOOKMARK' && event.type !== 'DELETED' && test(obj(event.object))) return obj(event.object);
      if (event) continue;
      const left = until - k.now;
      if (left <= 0 || channel.closed) throw timedOut(k, info);
      yield { on: [channel.changed], timeout: left };
    }
  } finally {
    channel.break();
  }
}

const creationPoll = 500;

function* waitForCreation(k: Kubectl, until: number, done: (object: Obj) => Routine): Routine {
  const targets = yield* targetsOf(k, { args: k.args, all: k.flags.bool('all') });
  for (const target of targets) {
    const name = target.kind === 'name' ? target.name : target.kind === 'manifest' ? nameOf(target.manifest.object) : '';
    for (;;) {
      try {
        const answer = obj(
          yield* k.api.request({
            method: 'GET',
            path: pathOf(target.resource, target.namespace, name),
            query: name === '' ? { labelSelector: k.flags.text('selector') } : {},
          }),
        );
        const objects =
          name === '' ? objs(answer['items']).map((item) => ({ ...item, kind: target.resource.kind, apiVersion: answer['apiVersion'] })) : [answer];
        for (const object of objects) yield* done(object);
        if (objects.length > 0) break;
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
      if (k.now >= until) throw new KubectlError('timed out waiting for the condition');
      yield { timeout: Math.min(creationPoll, until - k.now) };
    }
  }
}
