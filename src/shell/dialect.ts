/** What bash has and dash or busybox's ash have not: grammar that they refuse as they read it, and expansions that they do not know. */
import { forEachChild, type ParameterExpansionPart, type ParsedScript, type SyntaxNode } from 'unbash';
import type { Flavor } from './shell.ts';
import { parseScript, SourceText, type SyntaxProblem } from './source.ts';

type Parsed = { readonly script: ParsedScript; readonly problem: SyntaxProblem | undefined };

/** The script as that shell reads it. */
export function parseFor(flavor: Flavor, text: string): Parsed {
  const parsed = flavor === 'dash' && lookalikes.test(text) ? asDash(text) : parseScript(text);
  if (flavor === 'bash' || parsed.problem || !suspicious.test(text)) return parsed;
  const found = refused(parsed.script, flavor, text);
  return found
    ? { ...parsed, problem: { incomplete: false, message: found.message, line: new SourceText(text, '').lineAt(found.pos), token: undefined } }
    : parsed;
}

const lookalikes = /\$['"]|&>/;

/** `$'…'` is a dollar and a quoted text to dash, and `cmd &>file` a command in the background before an empty one. */
function asDash(text: string): Parsed {
  const parsed = parseScript(text);
  if (parsed.problem) return parsed;
  const at: (readonly [number, string])[] = [];
  const look = (node: SyntaxNode): void => {
    if ((node.type === 'AnsiCQuoted' || node.type === 'LocaleString') && text[node.pos] === '$') at.push([node.pos, '\\']);
    if (node.type === 'Redirect' && text.startsWith('&>', node.pos)) at.push([node.pos + 1, ' ']);
    forEachChild(node, look);
  };
  look(parsed.script);
  if (at.length === 0) return parsed;
  const pieces = at.sort(([a], [b]) => a - b).map(([pos, more], i) => text.slice(i === 0 ? 0 : at[i - 1]?.[0], pos) + more);
  return parseScript(pieces.join('') + text.slice(at[at.length - 1]?.[0]));
}

/** What no text without these can hold. */
const suspicious = /=\(|<<<|function|\(\(|[<>]\(|select|coproc|\|&|>&/;

type Refusal = { readonly message: string; readonly pos: number };

function refused(node: SyntaxNode, flavor: Flavor, text: string): Refusal | undefined {
  const message = refusalOf(node, flavor, text);
  if (message !== undefined) return { message, pos: 'pos' in node ? node.pos : 0 };
  let found: Refusal | undefined;
  forEachChild(node, (child) => {
    found ??= refused(child, flavor, text);
  });
  return found;
}

function refusalOf(node: SyntaxNode, flavor: Flavor, text: string): string | undefined {
  const dash = flavor === 'dash';
  const unexpected = (token: string): string => (dash ? `Syntax error: "${token}" unexpected` : `syntax error: unexpected "${token}"`);
  switch (node.type) {
    case 'ArrayValue':
    case 'ProcessSubstitution':
      return unexpected('(');
    case 'HereString':
      return dash ? 'Syntax error: redirection unexpected' : 'syntax error: unexpected redirection';
    case 'Pipeline':
      return node.operators.includes('|&') ? unexpected('&') : undefined;
    case 'Redirect':
      if (dash && /^[<>]+$/.test(node.operator) && /^[<>]\(/.test(node.target?.text ?? '')) return 'Syntax error: redirection unexpected';
      return dash && /[<>]&/.test(node.operator) && /^[^$`\d-]/.test(node.target?.text ?? '') ? 'Syntax error: Bad fd number' : undefined;
    case 'ArithmeticFor':
      return dash ? 'Syntax error: Bad for loop variable' : 'syntax error: bad for loop variable';
    case 'Select':
      return unexpected('do');
    case 'Function':
      if (!dash || !text.startsWith('function', node.pos)) return undefined;
      return unexpected(/^function\s+[^\s({]+\s*\(/.test(text.slice(node.pos)) ? '(' : '}');
    default:
      return undefined;
  }
}

/** Whether the shell answers `${…}` with «Bad substitution». */
export function badForm(flavor: Flavor, { prefix, operation, index }: ParameterExpansionPart): boolean {
  if (flavor === 'bash') return false;
  if (prefix === '!' || index !== undefined) return true;
  const type = operation?.type;
  return type === 'CaseModification' || type === 'Transform' || type === 'Names' || (flavor === 'dash' && (type === 'Replace' || type === 'Slice'));
}

/** What dash cannot reckon: it knows neither `++` nor `**`. */
export const beyondDash = (flavor: Flavor, expression: string): boolean =>
  flavor === 'dash' && /\*\*|[A-Za-z_]\w*\s*(?:\+\+|--)(?!\s*[\w(])|(?:^|[^\w)\s+-])\s*(?:\+\+|--)\s*[A-Za-z_]/.test(expression);
