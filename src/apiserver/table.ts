import type { KubeObject } from '../api/types.ts';
import { humanDuration } from '../apimachinery/duration.ts';
import type { Column } from './registry/strategy.ts';

type ColumnDefinition = {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
};
type TableRow = { readonly cells: readonly (string | number | boolean | null)[]; readonly object?: unknown };
export type Table = KubeObject & { readonly columnDefinitions: readonly ColumnDefinition[] | null; readonly rows: readonly TableRow[] };

type TableOptions = { readonly now: number; readonly include: string; readonly metadata: Readonly<Record<string, unknown>>; readonly withoutColumns?: boolean };

/** Objects as rows (meta.k8s.io/v1 Table): the columns of their strategy, or name and creation time. */
export function toTable(objects: readonly KubeObject[], columns: readonly Column[] = plainColumns, options: TableOptions): Table {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.withoutColumns ? null : columns.map(definition),
    rows: objects.map((object) => ({ cells: cellsOf(object, columns, options.now), ...included(object, options.include) })),
  };
}

function cellsOf(object: KubeObject, columns: readonly Column[], now: number): TableRow['cells'] {
  let made: Column['facts'];
  let facts: unknown;
  return columns.map((column) => {
    if (column.facts === undefined) return column.cell(object, now);
    if (column.facts !== made) {
      made = column.facts;
      facts = made(object);
    }
    return column.cell(object, now, facts);
  });
}

/** Time since a moment as the AGE column prints it. */
export function age(time: string | undefined, now: number): string {
  if (time === undefined || time === '') return '<unknown>';
  return humanDuration(now - Date.parse(time));
}

/** The NAME column that all tables begin with. */
export const nameColumn: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name ?? '' };
/** The AGE column that most tables have. */
export const ageColumn: Column = { name: 'Age', cell: ({ metadata }, now) => age(metadata.creationTimestamp as unknown as string, now) };

/** kubernetes apiserver/pkg/registry/rest/table.go: what a resource without printers shows. */
const plainColumns: readonly Column[] = [
  nameColumn,
  { name: 'Created At', type: 'date', cell: ({ metadata }) => (metadata.creationTimestamp as unknown as string) ?? '' },
];

const definition = ({ name, type, format, wide }: Column): ColumnDefinition => ({
  name,
  type: type ?? 'string',
  format: format ?? '',
  description: '',
  priority: wide ? 1 : 0,
});

const included = (object: KubeObject, include: string): { readonly object?: unknown } => {
  if (include === 'None') return {};
  return { object: include === 'Object' ? object : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
};
