/** Tables and values as ctr prints them. */

import { indentedJson } from '../../apimachinery/go-units.ts';
import { tabwriter } from '../tabwriter.ts';

export { humanDuration as age, moment, progressBytes as bytes } from '../../apimachinery/go-units.ts';

/** Each cell ends with a tab, so that the last is padded too. `gap` blanks between. */
export const table = (rows: readonly (readonly string[])[], gap = 1, padLast = true): string => tabwriter(rows, { padding: gap, padLast });

/** Go's json.MarshalIndent with four blanks. */
export const json = (value: unknown): string => `${indentedJson(value)}\n`;
