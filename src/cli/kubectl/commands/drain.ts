import { formatGoDuration } from '../../../apimachinery/duration.ts';
import { parseSelector, SelectorError } from '../../../apimachinery/labels.ts';
import { isReason, StatusError } from '../../../apimachinery/status.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import type { Info } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, namespaceOf, type Obj, obj, objs, text } from '../json.ts';
import type { DryRun, Kubectl } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';
import { mark, nodesOf } from './nodes.ts';

const retryAfter = 5000;
const pollGone = 1000;

/** kubernetes kubectl/pkg/cmd/drain/drain.go, pkg/drain. */
export const drain: CommandEntry = {
  path: 'drain',
  short: 'Drain node in preparation for maintenance',
  long: 'The node is marked unschedulable, then its pods are evicted, as their disruption budgets allow. Pods of daemon sets stay (--ignore-daemonsets);\npods without a controller go only with --force, pods with emptyDir volumes only with --delete-emptydir-data.',
  examples: '# Before the machine is switched off\nkubectl drain node01 --ignore-daemonsets',
  *run(k) {
    const dryRun = yield* k.dryRun();
    checkSelector(k.flags.text('pod-selector'));
    const nodes = yield* nodesOf(k);
    yield* mark(k, nodes, true, dryRun);
    const failed: { readonly node: string; readonly errors: readonly string[] }[] = [];
    for (const node of nodes) {
      const errors = yield* drainOne(k, node, dryRun);
      if (errors.length === 0) yield* operationPrinter(k, dryRun)(node.object, 'drained');
      else {
        failed.push({ node: node.name, errors });
        const error = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
        yield* k.printError(`error: unable to drain node "${node.name}" due to error: ${error}, continuing command...\n`);
      }
    }
    if (failed.length === 0) return;
    yield* k.printError(`There are pending nodes to be drained:\n${failed.map(({ node }) => ` ${node}\n`).join('')}`);
    throw new KubectlError(failed.flatMap(({ errors }) => errors).join('\n'), { bare: true });
  },
};

function checkSelector(selector: string): void {
  try {
    parseSelector(selector);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new KubectlError('--pod-selector=<pod_selector> must be a valid label selector');
  }
}

type Verdict = { readonly evict: boolean; readonly warning?: string; readonly problem?: string };

/** Gives what went wrong; nothing when the node is empty. */
function* drainOne(k: Kubectl, node: Info, dryRun: DryRun): Routine<readonly string[]> {
  const selector = k.flags.text('pod-selector');
  const answer = yield* k.api.request({
    method: 'GET',
    path: '/api/v1/pods',
    query: { fieldSelector: `spec.nodeName=${node.name}`, limit: k.flags.text('chunk-size'), ...(selector !== '' && { labelSelector: selector }) },
  });
  const pods = objs(at(answer, 'items'));
  const verdicts: { readonly pod: Obj; readonly verdict: Verdict }[] = [];
  for (const pod of pods) verdicts.push({ pod, verdict: yield* judge(k, pod) });
  const problems = groups(verdicts, 'problem');
  if (problems.length > 0) return problems.map((problem) => `cannot delete ${problem}`);
  const warnings = groups(verdicts, 'warning');
  if (warnings.length > 0) yield* k.printError(`Warning: ${warnings.join('; ')}\n`);
  const leaving = verdicts.filter(({ verdict }) => verdict.evict).map(({ pod }) => pod);
  if (dryRun === 'client') {
    for (const pod of leaving) yield* k.print(`evicting pod ${namespaceOf(pod)}/${nameOf(pod)} (dry run)\n`);
    return [];
  }
  return yield* evictAll(k, leaving, dryRun);
}

