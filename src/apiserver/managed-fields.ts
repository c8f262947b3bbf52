import type { KubeObject } from '../api/types.ts';
import type { JsonObject } from '../apimachinery/patch/json-value.ts';
import { type FieldManager, isReset, trackUpdate } from '../apimachinery/patch/managed-fields.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import type { RequestContext } from './context.ts';
import { queryValue } from './request-info.ts';
import { patchTypeOf } from './schema.ts';

/**
 * Who last set which fields (apimachinery/pkg/util/managedfields). It is expensive, so it is kept for objects that people had a hand in:
 * what only the cluster's own components ever wrote has no managedFields.
 */
export function trackManagers(context: RequestContext, object: KubeObject, old: KubeObject | undefined): KubeObject {
  if (context.managersKnown || context.served.resource === 'events' || context.served.resource === 'leases') return object;
  const isSubresource = context.info.subresource !== '';
  if (!isSubresource && isReset(object.metadata.managedFields)) {
    const { managedFields: _reset, ...metadata } = object.metadata;
    return { ...object, metadata } as KubeObject;
  }
  if (!isPerson(context) && old?.metadata.managedFields === undefined) return object;
  const managedFields = trackUpdate({
    live: old as JsonObject | undefined,
    updated: object as unknown as JsonObject,
    type: patchTypeOf(context.served),
    manager: managerOf(context, 'Update'),
    now: rfc3339(context.sim.now),
    resetFields: resetFields(context),
    subresource: isSubresource,
  });
  return { ...object, metadata: { ...object.metadata, managedFields: managedFields as KubeObject['metadata']['managedFields'] } } as KubeObject;
}

/** A client that names its field manager, or kubectl. */
const isPerson = ({ request }: RequestContext): boolean =>
  queryValue(request, 'fieldManager') !== undefined || request.headers?.['user-agent']?.startsWith('kubectl') === true;

/** The manager of a request: what it says, or the program that sends it. */
export function managerOf({ request, served, info, user, admittedAs }: RequestContext, operation: FieldManager['operation']): FieldManager {
  const agent = request.headers?.['user-agent']?.split('/')[0];
  const written = admittedAs ?? info.subresource;
  const subresource = written === '' ? {} : { subresource: written };
  return { manager: queryValue(request, 'fieldManager') ?? (agent || componentOf(user.name)), operation, apiVersion: served.apiVersion, ...subresource };
}

/** The program behind a user of the cluster. */
function componentOf(user: string): string {
  if (user.startsWith('system:node:')) return 'kubelet';
  if (user.startsWith('system:serviceaccount:kube-system:')) return 'kube-controller-manager';
  return user.replace(/^system:/, '');
}

/** What an endpoint does not write and so nobody manages through it. */
export function resetFields({ served, info }: RequestContext): readonly (readonly string[])[] {
  if (info.subresource === 'status') return [['spec']];
  return served.strategy.status ? [['status']] : [];
}
