/** An expression in words: which field is meant, and what is asked of it. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { EvaluationError } from '@marcbachmann/cel-js';
import type { Expressions } from './cel.ts';
import type { Comparison, Wording } from './wording.ts';

/** What an expression speaks of: its variables, and what kind of things `items` are. */
export type Scope = {
  readonly words: Wording;
  readonly expressions: Expressions;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Plural of what is listed: `pods`. */
  readonly items: string;
  /** Names that loops give to each thing; their values are not known while nobody goes through them. */
  readonly loop: readonly string[];
  /** Plural of what the innermost loop goes through. */
  readonly things?: string;
};

const opposite: Readonly<Record<Comparison, Comparison>> = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' };
const longest = 60;

/** What is asked; `not`: the opposite of it. */
export function conditionWords(node: ASTNode, scope: Scope, not = false): string {
  const { words } = scope;
  switch (node.op) {
    case '&&':
    case '||':
      return withoutGuards(partsOf(node))
        .map((each) => conditionWords(each, scope, not))
        .join((node.op === '&&') === not ? words.or : words.and);
    case '!_':
      return conditionWords(node.args, scope, !not);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparisonWords(node.args, not ? opposite[node.op] : node.op, scope);
    case 'in':
      return memberWords(node.args, scope, not);
    case 'call':
      return node.args[0] === 'has' && node.args[1][0] ? words.set(subject(node.args[1][0], scope), not) : words.yes(sourceOf(node), not);
    case 'rcall':
      return callWords(node.args, scope, not);
    case 'id':
      return flagWords(node.args, scope, not);
    default:
      return words.yes(subject(node, scope), not);
  }
}

/** All that an "and" or an "or" joins. */
const partsOf = (node: ASTNode & { readonly op: '&&' | '||' }): ASTNode[] =>
  node.args.flatMap((each) => (each.op === node.op ? partsOf(each as typeof node) : [each]));

/** That a field is there at all need not be said where something is said about it. */
function withoutGuards(parts: readonly ASTNode[]): ASTNode[] {
  return parts.filter((part) => {
    const field = part.op === 'call' && part.args[0] === 'has' ? part.args[1][0] : part.op === 'in' && part.args[1].op !== 'list' ? part.args[1] : undefined;
    return field === undefined || !parts.some((other) => other !== part && guarded(other, sourceOf(field), part));
  });
}

/** `part` asks for a field, or for a key of a map, of which this speaks. */
const guarded = (other: ASTNode, field: string, part: ASTNode): boolean =>
  sourceOf(other).includes(field) && (part.op !== 'in' || part.args[0].op !== 'value' || sourceOf(other).includes(String(part.args[0].args)));

function comparisonWords([left, right]: readonly [ASTNode, ASTNode], comparison: Comparison, scope: Scope): string {
  const counted = countedIn(left);
  if (!counted) return scope.words.compare[comparison](subject(left, scope), valueWords(right, scope));
  const noun = nounOf(counted, scope);
  const number = valueWords(right, scope);
  const [list, condition] = counted.op === 'rcall' && counted.args[0] === 'filter' ? [counted.args[1], counted.args[2]] : [counted, undefined];
  const words = scope.words.count[comparison](number, scope.words.noun(noun, number === '1'));
  return condition ? scope.words.where(words, bodyWords(condition, { ...scope, things: plainNoun(list, scope) })) : words;
}

/** The list whose size is asked for. */
export function countedIn(node: ASTNode): ASTNode | undefined {
  const of = node.op === 'rcall' && node.args[0] === 'size' ? node.args[1] : node.op === 'call' && node.args[0] === 'size' ? node.args[1][0] : undefined;
  return of && (of.op === 'id' ? of.args === 'items' : of.op === 'rcall' ? of.args[0] === 'filter' : of.op === '.') ? of : undefined;
}

function memberWords([left, right]: readonly [ASTNode, ASTNode], scope: Scope, not: boolean): string {
  const { words } = scope;
  if (right.op === 'list') return words.oneOf(subject(left, scope), right.args.map((each) => valueWords(each, scope)).join(', '), not);
  return words.holds(subject(right, scope), valueWords(left, scope), not);
}

