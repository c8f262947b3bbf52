/** Tables, templates and units of docker's output (cli/command/formatter, go-units). */
import { dockerFunctions, type GoTemplate, GoTemplateError, parseTemplate, renderTemplate, type TemplateOptions } from '../../apimachinery/go-template.ts';
import { goJson } from '../../apimachinery/go-text.ts';
import { readSize } from '../../apimachinery/go-units.ts';
import type { Process } from '../../linux/process.ts';
import { tabwriter } from '../tabwriter.ts';
import { CliError, ValueError } from './context.ts';

export { bytesSize as binarySize, humanDuration as ago, humanSize as size } from '../../apimachinery/go-units.ts';

/** A column: its key in templates, its heading, its cell. */
export type Column<Row> = readonly [key: string, heading: string, cell: (row: Row) => string];

/** tabwriter(10, 1, 3): cells at least ten wide, three blanks apart. */
export const table = (rows: readonly (readonly string[])[], minimum = 10): string => tabwriter(rows, { minimum, padding: 3 });

/** internal/tui PrintNote: a remark below what was asked for. */
export function note(text: string, terminal = false): string {
  const head = terminal ? 'i Info → ' : ' Info -> ';
  return `\n${text
    .split('\n')
    .map((line, i) => `${i === 0 ? head : ' '.repeat(9)}${line}\n`)
    .join('')}`;
}

/** Whoever fills in templates says how much work that is. */
export type Working = { readonly process: Pick<Process, 'toil'> };

/** By `--format` (`table …`, `json` or a template) or the columns of the default table. */
export function formatted<Row>(
  context: Working,
  format: string,
  columns: readonly Column<Row>[],
  defaults: readonly string[],
  rows: readonly Row[],
  /** Go's name of a row, what `.Label "key"` reads, and the values that are no texts. */
  {
    type,
    labels,
    typed = {},
    raw,
  }: {
    readonly type?: string;
    readonly labels?: (row: Row) => Readonly<Record<string, string>>;
    readonly typed?: Readonly<Record<string, (row: Row) => unknown>>;
    /** What `raw` stands for. */
    readonly raw?: string;
  } = {},
): string {
  const data = (row: Row): Record<string, unknown> => {
    const texts = [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, , cell]) => [key, (typed[key] ?? cell)(row)]);
    return withMethod(Object.fromEntries(texts), labels && ((key: string) => labels(row)[key] ?? ''));
  };
  const shape = type === undefined ? {} : { type };
  const byKey = new Map(columns.map((column) => [column[0], column]));
  if (format === '' || format === 'table') {
    const shown = columns.length === 0 ? [] : defaults.map((key) => byKey.get(key)).filter((each) => each !== undefined);
    return table([shown.map(([, heading]) => heading), ...rows.map((row) => shown.map(([, , cell]) => cell(row)))]);
  }
  if (format === 'json') return rows.map((row) => `${goJson(data(row))}\n`).join('');
  const isTable = format.startsWith('table');
  const source = (format === 'raw' && raw ? raw : isTable ? format.slice(5) : format)
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  if (rows.length === 0) parsed(source);
  const lines = rows.map((row) => render(context, source, data(row), false, shape));
  if (!isTable) return lines.map((line) => `${line}\n`).join('');
  const own = columns.map(([key, heading]) => [key, heading || undefined]);
  const headings = withMethod(Object.fromEntries(own), labels && ((key: string) => (key.split('.').at(-1) ?? '').replace(/[-_]/g, ' ')));
  return table([render(context, source, headings, false, shape), ...lines].map((line) => line.split('\t')));
}

/** `.Label "key"`: a method is no field, neither in JSON nor where all is printed. */
const withMethod = (row: Record<string, unknown>, label: ((key: string) => string) | undefined): Record<string, unknown> =>
  label ? Object.defineProperty(row, 'Label', { value: label }) : row;

/** Throws CliError. */
export function parsed(source: string, functions = dockerFunctions, status = 1): GoTemplate {
  try {
    return parseTemplate(source, { name: '', functions });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, status);
  }
}

/** A Go template over a value; docker's words when it is none. */
export function render(context: Working, source: string, value: unknown, strict = false, { type }: Pick<TemplateOptions, 'type'> = {}): string {
  // A row of a list is marshalled as its own type does: `>` as \u003e.
  const functions =
    type === undefined ? dockerFunctions : { ...dockerFunctions, json: (each: unknown) => (each === value ? goJson(each) : dockerFunctions['json']?.(each)) };
  return rendered(context, parsed(source, functions), value, { functions, strict, ...(type === undefined ? {} : { type }) });
}

/** Throws CliError. */
export function rendered({ process }: Working, template: GoTemplate, value: unknown, options: TemplateOptions): string {
  try {
    return renderTemplate(template, value, { ...options, toil: (steps) => process.toil(steps) });
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`);
  }
}

/** `64m`, `1.5g` as bytes. Throws ValueError. */
export function parseSize(value: string, flag: string): number {
  const size = readSize(value);
  if (typeof size === 'string') throw new ValueError(size, value, flag);
  return size;
}
