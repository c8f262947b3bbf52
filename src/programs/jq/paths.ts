/** Reading and writing places in a value (jq's src/jv_aux.c). Values are never changed in place. */
import { JqError } from './ast.ts';
import { compare, describe, equal, type Json, typeOf } from './json.ts';

/** Keys and indexes from the outside in; a slice is an object with start and end. */
export type Path = readonly Json[];

/** `{"start": …, "end": …}`: how a slice stands in a path. */
export const sliceKey = (from: Json, to: Json): Json =>
  new Map([
    ['start', from],
    ['end', to],
  ]);

/** null where there is nothing; throws JqError for a key of the wrong type. */
export function getIndex(target: Json, key: Json): Json {
  if (key instanceof Map && (Array.isArray(target) || target === null || typeof target === 'string'))
    return getSlice(target, key.get('start') ?? null, key.get('end') ?? null);
  if (target instanceof Map && typeof key === 'string') return target.get(key) ?? null;
  if (Array.isArray(target) && typeof key === 'number') {
    if (Number.isNaN(key)) return null;
    const index = Math.floor(key);
    return target[index < 0 ? index + target.length : index] ?? null;
  }
  if (target === null && (typeof key === 'string' || typeof key === 'number' || key === null)) return null;
  if (Array.isArray(target) && Array.isArray(key)) return indexesOf(target, key);
  throw new JqError(`Cannot index ${typeOf(target)} with ${typeof key === 'string' ? `string "${key}"` : typeOf(key)}`);
}

/** `.[[1,2]]`: where a run of items begins. */
export function indexesOf(target: readonly Json[], run: readonly Json[]): Json[] {
  const found: Json[] = [];
  if (run.length === 0) return found;
  for (let i = 0; i + run.length <= target.length; i++) if (run.every((item, j) => equal(item, target[i + j] as Json))) found.push(i);
  return found;
}

/** Of a list or a text, by characters. */
export function getSlice(target: Json, from: Json, to: Json): Json {
  if (target === null) return null;
  if (!Array.isArray(target) && typeof target !== 'string') throw new JqError(`Cannot index ${typeOf(target)} with object`);
  const items: readonly Json[] = typeof target === 'string' ? [...target] : target;
  const [start, end] = bounds(items.length, from, to);
  const piece = items.slice(start, end);
  return typeof target === 'string' ? piece.join('') : piece;
}

function bounds(length: number, from: Json, to: Json): [number, number] {
  if ((from !== null && typeof from !== 'number') || (to !== null && typeof to !== 'number'))
    throw new JqError('Start and end indices of an array slice must be numbers');
  const clamp = (value: number): number => Math.max(0, Math.min(length, value < 0 ? value + length : value));
  const start = clamp(Math.floor(from ?? 0));
  return [start, Math.max(start, clamp(Math.ceil(to ?? length)))];
}

/** null as soon as something is missing. */
export function getPath(target: Json, path: Path): Json {
  let value = target;
  for (const key of path) {
    if (value === null) return null;
    value = getIndex(value, key);
  }
  return value;
}

/** Several changes of one value: what the first of them copied is `own`, and later ones write into it. */
export class Draft {
  readonly #own = new Set<Json>();
  readonly #copied: (size: number) => void;

  /** Is told how much each copy took. */
  constructor(copied: (size: number) => void = () => {}) {
    this.#copied = copied;
  }

  take<T extends Json[] | Map<string, Json>>(target: T | null, copy: (target: T | null) => T): T {
    if (target !== null && this.#own.has(target)) return target;
    const own = copy(target);
    this.#copied(own instanceof Map ? own.size : own.length);
    this.#own.add(own);
    return own;
  }

  /** A filter was given it, and may have kept it: nothing is written into any more. */
  shown(value: Json): void {
    if (this.#own.has(value)) this.#own.clear();
  }
}

/** Makes what is missing on the way. */
export function setPath(target: Json, path: Path, value: Json, draft = new Draft()): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (key instanceof Map) {
    if (target !== null && !Array.isArray(target)) throw new JqError(`Cannot update field at object index of ${typeOf(target)}`);
    const items = target ?? [];
    const [start, end] = bounds(items.length, key.get('start') ?? null, key.get('end') ?? null);
    const piece = setPath(items.slice(start, end), rest, value);
    if (!Array.isArray(piece)) throw new JqError('A slice of an array can only be assigned another array');
    return [...items.slice(0, start), ...piece, ...items.slice(end)];
  }
  if (typeof key === 'string' && (target === null || target instanceof Map)) {
    const object = draft.take(target as Map<string, Json> | null, (all) => new Map(all ?? []));
    return object.set(key, setPath(object.get(key) ?? null, rest, value, draft));
  }
  if (typeof key === 'number' && (target === null || Array.isArray(target))) {
    const items = draft.take(target as Json[] | null, (all) => [...(all ?? [])]);
    const index = key < 0 ? key + items.length : Math.floor(key);
    if (index < 0) throw new JqError('Out of bounds negative array index');
    if (index > 10_000_000) throw new JqError('Array index too large');
    while (items.length < index) items.push(null);
    items[index] = setPath(items[index] ?? null, rest, value, draft);
    return items;
  }
  throw new JqError(`Cannot index ${typeOf(target)} with ${typeof key === 'string' ? `string "${key}"` : typeOf(key)}`);
}

/** The last paths first, so that earlier indexes stay right. */
export function deletePaths(target: Json, paths: readonly Path[], copied: (size: number) => void): Json {
  const sorted = [...paths].sort((a, b) => compare([...b], [...a]));
  return sorted.reduce((value, path) => deletePath(value, path, copied), target);
}

function deletePath(target: Json, path: Path, copied: (size: number) => void): Json {
  const [key, ...rest] = path;
  if (key === undefined || target === null) return null;
  if (rest.length > 0) {
    const inner = getIndex(target, key);
    return inner === null ? target : setPath(target, [key], deletePath(inner, rest, copied), new Draft(copied));
  }
  copied(target instanceof Map ? target.size : Array.isArray(target) ? target.length : 0);
  if (key instanceof Map && Array.isArray(target)) {
    const [start, end] = bounds(target.length, key.get('start') ?? null, key.get('end') ?? null);
    return [...target.slice(0, start), ...target.slice(end)];
  }
  if (typeof key === 'string' && target instanceof Map) {
    const object = new Map(target);
    object.delete(key);
    return object;
  }
  if (typeof key === 'number' && Array.isArray(target)) {
    const index = key < 0 ? key + target.length : key;
    return target.filter((_, i) => i !== index);
  }
  if (target instanceof Map) throw new JqError(`Cannot delete field at object index of ${typeOf(target)}`.replace('of object', `of ${describe(target)}`));
  throw new JqError(`Cannot delete field at ${typeof key === 'string' ? 'object' : 'array'} index of ${typeOf(target)}`);
}
