/** JSON merge patch, RFC 7386, and the diffs in that form that kubectl makes for custom resources. */

import { own } from '../../sim/own.ts';
import { equal, isObject, type JsonObject } from './json-value.ts';

/** Applies a merge patch; what it does not touch is shared with the document. */
export function mergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = isObject(value) ? mergePatch(own(result, key), value) : value;
  }
  return result;
}

/** The merge patch that makes `modified` of `original`: evanphx/json-patch CreateMergePatch. */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(modified)) {
    const before = own(original, key);
    if (value === undefined || equal(before, value)) continue;
    patch[key] = isObject(before) && isObject(value) ? createMergePatch(before, value) : value;
  }
  for (const key of Object.keys(original)) if (original[key] !== undefined && own(modified, key) === undefined) patch[key] = null;
  return patch;
}

/** What apply sends for kinds without merge keys: jsonmergepatch.CreateThreeWayJSONMergePatch. */
export function createThreeWayMergePatch(original: JsonObject, modified: JsonObject, current: JsonObject): JsonObject {
  const changes = keep(createMergePatch(current, modified), (value) => value !== null);
  const deletions = keep(createMergePatch(original, modified), (value) => value === null);
  return combine(deletions, changes);
}

function keep(patch: JsonObject, test: (leaf: unknown) => boolean): JsonObject {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    if (isObject(value)) {
      const inner = keep(value, test);
      if (Object.keys(inner).length > 0 || (Object.keys(value).length === 0 && test(value))) result[key] = inner;
    } else if (test(value)) result[key] = value;
  }
  return result;
}

function combine(a: JsonObject, b: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = own(result, key);
    result[key] = isObject(before) && isObject(value) ? combine(before, value) : value;
  }
  return result;
}
