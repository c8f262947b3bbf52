import { type ApiResource, resourceName } from '../../../../apimachinery/resources.ts';
import type { Kubectl } from '../../kubectl.ts';
import type { TableOptions } from '../../printers/table.ts';

/** The Accept header; a server that knows no tables answers with plain JSON. */
export const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** How a resource's table is to look, as the flags say. */
export const tableOptions = (k: Kubectl, resource: ApiResource, how: { readonly wide: boolean; readonly withKind: boolean }): TableOptions => ({
  wide: how.wide,
  noHeaders: k.flags.bool('no-headers'),
  withNamespace: k.flags.bool('all-namespaces') && resource.namespaced,
  ...(how.withKind || k.flags.bool('show-kind')
    ? { kind: resourceName({ group: resource.group, resource: resource.singular || resource.kind.toLowerCase() }) }
    : {}),
  showLabels: k.flags.bool('show-labels'),
  columnLabels: k.flags.list('label-columns'),
});
