/** Evaluates a check against the world: one table of sources, one of combinations. */
import { CriError } from '../interfaces/cri.ts';
import type { Check, CheckSource } from '../lessons/lesson.ts';
import { Errno } from '../linux/errno.ts';
import { daemonUser, FileSystem } from '../linux/file-system.ts';
import { type Expression, holds, parseExpression } from './cel.ts';
import { matchesCommand } from './commands.ts';
import { resourcePath } from './resource-path.ts';
import { failed, passed, type Verdict } from './verdict.ts';
import type { NodeView, WorldView } from './world-view.ts';

/** Prepared expressions of one lesson, by text. */
export class Expressions {
  readonly #prepared = new Map<string, Expression>();
  get(text: string): Expression {
    let expression = this.#prepared.get(text);
    if (!expression) {
      expression = parseExpression(text);
      this.#prepared.set(text, expression);
    }
    return expression;
  }
}

export function evaluate(check: Check, world: WorldView, expressions: Expressions): Verdict {
  if ('all' in check) return firstNotPassed(check.all.map((each) => evaluate(each, world, expressions)));
  if ('any' in check) return anyOf(check.any, world, expressions, 1);
  if ('atLeast' in check) return anyOf(check.atLeast.of, world, expressions, check.atLeast.count);
  if ('not' in check) return negate(evaluate(check.not, world, expressions));
  try {
    return evaluateSource(check, check.that, world, expressions);
  } catch (error) {
    if (error instanceof Errno || error instanceof CriError) return failed('an answer', error.message, where(check));
    throw error;
  }
}

const firstNotPassed = (verdicts: readonly Verdict[]): Verdict => verdicts.find((each) => each.state !== 'passed') ?? passed;

function anyOf(checks: readonly Check[], world: WorldView, expressions: Expressions, count: number): Verdict {
  const verdicts = checks.map((each) => evaluate(each, world, expressions));
  return verdicts.filter((each) => each.state === 'passed').length >= count ? passed : firstNotPassed(verdicts);
}

function negate(verdict: Verdict): Verdict {
  if (verdict.state === 'passed') return failed('this not to be so', 'it is', '');
  return verdict.state === 'failed' ? passed : verdict;
}

/** For people: what a check looks at. */
export function where(check: Check): string {
  const [kind, what] = Object.entries(check).find(([key]) => !['id', 'that', 'within', 'points', 'visibility', 'bonus'].includes(key)) ?? ['', ''];
  const words =
    typeof what === 'object' && what !== null
      ? Object.values(what as object)
          .flat()
          .filter((each) => typeof each === 'string')
          .join(' ')
      : String(what);
  return `${kind} ${words}`.trim();
}

function evaluateSource(check: CheckSource & { readonly id?: string }, that: string | undefined, world: WorldView, expressions: Expressions): Verdict {
  // Most looks pass, or are looks at what has not been tried: words are made only where they are said.
  const at = (): string => where(check as Check);
  const test = (context: Readonly<Record<string, unknown>>, shown: string): Verdict =>
    that === undefined || holds(expressions.get(that), context) ? passed : failed(that, shown, at());
  if ('object' in check) {
    const response = world.rest({ method: 'GET', path: resourcePath(check.object.resource, check.object.namespace, check.object.name) });
    if (response === undefined) return failed('an answer of the API', 'it cannot be reached', at());
    if (response.status !== 200) return failed(`${check.object.resource} ${check.object.name}`, 'there is none', at());
    return test({ object: response.body }, summary(response.body));
  }
  if ('objects' in check) {
    const response = world.rest({
      method: 'GET',
      path: resourcePath(check.objects.resource, check.objects.namespace),
      ...(check.objects.labels ? { query: { labelSelector: check.objects.labels } } : {}),
    });
    const items = (response?.body as { items?: readonly unknown[] } | undefined)?.items;
    if (!items) return failed('an answer of the API', 'it cannot be reached', at());
    return test({ items }, `${items.length} ${check.objects.resource}`);
  }
  if ('command' in check)
    return world.commands.some((command) => matchesCommand(check.command, command))
      ? passed
      : failed(`${check.command.tool} ${String(check.command.verb ?? '')}`.trim(), 'not run yet', at());
  if ('answer' in check) return world.answers.has(check.answer) ? passed : failed('an answer', 'none yet', at());
  if ('cri' in check) return evaluateCri(check.cri, world, test, at);
  if ('containerd' in check) return evaluateContainerd(check.containerd, world, test, at);
  if ('access' in check) return evaluateAccess(check.access, world, test);
  if ('probe' in check) {
    const result = world.probe(check.probe);
    if (!result) return { state: 'waiting' };
    return that === undefined ? (result.ok ? passed : failed('an answer', result.found, at())) : test({ ok: result.ok, body: result.found }, result.found);
  }
  return evaluateNode(check, world, test, at);
}