function callWords([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], scope: Scope, not: boolean): string {
  const { words } = scope;
  const noun = nounOf(receiver, scope);
  const body = (): string => bodyWords(args, { ...scope, things: noun });
  if (name === 'exists') return words.where(not ? words.none(words.noun(noun, true)) : words.some(words.noun(noun, true)), body());
  if (name === 'all') return not ? words.some(words.noun(noun, true)) : words.every(words.noun(noun, true), body());
  const text = { contains: words.holds, startsWith: words.starts, endsWith: words.ends, matches: words.matches }[name];
  const [argument] = args;
  return text && argument ? text(subject(receiver, scope), valueWords(argument, scope), not) : words.yes(`${subject(receiver, scope)}.${name}()`, not);
}

/** What a loop asks of each thing. */
function bodyWords(args: readonly ASTNode[], scope: Scope): string {
  const [variable, body] = args;
  if (!body || variable?.op !== 'id') return '';
  return conditionWords(body, { ...scope, loop: [...scope.loop, variable.args] });
}

/** Variables that are true or false by themselves: of access and probes. */
export function flagWords(name: string, { words }: Scope, not: boolean): string {
  if (name === 'allowed') return not ? words.notAllowed : words.allowed;
  if (name === 'ok') return not ? words.noAnswer : words.answer;
  return words.yes(name, not);
}

/** The field that is meant, as it stands in YAML. */
export function subject(node: ASTNode, scope: Scope): string {
  const { words } = scope;
  switch (node.op) {
    case 'id':
      if (scope.loop.includes(node.args)) return words.noun(scope.things ?? 'entries', true);
      return { content: words.content, body: words.answer, items: words.noun(scope.items, false), object: '' }[node.args] ?? node.args;
    case '.':
    case '.?':
      return join(node.args[0], `.${node.args[1]}`, scope);
    case '[]':
    case '[?]':
      return join(node.args[0], `[${sourceOf(node.args[1]).replaceAll("'", '"')}]`, scope);
    case 'rcall':
      return subject(node.args[1], scope);
    case 'call':
      return node.args[1][0] ? subject(node.args[1][0], scope) : node.args[0];
    default:
      return sourceOf(node);
  }
}

function join(of: ASTNode, field: string, scope: Scope): string {
  const inside = of.op === 'id' && (of.args === 'object' || scope.loop.includes(of.args)) ? '' : subject(of, scope);
  return inside === '' ? field.replace(/^\./, '') : inside + field;
}

/** The last word of a path, as people call the field: `restartCount`, or the label's own name. */
export const fieldName = (path: string): string => /\["([^"]+)"\]$/.exec(path)?.[1] ?? path.replace(/^.*[.\]](?=\w+$)/, '');

/** Plural of the things in a list: the last field's name, or what the check lists. */
export const nounOf = (list: ASTNode, scope: Scope): string => plainNoun(list.op === 'rcall' && list.args[0] === 'filter' ? list.args[1] : list, scope);
const plainNoun = (list: ASTNode, scope: Scope): string =>
  list.op === '.' ? list.args[1] : list.op === 'id' && list.args === 'items' ? scope.items : 'entries';

const sourceOf = (node: ASTNode): string => node.input.slice(node.start, node.end);

/** What stands on the right of a comparison: a value, or another field. */
function valueWords(node: ASTNode, scope: Scope): string {
  const value = resultOf(node, scope);
  return value === undefined ? subject(node, scope) : shown(value, scope.words);
}

/** What a part of the expression comes to; undefined where something is missing. */
export function resultOf(node: ASTNode, { expressions, variables }: Scope): unknown {
  if (node.op === 'value') return node.args;
  try {
    return expressions.get(sourceOf(node))(variables);
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

/** A value for people: short, on one line. */
export function shown(value: unknown, words: Wording): string {
  if (value === undefined || value === null) return words.unset;
  if (value === '') return words.empty;
  if (Array.isArray(value)) return words.entries(value.length);
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).replace(/\s+/g, ' ').trim();
  const short = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return typeof value === 'string' && /[\s,:]/.test(short) && !short.includes('"') ? `"${short}"` : short;
}
