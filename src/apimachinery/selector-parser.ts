/** The grammar of selector texts: kubernetes apimachinery/pkg/labels/selector.go, Lexer and Parser. */

/** `=` and `==` are kept apart as they were written, as in upstream's selection package; `!` and `exists` have no values. */
export type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!';

/** One comma-separated part. `values` has one text but for `in` and `notin`. */
export type Requirement = { readonly key: string; readonly operator: Operator; readonly values: readonly string[] };

/** What is wrong with a selector's text, in upstream's words. */
export class SelectorError extends Error {}

type Token = { readonly kind: 'identifier' | 'operator' | 'end' | ',' | '(' | ')' | '!'; readonly text: string };

const symbols = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];
const wordOperators = new Set(['in', 'notin']);
const special = /[=!(),><]/;

/** Splits a selector's text into requirements, without looking at keys and values. Throws SelectorError. */
export function parseRequirements(text: string): Requirement[] {
  const tokens = lex(text);
  const state = { at: 0 };
  const peek = (): Token => tokens[state.at] ?? { kind: 'end', text: '' };
  const next = (): Token => {
    const token = peek();
    state.at++;
    return token;
  };
  const requirements: Requirement[] = [];
  for (;;) {
    const token = peek();
    if (token.kind === 'end') return requirements;
    if (!isIdentifier(token) && token.kind !== '!') throw new SelectorError(`found '${token.text}', expected: !, identifier, or 'end of string'`);
    requirements.push(parseRequirement(peek, next));
    const separator = next();
    if (separator.kind === 'end') return requirements;
    if (separator.kind !== ',') throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
    const following = peek();
    if (!isIdentifier(following) && following.kind !== '!') throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
  }
}

function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const symbol = symbols.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      tokens.push(symbolToken(symbol));
      at += symbol.length;
      continue;
    }
    const start = at;
    while (at < text.length && !special.test(text[at] ?? '') && !/\s/.test(text[at] ?? '')) at++;
    tokens.push({ kind: 'identifier', text: text.slice(start, at) });
  }
  return tokens;
}

function symbolToken(symbol: string): Token {
  if (symbol === ',' || symbol === '(' || symbol === ')' || symbol === '!') return { kind: symbol, text: symbol };
  return { kind: 'operator', text: symbol };
}

const isIdentifier = (token: Token): boolean => token.kind === 'identifier';

type Cursor = () => Token;

function parseRequirement(peek: Cursor, next: Cursor): Requirement {
  let token = next();
  const negated = token.kind === '!';
  if (negated) token = next();
  if (!isIdentifier(token)) throw unparsable(`found '${token.text}', expected: identifier`);
  const key = token.text;
  if (negated) return { key, operator: '!', values: [] };
  if (peek().kind === 'end' || peek().kind === ',') return { key, operator: 'exists', values: [] };
  const operator = parseOperator(next());
  const values = operator === 'in' || operator === 'notin' ? parseValues(peek, next) : [parseExactValue(peek, next)];
  return { key, operator, values };
}

function parseOperator(token: Token): Operator {
  if (token.kind === 'identifier' && wordOperators.has(token.text)) return token.text === 'in' ? 'in' : 'notin';
  if (token.kind === 'operator') {
    if (token.text === '>') return 'gt';
    if (token.text === '<') return 'lt';
    if (token.text === '=' || token.text === '==' || token.text === '!=') return token.text;
  }
  throw unparsable(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
}

function parseExactValue(peek: Cursor, next: Cursor): string {
  if (peek().kind === 'end' || peek().kind === ',') return '';
  const token = next();
  if (isIdentifier(token)) return token.text;
  throw unparsable(`found '${token.text}', expected: identifier`);
}

function parseValues(peek: Cursor, next: Cursor): string[] {
  const open = next();
  if (open.kind !== '(') throw unparsable(`found '${open.text}' expected: '('`);
  if (![',', ')'].includes(peek().kind) && !isIdentifier(peek())) throw unparsable(`found '${peek().text}', expected: ',', ')' or identifier`);
  const values = new Set<string>();
  // An empty place between commas or brackets is the empty value.
  let expectsValue = true;
  for (;;) {
    const token = next();
    if (token.kind === ')') {
      if (expectsValue) values.add('');
      return [...values].sort();
    }
    if (isIdentifier(token) && expectsValue) {
      values.add(token.text);
      expectsValue = false;
      if (peek().kind !== ',' && peek().kind !== ')') throw unparsable(`found '${peek().text}', expected: ',' or ')'`);
    } else if (token.kind === ',') {
      if (expectsValue) values.add('');
      expectsValue = true;
    } else throw unparsable(`found '${token.text}', expected: ',', or identifier`);
  }
}

const unparsable = (message: string): SelectorError => new SelectorError(`unable to parse requirement: ${message}`);
