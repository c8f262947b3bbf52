/** -o custom-columns: kubernetes kubectl/pkg/cmd/get/customcolumn.go. */
import { goValue } from '../../../apimachinery/go-text.ts';
import { findResults, JsonPathError, parseJsonPath, relaxedJsonPath, toText } from '../../../apimachinery/jsonpath.ts';
import { KubectlError } from '../errors.ts';
import type { Obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { alignRows } from './tab-writer.ts';

/** One `HEADER:.path`. */
export type Column = { readonly header: string; readonly cell: (object: Obj) => string };

/** Reads `NAME:.metadata.name,…`, or a file with headers in one line and paths in the next. */
export function customColumns(k: Kubectl, format: string, spec: string): readonly Column[] {
  if (format === 'custom-columns') return fromSpec(spec);
  if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given');
  if (!k.process.fs.exists(spec)) throw new KubectlError(`error reading template ${spec}, open ${spec}: no such file or directory`);
  const [headers = '', paths = ''] = k.process.fs.read(spec).split('\n');
  if (paths === '')
    throw new KubectlError(
      `invalid template, missing ${headers === '' ? 'header' : 'spec'} line. Expected format is one line of space separated headers, one line of space separated column specs.`,
    );
  const names = headers.trim().split(/\s+/);
  const columns = paths.trim().split(/\s+/);
  if (names.length !== columns.length) throw new KubectlError(`number of headers (${names.length}) and field specifications (${columns.length}) don't match`);
  return names.map((header, i) => toColumn(header, columns[i] ?? ''));
}

function fromSpec(spec: string): readonly Column[] {
  if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given');
  return splitOutsideBrackets(spec).map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return toColumn(part.slice(0, colon), part.slice(colon + 1));
  });
}

const splitOutsideBrackets = (spec: string): string[] => spec.split(/,(?![^[]*\])/);

function toColumn(header: string, expression: string): Column {
  let find: ((object: Obj) => readonly unknown[]) | undefined;
  const relaxed = orRefused(() => relaxedJsonPath(expression));
  // A wrong path is found when the header is out already.
  const cell = (object: Obj): string => {
    find ??= orRefused(() => pathFinder(relaxed));
    return find(object).map(cellText).join(',') || '<none>';
  };
  return { header, cell };
}

function pathFinder(expression: string): (object: Obj) => readonly unknown[] {
  const path = parseJsonPath(expression, { allowMissingKeys: true });
  return (object) => findResults(path, object).flat();
}

function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new KubectlError(error.message);
  }
}

/** Values print as `fmt.Sprint` shows them. */
const cellText = (value: unknown): string => (value === null || value === undefined ? '<none>' : typeof value === 'object' ? goValue(value) : toText(value));

/** Ends with a newline. */
export function columnsText(columns: readonly Column[], objects: readonly Obj[], noHeaders: boolean): string {
  const head = noHeaders ? [] : [columns.map((column) => column.header)];
  try {
    return alignRows([...head, ...objects.map((object) => columns.map((column) => column.cell(object)))]);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new KubectlError(error.message, { output: alignRows(head) });
  }
}
