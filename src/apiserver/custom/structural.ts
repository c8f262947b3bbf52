/** What makes a schema structural (apiextensions-apiserver/pkg/apiserver/schema/validation.go, defaulting/validation.go). */
import { RE2JS } from 're2js';
import { type FieldError, forbiddenField, invalidValue, required, toText } from '../../apimachinery/field-error.ts';
import { equal } from '../objects.ts';
import { collect, type Errors } from '../validation/report.ts';
import { type JsonSchema, prune, schemaErrors } from './json-schema.ts';

type Level = 'root' | 'item' | 'field';

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Everything that keeps a schema from being structural, in the order of the texts. */
export function structuralErrors(schema: JsonSchema, path: string): FieldError[] {
  const errors = collect((all) => {
    invariants(all, schema, 'root', path);
    complete(all, schema, schema, path, path);
  });
  return errors
    .map((error) => ({ error, text: toText(error) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ error }) => error);
}

function invariants(errors: Errors, schema: JsonSchema, level: Level, path: string): void {
  const { type, items, properties = {}, additionalProperties: more } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'));
  if (items) invariants(errors, items, 'item', `${path}.items`);
  for (const [name, property] of Object.entries(properties)) invariants(errors, property, 'field', `${path}.properties[${name}]`);
  if (more !== undefined) {
    if (level === 'root') errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
    if (typeof more === 'object') invariants(errors, more, 'field', `${path}.additionalProperties`);
    if (embedded) errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  extensions(errors, schema, path);
  valueValidation(errors, schema, path, intOrString(schema.anyOf), intOrString(schema.allOf?.[0]?.anyOf));
  typeOf(errors, schema, level, path);
  if (level === 'root' || embedded) metaFields(errors, properties, path);
  const { metadata } = properties;
  if (level === 'root' && metadata && !onlyNames(metadata))
    errors.push(
      forbiddenField(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified'),
    );
  if (embedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0)
    errors.push(required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'));
}

function typeOf(errors: Errors, schema: JsonSchema, level: Level, path: string): void {
  const at = `${path}.type`;
  const { type } = schema;
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const text = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type ? invalidValue(at, type, text) : required(at, text));
  } else if (!type && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) errors.push(required(at, missingType[level]));
  if (level === 'root' && type && type !== 'object') errors.push(invalidValue(at, type, 'must be object at the root'));
}

function extensions(errors: Errors, schema: JsonSchema, path: string): void {
  if (!schema['x-kubernetes-int-or-string']) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    if (schema[name]) errors.push(invalidValue(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
}

function metaFields(errors: Errors, properties: Readonly<Record<string, JsonSchema>>, path: string): void {
  for (const [name, type] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const property = properties[name];
    if (property && property.type !== type) errors.push(invalidValue(`${path}.properties[${name}].type`, property.type ?? '', `must be ${type}`));
  }
}

/** Of metadata a schema may restrict its names and no more. */
function onlyNames({ type: _type, properties = {}, default: _default, ...rest }: JsonSchema): boolean {
  return Object.keys(rest).length === 0 && Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
}

const intOrString = (any: readonly JsonSchema[] | undefined): boolean => any !== undefined && equal(any, [{ type: 'integer' }, { type: 'string' }]);

function valueValidation(errors: Errors, schema: JsonSchema, path: string, skipAny = false, skipFirstAll = false): void {
  if (!skipAny) for (const [i, each] of (schema.anyOf ?? []).entries()) nested(errors, each, `${path}.anyOf[${i}]`);
  for (const [i, each] of (schema.allOf ?? []).entries()) nested(errors, each, `${path}.allOf[${i}]`, skipFirstAll && i === 0);
  for (const [i, each] of (schema.oneOf ?? []).entries()) nested(errors, each, `${path}.oneOf[${i}]`);
  if (schema.not) nested(errors, schema.not, `${path}.not`);
  const wrong = schema.pattern ? patternProblem(schema.pattern) : undefined;
  if (wrong) errors.push(invalidValue(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${wrong}`));
}

const empty = 'must be empty to be structural';
const absent = 'must be undefined to be structural';
const off = 'must be false to be structural';

/** What may stand only outside of allOf, anyOf, oneOf and not. */
const forbiddenInside = {
  type: empty,
  additionalProperties: absent,
  default: absent,
  title: empty,
  description: empty,
  nullable: off,
  'x-kubernetes-preserve-unknown-fields': off,
  'x-kubernetes-embedded-resource': off,
  'x-kubernetes-int-or-string': off,
  'x-kubernetes-list-map-keys': empty,
  'x-kubernetes-list-type': absent,
  'x-kubernetes-map-type': absent,
  'x-kubernetes-validations': empty,
} as const;

function nested(errors: Errors, schema: JsonSchema, path: string, skipAny = false): void {
  valueValidation(errors, schema, path, skipAny);
  if (schema.items) nested(errors, schema.items, `${path}.items`);
  for (const [name, property] of Object.entries(schema.properties ?? {})) nested(errors, property, `${path}.properties[${name}]`);
  for (const [name, text] of Object.entries(forbiddenInside)) {
    const value = schema[name as keyof typeof forbiddenInside];
    if (value !== undefined && value !== '' && value !== false) errors.push(forbiddenField(`${path}.${name}`, text));
  }
  if (schema.properties?.metadata) errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
}

/** complete.go: what allOf and the like speak of must be specified outside of them too. */
function complete(errors: Errors, part: JsonSchema, whole: JsonSchema | undefined, path: string, at: string): void {
  if (whole === undefined) {
    errors.push(required(path, `because it is defined in ${at}`));
    return;
  }
  const inner = (each: JsonSchema, where: string): void => insideComplete(errors, each, whole, path, `${at}.${where}`);
  if (part.not) inner(part.not, 'not');
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) for (const [i, each] of (part[name] ?? []).entries()) inner(each, `${name}[${i}]`);
}

function insideComplete(errors: Errors, part: JsonSchema, whole: JsonSchema, path: string, at: string): void {
  complete(errors, part, whole, path, at);
  const further = (inner: JsonSchema, outer: JsonSchema | undefined, step: string): void => {
    if (outer === undefined) errors.push(required(`${path}.${step}`, `because it is defined in ${at}.${step}`));
    else insideComplete(errors, inner, outer, `${path}.${step}`, `${at}.${step}`);
  };
  if (part.items) further(part.items, whole.items, 'items');
  for (const [name, property] of Object.entries(part.properties ?? {})) further(property, whole.properties?.[name], `properties[${name}]`);
}

/** What Go's regexp.Compile has against a pattern. */
function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Defaults that the schema they stand in would refuse. */
export function defaultErrors(schema: JsonSchema, path: string): FieldError[] {
  const errors: Errors = [];
  const at = `${path}.default`;
  if (schema.default !== undefined && schema.default !== null) {
    const unknown: string[] = [];
    prune({ default: schema.default }, { properties: { default: schema } }, '', unknown);
    if (unknown.length > 0) errors.push(invalidValue(at, schema.default, 'must not have unknown fields'));
    errors.push(...schemaErrors(schema.default, schema, at));
  }
  if (schema.items) errors.push(...defaultErrors(schema.items, `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) errors.push(...defaultErrors(property, `${path}.properties[${name}]`));
  return errors;
}
