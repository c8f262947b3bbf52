/** Structural schemas of custom resources: defaults, pruning and validation (apiextensions-apiserver/pkg/apiserver/{schema,validation}, kube-openapi/pkg/validation). */
import { RE2JS } from 're2js';
import { type FieldError, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts';
import { equal, isObject } from '../objects.ts';
import type { ValidationRule } from './rules.ts';

/** apiextensions v1 JSONSchemaProps, those parts that have an effect. */
export type JsonSchema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly uniqueItems?: boolean;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
};

const childOf = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const itemSchema = (schema: JsonSchema): JsonSchema | undefined => (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);

/** Fills in what the schema has defaults for. */
export function withDefaults(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) return schema.items ? value.map((item) => withDefaults(item, schema.items as JsonSchema)) : value;
  if (!isObject(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (filled[name] === undefined && property.default !== undefined) filled[name] = property.default;
    if (filled[name] !== undefined) filled[name] = withDefaults(filled[name], property);
  }
  const items = itemSchema(schema);
  if (items) for (const [name, item] of Object.entries(filled)) if (!schema.properties?.[name]) filled[name] = withDefaults(item, items);
  return equal(filled, value) ? value : filled;
}

const rootFields = new Set(['apiVersion', 'kind', 'metadata']);

/** Drops fields that the schema does not know; their paths are collected in `unknown`. */
export function prune(value: unknown, schema: JsonSchema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) return schema.items ? value.map((item, i) => prune(item, schema.items as JsonSchema, `${path}[${i}]`, unknown)) : value;
  if (!isObject(value) || schema['x-kubernetes-preserve-unknown-fields']) return value;
  const items = itemSchema(schema);
  if (schema.properties === undefined && (items !== undefined || schema.additionalProperties === true)) {
    return items ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, prune(item, items, childOf(path, name), unknown)])) : value;
  }
  const kept: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const property = schema.properties?.[name];
    if (path === '' && rootFields.has(name)) kept[name] = item;
    else if (property) kept[name] = prune(item, property, childOf(path, name), unknown);
    else unknown.push(childOf(path, name));
  }
  return kept;
}

/** What breaks the schema's rules. */
export function schemaErrors(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  if (value === null || value === undefined) return [];
  const wrong = typeError(value, schema, path);
  if (wrong) return [wrong];
  const errors = scalarErrors(value, schema, path);
  if (Array.isArray(value)) {
    errors.push(...lengthErrors(value.length, schema.minItems, schema.maxItems, path));
    if (schema.items) for (const [i, item] of value.entries()) errors.push(...schemaErrors(item, schema.items, `${path}[${i}]`));
  } else if (isObject(value)) {
    for (const name of schema.required ?? []) if (value[name] === undefined) errors.push(required(childOf(path, name)));
    for (const [name, item] of Object.entries(value)) {
      const property = schema.properties?.[name] ?? itemSchema(schema);
      if (property && !(path === '' && rootFields.has(name))) errors.push(...schemaErrors(item, property, childOf(path, name)));
    }
  }
  return errors;
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;

function typeError(value: unknown, schema: JsonSchema, path: string): FieldError | undefined {
  const { type } = schema;
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] && (actual === 'integer' || actual === 'string')) return undefined;
  if (type === undefined || type === actual || (type === 'number' && actual === 'integer')) return undefined;
  return { type: 'TypeInvalid', field: path, badValue: actual, detail: `${path} in body must be of type ${type}: "${actual}"` };
}

function scalarErrors(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (detail: string): void => void errors.push(invalidValue(path, value, `${path} in body ${detail}`));
  if (schema.enum && !schema.enum.some((allowed) => equal(allowed, value))) errors.push(notSupported(path, value, schema.enum.map(String)));
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) wrong(`should be greater than or equal to ${schema.minimum}`);
    if (schema.maximum !== undefined && value > schema.maximum) wrong(`should be less than or equal to ${schema.maximum}`);
  }
  if (typeof value === 'string') {
    if (schema.minLength !== undefined && value.length < schema.minLength) wrong(`should be at least ${schema.minLength} chars long`);
    if (schema.maxLength !== undefined && value.length > schema.maxLength) wrong(`may not be more than ${schema.maxLength} bytes`);
    if (schema.pattern !== undefined && !RE2JS.compile(schema.pattern).matcher(value).find()) wrong(`should match '${schema.pattern}'`);
  }
  return errors;
}

function lengthErrors(length: number, min: number | undefined, max: number | undefined, path: string): FieldError[] {
  if (min !== undefined && length < min) return [invalidValue(path, length, `${path} in body should have at least ${min} items`)];
  return max !== undefined && length > max ? [tooMany(path, length, max)] : [];
}
