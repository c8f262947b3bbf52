/** Tables and values as ctr prints them. */

import { indentedJson } from '../../apimachinery/go-units.ts';
import { isFound } from '../pattern.ts';
import { tabwriter } from '../tabwriter.ts';

export { humanDuration as age, moment, progressBytes as bytes } from '../../apimachinery/go-units.ts';

/** Each cell ends with a tab, so that the last is padded too. `gap` blanks between. */
export const table = (rows: readonly (readonly string[])[], gap = 1, padLast = true): string => tabwriter(rows, { padding: gap, padLast });

/** Filters such as `name==x`, `name~=x`, `labels.app==x`; several are alternatives. */
export function filter<T>(items: readonly T[], filters: readonly string[], field: (item: T, path: string) => string | undefined): T[] {
  if (filters.length === 0) return [...items];
  return items.filter((item) => filters.some((each) => each.split(',').every((term) => holds(item, term, field))));
}

function holds<T>(item: T, term: string, field: (item: T, path: string) => string | undefined): boolean {
  const match = /^([^=~!]+)(==|!=|~=|=)?(.*)$/.exec(term);
  if (!match) return false;
  const [, path = '', operator, raw = ''] = match;
  const value = field(item, path);
  const wanted = raw.replace(/^"(.*)"$/, '$1');
  if (operator === undefined) return value !== undefined;
  if (operator === '!=') return value !== wanted;
  if (operator === '~=') return value !== undefined && isFound(wanted, value);
  return value === wanted;
}

/** Go's json.MarshalIndent with four blanks. */
export const json = (value: unknown): string => `${indentedJson(value)}\n`;
