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
import { type Kubectl, pathOf } from '../kubectl.ts';
import { withoutManagedFields } from '../printers/object-printer.ts';
import { originalConfiguration } from './apply/last-applied.ts';
import { eachPrunable, pruneList } from './apply/prune.ts';
import { lastApplied } from './create/generator.ts';
import { unifiedDiff } from './unified-diff.ts';

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
    const folders = { live: `/tmp/LIVE-${k.process.sim.random.int(2 ** 32)}`, merged: `/tmp/MERGED-${k.process.sim.random.int(2 ** 32)}` };
    const kinds = yield* pruneList(k);
    const found = new Map<string, string>();
    const compare = (resource: ApiResource, namespace: string | undefined, before: Obj | undefined, after: Obj | undefined): void => {
      const name = nameOf(after ?? before ?? {});
      const file = [resource.group || undefined, resource.version, resource.kind, namespace, name].filter((part) => part !== undefined).join('.');
      const [from, to] = [`${folders.live}/${file}`, `${folders.merged}/${file}`];
      const text = unifiedDiff(before ? dumpYaml(before) : '', after ? dumpYaml(after) : '', { from, to, now: k.now });
      if (text !== '') found.set(file, `diff -u -N ${from} ${to}\n${text}`);
    };
    const seen: Obj[] = [];
    for (const target of targets) {
      const live = yield* getLive(k, target);
      if (live) seen.push(live);
      const [before, after] = maskSecrets(live, yield* dryRun(k, target, live));
      compare(target.resource, target.namespace, before, after);
    }
    if (k.flags.bool('prune'))
      yield* eachPrunable(k, seen, kinds, function* ({ object, resource, namespace }) {
        compare(resource, namespace, k.flags.bool('show-managed-fields') ? object : withoutManagedFields(object), undefined);
      });
    // Two folders are compared, and diff goes through them by name.
    for (const [, text] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) yield* k.print(text);
    return found.size > 0 ? 1 : 0;
  },
};

function* getLive(k: Kubectl, { resource, namespace, manifest }: ManifestTarget): Routine<Obj | undefined> {
  try {
    return obj(yield* k.api.request({ method: 'GET', path: pathOf(resource, namespace, nameOf(manifest.object)) }));
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
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
  const patch = type ? createThreeWayStrategicPatch(original, object, live, type) : createThreeWayMergePatch(original, object, live);
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
function maskSecrets(live: Obj | undefined, merged: Obj): [Obj | undefined, Obj] {
  const [before, after] = [live && withoutManagedFields(live), withoutEmptyAnnotations(withoutManagedFields(merged))];
  if (merged['kind'] !== 'Secret') return [before, after];
  const mask = (object: Obj, other: Obj | undefined, suffix: string): Obj =>
    withPath(
      object,
      ['data'],
      Object.fromEntries(entriesOf(object['data']).map(([key, value]) => [key, other && text(obj(other['data'])[key]) !== value ? `*** (${suffix})` : '***'])),
    );
  return [before && mask(before, after, 'before'), mask(after, before, 'after')];
}
