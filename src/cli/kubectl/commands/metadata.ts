/** label and annotate: kubernetes kubectl/pkg/cmd/label, cmd/annotate. */
import { sortedJson } from '../../../apimachinery/json.ts';
import { validateLabelValue } from '../../../apimachinery/labels.ts';
import { StatusError } from '../../../apimachinery/status.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, targetsOf, visit } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { at, entriesOf, type Obj, obj, withoutPath, withPath } from '../json.ts';
import { type DryRun, type Kubectl, pathOf } from '../kubectl.ts';
import { type OperationPrinter, operationPrinter } from '../printers/operation.ts';
import { type Pairs, splitPairs } from './pairs.ts';

type Field = 'labels' | 'annotations';

export const label: CommandEntry = {
  path: 'label',
  short: 'Update the labels on a resource',
  long: 'A key may have a prefix, a DNS name before a slash. A key with a minus after it is taken away.',
  examples:
    '# Add a label\nkubectl label pod web tier=front\n\n# Change one that is there\nkubectl label --overwrite pod web tier=back\n\n# Take it away\nkubectl label pod web tier-',
  *run(k) {
    yield* change(k, 'labels');
  },
};

export const annotate: CommandEntry = {
  path: 'annotate',
  short: 'Update the annotations on a resource',
  long: 'Annotations hold what is not for choosing objects: notes, settings of tools. A key with a minus after it is taken away.',
  examples: "# Say what a pod is for\nkubectl annotate pod web description='the shop'\n\n# Take it away\nkubectl annotate pod web description-",
  *run(k) {
    yield* change(k, 'annotations');
  },
};

function* change(k: Kubectl, field: Field): Routine {
  const word = field === 'labels' ? 'label' : 'annotation';
  const pairs = splitPairs(k.args, word);
  const fromFile = k.flags.list('filename').length > 0 || k.flags.text('kustomize') !== '';
  if (pairs.resources.length === 0 && !fromFile) throw new KubectlError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const listing = k.flags.bool('list');
  if (pairs.set.size === 0 && pairs.remove.length === 0 && !listing) throw new KubectlError(`at least one ${word} update is required`);
  if (field === 'labels') for (const [key, value] of pairs.set) checkValue(key, value);
  if (k.flags.bool('all') && k.flags.text('selector') !== '') throw new KubectlError('cannot set --all and --selector at the same time');
  const dryRun = yield* k.dryRun();
  const print = operationPrinter(k, dryRun);
  if (k.flags.bool('local')) return yield* changeLocally(k, field, pairs, print);
  const { infos, errors } = yield* visit(k, { args: pairs.resources, all: k.flags.bool('all') });
  if (k.flags.text('resource-version') !== '' && infos.length !== 1 && errors.length === 0)
    throw new KubectlError('--resource-version may only be used with a single resource');
  const failures = [...errors];
  for (const info of infos) {
    try {
      if (listing) yield* listOne(k, info, field, { pairs, many: infos.length > 1 });
      else yield* changeOne(k, info, field, pairs, { dryRun, print });
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new ErrorList(failures);
}

function checkValue(key: string, value: string): void {
  if (value.includes('=')) throw new KubectlError(`invalid label spec: ${key}=${value}`);
  const problems = validateLabelValue(value);
  if (problems.length > 0) throw new KubectlError(`invalid label value: "${key}=${value}": ${problems.join(';')}`);
}

/** With changes beside --list, what they would make of it; nothing is written. */
function* listOne(k: Kubectl, info: Info, field: Field, { pairs, many }: { readonly pairs: Pairs; readonly many: boolean }): Routine {
  if (!k.flags.bool('overwrite')) checkOverwrite(obj(at(info.object, `metadata.${field}`)), field, pairs);
  if (many) yield* k.print(`Listing ${field} for ${info.resource.kind}.${info.resource.group}/${info.name}:\n`);
  for (const [key, value] of entriesOf(at(changed(info.object, field, pairs), `metadata.${field}`))) yield* k.print(`${many ? ' ' : ''}${key}=${value}\n`);
}

type How = { readonly dryRun: DryRun; readonly print: OperationPrinter };

function* changeOne(k: Kubectl, info: Info, field: Field, pairs: Pairs, { dryRun, print }: How): Routine {
  const before = obj(at(info.object, `metadata.${field}`));
  if (!k.flags.bool('overwrite')) checkOverwrite(before, field, pairs);
  if (field === 'labels' && dryRun !== 'client') for (const key of pairs.remove) if (!(key in before)) yield* k.print(`label "${key}" not found.\n`);
  const object = changed(info.object, field, pairs);
  const same = JSON.stringify(entriesOf(at(object, `metadata.${field}`))) === JSON.stringify(entriesOf(before));
  const operation = field === 'annotations' ? 'annotated' : labelOperation(k, at(info.object, 'metadata.labels'), obj(at(object, 'metadata.labels')));
  const version = k.flags.text('resource-version');
  if (dryRun === 'client' || (same && version === '')) return yield* print(object, operation);
  const changes = Object.fromEntries([...pairs.set, ...pairs.remove.map((key) => [key, null] as const)]);
  const patch = { metadata: { [field]: changes, ...(version !== '' && { resourceVersion: version }) } };
  const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
  const answer = obj(
    yield* k.api.request({
      method: 'PATCH',
      path: pathOf(info.resource, info.namespace, info.name),
      query,
      body: patch,
      contentType: 'application/merge-patch+json',
    }),
  );
  yield* print(answer, operation);
}

/** Go compares the texts of the objects: what got no shorter was labeled, be it by an empty map. */
function labelOperation(k: Kubectl, before: unknown, after: Obj): string {
  const [old, fresh] = [before, after].map((labels) => (labels === undefined ? '' : sortedJson(labels))) as [string, string];
  if (old === fresh) return 'not labeled';
  return !k.flags.bool('overwrite') && fresh.length < old.length ? 'unlabeled' : 'labeled';
}

function checkOverwrite(before: Obj, field: Field, pairs: Pairs): void {
  // The cause of a change may always be told anew.
  const free = field === 'annotations' ? 'kubernetes.io/change-cause' : '';
  const taken = [...pairs.set].filter(([key, value]) => key !== free && key in before && before[key] !== value).map(([key]) => key);
  if (taken.length === 0) return;
  if (field === 'labels')
    throw new KubectlError(taken.map((key) => `'${key}' already has a value (${String(before[key])}), and --overwrite is false`).join('\n'));
  throw new KubectlError(
    `--overwrite is false but found the following declared annotation(s): ${taken.map((key) => `'${key}' already has a value (${String(before[key])})`).join('; ')}`,
  );
}

function changed(object: Obj, field: Field, pairs: Pairs): Obj {
  let out = object;
  for (const [key, value] of pairs.set) out = withPath(out, ['metadata', field, key], value);
  for (const key of pairs.remove) out = withoutPath(out, ['metadata', field, key]);
  return out;
}

function* changeLocally(k: Kubectl, field: Field, pairs: Pairs, print: OperationPrinter): Routine {
  for (const target of yield* targetsOf(k, { args: pairs.resources })) {
    if (target.kind === 'manifest') yield* print(changed(target.manifest.object, field, pairs), field === 'labels' ? 'labeled' : 'annotated');
  }
}
