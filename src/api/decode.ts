/** What Go's decoder says about an object that does not fit its type: sigs.k8s.io/json, and the strict errors of field validation. */

import type { ScalarKind, TypeInfo } from './schema.ts';

/** Checks of texts that types have rules for; they come in so that this folder needs no other. Each gives what is wrong, in upstream's words. */
type TextChecks = {
  quantity(value: string): string | undefined;
  time(value: string): string | undefined;
  duration?(value: string): string | undefined;
};

/** `json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32`; undefined when all types fit. */
export function wrongType(object: unknown, type: TypeInfo, checks?: TextChecks): string | undefined {
  return wrongIn(object, type, { struct: type, path: '', checks });
}

/** `unknown field "spec.foo"` for each field that no type has, in the order of the object. */
export function unknownFields(object: unknown, type: TypeInfo): string[] {
  const found: string[] = [];
  collectUnknown(object, type, '', found);
  return found.map((path) => `unknown field "${path}"`);
}

/** The value without what `unknownFields` finds, as Go's decoder leaves it out; the value itself where there is nothing of the kind. */
export function onlyKnown(value: unknown, type: TypeInfo): unknown {
  const { items } = type;
  if (type.kind === 'list' && items && Array.isArray(value)) {
    const known = value.map((item) => onlyKnown(item, items));
    return known.some((item, i) => item !== value[i]) ? known : value;
  }
  if (!isMap(value) || type.kind === 'any' || type.kind === 'scalar') return value;
  const entries = Object.entries(value);
  const known = entries.flatMap(([name, item]) => {
    if (type.kind === 'map') return [[name, items ? onlyKnown(item, items) : item] as const];
    const field = type.field(name);
    return field ? [[name, onlyKnown(item, field.type)] as const] : [];
  });
  return known.length === entries.length && known.every(([, item], i) => item === entries[i]?.[1]) ? value : Object.fromEntries(known);
}

/** Fields that a type demands and the object lacks, as paths: what client-side validation calls missing. */
export function missingFields(object: unknown, type: TypeInfo, path = ''): string[] {
  if (type.kind === 'list' && Array.isArray(object)) return object.flatMap((item, i) => (type.items ? missingFields(item, type.items, `${path}[${i}]`) : []));
  if (!isMap(object)) return [];
  if (type.kind === 'map' && type.items)
    return Object.entries(object).flatMap(([key, item]) => (type.items ? missingFields(item, type.items, join(path, key)) : []));
  return type.fields().flatMap((field) => {
    const value = object[field.name];
    if (value === undefined || value === null) return field.required ? [join(path, field.name)] : [];
    return missingFields(value, field.type, join(path, field.name));
  });
}

