import type { Routine } from '../../../../sim/routine.ts';
import { type Info, visit } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { forEach, listedOne } from '../../fetch.ts';
import { at, num, type Obj, obj, objs, text } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';

type Progress = { readonly text: string; readonly done: boolean };

/** kubernetes kubectl/pkg/cmd/rollout/rollout_status.go. */
export const rolloutStatus: CommandEntry = {
  path: 'rollout status',
  short: 'Show the status of the rollout',
  long: 'Waits until the rollout is done unless --watch=false says otherwise.',
  examples: '# Until it is done\nkubectl rollout status deployment/web\n\n# At most a minute\nkubectl rollout status deployment/web --timeout=60s',
  *run(k) {
    if (k.flags.number('revision') < 0) throw new KubectlError(`revision must be a positive integer: ${k.flags.number('revision')}`);
    if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '')
      throw new KubectlError('required resource not specified');
    const visited = yield* visit(k, { args: k.args, selectAll: true });
    yield* forEach(visited, (info) => follow(k, info));
    if (visited.infos.length === 0) yield* k.printError(`No resources found in ${k.namespace} namespace.\n`);
  },
};

function* follow(k: Kubectl, info: Info): Routine {
  const progress = progressOf[info.resource.kind];
  if (!progress)
    throw new KubectlError(`no status viewer has been implemented for ${info.resource.kind}${info.resource.group === '' ? '' : `.${info.resource.group}`}`);
  const timeout = k.flags.duration('timeout');
  const until = timeout > 0 ? k.now + timeout : Number.POSITIVE_INFINITY;
  const revision = k.flags.number('revision');
  const path = pathOf(info.resource, info.namespace);
  const { object: first, query } = yield* listedOne(k, path, info.name);
  if (!first) throw new KubectlError('object has been deleted');
  if (yield* show(k, progress(first, revision))) return;
  if (!k.flags.bool('watch')) return;
  const channel = yield* k.api.watch({ method: 'GET', path, query });
  try {
    for (;;) {
      const event = channel.take();
      if (event?.type === 'DELETED') throw new KubectlError('object has been deleted');
      if (event && event.type !== 'BOOKMARK' && (yield* show(k, progress(obj(event.object), revision)))) return;
      if (event) continue;
      const left = until - k.now;
      if (left <= 0 || channel.closed) throw new KubectlError('timed out waiting for the condition');
      yield Number.isFinite(left) ? { on: [channel.changed], timeout: left } : { on: [channel.changed] };
    }
  } finally {
    channel.break();
  }
}

function* show(k: Kubectl, progress: Progress): Routine<boolean> {
  yield* k.print(progress.text);
  return progress.done;
}

/** kubernetes kubectl/pkg/polymorphichelpers/rollout_status.go. */
const progressOf: Readonly<Record<string, (object: Obj, revision: number) => Progress>> = {
  Deployment: deployment,
  DaemonSet: daemonSet,
  StatefulSet: statefulSet,
};

const going = (line: string): Progress => ({ text: `${line}\n`, done: false });

function deployment(object: Obj, revision: number): Progress {
  const name = text(at(object, 'metadata.name'));
  const status = obj(object['status']);
  if (revision > 0) {
    const current = num(obj(at(object, 'metadata.annotations'))['deployment.kubernetes.io/revision']);
    if (current !== revision) throw new KubectlError(`desired revision (${revision}) is different from the running revision (${current})`);
  }
  if (num(at(object, 'metadata.generation')) > num(status['observedGeneration'])) return going('Waiting for deployment spec update to be observed...');
  const progressing = objs(status['conditions']).find((condition) => condition['type'] === 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') throw new KubectlError(`deployment "${name}" exceeded its progress deadline`);
  const [updated, replicas, available, wanted] = [
    num(status['updatedReplicas']),
    num(status['replicas']),
    num(status['availableReplicas']),
    num(at(object, 'spec.replicas') ?? 1),
  ];
  if (updated < wanted) return going(`Waiting for deployment "${name}" rollout to finish: ${updated} out of ${wanted} new replicas have been updated...`);
  if (replicas > updated) return going(`Waiting for deployment "${name}" rollout to finish: ${replicas - updated} old replicas are pending termination...`);
  if (available < updated) return going(`Waiting for deployment "${name}" rollout to finish: ${available} of ${updated} updated replicas are available...`);
  return { text: `deployment "${name}" successfully rolled out\n`, done: true };
}

function daemonSet(object: Obj): Progress {
  const name = text(at(object, 'metadata.name'));
  const status = obj(object['status']);
  if (at(object, 'spec.updateStrategy.type') !== 'RollingUpdate') throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  if (num(at(object, 'metadata.generation')) > num(status['observedGeneration'])) return going('Waiting for daemon set spec update to be observed...');
  const [updated, wanted, available] = [num(status['updatedNumberScheduled']), num(status['desiredNumberScheduled']), num(status['numberAvailable'])];
  if (updated < wanted) return going(`Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${wanted} new pods have been updated...`);
  if (available < wanted) return going(`Waiting for daemon set "${name}" rollout to finish: ${available} of ${wanted} updated pods are available...`);
  return { text: `daemon set "${name}" successfully rolled out\n`, done: true };
}

function statefulSet(object: Obj): Progress {
  const status = obj(object['status']);
  if (at(object, 'spec.updateStrategy.type') !== 'RollingUpdate') throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
  if (num(status['observedGeneration']) === 0 || num(at(object, 'metadata.generation')) > num(status['observedGeneration']))
    return going('Waiting for statefulset spec update to be observed...');
  const wanted = num(at(object, 'spec.replicas') ?? 1);
  const ready = num(status['readyReplicas']);
  if (ready < wanted) return going(`Waiting for ${wanted - ready} pods to be ready...`);
  const rolling = at(object, 'spec.updateStrategy.rollingUpdate');
  const updated = num(status['updatedReplicas']);
  if (rolling !== undefined) {
    const partition = num(at(rolling, 'partition'));
    if (updated < wanted - partition)
      return going(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...`);
    return { text: `partitioned roll out complete: ${updated} new pods have been updated...\n`, done: true };
  }
  if (status['updateRevision'] !== status['currentRevision'])
    return going(`waiting for statefulset rolling update to complete ${updated} pods at revision ${text(status['updateRevision'])}...`);
  return { text: `statefulset rolling update complete ${num(status['currentReplicas'])} pods at revision ${text(status['currentRevision'])}...\n`, done: true };
}
