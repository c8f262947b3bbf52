import type { KubeObject } from '../../api/types.ts';
import { invalidValue } from '../../apimachinery/field-error.ts';
import { goValue } from '../../apimachinery/go-text.ts';
import { JsonError, parseJson } from '../../apimachinery/json.ts';
import { type JsonPatchOperation, jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { mergePatch } from '../../apimachinery/patch/merge-patch.ts';
import { PatchError, type SchemaType } from '../../apimachinery/patch/patch-schema.ts';
import { strategicMerge } from '../../apimachinery/patch/strategic-merge.ts';
import { badRequest, failure, invalid, notFound, unsupportedMediaType } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import { asObject } from '../decode.ts';
import { isObject } from '../objects.ts';
import { keyOf } from '../resource-table.ts';
import { conversionError, decodingError, fieldValidation, patchTypeOf, strictErrors, withoutUnknown, wrapIntegers } from '../schema.ts';
import { applyPatch } from './apply.ts';
import { checkName, replace, type Updated } from './update.ts';

const json = 'application/json-patch+json';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

/** PATCH: kubernetes apiserver/pkg/endpoints/handlers/patch.go. */
export function patch(context: RequestContext): Updated {
  const { served, info, core } = context;
  if (typeOf(context).startsWith('application/apply-patch')) return applyPatch(context);
  const existing = core.storage.get(keyOf(served, info.namespace, info.name));
  if (existing === undefined) throw notFound(served, info.name);
  const object = patched(context, existing.object);
  checkName(object, info.name);
  return { object: replace(context, existing, object), created: false };
}

const typeOf = ({ request }: RequestContext): string => (request.headers?.['content-type'] ?? merge).split(';')[0]?.trim() ?? '';

/** The stored object with the request's patch applied, as an object of its kind. */
export function patched(context: RequestContext, object: KubeObject): KubeObject {
  const { request, served } = context;
  const result = patchDocument(context, served.conversion?.fromStorage(object) ?? object, patchTypeOf(served));
  if (!isObject(result)) throw badRequest('the patched object is no object');
  // Go converts what a strategic patch gives, and decodes the text that the others give.
  const converted = typeOf(context) === strategic;
  const given = (): string => (converted ? goValue(bodyOf(context)) : JSON.stringify(result));
  const refuse = (text: string): never => {
    throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', given(), text)]);
  };
  const mode = fieldValidation(request);
  if (mode === undefined) return asObject(context, result);
  const wrong = (converted ? conversionError : decodingError)(result, served);
  if (wrong !== undefined) refuse(wrong);
  const errors = strictErrors(result, served);
  if (errors.length > 0 && mode === 'Strict') refuse(`strict decoding error: ${errors.join(', ')}`);
  if (mode !== 'Ignore') for (const error of errors) context.warn(error);
  const held = converted && /\d{10}/.test(JSON.stringify(bodyOf(context))) ? wrapIntegers(result, served) : result;
  return asObject(context, errors.length > 0 ? withoutUnknown(held, served) : held);
}

const bodyOf = ({ request }: RequestContext): unknown => (typeof request.body === 'string' ? parse(request.body) : request.body);

/** Any document with the request's patch applied. */
export function patchDocument(context: RequestContext, document: KubeObject, type: SchemaType | undefined): unknown {
  const { served } = context;
  const contentType = typeOf(context);
  const body = bodyOf(context);
  try {
    if (contentType === json) return jsonPatch(document, operations(body));
    if (!isObject(body))
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type map[string]interface {}`,
      );
    if (contentType === merge) return mergePatch(document, body);
    if (contentType === strategic && !served.custom) return strategicMerge(document, body, type);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (contentType === json) throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
    throw badRequest(error.message);
  }
  throw unsupportedMediaType(served.custom ? [json, merge, apply] : [json, merge, strategic, apply]);
}

function operations(body: unknown): readonly JsonPatchOperation[] {
  if (Array.isArray(body)) return body;
  throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw badRequest(error.message);
    throw error;
  }
}
