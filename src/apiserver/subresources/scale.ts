import type { KubeObject, LabelSelector } from '../../api/types.ts';
import { invalidValue } from '../../apimachinery/field-error.ts';
import { formatSelector, selectorFromLabelSelector } from '../../apimachinery/labels.ts';
import { badRequest, conflict, invalid, methodNotSupported, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { isObject } from '../objects.ts';
import { keyOf } from '../resource-table.ts';
import { patchDocument } from '../verbs/patch.ts';
import { replace } from '../verbs/update.ts';

type Scalable = KubeObject & {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
};
type Scale = KubeObject & { readonly spec: { readonly replicas?: number }; readonly status: { readonly replicas: number; readonly selector?: string } };

/** autoscaling/v1 Scale of anything with replicas (kubernetes pkg/registry/apps/deployment/storage/storage.go ScaleREST). */
export function scale(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const found = core.storage.get<Scalable>(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  const current = scaleOf(found.object);
  if (info.verb === 'get') return jsonResponse(200, current);
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const wanted = info.verb === 'patch' ? patchDocument(context, current, undefined) : context.request.body;
  if (!isObject(wanted) || !isObject(wanted['spec'])) throw badRequest('the body of the request is no Scale');
  const { replicas = 0 } = wanted['spec'] as { readonly replicas?: number };
  if (replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, info.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  const version = (wanted['metadata'] as { readonly resourceVersion?: string } | undefined)?.resourceVersion;
  if (version && version !== found.object.metadata.resourceVersion) throw conflict(served, info.name, optimisticLockMessage);
  const next = { ...found.object, spec: { ...found.object.spec, replicas } };
  const stored = replace({ ...context, info: { ...info, subresource: '' }, admittedAs: 'scale' }, found, next) as Scalable;
  return jsonResponse(200, scaleOf(stored));
}

function scaleOf(object: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(object.spec.selector);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      ...(name && { name }),
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(creationTimestamp && { creationTimestamp }),
    },
    spec: { replicas: object.spec.replicas ?? 0 },
    status: { replicas: object.status?.replicas ?? 0, ...(selector && { selector }) },
  };
}

/** A replication controller's selector is a plain map. */
function selectorText(selector: Scalable['spec']['selector']): string | undefined {
  if (selector === undefined) return undefined;
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  return formatSelector(selectorFromLabelSelector(isPlain ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector as LabelSelector)));
}
