import { goJson } from '../../../apimachinery/go-text.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Target, targetsOf } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError, prefixed } from '../errors.ts';
import { nameOf, obj, withoutPath } from '../json.ts';
import { type DryRun, type Kubectl, objectPath, pathOf } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';
import { withOwnConfiguration } from './apply/last-applied.ts';
import { rawBody, rawContent } from './create/create.ts';
import { writeQuery } from './create/generator.ts';
import { cascadeOf, deleteOne, waitForDeletion } from './delete/deleter.ts';

type ManifestTarget = Extract<Target, { kind: 'manifest' }>;

/** kubernetes kubectl/pkg/cmd/replace/replace.go. */
export const replace: CommandEntry = {
  path: 'replace',
  short: 'Replace a resource by file name or stdin',
  long: 'The whole specification must be given. With --force the resource is deleted and created again.',
  examples: '# Exchange a pod\nkubectl replace -f pod.yaml\n\n# Delete and create it\nkubectl replace --force -f pod.yaml',
  *run(k) {
    const dryRun = yield* k.dryRun();
    yield* cascadeOf(k);
    checkCall(k, dryRun);
    if (k.flags.text('raw') !== '') {
      const body = rawBody(yield* rawContent(k));
      return yield* k.print(`${goJson(yield* k.api.request({ method: 'PUT', path: k.flags.text('raw'), body }))}\n`);
    }
    const print = operationPrinter(k, dryRun);
    const query = writeQuery(k, dryRun);
    const targets = (yield* targetsOf(k, { args: k.args, validate: query['fieldValidation'] !== 'Ignore' })).filter(
      (target): target is ManifestTarget => target.kind === 'manifest',
    );
    if (k.flags.bool('force')) yield* deleteAll(k, targets);
    const errors: unknown[] = [];
    for (const { resource, namespace, manifest } of targets) {
      const object = withOwnConfiguration(k, manifest.object);
      const name = nameOf(manifest.object);
      try {
        if (k.flags.bool('force'))
          yield* print(
            obj(
              yield* k.api.request({
                method: 'POST',
                path: pathOf(resource, namespace),
                query,
                body: withoutPath(object, ['metadata', 'resourceVersion']),
              }),
            ),
            'replaced',
          );
        else if (dryRun === 'client') yield* print(object, 'replaced');
        else
          yield* print(
            obj(yield* k.api.request({ method: 'PUT', path: objectPath(resource, namespace, name, k.flags.text('subresource')), query, body: object })),
            'replaced',
          );
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
        errors.push(k.flags.bool('force') ? error : prefixed(error, `error when replacing "${manifest.source}": `));
      }
    }
    if (errors.length > 0) throw new ErrorList(errors);
  },
};

function checkCall({ flags }: Kubectl, dryRun: DryRun): void {
  const force = flags.bool('force');
  if (force && dryRun !== 'none') throw new KubectlError('--dry-run can not be used when --force is set');
  if (flags.number('grace-period') >= 0 && !force) throw new KubectlError('--grace-period must have --force specified');
  if (flags.duration('timeout') !== 0 && !force) throw new KubectlError('--timeout must have --force specified');
  if (flags.list('filename').length === 0 && flags.text('kustomize') === '') throw new KubectlError('must specify one of -f and -k');
}

function* deleteAll(k: Kubectl, targets: readonly ManifestTarget[]): Routine {
  const grace = k.flags.number('grace-period');
  for (const { resource, namespace, manifest } of targets) {
    const info = { resource, namespace, name: nameOf(manifest.object), object: manifest.object, source: '' };
    try {
      yield* deleteOne(k, info, { propagationPolicy: 'Background', ...(grace >= 0 && { gracePeriodSeconds: grace === 0 ? 1 : grace }) });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      continue;
    }
    const kind = resource.singular + (resource.group === '' ? '' : `.${resource.group}`);
    yield* k.print(`${kind} "${info.name}" deleted${resource.namespaced ? ` from ${namespace} namespace` : ''}\n`);
    yield* waitForDeletion(k, info, '', Number.POSITIVE_INFINITY);
  }
}
