/** Why an expression does not hold: the part of it that fails, and what stands there instead. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { conditionWords, countedIn, fieldName, flagWords, nounOf, resultOf, type Scope, shown, subject } from './expression-words.ts';

/** `about`: the field that was found so. */
type Reason = { readonly expected: string; readonly found: string; readonly about?: string };

/** Names shown of things that should not be there. */
const mostNames = 3;
/** A longer text says nothing by being shown. */
const longestText = 60;

/** `not`: it holds, and should not. */
export function explain(node: ASTNode, scope: Scope, not = false): Reason {
  const { words } = scope;
  const expected = conditionWords(node, scope, not);
  switch (node.op) {
    case '!_':
      return explain(node.args, scope, !not);
    case '&&':
    case '||': {
      const part = node.args.find((each) => holds(each, scope) === not) ?? node.args[0];
      const reason = explain(part, scope, not);
      // Each part of an "or" would do; of an "and" the part that fails is what is missing.
      return (node.op === '||') === not ? reason : { ...reason, expected };
    }
    case 'in':
      return { expected, ...(node.args[1].op === 'list' ? fieldFound(node.args[0], scope) : membersFound(node.args[1], scope)) };
    case 'call':
      return { expected, ...(node.args[1][0] ? fieldFound(node.args[1][0], scope) : { found: words.missing }) };
    case 'rcall':
      return callReason(node, scope, not, expected);
    case 'id':
      return { expected, found: flagWords(node.args, scope, !not) };
    case '.':
    case '[]':
      return { expected, ...fieldFound(node, scope) };
    default:
      return {
        expected,
        ...('args' in node && Array.isArray(node.args) && isNode(node.args[0]) ? comparedFound(node.args[0], scope) : { found: words.missing }),
      };
  }
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;
const holds = (node: ASTNode, scope: Scope): boolean => resultOf(node, scope) === true;

function comparedFound(left: ASTNode, scope: Scope): Pick<Reason, 'found' | 'about'> {
  return countedIn(left) ? { found: shown(resultOf(left, scope), scope.words) } : fieldFound(left, scope);
}

function fieldFound(node: ASTNode, scope: Scope): Pick<Reason, 'found' | 'about'> {
  return { found: shown(resultOf(node, scope), scope.words), about: subject(node, scope) };
}

/** Of a map its keys, of a list what is in it. */
function membersFound(node: ASTNode, scope: Scope): Pick<Reason, 'found' | 'about'> {
  const value = resultOf(node, scope);
  const names = Array.isArray(value) ? value.map(String) : typeof value === 'object' && value !== null ? Object.keys(value) : undefined;
  const found = names === undefined ? scope.words.unset : names.length === 0 ? scope.words.empty : names.slice(0, 2 * mostNames).join(', ');
  return { found, about: subject(node, scope) };
}

function callReason(node: ASTNode & { readonly op: 'rcall' }, scope: Scope, not: boolean, expected: string): Reason {
  const { words } = scope;
  const [name, receiver, args] = node.args;
  const value = resultOf(receiver, scope);
  const [variable, body] = args;
  if ((name === 'exists' || name === 'all') && variable?.op === 'id' && body) {
    const things = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.keys(value) : [];
    const noun = nounOf(receiver, scope);
    const inside = (thing: unknown): Scope => ({
      ...scope,
      things: noun,
      loop: [...scope.loop, variable.args],
      variables: { ...scope.variables, [variable.args]: thing },
    });
    if (name === 'exists')
      return {
        expected,
        found: not
          ? names(
              things.filter((each) => holds(body, inside(each))),
              scope,
            )
          : nearest(things, body, inside, noun, scope),
      };
    const wrong = things.find((each) => holds(body, inside(each)) === not);
    if (wrong === undefined) return { expected, found: words.noneOf(things.length, words.noun(noun, things.length === 1)) };
    const reason = explain(body, inside(wrong), not);
    return typeof wrong === 'object' ? { expected, found: factAbout(wrong, reason, scope) } : reason;
  }
  if (typeof value !== 'string') return { expected, ...fieldFound(receiver, scope) };
  const short = value.trim().length <= longestText && !value.trim().includes('\n');
  return { expected, found: short ? shown(value, words) : not ? words.there : words.notInIt, about: subject(receiver, scope) };
}

const names = (things: readonly unknown[], { words }: Scope): string =>
  things.length === 0
    ? words.missing
    : things
        .slice(0, mostNames)
        .map((each) => nameOf(each) ?? shown(each, words))
        .join(', ') + (things.length > mostNames ? ', …' : '');

/** The thing that has most of what is asked for, in the order asked, and what it lacks. */
function nearest(things: readonly unknown[], body: ASTNode, inside: (thing: unknown) => Scope, noun: string, scope: Scope): string {
  const parts = conjuncts(body);
  let best: { readonly thing: unknown; readonly met: number } | undefined;
  for (const thing of things) {
    const met = parts.findIndex((part) => !holds(part, inside(thing)));
    if (met > (best?.met ?? 0)) best = { thing, met };
  }
  const { words } = scope;
  const failing = best && parts[best.met];
  if (!best || !failing) return words.noneOf(things.length, words.noun(noun, things.length === 1));
  return factAbout(best.thing, explain(failing, inside(best.thing)), scope);
}

const conjuncts = (node: ASTNode): ASTNode[] => (node.op === '&&' ? node.args.flatMap(conjuncts) : [node]);

function factAbout(thing: unknown, { found, about }: Reason, { words }: Scope): string {
  const fact = about ? words.compare['=='](fieldName(about), found) : found;
  const name = nameOf(thing);
  return name === undefined ? fact : words.about(name, fact);
}

/** What a thing is called, whatever it is. */
function nameOf(thing: unknown): string | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined;
  const { metadata, name, id, type, comm } = thing as Readonly<Record<string, unknown>>;
  const inner = typeof metadata === 'object' && metadata !== null ? (metadata as Readonly<Record<string, unknown>>)['name'] : undefined;
  const found = [inner, name, type, comm, id].find((each) => typeof each === 'string' && each !== '');
  // As the tools show ids.
  return typeof found === 'string' ? found.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1') : undefined;
}
