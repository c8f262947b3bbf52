/** Client-side apply: kubernetes kubectl/pkg/cmd/apply/patcher.go. */

import { typeOf } from '../../../../api/schema.ts';
import { sortedJson } from '../../../../apimachinery/json.ts';
import { createThreeWayMergePatch } from '../../../../apimachinery/patch/merge-patch.ts';
import { PatchError } from '../../../../apimachinery/patch/patch-schema.ts';
import { createThreeWayStrategicPatch } from '../../../../apimachinery/patch/strategic-diff.ts';
import { isReason } from '../../../../apimachinery/status.ts';
import { type Routine, sleep } from '../../../../sim/routine.ts';
import { KubectlError, prefixed } from '../../errors.ts';
import { at, nameOf, type Obj, obj, text, withoutPath } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { lastApplied } from '../create/generator.ts';
import { deleteAndWait } from '../delete/deleter.ts';
import { type ApplyOptions, describe, type ManifestTarget } from './apply-target.ts';
import { type Modified, originalConfiguration } from './last-applied.ts';

const maxRetries = 5;
const backOff = 1000;

type Patchwork = { readonly target: ManifestTarget; readonly live: Obj; readonly modified: Modified };

/** Brings a live object to what the manifest says. */
export function* patchLive(k: Kubectl, work: Patchwork, options: ApplyOptions): Routine<Obj> {
  let live = work.live;
  for (let attempt = 1; ; attempt++) {
    const { patch, contentType } = yield* makePatch(k, work, live);
    const text = sortedJson(patch);
    if (text === '{}' && options.dryRun !== 'client') {
      yield* options.print(live, 'unchanged');
      return live;
    }
    if (options.dryRun === 'client') {
      yield* options.print(live, 'configured');
      return live;
    }
    try {
      const patched = obj(yield* k.api.request({ method: 'PATCH', path: objectPath(work.target), query: options.query, body: patch, contentType }));
      yield* options.print(patched, 'configured');
      return patched;
    } catch (error) {
      if (isReason(error, 'Conflict') && attempt <= maxRetries) {
        if (attempt > 1) yield* sleep(backOff);
        live = obj(yield* k.api.request({ method: 'GET', path: objectPath(work.target) }));
        continue;
      }
      if (k.flags.bool('force') && (isReason(error, 'Conflict') || isReason(error, 'Invalid'))) return yield* recreate(k, work, options);
      const { source } = work.target.manifest;
      throw prefixed(error, `error when applying patch:\n${text}\nto:\n${describe(work.target)}\nfor: "${source}": error when patching "${source}": `);
    }
  }
}

const objectPath = ({ resource, namespace, manifest }: ManifestTarget): string => pathOf(resource, namespace, nameOf(manifest.object));

type LivePatch = { readonly patch: Obj; readonly contentType: string };

function* makePatch(k: Kubectl, { target, modified }: Patchwork, live: Obj): Routine<LivePatch> {
  const original = originalConfiguration(live, modified) ?? {};
  const type = typeOf(text(modified.object['apiVersion']), text(modified.object['kind']));
  if (!type) return { patch: createThreeWayMergePatch(original, modified.object, live), contentType: 'application/merge-patch+json' };
  try {
    const versions = { original, modified: modified.object, current: live };
    return { patch: createThreeWayStrategicPatch(versions, type, k.flags.bool('overwrite')), contentType: 'application/strategic-merge-patch+json' };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    yield* k.printError(`warning: error calculating patch from openapi v3 spec: ${error.message}\n`);
    const { source } = target.manifest;
    const saved = text(obj(at(live, 'metadata.annotations'))[lastApplied]);
    const three = `original:\n${saved}\nmodified:\n${sortedJson(modified.object)}\n\ncurrent:\n${sortedJson(live)}\n`;
    throw new KubectlError(
      `error when applying patch:\n\nto:\n${describe(target)}\nfor: "${source}": error when patching "${source}": creating patch with:\n${three}\nfor: ${error.message}`,
    );
  }
}

/** --force: what cannot be changed is made anew. */
function* recreate(k: Kubectl, { target, live, modified }: Patchwork, options: ApplyOptions): Routine<Obj> {
  const { resource, namespace } = target;
  yield* deleteAndWait(k, { resource, namespace, name: nameOf(live), object: live, source: '' }, {});
  const fresh = withoutPath(modified.object, ['metadata', 'resourceVersion']);
  const created = obj(yield* k.api.request({ method: 'POST', path: pathOf(resource, namespace), query: options.query, body: fresh }));
  yield* options.print(created, at(created, 'metadata.uid') === undefined ? 'created' : 'configured');
  return created;
}
