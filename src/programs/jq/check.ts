/** Finds names that nothing defines before a program runs, as jq's compiler does. */
import type { Definition, Node, Pattern } from './ast.ts';

type Scope = { readonly functions: ReadonlySet<string>; readonly variables: ReadonlySet<string> };

type Undefined = { readonly name: string; readonly line: number };

/** The first name that is not defined; undefined when all are. */
export function findUndefined(node: Node, functions: ReadonlySet<string>, variables: ReadonlySet<string>): Undefined | undefined {
  return look(node, { functions, variables });
}

function look(node: Node, scope: Scope): Undefined | undefined {
  switch (node.type) {
    case 'call': {
      const key = `${node.name}/${node.args.length}`;
      return scope.functions.has(key) ? first(node.args, scope) : { name: key, line: node.line };
    }
    case 'variable':
      return scope.variables.has(node.name) ? undefined : { name: `$${node.name}`, line: 1 };
    case 'def':
      return lookDefinition(node.definition, scope) ?? look(node.body, withFunction(scope, node.definition));
    case 'as':
      return look(node.source, scope) ?? look(node.body, withPatterns(scope, node.patterns));
    case 'reduce':
    case 'foreach': {
      const inner = withPatterns(scope, node.patterns);
      return (
        first([node.source, node.init], scope) ?? look(node.update, inner) ?? (node.type === 'foreach' && node.extract ? look(node.extract, inner) : undefined)
      );
    }
    default:
      return first(childrenOf(node), scope);
  }
}

function first(nodes: readonly (Node | undefined)[], scope: Scope): Undefined | undefined {
  for (const node of nodes) {
    const found = node ? look(node, scope) : undefined;
    if (found) return found;
  }
  return undefined;
}

function lookDefinition(definition: Definition, scope: Scope): Undefined | undefined {
  const inner = withFunction(scope, definition);
  const names = definition.parameters.map((parameter) => parameter.replace('$', ''));
  return look(definition.body, {
    functions: new Set([...inner.functions, ...names.map((name) => `${name}/0`)]),
    variables: new Set([...inner.variables, ...definition.parameters.filter((parameter) => parameter.startsWith('$')).map((parameter) => parameter.slice(1))]),
  });
}

const withFunction = (scope: Scope, { name, parameters }: Definition): Scope => ({
  ...scope,
  functions: new Set([...scope.functions, `${name}/${parameters.length}`]),
});
const withPatterns = (scope: Scope, patterns: readonly Pattern[]): Scope => ({
  ...scope,
  variables: new Set([...scope.variables, ...patterns.flatMap(namesOf)]),
});

function namesOf(pattern: Pattern): string[] {
  if (pattern.type === 'variable') return [pattern.name];
  if (pattern.type === 'array') return pattern.items.flatMap(namesOf);
  return pattern.entries.flatMap((entry) => [...(entry.bind === undefined ? [] : [entry.bind]), ...(entry.pattern ? namesOf(entry.pattern) : [])]);
}

function childrenOf(node: Node): readonly (Node | undefined)[] {
  switch (node.type) {
    case 'string':
      return node.parts.filter((part) => typeof part !== 'string');
    case 'index':
      return [node.target, node.index];
    case 'slice':
      return [node.target, node.from, node.to];
    case 'iterate':
      return [node.target];
    case 'array':
    case 'negate':
    case 'label':
      return [node.body];
    case 'object':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'pipe':
    case 'comma':
    case 'and':
    case 'or':
    case 'alternative':
    case 'binary':
    case 'update':
      return [node.left, node.right];
    case 'if':
      return [node.test, node.yes, node.no];
    case 'try':
      return [node.body, node.handler];
    default:
      return [];
  }
}
