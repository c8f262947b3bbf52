/** Which requests a webhook or a policy is for: apiserver/pkg/admission/plugin/webhook/predicates. */
import type { KubeObject, LabelSelector, Namespace } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import type { RequestContext } from '../context.ts';
import type { Operation } from './chain.ts';

/** Lists with `*` as the wildcard; a resource may name a subresource (`pods/exec`). */
export type Rule = {
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly operations?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly scope?: string;
};

/** What webhooks and policies have in common of their matches. */
type Matching = {
  readonly rules?: readonly Rule[];
  readonly excluded?: readonly Rule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
};

/** Objects of the request: the new state and the stored one, as far as there are. */
export type Subject = { readonly operation: Operation; readonly object: KubeObject | undefined; readonly old: KubeObject | undefined };

/** True when some rule takes the request, none excludes it, and both selectors agree. */
export function isMatched(context: RequestContext, subject: Subject, { rules, excluded, namespaceSelector, objectSelector }: Matching): boolean {
  if (!rules?.some((rule) => takes(context, subject, rule))) return false;
  if (excluded?.some((rule) => takes(context, subject, rule))) return false;
  return inNamespace(context, subject, namespaceSelector) && hasLabels(subject, objectSelector);
}

const anyOf = (list: readonly string[] | undefined, value: string): boolean => list?.some((each) => each === '*' || each === value) ?? false;

function takes({ served, info, admittedAs }: RequestContext, { operation, object, old }: Subject, rule: Rule): boolean {
  if (!anyOf(rule.operations, operation.toUpperCase()) || !anyOf(rule.apiGroups, served.group) || !anyOf(rule.apiVersions, served.version)) return false;
  if (rule.scope === 'Namespaced' && info.namespace === '') return false;
  if (rule.scope === 'Cluster' && info.namespace !== '') return false;
  const asked = admittedAs ?? info.subresource;
  const name = info.name || object?.metadata.name || old?.metadata.name || '';
  if (rule.resourceNames?.length && !rule.resourceNames.includes(name)) return false;
  return (
    rule.resources?.some((each) => {
      const [resource = '', subresource = ''] = each.split('/');
      if (resource !== '*' && resource !== served.resource) return false;
      return each === '*/*' || subresource === asked || (subresource === '*' && resource !== '*');
    }) ?? false
  );
}

const isEmpty = (selector: LabelSelector | undefined): boolean => !selector?.matchExpressions?.length && Object.keys(selector?.matchLabels ?? {}).length === 0;

function inNamespace({ core, info, served }: RequestContext, { object, old }: Subject, selector: LabelSelector | undefined): boolean {
  if (isEmpty(selector)) return true;
  if (served.resource === 'namespaces' && served.group === '') return matchesLabelSelector(selector, (object ?? old)?.metadata.labels);
  if (info.namespace === '') return true;
  return matchesLabelSelector(selector, core.storage.get<Namespace>(`/registry/namespaces/${info.namespace}`)?.object.metadata.labels);
}

function hasLabels({ object, old }: Subject, selector: LabelSelector | undefined): boolean {
  if (isEmpty(selector)) return true;
  return [object, old].some((each) => each !== undefined && matchesLabelSelector(selector, each.metadata.labels));
}
