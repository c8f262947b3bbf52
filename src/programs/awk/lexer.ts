/** Cuts an awk program into tokens. */
import { AwkSyntaxError } from './ast.ts';

/** `call-name` is a name with its parenthesis right behind it. */
export type Token = {
  readonly kind: 'number' | 'string' | 'regex' | 'name' | 'call-name' | 'builtin' | 'keyword' | 'operator' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
};

const keywords = new Set('BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(' '));
const builtins = new Set(
  'length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush systime strftime mktime asort asorti and or xor lshift rshift compl strtonum patsplit'.split(
    ' ',
  ),
);

const operators = [
  '**=',
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '!~',
  '>>',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '>',
  '<',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
];

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', '"': '"', '/': '/' };

/** Escapes in a string as awk reads them; unknown ones keep their backslash. */
export function unescapeString(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g, (whole, octal: string | undefined, hex: string | undefined, letter: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return letter === '\n' ? '' : (escapes[letter] ?? whole);
  });
}

/** Throws AwkSyntaxError with the line. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const push = (kind: Token['kind'], text: string, width: number): void => {
    tokens.push({ kind, text, line });
    at += width;
  };
  while (at < source.length) {
    const rest = source.slice(at, at + 4096);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest);
    if (blank) {
      if (blank[0].startsWith('\\')) line++;
      at += blank[0].length;
      continue;
    }
    if (rest.startsWith('\n')) {
      push('newline', '\n', 1);
      line++;
      continue;
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    if (number) push('number', number[0], number[0].length);
    else if (name) push(nameKind(name[0], source[at + name[0].length]), name[0], name[0].length);
    else if (rest.startsWith('"')) {
      const end = closing(source, at + 1, '"', line);
      push('string', unescapeString(source.slice(at + 1, end)), end + 1 - at);
    } else if (rest.startsWith('/') && regexAllowed(tokens[tokens.length - 1])) {
      const end = regexEnd(source, at + 1, line);
      push('regex', source.slice(at + 1, end).replaceAll('\\/', '/'), end + 1 - at);
    } else {
      const operator = operators.find((each) => rest.startsWith(each));
      if (!operator) throw new AwkSyntaxError(`line ${line}: unexpected character '${rest[0]}'`);
      push('operator', operator, operator.length);
    }
  }
  tokens.push({ kind: 'end', text: 'end of file', line });
  return tokens;
}

function nameKind(name: string, next: string | undefined): Token['kind'] {
  if (keywords.has(name)) return 'keyword';
  if (builtins.has(name)) return 'builtin';
  return next === '(' ? 'call-name' : 'name';
}

function closing(source: string, from: number, quote: string, line: number): number {
  for (let i = from; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === quote) return i;
    else if (source[i] === '\n') break;
  }
  throw new AwkSyntaxError(`line ${line}: runaway string constant "${source.slice(from, from + 10)} ...`);
}

function regexEnd(source: string, from: number, line: number): number {
  let bracket = -1;
  for (let i = from; i < source.length && source[i] !== '\n'; i++) {
    const character = source[i];
    if (character === '\\') i++;
    else if (bracket < 0 && character === '[') bracket = source[i + 1] === '^' ? i + 2 : i + 1;
    else if (bracket >= 0 && character === ']' && i > bracket) bracket = -1;
    else if (character === '/' && bracket < 0) return i;
  }
  throw new AwkSyntaxError(`line ${line}: runaway regular expression /${source.slice(from, from + 10)} ...`);
}

/** After a value a slash divides; everywhere else it begins a pattern. */
function regexAllowed(before: Token | undefined): boolean {
  if (!before) return true;
  if (before.kind === 'operator') return ![')', ']', '$', '++', '--'].includes(before.text);
  return before.kind === 'newline' || before.kind === 'keyword';
}
