import type { Node } from '../../api/types.ts';
import { semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateNode, validateNodeUpdate } from '../validation/misc.ts';
import { fill } from './fill.ts';
import { type Column, type Strategy, strategyOf } from './strategy.ts';

const rolePrefix = 'node-role.kubernetes.io/';

/** kubernetes pkg/printers/internalversion/printers.go printNode */
const columns: readonly Column<Node>[] = [
  nameColumn,
  { name: 'Status', cell: statusCell },
  { name: 'Roles', cell: (node) => roles(node).join(',') || '<none>' },
  ageColumn,
  { name: 'Version', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
  { name: 'Internal-IP', wide: true, cell: (node) => addressOf(node, 'InternalIP') },
  { name: 'External-IP', wide: true, cell: (node) => addressOf(node, 'ExternalIP') },
  { name: 'OS-Image', wide: true, cell: (node) => node.status?.nodeInfo?.osImage || '<unknown>' },
  { name: 'Kernel-Version', wide: true, cell: (node) => node.status?.nodeInfo?.kernelVersion || '<unknown>' },
  { name: 'Container-Runtime', wide: true, cell: (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>' },
];

function statusCell(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

function roles(node: Node): string[] {
  const found = new Set<string>();
  for (const [label, value] of Object.entries(node.metadata.labels ?? {})) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length) found.add(label.slice(rolePrefix.length));
    else if (label === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return [...found].sort();
}

const addressOf = (node: Node, type: string): string => node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';

/** kubernetes pkg/registry/core/node/strategy.go */
const strategy: Strategy<Node> = {
  defaults: (node) => fill(node, { spec: {}, status: {} }),
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  prepareForUpdate: (node, old) => (semanticEqual(node.status, old.status) ? node : { ...node, ...(old.status && { status: old.status }) }),
  status: true,
  createOnUpdate: false,
  fields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  columns,
};

/** An update through the object itself leaves the status alone: that is the kubelet's. */
export const nodes = strategyOf(strategy);