type Where = { readonly struct: TypeInfo; readonly path: string; readonly checks: TextChecks | undefined };

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function wrongIn(value: unknown, type: TypeInfo, where: Where): string | undefined {
  // null leaves a Go field as it is.
  if (value === null || value === undefined || type.kind === 'any') return undefined;
  if (type.kind === 'scalar') return wrongScalar(value, type, where);
  if (type.kind === 'list')
    return Array.isArray(value) ? first(value, (item) => (type.items ? wrongIn(item, type.items, where) : undefined)) : mismatch(value, type, where);
  if (!isMap(value)) return mismatch(value, type, where);
  if (type.kind === 'map') return first(Object.entries(value).sort(byName), ([, item]) => (type.items ? wrongIn(item, type.items, where) : undefined));
  // kubectl sends the fields in order of their names.
  return first(Object.entries(value).sort(byName), ([name, item]) => {
    const field = type.field(name);
    return field && wrongIn(item, field.type, { ...where, struct: type, path: join(where.path, name) });
  });
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wrongScalar(value: unknown, type: TypeInfo, where: Where): string | undefined {
  const kind = type.scalar ?? 'string';
  const actual = typeof value;
  switch (kind) {
    case 'string':
      return actual === 'string' ? undefined : mismatch(value, type, where);
    case 'boolean':
      return actual === 'boolean' ? undefined : mismatch(value, type, where);
    case 'int32':
    case 'int64':
      return wrongInteger(value, type, where);
    case 'double':
      return actual === 'number' ? undefined : mismatch(value, type, where);
    case 'int-or-string':
      if (actual === 'string' || (actual === 'number' && Number.isInteger(value))) return undefined;
      return `json: cannot unmarshal ${describe(value)} into Go value of type int32`;
    default:
      return wrongText(value, kind, { type, where });
  }
}

const limits: Readonly<Record<string, number>> = { int32: 2 ** 31, int64: 2 ** 63 };

function wrongInteger(value: unknown, type: TypeInfo, where: Where): string | undefined {
  if (typeof value !== 'number') return mismatch(value, type, where);
  const limit = limits[type.scalar ?? 'int64'] ?? 0;
  return Number.isInteger(value) && value < limit && value >= -limit ? undefined : mismatch(value, type, where, ` ${value}`);
}

function wrongText(value: unknown, kind: ScalarKind, { type, where }: { type: TypeInfo; where: Where }): string | undefined {
  if (kind === 'quantity') {
    if (typeof value === 'string' || typeof value === 'number') return where.checks?.quantity(String(value));
    return where.checks?.quantity(JSON.stringify(value)) ?? mismatch(value, type, where);
  }
  if (typeof value !== 'string')
    return kind === 'bytes' ? mismatch(value, type, where) : `json: cannot unmarshal ${describe(value)} into Go value of type string`;
  if (kind === 'bytes') return wrongBase64(value);
  return kind === 'duration' ? where.checks?.duration?.(value) : where.checks?.time(value);
}

/** What Go's decoder says of a text that is no base64. */
export function wrongBase64(text: string): string | undefined {
  const bare = text.replace(/[\r\n]/g, '');
  const bad = bare.search(/[^A-Za-z0-9+/=]/);
  if (bad >= 0) return `illegal base64 data at input byte ${bad}`;
  if (bare.length % 4 !== 0) return `illegal base64 data at input byte ${bare.length - (bare.length % 4)}`;
  return /=[^=]|===/.test(bare) ? `illegal base64 data at input byte ${bare.indexOf('=')}` : undefined;
}

function mismatch(value: unknown, type: TypeInfo, { struct, path }: Where, detail = ''): string {
  const place = path === '' ? 'Go value of type ' : `Go struct field ${struct.name}.${path} of type `;
  return `json: cannot unmarshal ${describe(value)}${detail} into ${place}${goType(type)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

const goScalars: Readonly<Record<ScalarKind, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  time: 'v1.Time',
  'micro-time': 'v1.MicroTime',
  duration: 'v1.Duration',
  bytes: '[]uint8',
};

function goType(type: TypeInfo): string {
  if (type.kind === 'list') return `[]${type.items ? goType(type.items) : 'interface {}'}`;
  if (type.kind === 'map') return `map[string]${type.items ? goType(type.items) : 'interface {}'}`;
  return type.scalar ? goScalars[type.scalar] : `${type.version}.${type.name}`;
}

function collectUnknown(value: unknown, type: TypeInfo, path: string, found: string[]): void {
  if (type.kind === 'list') {
    if (Array.isArray(value) && type.items) for (let i = 0; i < value.length; i++) collectUnknown(value[i], type.items, `${path}[${i}]`, found);
    return;
  }
  if (!isMap(value)) return;
  if (type.kind === 'map') {
    if (type.items) for (const key in value) collectUnknown(value[key], type.items, join(path, key), found);
    return;
  }
  if (type.kind !== 'object') return;
  for (const name in value) {
    const field = type.field(name);
    if (field) collectUnknown(value[name], field.type, join(path, name), found);
    else if (value[name] !== undefined) found.push(join(path, name));
  }
}