/** Where to look, for people. */
type Where = () => string;
type Test = (context: Readonly<Record<string, unknown>>, shown: string) => Verdict;

const nodesOf = (name: string, world: WorldView): NodeView[] =>
  name === 'any' ? [...world.nodes.values()] : [world.nodes.get(name)].filter((each) => each !== undefined);

function evaluateCri(source: Extract<CheckSource, { cri: unknown }>['cri'], world: WorldView, test: Test, at: Where): Verdict {
  const nodes = nodesOf(source.node, world);
  if (nodes.length === 0) return { state: 'impossible', reason: `there is no node ${source.node}` };
  if (source.events) {
    const items = world.events[source.events].filter((each) => source.node === 'any' || each.node === source.node);
    return test({ items }, `${items.length} made`);
  }
  const servers = nodes.flatMap((node) => (node.cri ? [node.cri] : []));
  if (servers.length === 0) return failed('a runtime that answers', 'nobody answers on its socket', at());
  const list = source.list ?? 'containers';
  const items = servers.flatMap((cri): readonly unknown[] =>
    list === 'images' ? cri.image.listImages() : list === 'sandboxes' ? cri.runtime.listPodSandbox() : cri.runtime.listContainers(),
  );
  return test({ items }, `${items.length} ${list}`);
}

function evaluateContainerd(source: Extract<CheckSource, { containerd: unknown }>['containerd'], world: WorldView, test: Test, at: Where): Verdict {
  const nodes = nodesOf(source.node, world);
  const servers = nodes.flatMap((node) => (node.containerd ? [node.containerd] : []));
  if (servers.length === 0) return failed('containerd to answer', 'nobody answers on its socket', at());
  const items = servers.flatMap((api): readonly unknown[] =>
    source.list === 'snapshots' ? api.snapshots.list(source.namespace, 'overlayfs') : api[source.list].list(source.namespace),
  );
  return test({ items }, `${items.length} ${source.list}`);
}

function evaluateAccess(source: Extract<CheckSource, { access: unknown }>['access'], world: WorldView, test: Test): Verdict {
  const [resource = '', group = ''] = source.resource.split(/\.(.*)/s);
  const spec = {
    user: source.as,
    ...(source.as.startsWith('system:serviceaccount:')
      ? { groups: ['system:serviceaccounts', `system:serviceaccounts:${source.as.split(':')[2] ?? ''}`, 'system:authenticated'] }
      : { groups: ['system:authenticated'] }),
    resourceAttributes: {
      verb: source.verb,
      resource,
      group,
      namespace: source.namespace ?? '',
      name: source.name ?? '',
      subresource: source.subresource ?? '',
    },
  };
  const response = world.rest({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
  });
  const allowed = (response?.body as { status?: { allowed?: boolean } } | undefined)?.status?.allowed ?? false;
  return test({ allowed }, allowed ? 'allowed' : 'not allowed');
}

function evaluateNode(check: Extract<CheckSource, { node: unknown } | { file: unknown }>, world: WorldView, test: Test, at: Where): Verdict {
  const name = 'file' in check ? check.file.node : check.node.node;
  const node = world.nodes.get(name);
  if (!node) return { state: 'impossible', reason: `there is no node ${name}` };
  if ('file' in check) {
    const fs = new FileSystem(node.kernel.host.mount, daemonUser(node.kernel.sim));
    const inode = fs.find(check.file.path);
    if (!inode) return failed(`the file ${check.file.path}`, 'there is none', at());
    return test({ content: inode.type === 'file' ? inode.read() : '', mode: inode.mode, type: inode.type }, inode.type);
  }
  const items = nodeItems(node, check.node.list);
  return test({ items }, `${items.length} ${check.node.list}`);
}

function nodeItems({ kernel }: NodeView, list: 'processes' | 'units' | 'mounts' | 'listeners'): readonly unknown[] {
  if (list === 'processes')
    return [...kernel.processes.values()].map((each) => ({
      pid: each.pid,
      comm: each.comm,
      argv: each.argv,
      uid: each.uid,
      state: each.state,
      parent: each.parent?.pid ?? 0,
    }));
  if (list === 'units')
    return [...(kernel.systemd?.units.values() ?? [])].map((each) => ({ name: each.name, active: each.active, sub: each.sub, enabled: each.enabled }));
  if (list === 'mounts') return [...kernel.host.mount.mounts.values()].map(({ path, type, source }) => ({ path, type, source }));
  return [...kernel.host.network.listeners].map(({ address, port, transport, pid }) => ({ address, port, transport, pid }));
}

/** A phase or a count, for "found". */
function summary(object: unknown): string {
  const { status, spec } = object as { status?: { phase?: string; readyReplicas?: number }; spec?: { replicas?: number } };
  return status?.phase ?? (spec?.replicas !== undefined ? `${status?.readyReplicas ?? 0} of ${spec.replicas} ready` : 'it is there');
}
