/** Request bodies in Kubernetes' protobuf: `k8s\0` and a runtime.Unknown around the object (apimachinery/pkg/runtime/serializer/protobuf). */
import { protobufText } from '../api/generated/protobuf-text.ts';
import { type FieldInfo, type TypeInfo, typeOf } from '../api/schema.ts';
import { remembered } from '../sim/remembered.ts';

/** What these bytes are not. */
export class ProtobufError extends Error {}

type Json = Record<string, unknown>;

const magic = [0x6b, 0x38, 0x73, 0x00];

/** The object in a body, with its apiVersion and kind. Throws ProtobufError. */
export function decodeProtobuf(bytes: Uint8Array): Json {
  if (bytes.length === 0) return {};
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { no, value } of read(bytes.subarray(magic.length))) {
    if (no === 2) raw = asBytes(value);
    if (no !== 1) continue;
    for (const part of read(asBytes(value))) {
      if (part.no === 1) apiVersion = asText(part.value);
      if (part.no === 2) kind = asText(part.value);
    }
  }
  // Every group understands DeleteOptions.
  const type = typeOf(kind === 'DeleteOptions' ? 'v1' : apiVersion, kind);
  if (!type) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}" in scheme`);
  return { kind, apiVersion, ...object(raw, slotsOf(type)) };
}

type Value = bigint | Uint8Array;
type Entry = { readonly no: number; readonly value: Value };

/** The fields on the wire, in order. */
function* read(bytes: Uint8Array): Generator<Entry> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 63n) throw new ProtobufError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new ProtobufError('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wire = key & 7;
    const no = key >>> 3;
    if (wire === 0) yield { no, value: varint() };
    else if (wire === 2) yield { no, value: take(Number(varint())) };
    else if (wire === 1 || wire === 5) yield { no, value: take(wire === 1 ? 8 : 4) };
    else throw new ProtobufError(`proto: illegal wireType ${wire}`);
  }
}

const asBytes = (value: Value): Uint8Array => {
  if (typeof value === 'bigint') throw new ProtobufError('proto: wrong wireType = 0');
  return value;
};
const decoder = new TextDecoder();
const asText = (value: Value): string => decoder.decode(asBytes(value));
const asNumber = (value: Value): number => Number(BigInt.asIntN(64, typeof value === 'bigint' ? value : 0n));

type Field = { readonly field: FieldInfo; readonly keepsZero: boolean };
/** What stands under a number: a field, or a struct that Go embeds, whose fields stand in JSON beside those of the type around it. */
type Slots = Map<number, Field | Slots>;

const numbersByType = remembered((text: string) => JSON.parse(text) as Readonly<Record<string, string>>, Number.POSITIVE_INFINITY);

/** Which field has which number: see scripts/protobuf-table.mjs. */
function slotsOf(type: TypeInfo): Slots {
  const slots: Slots = new Map();
  const numbers = numbersByType(protobufText())[type.id]?.split(' ') ?? [];
  for (const [index, field] of type.fields().entries()) {
    const text = numbers[index] ?? '0';
    const path = text.replace('!', '').split('.').map(Number);
    const last = path.pop() ?? 0;
    if (last !== 0) path.reduce(within, slots).set(last, { field, keepsZero: text.endsWith('!') });
  }
  return slots;
}

function within(slots: Slots, no: number): Slots {
  const found = slots.get(no);
  if (found instanceof Map) return found;
  const made: Slots = new Map();
  slots.set(no, made);
  return made;
}

function object(bytes: Uint8Array, slots: Slots): Json {
  const out: Json = {};
  for (const { no, value } of read(bytes)) {
    const slot = slots.get(no);
    if (slot === undefined) continue;
    if (slot instanceof Map) Object.assign(out, object(asBytes(value), slot));
    else put(out, slot.field, value, slot.keepsZero);
  }
  return out;
}

function put(out: Json, { name, type }: FieldInfo, value: Value, keepsZero: boolean): void {
  const { kind, items } = type;
  if (kind === 'list' && items) {
    out[name] ??= [];
    (out[name] as unknown[]).push(one(value, items));
  } else if (kind === 'map' && items) {
    out[name] ??= {};
    const [entryKey, entryValue] = mapEntry(asBytes(value), items);
    (out[name] as Json)[entryKey] = entryValue;
  } else {
    const decoded = one(value, type);
    if (keepsZero || (decoded !== '' && decoded !== 0 && decoded !== false)) out[name] = decoded;
  }
}

function mapEntry(bytes: Uint8Array, items: TypeInfo): [string, unknown] {
  let key = '';
  let value: unknown = items.kind === 'scalar' ? '' : items.kind === 'list' ? [] : {};
  for (const part of read(bytes)) {
    if (part.no === 1) key = asText(part.value);
    // A list in a map is a message of its own: repeated items = 1.
    else if (items.kind === 'list' && items.items) value = [...read(asBytes(part.value))].map((item) => one(item.value, items.items as TypeInfo));
    else value = one(part.value, items);
  }
  return [key, value];
}

function one(value: Value, type: TypeInfo): unknown {
  if (type.kind === 'object') return object(asBytes(value), slotsOf(type));
  if (type.kind === 'any') return rawJson(asBytes(value));
  switch (type.scalar) {
    case 'boolean':
      return asNumber(value) !== 0;
    case 'int32':
    case 'int64':
      return asNumber(value);
    case 'double':
      return new DataView(asBytes(value).slice().buffer).getFloat64(0, true);
    case 'bytes':
      return Buffer.from(asBytes(value)).toString('base64');
    case 'quantity':
      return textField(asBytes(value), 1);
    case 'time':
    case 'micro-time':
      return time(asBytes(value), type.scalar === 'micro-time');
    case 'int-or-string':
      return intOrString(asBytes(value));
    default:
      return asText(value);
  }
}

function textField(bytes: Uint8Array, wanted: number): string {
  for (const { no, value } of read(bytes)) if (no === wanted) return asText(value);
  return '';
}

/** An empty message is the zero time, which is null in JSON. */
function time(bytes: Uint8Array, micro: boolean): string | null {
  let seconds: number | undefined;
  let nanos = 0;
  for (const { no, value } of read(bytes)) {
    if (no === 1) seconds = asNumber(value);
    if (no === 2) nanos = asNumber(value);
  }
  if (seconds === undefined) return null;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`;
}

function intOrString(bytes: Uint8Array): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  for (const { no, value } of read(bytes)) {
    if (no === 1) isText = asNumber(value) === 1;
    if (no === 2) number = asNumber(value);
    if (no === 3) text = asText(value);
  }
  return isText ? text : number;
}

/** RawExtension, FieldsV1, JSON: bytes of JSON in field 1. */
function rawJson(bytes: Uint8Array): unknown {
  const text = textField(bytes, 1);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ProtobufError(error.message);
    throw error;
  }
}
