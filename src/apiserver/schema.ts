import { onlyKnown, unknownFields, wrongType } from '../api/decode.ts';
import { type TypeInfo, typeOf } from '../api/schema.ts';
import type { SchemaType } from '../apimachinery/patch/patch-schema.ts';
import { parseQuantity, QuantityError } from '../apimachinery/quantity.ts';
import { timeParseError, tryParseTime } from '../apimachinery/time.ts';
import type { RestRequest } from '../interfaces/rest.ts';
import { isObject } from './objects.ts';
import { queryValue } from './request-info.ts';
import type { ServedResource } from './resource-table.ts';

/** What patches need to know of a resource's type; undefined for custom resources. */
export const patchTypeOf = (served: ServedResource): SchemaType | undefined => schemaOf(served);

const schemaOf = (served: ServedResource): TypeInfo | undefined => (served.custom ? undefined : typeOf(served.apiVersion, served.kind));

const checks = {
  quantity(value: string): string | undefined {
    try {
      parseQuantity(value);
      return undefined;
    } catch (error) {
      if (error instanceof QuantityError) return error.message;
      throw error;
    }
  },
  time: (value: string): string | undefined => (value === '' || tryParseTime(value) !== undefined ? undefined : timeParseError(value)),
};

/** What Go's decoder refuses in a body; undefined when all types fit. */
export function decodingError(body: unknown, served: ServedResource): string | undefined {
  const type = schemaOf(served);
  return type && wrongType(body, type, checks);
}

/** `unknown field "spec.foo"`, one for each. */
export function strictErrors(body: unknown, served: ServedResource): string[] {
  const type = schemaOf(served);
  return type ? unknownFields(body, type) : (served.strategy.unknownFields?.(body) ?? []);
}

/** How a client wants its fields checked; undefined for clients that write what their own types have. */
export const fieldValidation = (request: RestRequest): string | undefined => queryValue(request, 'fieldValidation') ?? (request.typed ? undefined : 'Warn');

/** Without the fields that its type does not have; custom resources have their own rules. */
export function withoutUnknown<T>(object: T, served: ServedResource): T {
  const type = schemaOf(served);
  return type ? (onlyKnown(object, type) as T) : object;
}

/** What runtime.DefaultUnstructuredConverter says of a patched object that does not fit (it makes Go values of it without JSON). */
export function conversionError(value: unknown, served: ServedResource): string | undefined {
  const type = schemaOf(served);
  return type && convert(value, type);
}

const goKinds: Readonly<Record<string, string>> = { string: 'string', boolean: 'bool', int32: 'int32', int64: 'int64', double: 'float64' };
const expected: Readonly<Record<string, string>> = { string: 'string', boolean: 'boolean', int32: 'number', int64: 'number', double: 'number' };

/** Go itself would make a character of a whole number, or a whole number of a fraction: JSON does not. */
const unlike = (value: unknown, kind: string): string =>
  kind === 'string' && Number.isInteger(value) ? 'cannot convert int64 to string' : `unrecognized type: ${goKinds[kind]}`;
const convertNumber = (value: unknown, kind: string): string | undefined =>
  kind.startsWith('int') && !Number.isInteger(value) ? `cannot convert float64 to ${kind}` : undefined;

/** Go keeps the lower half of a number that is too long for its field. */
export function wrapIntegers<T>(value: T, served: ServedResource): T {
  const type = schemaOf(served);
  return type ? (wrapped(value, type) as T) : value;
}

function wrapped(value: unknown, type: TypeInfo | undefined): unknown {
  if (type?.kind === 'scalar') return type.scalar === 'int32' && typeof value === 'number' ? Number(BigInt.asIntN(32, BigInt(value))) : value;
  if (Array.isArray(value)) return value.map((item) => wrapped(item, type?.items));
  if (!isObject(value)) return value;
  const part = (name: string): TypeInfo | undefined => (type?.kind === 'map' ? type.items : type?.kind === 'object' ? type.field(name)?.type : undefined);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, wrapped(item, part(name))]));
}

function convert(value: unknown, type: TypeInfo): string | undefined {
  if (value === undefined || value === null || type.kind === 'any') return undefined;
  const given = Array.isArray(value)
    ? 'slice'
    : typeof value === 'object'
      ? 'map'
      : typeof value === 'number'
        ? 'int64'
        : typeof value === 'boolean'
          ? 'bool'
          : 'string';
  if (type.kind === 'scalar') {
    const kind = type.scalar ?? 'string';
    if (kind in expected) return typeof value === expected[kind] ? convertNumber(value, kind) : unlike(value, kind);
    return wrongType(value, type, checks);
  }
  if (type.kind === 'list')
    return Array.isArray(value) ? firstOf(value, (item) => type.items && convert(item, type.items)) : `cannot restore slice from ${given}`;
  if (!isObject(value)) return type.kind === 'map' ? `cannot restore map from ${given}` : `cannot restore struct from: ${given}`;
  if (type.kind === 'map') return firstOf(Object.values(value), (item) => type.items && convert(item, type.items));
  return firstOf(Object.entries(value), ([name, item]) => {
    const field = type.field(name);
    return field && convert(item, field.type);
  });
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
