/** How Go writes values into texts: the part of fmt and strconv that error messages show. */

const escapes: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

/** `%q`: strconv.Quote. */
export function quote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (escapes[char] !== undefined) out += escapes[char];
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += char;
  }
  return out + '"';
}

const htmlEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

/** encoding/json.Marshal: as JSON.stringify, with `<`, `>` and `&` escaped. */
export const goJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(/[<>&\u2028\u2029]/g, (char) => htmlEscapes[char] ?? char);

/** What a value of one of Go's own types is as text: `{running 0}`. */
export const goText = Symbol('text of a Go value');

/** A float64 that is a whole number, where that makes a difference to Go: values of charts. */
export class GoFloat extends Number {
  [goText](): string {
    const value = Number(this);
    return Math.abs(value) >= 1e6 ? exponential(value) : String(value);
  }
}

const exponential = (value: number): string => value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');

/** `%v` of decoded JSON: `map[a:1 b:[x y]]`, keys in order. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'object' && goText in value) return (value[goText] as () => string)();
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${goValue(item)}`).join(' ')}]`;
  }
  return typeof value === 'number' ? formatFloat(value) : String(value);
}

/** `%#v` of decoded JSON: `map[string]interface {}{"a":1, "b":[]interface {}{"x"}}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[string]interface {}{${entries.map(([key, item]) => `${quote(key)}:${goSyntax(item)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? quote(value) : typeof value === 'number' ? formatFloat(value) : String(value);
}

/** `%v` of a number: whole ones as int64, others as float64, with an exponent below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && size < 2 ** 63)) return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
  if (size >= 1e-4 && size < 1e6) return String(value);
  return exponential(value);
}

/** A string list in double quotes: `"a", "b"`. */
export const quoteAll = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ');
