import type { Namespace } from '../../api/types.ts';
import { conflict, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { keyOf } from '../resource-table.ts';

/** PUT namespaces/finalize: the namespace controller takes its finalizer away, and the namespace goes. */
export function finalize(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const key = keyOf(served, '', info.name);
  const found = core.storage.get<Namespace>(key);
  if (found === undefined) throw notFound(served, info.name);
  const given = context.request.body as Namespace;
  const next: Namespace = { ...found.object, spec: { ...found.object.spec, finalizers: given.spec?.finalizers ?? [] } };
  const empty = !next.spec.finalizers?.length && !next.metadata.finalizers?.length && next.metadata.deletionTimestamp !== undefined;
  if (context.dryRun) return jsonResponse(200, next);
  const stored = empty ? core.storage.delete(key, { object: next, revision: found.revision }) : core.storage.update(key, next, found.revision);
  if (stored === undefined) throw conflict(served, info.name, optimisticLockMessage);
  return jsonResponse(200, stored);
}
