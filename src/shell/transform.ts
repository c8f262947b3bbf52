/** `${x@Q}` and its like. */
import { decodeEscapes, quoteDouble, quoteSingle } from './quote.ts';
import type { Shell } from './shell.ts';
import { AssociativeArray, IndexedArray } from './variable-values.ts';
import type { Variable } from './variables.ts';

type Found = { readonly text: string | undefined } | { readonly items: readonly string[]; readonly star: boolean };

const operators: Readonly<Record<string, (text: string) => string>> = {
  Q: quoteSingle,
  U: (text) => text.toUpperCase(),
  u: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  L: (text) => text.toLowerCase(),
  E: (text) => decodeEscapes(text, 'ansi').text,
  P: (text) => text,
};

/** Applies a transformation operator. */
export function transform(shell: Shell, found: Found, operator: string, target: { readonly name: string; readonly index: unknown }): Found {
  const change = operators[operator];
  if (change) return 'items' in found ? { ...found, items: found.items.map(change) } : { text: found.text === undefined ? '' : change(found.text) };
  const variable = shell.variables.find(target.name);
  if (operator === 'a') return { text: variable ? attributeLetters(variable) : '' };
  if (operator === 'A') return { text: variable ? declaration(target.name, variable) : '' };
  if (operator === 'K' || operator === 'k') return { text: variable ? pairs(variable) : '' };
  return found;
}

/** `x`, `r`, `i`, `a`, `A`… as `declare` takes them. */
function attributeLetters(variable: Variable): string {
  const { value } = variable;
  return [
    value instanceof IndexedArray ? 'a' : value instanceof AssociativeArray ? 'A' : '',
    variable.integer ? 'i' : '',
    variable.fold === 'lower' ? 'l' : '',
    variable.nameref ? 'n' : '',
    variable.readonly ? 'r' : '',
    variable.fold === 'upper' ? 'u' : '',
    variable.exported ? 'x' : '',
  ].join('');
}

/** One line of `declare -p`, without its newline. */
export function declaration(name: string, variable: Variable): string {
  const letters = attributeLetters(variable);
  const head = `declare -${letters === '' ? '-' : letters} ${name}`;
  const { value } = variable;
  if (value === undefined || (typeof value !== 'string' && value.size === 0 && !value.assigned)) return head;
  return typeof value === 'string' ? `${head}=${quoteDouble(value)}` : `${head}=${arrayText(value)}`;
}

/** `([0]="a" [1]="b")`. */
export function arrayText(value: IndexedArray | AssociativeArray): string {
  if (value instanceof IndexedArray)
    return `(${value
      .keys()
      .map((key) => `[${key}]=${quoteDouble(value.get(key) ?? '')}`)
      .join(' ')})`;
  return `(${[...value.keys()].map((key) => `[${/^[\w.,:/+-]+$/.test(key) ? key : quoteDouble(key)}]=${quoteDouble(value.get(key) ?? '')} `).join('')})`;
}

function pairs(variable: Variable): string {
  const { value } = variable;
  if (value === undefined || typeof value === 'string') return quoteSingle(value ?? '');
  if (value instanceof IndexedArray)
    return value
      .keys()
      .map((key) => `${key} ${quoteDouble(value.get(key) ?? '')}`)
      .join(' ');
  return [...value.keys()].map((key) => `${key} ${quoteDouble(value.get(key) ?? '')} `).join('');
}
