import type { KubeObject, LabelSelector } from '../../api/types.ts';
import { invalidValue } from '../../apimachinery/field-error.ts';
import { goValue } from '../../apimachinery/go-text.ts';
import { formatSelector, selectorFromLabelSelector } from '../../apimachinery/labels.ts';
import { badRequest, conflict, internalError, invalid, methodNotSupported, notFound, optimisticLockMessage } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { isObject } from '../objects.ts';
import type { ScalePaths } from '../registry/strategy.ts';
import { keyOf } from '../resource-table.ts';
import { decodingError } from '../schema.ts';
import { patchDocument } from '../verbs/patch.ts';
import { replace } from '../verbs/update.ts';

type Selector = LabelSelector | Readonly<Record<string, string>>;
type Scale = KubeObject & { readonly spec: { readonly replicas?: number }; readonly status: { readonly replicas: number; readonly selector?: string } };

const builtIn: ScalePaths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };

/**
 * autoscaling/v1 Scale of anything with replicas: kubernetes pkg/registry/apps/deployment/storage/storage.go ScaleREST, and for custom resources
 * apiextensions-apiserver/pkg/registry/customresource/etcd.go.
 */
export function scale(context: RequestContext): RestResponse {
  const { served, info, core } = context;
  const paths = served.strategy.scale ?? builtIn;
  const found = core.storage.get(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  const current = scaleOf(found.object, paths);
  if (info.verb === 'get') {
    if (served.custom && at(found.object, paths.specReplicasPath) === undefined)
      throw internalError(`the spec replicas field "${paths.specReplicasPath}" does not exist`);
    return jsonResponse(200, current);
  }
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const wanted = info.verb === 'patch' ? patchDocument(context, current, undefined) : context.request.body;
  if (!isObject(wanted) || !isObject(wanted['spec'])) throw badRequest('the body of the request is no Scale');
  const wrong = decodingError(wanted, { ...served, apiVersion: 'autoscaling/v1', kind: 'Scale', custom: false });
  if (wrong !== undefined && info.verb === 'update') throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${wrong}`);
  if (wrong !== undefined) throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', goValue(context.request.body), wrong)]);
  const { replicas = 0 } = wanted['spec'] as { readonly replicas?: number };
  if (replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, info.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  const version = (wanted['metadata'] as { readonly resourceVersion?: string } | undefined)?.resourceVersion;
  if (version && version !== found.object.metadata.resourceVersion) throw conflict(served, info.name, optimisticLockMessage);
  const next = withValue(found.object, namesOf(paths.specReplicasPath), replicas) as KubeObject;
  const stored = replace({ ...context, info: { ...info, subresource: '' }, admittedAs: 'scale' }, found, next);
  return jsonResponse(200, scaleOf(stored, paths));
}

function scaleOf(object: KubeObject, paths: ScalePaths): Scale {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = paths;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = paths === builtIn ? selectorText(at(object, '.spec.selector') as Selector | undefined) : labelSelectorPath && at(object, labelSelectorPath);
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
    spec: { replicas: wholeNumber(at(object, specReplicasPath)) },
    status: { replicas: wholeNumber(at(object, statusReplicasPath)), ...(typeof selector === 'string' && selector !== '' && { selector }) },
  };
}

const wholeNumber = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** `.spec.replicas` → spec, replicas. */
const namesOf = (path: string): readonly string[] => path.split('.').filter((name) => name !== '');

const at = (object: unknown, path: string): unknown =>
  namesOf(path).reduce<unknown>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), object);

/** A copy of the objects on the way. */
function withValue(object: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const fields = isObject(object) ? object : {};
  return { ...fields, [name]: withValue(Object.hasOwn(fields, name) ? fields[name] : undefined, rest, value) };
}

/** A replication controller's selector is a plain map. */
function selectorText(selector: Selector | undefined): string | undefined {
  if (selector === undefined) return undefined;
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  return formatSelector(selectorFromLabelSelector(isPlain ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector as LabelSelector)));
}
