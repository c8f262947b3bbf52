import { typeOf } from '../../../api/schema.ts';
import { goSyntax } from '../../../apimachinery/go-text.ts';
import { sortedJson } from '../../../apimachinery/json.ts';
import { equal } from '../../../apimachinery/patch/json-value.ts';
import { createMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { createTwoWayMergePatch } from '../../../apimachinery/patch/strategic-diff.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, visitAll } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { editHeader, editSession, type Results, refused } from '../editor/session.ts';
import { KubectlError } from '../errors.ts';
import { at, type Obj, obj, text } from '../json.ts';
import { type Kubectl, pathOf } from '../kubectl.ts';
import { withoutManagedFields } from '../printers/object-printer.ts';
import { type OperationPrinter, operationPrinter } from '../printers/operation.ts';
import { lastApplied, writeQuery } from './create/generator.ts';

/** kubernetes kubectl/pkg/cmd/edit/edit.go. */
export const edit: CommandEntry = {
  path: 'edit',
  short: 'Edit a resource on the server',
  long: 'Opens what the server has in the editor that $KUBE_EDITOR or $EDITOR names, vi otherwise, and sends what was changed.',
  examples: '# A deployment\nkubectl edit deployment/web\n\n# With another editor\nKUBE_EDITOR=nano kubectl edit svc/web',
  *run(k) {
    const infos = yield* visitAll(k, { args: k.args, selectAll: true, subresource: k.flags.text('subresource') });
    if (infos.length === 0) throw new KubectlError('edit cancelled, no objects found');
    yield* editSession(k, infos, { header: editHeader, save: (updated, results) => patchAll(k, infos, updated, results) });
  },
};

function* patchAll(k: Kubectl, originals: readonly Info[], updated: readonly Info[], results: Results): Routine {
  const print = operationPrinter(k);
  for (const info of updated) {
    const original = originals.find(({ object }) => uidOf(object) === uidOf(info.object));
    if (!original) throw new KubectlError(`no original object found for &unstructured.Unstructured{Object:${goSyntax(info.object)}}`);
    yield* patchOne(k, original, k.flags.bool('save-config') ? withConfig(info, original) : info, { print, results });
  }
}

/** --save-config writes down all of it, managedFields too. */
function withConfig(info: Info, original: Info): Info {
  const annotations = obj(at(info.object, 'metadata.annotations'));
  const { [lastApplied]: _old, ...others } = annotations;
  const metadata = { ...obj(info.object['metadata']), managedFields: at(original.object, 'metadata.managedFields') };
  const config = `${sortedJson({ ...info.object, metadata: { ...metadata, annotations: others } })}\n`;
  return { ...info, object: { ...info.object, metadata: { ...metadata, annotations: { ...annotations, [lastApplied]: config } } } };
}

/** What the server gave it; the same one may have another name now. */
export const uidOf = (object: Obj): string => text(at(object, 'metadata.uid'));

function* patchOne(k: Kubectl, original: Info, info: Info, { print, results }: { readonly print: OperationPrinter; readonly results: Results }): Routine {
  const [before, after] = [withoutManagedFields(original.object), withoutManagedFields(info.object)];
  if (equal(before, after)) return yield* print(info.object, 'skipped');
  const type = typeOf(text(info.object['apiVersion']), text(info.object['kind']));
  const body = type ? createTwoWayMergePatch(before, after, type) : createMergePatch(before, after);
  if ('apiVersion' in body || 'kind' in body || at(body, 'metadata.name') !== undefined)
    throw new KubectlError('At least one of apiVersion, kind and name was changed');
  if (k.flags.bool('output-patch')) yield* k.print(`Patch: ${sortedJson(body)}\n`);
  const path = pathOf(info.resource, info.namespace, info.name, k.flags.text('subresource'));
  const contentType = type ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
  let patched: unknown;
  try {
    patched = yield* k.api.request({ method: 'PATCH', path, query: writeQuery(k, 'none'), body, contentType });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return yield* refused(k, info, error, results);
  }
  yield* print(obj(patched), 'edited');
}
