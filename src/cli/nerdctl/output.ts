/** Tables, sizes, ages and templates as nerdctl prints them (pkg/formatter). */
import { dockerFunctions, GoTemplateError, parseTemplate, renderTemplate } from '../../apimachinery/go-template.ts';
import { humanDuration } from '../../apimachinery/go-units.ts';
import { tabwriter } from '../tabwriter.ts';
import { type Context, NerdctlError } from './context.ts';

export {
  bytesSize,
  humanDuration as age,
  humanSize,
  indentedJson as json,
  moment,
  parseBytes,
  progressBytes as shortBytes,
} from '../../apimachinery/go-units.ts';

/** 4 blanks between. */
export const table = (rows: readonly (readonly string[])[], gap = 4): string => tabwriter(rows, { padding: gap });

/** `2 seconds ago`. */
export const ago = (now: number, then: number): string => `${humanDuration(now - then)} ago`;

/** Go templates over each value, one line each. */
export function rendered({ process }: Pick<Context, 'process'>, format: string, values: readonly unknown[]): string {
  try {
    const template = parseTemplate(format, { name: '', functions: dockerFunctions });
    return values.map((value) => `${renderTemplate(template, value, { functions: dockerFunctions, toil: (steps) => process.toil(steps) })}\n`).join('');
  } catch (error) {
    if (error instanceof GoTemplateError) throw new NerdctlError(error.message);
    throw error;
  }
}

/** Columns of a list: header and the field of a row. */
export type Column<Row> = readonly [header: string, cell: (row: Row) => string];

/** `--format`: empty, `table`, `wide` (the columns), `json` (a line each), or a template over the row's own fields. */
export function listText<Row extends object>(context: Context, rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const format = context.flags.text('format');
  if (format === '' || format === 'table' || format === 'wide')
    return table([columns.map(([header]) => header), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]);
  if (format === 'raw') throw new NerdctlError('unsupported format: "raw"');
  if (format === 'json') return rendered(context, '{{json .}}', rows);
  return rendered(
    context,
    format
      .replace(/^table\s+/, '')
      .replace(/\\t/g, '\t')
      .replace(/\\n/g, '\n'),
    rows,
  );
}
