/** Reads data that a stranger wrote, field by field: what is missing or of another kind is named with its place. */

/** The file is not what it should be. */
export class FormatError extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

const remedy = 'Ask for the file that k8s-lab submit wrote, unchanged';

/** Readers by type; a wrong field is noted, and reading goes on. */
export type Fields = ReturnType<typeof fieldsOf>;

/** `place` stands before each message. */
export function fieldsOf(data: unknown, place: string) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new FormatError('malformed', `${place} is no object`, remedy);
  const has = (key: string): boolean => Object.hasOwn(data, key);
  const raw = (key: string): unknown => (has(key) ? (data as Readonly<Record<string, unknown>>)[key] : undefined);
  const wrong = (key: string, message: string): FormatError => new FormatError('malformed', `${place}${key === '' ? '' : `: "${key}"`} ${message}`, remedy);
  const text = (key: string, longest: number): string => {
    const value = raw(key);
    if (typeof value !== 'string') throw wrong(key, value === undefined ? 'is missing' : 'is no text');
    if (value.length > longest) throw wrong(key, `has ${value.length} characters, ${longest} at most`);
    return value;
  };
  const list = (key: string, longest: number): readonly unknown[] => {
    const value = raw(key);
    if (!Array.isArray(value)) throw wrong(key, value === undefined ? 'is missing' : 'is no list');
    if (value.length > longest) throw wrong(key, `has ${value.length} entries, ${longest} at most`);
    return value;
  };
  const whole = (key: string, largest: number, smallest = 0): number => {
    const value = raw(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < smallest || value > largest) throw wrong(key, 'is no whole number in its range');
    return value === 0 ? 0 : value; // Never -0: it would print as 0 and chain as something else.
  };
  return {
    has,
    raw,
    wrong,
    text,
    list,
    whole,
    texts: (key: string, longest: number): readonly string[] =>
      list(key, longest).map((each) => {
        if (typeof each !== 'string' || each.length > 2_000) throw wrong(key, 'holds something that is no short text');
        return each;
      }),
    size: (key: string): readonly [number, number] => {
      const [columns, rows, ...more] = list(key, 2);
      const fits = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1_000;
      if (!fits(columns) || !fits(rows) || more.length > 0) throw wrong(key, 'is no size of a terminal');
      return [columns, rows];
    },
    hex: (key: string, length: number): string => {
      const value = text(key, length);
      if (value.length !== length || !/^[0-9a-f]+$/.test(value)) throw wrong(key, `is not ${length} hexadecimal digits`);
      return value;
    },
    /** A moment in UTC, to the second or finer. */
    moment: (key: string): string => {
      const value = text(key, 40);
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) || Number.isNaN(Date.parse(value)))
        throw wrong(key, 'is no moment such as 2026-11-22T09:00:00Z');
      return value;
    },
  };
}
