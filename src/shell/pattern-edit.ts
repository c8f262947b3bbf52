/** Changing a text where a pattern matches: what parameter expansion does with `#`, `%`, `/`, `^` and `,`. */
import { matchEnds, type Pattern } from './pattern.ts';

/** Told how many letters a pattern is tried on: see Sim.toil. */
export type Tried = (letters: number) => void;
/** So many letters tried are one step of the engine. */
export const lettersPerStep = 150;

/** What it costs to match a whole text, in steps of the engine: see Sim.toil. */
export const matchSteps = ({ nodes, grouped }: Pattern, text: string): number => (text.length * (grouped ? text.length : nodes.length)) / (10 * lettersPerStep);

/** How far a match that begins there may go. */
const reach = ({ literal, grouped }: Pattern, text: string, start: number): number => {
  const left = literal === undefined ? text.length - start : 0;
  return grouped ? left * left : left;
};

/** `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`. */
export function remove(text: string, pattern: Pattern, operator: string, tried: Tried): string {
  tried(reach(pattern, text, 0));
  if (operator[0] === '#') {
    const ends = matchEnds(pattern, text, 0);
    const end = operator === '##' ? ends[ends.length - 1] : ends[0];
    return end === undefined ? text : text.slice(end);
  }
  const shortest = operator === '%';
  for (let i = 0; i <= text.length; i++) {
    const start = shortest ? text.length - i : i;
    tried(reach(pattern, text, start));
    if (matchEnds(pattern, text, start).includes(text.length)) return text.slice(0, start);
  }
  return text;
}

/** `${x/p/r}` and its kin. */
export function replace(text: string, pattern: Pattern, operator: string, replacement: string, tried: Tried): string {
  if (pattern.literal === '') return operator === '/#' ? insert(replacement, '') + text : operator === '/%' ? text + insert(replacement, '') : text;
  let out = '';
  for (let start = 0; start <= text.length; ) {
    tried(reach(pattern, text, start));
    const ends = matchEnds(pattern, text, start);
    const end = operator === '/%' ? (ends.includes(text.length) ? text.length : undefined) : ends[ends.length - 1];
    if (end === undefined || (end === start && operator !== '/#')) {
      if (operator === '/#') return text;
      out += text[start] ?? '';
      start++;
      continue;
    }
    out += insert(replacement, text.slice(start, end));
    if (operator !== '//') return out + text.slice(end);
    start = end;
  }
  return out;
}

/** patsub_replacement: `&` is what matched. */
const insert = (replacement: string, matched: string): string =>
  /[\\&]/.test(replacement) ? replacement.replace(/\\([\\&])|&/g, (_, quoted: string | undefined) => quoted ?? matched) : replacement;

/** `${x^p}`, `${x^^p}`, `${x,p}`, `${x,,p}`. */
export function changeCase(text: string, pattern: Pattern | undefined, operator: string): string {
  const upper = operator[0] === '^';
  const change = (char: string): string =>
    pattern && !matchEnds(pattern, char, 0).includes(char.length) ? char : upper ? char.toUpperCase() : char.toLowerCase();
  if (operator.length === 2) return pattern ? [...text].map(change).join('') : upper ? text.toUpperCase() : text.toLowerCase();
  return change(text.slice(0, 1)) + text.slice(1);
}
