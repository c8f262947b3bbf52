/** JSON as jq holds it: objects are Maps, since their keys keep their order whatever they look like. */

/** Numbers are doubles. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** Keys in the order in which they were put. */
export type JsonObject = Map<string, Json>;

/** As `type` says it. */
export function typeOf(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  return typeof value as 'boolean' | 'number' | 'string';
}

/** null and false are false. */
export const truthy = (value: Json): boolean => value !== null && value !== false;

const rank = (value: Json): number => {
  if (value === null) return 0;
  if (value === false) return 1;
  if (value === true) return 2;
  return { number: 3, string: 4, array: 5, object: 6 }[typeOf(value) as 'number'];
};

/** jq's order of everything. */
export function compare(a: Json, b: Json): number {
  const [one, other] = [rank(a), rank(b)];
  if (one !== other) return one - other;
  if (typeof a === 'number' && typeof b === 'number') return a < b || Number.isNaN(a) ? -1 : a === b ? 0 : 1;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compare(a[i] as Json, b[i] as Json);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (a instanceof Map && b instanceof Map) {
    const [left, right] = [sortedKeys(a), sortedKeys(b)];
    const keys = compare(left, right);
    if (keys !== 0) return keys;
    for (const key of left) {
      const order = compare(a.get(key) as Json, b.get(key) as Json);
      if (order !== 0) return order;
    }
  }
  return 0;
}

/** By jq's order of all values. */
export const equal = (a: Json, b: Json): boolean => compare(a, b) === 0;

/** By code units. */
export const sortedKeys = (object: JsonObject): string[] => [...object.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** What can be told of a value that does not fit: `number (5)`. */
export function describe(value: Json): string {
  return `${typeOf(value)} (${truncated(value)})`;
}

/** A value in at most 14 characters, as jq 1.7's error messages have it. */
function truncated(value: Json): string {
  const text = stringify(value);
  return text.length > 14 ? `${text.slice(0, 11)}...` : text;
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f' };

/** With `ascii`, everything beyond ASCII is escaped. */
export function quoteString(text: string, ascii = false): string {
  let out = text.replace(/["\\\x00-\x1f\x7f]/g, (character) => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // What is not UTF-8 was replaced when jq read it.
  out = out.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  if (ascii) out = out.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${out}"`;
}

/** Seventeen digits as jq prints them. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const scientific = /^(-?)(\d)(?:\.(\d+))?e([-+])(\d+)$/.exec(value.toExponential());
  const power = Number(`${scientific?.[4]}${scientific?.[5]}`);
  if (power >= -5 && power < 17 && !text.includes('e')) return text;
  if (value === 0) return text;
  const [, sign, first, rest, direction, exponent = ''] = scientific ?? [];
  if (power >= 17 && power < 19) return BigInt(value).toString();
  return `${sign}${first}${rest === undefined ? '' : `.${rest}`}e${direction}${exponent.padStart(2, '0')}`;
}

/** In one line. */
export function stringify(value: Json): string {
  if (typeof value === 'string') return quoteString(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  if (value instanceof Map) return `{${[...value].map(([key, each]) => `${quoteString(key)}:${stringify(each)}`).join(',')}}`;
  return String(value);
}
