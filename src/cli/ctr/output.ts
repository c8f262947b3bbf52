/** Tables and values as ctr prints them. */

import { RE2JS } from 're2js';
import { indentedJson } from '../../apimachinery/go-units.ts';
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
  if (operator === '~=') return value !== undefined && matches(wanted, value);
  return value === wanted;
}

/** A pattern that does not compile matches nothing. */
function matches(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith('RE2JS')) throw error;
    return false;
  }
}

/** Go's json.MarshalIndent with four blanks. */
export const json = (value: unknown): string => `${indentedJson(value)}\n`;
