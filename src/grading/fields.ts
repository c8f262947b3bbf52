/** Reads data that a stranger wrote, field by field: what is missing or of another kind is named with its place. */
import type { ProblemWords } from './problem-words.ts';

/** The file is not what it should be. */
export class FormatError extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, { message, remedy }: { readonly message: string; readonly remedy: string }) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Readers by type; a wrong field is noted, and reading goes on. */
export type Fields = ReturnType<typeof fieldsOf>;

/** `place` stands before each message. */
export function fieldsOf(data: unknown, place: string, words: ProblemWords) {
  const wrong = (key: string, message: string): FormatError => new FormatError('malformed', words.malformed(words.at(place, key, message)));
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw wrong('', words.noObject);
  const has = (key: string): boolean => Object.hasOwn(data, key);
  const raw = (key: string): unknown => (has(key) ? (data as Readonly<Record<string, unknown>>)[key] : undefined);
  const text = (key: string, longest: number): string => {
    const value = raw(key);
    if (typeof value !== 'string') throw wrong(key, value === undefined ? words.absent : words.noText);
    if (value.length > longest) throw wrong(key, words.longText(value.length, longest));
    return value;
  };
  const list = (key: string, longest: number): readonly unknown[] => {
    const value = raw(key);
    if (!Array.isArray(value)) throw wrong(key, value === undefined ? words.absent : words.noList);
    if (value.length > longest) throw wrong(key, words.longList(value.length, longest));
    return value;
  };
  const whole = (key: string, largest: number, smallest = 0): number => {
    const value = raw(key);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < smallest || value > largest) throw wrong(key, words.noNumber);
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
        if (typeof each !== 'string' || each.length > 2_000) throw wrong(key, words.noShortText);
        return each;
      }),
    size: (key: string): readonly [number, number] => {
      const [columns, rows, ...more] = list(key, 2);
      const fits = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1_000;
      if (!fits(columns) || !fits(rows) || more.length > 0) throw wrong(key, words.noSize);
      return [columns, rows];
    },
    hex: (key: string, length: number): string => {
      const value = text(key, length);
      if (value.length !== length || !/^[0-9a-f]+$/.test(value)) throw wrong(key, words.noHex(length));
      return value;
    },
    /** A moment in UTC, to the second or finer. */
    moment: (key: string): string => {
      const value = text(key, 40);
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) || Number.isNaN(Date.parse(value))) throw wrong(key, words.noMoment);
      return value;
    },
  };
}
