/** Cutting Go templates into tokens: text/template/parse/lex.go. */

/** `at` counts characters from the beginning of the template. */
export type Token = {
  readonly type: 'text' | 'open' | 'close' | 'dot' | 'field' | 'variable' | 'word' | 'literal' | 'pipe' | 'symbol' | 'eof';
  readonly text: string;
  /** Of literals. */
  readonly value?: string | number | boolean;
  readonly at: number;
  /** Whether a blank stands before it. */
  readonly spaced: boolean;
};

type Fail = (message: string, at: number) => Error;

type Pattern = { readonly pattern: RegExp; readonly type: Token['type'] };

const patterns: readonly Pattern[] = [
  { pattern: /\.[\p{L}_][\p{L}\p{Nd}_]*/uy, type: 'field' },
  { pattern: /\$[\p{L}\p{Nd}_]*/uy, type: 'variable' },
  { pattern: /[+-]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y, type: 'literal' },
  { pattern: /\./y, type: 'dot' },
  { pattern: /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/y, type: 'literal' },
  { pattern: /[\p{L}_][\p{L}\p{Nd}_]*/uy, type: 'word' },
  { pattern: /\|/y, type: 'pipe' },
  { pattern: /:=|[=(),!]/y, type: 'symbol' },
];

/** Text and actions, with `{{-` and `-}}` carried out and comments left out. */
export function tokenize(source: string, fail: Fail): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trims = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    const raw = source.slice(at, open < 0 ? source.length : open);
    const trimsNext = open >= 0 && /^\{\{- /.test(source.slice(open, open + 4));
    const text = trimmed(raw, trims, trimsNext);
    if (text !== '') tokens.push({ type: 'text', text, at, spaced: false });
    if (open < 0) break;
    at = open + (trimsNext ? 4 : 2);
    const comment = /\/\*[\s\S]*?\*\/( -)?\}\}/y;
    comment.lastIndex = at;
    const found = comment.exec(source);
    if (found) {
      trims = found[1] !== undefined;
      at = comment.lastIndex;
      continue;
    }
    tokens.push({ type: 'open', text: '{{', at: open, spaced: false });
    const end = action(source, at, tokens, fail);
    trims = end.trims;
    at = end.at;
  }
  tokens.push({ type: 'eof', text: '', at: source.length, spaced: false });
  return tokens;
}

function trimmed(text: string, start: boolean, end: boolean): string {
  const left = start ? text.replace(/^[ \t\r\n]+/, '') : text;
  return end ? left.replace(/[ \t\r\n]+$/, '') : left;
}

function action(source: string, from: number, tokens: Token[], fail: Fail): { at: number; trims: boolean } {
  let at = from;
  for (;;) {
    const start = at;
    while (/[ \t\r\n]/.test(source[at] ?? '')) at++;
    const spaced = at > start;
    if (at >= source.length) {
      tokens.push({ type: 'eof', text: '', at, spaced });
      return { at, trims: false };
    }
    const trims = spaced && source.startsWith('-}}', at);
    if (trims || source.startsWith('}}', at)) {
      tokens.push({ type: 'close', text: '}}', at, spaced });
      return { at: at + (trims ? 3 : 2), trims };
    }
    const token = read(source, at, spaced, fail);
    tokens.push(token);
    at += token.text.length;
  }
}

function read(source: string, at: number, spaced: boolean, fail: Fail): Token {
  for (const { pattern, type } of patterns) {
    const sticky = new RegExp(pattern.source, pattern.flags);
    sticky.lastIndex = at;
    const text = sticky.exec(source)?.[0];
    if (text === undefined) continue;
    if ((type === 'field' || type === 'variable' || type === 'word') && !ended(source, at + text.length)) throw badCharacter(source, at + text.length, fail);
    if (type === 'literal') return { type, text, value: literal(text), at, spaced };
    if (type === 'word' && (text === 'true' || text === 'false')) return { type: 'literal', text, value: text === 'true', at, spaced };
    return { type, text, at, spaced };
  }
  const char = source[at] ?? '';
  if (char === '"') throw fail('unterminated quoted string', at);
  if (char === '`') throw fail('unterminated raw quoted string', at);
  if (char === "'") throw fail('unterminated character constant', at);
  if (char === '-') return { type: 'symbol', text: char, at, spaced };
  throw badCharacter(source, at, fail, /[!-~]/.test(char) && !'{}'.includes(char) ? 'unexpected bad character' : 'bad character');
}

/** Names end at a blank, the next part of a path, or a sign of the language (lex.go, atTerminator). */
const ended = (source: string, at: number): boolean => at >= source.length || /[\s.,|:)(]/.test(source[at] ?? '') || source.startsWith('}}', at);

function badCharacter(source: string, at: number, fail: Fail, what = 'bad character'): Error {
  const char = String.fromCodePoint(source.codePointAt(at) ?? 0);
  return fail(`${what} U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`, at);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'", a: '\x07', b: '\b', f: '\f', v: '\v' };

function literal(text: string): string | number {
  if (text.startsWith('`')) return text.slice(1, -1);
  if (text.startsWith('"') || text.startsWith("'")) {
    const value = text.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_, x?: string, u?: string, char = '') => {
      const code = x ?? u;
      return code === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16));
    });
    return text.startsWith("'") ? (value.codePointAt(0) ?? 0) : value;
  }
  return Number(text.replace(/_/g, ''));
}

/** A token as messages show it. */
export const shown = (token: Token): string =>
  token.type === 'eof'
    ? 'EOF'
    : token.type === 'dot'
      ? '<.>'
      : token.type === 'word' || token.type === 'field'
        ? `<${token.text}>`
        : JSON.stringify(token.text);
