import { isReason } from '../../apimachinery/status.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';
import { equal } from '../equal.ts';

const name = 'kube-root-ca.crt';
const annotations = {
  'kubernetes.io/description':
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
};

/** The ConfigMap by which pods know the apiserver: pkg/controller/certificates/rootcacertpublisher. */
export const rootCaCertPublisher = (rootCa: string): Controller => ({
  name: 'root-ca-cert-publisher',
  watches: [
    watch('namespaces', enqueueSelf),
    watch('configmaps', ({ metadata }) => (metadata.name === name ? [{ namespace: '', name: metadata.namespace ?? '' }] : [])),
  ],
  reconcile: (key, context) => reconcile(key, context, { 'ca.crt': rootCa }),
});

function reconcile({ name: namespace }: ObjectKey, { client, informers }: Context, data: Readonly<Record<string, string>>): Result {
  if (informers.of('namespaces').get({ namespace: '', name: namespace })?.status?.phase !== 'Active') return {};
  const known = informers.of('configmaps').get({ namespace, name });
  try {
    if (known === undefined) client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations }, data });
    else if (!equal(known.data, data)) client.update('configmaps', { ...known, data });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
  return {};
}
