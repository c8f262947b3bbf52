/** x-kubernetes-validations: the rules in CEL that a schema may hold (apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go). */
import { Optional } from '@marcbachmann/cel-js';
import { duplicate, type FieldError, forbiddenField, invalidUnseen, invalidValue, required } from '../../apimachinery/field-error.ts';
import { type Cel, CelError, toCel } from '../admission/cel/environment.ts';
import { equal, isObject } from '../objects.ts';
import { internalForm } from '../validation/internal-form.ts';
import { counterparts, type JsonSchema } from './json-schema.ts';

/** One entry of x-kubernetes-validations: `rule` is CEL with `self`, and `oldSelf` for updates. */
export type ValidationRule = {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
};

/** A rule, where it stands in the definition, and where what it speaks of stands in an object. */
type Found = { readonly rule: ValidationRule; readonly path: string };

const rulesOf = (schema: JsonSchema): readonly ValidationRule[] => schema['x-kubernetes-validations'] ?? [];

/** All rules of a schema and of what is in it. */
export function allRules(schema: JsonSchema, path: string): Found[] {
  const own = rulesOf(schema).map((rule, i) => ({ rule, path: `${path}.x-kubernetes-validations[${i}]` }));
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => allRules(each, `${path}.properties[${name}]`));
  const items = schema.items ? allRules(schema.items, `${path}.items`) : [];
  const values = typeof schema.additionalProperties === 'object' ? allRules(schema.additionalProperties, `${path}.additionalProperties`) : [];
  return [...own, ...inside, ...items, ...values];
}

/** Rules that are no CEL. */
export const ruleProblems = (schema: JsonSchema, root: string, cel: Cel): FieldError[] =>
  allRules(schema, root).flatMap(({ rule, path }) => {
    const problem = cel.problem(rule.rule, 'self oldSelf');
    return problem === undefined ? [] : [invalidValue(`${path}.rule`, internalForm('ValidationRule', rule), problem)];
  });

/** What breaks the rules; those that speak of `oldSelf` are asked only where there was something before. */
export function ruleErrors(value: unknown, old: unknown, schema: JsonSchema, path: string, cel: Cel): FieldError[] {
  if (value === null || value === undefined) return [];
  const errors = rulesOf(schema).flatMap((rule) => judged(rule, { value, old, schema, path, cel }));
  if (Array.isArray(value)) {
    const { items } = schema;
    const before = counterparts(old, schema);
    if (items) for (const [i, item] of value.entries()) errors.push(...ruleErrors(item, before(item), items, `${path}[${i}]`, cel));
  } else if (isObject(value)) {
    const before = isObject(old) ? old : {};
    const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    for (const [name, item] of Object.entries(value)) {
      const property = schema.properties?.[name];
      const at = property ? `${path === '' ? '' : `${path}.`}${name}` : `${path}[${name}]`;
      const inner = property ?? values;
      if (inner) errors.push(...ruleErrors(item, before[name], inner, at, cel));
    }
  }
  return errors;
}

type Place = { readonly value: unknown; readonly old: unknown; readonly schema: JsonSchema; readonly path: string; readonly cel: Cel };

function judged(rule: ValidationRule, { value, old, schema, path, cel }: Place): FieldError[] {
  const transition = /\boldSelf\b/.test(rule.rule);
  if (transition && old === undefined && !rule.optionalOldSelf) return [];
  // What has not changed is not judged again (CRDValidationRatcheting).
  if (!transition && old !== undefined && equal(value, old)) return [];
  const before = old === undefined ? undefined : toCel(old);
  const scope = { self: toCel(value), oldSelf: rule.optionalOldSelf ? Optional.of(before) : (before ?? null) };
  const at = rule.fieldPath ? `${path}${path === '' ? rule.fieldPath.replace(/^\./, '') : rule.fieldPath}` : path || '<nil>';
  const type = schema.type ?? (Array.isArray(value) ? 'array' : typeof value);
  try {
    if (cel.compile(rule.rule)(scope) === true) return [];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    const name = rule.message?.trim() || rule.rule.trim();
    const spent = `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
    return [invalidValue(path || '<nil>', type, error.message.startsWith('operation cancelled') ? spent : `${error.message} evaluating rule: ${name}`)];
  }
  const text = messageOf(rule, scope, cel);
  if (rule.reason === 'FieldValueForbidden') return [forbiddenField(at, text)];
  if (rule.reason === 'FieldValueRequired') return [required(at, text)];
  const unseen = invalidUnseen(at, text);
  const shown = type === 'object' || type === 'array' ? unseen.badValue : value;
  return [rule.reason === 'FieldValueDuplicate' ? duplicate(at, shown) : { ...unseen, badValue: shown }];
}

function messageOf({ rule, message, messageExpression }: ValidationRule, scope: Record<string, unknown>, cel: Cel): string {
  if (messageExpression) {
    try {
      const text = cel.compile(messageExpression)(scope);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
    } catch (error) {
      if (!(error instanceof CelError)) throw error; // The plain message stands in.
    }
  }
  return message?.trim() || `failed rule: ${rule.trim()}`;
}
