/** Which plain texts YAML reads as something other than a string, by the rules of Go's yaml.v2 that sigs.k8s.io/yaml uses. */

const trueWords = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE']);
const falseWords = new Set(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE']);
const nullWords = new Set(['', '~', 'null', 'Null', 'NULL']);
const floatWords: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const integer = /^[-+]?([0-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}([Tt ]\s*\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?\s*(Z|[-+]\d{1,2}(:?\d{2})?)?)?$/;

/** Whether a plain text would be read as a boolean, a null, a number or a date, so that a string of this text needs quotes. */
export function needsQuotes(text: string): boolean {
  if (trueWords.has(text) || falseWords.has(text) || nullWords.has(text) || floatWords.has(text)) return true;
  return base60.test(text) || timestamp.test(text) || isNumber(text);
}

function isNumber(text: string): boolean {
  if (!/^[-+.0-9]/.test(text)) return false;
  const bare = text.replace(/_/g, '');
  if (float.test(bare)) return true;
  // A leading zero means octal, and 8 and 9 are no octal digits.
  return integer.test(text) && !(/^[-+]?0[0-9]+$/.test(bare) && /[89]/.test(bare));
}

/** The value of a plain scalar. */
export function resolvePlain(text: string): string | number | boolean | null {
  if (nullWords.has(text)) return null;
  if (trueWords.has(text)) return true;
  if (falseWords.has(text)) return false;
  const word = floatWords.get(text);
  if (word !== undefined) return word;
  if (!isNumber(text)) return text;
  const value = toNumber(text.replace(/_/g, ''));
  // What no float can hold stays a text.
  return Number.isFinite(value) ? value : text;
}

function toNumber(text: string): number {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const octal = /^0[0-7]+$/.test(rest) ? `0o${rest}` : rest;
  const value = Number(octal);
  return sign === '-' ? -value : value;
}
