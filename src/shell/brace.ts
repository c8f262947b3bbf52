/** Brace expansion: purely textual, before everything else. */
import { ShellError } from './flow.ts';

/** More than this many words would only eat memory; bash itself fails at some point with this message. */
const maxWords = 200_000;

/** `a{b,c}` → `ab`, `ac`; quotes and `${…}` are left alone. */
export function expandBraces(text: string): string[] {
  const found = findBrace(text, 0);
  if (!found) return [text];
  const before = text.slice(0, found.open);
  const rest = expandBraces(text.slice(found.close + 1));
  const middles = found.items.length > 1 ? found.items.flatMap(expandBraces) : sequence(found.items[0] as string);
  if (middles.length * rest.length > maxWords) tooMany(middles.length * rest.length);
  const out: string[] = [];
  for (const middle of middles) for (const tail of rest) out.push(before + middle + tail);
  return out;
}

function tooMany(count: number): never {
  throw new ShellError(`brace expansion: failed to allocate memory for ${count} elements`);
}

type Brace = { readonly open: number; readonly close: number; readonly items: string[] };

/** The first brace that is one: with a comma at its own level, or a sequence. */
function findBrace(text: string, from: number): Brace | undefined {
  for (let i = from; i < text.length; i = skip(text, i)) {
    if (text[i] !== '{') continue;
    const brace = readBrace(text, i);
    if (brace) return brace;
  }
  return undefined;
}

/** The index after what begins at `i`: a quoted text, an expansion, or one character. */
function skip(text: string, i: number): number {
  const char = text[i];
  if (char === '\\') return i + 2;
  if (char === "'") return closing(text, i + 1, "'");
  if (char === '"') return skipDouble(text, i + 1);
  if (char === '`') return closing(text, i + 1, '`');
  if (char === '$' && text[i + 1] === '{') return balanced(text, i + 1, '{', '}');
  if (char === '$' && text[i + 1] === '(') return balanced(text, i + 1, '(', ')');
  return i + 1;
}

function closing(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from);
  return end < 0 ? text.length : end + 1;
}

function skipDouble(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function balanced(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let i = from; i < text.length; ) {
    if (text[i] === open) depth++;
    if (text[i] === close && --depth === 0) return i + 1;
    i = text[i] === open || text[i] === close ? i + 1 : skip(text, i);
  }
  return text.length;
}

function readBrace(text: string, open: number): Brace | undefined {
  const items: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open; i < text.length; ) {
    const char = text[i];
    if (char === '{') depth++;
    if (char === '}' && --depth === 0) {
      items.push(text.slice(start, i));
      return items.length > 1 || isSequence(items[0] as string) ? { open, close: i, items } : undefined;
    }
    if (char === ',' && depth === 1) {
      items.push(text.slice(start, i));
      start = i + 1;
    }
    i = char === '{' || char === '}' ? i + 1 : skip(text, i);
  }
  return undefined;
}

const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/;
const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/;

const isSequence = (text: string): boolean => numbers.test(text) || letters.test(text);

function sequence(text: string): string[] {
  const found = numbers.exec(text);
  if (!found) {
    const [, from = 'a', to = 'a', step = '1'] = letters.exec(text) ?? [];
    return steps(from.charCodeAt(0), to.charCodeAt(0), step).map((code) => (code === 92 ? '' : String.fromCharCode(code)));
  }
  const [, from = '0', to = '0', step = '1'] = found;
  const padded = /^-?0\d/.test(from) || /^-?0\d/.test(to);
  const width = padded ? Math.max(from.length, to.length) : 0;
  return steps(Number(from), Number(to), step).map((value) => pad(value, width));
}

function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
}

function steps(from: number, to: number, by: string): number[] {
  const step = Math.abs(Number(by)) || 1;
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (count > maxWords) tooMany(count);
  return Array.from({ length: count }, (_, i) => (from <= to ? from + i * step : from - i * step));
}
