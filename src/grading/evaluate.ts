/** Evaluates a check against the world: one table of sources, one of combinations. */
import { CriError } from '../interfaces/cri.ts';
import type { Check, CheckSource } from '../lessons/lesson.ts';
import { Errno } from '../linux/errno.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { type Expressions, holds } from './cel.ts';
import { nearestCommand } from './commands.ts';
import { expressionFailure, type Failure, failedVerdict, failure, unreachable } from './failure.ts';
import { commandMeant } from './ran.ts';
import { resourcePath } from './resource-path.ts';
import type { Failed, Verdict } from './verdict.ts';
import type { Wording } from './wording.ts';
import type { NodeView, WorldView } from './world-view.ts';

/** A verdict before its words are made. `unless`: why its opposite would have failed. */
type Outcome = Exclude<Verdict, Failed | { state: 'passed' }> | Failure | { readonly state: 'passed'; readonly unless?: Failure };

const passed: Outcome = { state: 'passed' };

/** With the words of what is missing. */
export function evaluate(check: Check, world: WorldView, expressions: Expressions): Verdict {
  const outcome = outcomeOf(check, world, expressions);
  return outcome.state === 'failure' ? failedVerdict(outcome) : outcome.state === 'passed' ? { state: 'passed' } : outcome;
}

/** Only whether it holds. */
export const meets = (check: Check, world: WorldView, expressions: Expressions): boolean => outcomeOf(check, world, expressions).state === 'passed';

function outcomeOf(check: Check, world: WorldView, expressions: Expressions): Outcome {
  if ('all' in check) return firstNotPassed(check.all.map((each) => outcomeOf(each, world, expressions)));
  if ('any' in check) return anyOf(check.any, world, expressions, 1);
  if ('atLeast' in check) return anyOf(check.atLeast.of, world, expressions, check.atLeast.count);
  if ('not' in check) return negate(check.not, outcomeOf(check.not, world, expressions), world);
  try {
    return evaluateSource(check, check.that, world, expressions);
  } catch (error) {
    if (!(error instanceof Errno || error instanceof CriError)) throw error;
    const { message } = error;
    return failure(
      check,
      ({ answer }) => answer,
      () => message,
    );
  }
}

const firstNotPassed = (outcomes: readonly Outcome[]): Outcome => outcomes.find((each) => each.state !== 'passed') ?? passed;

function anyOf(checks: readonly Check[], world: WorldView, expressions: Expressions, count: number): Outcome {
  const outcomes = checks.map((each) => outcomeOf(each, world, expressions));
  return outcomes.filter((each) => each.state === 'passed').length >= count ? passed : firstNotPassed(outcomes);
}

function negate(check: Check, outcome: Outcome, world: WorldView): Outcome {
  // Whoever is still at it has not failed.
  if (outcome.state === 'failure') return outcome.open ? { state: 'waiting' } : passed;
  if (outcome.state !== 'passed') return outcome;
  return (
    outcome.unless ??
    failure(
      check,
      ({ otherwise }) => otherwise,
      ({ there }) => ran(check, world) ?? there,
    )
  );
}

/** Of a command that should not have been run: what was. */
const ran = (check: Check, world: WorldView): string | undefined => {
  const command = 'command' in check ? commandMeant(check.command, world) : undefined;
  return command && `${command.tool} ${command.verb}`.trim();
};

function evaluateSource(check: CheckSource & { readonly id?: string }, that: string | undefined, world: WorldView, expressions: Expressions): Outcome {
  const fail = (expected: (words: Wording) => string, found: (words: Wording) => string): Failure => failure(check, expected, found);
  const test = (context: Readonly<Record<string, unknown>>, thing?: (words: Wording) => string): Outcome => {
    if (that !== undefined && !holds(expressions.get(that), context)) return expressionFailure(check, that, context, expressions);
    if (that !== undefined) return { state: 'passed', unless: expressionFailure(check, that, context, expressions, true) };
    return thing
      ? {
          state: 'passed',
          unless: fail(
            (words) => words.gone(thing(words)),
            ({ there }) => there,
          ),
        }
      : passed;
  };
  if ('object' in check) {
    const { resource, name, namespace } = check.object;
    const thing = (): string => `${resource.replace(/\..*/s, '')}/${name}${namespace ? ` (namespace ${namespace})` : ''}`;
    const response = world.rest({ method: 'GET', path: resourcePath(resource, namespace, name) });
    if (response === undefined) return unreachable;
    if (response.status !== 200) return fail(thing, ({ missing }) => missing);
    return test({ object: response.body }, thing);
  }
  if ('objects' in check) {
    const response = world.rest({
      method: 'GET',
      path: resourcePath(check.objects.resource, check.objects.namespace),
      ...(check.objects.labels ? { query: { labelSelector: check.objects.labels } } : {}),
    });
    const items = (response?.body as { items?: readonly unknown[] } | undefined)?.items;
    if (!items) return unreachable;
    return test({ items });
  }
  if ('command' in check) {
    if (commandMeant(check.command, world)) return passed;
    const { tool, verb = '' } = check.command;
    const near = nearestCommand(check.command, world.commands);
    return {
      ...fail(
        () => `${tool} ${String(verb)}`.trim(),
        (words) => commandFound(near, check.command.status, words),
      ),
      untold: true,
      open: near?.differs === 'status' && near.command.status === undefined,
    };
  }
  if ('answer' in check)
    return world.answers.has(check.answer)
      ? passed
      : fail(
          ({ answer }) => answer,
          ({ notAnswered }) => notAnswered,
        );
  if ('cri' in check) return evaluateCri(check.cri, world, test, fail);
  if ('containerd' in check) return evaluateContainerd(check.containerd, world, test, fail);
  if ('access' in check) return evaluateAccess(check.access, world, test);
  if ('probe' in check) {
    const result = world.probe(check.probe);
    if (!result) return { state: 'waiting' };
    const { ok, found } = result;
    if (that === undefined)
      return ok
        ? passed
        : fail(
            ({ answer }) => answer,
            () => reasonOf(found),
          );
    // Why there is no answer says more than that there is none.
    const outcome = test({ ok, body: found });
    return outcome.state === 'failure' && !ok && found !== '' && that === 'ok'
      ? fail(
          ({ answer }) => answer,
          () => reasonOf(found),
        )
      : outcome;
  }
  return evaluateNode(check, world, test, fail);
}

