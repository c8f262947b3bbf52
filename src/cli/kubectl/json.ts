/** Looking into decoded JSON whose shape only the server knows. */

/** Fields are unknown until they are asked for with the helpers below. */
export type Obj = Readonly<Record<string, unknown>>;

/** Lists and null are not. */
export const isObj = (value: unknown): value is Obj => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as a map; empty when it is none. */
export const obj = (value: unknown): Obj => (isObj(value) ? value : {});

/** The value as a list; empty when it is none. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Elements that are no objects become empty ones; no list is an empty list. */
export const objs = (value: unknown): readonly Obj[] => list(value).map(obj);

/** No list is an empty list. */
export const texts = (value: unknown): readonly string[] => list(value).map(text);

/** Text of a scalar; empty for nothing. */
export const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** 0 for what is missing. */
export const num = (value: unknown): number => (typeof value === 'number' ? value : Number(value ?? 0));

/** `at(pod, 'spec.nodeName')`: keys without dots in them. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split('.')) {
    if (!isObj(here)) return undefined;
    here = here[key];
  }
  return here;
}

/** A map of texts, sorted by key. */
export const entriesOf = (value: unknown): readonly (readonly [string, string])[] =>
  Object.entries(obj(value))
    .map(([key, item]) => [key, text(item)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** A copy with one path set; maps on the way are copied, missing ones made. */
export function withPath(value: Obj, path: readonly string[], to: unknown): Obj {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return { ...value, [key]: rest.length === 0 ? to : withPath(obj(value[key]), rest, to) };
}

/** A copy without one key at a path. */
export function withoutPath(value: Obj, path: readonly string[]): Obj {
  const [key, ...rest] = path;
  if (key === undefined || !(key in value)) return value;
  if (rest.length > 0) return { ...value, [key]: withoutPath(obj(value[key]), rest) };
  const { [key]: _dropped, ...kept } = value;
  return kept;
}

/** Without what is undefined, at this depth: `{ a: 1, b: undefined }` is `{ a: 1 }`. */
export const defined = (value: Obj): Obj => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));

/** '' where there is none. */
export const nameOf = (object: Obj): string => text(at(object, 'metadata.name'));
/** '' for cluster-wide objects. */
export const namespaceOf = (object: Obj): string => text(at(object, 'metadata.namespace'));
