/** pause, resume, restart, undo: kubernetes kubectl/pkg/cmd/rollout, pkg/polymorphichelpers. */
import { resourceName } from '../../../../apimachinery/resources.ts';
import { rfc3339 } from '../../../../apimachinery/time.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, visit } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { podTemplateText } from '../../describe/pod-template.ts';
import { KubectlError } from '../../errors.ts';
import { forEach } from '../../fetch.ts';
import { at, entriesOf, type Obj, obj, withoutPath } from '../../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { type Revision, revisionsOf, templateOf } from './revisions.ts';

const strategic = 'application/strategic-merge-patch+json';

const patchPath = (info: Info): string => pathOf(info.resource, info.namespace, info.name);

function* each(k: Kubectl, change: (info: Info) => Routine): Routine {
  if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
    throw new KubectlError('required resource not specified');
  const visited = yield* visit(k, { args: k.args, selectAll: true });
  yield* forEach(visited, change);
  if (visited.infos.length === 0 && k.path !== 'rollout undo') yield* k.printError(`No resources found in ${k.namespace} namespace.\n`);
}

const inError = (info: Info): string => `error: ${resourceName(info.resource)} "${info.name}"`;

function* patched(k: Kubectl, info: Info, body: object): Routine<Obj> {
  const query = { fieldManager: k.flags.text('field-manager') };
  return obj(yield* k.api.request({ method: 'PATCH', path: patchPath(info), body, contentType: strategic, query }));
}

function* setPaused(k: Kubectl, paused: boolean): Routine {
  const print = operationPrinter(k);
  const verb = paused ? 'paused' : 'resumed';
  yield* each(k, function* (info) {
    if (info.resource.kind !== 'Deployment') throw new KubectlError(`${inError(info)} ${paused ? 'pausing' : 'resuming'} is not supported`);
    if ((at(info.object, 'spec.paused') === true) === paused) throw new KubectlError(`${inError(info)} is ${paused ? 'already' : 'not'} paused`);
    const patch = { spec: { paused: paused ? true : null } };
    yield* print(yield* patched(k, info, patch), verb);
  });
}

export const rollout: CommandEntry = {
  path: 'rollout',
  short: 'Manage the rollout of a resource',
  long: 'Deployments, daemon sets and stateful sets roll out.',
  examples: '# Go back to what ran before\nkubectl rollout undo deployment/web\n\n# See how far it is\nkubectl rollout status daemonset/agent',
};

export const rolloutPause: CommandEntry = {
  path: 'rollout pause',
  short: 'Mark the provided resource as paused',
  examples: '# Changes to the template are not rolled out until resumed\nkubectl rollout pause deployment/web',
  *run(k) {
    yield* setPaused(k, true);
  },
};

export const rolloutResume: CommandEntry = {
  path: 'rollout resume',
  short: 'Resume a paused resource',
  examples: '# Go on\nkubectl rollout resume deployment/web',
  *run(k) {
    yield* setPaused(k, false);
  },
};

export const rolloutRestart: CommandEntry = {
  path: 'rollout restart',
  short: 'Restart a resource',
  examples: '# New pods from the same template\nkubectl rollout restart deployment/web',
  *run(k) {
    const print = operationPrinter(k);
    yield* each(k, function* (info) {
      if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(info.resource.kind)) throw new KubectlError(`${inError(info)} restarting is not supported`);
      if (at(info.object, 'spec.paused') === true) throw new KubectlError(`${inError(info)} can't restart paused deployment (run rollout resume first)`);
      const annotations = obj(at(info.object, 'spec.template.metadata.annotations'));
      if (annotations['kubectl.kubernetes.io/restartedAt'] === rfc3339(k.now))
        throw new KubectlError(
          `failed to create patch for ${info.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
        );
      const patch = { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': rfc3339(k.now) } } } } };
      yield* print(yield* patched(k, info, patch), 'restarted');
    });
  },
};

export const rolloutUndo: CommandEntry = {
  path: 'rollout undo',
  short: 'Undo a previous rollout',
  examples: '# To the revision before\nkubectl rollout undo deployment/web\n\n# To a certain one\nkubectl rollout undo deployment/web --to-revision=3',
  *run(k) {
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun);
    const wanted = k.flags.number('to-revision');
    yield* each(k, function* (info) {
      const revisions = yield* revisionsOf(k, info, 'rollbacker');
      const target = choose(revisions, wanted, info);
      if (dryRun === 'client') {
        const template = podTemplateText(templateOf(target), { aligned: false }).replace(/^Pod Template:\n/, '');
        return yield* print(info.object, `Pod Template:\n${template}`);
      }
      if (info.resource.kind === 'Deployment' && at(info.object, 'spec.paused') === true)
        throw new KubectlError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
      if (sameTemplate(info.object, target)) return yield* print(info.object, `skipped rollback (current template already matches revision ${target.number})`);
      yield* print(yield* rollBack(k, info, target, dryRun), 'rolled back');
    });
  },
};

function choose(revisions: readonly Revision[], wanted: number, info: Info): Revision {
  const found = wanted !== 0 ? revisions.find(({ number }) => number === wanted) : revisions.at(-2);
  if (found) return found;
  if (wanted === 0 && info.resource.kind !== 'Deployment') throw new KubectlError('no last revision to roll back to');
  throw new KubectlError(
    wanted !== 0 ? `unable to find specified revision ${wanted} in history` : `no rollout history found for ${info.resource.kind.toLowerCase()} "${info.name}"`,
  );
}

const withoutHash = (template: Obj): Obj => withoutPath(template, ['metadata', 'labels', 'pod-template-hash']);

const sameTemplate = (object: Obj, target: Revision): boolean =>
  JSON.stringify(sorted(withoutHash(obj(at(object, 'spec.template'))))) === JSON.stringify(sorted(withoutHash(templateOf(target))));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$patch')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
};

/** Deployments get their old template and annotations back; the others the patch that their revision holds. */
function* rollBack(k: Kubectl, info: Info, target: Revision, dryRun: DryRun): Routine<Obj> {
  const query: Readonly<Record<string, string>> = dryRun === 'server' ? { dryRun: 'All' } : {};
  if (info.resource.kind !== 'Deployment')
    return obj(yield* k.api.request({ method: 'PATCH', path: patchPath(info), query, body: target.object['data'], contentType: strategic }));
  const own = [
    'kubectl.kubernetes.io/last-applied-configuration',
    'deployment.kubernetes.io/revision',
    'deployment.kubernetes.io/revision-history',
    'deployment.kubernetes.io/desired-replicas',
    'deployment.kubernetes.io/max-replicas',
    'deprecated.deployment.rollback.revision',
  ];
  const annotations = Object.fromEntries([
    ...entriesOf(at(info.object, 'metadata.annotations')).filter(([key]) => own.includes(key)),
    ...entriesOf(at(target.object, 'metadata.annotations')).filter(([key]) => !own.includes(key)),
  ]);
  const body = [
    { op: 'replace', path: '/spec/template', value: withoutHash(templateOf(target)) },
    { op: 'replace', path: '/metadata/annotations', value: annotations },
  ];
  return obj(yield* k.api.request({ method: 'PATCH', path: patchPath(info), query, body, contentType: 'application/json-patch+json' }));
}
