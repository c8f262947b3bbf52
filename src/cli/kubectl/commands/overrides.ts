/** --overrides of run and expose: kubernetes kubectl/pkg/cmd/util/override_options.go. */

import { typeOf } from '../../../api/schema.ts';
import { JsonError, parseJson } from '../../../apimachinery/json.ts';
import { type JsonPatchOperation, jsonPatch } from '../../../apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../../apimachinery/patch/merge-patch.ts';
import { strategicMerge } from '../../../apimachinery/patch/strategic-merge.ts';
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import { KubectlError } from '../errors.ts';
import { list, type Obj, obj, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';

/** The object with the fragment of --overrides merged into it. */
export function withOverrides(k: Kubectl, object: Obj): Obj {
  const overrides = k.flags.text('overrides');
  if (overrides === '') return object;
  const type = k.flags.text('override-type') || 'merge';
  const fragment = parseFragment(overrides);
  if (type === 'json') return obj(jsonPatch(object, list(fragment) as readonly JsonPatchOperation[]));
  if (type === 'strategic') return obj(strategicMerge(object, obj(fragment), typeOf(text(object['apiVersion']), text(object['kind']))));
  if (type !== 'merge') throw new KubectlError(`invalid merge type: ${type}`);
  return obj(mergePatch(object, fragment));
}

function parseFragment(overrides: string): unknown {
  try {
    return parseJson(overrides);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const yaml = fromYaml(overrides);
    if (typeof yaml === 'object' && yaml !== null) return yaml;
    throw new KubectlError(error.message);
  }
}

/** Undefined for what is no YAML either: then JSON's complaint is told. */
function fromYaml(overrides: string): unknown {
  try {
    return parseYaml(overrides);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}
