/** Objects in an editor, shown again until they are saved or given up: kubernetes kubectl/pkg/cmd/util/editor/editoptions.go. */
import { sortedJson } from '../../../apimachinery/json.ts';
import type { StatusError } from '../../../apimachinery/status.ts';
import { dumpYaml, parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, infosOfText } from '../builder.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import type { Obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { problemOf } from '../manifests.ts';
import { kyaml } from '../printers/kyaml.ts';
import { withoutManagedFields } from '../printers/object-printer.ts';
import { launchEditor } from './launch.ts';

/** What saving came to. */
export type Results = { readonly reasons: Reason[]; retryable: number; missing: number };
type Reason = { readonly head: string; readonly others: readonly string[] };

type EditMode = {
  /** Comment lines that the file begins with. */
  readonly header: string;
  /** Saves what the file has now; what the server refuses is put into the results. */
  save(updated: readonly Info[], results: Results): Routine;
};

/** The comment of `edit` and `create --edit`. */
export const editHeader = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

/** Edits all of them in one file. Throws KubectlError when it is given up. */
export function* editSession(k: Kubectl, infos: readonly Info[], mode: EditMode): Routine {
  const format = formatOf(k);
  const original = endings(k, shown(infos, format));
  const extension = format === 'json' ? '.json' : '.yaml';
  const header = (reasons: readonly Reason[]): string => (format === 'json' ? '' : mode.header + reasons.map(comment).join(''));
  let reasons: readonly Reason[] = [];
  let last: { readonly content: string; readonly path: string } | undefined;
  for (;;) {
    const again: { readonly content: string; readonly path: string } | undefined = reasons.length > 0 ? last : undefined;
    const buffer: string = endings(k, header(reasons)) + (again ? withoutComments(again.content) : original);
    const edited = yield* keeping(k, last?.path, () => launchEditor(k, buffer, extension));
    if (again && comparable(again.content) === comparable(edited.content))
      throw yield* preserved(k, edited.path, new KubectlError('Edit cancelled, no valid changes were saved.'));
    if (last) remove(k, last.path);
    last = edited;
    const invalid = k.flags.text('validate') !== 'false' && k.flags.text('validate') !== 'ignore' ? yield* problemWith(k, edited.content) : undefined;
    if (invalid !== undefined) {
      const name = named(infos[0]);
      yield* k.printError(`error: ${name} is invalid\n`);
      reasons = [{ head: `${name} was not valid`, others: [`<nil>: Invalid value: "The edited file failed validation": ${invalid}`] }];
      continue;
    }
    const given = comparable(original) === comparable(edited.content) ? 'no changes made' : hasLines(edited.content) ? undefined : 'saved file was empty';
    if (given !== undefined) {
      remove(k, edited.path);
      return yield* k.printError(`Edit cancelled, ${given}.\n`);
    }
    const results: Results = { reasons: [], retryable: 0, missing: 0 };
    const updated = yield* readBack(k, edited.content, results);
    if (updated) yield* keeping(k, edited.path, () => saved(k, updated, mode, results));
    yield* giveUp(k, edited.path, results);
    if (results.reasons.length === 0) return remove(k, edited.path);
    reasons = results.reasons;
  }
}

function* saved(k: Kubectl, updated: readonly Info[], mode: EditMode, results: Results): Routine {
  yield* mode.save(
    updated.map((info) => inNamespace(k, info)),
    results,
  );
}

/** Its namespace must be the one that the call is about (resource.RequireNamespace). */
function inNamespace(k: Kubectl, info: Info): Info {
  if (!info.resource.namespaced || info.namespace === k.namespace) return info;
  if (info.namespace === '') return { ...info, namespace: k.namespace };
  throw new KubectlError(
    `the namespace from the provided object "${info.namespace}" does not match the namespace "${k.namespace}". You must pass '--namespace=${info.namespace}' to perform this operation.`,
  );
}

function formatOf(k: Kubectl): 'json' | 'yaml' | 'kyaml' {
  const output = k.flags.text('output') || 'yaml';
  const format = output.toLowerCase();
  if (format === 'json' || format === 'yaml' || format === 'kyaml') return format;
  throw new KubectlError(`unable to match a printer suitable for the output format "${output}", allowed formats are: json,kyaml,yaml`);
}

