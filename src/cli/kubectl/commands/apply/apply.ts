import { isReason, StatusError } from '../../../../apimachinery/status.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { targetsOf } from '../../builder.ts';
import { recorded } from '../../change-cause.ts';
import type { CommandEntry } from '../../command.ts';
import { ErrorList, KubectlError, prefixed } from '../../errors.ts';
import { at, nameOf, type Obj, obj, text } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { type OperationPrinter, operationPrinter } from '../../printers/operation.ts';
import { lastApplied, writeQuery } from '../create/generator.ts';
import { cascadeOf } from '../delete/deleter.ts';
import { type ApplyOptions, describe, type ManifestTarget } from './apply-target.ts';
import { applySetOf, beforeApply, labelled, pruneSet } from './applyset.ts';
import { modifiedConfiguration } from './last-applied.ts';
import { patchLive } from './patcher.ts';
import { prune, pruneList } from './prune.ts';
import { applyServerSide } from './server-side.ts';

/** kubernetes kubectl/pkg/cmd/apply/apply.go. */
export const apply: CommandEntry = {
  path: 'apply',
  short: 'Apply a configuration to a resource by file name or stdin',
  long: 'The resource is created if it does not exist yet. Manifests are JSON or YAML.',
  examples: '# What a file describes\nkubectl apply -f deployment.yaml\n\n# A kustomization\nkubectl apply -k overlay/',
  *run(k) {
    const force = k.flags.bool('force');
    yield* cascadeOf(k);
    if (k.flags.text('subresource') !== '' && !k.flags.bool('server-side')) throw new KubectlError('--subresource can only be specified for --server-side');
    if (k.flags.bool('force-conflicts') && !k.flags.bool('server-side')) throw new KubectlError('--force-conflicts only works with --server-side');
    if (force && k.flags.bool('server-side')) throw new KubectlError('--force cannot be used with --server-side');
    const dryRun = yield* k.dryRun();
    if (dryRun === 'server' && force) throw new KubectlError('--dry-run=server cannot be used with --force');
    if (dryRun === 'client' && k.flags.bool('server-side'))
      throw new KubectlError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
    if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`);
    if (k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '') throw new KubectlError('must specify one of -f and -k');
    const set = yield* applySetOf(k);
    if (k.flags.bool('prune') && k.flags.bool('all') && k.flags.text('selector') !== '')
      throw new KubectlError('cannot set --all and --selector at the same time');
    if (!set && k.flags.bool('prune') && k.flags.text('selector') === '' && !k.flags.bool('all'))
      throw new KubectlError(
        'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
      );
    const allowed = yield* pruneList(k);
    const query = writeQuery(k, dryRun);
    const found = (yield* targetsOf(k, { args: [], validate: query['fieldValidation'] !== 'Ignore' })).filter(
      (target): target is ManifestTarget => target.kind === 'manifest',
    );
    const printOne = operationPrinter(k, dryRun);
    const shown: Obj[] = [];
    const whole = !['', 'name'].includes(k.flags.text('output'));
    const print: OperationPrinter = whole
      ? function* (object) {
          shown.push(object);
        }
      : printOne;
    if (found.length === 0) throw new KubectlError('no objects passed to apply');
    const targets = set ? labelled(set, found) : found;
    if (set) yield* beforeApply(k, set, targets, dryRun);
    const errors: unknown[] = [];
    const applied: Obj[] = [];
    for (const target of targets) {
      try {
        applied.push(yield* applyOne(k, target, { dryRun, print, query }));
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new ErrorList(errors);
    if (whole) yield* printOne(shown.length === 1 ? (shown[0] as Obj) : { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} }, '');
    if (set) yield* pruneSet(k, set, { applied, targets, dryRun });
    else if (k.flags.bool('prune')) yield* prune(k, { applied, dryRun, kinds: allowed });
  },
};

function* applyOne(k: Kubectl, target: ManifestTarget, options: ApplyOptions): Routine<Obj> {
  const object = recorded(k, target.manifest.object);
  const name = nameOf(object);
  const generated = text(at(object, 'metadata.generateName'));
  if (name === '' && generated !== '') throw new KubectlError(`from ${generated}: cannot use generate name with apply`);
  if (k.flags.bool('server-side')) return yield* applyServerSide(k, target, options);
  if (name === '') throw new KubectlError(`${retrieving(target)}resource name may not be empty`);
  const modified = modifiedConfiguration(object);
  const live = yield* getLive(k, target);
  if (!live) return yield* createNew(k, target, modified.object, options);
  if (lastAppliedMissing(live)) {
    yield* k.printError(
      `Warning: resource ${target.resource.resource}/${name} is missing the ${lastApplied} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  return yield* patchLive(k, { target, live, modified }, options);
}

const lastAppliedMissing = (live: Obj): boolean => text(obj(at(live, 'metadata.annotations'))[lastApplied]) === '';

function* getLive(k: Kubectl, target: ManifestTarget): Routine<Obj | undefined> {
  try {
    return obj(yield* k.api.request({ method: 'GET', path: pathOf(target.resource, target.namespace, nameOf(target.manifest.object)) }));
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw prefixed(error, retrieving(target));
  }
}

const retrieving = (target: ManifestTarget): string =>
  `error when retrieving current configuration of:\n${describe(target)}\nfrom server for: "${target.manifest.source}": `;

function* createNew(k: Kubectl, target: ManifestTarget, object: Obj, { dryRun, print, query }: ApplyOptions): Routine<Obj> {
  let created = object;
  if (dryRun !== 'client') {
    try {
      created = obj(yield* k.api.request({ method: 'POST', path: pathOf(target.resource, target.namespace), query, body: object }));
    } catch (error) {
      throw prefixed(error, `error when creating "${target.manifest.source}": `);
    }
  }
  yield* print(created, 'created');
  return created;
}
