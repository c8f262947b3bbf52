import { typeOf } from '../../../api/schema.ts';
import { createThreeWayMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { createThreeWayStrategicPatch } from '../../../apimachinery/patch/strategic-diff.ts';
import type { ApiResource } from '../../../apimachinery/resources.ts';
import { isReason } from '../../../apimachinery/status.ts';
import { dumpYaml } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Target, targetsOf } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, entriesOf, nameOf, type Obj, obj, text, withoutPath, withPath } from '../json.ts';
import { klog } from '../klog.ts';
import { type Kubectl, objectPath, pathOf } from '../kubectl.ts';
import { withoutManagedFields } from '../printers/object-printer.ts';
import { originalConfiguration } from './apply/last-applied.ts';
import { eachPrunable, pruneList } from './apply/prune.ts';
import { lastApplied } from './create/generator.ts';
import { runDiff } from './diff-program.ts';

type ManifestTarget = Extract<Target, { kind: 'manifest' }>;

/** kubernetes kubectl/pkg/cmd/diff/diff.go. */
export const diff: CommandEntry = {
  path: 'diff',
  short: 'Diff the live version against a would-be applied version',
  long: 'Exit status 0: no differences; 1: there are some; more: something went wrong.',
  examples: '# What would apply change?\nkubectl diff -f deployment.yaml',
  *run(k) {
    if (k.args.length > 0) throw new KubectlError(`Unexpected args: [${k.args.join(' ')}]\nSee 'kubectl diff -h' for help and examples`, { exitCode: 2 });
    if (k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '') throw new KubectlError('must specify one of -f and -k', { exitCode: 2 });
    if (k.flags.bool('force-conflicts') && !k.flags.bool('server-side'))
      throw new KubectlError('--force-conflicts only works with --server-side', { exitCode: 2 });
    const targets = (yield* targetsOf(k, { args: [] })).filter((target): target is ManifestTarget => target.kind === 'manifest');
    const kinds = yield* pruneList(k);
    const [lives, mergeds] = [new Map<string, string>(), new Map<string, string>()];
    const compare = (resource: ApiResource, namespace: string | undefined, before: Obj | undefined, after: Obj | undefined): void => {
      const name = nameOf(after ?? before ?? {});
      const file = [resource.group || undefined, resource.version, resource.kind, namespace, name].filter((part) => part !== undefined).join('.');
      lives.set(file, before ? dumpYaml(before) : '');
      if (after) mergeds.set(file, dumpYaml(after));
    };
    const seen: Obj[] = [];
    for (const target of targets) {
      const live = yield* getLive(k, target);
      if (live) seen.push(live);
      const [before, after] = maskSecrets(k, live, yield* dryRunAgain(k, target, live));
      compare(target.resource, target.namespace, before, after);
    }
    if (k.flags.bool('prune'))
      yield* eachPrunable(k, seen, kinds, function* ({ object, resource, namespace }) {
        compare(resource, namespace, object, undefined);
      });
    return yield* runDiff(k, lives, mergeds);
  },
};

function* getLive(k: Kubectl, { resource, namespace, manifest }: ManifestTarget): Routine<Obj | undefined> {
  try {
    return obj(yield* k.api.request({ method: 'GET', path: objectPath(resource, namespace, nameOf(manifest.object)) }));
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** A conflict may pass: it is tried three times, the last time after a word about it. */
function* dryRunAgain(k: Kubectl, target: ManifestTarget, live: Obj | undefined): Routine<Obj> {
  for (let left = 2; ; left--) {
    if (left === 0) {
      const { group, version, kind } = target.resource;
      const what = `Object (${group}/${version}, Kind=${kind}: ${nameOf(target.manifest.object)})`;
      yield* k.printError(`${klog(k.process, 'W')}diff.go:721] ${what} keeps changing, diffing without lock\n`);
    }
    try {
      return yield* dryRun(k, target, live);
    } catch (error) {
      if (left === 0 || !isReason(error, 'Conflict')) throw error;
    }
  }
}

/** What the server would store. */
function* dryRun(k: Kubectl, { resource, namespace, manifest }: ManifestTarget, live: Obj | undefined): Routine<Obj> {
  const query = { dryRun: 'All', fieldManager: k.flags.text('field-manager') };
  const path = pathOf(resource, namespace, live ? nameOf(manifest.object) : '');
  if (k.flags.bool('server-side')) {
    return obj(
      yield* k.api.request({
        method: 'PATCH',
        path: pathOf(resource, namespace, nameOf(manifest.object)),
        query: { ...query, fieldManager: 'kubectl', force: String(k.flags.bool('force-conflicts')) },
        body: manifest.object,
        contentType: 'application/apply-patch+yaml',
      }),
    );
  }
  const object = withoutPath(withPath(manifest.object, ['metadata', 'annotations'], obj(at(manifest.object, 'metadata.annotations'))), [
    'metadata',
    'annotations',
    lastApplied,
  ]);
  if (!live) return obj(yield* k.api.request({ method: 'POST', path, query, body: object }));
  const type = typeOf(text(object['apiVersion']), text(object['kind']));
  const original = originalConfiguration(live) ?? {};
  const patch = type ? createThreeWayStrategicPatch({ original, modified: object, current: live }, type) : createThreeWayMergePatch(original, object, live);
  return obj(
    yield* k.api.request({
      method: 'PATCH',
      path,
      query,
      body: patch,
      contentType: type ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
    }),
  );
}

const withoutEmptyAnnotations = (object: Obj): Obj =>
  entriesOf(at(object, 'metadata.annotations')).length > 0 ? object : withoutPath(object, ['metadata', 'annotations']);

/** The annotation of apply is left out of the comparison, and secret values only show that they differ. */
function maskSecrets(k: Kubectl, live: Obj | undefined, merged: Obj): [Obj | undefined, Obj] {
  const shown = (object: Obj): Obj => (k.flags.bool('show-managed-fields') ? object : withoutManagedFields(object));
  const [before, after] = [live && shown(live), withoutEmptyAnnotations(shown(merged))];
  if (merged['kind'] !== 'Secret') return [before, after];
  const mask = (object: Obj, other: Obj | undefined, suffix: string): Obj =>
    withPath(
      object,
      ['data'],
      Object.fromEntries(entriesOf(object['data']).map(([key, value]) => [key, other && text(obj(other['data'])[key]) !== value ? `*** (${suffix})` : '***'])),
    );
  return [before && mask(before, after, 'before'), mask(after, before, 'after')];
}