function shown(infos: readonly Info[], format: 'json' | 'yaml' | 'kyaml'): string {
  const [only] = infos;
  const items = infos.map(({ object }) => withoutManagedFields(object));
  const object: Obj = infos.length === 1 && only ? withoutManagedFields(only.object) : { apiVersion: 'v1', items, kind: 'List', metadata: {} };
  return format === 'json' ? `${sortedJson(object, 4)}\n` : format === 'kyaml' ? kyaml(object) : dumpYaml(object);
}

/** create --edit knows `--windows-line-endings` and pays it no heed (create.go RunEditOnCreate makes options of its own). */
const endings = (k: Kubectl, text: string): string => (k.flags.bool('windows-line-endings') && !k.flags.bool('edit') ? text.replaceAll('\n', '\r\n') : text);

/** Lines that are comments; `#!` is none. */
const withoutComments = (content: string): string =>
  content
    .split('\n')
    .filter((line) => !/^\s*#(?!!)/.test(line))
    .join('\n');

/** Without comments and, where it can be read, without what is only form. */
function comparable(content: string): string {
  try {
    return sortedJson(parseYaml(content));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return withoutComments(content);
  }
}

const hasLines = (content: string): boolean => content.split('\n').some((line) => /^\s*[^\s#]/.test(line));

/** What validation says of the text, before it is looked at any closer. */
function* problemWith(k: Kubectl, content: string): Routine<string | undefined> {
  yield* k.discovery();
  try {
    return problemOf(parseYaml(withoutComments(content)));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error.message.replace(/^error converting YAML to JSON: /, '');
  }
}

/** The objects of the file; a mistake in it becomes a reason to show it again. */
function* readBack(k: Kubectl, content: string, results: Results): Routine<readonly Info[] | undefined> {
  try {
    return yield* infosOfText(k, content, 'edited-file');
  } catch (error) {
    if (!(error instanceof KubectlError || error instanceof ErrorList)) throw error;
    const texts = error instanceof ErrorList ? error.errors.map((each) => (each instanceof Error ? each.message : '')) : [error.message];
    results.reasons.push({ head: `The edited file had a syntax error: ${texts.length > 1 ? `[${texts.join(', ')}]` : texts[0]}`, others: [] });
    return undefined;
  }
}

/** Counts a refusal, and says it. */
export function* refused(k: Kubectl, info: Info, error: StatusError, results: Results): Routine {
  const name = named(info);
  const { reason, details } = error.status;
  let what = `could not be patched: ${error.message}`;
  if (reason === 'Invalid') {
    what = 'is invalid';
    results.reasons.push({ head: `${name} was not valid`, others: (details?.causes ?? []).map(({ field = '', message = '' }) => `${field}: ${message}`) });
  } else if (reason === 'NotFound') {
    what = 'could not be found on the server';
    results.missing++;
  } else results.retryable++;
  yield* k.printError(`error: ${name} ${what}\n`);
}

function* giveUp(k: Kubectl, path: string, { retryable, missing }: Results): Routine {
  if (retryable + missing === 0) return;
  yield* k.printError(
    retryable > 0
      ? `You can run \`kubectl replace -f ${path}\` to try this update again.\n`
      : `The edits you made on deleted resources have been saved to "${path}"\n`,
  );
  throw new KubectlError('', { bare: true });
}

const named = (info: Info | undefined): string =>
  info === undefined ? '' : `${info.resource.resource}${info.resource.group === '' ? '' : `.${info.resource.group}`} "${info.name}"`;

const comment = ({ head, others }: Reason): string =>
  `${[others.length > 0 ? `${head}:` : head, ...others.map((other) => `* ${other}`)].map((line) => `# ${line.replace(/\n(?=[^#])/g, '\n# ')}\n`).join('')}#\n`;

/** Says where the file is that an error leaves behind. */
function* keeping<T>(k: Kubectl, path: string | undefined, work: () => Routine<T>): Routine<T> {
  try {
    return yield* work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw yield* preserved(k, path, error);
  }
}

function* preserved(k: Kubectl, path: string | undefined, error: Error): Routine<Error> {
  if (path !== undefined && k.process.fs.exists(path)) yield* k.printError(`A copy of your changes has been stored to "${path}"\n`);
  return error;
}

function remove(k: Kubectl, path: string): void {
  if (k.process.fs.exists(path)) k.process.fs.unlink(path);
}
