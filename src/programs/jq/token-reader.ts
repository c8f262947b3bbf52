/** A jq program token by token. */
import { JqSyntaxError } from './ast.ts';
import type { Token } from './lexer.ts';

/** Words that cannot be names of functions. */
export const reserved = new Set('def if then elif else end as reduce foreach try catch label import include and or __loc__'.split(' '));

/** What the parsers of terms and of whole filters are built on; each method throws JqSyntaxError for what it did not expect. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  protected at = 0;

  /** The last token is the end. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  protected peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.at + ahead, this.#tokens.length - 1)] as Token;
  }

  protected next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  protected is(operator: string): boolean {
    const token = this.peek();
    return token.kind === 'operator' && token.text === operator;
  }

  protected isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.text === word;
  }

  protected take(operator: string): boolean {
    if (!this.is(operator)) return false;
    this.at++;
    return true;
  }

  protected expect(operator: string): void {
    if (!this.take(operator)) throw this.unexpected();
  }

  protected expectWord(word: string): void {
    if (!this.isWord(word)) throw this.unexpected();
    this.at++;
  }

  protected unexpected(): JqSyntaxError {
    const token = this.peek();
    const what =
      token.kind === 'end'
        ? 'end of file'
        : token.kind === 'operator'
          ? `'${token.text}'`
          : token.kind === 'word'
            ? reserved.has(token.text)
              ? token.text
              : 'IDENT'
            : token.kind === 'field'
              ? 'FIELD'
              : token.kind === 'number'
                ? 'LITERAL'
                : token.kind === 'string'
                  ? 'QQSTRING_START'
                  : token.kind === 'format'
                    ? 'FORMAT'
                    : "'$'";
    return new JqSyntaxError(`syntax error, unexpected ${what} (Unix shell quoting issues?)`);
  }

  protected variableName(): string {
    const token = this.next();
    if (token.kind !== 'variable') throw this.unexpected();
    return token.text;
  }
}
