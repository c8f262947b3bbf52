import type { KubeObject } from '../../api/types.ts';
import { required } from '../../apimachinery/field-error.ts';
import { ApplyConflictError, serverSideApply } from '../../apimachinery/patch/apply.ts';
import type { JsonObject } from '../../apimachinery/patch/json-value.ts';
import { applyConflict, badRequest, invalid } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RequestContext } from '../context.ts';
import { asObject, decode } from '../decode.ts';
import { managerOf, resetFields } from '../managed-fields.ts';
import { isObject } from '../objects.ts';
import { queryFlag, queryValue } from '../request-info.ts';
import { keyOf } from '../resource-table.ts';
import { patchTypeOf } from '../schema.ts';
import { createObject } from './create.ts';
import { checkName, replace, type Updated } from './update.ts';

/** PATCH with application/apply-patch+yaml: server-side apply (apiserver/pkg/endpoints/handlers/patch.go applyPatcher). */
export function applyPatch(context: RequestContext): Updated {
  const { served, info, core, request } = context;
  if (!queryValue(request, 'fieldManager')) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [required('fieldManager', 'is required for apply patch')]);
  }
  const applied = decode(context, request.body);
  if (applied.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  checkName(applied, info.name);
  const existing = core.storage.get(keyOf(served, info.namespace, info.name));
  const object = merged(context, existing?.object, applied);
  const known: RequestContext = { ...context, managersKnown: true };
  if (existing === undefined) return { object: createObject(known, { ...object, metadata: { ...object.metadata, name: info.name } }), created: true };
  return { object: replace(known, existing, object), created: false };
}

function merged(context: RequestContext, live: KubeObject | undefined, applied: KubeObject): KubeObject {
  const { operation: _apply, ...manager } = managerOf(context, 'Apply');
  try {
    const result = serverSideApply({
      live: live as JsonObject | undefined,
      applied: applied as unknown as JsonObject,
      type: patchTypeOf(context.served),
      manager,
      force: queryFlag(context.request, 'force'),
      now: rfc3339(context.sim.now),
      resetFields: resetFields(context),
    });
    if (!isObject(result)) throw badRequest('the applied configuration is no object');
    return asObject(context, result);
  } catch (error) {
    if (error instanceof ApplyConflictError) throw applyConflict(error.causes(), error.message);
    throw error;
  }
}
