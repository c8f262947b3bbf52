/** Quoting for output that can be read back, and the escapes of `$'…'`, `echo -e` and `printf`. */

/** `printf %q`: backslashes, or `$'…'` when there are control characters. */
export function quoteBackslash(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) return quoteAnsi(text);
  return text.replace(/[^A-Za-z0-9_@%+:.,/=\u0080-\uffff-]/g, '\\$&').replace(/^~/, '\\~');
}

/** `'…'`, as `${x@Q}`, `alias` and `set` print. */
export function quoteSingle(text: string): string {
  return /[\x00-\x1f\x7f]/.test(text) ? quoteAnsi(text) : `'${text.replace(/'/g, "'\\''")}'`;
}

/** Only when it has to be quoted, as `set` and xtrace do. */
export function quoteIfNeeded(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) return quoteAnsi(text);
  return /[^A-Za-z0-9_@%+:.,/=\u0080-\uffff-]|^[~#]/.test(text) ? quoteSingle(text) : text;
}

/** `"…"`, as `declare -p` prints. */
export function quoteDouble(text: string): string {
  return /[\x00-\x1f\x7f]/.test(text) ? quoteAnsi(text) : `"${text.replace(/[$`"\\]/g, '\\$&')}"`;
}

const ansiNames: Readonly<Record<string, string>> = {
  '\x07': 'a',
  '\b': 'b',
  '\x1b': 'E',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
  '\\': '\\',
  "'": "'",
};

function quoteAnsi(text: string): string {
  const body = text.replace(/[\x00-\x1f\x7f\\']/g, (char) => `\\${ansiNames[char] ?? char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `$'${body}'`;
}

const simple: Readonly<Record<string, string>> = { a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

/** Which escapes a text may hold: `echo` wants `\0nnn`, `printf` and `$'…'` `\nnn`, only `$'…'` has `\cx` and quotes. */
type EscapeStyle = 'echo' | 'printf' | 'ansi';

/** Replaces backslash escapes. `stopped` after `\c`: print no more. */
export function decodeEscapes(text: string, style: EscapeStyle): { readonly text: string; readonly stopped: boolean } {
  if (!text.includes('\\')) return { text, stopped: false };
  let out = '';
  for (let i = 0; i < text.length; ) {
    const char = text[i] as string;
    if (char !== '\\' || i + 1 === text.length) {
      out += char;
      i++;
      continue;
    }
    const next = text[i + 1] as string;
    if (next === 'c' && style === 'echo') return { text: out, stopped: true };
    const [value, length] = escapeAt(text, i, style);
    out += value;
    i += length;
  }
  return { text: out, stopped: false };
}

/** The value of the escape at `at`, and how long it is. */
function escapeAt(text: string, at: number, style: EscapeStyle): [string, number] {
  const next = text[at + 1] as string;
  const plain = simple[next];
  if (plain !== undefined) return [plain, 2];
  const rest = text.slice(at + 1, at + 11);
  const octal = (style === 'echo' ? /^0([0-7]{0,3})/ : /^([0-7]{1,3})/).exec(rest);
  if (octal) return [byte(Number.parseInt(octal[1] || '0', 8) & 255), 1 + octal[0].length];
  const hex = /^x([0-9A-Fa-f]{1,2})/.exec(rest);
  if (hex) return [byte(Number.parseInt(hex[1] as string, 16)), 1 + hex[0].length];
  const point = /^(?:u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/.exec(rest);
  if (point) return [codePoint(Number.parseInt(point[1] ?? point[2] ?? '0', 16)), 1 + point[0].length];
  if (style !== 'echo' && (next === '"' || next === "'" || next === '?')) return [next, 2];
  if (style === 'ansi' && next === 'c' && text[at + 2] !== undefined)
    return [String.fromCharCode((text[at + 2] as string).toUpperCase().charCodeAt(0) ^ 64), 3];
  return [`\\${next}`, 2];
}

const byte = (value: number): string => String.fromCharCode(value < 0x80 ? value : 0xdc00 + value);

const codePoint = (value: number): string => (value <= 0x10ffff ? String.fromCodePoint(value) : '');
