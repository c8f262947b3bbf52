import type { core, KubeObject, LimitRange, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { parseQuantity } from '../../apimachinery/quantity.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { podTotal } from '../../client/component-helpers/pod-resources.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin, Operation } from './chain.ts';
import { isFor, isNewPod, isResize } from './pods.ts';

type Amounts = Readonly<Record<string, string>>;
type Item = core.LimitRangeItem;

/** Defaults and bounds of a namespace's containers, pods and claims (plugin/pkg/admission/limitranger). */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  admit(context, operation, object, old) {
    if (!concerns(context, operation, old) || isFor(context, 'persistentvolumeclaims')) return object;
    let pod = object as Pod;
    for (const range of rangesOf(context)) pod = withDefaults(pod, range);
    return pod;
  },
  validate(context, operation, object, old) {
    if (object === undefined || !concerns(context, operation, old)) return;
    const check = isFor(context, 'persistentvolumeclaims') ? claimErrors : podErrors;
    for (const range of rangesOf(context)) {
      const errors = [...new Set(range.spec.limits.flatMap((item) => check(item, object as Pod & PersistentVolumeClaim)))];
      if (errors.length > 0)
        throw forbidden(context.served, object.metadata.name ?? '', errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`);
    }
  },
};

/** SupportsAttributes: new pods, their resizes, claims whatever is done to them; not what is being deleted. */
const concerns = (context: RequestContext, operation: Operation, old: KubeObject | undefined): boolean =>
  old?.metadata.deletionTimestamp === undefined &&
  (isNewPod(context, operation) ||
    isResize(context, operation) ||
    ((operation === 'create' || operation === 'update') && isFor(context, 'persistentvolumeclaims')));

const rangesOf = ({ core, info }: RequestContext): LimitRange[] => core.storage.list<LimitRange>(`/registry/limitranges/${info.namespace}/`);

function withDefaults(pod: Pod, range: LimitRange): Pod {
  const item = range.spec.limits.find(({ type, default: limits, defaultRequest }) => type === 'Container' && (limits || defaultRequest));
  if (item === undefined) return pod;
  const notes: string[] = [];
  const fill =
    (kind: string) =>
    (container: core.Container): core.Container => {
      const { requests = {}, limits = {} } = container.resources ?? {};
      const addedLimits = missing(item.default, limits);
      const addedRequests = missing(item.defaultRequest, requests);
      if (addedRequests.length > 0) notes.push(`${addedRequests.sort().join(', ')} request for ${kind} ${container.name}`);
      if (addedLimits.length > 0) notes.push(`${addedLimits.sort().join(', ')} limit for ${kind} ${container.name}`);
      if (addedLimits.length + addedRequests.length === 0) return container;
      const resources = {
        ...container.resources,
        ...((addedLimits.length > 0 || container.resources?.limits) && { limits: { ...pick(item.default, addedLimits), ...limits } }),
        ...((addedRequests.length > 0 || container.resources?.requests) && { requests: { ...pick(item.defaultRequest, addedRequests), ...requests } }),
      };
      return { ...container, resources };
    };
  const containers = pod.spec.containers.map(fill('container'));
  const initContainers = pod.spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}` };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, containers, ...(initContainers && { initContainers }) } };
}

const missing = (defaults: Amounts | undefined, given: Amounts): string[] => Object.keys(defaults ?? {}).filter((name) => given[name] === undefined);
const pick = (amounts: Amounts | undefined, names: readonly string[]): Amounts => Object.fromEntries(names.map((name) => [name, amounts?.[name] ?? '0']));

function podErrors(item: Item, pod: Pod): string[] {
  if (item.type === 'Container') {
    return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(({ resources }) =>
      boundErrors(item, resources?.requests ?? {}, resources?.limits ?? {}),
    );
  }
  if (item.type !== 'Pod') return [];
  const sum = (kind: 'requests' | 'limits'): Amounts =>
    Object.fromEntries(Object.entries(podTotal(pod.spec, kind, { overhead: false })).map(([name, amount]) => [name, amount.toString()]));
  return boundErrors(item, sum('requests'), sum('limits'));
}

const claimErrors = (item: Item, claim: PersistentVolumeClaim): string[] => {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const requests = claim.spec.resources?.requests ?? {};
  return [...minErrors(item, requests, {}), ...maxRequestErrors(item, requests)];
};

const boundErrors = (item: Item, requests: Amounts, limits: Amounts): string[] => [
  ...minErrors(item, requests, limits),
  ...maxErrors(item, requests, limits),
  ...ratioErrors(item, requests, limits),
];

function minErrors({ min = {}, type }: Item, requests: Amounts, limits: Amounts): string[] {
  return Object.entries(min).flatMap(([name, bound]) => {
    const [request, limit] = [requests[name], limits[name]];
    const prefix = `minimum ${name} usage per ${type} is ${bound}`;
    if (request === undefined) return [`${prefix}.  No request is specified`];
    if (below(request, bound)) return [`${prefix}, but request is ${request}`];
    return limit !== undefined && below(limit, bound) ? [`${prefix}, but limit is ${limit}`] : [];
  });
}

function maxErrors({ max = {}, type }: Item, requests: Amounts, limits: Amounts): string[] {
  return Object.entries(max).flatMap(([name, bound]) => {
    const [request, limit] = [requests[name], limits[name]];
    const prefix = `maximum ${name} usage per ${type} is ${bound}`;
    if (limit === undefined) return [`${prefix}.  No limit is specified`];
    if (below(bound, limit)) return [`${prefix}, but limit is ${limit}`];
    return request !== undefined && below(bound, request) ? [`${prefix}, but request is ${request}`] : [];
  });
}

const maxRequestErrors = ({ max = {}, type }: Item, requests: Amounts): string[] =>
  Object.entries(max).flatMap(([name, bound]) => {
    const request = requests[name];
    return request !== undefined && below(bound, request) ? [`maximum ${name} usage per ${type} is ${bound}, but request is ${request}`] : [];
  });

function ratioErrors({ maxLimitRequestRatio = {}, type }: Item, requests: Amounts, limits: Amounts): string[] {
  return Object.entries(maxLimitRequestRatio).flatMap(([name, bound]) => {
    const request = parseQuantity(requests[name] ?? '0');
    const limit = parseQuantity(limits[name] ?? '0');
    const prefix = `${name} max limit to request ratio per ${type} is ${bound}`;
    if (request.isZero()) return [`${prefix}, but no request is specified or request is 0`];
    if (limit.isZero()) return [`${prefix}, but no limit is specified or limit is 0`];
    const ratio = limit.milliValue() / request.milliValue();
    return ratio > parseQuantity(bound).milliValue() / 1000 ? [`${prefix}, but provided ratio is ${ratio.toFixed(6)}`] : [];
  });
}

const below = (a: string, b: string): boolean => parseQuantity(a).compare(parseQuantity(b)) < 0;
