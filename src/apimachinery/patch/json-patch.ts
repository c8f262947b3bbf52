/** JSON patch, RFC 6902, with the messages of evanphx/json-patch. */

import { equal, isObject } from './json-value.ts';
import { PatchError } from './patch-schema.ts';

/** As it was decoded: what is missing or unknown is only found when it is applied. */
export type JsonPatchOperation = { readonly op?: string; readonly path?: string; readonly from?: string; readonly value?: unknown };

/** Applies operations in order; what they do not touch is shared with the document. Throws PatchError. */
export function jsonPatch(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  return operations.reduce((result, operation) => {
    const apply = appliers[operation.op ?? ''];
    if (!apply) throw new PatchError(`Unexpected kind: ${operation.op ?? 'unknown'}`);
    if (typeof operation.path !== 'string') throw new PatchError('Unable to decode patch path: missing');
    return apply(result, operation, operation.path);
  }, document);
}

type Applier = (document: unknown, operation: JsonPatchOperation, path: string) => unknown;

const appliers: Readonly<Record<string, Applier>> = {
  add: (document, { value }, path) => add(document, path, value ?? null, 'add'),
  remove: (document, _, path) => remove(document, path),
  replace: (document, { value }, path) => replace(document, path, value ?? null),
  move(document, { from = '' }, path) {
    const moved = lookup(document, from);
    if (!moved.found) throw notRemovable('move', split(from).pop() ?? '', split(from).pop() ?? '');
    return add(remove(document, from), path, moved.value, 'move');
  },
  copy(document, { from = '' }, path) {
    return add(document, path, lookup(document, from).value ?? null, 'copy');
  },
  test(document, { value }, path) {
    if (!equal(lookup(document, path).value ?? null, value ?? null)) throw new PatchError(`testing value ${path} failed: test failed`);
    return document;
  },
};

const missing = (message: string): PatchError => new PatchError(`${message}: missing value`);

const notRemovable = (operation: string, path: string, key: string): PatchError =>
  missing(`error in ${operation} for path: '${path}': Unable to remove nonexistent key: ${key}`);

const split = (path: string): string[] =>
  path === ''
    ? []
    : path
        .slice(path.startsWith('/') ? 1 : 0)
        .split('/')
        .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));

function lookup(document: unknown, path: string): { found: boolean; value?: unknown } {
  let value = document;
  for (const part of split(path)) {
    if (Array.isArray(value) && indexIn(value, part) !== undefined) value = value[indexIn(value, part) ?? 0];
    else if (isObject(value) && value[part] !== undefined) value = value[part];
    else return { found: false };
  }
  return { found: true, value };
}

/** The place a part of a path names in a list; negative ones count from the end, as upstream allows. */
function indexIn(list: readonly unknown[], part: string): number | undefined {
  if (!/^-?\d+$/.test(part)) return undefined;
  const at = Number(part) < 0 ? list.length + Number(part) : Number(part);
  return at >= 0 && at < list.length ? at : undefined;
}

/** Rebuilds the containers along the path, changing the innermost. */
function change(document: unknown, parts: readonly string[], inner: (container: unknown, key: string) => unknown, absent: () => PatchError): unknown {
  const [first, ...rest] = parts;
  if (first === undefined) throw absent();
  if (rest.length === 0) {
    if (!isObject(document) && !Array.isArray(document)) throw absent();
    return inner(document, first);
  }
  if (Array.isArray(document)) {
    const at = indexIn(document, first);
    if (at === undefined) throw absent();
    return document.map((item, i) => (i === at ? change(item, rest, inner, absent) : item));
  }
  if (!isObject(document) || document[first] === undefined) throw absent();
  return { ...document, [first]: change(document[first], rest, inner, absent) };
}

function add(document: unknown, path: string, value: unknown, operation: string): unknown {
  if (path === '') return value;
  const absent = (): PatchError => missing(`${operation} operation does not apply: doc is missing path: "${path}"`);
  return change(
    document,
    split(path),
    (container, key) => (Array.isArray(container) ? insert(container, key, value, path) : { ...(container as object), [key]: value }),
    absent,
  );
}

function insert(list: readonly unknown[], key: string, value: unknown, path: string): unknown[] {
  if (key === '-') return [...list, value];
  if (!/^-?\d+$/.test(key)) throw new PatchError(`value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`);
  const at = Number(key) < 0 ? list.length + 1 + Number(key) : Number(key);
  if (at < 0 || at > list.length) throw new PatchError(`error in add for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`);
  return [...list.slice(0, at), value, ...list.slice(at)];
}

function remove(document: unknown, path: string): unknown {
  const absent = (): PatchError => missing(`remove operation does not apply: doc is missing path: "${path}"`);
  return change(
    document,
    split(path),
    (container, key) => {
      if (Array.isArray(container)) {
        const at = indexIn(container, key);
        if (at === undefined) throw new PatchError(`error in remove for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`);
        return container.filter((_, i) => i !== at);
      }
      const { [key]: removed, ...rest } = container as Record<string, unknown>;
      if (removed === undefined) throw notRemovable('remove', path, key);
      return rest;
    },
    absent,
  );
}

function replace(document: unknown, path: string, value: unknown): unknown {
  if (path === '') return value;
  const absent = (): PatchError => missing(`replace operation does not apply: doc is missing path: ${path}`);
  const noKey = (): PatchError => missing(`replace operation does not apply: doc is missing key: ${path}`);
  return change(
    document,
    split(path),
    (container, key) => {
      if (Array.isArray(container)) {
        const at = indexIn(container, key);
        if (at === undefined) throw noKey();
        return container.map((item, i) => (i === at ? value : item));
      }
      return { ...(container as object), [key]: value };
    },
    absent,
  );
}
