/** Defaults for fields that were left out; the object itself when nothing is missing, so that what is shared stays shared. */
export function fill<T extends object>(object: T, defaults: { readonly [K in keyof T]?: T[K] | undefined }): T {
  for (const key in defaults) {
    if (defaults[key] !== undefined && object[key] === undefined) return { ...(defaults as object), ...object } as T;
  }
  return object;
}

/** Changes one field that is there; the object itself when the field is absent or stays the same. */
export function mapField<T extends object, K extends keyof T>(object: T, key: K, change: (value: NonNullable<T[K]>) => T[K]): T {
  const value = object[key];
  if (value === undefined || value === null) return object;
  const next = change(value);
  return next === value ? object : { ...object, [key]: next };
}
