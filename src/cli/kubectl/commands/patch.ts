import { typeOf } from '../../../api/schema.ts';
import { JsonError, parseJson } from '../../../apimachinery/json.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../apimachinery/patch/json-patch.ts';
import { equal } from '../../../apimachinery/patch/json-value.ts';
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { PatchError } from '../../../apimachinery/patch/patch-schema.ts';
import { strategicMerge } from '../../../apimachinery/patch/strategic-merge.ts';
import { badRequest, isReason, StatusError } from '../../../apimachinery/status.ts';
import { parseYaml, YamlError, yamlText } from '../../../apimachinery/yaml.ts';
import type { Routine } from '../../../sim/routine.ts';
import { type Info, manifestInfos, visit } from '../builder.ts';
import type { CommandEntry } from '../command.ts';
import { ErrorList, KubectlError } from '../errors.ts';
import { getObject } from '../fetch.ts';
import { list, type Obj, obj, text } from '../json.ts';
import { type Kubectl, pathOf } from '../kubectl.ts';
import { operationPrinter } from '../printers/operation.ts';

const types: Readonly<Record<string, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** kubernetes kubectl/pkg/cmd/patch/patch.go. */
export const patch: CommandEntry = {
  path: 'patch',
  short: 'Update fields of a resource',
  long: 'The patch is JSON or YAML. --type says how it is meant: strategic (lists are merged by their keys), merge, or json (a list of operations).',
  examples:
    '# Cordon a node\nkubectl patch node node01 -p \'{"spec":{"unschedulable":true}}\'\n\n# One element of a list\nkubectl patch pod web --type=json -p=\'[{"op":"replace","path":"/spec/containers/0/image","value":"nginx:1.27"}]\'',
  *run(k) {
    const type = k.flags.text('type').toLowerCase();
    if (k.flags.bool('local') && k.args.length > 0) throw new KubectlError('cannot specify --local and server resources');
    if (k.flags.text('patch') === '' && k.flags.text('patch-file') === '')
      throw new KubectlError('must specify --patch or --patch-file containing the contents of the patch');
    if (k.flags.text('patch') !== '' && k.flags.text('patch-file') !== '') throw new KubectlError('cannot specify --patch and --patch-file together');
    const contentType = types[type];
    if (contentType === undefined) throw new KubectlError(`--type must be one of [json merge strategic], not "${k.flags.text('type')}"`);
    const dryRun = yield* k.dryRun();
    const print = operationPrinter(k);
    const body = readPatch(k);
    const { infos, errors } = k.flags.bool('local') ? { infos: yield* manifestInfos(k, []), errors: [] } : yield* visit(k, { args: k.args, fetch: false });
    const failures = [...errors];
    for (const info of infos) {
      try {
        // What a file says is not looked up.
        const before = info.source === '' ? yield* current(k, info) : info.object;
        if (k.flags.bool('local') || dryRun === 'client') {
          const after = applied(before, body, type);
          yield* print(after, equal(before, after) ? 'patched (no change)' : 'patched');
          continue;
        }
        const query = { ...(dryRun === 'server' && { dryRun: 'All' }), fieldManager: k.flags.text('field-manager') };
        const after = obj(
          yield* k.api.request({
            method: 'PATCH',
            path: pathOf(info.resource, info.namespace, info.name, k.flags.text('subresource')),
            query,
            body,
            contentType,
          }),
        );
        yield* print(after, equal(before, after) ? 'patched (no change)' : 'patched');
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof KubectlError)) throw error;
        failures.push(unsupported(error, { info, contentType }));
      }
    }
    if (failures.length > 0) throw new ErrorList(failures);
  },
};

/** Custom resources have no strategic patch. */
function unsupported(
  error: StatusError | KubectlError,
  { info, contentType }: { readonly info: Info; readonly contentType: string },
): StatusError | KubectlError {
  if (!isReason(error, 'UnsupportedMediaType')) return error;
  const { group, version, kind } = info.resource;
  return new KubectlError(`${contentType} is not supported by ${group === '' ? version : `${group}/${version}`}, Kind=${kind}: ${error.message}`);
}

function* current(k: Kubectl, info: Info): Routine<Obj> {
  return yield* getObject(k, info.resource, info.namespace, info.name, { subresource: k.flags.text('subresource') });
}

function readPatch(k: Kubectl): unknown {
  const file = k.flags.text('patch-file');
  if (file !== '' && !k.process.fs.exists(file)) throw new KubectlError(`unable to read patch file: open ${file}: no such file or directory`);
  const source = file === '' ? k.flags.text('patch') : yamlText(k.process, file);
  try {
    return parseJson(source);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return fromYaml(source, error);
  }
}

/** What is no YAML map either goes to the server as it is, which then cannot read it. */
function fromYaml(source: string, problem: JsonError): unknown {
  if (/^\s*[{[]/.test(source)) throw badRequest(problem.message);
  try {
    const value = parseYaml(source);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`unable to parse ${JSON.stringify(source)}: ${error.message.replace('error converting YAML to JSON: ', '')}`);
  }
  throw badRequest(problem.message);
}

function applied(object: Obj, body: unknown, type: string): Obj {
  try {
    if (type === 'json') return obj(jsonPatch(object, list(body) as readonly JsonPatchOperation[]));
    if (type === 'merge' && Array.isArray(body)) throw new KubectlError('json: cannot unmarshal array into Go value of type unstructured.detector');
    if (type === 'merge') return obj(mergePatch(object, body));
    return obj(strategicMerge(object, obj(body), typeOf(text(object['apiVersion']), text(object['kind']))));
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new KubectlError(error.message);
  }
}
