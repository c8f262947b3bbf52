/** kubernetes kubectl/pkg/cmd/apply/apply_edit_last_applied.go. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import { equal } from '../../../../apimachinery/patch/json-value.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, infosOfText, visitAll } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { editSession } from '../../editor/session.ts';
import { KubectlError } from '../../errors.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { lastApplied } from '../create/generator.ts';
import { uidOf } from '../edit.ts';
import { originalConfiguration } from './last-applied.ts';

const header = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`;

export const editLastApplied: CommandEntry = {
  path: 'apply edit-last-applied',
  short: 'Edit latest last-applied-configuration annotations of a resource/object',
  long: 'Opens the annotation of each object in the editor; the object itself stays as it is.',
  examples: '# As YAML\nkubectl apply edit-last-applied deployment/web\n\n# As JSON\nkubectl apply edit-last-applied deployment/web -o json',
  *run(k) {
    const annotated: Info[] = [];
    for (const info of yield* visitAll(k, { args: k.args, selectAll: true })) {
      const original = originalConfiguration(info.object);
      if (original) annotated.push(...(yield* infosOfText(k, sortedJson(original), 'edited-file')).slice(0, 1));
    }
    if (annotated.length === 0)
      throw new KubectlError(
        'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
      );
    yield* editSession(k, annotated, { header, save: (updated) => annotateAll(k, annotated, updated) });
  },
};

function* annotateAll(k: Kubectl, originals: readonly Info[], updated: readonly Info[]): Routine {
  const print = operationPrinter(k);
  for (const info of updated) {
    const original = originals.find(({ object }) => uidOf(object) === uidOf(info.object));
    if (original && equal(original.object, info.object)) {
      yield* print(info.object, 'skipped');
      continue;
    }
    const body = { metadata: { annotations: { [lastApplied]: `${sortedJson(info.object)}\n` } } };
    yield* k.api.request({ method: 'PATCH', path: pathOf(info.resource, k.namespace, info.name), body, contentType: 'application/merge-patch+json' });
    yield* print(info.object, 'edited');
  }
}
