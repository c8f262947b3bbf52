/** Schemas of definitions as such (apiextensions-apiserver/pkg/apis/apiextensions/validation, from validateCustomResourceDefinitionValidation on). */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import type { Cel } from '../admission/cel/environment.ts';
import { isObject } from '../objects.ts';
import { collect, type Errors } from '../validation/report.ts';
import type { JsonSchema } from './json-schema.ts';
import { ruleProblems } from './rules.ts';
import { defaultErrors, structuralErrors } from './structural.ts';

/** What is wrong with one version's schema; rules are looked at when all else is right. */
export function schemaProblems(schema: JsonSchema, path: string, hasStatus: boolean, cel: Cel): FieldError[] {
  const errors: Errors = [];
  if (hasStatus) rootWithStatus(errors, schema, path);
  if (schema.nullable) errors.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'));
  const structural = structuralErrors(schema, path);
  const nonStructural = structural.length > 0 ? structural : defaultErrors(schema, path);
  errors.push(...nonStructural, ...collect((all) => openApi(all, schema, path, { root: true, meta: false })));
  return errors.length > 0 ? errors : ruleProblems(schema, path, cel);
}

const allowedAtRoot =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';
const refusedAtRoot = ['default', 'enum', 'maxProperties', 'minProperties', 'allOf', 'oneOf', 'anyOf', 'not', 'additionalProperties', 'nullable'];
const refusedExtensions = ['embedded-resource', 'int-or-string', 'list-map-keys', 'list-type', 'map-type'].map((name) => `x-kubernetes-${name}`);