/** `text: ns/pod, ns/pod`, one for each text. */
function groups(verdicts: readonly { readonly pod: Obj; readonly verdict: Verdict }[], key: 'warning' | 'problem'): string[] {
  const found = new Map<string, string[]>();
  for (const { pod, verdict } of verdicts) {
    const reason = verdict[key];
    if (reason !== undefined) found.set(reason, [...(found.get(reason) ?? []), `${namespaceOf(pod)}/${nameOf(pod)}`]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([reason, names]) => `${reason}: ${names.join(', ')}`);
}

/** The filters of pkg/drain/filters.go. */
function* judge(k: Kubectl, pod: Obj): Routine<Verdict> {
  const over = ['Succeeded', 'Failed'].includes(text(at(pod, 'status.phase')));
  const owner = objs(at(pod, 'metadata.ownerReferences')).find((each) => each['controller'] === true);
  if (obj(at(pod, 'metadata.annotations'))['kubernetes.io/config.mirror'] !== undefined) return { evict: false };
  if (owner?.['kind'] === 'DaemonSet' && !over) {
    if (!k.flags.bool('ignore-daemonsets')) return { evict: false, problem: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
    return { evict: false, warning: 'ignoring DaemonSet-managed Pods' };
  }
  const warnings: string[] = [];
  if (!over && objs(at(pod, 'spec.volumes')).some((volume) => volume['emptyDir'] !== undefined)) {
    if (!k.flags.bool('delete-emptydir-data')) return { evict: false, problem: 'Pods with local storage (use --delete-emptydir-data to override)' };
    warnings.push('deleting Pods with local storage');
  }
  if (!over && !owner) {
    if (!k.flags.bool('force')) return { evict: false, problem: 'cannot delete Pods that declare no controller (use --force to override)' };
    warnings.push('deleting Pods that declare no controller');
  }
  const [warning] = warnings.slice(-1);
  return { evict: true, ...(warning !== undefined && { warning }) };
}

function* evictAll(k: Kubectl, pods: readonly Obj[], dryRun: DryRun): Routine<readonly string[]> {
  const timeout = k.flags.duration('timeout');
  const until = timeout > 0 ? k.now + timeout : Number.POSITIVE_INFINITY;
  const fibers = pods.map((pod) => k.process.sim.go(evict(k, pod, { until, timeout, dryRun }), 'evict'));
  const errors: string[] = [];
  try {
    for (const fiber of fibers) {
      const error = yield* fiber.join();
      if (error !== undefined) errors.push(error);
    }
  } finally {
    for (const fiber of fibers) fiber.cancel();
  }
  return errors;
}

type Limits = { readonly until: number; readonly timeout: number; readonly dryRun: DryRun };

/** Evicts one pod, trying again while a disruption budget forbids it, and waits until it is gone. */
function* evict(k: Kubectl, pod: Obj, limits: Limits): Routine<string | undefined> {
  const [namespace, name] = [namespaceOf(pod), nameOf(pod)];
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const late = (): string => `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${formatGoDuration(limits.timeout)}`;
  const grace = k.flags.number('grace-period');
  const deleteOptions = grace >= 0 ? { gracePeriodSeconds: grace } : {};
  for (;;) {
    if (!k.flags.bool('disable-eviction')) yield* k.print(`evicting pod ${namespace}/${name}${limits.dryRun === 'server' ? ' (server dry run)' : ''}\n`);
    try {
      if (k.flags.bool('disable-eviction')) yield* k.api.request({ method: 'DELETE', path, body: deleteOptions });
      else
        yield* k.api.request({
          method: 'POST',
          path: `${path}/eviction`,
          body: {
            apiVersion: 'policy/v1',
            kind: 'Eviction',
            metadata: { name, namespace },
            deleteOptions: { ...deleteOptions, ...(limits.dryRun === 'server' && { dryRun: ['All'] }) },
          },
        });
      break;
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      if (!isReason(error, 'TooManyRequests')) {
        if (error instanceof StatusError) return `error when evicting pods/"${name}" -n "${namespace}": ${error.message}`;
        throw error;
      }
      yield* k.printError(`error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${error.message}\n`);
      const left = limits.until - k.now;
      yield* sleep(Math.max(0, Math.min(retryAfter, left)));
      if (k.now >= limits.until) return late();
    }
  }
  if (limits.dryRun === 'server') return undefined;
  return yield* waitGone(k, pod, path, limits);
}

function* waitGone(k: Kubectl, pod: Obj, path: string, limits: Limits): Routine<string | undefined> {
  const uid = text(at(pod, 'metadata.uid'));
  for (;;) {
    try {
      const live = obj(yield* k.api.request({ method: 'GET', path }));
      if (text(at(live, 'metadata.uid')) !== uid) break;
    } catch (error) {
      if (isReason(error, 'NotFound')) break;
      throw error;
    }
    if (k.now >= limits.until) return `error when waiting for pod "${nameOf(pod)}" in namespace "${namespaceOf(pod)}" to terminate: context deadline exceeded`;
    yield* sleep(Math.min(pollGone, Math.max(1, limits.until - k.now)));
  }
  yield* k.print(`pod/${nameOf(pod)} ${k.flags.bool('disable-eviction') ? 'deleted' : 'evicted'}\n`);
  return undefined;
}
