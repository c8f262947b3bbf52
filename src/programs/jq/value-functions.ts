/** What jq's functions of single values do. Throws JqError with jq's complaint. */
import { compute } from './arithmetic.ts';
import { JqError } from './ast.ts';
import { compare, describe, equal, type Json, sortedKeys, stringify, typeOf } from './json.ts';
import { indexesOf } from './paths.ts';
import { JsonReader, JsonSyntaxError } from './reader.ts';

/** The text, or JqError: `{}` in the complaint stands for the value. */
export const text = (value: Json, complaint: string): string => {
  if (typeof value !== 'string') throw new JqError(complaint.replace('{}', describe(value)));
  return value;
};

/** The list, or JqError: `{}` in the complaint stands for the value. */
export const list = (value: Json, complaint: string): Json[] => {
  if (!Array.isArray(value)) throw new JqError(complaint.replace('{}', describe(value)));
  return value;
};

/** `fromjson`: exactly one value; null for an empty text. */
export const parse = (source: string): Json => {
  try {
    const reader = new JsonReader(source);
    const found = reader.next();
    if (found && reader.next()) throw new JqError(`Unexpected extra JSON values (while parsing '${source}')`);
    return found ? found.value : null;
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new JqError(`${error.message} (while parsing '${source}')`);
    throw error;
  }
};

/** `length`: characters of a text, and of a number what it is without its sign. */
export function lengthOf(value: Json): Json {
  if (value === null) return 0;
  if (typeof value === 'boolean') throw new JqError(`boolean (${value}) has no length`);
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'string') return value.length - (value.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
  return Array.isArray(value) ? value.length : value.size;
}

/** `keys`; `sorted` is false for keys_unsorted. */
export function keysOf(value: Json, sorted: boolean): Json {
  if (Array.isArray(value)) return value.map((_, i) => i);
  if (value instanceof Map) return sorted ? sortedKeys(value) : [...value.keys()];
  throw new JqError(`${describe(value)} has no keys`);
}

/** `has`. */
export function has(value: Json, key: Json): boolean {
  if (value instanceof Map && typeof key === 'string') return value.has(key);
  if (Array.isArray(value) && typeof key === 'number') return key >= 0 && key < value.length;
  throw new JqError(`Cannot check whether ${typeOf(value)} has a ${typeof key === 'string' ? 'string' : typeOf(key)} key`);
}

/** `contains`, which looks into values. */
export function contains(value: Json, other: Json): boolean {
  if (value instanceof Map && other instanceof Map) return [...other].every(([key, each]) => value.has(key) && contains(value.get(key) as Json, each));
  if (Array.isArray(value) && Array.isArray(other)) return other.every((each) => value.some((item) => typeOf(item) === typeOf(each) && contains(item, each)));
  if (typeof value === 'string' && typeof other === 'string') return value.includes(other);
  if (typeOf(value) === typeOf(other)) return equal(value, other);
  throw new JqError(`${describe(value)} and ${describe(other)} cannot have their containment checked`);
}

/** `tonumber`. */
export function toNumber(value: Json): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new JqError(`${describe(value)} cannot be parsed as a number`);
  if (!/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value) && value !== 'nan') throw new JqError(`${describe(value)} cannot be parsed as a number`);
  return Number(value);
}

/** A `depth` below 0 is no limit. */
export function flatten(items: readonly Json[], depth: number): Json[] {
  return items.flatMap((item) => (Array.isArray(item) && depth !== 0 ? flatten(item, depth - 1) : [item]));
}

/** `indices`: where a text or a list stands in another. */
export function indices(value: Json, wanted: Json): Json {
  if (value === null) return null;
  if (typeof value === 'string' && typeof wanted === 'string') {
    const found: Json[] = [];
    for (let at = wanted === '' ? -1 : value.indexOf(wanted); at >= 0; at = value.indexOf(wanted, at + 1)) found.push([...value.slice(0, at)].length);
    return found;
  }
  if (Array.isArray(value)) return indexesOf(value, Array.isArray(wanted) ? wanted : [wanted]);
  throw new JqError(`Cannot determine indices of ${typeOf(wanted)} in ${typeOf(value)}`);
}

/** One of what `indices` found; null where it found nothing. */
export const firstOr = (found: Json, at: number): Json => (Array.isArray(found) ? (found.at(at) ?? null) : null);

/** `keys[i]` is what row i is sorted by. */
export const paired = (input: Json, keys: Json): { readonly row: Json; readonly key: Json }[] => {
  const rows = list(input, '{} cannot be sorted, as it is not an array');
  return rows.map((row, i) => ({ row, key: (keys as Json[])[i] as Json }));
};
/** For sort, by the order of all values. */
export const byKey = (a: { readonly key: Json }, b: { readonly key: Json }): number => compare(a.key, b.key);

/** `group_by`: rows of one key together, in the order of the keys. */
export function grouped(input: Json, keys: Json): { row: Json; key: Json }[][] {
  const groups: { row: Json; key: Json }[][] = [];
  for (const each of paired(input, keys).sort(byKey)) {
    const last = groups[groups.length - 1];
    if (last?.[0] && equal(last[0].key, each.key)) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

/** `join`: null counts as nothing. */
export function joined(input: Json, separator: Json): Json {
  const items = list(input, 'Cannot iterate over {}');
  if (items.length === 0) return '';
  let out: Json = null;
  for (const item of items) {
    const shown = typeof item === 'string' || typeof item === 'object' ? (item ?? '') : stringify(item);
    out = compute('+', compute('+', out ?? (null as Json), out === null ? null : separator), shown);
  }
  return out === null ? '' : out;
}
