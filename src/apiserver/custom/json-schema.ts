/** Structural schemas of custom resources: defaults, pruning and validation (apiextensions-apiserver/pkg/apiserver/{schema,validation}, kube-openapi/pkg/validation). */
import { RE2JS } from 're2js';
import { duplicate, type FieldError, invalidValue, notSupported, required, tooLong, tooMany } from '../../apimachinery/field-error.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { sortedJson } from '../../apimachinery/json.ts';
import { isIp } from '../../apimachinery/names.ts';
import { own } from '../../sim/own.ts';
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
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
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

/** What breaks the schema's rules; what is as it was before (`old`) is not asked again (ratcheting). */
export function schemaErrors(value: unknown, schema: JsonSchema, path: string, old?: unknown): FieldError[] {
  if (value === null || value === undefined || (old !== undefined && equal(value, old))) return [];
  const wrong = typeError(value, schema, path);
  if (wrong) return [wrong];
  const errors = scalarErrors(value, schema, path);
  if (Array.isArray(value)) {
    errors.push(...lengthErrors(value.length, schema.minItems, schema.maxItems, path), ...duplicates(value, schema, path));
    const { items } = schema;
    const before = counterparts(old, schema);
    if (items) for (const [i, item] of value.entries()) errors.push(...schemaErrors(item, items, `${path}[${i}]`, before(item)));
  } else if (isObject(value)) {
    const count = Object.keys(value).length;
    if (schema.minProperties !== undefined && count < schema.minProperties)
      errors.push(invalidValue(path, count, `${path} in body should have at least ${schema.minProperties} properties`));
    if (schema.maxProperties !== undefined && count > schema.maxProperties) errors.push(tooMany(path, count, schema.maxProperties));
    for (const name of schema.required ?? []) if (value[name] === undefined) errors.push(required(childOf(path, name)));
    const before = isObject(old) ? old : {};
    for (const [name, item] of Object.entries(value)) {
      const property = schema.properties?.[name] ?? itemSchema(schema);
      if (property && !(path === '' && rootFields.has(name))) errors.push(...schemaErrors(item, property, childOf(path, name), before[name]));
    }
  }
  return [...errors, ...junctorErrors(value, schema, path)];
}

/** Finds the same entry before: lists of type `map` know theirs by its keys. */
export function counterparts(old: unknown, schema: JsonSchema): (item: unknown) => unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (!Array.isArray(old) || !keys) return () => undefined;
  const keyOf = (item: Readonly<Record<string, unknown>>): string => JSON.stringify(keys.map((key) => item[key]));
  const byKeys = new Map(old.filter(isObject).map((item) => [keyOf(item), item]));
  return (item) => (isObject(item) ? byKeys.get(keyOf(item)) : undefined);
}

/** allOf, anyOf, oneOf and not: one error without a place, then those of the alternative that nearly fits (schema_props.go). */
function junctorErrors(value: unknown, { allOf, anyOf, oneOf, not }: JsonSchema, path: string): FieldError[] {
  const tried = (schemas: readonly JsonSchema[]): FieldError[][] => schemas.map((each) => schemaErrors(value, each, path));
  const errors: FieldError[] = [];
  const whole = (text: string, results: readonly FieldError[][] = []): void => {
    const [best = []] = results.filter((each) => each.length > 0).sort((a, b) => a.length - b.length);
    errors.push(invalidValue('<nil>', '', `${quote(path)} must ${text}`), ...best);
  };
  if (anyOf) {
    const results = tried(anyOf);
    if (results.every((each) => each.length > 0)) whole('validate at least one schema (anyOf)', results);
  }
  if (oneOf) {
    const results = tried(oneOf);
    const fit = results.filter((each) => each.length === 0).length;
    if (fit !== 1) whole(`validate one and only one schema (oneOf). Found ${fit === 0 ? 'none valid' : `${fit} valid alternatives`}`, fit === 0 ? results : []);
  }
  const all = tried(allOf ?? []);
  errors.push(...all.flat());
  if (all.some((each) => each.length > 0)) whole(`validate all the schemas (allOf)${all.every((each) => each.length > 0) ? '. None validated' : ''}`);
  if (not && schemaErrors(value, not, path).length === 0) whole('not validate the schema (not)');
  return errors;
}

/** Entries of sets, and keys of maps, stand once (listtype/validation.go). */
function duplicates(list: readonly unknown[], schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  return list.flatMap((item, i) => {
    const id = type === 'set' || !isObject(item) ? item : Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]));
    const text = sortedJson(id);
    if (seen.has(text)) return [duplicate(`${path}[${i}]`, id)];
    seen.add(text);
    return [];
  });
}

const uuid = (version: string): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i');
/** Formats that are looked at (formats.go); any other says nothing. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: (text) => isIp(text) && !text.includes(':'),
  ipv6: (text) => isIp(text) && text.includes(':'),
  cidr: (text) => /^[^/]+\/\d+$/.test(text) && isIp(text.split('/')[0] ?? '') && Number(text.split('/')[1]) <= (text.includes(':') ? 128 : 32),
  mac: (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  uuid: (text) => uuid('[0-9a-f]').test(text),
  uuid4: (text) => uuid('4').test(text),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: (text) => text.length <= 253 && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\.?$/i.test(text),
  uri: (text) => /^([a-z][-+.a-z0-9]*:|\/)\S*$/i.test(text),
  byte: (text) => /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  datetime: (text) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[-+]\d{2}:\d{2})$/i.test(text) && !Number.isNaN(Date.parse(text)),
  duration: (text) => /^[-+]?(\d+(\.\d*)?\s*(µs|[a-z]+))+$/.test(text),
};

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
  if (schema.enum && !schema.enum.some((allowed) => equal(allowed, value)))
    errors.push(
      notSupported(
        path,
        value,
        schema.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))),
      ),
    );
  if (typeof value === 'number') {
    const { minimum: min, maximum: max, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
    if (min !== undefined && (above ? value <= min : value < min)) wrong(`should be greater than ${above ? '' : 'or equal to '}${min}`);
    if (max !== undefined && (below ? value >= max : value > max)) wrong(`should be less than ${below ? '' : 'or equal to '}${max}`);
    if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) wrong(`should be a multiple of ${multipleOf}`);
  }
  if (typeof value === 'string') {
    const length = [...value].length;
    if (schema.minLength !== undefined && length < schema.minLength) wrong(`should be at least ${schema.minLength} chars long`);
    if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(path, value, schema.maxLength));
    if (schema.pattern !== undefined && !RE2JS.compile(schema.pattern).matcher(value).find()) wrong(`should match '${schema.pattern}'`);
    const format = schema.format === undefined ? undefined : own(formats, schema.format.replaceAll('-', ''));
    if (format && !format(value))
      errors.push({ type: 'TypeInvalid', field: path, badValue: value, detail: `${path} in body must be of type ${schema.format}: ${quote(value)}` });
  }
  return errors;
}

function lengthErrors(length: number, min: number | undefined, max: number | undefined, path: string): FieldError[] {
  if (min !== undefined && length < min) return [invalidValue(path, length, `${path} in body should have at least ${min} items`)];
  return max !== undefined && length > max ? [tooMany(path, length, max)] : [];
}
