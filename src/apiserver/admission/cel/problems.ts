/** What the compiler says of a text that is no expression: cel-go common/error.go, parser/errors.go, checker/errors.go. */
import type { Environment, ParseError } from '@marcbachmann/cel-js';

const beginnings = `{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;

/** `ERROR: <input>:1:1: …` with the line and a mark below it. */
function located(text: string, at: number, message: string): string {
  const before = text.slice(0, at).split('\n');
  const column = before.at(-1)?.length ?? 0;
  return `compilation failed: ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${text.split('\n')[before.length - 1] ?? ''}\n | ${'.'.repeat(column)}^`;
}

const place = (error: Error): number => (error as { readonly node?: { readonly pos?: number } }).node?.pos ?? 0;

export function syntaxProblem(text: string, error: ParseError): string {
  const [message = ''] = error.message.split('\n');
  const at = place(error);
  const said =
    message === 'Unexpected token: EOF'
      ? `mismatched input '<EOF>' expecting ${beginnings}`
      : message === 'Expected RPAREN, got EOF'
        ? "missing ')' at '<EOF>'"
        : /^Unexpected character: '[)\]}]'$/.test(message) && text.slice(at + 1).trim() === ''
          ? `extraneous input '${text[at]}' expecting <EOF>`
          : message;
  return located(text, at, `Syntax error: ${said}`);
}

/** Comprehensions over two variables, which the library has not. */
const twoVariables = /\.(?:all|exists|existsOne|transform\w+)\(\s*\w+\s*,\s*\w+\s*,/;

/** The first name that nobody declared; types are not looked at. */
export function nameProblem(text: string, parsed: ReturnType<Environment['parse']>, functions: ReadonlySet<string>): string | undefined {
  const { error } = parsed.check();
  if (!error || twoVariables.test(text)) return undefined;
  const [message = ''] = error.message.split('\n');
  const variable = /^Unknown variable: (\w+)$/.exec(message)?.[1];
  const called = /^found no matching overload for '(?:.*\.)?(\w+)\(/.exec(message)?.[1];
  if (variable !== undefined) return located(text, place(error), undeclared(variable));
  if (called === undefined || functions.has(called)) return undefined;
  return located(text, text.indexOf(`${called}(`, place(error)) + called.length, undeclared(called));
}

const undeclared = (name: string): string => `undeclared reference to '${name}' (in container '')`;
