/** What the functions of charts have in common: a table by the types of their arguments, and Go's numbers. */
import { sprintValue } from '../../../apimachinery/go-printf.ts';
import { FunctionError, type TemplateFunction } from '../../../apimachinery/go-template.ts';
import { GoFloat, goText } from '../../../apimachinery/go-text.ts';
import { isObject } from '../../../apimachinery/patch/json-value.ts';

/** Functions below the types of their arguments (TemplateFunction.types), which the engine has checked when it calls them. */
export type FunctionTable = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => unknown>>>>;

/** By name, each with its types. */
export const flattened = (...tables: readonly FunctionTable[]): Record<string, TemplateFunction> =>
  Object.fromEntries(
    tables.flatMap((table) =>
      Object.entries(table).flatMap(([types, functions]) =>
        Object.entries(functions).map(([name, call]) => [name, Object.assign(bounded(call), { types }) as unknown as TemplateFunction]),
      ),
    ),
  );

/** Entries of lists, and letters by chance, that one call may have before it: who wants more wants to stop the lab. */
export const mostEntries = 100_000;
export const mustBeFew = (count: number): void => {
  if (count > mostEntries) throw new FunctionError('k8s-lab: a list so long is not simulated');
};
const bounded =
  (call: (...args: never[]) => unknown) =>
  (...args: never[]): unknown => {
    mustBeFew(args.reduce((sum, arg: unknown) => sum + (Array.isArray(arg) ? arg.length : 0), 0));
    return call(...args);
  };

/** Maps of the data, which functions may change as Go's do. */
export type Map_ = Record<string, unknown>;

export const isMap = (value: unknown): value is Map_ => isObject(value) && !(value instanceof Number) && !(value instanceof GoTime);

/** As encoding/json decodes it: every whole number is a float64. */
export function floats(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? new GoFloat(value) : value;
  if (Array.isArray(value)) return value.map(floats);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, floats(item)])) : value;
}

/** As encoding/json encodes it. Go's stack overflows where a map is within itself. */
export function plainData(value: unknown): unknown {
  try {
    return value === undefined ? null : JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    throw new FunctionError('k8s-lab: a map within itself is not simulated');
  }
}

/** A copy that shares nothing. */
export const copied = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(copied) : isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)])) : value;

/** spf13/cast ToFloat64: 0 for what is no number. */
export function toFloat(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = typeof value === 'string' ? (value.trim() === '' ? 0 : Number(value)) : value instanceof Number ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : 0;
}

/** spf13/cast ToInt64: texts must be whole numbers, of base 8 or 16 too. */
export function toInt(value: unknown): number {
  if (typeof value !== 'string') return Math.trunc(toFloat(value));
  const [, sign, digits = ''] = /^([+-]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|[1-9]\d*)$/.exec(value) ?? [];
  const number = Number(digits.replace(/^0(?=[0-7])/, '0o') || 0);
  return sign === '-' ? -number : number;
}

/** A result that Go calls float64. */
export const float = (value: number): unknown => (Number.isInteger(value) ? new GoFloat(value) : value);

/** sprig strval. */
export const textOf = (value: unknown): string => sprintValue(value instanceof GoTime ? value[goText]() : value);

/** A list, as functions of lists want one. Throws FunctionError with sprig's text. */
export function listOf(value: unknown, verb: string): unknown[] {
  if (!Array.isArray(value))
    throw new FunctionError(
      `Cannot ${verb} on type ${value === undefined || value === null ? '%!s(<nil>)' : typeof value === 'object' ? 'map' : typeof value}`,
    );
  return value;
}

/** time.Time in UTC, in milliseconds. */
export class GoTime {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }

  [goText](): string {
    return layout(this.ms, '2006-01-02 15:04:05 -0700 MST');
  }

  toJSON(): string {
    return layout(this.ms, '2006-01-02T15:04:05Z');
  }

  readonly Unix = (): number => Math.floor(this.ms / 1000);
  readonly Year = (): number => new Date(this.ms).getUTCFullYear();
  readonly UTC = (): GoTime => this;
  readonly Format = (pattern: unknown): string => layout(this.ms, textOf(pattern));
}

const long = {
  weekday: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  month: 'January February March April May June July August September October November December'.split(' '),
};

/** time.Format in UTC. */
export function layout(ms: number, pattern: string): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = date.getUTCHours();
  const [weekday, month] = [long.weekday[date.getUTCDay()] ?? '', long.month[date.getUTCMonth()] ?? ''];
  const parts: Readonly<Record<string, string | number>> = {
    ...{ '2006': date.getUTCFullYear(), '06': two(date.getUTCFullYear() % 100), January: month, Jan: month.slice(0, 3) },
    ...{ '01': two(date.getUTCMonth() + 1), '1': date.getUTCMonth() + 1, Monday: weekday, Mon: weekday.slice(0, 3) },
    ...{ '02': two(date.getUTCDate()), _2: String(date.getUTCDate()).padStart(2), '2': date.getUTCDate() },
    ...{ '15': two(hour), '03': two(hour % 12 || 12), '3': hour % 12 || 12, PM: hour < 12 ? 'AM' : 'PM', pm: hour < 12 ? 'am' : 'pm' },
    ...{ '04': two(date.getUTCMinutes()), '4': date.getUTCMinutes(), '05': two(date.getUTCSeconds()), '5': date.getUTCSeconds() },
    ...{ 'Z07:00': 'Z', '-07:00': '+00:00', '-0700': '+0000', MST: 'UTC', '.000': `.${String(date.getUTCMilliseconds()).padStart(3, '0')}` },
  };
  return pattern.replace(/January|Jan|Monday|Mon|MST|2006|Z07:00|-07:00|-0700|\.000|0[1-6]|15|_2|PM|pm|[1-5]/g, (word) => String(parts[word] ?? word));
}
