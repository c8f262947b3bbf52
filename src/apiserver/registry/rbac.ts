/** Roles and bindings. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, rbac } from '../../api/types.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { pathSegment } from '../validation/networking.ts';
import { rbacGroup as api, validateBinding, validateBindingUpdate, validateClusterRole, validateRole } from '../validation/rbac.ts';
import { mapField } from './fill.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

type Binding = RoleBinding | ClusterRoleBinding;

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

const role: Strategy<Role> = {
  validate: validateRole,
  validateUpdate: validateRole,
  validateName: pathSegment,
  columns: roleColumns,
};
const clusterRole: Strategy<ClusterRole> = {
  validate: validateClusterRole,
  validateUpdate: validateClusterRole,
  validateName: pathSegment,
  columns: roleColumns,
};
const binding: Strategy<Binding> = {
  defaults: defaultBinding,
  validate: validateBinding,
  validateUpdate: validateBindingUpdate,
  validateName: pathSegment,
  columns: bindingColumns,
};

/** Whether the writer has the rights himself is asked elsewhere (escalation check). */
export const roles = strategyOf(role);
/** `aggregationRule` is the aggregation controller's to follow. */
export const clusterroles = strategyOf(clusterRole);
/** roleRef cannot be changed. */
export const rolebindings = strategyOf(binding);
/** The same as for bindings in namespaces. */
export const clusterrolebindings = rolebindings;