/** Why a probe got no answer, its last line; where it went stands in what to look at. */
const reasonOf = (found: string): string => found.slice(found.lastIndexOf('\n') + 1).replace(/^(?:\*\* |curl: \(\d+\) (?:Failed to connect to .* ms: )?)/, '');

/** What came of the command that was most like the one wanted. */
function commandFound(near: ReturnType<typeof nearestCommand>, wanted: number | undefined, words: Wording): string {
  if (near === undefined) return words.notRun;
  const { differs, command } = near;
  if (differs === 'at') return words.onOther(command.node);
  // Where it ended as wanted, it was on another container, or too early.
  if (differs === 'rest' ? !command.status : command.status === (wanted ?? command.status)) return words.runOtherwise;
  return command.status === undefined ? words.runs : words.ended(command.status);
}

type Test = (context: Readonly<Record<string, unknown>>, thing?: (words: Wording) => string) => Outcome;
type Fail = (expected: (words: Wording) => string, found: (words: Wording) => string) => Failure;

const nodesOf = (name: string, world: WorldView): NodeView[] =>
  name === 'any' ? [...world.nodes.values()] : [world.nodes.get(name)].filter((each) => each !== undefined);

function evaluateCri(source: Extract<CheckSource, { cri: unknown }>['cri'], world: WorldView, test: Test, fail: Fail): Outcome {
  const nodes = nodesOf(source.node, world);
  if (nodes.length === 0) return { state: 'impossible', reason: `there is no node ${source.node}` };
  if (source.events) {
    const items = world.events[source.events].filter((each) => source.node === 'any' || each.node === source.node);
    return test({ items });
  }
  const servers = nodes.flatMap((node) => (node.cri ? [node.cri] : []));
  if (servers.length === 0)
    return fail(
      ({ runtimeAnswer }) => runtimeAnswer,
      ({ silentSocket }) => silentSocket,
    );
  const list = source.list ?? 'containers';
  const items = servers.flatMap((cri): readonly unknown[] =>
    list === 'images'
      ? cri.image.listImages()
      : list === 'sandboxes'
        ? cri.runtime.listPodSandbox()
        : list === 'status'
          ? [cri.runtime.status(true)]
          : cri.runtime.listContainers(),
  );
  return test({ items });
}

function evaluateContainerd(source: Extract<CheckSource, { containerd: unknown }>['containerd'], world: WorldView, test: Test, fail: Fail): Outcome {
  const nodes = nodesOf(source.node, world);
  const servers = nodes.flatMap((node) => (node.containerd ? [node.containerd] : []));
  if (servers.length === 0)
    return fail(
      ({ runtimeAnswer }) => runtimeAnswer,
      ({ silentSocket }) => silentSocket,
    );
  const items = servers.flatMap((api): readonly unknown[] =>
    source.list === 'snapshots' ? api.snapshots.list(source.namespace, 'overlayfs') : api[source.list].list(source.namespace),
  );
  return test({ items });
}

function evaluateAccess(source: Extract<CheckSource, { access: unknown }>['access'], world: WorldView, test: Test): Outcome {
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
  return test({ allowed });
}

function evaluateNode(check: Extract<CheckSource, { node: unknown } | { file: unknown }>, world: WorldView, test: Test, fail: Fail): Outcome {
  const name = 'file' in check ? check.file.node : check.node.node;
  const node = world.nodes.get(name);
  if (!node) return { state: 'impossible', reason: `there is no node ${name}` };
  if ('file' in check) {
    const fs = new FileSystem(node.kernel.host.mount, daemonUser(node.kernel.sim));
    const inode = fs.find(check.file.path);
    const file = ({ file: named }: Wording): string => named(check.file.path);
    if (!inode) return fail(file, ({ missing }) => missing);
    return test({ content: inode.type === 'file' ? inode.read() : '', mode: inode.mode, type: inode.type }, file);
  }
  const items = nodeItems(node, check.node.list);
  return test({ items });
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
