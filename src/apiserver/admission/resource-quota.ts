import type { KubeObject, Pod, ResourceQuota } from '../../api/types.ts';
import { parseQuantity, type Quantity, zero } from '../../apimachinery/quantity.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { matchesScopes, missingRequests, usageOf } from '../../client/component-helpers/quota-usage.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin, Operation } from './chain.ts';
import { isFor, isResize } from './pods.ts';

/** No more in a namespace than its quotas allow; what is let in is counted at once (apiserver/pkg/admission/plugin/resourcequota). */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(context, operation, object, old) {
    const { served, info, core } = context;
    if (object === undefined || !served.namespaced || !handles(context, operation, object, old)) return;
    const prefix = `/registry/resourcequotas/${info.namespace}/`;
    const quotas = core.storage.list<ResourceQuota>(prefix).filter((quota) => matchesScopes(quota, served.resource, object as Pod));
    if (quotas.length === 0) return;
    const usage = usageOf(served, object);
    const more = old === undefined ? usage : beyond(usage, usageOf(served, old));
    const changes = quotas.map((quota) => charge(context, quota, old && matchesScopes(quota, served.resource, old as Pod) ? more : usage, object));
    if (context.dryRun) return;
    for (const [i, used] of changes.entries()) if (used !== undefined) writeUsed(context, prefix, quotas[i] as ResourceQuota, used);
  },
};

/** What is new of any kind, and changes of what can grow: the Handles of kubernetes pkg/quota/v1/evaluator/core. */
function handles(context: RequestContext, operation: Operation, object: KubeObject, old: KubeObject | undefined): boolean {
  if (operation === 'create') return context.info.subresource === '' && context.served.resource !== 'events';
  if (operation !== 'update' || old === undefined) return false;
  const terminates = (pod: KubeObject): boolean => ((pod as Pod).spec.activeDeadlineSeconds ?? -1) >= 0;
  return (
    isResize(context, operation) ||
    isFor(context, 'services') ||
    isFor(context, 'persistentvolumeclaims') ||
    (isFor(context, 'pods') && terminates(object) !== terminates(old))
  );
}

/** SubtractWithNonNegativeResult */
const beyond = (is: Amounts, was: Amounts): Amounts =>
  Object.fromEntries(
    Object.entries(is).map(([name, amount]) => [name, was[name] && amount.compare(was[name]) > 0 ? amount.sub(was[name]) : was[name] ? zero : amount]),
  );

type Amounts = Readonly<Record<string, Quantity>>;

/** The new `used` of a quota; undefined when the object does not concern it. Throws when it would be too much. */
function charge(context: RequestContext, quota: ResourceQuota, usage: Amounts, object: KubeObject): Readonly<Record<string, string>> | undefined {
  const { served } = context;
  const hard = quota.spec.hard ?? {};
  const concerned = Object.keys(hard)
    .filter((name) => usage[name] !== undefined || (served.resource === 'pods' && computeNames.has(name)))
    .sort();
  if (concerned.length === 0) return undefined;
  const name = quota.metadata.name ?? '';
  const refuse = (text: string): never => {
    throw forbidden(served, object.metadata.name ?? '', text);
  };
  const missing = served.resource === 'pods' ? missingRequests(object as Pod, concerned) : [];
  if (missing.length > 0) refuse(`failed quota: ${name}: must specify ${missing.join('; ')}`);
  const { hard: limits = {}, used = {} } = quota.status ?? {};
  const unknown = concerned.filter((each) => limits[each] === undefined || used[each] === undefined);
  if (unknown.length > 0) refuse(`status unknown for quota: ${name}, resources: ${unknown.join(',')}`);
  const sum = (each: string): Quantity => parseQuantity(used[each] ?? '0').add(usage[each] ?? zero);
  const over = concerned.filter((each) => usage[each] !== undefined && !usage[each]?.isZero() && sum(each).compare(parseQuantity(limits[each] ?? '0')) > 0);
  if (over.length > 0) {
    const list = (amount: (each: string) => string): string => over.map((each) => `${each}=${amount(each)}`).join(',');
    refuse(
      `exceeded quota: ${name}, requested: ${list((each) => String(usage[each]))}, used: ${list((each) => used[each] ?? '0')}, limited: ${list((each) => limits[each] ?? '0')}`,
    );
  }
  if (concerned.every((each) => usage[each]?.isZero() !== false)) return undefined;
  return { ...used, ...Object.fromEntries(concerned.map((each) => [each, sum(each).toString()])) };
}

const computeNames = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

function writeUsed({ core }: RequestContext, prefix: string, quota: ResourceQuota, used: Readonly<Record<string, string>>): void {
  const next: ResourceQuota = { ...quota, status: { ...quota.status, used } };
  core.storage.update(prefix + quota.metadata.name, next, Number(quota.metadata.resourceVersion));
}
