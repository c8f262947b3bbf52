/** Roles and bindings: kubernetes pkg/apis/rbac/validation/validation.go. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, rbac } from '../../api/types.ts';
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsSubdomain } from '../../apimachinery/names.ts';
import { semanticEqual } from '../objects.ts';
import { checkSelector } from './labels.ts';
import { pathSegment } from './networking.ts';
import { collect, type Errors, invalidAll, requiredName } from './report.ts';

type Binding = RoleBinding | ClusterRoleBinding;
/** The group of roles, and of the users and groups that they are given to. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** Rules for URLs belong into a ClusterRole. */
export const validateRole = ({ rules }: Role): FieldError[] => collect((errors) => checkRules(errors, rules, true));

/** Rules of an aggregated one are checked too, although its controller writes them. */
export const validateClusterRole = ({ rules, aggregationRule }: ClusterRole): FieldError[] =>
  collect((errors) => {
    checkRules(errors, rules, false);
    if (aggregationRule === undefined) return;
    const path = 'aggregationRule.clusterRoleSelectors';
    if (!aggregationRule.clusterRoleSelectors?.length) errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
    for (const [i, selector] of (aggregationRule.clusterRoleSelectors ?? []).entries()) checkSelector(errors, `${path}[${i}]`, selector);
  });

function checkRules(errors: Errors, rules: readonly rbac.PolicyRule[] | null | undefined, namespaced: boolean): void {
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = `rules[${i}]`;
    if (!rule.verbs?.length) errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (rule.nonResourceURLs?.length) {
      const wrong = (text: string): number => errors.push(invalidValue(`${at}.nonResourceURLs`, rule.nonResourceURLs, text));
      if (namespaced) wrong('namespaced rules cannot apply to non-resource URLs');
      if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length)
        wrong('rules cannot apply to both regular resources and non-resource URLs');
      continue;
    }
    if (!rule.apiGroups?.length) errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if (!rule.resources?.length) errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
}

/** Of both kinds: a ClusterRoleBinding cannot refer to a Role. */
export const validateBinding = ({ kind, roleRef, subjects }: Binding): FieldError[] =>
  collect((errors) => {
    const wide = kind === 'ClusterRoleBinding';
    const kinds = wide ? ['ClusterRole'] : ['ClusterRole', 'Role'];
    if (roleRef?.apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [rbacGroup]));
    if (!kinds.includes(roleRef?.kind ?? '')) errors.push(notSupported('roleRef.kind', roleRef?.kind ?? '', kinds));
    requiredName(errors, 'roleRef.name', roleRef?.name, pathSegment);
    for (const [i, subject] of (subjects ?? []).entries()) checkSubject(errors, `subjects[${i}]`, subject, wide);
  });

function checkSubject(errors: Errors, path: string, subject: rbac.Subject, wide: boolean): void {
  const { kind, name, namespace, apiGroup = '' } = subject;
  if (!name) errors.push(required(`${path}.name`));
  if (kind === 'ServiceAccount') {
    if (name) invalidAll(errors, `${path}.name`, name, validateDnsSubdomain(name));
    if (apiGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
    // In a RoleBinding that of the binding is meant.
    if (wide && !namespace) errors.push(required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
  } else errors.push(notSupported(`${path}.kind`, kind ?? '', ['Group', 'ServiceAccount', 'User']));
}

/** roleRef cannot be changed, only the subjects. */
export const validateBindingUpdate = (binding: Binding, old: Binding): FieldError[] =>
  collect((errors) => {
    errors.push(...validateBinding(binding));
    const { apiGroup, kind, name } = binding.roleRef;
    if (!semanticEqual(binding.roleRef, old.roleRef))
      errors.push(invalidValue('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef'));
  });
