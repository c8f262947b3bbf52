/** libyaml's words for what is wrong with a YAML text, from what the `yaml` library found. */

import type { LineCounter, YAMLParseError } from 'yaml';

type Problem = { readonly message: string; readonly line: number; readonly byParser: boolean };

/** `line 4: did not find expected key`; undefined when nothing is wrong. */
export function yamlProblem(errors: readonly YAMLParseError[], text: string, lines: LineCounter): string | undefined {
  if (/^(\s*(#.*)?\n)*%(?!YAML\b|TAG\b)/.test(text)) return 'found unknown directive name';
  if (errors.length === 0) return undefined;
  const [first] = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (!first) return undefined;
  const unfinished = unfinishedFlow(first, text);
  if (unfinished !== undefined) return unfinished;
  const { message, line, byParser } = describe(first, { errors, text, lines });
  // Go's yaml counts lines from 0 where the parser complains, from 1 where the scanner does, and never names the first.
  const shown = byParser ? line - 1 : line;
  return line <= 1 ? message : `line ${shown}: ${message}`;
}

/** A `[` or `{` that the text ends in: after one of them, a comma or a colon a value is missed, else the end of the list. */
function unfinishedFlow(error: YAMLParseError, text: string): string | undefined {
  const content = text.replace(/(\s|#.*)+$/, '');
  const problem = flowProblem(error.message);
  if (problem === undefined || error.pos[0] < content.length) return undefined;
  return `line ${content.split('\n').length}: ${/[[{,:]$/.test(content) ? 'did not find expected node content' : problem}`;
}

type Context = { readonly errors: readonly YAMLParseError[]; readonly text: string; readonly lines: LineCounter };

function describe(error: YAMLParseError, context: Context): Problem {
  const { line, col } = context.lines.linePos(error.pos[0]);
  const scanner = (message: string, at = line): Problem => ({ message, line: at, byParser: false });
  const parser = (message: string): Problem => ({ message, line, byParser: true });
  switch (error.code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (error.message.includes('sequence')) return parser('did not find expected key');
      return scanner('mapping values are not allowed in this context', endLine(context) ?? line);
    case 'MULTILINE_IMPLICIT_KEY': {
      if (inOpenList(context.text.slice(0, error.pos[0])))
        return { ...parser("did not find expected ',' or ']'"), line: context.lines.linePos(error.pos[1]).line };
      const message = isKeyOfOpenMap(context.text, line, col - 1) ? "could not find expected ':'" : 'mapping values are not allowed in this context';
      return scanner(message, context.lines.linePos(error.pos[1]).line);
    }
    case 'TAB_AS_INDENT':
      if (tabInText(context.text, line)) return scanner('found a tab character that violates indentation');
      return scanner('found character that cannot start any token');
    case 'BAD_SCALAR_START':
      return scanner('found character that cannot start any token');
    case 'BAD_DQ_ESCAPE':
      return scanner('found unknown escape character');
    case 'MISSING_CHAR':
      return missingCharacter(error.message, { line, column: indentOf(context.text.split('\n')[line - 1] ?? ''), text: context.text });
    case 'BAD_INDENT':
      return parser(flowProblem(error.message) ?? 'did not find expected key');
    default:
      return parser(flowProblem(error.message) ?? 'did not find expected key');
  }
}

/** Whether a line that begins with a tab could go on with a plain text of the line above: then the tab is what is wrong (libyaml's scan_plain_scalar). */
function tabInText(text: string, line: number): boolean {
  const [before = ''] = above(text, line);
  const value = before.trim().replace(/ #.*$/, '');
  return /[^\s:,[{>|'"\]}]$/.test(value) && value !== '-' && value !== '---';
}

function missingCharacter(message: string, { line, column, text }: { line: number; column: number; text: string }): Problem {
  if (message.startsWith('Missing closing')) return { message: 'found unexpected end of stream', line: text.split('\n').length, byParser: false };
  if (message.startsWith('Implicit map keys')) return { message: "could not find expected ':'", line: line + 1, byParser: false };
  if (message.startsWith('Sequence item')) {
    const expected = isIndentlessList(text, line, column) ? 'did not find expected key' : "did not find expected '-' indicator";
    return { message: expected, line, byParser: true };
  }
  return { message: flowProblem(message) ?? 'did not find expected key', line, byParser: true };
}

function flowProblem(message: string): string | undefined {
  if (/flow sequence|end with a? ?\]/i.test(message)) return "did not find expected ',' or ']'";
  return /flow map|end with a? ?\}/i.test(message) ? "did not find expected ',' or '}'" : undefined;
}

/** Where the key ends that turned out to span lines. */
function endLine({ errors, lines }: Context): number | undefined {
  const multiline = errors.find((error) => error.code === 'MULTILINE_IMPLICIT_KEY');
  return multiline && lines.linePos(multiline.pos[1]).line;
}

/** Whether a `[` right behind a key is still open at the end of a text. */
const inOpenList = (text: string): boolean => text.lastIndexOf(': [') > Math.max(text.lastIndexOf(']'), text.lastIndexOf('{'), -1);

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isContent = (line: string): boolean => line.trim() !== '' && !line.trim().startsWith('#');

/** The lines above, nearest first. */
const above = (text: string, line: number): string[] =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reverse()
    .filter(isContent);

/** Whether a mapping is open at this column, so that what stands there must be a key. */
function isKeyOfOpenMap(text: string, line: number, column: number): boolean {
  for (const candidate of above(text, line)) {
    if (indentOf(candidate) < column) return false;
    if (indentOf(candidate) === column) return true;
  }
  return false;
}

/** Whether the list around a place has its dashes right below the key it belongs to. */
function isIndentlessList(text: string, line: number, column: number): boolean {
  const lines = above(text, line);
  const dash = lines.find((candidate) => indentOf(candidate) < column && candidate.trim().startsWith('-'));
  if (dash === undefined) return false;
  const key = lines.slice(lines.indexOf(dash) + 1).find((candidate) => indentOf(candidate) <= indentOf(dash) && !candidate.trim().startsWith('-'));
  return key !== undefined && indentOf(key) === indentOf(dash);
}
