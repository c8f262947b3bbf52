import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { AdmissionPlugin } from '../admission/chain.ts';
import type { RequestContext } from '../context.ts';

/** Nobody gives away what they do not have (kubernetes pkg/registry/rbac/{role,rolebinding}/policybased). */
export const escalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  validate(context, operation, object, old) {
    const { served, info, user } = context;
    if (served.group !== 'rbac.authorization.k8s.io' || object === undefined || (operation !== 'create' && operation !== 'update')) return;
    if (user.groups.includes('system:masters')) return;
    const isBinding = served.resource.endsWith('bindings');
    const rules = isBinding ? boundRules(context, object as RoleBinding) : ((object as Role | ClusterRole).rules ?? []);
    if (old !== undefined && !isBinding && (old as Role).rules === (object as Role).rules) return;
    const { kind = '', name = '' } = isBinding ? (object as RoleBinding).roleRef : {};
    const asked = {
      group: served.group,
      resource: isBinding ? `${kind.toLowerCase()}s` : served.resource,
      subresource: '',
      namespace: info.namespace,
      name: isBinding ? name : (object.metadata.name ?? ''),
      isResource: true,
      path: '',
    };
    if (context.core.authorizer.allows(user, { ...asked, verb: isBinding ? 'bind' : 'escalate' })) return;
    const own = context.core.authorizer.rulesFor(user, info.namespace);
    const missing = rules.flatMap(split).filter((rule) => !own.some((held) => covers(held, rule)));
    if (missing.length === 0) return;
    const who = `user ${JSON.stringify(user.name)} (groups=[${user.groups.map((group) => JSON.stringify(group)).join(' ')}])`;
    throw forbidden(served, object.metadata.name ?? '', `${who} is attempting to grant RBAC permissions not currently held:\n${compact(missing).join('\n')}`);
  },
};

function boundRules({ core, info }: RequestContext, binding: RoleBinding | ClusterRoleBinding): readonly PolicyRule[] {
  return core.authorizer.rbac.rulesOf(binding.roleRef.kind, binding.roleRef.name, info.namespace) ?? [];
}

/** One rule for each verb, group and resource. */
function split(rule: PolicyRule): PolicyRule[] {
  return rule.verbs.flatMap((verb) => [
    ...(rule.nonResourceURLs ?? []).map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) => {
        const base = { verbs: [verb], apiGroups: [group], resources: [resource] };
        return rule.resourceNames?.length ? rule.resourceNames.map((name) => ({ ...base, resourceNames: [name] })) : [base];
      }),
    ),
  ]);
}

const holds = (list: readonly string[] | undefined, value: string | undefined): boolean =>
  value === undefined || list?.includes('*') === true || list?.includes(value) === true;

function covers(held: PolicyRule, asked: PolicyRule): boolean {
  if (!holds(held.verbs, asked.verbs[0])) return false;
  if (asked.nonResourceURLs) return holds(held.nonResourceURLs, asked.nonResourceURLs[0]);
  const [resource = ''] = asked.resources ?? [];
  const resources = holds(held.resources, resource) || held.resources?.includes(`*/${resource.split('/')[1]}`) === true;
  return (
    holds(held.apiGroups, asked.apiGroups?.[0]) &&
    resources &&
    (!held.resourceNames?.length || (asked.resourceNames !== undefined && holds(held.resourceNames, asked.resourceNames[0])))
  );
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`: rules that differ in their verbs only are joined (rbac/v1/evaluation_helpers.go CompactString). */
function compact(rules: readonly PolicyRule[]): string[] {
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
  const byWhat = new Map<string, string[]>();
  for (const rule of rules) {
    const what = rule.nonResourceURLs
      ? `NonResourceURLs:${list(rule.nonResourceURLs)}`
      : `APIGroups:${list(rule.apiGroups ?? [])}, Resources:${list(rule.resources ?? [])}${rule.resourceNames ? `, ResourceNames:${list(rule.resourceNames)}` : ''}`;
    byWhat.set(what, [...(byWhat.get(what) ?? []), rule.verbs[0] ?? '']);
  }
  return [...byWhat].map(([what, verbs]) => `{${what}, Verbs:${list(verbs)}}`).sort();
}
