/** What the inspect commands print (formatter.FormatSlice). */
import type { Routine } from '../../sim/routine.ts';
import type { Context } from './context.ts';
import { rendered } from './output.ts';

/** A JSON array with a blank line after it, or a template for each. Nothing for nothing. */
export function* printInspected(context: Context, values: readonly object[]): Routine {
  if (values.length === 0) return;
  const format = context.flags.text('format');
  if (format === '') yield* context.print(`${JSON.stringify(values, null, 4)}\n\n`);
  else yield* context.print(rendered(context, format === 'json' ? '{{json .}}' : format, values));
}
