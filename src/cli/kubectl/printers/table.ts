/** Server-side tables on the screen: kubernetes cli-runtime/pkg/printers/tableprinter.go. */
import { at, entriesOf, list, namespaceOf, num, type Obj, obj, objs, text } from '../json.ts';
import { alignRows } from './tab-writer.ts';

/** What changes between the server's table and the screen. */
export type TableOptions = {
  readonly wide: boolean;
  readonly noHeaders: boolean;
  readonly withNamespace: boolean;
  /** `pod` or `deployment.apps`, put before each name. */
  readonly kind?: string;
  readonly showLabels: boolean;
  readonly columnLabels: readonly string[];
};

/** A table's rows as text; `widths` are remembered over several tables of one watch. Lead cells (the event's type) come first. */
export function tableText(table: Obj, options: TableOptions, widths: number[] = [], lead?: { readonly header: string; readonly cell: string }): string {
  const columns = objs(table['columnDefinitions']);
  const shown = columns
    .map((column, i) => ({ index: i, name: text(column['name']), priority: num(column['priority']), named: column['format'] === 'name' }))
    .filter((column) => options.wide || column.priority === 0);
  const rows = objs(table['rows']).map((row) => rowCells(row, shown, options, lead?.cell));
  const head = options.noHeaders || shown.length === 0 ? [] : [headerCells(shown, options, lead?.header)];
  return alignRows([...head, ...rows], widths);
}

/** `named`: what stands there is the name. */
type Shown = { readonly index: number; readonly name: string; readonly named: boolean };

function headerCells(shown: readonly Shown[], options: TableOptions, lead: string | undefined): string[] {
  const cells = shown.map((column) => column.name.toUpperCase());
  if (options.withNamespace) cells.unshift('NAMESPACE');
  if (lead !== undefined) cells.unshift(lead);
  cells.push(...options.columnLabels.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()));
  if (options.showLabels) cells.push('LABELS');
  return cells;
}

function rowCells(row: Obj, shown: readonly Shown[], options: TableOptions, lead: string | undefined): string[] {
  const values = list(row['cells']);
  const object = obj(row['object']);
  const cells = shown.map(({ index, named }) => `${named && options.kind ? `${options.kind}/` : ''}${cellText(values[index])}`);
  if (options.withNamespace) cells.unshift(namespaceOf(object));
  if (lead !== undefined) cells.unshift(lead);
  const labels = obj(at(object, 'metadata.labels'));
  cells.push(...options.columnLabels.map((label) => text(labels[label])));
  if (options.showLabels) cells.push(labelText(object));
  return cells;
}

/** Newlines and escapes would break the screen; what follows a line's end is cut. */
const cellText = (value: unknown): string => {
  const all = value === undefined || value === null ? '<none>' : text(value);
  const line = all.split(/[\f\n\r]/, 1)[0] ?? '';
  return line === all ? all : `${line}...`;
};

const labelText = (object: Obj): string => {
  const labels = entriesOf(at(object, 'metadata.labels'));
  return labels.length === 0 ? '<none>' : labels.map(([key, value]) => `${key}=${value}`).join(',');
};
