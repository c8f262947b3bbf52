/** --sort-by: kubernetes kubectl/pkg/cmd/get/sorter.go. */
import { goSort } from '../../../../apimachinery/go-sort.ts';
import { findResults, JsonPathError, parseJsonPath, relaxedJsonPath } from '../../../../apimachinery/jsonpath.ts';
import { tryParseQuantity } from '../../../../apimachinery/quantity.ts';
import { type Obj, obj, objs } from '../../json.ts';

type Finder = (object: Obj) => unknown;

/** Sorted by a field; undefined when the field is no field, or no object has it. */
export function sortObjects(objects: readonly Obj[], by: string): readonly Obj[] | undefined {
  if (by === '') return objects;
  const find = finder(by);
  return find && sorted(objects, find);
}

/** A table's rows sorted by a field of their objects. */
export function sortTable(table: Obj, by: string): Obj | undefined {
  const find = finder(by);
  const rows = find && sorted(objs(table['rows']), (row) => find(obj(row['object'])));
  return rows && { ...table, rows };
}

function sorted(items: readonly Obj[], find: Finder): readonly Obj[] | undefined {
  const keyed = items.map((item) => ({ item, key: find(item) }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) return undefined;
  // What lacks the field goes before everything, even before what lacks it too: Go's answer to an order that is none.
  return goSort(keyed, (a, b) => a.key === undefined || (b.key !== undefined && compareValues(a.key, b.key) < 0)).map(({ item }) => item);
}

function finder(by: string): Finder | undefined {
  try {
    const path = parseJsonPath(relaxedJsonPath(by), { allowMissingKeys: true });
    return (object) => {
      try {
        return findResults(path, object).flat()[0];
      } catch (error) {
        if (!(error instanceof JsonPathError)) throw error;
        return undefined;
      }
    };
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return undefined;
  }
}

/** Missing first; numbers and quantities by size; texts in natural order. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [textA, textB] = [String(a), String(b)];
  const [quantityA, quantityB] = [tryParseQuantity(textA), tryParseQuantity(textB)];
  if (quantityA && quantityB) return quantityA.compare(quantityB);
  return naturalCompare(textA, textB);
}

function naturalCompare(a: string, b: string): number {
  const [partsA, partsB] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    const [partA, partB] = [partsA[i] as string, partsB[i] as string];
    if (partA === partB) continue;
    if (/^\d/.test(partA) && /^\d/.test(partB)) return Number(partA) - Number(partB);
    return partA < partB ? -1 : 1;
  }
  return partsA.length - partsB.length;
}
