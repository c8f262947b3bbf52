import type { KubeObject } from '../../api/types.ts';
import { methodNotSupported, notFound } from '../../apimachinery/status.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { certificateApproval } from '../admission/certificates.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { keyOf } from '../resource-table.ts';
import { patched } from '../verbs/patch.ts';
import { replace } from '../verbs/update.ts';

type Condition = { readonly type: string; readonly lastUpdateTime?: string; readonly lastTransitionTime?: string };
type Csr = KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } };

/** certificatesigningrequests/approval: only the conditions may change (pkg/registry/certificates/certificates/strategy.go). */
export function approval(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const found = core.storage.get<Csr>(keyOf(served, '', info.name));
  if (found === undefined) throw notFound(served, info.name);
  if (info.verb === 'get') return jsonResponse(200, found.object);
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const given = (info.verb === 'patch' ? patched(context, found.object) : decode(context, context.request.body)) as Csr;
  const now = rfc3339(core.sim.now);
  const conditions = (given.status?.conditions ?? []).map((condition) => ({ lastUpdateTime: now, lastTransitionTime: now, ...condition }));
  if (!core.options.disableAdmissionPlugins?.includes(certificateApproval.name)) certificateApproval.validate?.(context, 'update', given, found.object);
  const next = {
    ...found.object,
    metadata: { ...found.object.metadata, resourceVersion: given.metadata.resourceVersion ?? '' },
    status: { ...found.object.status, conditions },
  };
  return jsonResponse(200, replace({ ...context, info: { ...info, subresource: 'status' } }, found, next as KubeObject));
}
