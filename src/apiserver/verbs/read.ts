import type { KubeObject } from '../../api/types.ts';
import { invalidValue } from '../../apimachinery/field-error.ts';
import { badRequest, expired, failure, invalid, notFound, type StatusError, timeout } from '../../apimachinery/status.ts';
import { EtcdError, type RangeResponse } from '../../interfaces/etcd.ts';
import type { RestResponse, WatchEvent } from '../../interfaces/rest.ts';
import { Channel } from '../../sim/channel.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import type { RequestContext } from '../context.ts';
import { deepFreeze } from '../objects.ts';
import { presenterOf } from '../present.ts';
import { componentStatuses } from '../registry/componentstatuses.ts';
import { queryFlag, queryValue } from '../request-info.ts';
import { keyOf, prefixOf } from '../resource-table.ts';
import { type Selection, selectionOf } from '../selection.ts';

/** GET of one object. */
export function get({ served, info, core }: RequestContext): KubeObject {
  if (served.resource === 'componentstatuses') return component(core, info.name) ?? raise(notFound(served, info.name));
  const found = core.storage.get(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  return found.object;
}

/** A list response; `continue` is set when `limit` cut it off, and `remainingItemCount` then counts the rest. */
export type ObjectList = {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly KubeObject[];
};

/** GET of a collection: kubernetes apiserver/pkg/storage/etcd3/store.go GetList. */
export function list(context: RequestContext): ObjectList {
  const { served, request, info } = context;
  const selection = selectionOf(request, served);
  if (served.resource === 'componentstatuses') return components(context, selection);
  const limit = Number(queryValue(request, 'limit') ?? 0);
  const token = queryValue(request, 'continue');
  const start = token ? readContinue(token) : undefined;
  const prefix = prefixOf(served, info.namespace);
  if (selection.name !== undefined && (!served.namespaced || info.namespace !== '')) return single(context, selection, selection.name);
  const exact = queryValue(request, 'resourceVersionMatch') === 'Exact' ? Number(queryValue(request, 'resourceVersion')) : undefined;
  const revision = start?.revision ?? exact;
  const options = { ...(revision !== undefined && { revision }), ...(start && { from: prefix + start.key }), limit: selection.matches ? 0 : limit };
  const range = readRange(context, prefix, options);
  checkFuture(context, range.revision);
  return page(context, range, selection, { limit, prefix, revision: revision ?? range.revision });
}

function page(
  { served }: RequestContext,
  range: RangeResponse,
  selection: Selection,
  { limit, prefix, revision }: { readonly limit: number; readonly prefix: string; readonly revision: number },
): ObjectList {
  const { matches } = selection;
  const items: KubeObject[] = [];
  let last = '';
  let more = range.more;
  for (const kv of range.kvs) {
    const object = kv.value as KubeObject;
    if (matches !== undefined && !matches(object)) continue;
    if (limit > 0 && items.length === limit) {
      more = true;
      break;
    }
    items.push(object);
    last = kv.key;
  }
  const metadata = {
    resourceVersion: String(revision),
    ...(more && { continue: writeContinue(revision, last.slice(prefix.length)) }),
    ...(more && matches === undefined && { remainingItemCount: range.count - items.length }),
  };
  return { kind: served.api.listKind, apiVersion: served.apiVersion, metadata, items };
}

/** Health is asked for anew, not read. */
const componentsOf = ({ options }: RequestContext['core']): readonly KubeObject[] => componentStatuses(options.componentHealth?.() ?? []);
const component = (core: RequestContext['core'], name: string): KubeObject | undefined => componentsOf(core).find(({ metadata }) => metadata.name === name);

function components({ served, core }: RequestContext, { name, matches }: Selection): ObjectList {
  const items = componentsOf(core).filter((object) => (name === undefined || object.metadata.name === name) && matches?.(object) !== false);
  return { kind: served.api.listKind, apiVersion: served.apiVersion, metadata: { resourceVersion: '' }, items };
}

function raise(error: StatusError): never {
  throw error;
}

function single({ served, info, core }: RequestContext, selection: Selection, name: string): ObjectList {
  const found = core.storage.get(keyOf(served, info.namespace, name));
  const items = found !== undefined && selection.matches?.(found.object) !== false ? [found.object] : [];
  return { kind: served.api.listKind, apiVersion: served.apiVersion, metadata: { resourceVersion: String(core.storage.revision()) }, items };
}

function readRange(
  context: RequestContext,
  prefix: string,
  options: { readonly revision?: number; readonly from?: string; readonly limit: number },
): RangeResponse {
  try {
    return context.core.storage.range(prefix, options);
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code !== 'compacted') throw error;
    throw options.from === undefined
      ? expired('The resourceVersion for the provided list is too old.')
      : expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.');
  }
}

