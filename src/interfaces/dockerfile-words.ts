/** A Dockerfile's instruction, and the words of its text (buildkit frontend/dockerfile/parser, shell). */

/** One instruction; `line` is its first line, counted from 1, and `name` in capitals. */
export type Instruction = {
  readonly line: number;
  /** Its last line, continuations and heredocs included. */
  readonly end: number;
  readonly name: string;
  /** Arguments as written, continuation lines joined. */
  readonly text: string;
  readonly flags: Readonly<Record<string, string>>;
  /** Variables stand for themselves in one whose word is quoted. */
  readonly heredocs: readonly { readonly name: string; readonly content: string; readonly quoted?: boolean }[];
};

/** `["a", "b"]`, or undefined: the shell form. */
export function jsonForm(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `a=b "c d"=e f='g h'`; or the old form `a b c`. */
export function pairs(text: string): [string, string][] {
  const all = words(text);
  if (all[0] !== undefined && !all[0].includes('=')) return [[all[0], text.slice(text.indexOf(all[0]) + all[0].length).trim()]];
  return all.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
}

/** Words as a shell splits them, quotes taken off. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+/g))
    found.push(
      match[0].replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_all, double: string | undefined, single: string | undefined, escaped: string | undefined) =>
        double === undefined ? (single ?? escaped ?? '') : double.replace(/\\(.)/g, '$1'),
      ),
    );
  return found;
}

/** `$A`, `${A}`, `${A:-b}`, `${A:+b}`. */
export const substitute = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(
    /\\\$|\$\{(\w+)(?::([-+])([^}]*))?\}|\$(\w+)/g,
    (all: string, braced: string | undefined, operator: string | undefined, word: string | undefined, bare: string | undefined) => {
      if (all === '\\$') return '$';
      const value = variables.get(braced ?? bare ?? '') ?? '';
      if (operator === '-') return value === '' ? (word ?? '') : value;
      if (operator === '+') return value === '' ? '' : (word ?? '');
      return value;
    },
  );

/** ` (did you mean FROM?)`, or nothing where no word is near (buildkit util/suggest). */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = known.filter((other) => distance(other, word) <= 2).sort((a, b) => distance(a, word) - distance(b, word));
  return near[0] === undefined ? '' : ` (did you mean ${near[0]}?)`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(a[i - 1] === b[j - 1] ? (row[j - 1] ?? 0) : 1 + Math.min(row[j] ?? 0, next[j - 1] ?? 0, row[j - 1] ?? 0));
    row = next;
  }
  return row[b.length] ?? 0;
}
