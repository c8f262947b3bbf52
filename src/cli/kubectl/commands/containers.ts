/** Which container a command means: kubernetes kubectl/pkg/cmd/util/podcmd/podcmd.go. */

import { isReason } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { KubectlError } from '../errors.ts';
import { getObject, listedOne } from '../fetch.ts';
import { at, nameOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { selectorText } from './selectors.ts';

const annotation = 'kubectl.kubernetes.io/default-container';

type Named = { readonly name: string; readonly kind: 'regular' | 'init' | 'ephem' };

/** Containers, then ephemeral, then init ones. */
export function containersOf(pod: Obj): readonly Named[] {
  const group = (path: string, kind: Named['kind']): Named[] => objs(at(pod, path)).map((container) => ({ name: text(container['name']), kind }));
  return [...group('spec.containers', 'regular'), ...group('spec.ephemeralContainers', 'ephem'), ...group('spec.initContainers', 'init')];
}

/** The annotated or first container, and the words that tell which one was taken. */
export function defaultContainer(pod: Obj): { readonly name: string; readonly notice: string } {
  const all = containersOf(pod);
  const annotated = text(obj(at(pod, 'metadata.annotations'))[annotation]);
  if (annotated !== '' && all.some(({ name }) => name === annotated)) return { name: annotated, notice: '' };
  const first = all[0]?.name ?? '';
  const names = all.map(({ name, kind }) => (kind === 'regular' ? name : `${name} (${kind})`)).join(', ');
  return { name: first, notice: all.length > 1 ? `Defaulted container "${first}" out of: ${names}\n` : '' };
}

/** -c, or the default with its notice on stderr. */
export function* chooseContainer(k: Kubectl, pod: Obj, quiet = false): Routine<string> {
  const given = k.flags.text('container');
  if (given !== '') return given;
  const { name, notice } = defaultContainer(pod);
  if (!quiet) yield* k.printError(notice);
  return name;
}

/** What is said of a Service that chooses no pods. */
export const noSelector = (name: string): string => `invalid service '${name}': Service is defined without a selector`;

/** A pod by its name, or one of the pods of `deploy/web`: polymorphichelpers AttachablePodForObject. */
export function* podFor(k: Kubectl, word: string): Routine<Obj> {
  const [type, name] = word.includes('/') ? (word.split('/', 2) as [string, string]) : ['pod', word];
  const resource = yield* k.resource(type);
  const object = yield* getObject(k, resource, resource.namespaced ? k.namespace : '', name);
  if (resource.kind === 'Pod') return object;
  const selector = selectorText(object);
  if (selector === undefined && resource.kind === 'Service') throw new KubectlError(`cannot attach to *v1.Service: ${noSelector(name)}`);
  if (selector === undefined)
    throw new KubectlError(`cannot attach to *${resource.version}.${resource.kind}: selector for *${resource.version}.${resource.kind} not implemented`);
  const until = k.now + (k.flags.text('pod-running-timeout') === '' ? 20_000 : k.flags.duration('pod-running-timeout'));
  for (;;) {
    const pods = yield* podsOf(k, selector);
    const best = [...pods].sort(byUse)[0];
    if (best) return best;
    if (k.now >= until) throw new KubectlError('timed out waiting for the condition');
    yield { timeout: 500 };
  }
}

/** Pods by label selector, in the namespace of the call. */
export function* podsOf(k: Kubectl, labelSelector: string): Routine<readonly Obj[]> {
  return objs(at(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${k.namespace}/pods`, query: { labelSelector } }), 'items')).map((pod) => ({
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
  }));
}

const ready = (pod: Obj): boolean => objs(at(pod, 'status.conditions')).some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True');

/** Those that run and are ready first, the older before the younger. */
function byUse(a: Obj, b: Obj): number {
  const rank = (pod: Obj): number =>
    at(pod, 'spec.nodeName') === undefined ? 4 : at(pod, 'status.phase') === 'Pending' ? 3 : at(pod, 'status.phase') !== 'Running' ? 2 : ready(pod) ? 0 : 1;
  const created = (pod: Obj): string => text(at(pod, 'metadata.creationTimestamp')) + nameOf(pod);
  return rank(a) - rank(b) || (created(a) < created(b) ? -1 : 1);
}

/** Waits until a pod runs, or has ended; undefined when time is over. */
export function* waitForPod(k: Kubectl, namespace: string, name: string, test: (pod: Obj) => boolean, timeout: number): Routine<Obj | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const until = k.now + timeout;
  const { object: first, query } = yield* listedOne(k, path, name);
  if (!first) throw new KubectlError(`pods "${name}" not found`);
  if (test(first)) return first;
  const channel = yield* k.api.watch({ method: 'GET', path, query });
  try {
    for (;;) {
      const event = channel.take();
      if (event?.type === 'DELETED') throw new KubectlError(`pods "${name}" not found`);
      if (event && event.type !== 'BOOKMARK' && test(obj(event.object))) return obj(event.object);
      if (event) continue;
      const left = until - k.now;
      if (left <= 0 || channel.closed) return undefined;
      yield Number.isFinite(left) ? { on: [channel.changed], timeout: left } : { on: [channel.changed] };
    }
  } finally {
    channel.break();
  }
}

/** exec and attach print an InternalError without its reason. */
export const streamError = (error: unknown): unknown => (isReason(error, 'InternalError') ? new KubectlError(error.message) : error);
