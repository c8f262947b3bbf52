import type { Routine } from '../../../sim/routine.ts';
import { type Info, visit } from '../builder.ts';
import { recorded } from '../change-cause.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { at, num, obj, text, withPath } from '../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';

/** kubernetes kubectl/pkg/cmd/scale/scale.go. */
export const scale: CommandEntry = {
  path: 'scale',
  short: 'Set a new size for a deployment, replica set, or replication controller',
  long: 'With --current-replicas or --resource-version the size is changed only if that is how things stand.',
  examples:
    '# Three replicas\nkubectl scale deployment/web --replicas=3\n\n# Only if there are two now\nkubectl scale --current-replicas=2 --replicas=3 deployment/web',
  required: ['replicas'],
  *run(k) {
    const replicas = k.flags.number('replicas');
    if (replicas < 0) throw new KubectlError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun);
    const { infos, errors } = yield* visit(k, { args: k.args, all: k.flags.bool('all') });
    // The first that cannot be scaled ends it.
    for (const info of infos) {
      if (dryRun !== 'client') yield* scaleOne(k, info, replicas, dryRun);
      if (dryRun === 'none' && k.flags.bool('record')) yield* recordScale(k, info);
      const fresh =
        k.flags.text('output') === '' || k.flags.text('output') === 'name' || dryRun !== 'none'
          ? withPath(info.object, ['spec', 'replicas'], replicas)
          : obj(yield* k.api.request({ method: 'GET', path: pathOf(info.resource, info.namespace, info.name) }));
      yield* print(fresh, 'scaled');
    }
    if (infos.length === 0 && errors.length === 0) throw new KubectlError('no objects passed to scale');
    if (errors.length > 0) throw new ErrorList(errors);
    const timeout = k.flags.duration('timeout');
    if (timeout > 0 && dryRun === 'none') for (const info of infos) yield* waitForScale(k, info, replicas, k.now + timeout);
  },
};

function* scaleOne(k: Kubectl, info: Info, replicas: number, dryRun: DryRun): Routine {
  const path = pathOf(info.resource, info.namespace, info.name, 'scale');
  const query: Readonly<Record<string, string>> = dryRun === 'server' ? { dryRun: 'All' } : {};
  const [current, version] = [k.flags.number('current-replicas'), k.flags.text('resource-version')];
  if (!k.flags.has('current-replicas') && version === '') {
    yield* k.api.request({ method: 'PATCH', path, query, body: { spec: { replicas } }, contentType: 'application/merge-patch+json' });
    return;
  }
  const live = obj(yield* k.api.request({ method: 'GET', path }));
  const size = num(at(live, 'spec.replicas'));
  if (k.flags.has('current-replicas') && current !== size) throw new KubectlError(`Expected replicas to be ${current}, was ${size}`);
  const seen = text(at(live, 'metadata.resourceVersion'));
  if (version !== '' && version !== seen) throw new KubectlError(`Expected resource version to be ${version}, was ${seen}`);
  yield* k.api.request({ method: 'PUT', path, query, body: withPath(live, ['spec', 'replicas'], replicas) });
}

function* recordScale(k: Kubectl, info: Info): Routine {
  const { metadata } = recorded(k, { metadata: {} });
  yield* k.api.request({
    method: 'PATCH',
    path: pathOf(info.resource, info.namespace, info.name),
    body: { metadata },
    contentType: 'application/merge-patch+json',
  });
}

function* waitForScale(k: Kubectl, info: Info, replicas: number, until: number): Routine {
  const path = pathOf(info.resource, info.namespace, info.name, 'scale');
  while (num(at(yield* k.api.request({ method: 'GET', path }), 'status.replicas')) !== replicas) {
    if (k.now >= until) throw new KubectlError('timed out waiting for the condition');
    yield { timeout: 100 };
  }
}
