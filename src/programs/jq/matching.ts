/** jq's regular expressions. */
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { JqError } from './ast.ts';
import { describe, type Json, stringify } from './json.ts';

/** All matches as jq shows them (one without `g`), or only whether there is one. */
export function matchWith(input: Json, pattern: Json, flags: Json, testOnly: boolean): Json {
  const [source, letters] = Array.isArray(pattern) ? [pattern[0] ?? null, pattern[1] ?? null] : [pattern, flags];
  if (typeof input !== 'string') throw new JqError(`${describe(input)} cannot be matched, as it is not a string`);
  if (typeof source !== 'string') throw new JqError(`${describe(source)} cannot be matched, as it is not a string`);
  if (letters !== null && typeof letters !== 'string') throw new JqError(`${describe(letters)} is not a string`);
  const known = letters ?? '';
  if (/[^gimnpslx]/.test(known)) throw new JqError(`${known} is not a valid modifier string`);
  const regex = compile(known.includes('x') ? source.replace(/\s+|#.*$/gm, '') : source, known);
  if (testOnly) return regex.test(input);
  const found: Json[] = [];
  const points = (text: string): number => [...text].length;
  for (const match of regex.all(input)) {
    const name = new Map([...regex.names].map(([each, group]) => [group, each]));
    const part = (group: number): { offset: Json; length: Json; string: Json } => {
      const start = match[group * 2] ?? -1;
      if (start < 0) return { offset: -1, length: 0, string: null };
      const text = input.slice(start, match[group * 2 + 1]);
      return { offset: points(input.slice(0, start)), length: points(text), string: text };
    };
    const captures: Json[] = [];
    for (let group = 1; group <= regex.groups; group++)
      captures.push(new Map<string, Json>([...Object.entries(part(group)), ['name', name.get(group) ?? null]]));
    const whole = new Map<string, Json>([...Object.entries(part(0)), ['captures', captures]]);
    if (!(known.includes('n') && whole.get('length') === 0)) found.push(whole);
    if (!known.includes('g')) break;
  }
  return found;
}

function compile(source: string, flags: string): Regex {
  try {
    return new Regex(source, 'perl', { ignoreCase: flags.includes('i'), dotAll: /[sp]/.test(flags) });
  } catch (error) {
    if (error instanceof RegexError) throw new JqError(`${stringify(source).slice(1, -1)} (at offset 0) is not a valid regex: ${error.message}`);
    throw error;
  }
}
