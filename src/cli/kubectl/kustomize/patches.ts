/** patches and their older forms: sigs.k8s.io/kustomize api/internal/builtins PatchTransformer.go. */
import { typeOf } from '../../../api/schema.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { PatchError } from '../../../apimachinery/patch/patch-schema.ts';
import { strategicMerge } from '../../../apimachinery/patch/strategic-merge.ts';
import { dumpYaml, parseNewerYaml, parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import { KubectlError } from '../errors.ts';
import { at, isObj, nameOf, type Obj, obj, text } from '../json.ts';
import type { Target } from './kustomize.ts';
import { groupVersion, idText, isCalled, isSelected, kindOf, type Resource, rename } from './resource.ts';

/** Each entry is a patch (`patch`, `path`, or either in `fileOrPatch`) with or without a target. */
export function patched(target: Target, entries: readonly Obj[], resources: readonly Resource[]): Resource[] {
  let out = [...resources];
  for (const entry of entries) {
    const source = sourceOf(target, entry);
    const selector = isObj(entry['target']) ? entry['target'] : undefined;
    const operations = asOperations(source);
    if (operations && !selector) throw new KubectlError(`must specify a target for JSON patch ${text(entry['path']) || source}`);
    if (operations) out = out.map((each) => (isSelected(each, obj(selector)) ? withJsonPatch(each, operations) : each));
    else for (const patch of strategic(source, entry)) out = withPatch(out, patch, selector, obj(entry['options']));
  }
  return out;
}

function sourceOf({ process, base }: Target, entry: Obj): string {
  const either = entry['fileOrPatch'];
  if (isObj(either)) return dumpYaml(either);
  const inline = text(entry['patch']);
  if (inline !== '' && text(entry['path']) !== '') throw configuring(entry, `patch and path can't be set at the same time\n${dumpYaml(entry).trimEnd()}`);
  if (inline === '' && text(entry['path']) === '' && either === undefined)
    throw configuring(entry, `must specify one of patch and path in\n${dumpYaml(entry).trimEnd()}`);
  if (inline !== '') return inline;
  const path = text(entry['path']) || text(either);
  const full = process.path(`${base}/${path}`);
  if (process.fs.exists(full)) return process.fs.read(full);
  if (either !== undefined && path.includes('\n')) return path;
  const message = `failed to get the patch file from path(${path}): evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`;
  throw either === undefined ? configuring(entry, message) : new KubectlError(message);
}

function asOperations(source: string): readonly JsonPatchOperation[] | undefined {
  if (!/^\s*[-[]/.test(source.replace(/^(\s*#.*\n)*/, ''))) return undefined;
  if (/^\s*\[/.test(source) && !isJson(source)) return undefined;
  const parsed = parseYaml(source);
  return Array.isArray(parsed) ? (parsed as readonly JsonPatchOperation[]) : undefined;
}

function withJsonPatch(resource: Resource, operations: readonly JsonPatchOperation[]): Resource {
  try {
    return keepNames(resource, obj(jsonPatch(resource.object, operations)));
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new KubectlError(error.message.replace('the server rejected our request due to an error in our request', '').trim());
  }
}

/** How kustomize begins a complaint about an entry. */
const configuring = (entry: Obj, message: string): KubectlError => {
  const { fileOrPatch: _either, ...own } = entry;
  return new KubectlError(`trouble configuring builtin PatchTransformer with config: \`\n${dumpYaml(own)}\`: ${message}`);
};

/** The objects of a strategic merge patch. */
function strategic(source: string, entry: Obj): readonly Obj[] {
  const documents = ((): readonly Obj[] => {
    try {
      return parseNewerYaml(source).filter(isObj);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      return [];
    }
  })();
  if (documents.length > 0) return documents;
  throw configuring(
    entry,
    `unable to parse SM or JSON patch from [${text(entry['path']) ? `path: "${text(entry['path'])}"` : `patch: ${JSON.stringify(source)}`}]`,
  );
}

/** What begins with a bracket must be JSON, not YAML's flow. */
function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

const keepNames = (resource: Resource, object: Obj): Resource =>
  rename({ ...resource, object: { ...object, metadata: { ...obj(object['metadata']), name: nameOf(resource.object) } } }, nameOf(object));

function withPatch(resources: readonly Resource[], patch: Obj, selector: Obj | undefined, options: Obj): Resource[] {
  const fits = (each: Resource): boolean =>
    selector
      ? isSelected(each, selector)
      : kindOf(each) === text(patch['kind']) &&
        groupVersion(text(each.object['apiVersion']))[0] === groupVersion(text(patch['apiVersion']))[0] &&
        isCalled(each, nameOf(patch)) &&
        [text(at(each.object, 'metadata.namespace')), ''].includes(text(at(patch, 'metadata.namespace')));
  if (!selector && !resources.some(fits)) {
    const id = idText(patch);
    throw new KubectlError(`no resource matches strategic merge patch "${id}": no matches for Id ${id}; failed to find unique target for patch ${id}`);
  }
  return resources.flatMap((each) => {
    if (!fits(each)) return [each];
    if (patch['$patch'] === 'delete') return [];
    const name = options['allowNameChange'] === true ? nameOf(patch) || nameOf(each.object) : nameOf(each.object);
    const { apiVersion: _version, kind, ...rest } = patch;
    const change = { ...rest, ...(options['allowKindChange'] === true && { kind }), metadata: { ...obj(patch['metadata']), name } };
    const type = typeOf(text(each.object['apiVersion']), kindOf(each));
    return [keepNames(each, obj(type ? strategicMerge(each.object, change, type) : mergePatch(each.object, change)))];
  });
}
