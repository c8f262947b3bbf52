/** The right side of sed's s command. */
import { groupText, type Match, type Regex } from '../regex/regex.ts';
import type { Piece, Substitution } from './script.ts';

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' };

/** `&` and `\1` become references, case conversions orders to what follows. */
export function parseReplacement(text: string): Piece[] {
  const pieces: Piece[] = [];
  const add = (piece: string): void => {
    const last = pieces.length - 1;
    if (typeof pieces[last] === 'string') pieces[last] += piece;
    else pieces.push(piece);
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '&') pieces.push({ group: 0 });
    else if (character !== '\\') add(character);
    else {
      const next = text[++i] ?? '';
      if (/\d/.test(next)) pieces.push({ group: Number(next) });
      else if (/[ULulE]/.test(next)) pieces.push({ fold: next as 'U' });
      else if (next === 'x' && /^[0-9a-fA-F]{1,2}/.test(text.slice(i + 1))) {
        const digits = /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1))?.[0] ?? '';
        add(String.fromCharCode(Number.parseInt(digits, 16)));
        i += digits.length;
      } else add(letters[next] ?? next);
    }
  }
  return pieces;
}

/** The text for one match; \U and \L last until \E, \u and \l for one character. */
export function fillReplacement(pieces: readonly Piece[], text: string, match: Match): string {
  let out = '';
  let lasting: 'U' | 'L' | undefined;
  let once: 'u' | 'l' | undefined;
  for (const piece of pieces) {
    if (typeof piece === 'object' && 'fold' in piece) {
      if (piece.fold === 'u' || piece.fold === 'l') once = piece.fold;
      else {
        lasting = piece.fold === 'E' ? undefined : piece.fold;
        once = undefined;
      }
      continue;
    }
    let part = typeof piece === 'string' ? piece : groupText(text, match, piece.group);
    if (lasting) part = lasting === 'U' ? part.toUpperCase() : part.toLowerCase();
    if (once && part !== '') {
      part = (once === 'u' ? part.slice(0, 1).toUpperCase() : part.slice(0, 1).toLowerCase()) + part.slice(1);
      once = undefined;
    }
    out += part;
  }
  return out;
}

/** Escapes in y's strings. */
export const unescapeText = (text: string): string => text.replace(/\\([\s\S])/g, (_, letter: string) => letters[letter] ?? letter);

/** The text after `s`; undefined where nothing was to be replaced. `found` is told of each match. */
export function substitute(text: string, regex: Regex, { replacement, occurrence, global }: Substitution, found: () => void): string | undefined {
  let out = '';
  let at = 0;
  let count = 0;
  let changed = false;
  for (const match of regex.all(text)) {
    count++;
    found();
    if (count < occurrence) continue;
    changed = true;
    out += text.slice(at, match[0]) + fillReplacement(replacement, text, match);
    at = match[1] as number;
    if (!global) break;
  }
  return changed ? out + text.slice(at) : undefined;
}
