/** What was put under a key, not what JavaScript's objects have from birth (`constructor`): for tables that are asked for words of users. */
export const own = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);