function rootWithStatus(errors: Errors, schema: JsonSchema, path: string): void {
  if (schema.type && schema.type !== 'object')
    errors.push(
      invalidValue(`${path}.type`, schema.type, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'),
    );
  else if (Object.keys(schema).some((name) => refusedAtRoot.includes(name) || refusedExtensions.includes(name)))
    errors.push(invalidValue(path, schema, `only [${allowedAtRoot}] fields are allowed at the root of the schema if the status subresource is enabled`));
}

type Place = { readonly root: boolean; readonly meta: boolean; readonly noDefaults?: string };

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
const metaFields = ['metadata', 'kind', 'apiVersion'];

function openApi(errors: Errors, schema: JsonSchema, path: string, place: Place): void {
  const { type, properties = {}, additionalProperties: more } = schema;
  const inner: Place = { ...place, root: false };
  if (type && !types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  if (schema.default !== undefined && place.noDefaults) errors.push(forbiddenField(`${path}.default`, `must not be set ${place.noDefaults}`));
  for (const name of unsupported) if (name in schema) errors.push(forbiddenField(`${path}.${name}`, `${name} is not supported`));
  if (type === 'null') errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (place.meta && schema['x-kubernetes-embedded-resource'])
    errors.push(forbiddenField(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  if (schema.uniqueItems)
    errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  if (more !== undefined) {
    if (Object.keys(properties).length > 0 && more !== true)
      errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
    const reason = place.meta ? { noDefaults: 'inside additionalProperties applying to object metadata' } : {};
    if (isObject(more)) openApi(errors, more, `${path}.additionalProperties`, { ...inner, ...reason });
  }
  for (const [name, property] of Object.entries(properties)) {
    const meta = (place.root || schema['x-kubernetes-embedded-resource'] === true) && metaFields.includes(name);
    openApi(errors, property, `${path}.properties[${name}]`, {
      ...inner,
      ...(meta && { meta }),
      ...(meta && place.root && { noDefaults: `in top-level ${name}` }),
    });
  }
  if (schema.not) openApi(errors, schema.not, `${path}.not`, inner);
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const)
    for (const [i, each] of (schema[junctor] ?? []).entries()) openApi(errors, each, `${path}.${junctor}[${i}]`, inner);
  if (schema.items) openApi(errors, schema.items, `${path}.items`, inner);
  extensions(errors, schema, path);
}

function extensions(errors: Errors, schema: JsonSchema, path: string): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  typeFor(errors, schema, path, 'x-kubernetes-map-type', 'object');
  oneOfThese(errors, schema, path, 'x-kubernetes-map-type', ['atomic', 'granular']);
  const list = schema['x-kubernetes-list-type'];
  if (!typeFor(errors, schema, path, 'x-kubernetes-list-type', 'array') && list === 'set') setItems(errors, schema.items, path);
  oneOfThese(errors, schema, path, 'x-kubernetes-list-type', ['atomic', 'set', 'map']);
  if (schema['x-kubernetes-list-map-keys']?.length && list !== 'map') {
    const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(list ? invalidValue(`${path}.x-kubernetes-list-type`, list, text) : required(`${path}.x-kubernetes-list-type`, text));
  }
  if (list === 'map') mapList(errors, schema, path);
  if ((list === 'map' || list === 'set') && schema.items) keysOf(errors, schema, schema.items, list, path);
  for (const [i, rule] of (schema['x-kubernetes-validations'] ?? []).entries()) ruleForm(errors, rule, `${path}.x-kubernetes-validations[${i}]`);
}

type TypeExtension = 'x-kubernetes-map-type' | 'x-kubernetes-list-type';

/** True when the extension stands at a schema of another type. */
function typeFor(errors: Errors, schema: JsonSchema, path: string, extension: TypeExtension, type: string): boolean {
  if (schema[extension] === undefined || schema.type === type) return false;
  const text = `must be ${type} if ${extension} is specified`;
  errors.push(schema.type ? invalidValue(`${path}.type`, schema.type, text) : required(`${path}.type`, text));
  return true;
}

function oneOfThese(errors: Errors, schema: JsonSchema, path: string, extension: TypeExtension, allowed: readonly string[]): void {
  const value = schema[extension];
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(`${path}.${extension}`, value, allowed));
}

function setItems(errors: Errors, items: JsonSchema | undefined, path: string): void {
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const list = items?.['x-kubernetes-list-type'];
  if (items?.type === 'array' && list !== undefined && list !== 'atomic') errors.push(invalidValue(`${path}.items.x-kubernetes-list-type`, list, text));
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(invalidValue(`${path}.items.x-kubernetes-map-type`, list ?? null, text));
}

function mapList(errors: Errors, { items, ...schema }: JsonSchema, path: string): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  else if (items.type !== 'object')
    errors.push(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"));
  else
    for (const [i, key] of keys.entries()) {
      const type = items.properties?.[key]?.type;
      if (!items.properties?.[key]) errors.push(invalidValue(at, keys, 'entries must all be names of item properties'));
      else if (type === 'array' || type === 'object')
        errors.push(invalidValue(`${path}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
      if (keys.indexOf(key) < i) errors.push(invalidValue(at, keys, 'must not contain duplicate entries'));
    }
}

function keysOf(errors: Errors, schema: JsonSchema, items: JsonSchema, list: string, path: string): void {
  if (items.nullable) errors.push(forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${list}`));
  for (const key of list === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : []) {
    const property = items.properties?.[key];
    if (!property) continue;
    const at = `${path}.items.properties[${key}]`;
    const text = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && property.default === undefined)
      errors.push(required(`${at}.default`, `${text} must have a default or be a required property`));
    if (property.nullable) errors.push(forbiddenField(`${at}.nullable`, `${text} cannot be nullable`));
  }
}

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

type Rule = NonNullable<JsonSchema['x-kubernetes-validations']>[number];

function ruleForm(errors: Errors, { rule = '', message = '', messageExpression = '', reason, fieldPath = '' }: Rule, path: string): void {
  const lines = /[\n\r]/;
  if (rule.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  else if (lines.test(message.trim())) errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  else if (lines.test(rule.trim()) && message.trim() === '') errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons));
  if (fieldPath !== '' && fieldPath.trim() === '') errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (lines.test(fieldPath)) errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
}
