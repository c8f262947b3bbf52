/** kubernetes kubectl/pkg/cmd/apply/apply_edit_last_applied.go. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import { dumpYaml, parseYaml, YamlError } from '../../../../apimachinery/yaml.ts';
import { visitAll } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { KubectlError } from '../../errors.ts';
import { obj } from '../../json.ts';
import { pathOf } from '../../kubectl.ts';
import { operationPrinter } from '../../printers/operation.ts';
import { lastApplied } from '../create/generator.ts';
import { callEditor } from '../edit.ts';
import { originalConfiguration } from './last-applied.ts';

const notice = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`;

export const editLastApplied: CommandEntry = {
  path: 'apply edit-last-applied',
  short: 'Edit latest last-applied-configuration annotations of a resource/object',
  long: 'Opens the annotation of each object in the editor; the object itself stays as it is.',
  examples: '# As YAML\nkubectl apply edit-last-applied deployment/web\n\n# As JSON\nkubectl apply edit-last-applied deployment/web -o json',
  *run(k) {
    const print = operationPrinter(k);
    for (const info of yield* visitAll(k, { args: k.args, selectAll: true })) {
      const original = originalConfiguration(info.object);
      if (!original) throw new KubectlError(`no last-applied-configuration annotation found on resource: ${info.name}`);
      const shown = k.flags.text('output') === 'json' ? `${sortedJson(original, 4)}\n` : dumpYaml(original);
      const edited = (yield* callEditor(k, notice + shown))
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n');
      if (edited.trim() === '') return yield* k.printError('Edit cancelled, saved file was empty.\n');
      if (edited.trim() === shown.trim()) {
        yield* k.printError('Edit cancelled, no changes made.\n');
        continue;
      }
      const body = { metadata: { annotations: { [lastApplied]: `${sortedJson(parsed(edited))}\n` } } };
      const path = pathOf(info.resource, info.namespace, info.name);
      yield* print(obj(yield* k.api.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' })), 'edited');
    }
  },
};

function parsed(text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`The edited file had a syntax error: ${error.message}`);
  }
}
