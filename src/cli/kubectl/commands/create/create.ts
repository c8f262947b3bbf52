import { goJson } from '../../../../apimachinery/go-text.ts';
import { JsonError, parseJson } from '../../../../apimachinery/json.ts';
import { StatusError } from '../../../../apimachinery/status.ts';
import { readAll } from '../../../../linux/open-file.ts';
import type { Routine } from '../../../../sim/routine.ts';
import { type Info, type Target, targetsOf } from '../../builder.ts';
import type { CommandEntry } from '../../command.ts';
import { editHeader, editSession } from '../../editor/session.ts';
import { describeError, ErrorList, KubectlError, prefixed } from '../../errors.ts';
import { nameOf, obj } from '../../json.ts';
import { type Kubectl, pathOf } from '../../kubectl.ts';
import { type OperationPrinter, operationPrinter } from '../../printers/operation.ts';
import { withOwnConfiguration } from '../apply/last-applied.ts';
import { writeQuery } from './generator.ts';

/** What goes to a --raw path is read as JSON. Throws as the server does. */
export function rawBody(content: string): unknown {
  if (content === '') return undefined;
  try {
    return parseJson(content);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new StatusError({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `couldn't get version/kind; json parse error: ${error.message}`,
      reason: 'BadRequest',
      code: 400,
    });
  }
}

/** The one file that --raw sends, or standard input. */
export function* rawContent(k: Kubectl): Routine<string> {
  const [source = '', ...more] = k.flags.list('filename');
  if (source === '' || more.length > 0) throw new KubectlError('--raw can only use a single local file or stdin');
  if (/^https?:\/\//.test(source)) throw new KubectlError('--raw cannot read from a url');
  if (k.flags.bool('recursive')) throw new KubectlError('--raw and --recursive are mutually exclusive');
  if (k.flags.text('output') !== '') throw new KubectlError('--raw and --output are mutually exclusive');
  if (source === '-') return yield* readAll(k.process.stdin);
  if (!k.process.fs.exists(source)) throw new KubectlError(`open ${source}: no such file or directory`);
  return k.process.fs.read(source);
}

/** create -f: kubernetes kubectl/pkg/cmd/create/create.go. */
export const create: CommandEntry = {
  path: 'create',
  short: 'Create a resource from a file or from stdin',
  long: 'Manifests are JSON or YAML.',
  examples: '# What a file describes\nkubectl create -f pod.yaml\n\n# What comes from stdin\ncat pod.json | kubectl create -f -',
  *run(k) {
    if (k.flags.list('filename').length === 0 && k.flags.text('kustomize') === '') {
      if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`);
      throw new KubectlError('must specify one of -f and -k');
    }
    if (k.flags.text('raw') !== '') {
      const body = rawBody(yield* rawContent(k));
      return yield* k.print(`${goJson(yield* k.api.request({ method: 'POST', path: k.flags.text('raw'), body }))}\n`);
    }
    if (k.args.length > 0) throw k.usage(`Unexpected args: [${k.args.join(' ')}]`);
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k, dryRun);
    const query = writeQuery(k, dryRun);
    const targets = yield* targetsOf(k, { args: [], validate: query['fieldValidation'] !== 'Ignore' });
    if (targets.length === 0) throw new KubectlError('no objects passed to create');
    if (k.flags.bool('edit')) return yield* editedFirst(k, targets);
    const errors: unknown[] = [];
    for (const target of targets) {
      if (target.kind !== 'manifest') continue;
      const { object: plain, source } = target.manifest;
      const object = withOwnConfiguration(k, plain);
      try {
        const created =
          dryRun === 'client' ? object : obj(yield* k.api.request({ method: 'POST', path: pathOf(target.resource, target.namespace), query, body: object }));
        yield* print(created, 'created');
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        errors.push(prefixed(error, `error when creating "${source}": `));
      }
    }
    if (errors.length > 0) throw new ErrorList(errors);
  },
};

/** --edit: each object as it would be sent, in the editor; only what was changed is created (editor.EditBeforeCreateMode). */
function* editedFirst(k: Kubectl, targets: readonly Target[]): Routine {
  const print = operationPrinter(k);
  const errors: unknown[] = [];
  for (const { manifest, resource, namespace } of targets.flatMap((target) => (target.kind === 'manifest' ? [target] : []))) {
    const object = { ...manifest.object, metadata: { ...obj(manifest.object['metadata']), ...(resource.namespaced && { namespace }) } };
    const info = { resource, namespace, name: nameOf(object), object, source: manifest.source };
    try {
      yield* editSession(k, [info], { header: editHeader, save: (updated) => createAll(k, updated, print) });
    } catch (error) {
      if (describeError(error) === undefined) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new ErrorList(errors);
}

function* createAll(k: Kubectl, updated: readonly Info[], print: OperationPrinter): Routine {
  for (const { resource, namespace, object: plain } of updated) {
    const object = withOwnConfiguration(k, plain);
    yield* print(obj(yield* k.api.request({ method: 'POST', path: pathOf(resource, namespace), query: writeQuery(k, 'none'), body: object })), 'created');
  }
}
