import type { core } from '../../api/types.ts';
import { matchesMap } from '../../apimachinery/labels.ts';

type NodeLike = Pick<core.Node, 'metadata'>;

/** nodeSelector and required nodeAffinity together: component-helpers nodeaffinity.GetRequiredNodeAffinity. */
export function matchesPodNodeSelection({ spec }: { readonly spec: core.PodSpec }, node: NodeLike): boolean {
  if (!matchesMap(spec.nodeSelector, node.metadata?.labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, node);
}

/** Terms are ORed; a selector without terms matches nothing. */
export const matchesNodeSelector = (selector: core.NodeSelector, node: NodeLike): boolean =>
  selector.nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));

/** Requirements of a term are ANDed; an empty term matches nothing. */
export function matchesNodeTerm({ matchExpressions, matchFields }: core.NodeSelectorTerm, node: NodeLike): boolean {
  if (!matchExpressions?.length && !matchFields?.length) return false;
  const labels = node.metadata?.labels;
  const field = (key: string) => (key === 'metadata.name' ? node.metadata?.name : undefined);
  return (matchExpressions ?? []).every((each) => holds(each, labels?.[each.key])) && (matchFields ?? []).every((each) => holds(each, field(each.key)));
}

function holds({ operator, values = [] }: core.NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return value !== undefined && compare(operator, Number.parseInt(value, 10), Number.parseInt(values[0] ?? '', 10));
  }
}

const compare = (operator: string, value: number, bound: number): boolean => (operator === 'Gt' ? value > bound : value < bound);
