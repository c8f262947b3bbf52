/** What the list and prune commands of networks and volumes share. */
import { bool, CliError, list, text } from './context.ts';
import { parseFilters } from './filters.ts';

/** Labels of a template's `.Labels`. */
export const labelsText = (labels: Readonly<Record<string, string>> | null): string =>
  Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** Flags of `ls`. */
export const lsFlags = [
  list('filter,f', 'Provide filter values', { valueName: 'filter' }),
  text('format', 'Format output using a custom template'),
  bool('no-trunc', 'Do not truncate the output'),
  bool('quiet,q', 'Only display IDs'),
];

/** By key: whether a row passes. */
export type Filters<Row> = Readonly<Record<string, (row: Row, value: string) => boolean>>;

/** `label=key` and `label=key=value`. */
export const labelled = (labels: Readonly<Record<string, string>> | null, value: string): boolean => {
  const [key = '', wanted] = value.split(/=(.*)/s);
  return labels !== null && key in labels && (wanted === undefined || labels[key] === wanted);
};

/** As Go's ParseBool takes the usual words. */
export const isYes = (value: string): boolean => value === 'true' || value === '1';

/** Values of one key are alternatives, keys are not; `check` throws for values that the daemon refuses. */
export function selected<Row>(
  rows: readonly Row[],
  filters: Filters<Row>,
  given: readonly string[],
  check: (key: string, values: readonly string[]) => void = () => undefined,
): Row[] {
  const pairsOf = parseFilters(given);
  const bad = pairsOf.find(([key]) => !filters[key]);
  if (bad) throw new CliError(`Error response from daemon: invalid filter '${bad[0]}'`);
  const keys = [...new Set(pairsOf.map(([key]) => key))];
  for (const key of keys) check(key, [...new Set(pairsOf.filter(([own]) => own === key).map(([, value]) => value))].sort());
  return rows.filter((row) => keys.every((key) => pairsOf.some(([own, value]) => own === key && filters[key]?.(row, value))));
}

/** --filter of the prune commands. */
export const pruneFilter = list('filter', 'Provide filter values (e.g. "label=<key>=<value>")', { valueName: 'filter' });

/** As docker sorts names: `web2` before `web10`. */
export function naturally(a: string, b: string): number {
  const [first, second] = [a, b].map((name) => name.replace(/\d+/g, (digits) => digits.padStart(20, '0'))) as [string, string];
  return first < second ? -1 : 1;
}
