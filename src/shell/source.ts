/** Pieces of shell source: parsing, line numbers, and whether more input is needed. */
import { forEachChild, type ParsedScript, parse, type SyntaxNode, type Word, type WordPart } from 'unbash';
import { remembered } from '../sim/remembered.ts';

/** Where commands come from. Positions in the syntax tree count in `text`. */
export class SourceText {
  readonly text: string;
  /** What errors call it: `bash`, `./script.sh`. */
  readonly name: string;
  readonly #firstLine: number;
  #starts: number[] | undefined;

  constructor(text: string, name: string, firstLine = 1) {
    this.text = text;
    this.name = name;
    this.#firstLine = firstLine;
  }

  lineAt(position: number): number {
    this.#starts ??= lineStarts(this.text);
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low + this.#firstLine;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** What is wrong with a script: `incomplete` when more lines could mend it. */
export type SyntaxProblem = { readonly incomplete: boolean; readonly message: string; readonly line: number; readonly token: string | undefined };

/** A line is parsed to see whether it is whole, and again to run it; a loop's body at every turn. Of long scripts only the text is kept. */
const longestRemembered = 1000;

/** A parsed script, with its first mistake if it has one. */
export const parseScript = remembered((text: string): { readonly script: ParsedScript; readonly problem: SyntaxProblem | undefined } => {
  const script = parse(text);
  return { script, problem: problemOf(script, text) };
}, longestRemembered);

function problemOf(script: ParsedScript, text: string): SyntaxProblem | undefined {
  const errors = [...(script.errors ?? [])].sort((a, b) => a.pos - b.pos);
  const nested = errors.length === 0 ? nestedError(script) : undefined;
  const error = errors[0] ?? nested;
  if (!error)
    return unfinishedHeredoc(script) || /(^|[^\\])(\\\\)*\\\n?$/.test(text) ? { incomplete: true, message: '', line: 0, token: undefined } : undefined;
  const lines = new SourceText(text, '');
  const line = lines.lineAt(error.pos);
  const quote = /^unterminated (.*)/.exec(error.message);
  if (quote) {
    return {
      incomplete: true,
      message: `unexpected EOF while looking for matching \`${closers[quote[1] as string] ?? ')'}'`,
      line: quote[1] === 'command substitution' ? lines.lineAt(text.length) + (text.endsWith('\n') ? 0 : 1) : line,
      token: undefined,
    };
  }
  if (error.message === "expected ']]' to close '[['") return unclosedTest(text, line);
  const strict = error.message.startsWith('unexpected token');
  const at = strict ? error.pos : skipBlanks(text, error.pos + (error.message.startsWith('expected command in') ? 1 : 0));
  const last = lines.lineAt(text.length) + (text.endsWith('\n') ? 0 : 1);
  const redirect = error.message === 'expected redirect target';
  if (at >= text.length && !redirect) return { incomplete: true, message: 'syntax error: unexpected end of file', line: last, token: undefined };
  const token = tokenAt(text, at, strict || redirect);
  if (token === undefined) return { incomplete: true, message: 'syntax error: unexpected end of file', line: last, token: undefined };
  return { incomplete: false, message: `syntax error near unexpected token \`${token}'`, line: lines.lineAt(at), token };
}

/** Inside `[[` only `&&` and `||` (and an open parenthesis) go on over the end of a line. */
function unclosedTest(text: string, line: number): SyntaxProblem {
  return { incomplete: /(?:&&|\|\||\(|\\)\s*$/.test(text), message: 'syntax error in conditional expression', line, token: undefined };
}

const closers: Readonly<Record<string, string>> = {
  'double quote': '"',
  'single quote': "'",
  'ANSI-C quote': "'",
  backtick: '`',
  'parameter expansion': '}',
};

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[ \t]/.test(text[at] as string)) at++;
  return at;
}

/** The token at a place; undefined when only newlines follow (then more input could help), unless `strict`. */
function tokenAt(text: string, at: number, strict: boolean): string | undefined {
  const rest = text.slice(at);
  if (!strict && /^\s*$/.test(rest)) return undefined;
  const found = /^(?:&&|\|\||;;&|;;|;&|\|&|<<<|<<-|<<|>>|&>>|&>|<&|>&|>\||[;&|()<>]|[^\s;&|()<>]+)/.exec(strict ? rest : rest.trimStart());
  return found ? found[0] : 'newline';
}

/** unbash keeps the mistakes of substitutions with them. */
function nestedError(node: SyntaxNode): { readonly message: string; readonly pos: number } | undefined {
  let found: { readonly message: string; readonly pos: number } | undefined;
  forEachChild(node, (child) => {
    if (found) return;
    if (child.type === 'Script') found = child.errors?.[0];
    found ??= nestedError(child);
  });
  return found;
}

function unfinishedHeredoc(node: SyntaxNode): boolean {
  if (node.type === 'HereDoc') return node.closing === undefined;
  let found = false;
  forEachChild(node, (child) => {
    if (!found) found = unfinishedHeredoc(child);
  });
  return found;
}

/** Delimiter that no text contains, so that any text can be read as a here-document: expansions, but quotes stand for themselves. */
const delimiter = '__k8s_lab_end_of_text__';

/** The parts of a text as inside double quotes, where `"` itself is an ordinary character. */
export function textParts(text: string): readonly WordPart[] {
  if (!/[$`\\]/.test(text)) return text === '' ? [] : [{ type: 'Literal', pos: 0, end: text.length, value: text, text }];
  const { commands } = parse(`_ <<${delimiter}\n${text}\n${delimiter}\n`);
  const command = commands[0]?.command;
  const redirect = command?.type === 'Command' ? command.redirects[0] : undefined;
  if (redirect?.type !== 'HereDoc') return [];
  return withoutLastNewline(redirect.body.parts ?? [{ type: 'Literal', pos: 0, end: 0, value: redirect.body.text, text: redirect.body.text }]);
}

function withoutLastNewline(parts: readonly WordPart[]): readonly WordPart[] {
  const last = parts[parts.length - 1];
  if (last?.type !== 'Literal' || !last.value.endsWith('\n')) return parts;
  return [...parts.slice(0, -1), { ...last, value: last.value.slice(0, -1), text: last.text.slice(0, -1) }];
}

/** A word from its text. */
export function parseWord(text: string): Word {
  const plain: Word = { type: 'Word', pos: 0, end: text.length, text, value: text };
  if (/^[\w.,:/+@%=-]*$/.test(text)) return plain;
  const command = parse(`_ ${text}`).commands[0]?.command;
  const word = command?.type === 'Command' ? command.suffix[0] : undefined;
  return word?.type === 'Word' ? word : plain;
}
