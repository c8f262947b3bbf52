/** jq's binary operators and what they make. */
import type { Node } from './ast.ts';

/** Binary operators by how tightly they bind; `right` groups from the right, `none` not at all. */
export const levels: Readonly<Record<string, { readonly level: number; readonly side: 'left' | 'right' | 'none' }>> = {
  '//': { level: 2, side: 'right' },
  '=': { level: 3, side: 'none' },
  '|=': { level: 3, side: 'none' },
  '+=': { level: 3, side: 'none' },
  '-=': { level: 3, side: 'none' },
  '*=': { level: 3, side: 'none' },
  '/=': { level: 3, side: 'none' },
  '%=': { level: 3, side: 'none' },
  '//=': { level: 3, side: 'none' },
  or: { level: 4, side: 'left' },
  and: { level: 5, side: 'left' },
  '==': { level: 6, side: 'none' },
  '!=': { level: 6, side: 'none' },
  '<': { level: 6, side: 'none' },
  '<=': { level: 6, side: 'none' },
  '>': { level: 6, side: 'none' },
  '>=': { level: 6, side: 'none' },
  '+': { level: 7, side: 'left' },
  '-': { level: 7, side: 'left' },
  '*': { level: 8, side: 'left' },
  '/': { level: 8, side: 'left' },
  '%': { level: 8, side: 'left' },
};

/** The node of an operator between two others. */
export function combine(operator: string, left: Node, right: Node): Node {
  if (operator === 'and' || operator === 'or') return { type: operator, left, right };
  if (operator === '//') return { type: 'alternative', left, right };
  if (levels[operator]?.level === 3) return { type: 'update', operator: operator.slice(0, -1), left, right };
  return { type: 'binary', operator, left, right };
}
