import type { Namespace } from '../../api/types.ts';
import { validateDnsLabel } from '../../apimachinery/names.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { type Strategy, strategyOf } from './strategy.ts';

const nameLabel = 'kubernetes.io/metadata.name';

/** kubernetes pkg/registry/core/namespace/strategy.go and storage/storage.go */
const strategy: Strategy<Namespace> = {
  defaults: (namespace) => {
    const { name } = namespace.metadata;
    if (!name || namespace.metadata.labels?.[nameLabel] === name) return namespace;
    return { ...namespace, metadata: { ...namespace.metadata, labels: { ...namespace.metadata.labels, [nameLabel]: name } } };
  },
  prepareForCreate: (namespace) => {
    const finalizers = namespace.spec?.finalizers ?? [];
    const spec = { ...namespace.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    return { ...namespace, spec, status: { phase: 'Active' } };
  },
  prepareForUpdate: (namespace, old) => ({ ...namespace, spec: { ...namespace.spec, ...(old.spec.finalizers && { finalizers: old.spec.finalizers }) } }),
  validateName: validateDnsLabel,
  status: true,
  fields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  columns: [nameColumn, { name: 'Status', cell: (namespace) => namespace.status?.phase ?? '' }, ageColumn],
  beforeDelete: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } }),
  gone: (namespace) => (namespace.spec?.finalizers?.length ?? 0) === 0,
};

/** Goes in two steps: Terminating first, gone once `finalize` has emptied spec.finalizers. */
export const namespaces = strategyOf(strategy);
