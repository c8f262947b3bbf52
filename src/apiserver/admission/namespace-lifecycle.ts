import type { Namespace } from '../../api/types.ts';
import { failure, forbidden, notFound } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';

const namespaces = { group: '', resource: 'namespaces' };
const immortal = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is made in a namespace that does not exist or is on its way out (plugin/pkg/admission/namespace/lifecycle). */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(context, operation, object) {
    if (operation === 'create') requireNamespace(context, object.metadata.name ?? '');
    return object;
  },
  validate(context, operation) {
    const { served, info } = context;
    if (operation !== 'delete' || served.resource !== 'namespaces' || served.group !== '') return;
    if (immortal.has(info.name)) throw forbidden(served, info.name, 'this namespace may not be deleted');
  },
};

function requireNamespace(context: RequestContext, name: string): void {
  const { served, info, core } = context;
  if (!served.namespaced) return;
  const found = core.storage.get<Namespace>(`/registry/namespaces/${info.namespace}`);
  if (found === undefined) throw notFound(namespaces, info.namespace);
  if (found.object.status?.phase !== 'Terminating') return;
  const refusal = forbidden(served, name, `unable to create new content in namespace ${info.namespace} because it is being terminated`);
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${info.namespace} is being terminated`, field: 'metadata.namespace' };
  throw failure(403, 'Forbidden', refusal.message, { ...refusal.status.details, causes: [cause] });
}
