/** The JSONPaths that printer columns may use: fields, indices, and one condition by equality (apiextensions validates them so). */
export function valueAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const step of path.matchAll(/\.([\w-]+|\['[^']+'\])|\[(\d+)\]|\[\?\(@\.([\w-]+)\s*==\s*['"]([^'"]*)['"]\)\]|\['([^']+)'\]/g)) {
    const [, field, index, filterField, filterValue, quoted] = step;
    if (value === undefined || value === null) return undefined;
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else if (filterField !== undefined) value = Array.isArray(value) ? value.find((item) => read(item, filterField) === filterValue) : undefined;
    else value = read(value, (quoted ?? field ?? '').replace(/^\['|'\]$/g, ''));
  }
  return value;
}

const read = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : undefined;
