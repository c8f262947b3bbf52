/** How jq prints values: indented or compact, keys sorted or not, coloured for a terminal. */
import { type Json, numberText, quoteString, sortedKeys } from './json.ts';

type PrintOptions = { readonly indent: string; readonly sortKeys: boolean; readonly ascii: boolean; readonly color: boolean };

/** jq 1.7's default colours. */
const colors = { null: '1;30', false: '0;39', true: '0;39', number: '0;39', string: '0;32', array: '1;39', object: '1;39', key: '34;1' };
type Color = keyof typeof colors;

const paint = (color: Color, text: string): string => `\x1b[${colors[color]}m${text}\x1b[0m`;

export function print(value: Json, options: PrintOptions): string {
  return options.color ? colored(value, options, '\n') : plain(value, options, '\n');
}

function plain(value: Json, options: PrintOptions, newline: string): string {
  if (typeof value === 'string') return quoteString(value, options.ascii);
  if (typeof value === 'number') return numberText(value);
  const deeper = newline + options.indent;
  const compact = options.indent === '';
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map((each) => plain(each, options, deeper));
    return compact ? `[${items.join(',')}]` : `[${deeper}${items.join(`,${deeper}`)}${newline}]`;
  }
  if (value instanceof Map) {
    if (value.size === 0) return '{}';
    const keys = options.sortKeys ? sortedKeys(value) : [...value.keys()];
    const items = keys.map((key) => `${quoteString(key, options.ascii)}:${compact ? '' : ' '}${plain(value.get(key) as Json, options, deeper)}`);
    return compact ? `{${items.join(',')}}` : `{${deeper}${items.join(`,${deeper}`)}${newline}}`;
  }
  return String(value);
}

function colored(value: Json, options: PrintOptions, newline: string): string {
  if (typeof value === 'string') return paint('string', quoteString(value, options.ascii));
  if (typeof value === 'number') return paint('number', numberText(value));
  if (!Array.isArray(value) && !(value instanceof Map)) return paint(String(value) as Color, String(value));
  const compact = options.indent === '';
  const deeper = compact ? '' : newline + options.indent;
  const after = compact ? '' : newline;
  if (Array.isArray(value)) {
    if (value.length === 0) return paint('array', '[]');
    const items = value.map((each) => colored(each, options, newline + options.indent));
    return `${code('array')}[${deeper}${items.join(`${code('array')},${deeper}`)}${code('array')}${after}${code('array')}]\x1b[0m`;
  }
  if (value.size === 0) return paint('object', '{}');
  const keys = options.sortKeys ? sortedKeys(value) : [...value.keys()];
  const items = keys.map(
    (key) =>
      `\x1b[0m${paint('key', quoteString(key, options.ascii))}${code('object')}:${compact ? '' : ' '}\x1b[0m${colored(value.get(key) as Json, options, newline + options.indent)}`,
  );
  return `${code('object')}{${deeper}${items.join(`\x1b[0m${code('object')},${deeper}`)}\x1b[0m${code('object')}${after}${code('object')}}\x1b[0m`;
}

const code = (color: Color): string => `\x1b[${colors[color]}m`;
