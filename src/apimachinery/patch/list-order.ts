/** The order of merged lists: what the patch says first, what the server had as far as it does not contradict. */

import { equal, isObject } from './json-value.ts';

type Orders = { readonly patch: readonly unknown[]; readonly server: readonly unknown[]; readonly mergeKey: string | undefined };

const sameItem = (a: unknown, b: unknown, mergeKey: string | undefined): boolean =>
  mergeKey !== undefined && isObject(a) && isObject(b) ? equal(a[mergeKey], b[mergeKey]) : equal(a, b);

const place = (list: readonly unknown[], item: unknown, mergeKey: string | undefined): number => list.findIndex((other) => sameItem(other, item, mergeKey));

/** Sorts items as they stand in a list; those it does not hold keep their order, after. */
export function orderLike(items: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): unknown[] {
  const known = items.map((item) => ({ item, at: place(order, item, mergeKey) }));
  return known.sort((a, b) => (a.at < 0 || b.at < 0 ? Number(a.at < 0) - Number(b.at < 0) : a.at - b.at)).map(({ item }) => item);
}

/** strategicpatch normalizeElementOrder: patch items keep the patch's order; the server's other items are put in before the first that they preceded. */
export function orderMerged(merged: readonly unknown[], { patch, server, mergeKey }: Orders): unknown[] {
  const fromPatch = orderLike(
    merged.filter((item) => place(patch, item, mergeKey) >= 0),
    patch,
    mergeKey,
  );
  const serverOnly = orderLike(
    merged.filter((item) => place(patch, item, mergeKey) < 0),
    server,
    mergeKey,
  );
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < serverOnly.length && j < fromPatch.length) {
    const left = place(server, serverOnly[i], mergeKey);
    const right = place(server, fromPatch[j], mergeKey);
    result.push(left >= 0 && right >= 0 && left < right ? serverOnly[i++] : fromPatch[j++]);
  }
  return [...result, ...serverOnly.slice(i), ...fromPatch.slice(j)];
}
