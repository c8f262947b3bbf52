import type { KubeObject } from '../api/types.ts';
import { humanDuration } from '../apimachinery/duration.ts';
import { remembered } from '../sim/remembered.ts';
import type { Column } from './registry/strategy.ts';

type ColumnDefinition = {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
};
type TableRow = { readonly cells: readonly (string | number | boolean | null)[]; readonly object?: unknown };
/** meta.k8s.io/v1 Table, which kubectl asks for by its Accept header; `columnDefinitions` is null where the client has had them already. */
type Table = KubeObject & { readonly columnDefinitions: readonly ColumnDefinition[] | null; readonly rows: readonly TableRow[] };

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

const cellsOf = (object: KubeObject, columns: readonly Column[], now: number): TableRow['cells'] =>
  columns.map((column) => column.cell(object, now, column.facts && factsOf(object, column.facts)));

/** What several columns of a row share. Stored objects never change, so theirs are found once: lists are read far more often than they change. */
const factsOf = (() => {
  const known = new WeakMap<object, { readonly make: Column['facts']; readonly facts: unknown }>();
  return (object: KubeObject, make: NonNullable<Column['facts']>): unknown => {
    const before = known.get(object);
    if (before?.make === make) return before.facts;
    const facts = make(object);
    known.set(object, { make, facts });
    return facts;
  };
})();

/** Time since a moment as the AGE column prints it. */
export function age(time: string | undefined, now: number): string {
  if (time === undefined || time === '') return '<unknown>';
  return humanDuration(now - momentOf(time));
}

/** Objects are made many at a time, and listed again and again. */
const momentOf = remembered((time: string): number => Date.parse(time), 32);

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
