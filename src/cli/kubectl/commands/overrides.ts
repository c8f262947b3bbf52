/** --overrides of run and expose: kubernetes kubectl/pkg/cmd/util/override_options.go. */

import { wrongType } from '../../../api/decode.ts';
import { typeOf } from '../../../api/schema.ts';
import { JsonError, parseJson } from '../../../apimachinery/json.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { strategicMerge } from '../../../apimachinery/patch/strategic-merge.ts';
import { KubectlError } from '../errors.ts';
import { isObj, type Obj, obj, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';

/** The object with the fragment of --overrides merged into it. */
export function withOverrides(k: Kubectl, object: Obj): Obj {
  const overrides = k.flags.text('overrides');
  const type = k.flags.text('override-type') || 'merge';
  if (!['merge', 'strategic', 'json'].includes(type)) throw new KubectlError(`invalid override type: ${type}`);
  if (overrides === '') return object;
  const fragment = parseFragment(overrides);
  if (type === 'json') {
    if (fragment instanceof JsonError) throw new KubectlError(fragment.message);
    if (!Array.isArray(fragment)) throw new KubectlError(`json: cannot unmarshal ${goKind(fragment)} into Go value of type jsonpatch.Patch`);
    return obj(jsonPatch(object, fragment as readonly JsonPatchOperation[]));
  }
  if (type === 'merge' && !(fragment instanceof JsonError) && !isObj(fragment)) throw new KubectlError(noVersion(fragment));
  if (fragment instanceof JsonError || !isObj(fragment)) throw new KubectlError(type === 'strategic' ? 'invalid JSON document' : 'Invalid JSON Patch');
  const schema = typeOf(text(object['apiVersion']), text(object['kind']));
  if (type === 'strategic') return obj(strategicMerge(object, fragment, schema));
  const merged = obj(mergePatch(object, fragment));
  const [kind, version] = [text(merged['kind']), text(merged['apiVersion'])];
  if (!typeOf(version, kind)) throw new KubectlError(`no kind "${kind}" is registered for version "${version}" in scheme "pkg/scheme/scheme.go:28"`);
  const wrong = schema && wrongType(merged, schema);
  if (wrong !== undefined) throw new KubectlError(wrong);
  // What the type does not have is lost on the way through it.
  return Object.fromEntries(Object.entries(merged).filter(([name]) => !schema || schema.field(name) !== undefined));
}

const noVersion = (fragment: unknown): string =>
  `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(fragment) ? 'array' : goKind(fragment)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;

const goKind = (value: unknown): string => (typeof value === 'boolean' ? 'bool' : typeof value);

function parseFragment(overrides: string): unknown {
  try {
    return parseJson(overrides);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}
