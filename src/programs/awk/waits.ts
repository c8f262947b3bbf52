/** Which expressions may have to wait: those with getline, system, close, fflush or a function of the program inside. */
import type { Expression } from './ast.ts';

const known = new WeakMap<Expression, boolean>();

export function waits(expression: Expression): boolean {
  let answer = known.get(expression);
  if (answer === undefined) {
    answer = look(expression);
    known.set(expression, answer);
  }
  return answer;
}

function look(expression: Expression): boolean {
  switch (expression.type) {
    case 'call':
    case 'getline':
      return true;
    case 'builtin':
      return ['system', 'close', 'fflush'].includes(expression.name) || expression.args.some(waits);
    case 'field':
      return waits(expression.index);
    case 'element':
    case 'in':
      return expression.subscripts.some(waits);
    case 'assign':
      return waits(expression.target) || waits(expression.value);
    case 'step':
      return waits(expression.target);
    case 'unary':
      return waits(expression.operand);
    case 'binary':
    case 'and':
    case 'or':
      return waits(expression.left) || waits(expression.right);
    case 'conditional':
      return waits(expression.test) || waits(expression.yes) || waits(expression.no);
    case 'match':
      return waits(expression.text) || waits(expression.pattern);
    case 'group':
      return waits(expression.inner);
    default:
      return false;
  }
}
