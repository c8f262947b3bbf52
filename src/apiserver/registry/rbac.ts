/** Roles and bindings. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, rbac } from '../../api/types.ts';
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { mapKept, semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { mapField } from './fill.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

type Binding = RoleBinding | ClusterRoleBinding;
const api = 'rbac.authorization.k8s.io';

function validateRules(rules: readonly rbac.PolicyRule[] | undefined, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, rule] of (rules ?? []).entries()) {
    const at = `rules[${i}]`;
    if (!rule.verbs?.length) errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (rule.nonResourceURLs?.length) {
      if (namespaced) errors.push(invalidValue(`${at}.nonResourceURLs`, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
      if (rule.apiGroups?.length || rule.resources?.length)
        errors.push(invalidValue(`${at}.nonResourceURLs`, rule.nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
      continue;
    }
    if (!rule.apiGroups?.length) errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if (!rule.resources?.length) errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

function validateBinding(binding: Binding): FieldError[] {
  const errors: FieldError[] = [];
  const { roleRef } = binding;
  if (roleRef?.apiGroup !== api) errors.push(notSupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [api]));
  if (binding.kind === 'ClusterRoleBinding' ? roleRef?.kind !== 'ClusterRole' : roleRef?.kind !== 'Role' && roleRef?.kind !== 'ClusterRole') {
    errors.push(notSupported('roleRef.kind', roleRef?.kind ?? '', binding.kind === 'ClusterRoleBinding' ? ['ClusterRole'] : ['ClusterRole', 'Role']));
  }
  if (!roleRef?.name) errors.push(required('roleRef.name'));
  for (const [i, subject] of (binding.subjects ?? []).entries()) {
    const at = `subjects[${i}]`;
    if (!subject.name) errors.push(required(`${at}.name`));
    if (subject.kind === 'ServiceAccount') {
      if (subject.apiGroup) errors.push(notSupported(`${at}.apiGroup`, subject.apiGroup, ['']));
      if (!subject.namespace) errors.push(required(`${at}.namespace`));
    } else if (subject.kind === 'User' || subject.kind === 'Group') {
      if (subject.apiGroup !== api) errors.push(notSupported(`${at}.apiGroup`, subject.apiGroup ?? '', [api]));
    } else errors.push(notSupported(`${at}.kind`, subject.kind, ['Group', 'ServiceAccount', 'User']));
  }
  return errors;
}

function validateBindingUpdate(binding: Binding, old: Binding): FieldError[] {
  const errors = validateBinding(binding);
  const goRef = { APIGroup: binding.roleRef.apiGroup, Kind: binding.roleRef.kind, Name: binding.roleRef.name };
  return semanticEqual(binding.roleRef, old.roleRef) ? errors : [...errors, invalidValue('roleRef', goRef, 'cannot change roleRef')];
}

const defaultBinding = <T extends Binding>(binding: T): T => {
  const withRef = mapField(binding as RoleBinding, 'roleRef', (ref) => (ref.apiGroup ? ref : { ...ref, apiGroup: api }));
  return mapField(withRef, 'subjects', (subjects) =>
    mapKept(subjects, (subject) => (subject.apiGroup || (subject.kind !== 'User' && subject.kind !== 'Group') ? subject : { ...subject, apiGroup: api })),
  ) as T;
};

const subjectsOf = (kind: string): ((binding: Binding) => string) =>
  kind === 'ServiceAccount'
    ? ({ subjects }) => names(subjects, kind, (subject) => `${subject.namespace}/${subject.name}`)
    : ({ subjects }) => names(subjects, kind, (subject) => subject.name);

const names = (subjects: readonly rbac.Subject[] | undefined, kind: string, text: (subject: rbac.Subject) => string): string =>
  (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(text)
    .join(', ');

/** kubernetes pkg/printers/internalversion/printers.go printRoleBinding */
const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  { name: 'Role', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: 'Users', wide: true, cell: subjectsOf('User') },
  { name: 'Groups', wide: true, cell: subjectsOf('Group') },
  { name: 'ServiceAccounts', wide: true, cell: subjectsOf('ServiceAccount') },
];

const roleColumns: readonly Column[] = [nameColumn, { name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp ?? '' }];

const anyName = (name: string): string[] =>
  name === '.' || name === '..' ? [`may not be '${name}'`] : /[/%]/.test(name) ? [`may not contain '${name.includes('/') ? '/' : '%'}'`] : [];

const role: Strategy<Role> = {
  validate: ({ rules }) => validateRules(rules, true),
  validateUpdate: ({ rules }) => validateRules(rules, true),
  validateName: anyName,
  columns: roleColumns,
};
const clusterRole: Strategy<ClusterRole> = {
  validate: ({ rules }) => validateRules(rules, false),
  validateUpdate: ({ rules }) => validateRules(rules, false),
  validateName: anyName,
  columns: roleColumns,
};
const binding: Strategy<Binding> = {
  defaults: defaultBinding,
  validate: validateBinding,
  validateUpdate: validateBindingUpdate,
  validateName: anyName,
  columns: bindingColumns,
};

export const roles = strategyOf(role);
export const clusterroles = strategyOf(clusterRole);
export const rolebindings = strategyOf(binding);
export const clusterrolebindings = rolebindings;
