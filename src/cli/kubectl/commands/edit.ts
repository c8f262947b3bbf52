import { typeOf } from '../../../api/schema.ts';
import { sortedJson } from '../../../apimachinery/json.ts';
import { equal } from '../../../apimachinery/patch/json-value.ts';
import { createMergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { createTwoWayMergePatch } from '../../../apimachinery/patch/strategic-diff.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import { dumpYaml, parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, visitAll } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { isObj, nameOf, type Obj, obj, text } from '../json.ts';
import { type Kubectl, pathOf } from '../kubectl.ts';
import { withoutManagedFields } from '../printers/object-printer.ts';
import { operationPrinter } from '../printers/operation.ts';
import { writeQuery } from './create/generator.ts';

const notice = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** kubernetes kubectl/pkg/cmd/util/editor/editoptions.go. */
export const edit: CommandEntry = {
  path: 'edit',
  short: 'Edit a resource on the server',
  long: 'Opens what the server has in the editor that $KUBE_EDITOR or $EDITOR names, vi otherwise, and sends what was changed.',
  examples: '# A deployment\nkubectl edit deployment/web\n\n# With another editor\nKUBE_EDITOR=nano kubectl edit svc/web',
  *run(k) {
    const output = k.flags.text('output');
    if (!['', 'yaml', 'json', 'kyaml'].includes(output))
      throw new KubectlError(`unable to match a printer suitable for the output format "${output}", allowed formats are: json,kyaml,yaml`);
    const infos = yield* visitAll(k, { args: k.args, selectAll: true });
    if (infos.length === 0) throw new KubectlError('edit cancelled, no objects found');
    yield* editing(k, render(k, infos), (edited, content) => save(k, infos, edited, content));
  },
};

/** Shows a text in the editor until what comes back is saved or given up; `save` says what was wrong. */
export function* editing(k: Kubectl, original: string, save: (edited: string, content: string) => Routine<string | undefined>): Routine {
  const buffer = notice + original;
  let failures = '';
  let last = '';
  for (;;) {
    const content = yield* callEditor(k, failures === '' ? buffer : withFailures(last, failures));
    const edited = strip(content);
    if (failures !== '' && edited === strip(last)) {
      yield* keep(k, content);
      throw new KubectlError('Edit cancelled, no valid changes were saved.');
    }
    if (edited.trim() === strip(buffer).trim()) return yield* k.printError('Edit cancelled, no changes made.\n');
    try {
      const problem = yield* save(edited, content);
      if (problem === undefined) return;
      failures = problem;
    } catch (error) {
      if (error instanceof KubectlError && !error.bare) yield* keep(k, content);
      throw error;
    }
    last = content;
  }
}

function render(k: Kubectl, infos: readonly Info[]): string {
  const strip = (object: Obj): Obj => (k.flags.bool('show-managed-fields') ? object : withoutManagedFields(object));
  const only = infos[0];
  const shown =
    infos.length === 1 && only ? strip(only.object) : { apiVersion: 'v1', items: infos.map((info) => strip(info.object)), kind: 'List', metadata: {} };
  return k.flags.text('output') === 'json' ? `${sortedJson(shown, 4)}\n` : dumpYaml(shown);
}

const strip = (content: string): string =>
  content
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');

const withFailures = (buffer: string, failures: string): string => `${notice}${failures}${strip(buffer)}`;

/** Runs the editor on a file in /tmp, on this process's own terminal. */
export function* callEditor(k: Kubectl, content: string): Routine<string> {
  const path = `/tmp/kubectl-edit-${k.process.sim.random.int(1e9)}.${k.flags.text('output') === 'json' ? 'json' : 'yaml'}`;
  k.process.fs.write(path, content, { mode: 0o600 });
  const editor = k.process.env['KUBE_EDITOR'] || k.process.env['EDITOR'] || 'vi';
  // Anything but a plain name is for a shell, as in the real one.
  const argv = /["' \\]/.test(editor) ? ['/bin/sh', '-c', `${editor} "${path}"`] : [editor, path];
  let status: number;
  try {
    status = yield* k.process.wait(k.process.spawn({ argv }));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new KubectlError(`unable to launch the editor "${editor}"`);
  }
  if (status !== 0) throw new KubectlError(`there was a problem with the editor "${editor}"`);
  const edited = k.process.fs.read(path);
  k.process.fs.unlink(path);
  return edited;
}

function keptFile(k: Kubectl, content: string): string {
  const path = `/tmp/kubectl-edit-${k.process.sim.random.int(1e9)}.yaml`;
  k.process.fs.write(path, content, { mode: 0o600 });
  return path;
}

function* keep(k: Kubectl, content: string): Routine {
  const path = keptFile(k, content);
  yield* k.printError(`A copy of your changes has been stored to "${path}"\n`);
}

/** Why the file is shown again: comment lines on top of it. */
function reason(head: string, others: readonly string[] = []): string {
  const lines = [others.length > 0 ? `${head}:` : head, ...others.map((other) => `* ${other}`)];
  return `${lines.map((line) => `# ${line.split('\n').join('\n# ')}\n`).join('')}#\n`;
}

/** Sends the differences; what was refused comes back as comment lines for the editor. */
function* save(k: Kubectl, infos: readonly Info[], edited: string, content: string): Routine<string | undefined> {
  let parsed: unknown;
  try {
    parsed = parseYaml(edited);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return reason(`The edited file had a syntax error: ${error.message}`);
  }
  const first = infos[0];
  if ((parsed === null || parsed === undefined) && first) {
    yield* k.printError(`error: ${named(first)} is invalid\n`);
    return reason(`${named(first)} was not valid`, ['<nil>: Invalid value: "The edited file failed validation": invalid object to validate']);
  }
  const objects = isObj(parsed) && Array.isArray(parsed['items']) ? parsed['items'].map(obj) : [obj(parsed)];
  const print = operationPrinter(k);
  let failures = '';
  const saved = { retryable: 0, missing: 0 };
  for (const object of objects) {
    const info =
      infos.find((each) => each.name === nameOf(object) && (each.object['kind'] ?? each.resource.kind) === object['kind']) ??
      (objects.length === 1 ? infos[0] : undefined);
    if (!info) throw new KubectlError(`no original object found for ${text(object['kind'])} ${nameOf(object)}`);
    const before = withoutManagedFields(info.object);
    if (equal(before, withoutManagedFields(object))) continue;
    if (nameOf(object) !== info.name) throw new KubectlError(`At least one of apiVersion, kind and name was changed`);
    const type = typeOf(text(info.object['apiVersion']), text(info.object['kind']));
    const body = type ? createTwoWayMergePatch(before, withoutManagedFields(object), type) : createMergePatch(before, withoutManagedFields(object));
    const contentType = type ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
    if (k.flags.bool('output-patch')) yield* k.print(`Patch: ${sortedJson(body)}\n`);
    try {
      yield* print(
        obj(
          yield* k.api.request({
            method: 'PATCH',
            path: pathOf(info.resource, info.namespace, info.name, k.flags.text('subresource')),
            query: writeQuery(k, 'none'),
            body,
            contentType,
          }),
        ),
        'edited',
      );
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const isInvalid = error.reason === 'Invalid';
      const isMissing = error.reason === 'NotFound';
      const what = isMissing ? 'could not be found on the server' : isInvalid ? 'is invalid' : `could not be patched: ${error.message}`;
      yield* k.printError(`error: ${named(info)} ${what}\n`);
      if (isInvalid)
        failures += reason(
          `${named(info)} was not valid`,
          (error.status.details?.causes ?? []).map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`),
        );
      else saved[isMissing ? 'missing' : 'retryable']++;
    }
  }
  if (saved.retryable > 0) yield* k.printError(`You can run \`kubectl replace -f ${keptFile(k, content)}\` to try this update again.\n`);
  else if (saved.missing > 0) yield* k.printError(`The edits you made on deleted resources have been saved to "${keptFile(k, content)}"\n`);
  if (saved.retryable + saved.missing > 0) throw new KubectlError('', { bare: true });
  return failures === '' ? undefined : failures;
}

const named = ({ resource, name }: Info): string => `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`} "${name}"`;
