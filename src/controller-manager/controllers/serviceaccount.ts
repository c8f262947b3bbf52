import { isReason } from '../../apimachinery/status.ts';
import { type Context, type Controller, enqueueSelf, type Result, watch } from '../../client/controller.ts';
import type { ObjectKey } from '../../client/keys.ts';

const name = 'default';

/** A ServiceAccount `default` in each namespace: pkg/controller/serviceaccount/serviceaccounts_controller.go. */
export const serviceAccountController = (): Controller => ({
  name: 'service-account-controller',
  watches: [
    watch('namespaces', enqueueSelf),
    watch('serviceaccounts', ({ metadata }) => (metadata.name === name ? [{ namespace: '', name: metadata.namespace ?? '' }] : [])),
  ],
  reconcile,
});

function reconcile({ name: namespace }: ObjectKey, { client, informers }: Context): Result {
  if (informers.of('namespaces').get({ namespace: '', name: namespace })?.status?.phase !== 'Active') return {};
  if (informers.of('serviceaccounts').get({ namespace, name }) !== undefined) return {};
  try {
    client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
  return {};
}
