/** awk's arithmetic, comparison and concatenation. */
import { AwkError } from './ast.ts';
import type { Runtime } from './runtime.ts';
import { compareValues, toNumber, type Value } from './value.ts';

export function compute(runtime: Runtime, operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case ' ':
      return runtime.text(left) + runtime.text(right);
    case '+':
      return toNumber(left) + toNumber(right);
    case '-':
      return toNumber(left) - toNumber(right);
    case '*':
      return toNumber(left) * toNumber(right);
    case '/':
    case '%': {
      const divisor = toNumber(right);
      if (divisor === 0) throw new AwkError(operator === '/' ? 'division by zero' : 'division by zero in %');
      return operator === '/' ? toNumber(left) / divisor : toNumber(left) % divisor;
    }
    case '^':
      return toNumber(left) ** toNumber(right);
    default:
      return compare(operator, compareValues(left, right, runtime.text(runtime.get('CONVFMT')))) ? 1 : 0;
  }
}

function compare(operator: string, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    default:
      return order !== 0;
  }
}
