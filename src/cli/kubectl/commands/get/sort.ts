/** --sort-by: kubernetes kubectl/pkg/cmd/get/sorter.go. */
import { goSort } from '../../../../apimachinery/go-sort.ts';
import { findResults, JsonPathError, parseJsonPath, relaxedJsonPath } from '../../../../apimachinery/jsonpath.ts';
import { tryParseQuantity } from '../../../../apimachinery/quantity.ts';
import type { Process } from '../../../../linux/process.ts';
import { KubectlError } from '../../errors.ts';
import { type Obj, obj, objs } from '../../json.ts';
import { klog } from '../../klog.ts';

type Finder = (object: Obj) => unknown;

/** Sorted by a field; undefined when no object has the field. */
export function sortObjects(process: Process, objects: readonly Obj[], by: string): readonly Obj[] | undefined {
  if (by === '') return objects;
  const find = finder(by);
  return sorted(objects, find, (key) => unsortable(process, key, `sorter.go:329] Field ${relaxedJsonPath(by)} in *unstructured.Unstructured`));
}

/** A table's rows sorted by a field of their objects; undefined also where that is no path. */
export function sortTable(process: Process, table: Obj, by: string): Obj | undefined {
  if (wrongPath(by)) return undefined;
  const find = finder(by);
  const wrong = (key: unknown): void => unsortable(process, key, `sorter.go:375] Field ${relaxedJsonPath(by)} in [][][]reflect.Value`);
  const rows = sorted(objs(table['rows']), (row) => find(obj(row['object'])), wrong);
  return rows && { ...table, rows };
}

function sorted(items: readonly Obj[], find: Finder, check: (key: unknown) => void): readonly Obj[] | undefined {
  const keyed = items.map((item) => ({ item, key: find(item) }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) return undefined;
  // What lacks the field goes before everything, even before what lacks it too: Go's answer to an order that is none.
  return goSort(keyed, (a, b) => {
    if (a.key === undefined || b.key === undefined) return a.key === undefined;
    check(a.key);
    return compareValues(a.key, b.key) < 0;
  }).map(({ item }) => item);
}

/** Only numbers and texts have an order. */
function unsortable(process: Process, key: unknown, where: string): void {
  const type = Array.isArray(key)
    ? '[]interface {}'
    : typeof key === 'boolean'
      ? 'bool'
      : typeof key === 'object' && key !== null
        ? 'map[string]interface {}'
        : '';
  if (type !== '') throw new KubectlError(`${klog(process, 'F')}${where} is an unsortable type: interface, err: unsortable type: ${type}`, { bare: true });
}

/** What is wrong with a path. */
export function wrongPath(by: string): KubectlError | undefined {
  try {
    pathTo(by);
    return undefined;
  } catch (error) {
    if (error instanceof KubectlError) return error;
    throw error;
  }
}

/** Throws KubectlError for what is no path. */
function finder(by: string): Finder {
  const path = pathTo(by);
  return (object) => {
    try {
      return findResults(path, object).flat()[0];
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      return undefined;
    }
  };
}

function pathTo(by: string): ReturnType<typeof parseJsonPath> {
  try {
    return parseJsonPath(relaxedJsonPath(by), { allowMissingKeys: true });
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new KubectlError(error.message);
  }
}

/** Null first; numbers and quantities by size; texts by their bytes. */
function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [textA, textB] = [String(a), String(b)];
  const [quantityA, quantityB] = [tryParseQuantity(textA), tryParseQuantity(textB)];
  if (quantityA && quantityB) return quantityA.compare(quantityB);
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}
