import { formatLabelSelector } from '../../../apimachinery/labels.ts';
import { at, entriesOf, isObj, type Obj, obj } from '../json.ts';

/** The pods that a workload or a service chooses, as a query; undefined for what chooses none (polymorphichelpers SelectorsForObject). */
export function selectorText(object: Obj): string | undefined {
  const selector = at(object, 'spec.selector');
  if (!isObj(selector)) return undefined;
  if ('matchLabels' in selector || 'matchExpressions' in selector) return formatLabelSelector(selector as Parameters<typeof formatLabelSelector>[0]);
  const pairs = entriesOf(obj(selector));
  return pairs.length === 0 ? undefined : pairs.map(([key, value]) => `${key}=${value}`).join(',');
}