/** Nobody can have seen what has not happened: a client of another, older etcd has. */
function checkFuture({ request }: RequestContext, current: number): void {
  const asked = Number(queryValue(request, 'resourceVersion') ?? 0);
  if (asked > current) throw tooLarge(asked, current);
}

function tooLarge(asked: number, current: number): StatusError {
  const { status } = timeout(`Too large resource version: ${asked}, current: ${current}`, 1);
  return failure(504, 'Timeout', status.message ?? '', {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

type Continue = { readonly revision: number; readonly key: string };

const writeContinue = (revision: number, key: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${key}\u0000` })).toString('base64url');

function readContinue(token: string): Continue {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string') return { revision: rv, key: start };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
}

/** GET with watch=true: from now, from a resourceVersion, or with everything there is first. */
export function watch(context: RequestContext): RestResponse {
  const { served, request, info, core } = context;
  const selection = selectionOf(request, served);
  const version = queryValue(request, 'resourceVersion') ?? '';
  const present = presenterOf(context);
  const filter = {
    namespace: info.namespace,
    name: info.name || selection.name,
    nodeName: selection.nodeName,
    matches: selection.matches,
    present: present?.event,
  };
  const sendInitial = queryFlag(request, 'sendInitialEvents');
  if (sendInitial && queryValue(request, 'resourceVersionMatch') !== 'NotOlderThan') {
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
      invalidValue('resourceVersionMatch', '', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ]);
  }
  const initial = sendInitial || version === '' || version === '0';
  const channel = core.watchCaches.of(served).watch(filter, initial ? undefined : Number(version));
  if (!(channel instanceof Channel)) return { status: 200, headers: jsonHeaders, watch: refused(version, channel.compactRevision) };
  if (initial) sendExisting(context, selection, channel, filter.present, sendInitial);
  limitTime(context, channel);
  return { status: 200, headers: jsonHeaders, watch: channel };
}

const jsonHeaders = Object.freeze({ 'content-type': 'application/json' });

/** The state so far as ADDED events; with sendInitialEvents a bookmark says where they end. */
function sendExisting(
  context: RequestContext,
  selection: Selection,
  channel: Channel<WatchEvent>,
  present: ((object: KubeObject) => KubeObject) | undefined,
  bookmark: boolean,
): void {
  const { served, info, core } = context;
  const range = core.storage.range(prefixOf(served, info.namespace));
  const name = info.name || selection.name;
  for (const kv of range.kvs) {
    const object = kv.value as KubeObject;
    if ((name !== undefined && name !== '' && object.metadata.name !== name) || selection.matches?.(object) === false) continue;
    channel.push({ type: 'ADDED', object: present ? present(object) : object, cause: 0 });
  }
  if (!bookmark) return;
  const metadata = { resourceVersion: String(range.revision), annotations: { 'k8s.io/initial-events-end': 'true' } };
  channel.push(deepFreeze({ type: 'BOOKMARK', object: { kind: served.kind, apiVersion: served.apiVersion, metadata }, cause: 0 }));
}

function refused(version: string, compacted: number): Channel<WatchEvent> {
  const channel = new Channel<WatchEvent>();
  const { status } = expired(`too old resource version: ${version} (${compacted})`);
  channel.push({ type: 'ERROR', object: status as KubeObject, cause: 0 });
  channel.close();
  return channel;
}

function limitTime({ request, core }: RequestContext, channel: Channel<WatchEvent>): void {
  const seconds = Number(queryValue(request, 'timeoutSeconds') ?? 0);
  if (seconds > 0) core.sim.go(closeAfter(seconds * 1000, channel), 'watch-timeout');
}

/** Looks up now and then: of a client that has gone nothing must be kept until its time is over. */
function* closeAfter(duration: number, channel: Channel<WatchEvent>): Routine {
  for (let left = duration; left > 0 && !channel.broken; left -= 15_000) yield* sleep(Math.min(left, 15_000));
  channel.close();
}
