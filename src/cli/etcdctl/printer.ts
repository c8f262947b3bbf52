/** How answers look: simple, json, fields (etcdctl/ctlv3/command/printer*.go). */
import type { EtcdCluster, EtcdEvent, EtcdValue, KeyValue, RangeResponse } from '../../interfaces/etcd.ts';
import { encodeUtf8 } from '../../sim/stream.ts';
import { quoted, Uint64, wideJson } from '../etcd-output.ts';
import { type Context, exits, Fatal, shown } from './context.ts';
import { valueText } from './values.ts';

type Header = ReturnType<EtcdCluster['header']>;

/** The header of each answer, as JSON has it. */
export const headerJson = ({ clusterId, memberId, revision, term }: Header, withRevision = true): Readonly<Record<string, unknown>> => ({
  cluster_id: new Uint64(clusterId),
  member_id: new Uint64(memberId),
  ...(withRevision ? { revision } : {}),
  raft_term: term,
});

/** The header as `-w fields` has it. */
export const headerFields = ({ clusterId, memberId, revision, term }: Header): string =>
  `"ClusterID" : ${new Uint64(clusterId).digits}\n"MemberID" : ${new Uint64(memberId).digits}\n"Revision" : ${revision}\n"RaftTerm" : ${term}\n`;

/** Big integers as numbers; ends with a newline. */
export const json = (value: unknown): string => `${wideJson(value)}\n`;

/** Only simple, json and fields are there for most answers. */
export function needFormat(output: string, known: readonly string[] = ['simple', 'json', 'fields']): void {
  if (known.includes(output)) return;
  if (['simple', 'json', 'fields', 'table', 'protobuf'].includes(output)) throw new Fatal(`${output} not supported as output format`, exits.badFeature);
  throw new Fatal('unsupported output format', exits.badFeature);
}

const base64 = (text: string): string => Buffer.from(encodeUtf8(text)).toString('base64');

/** Key and value in base64; zeros and empty texts are left out, as protobuf's JSON does. */
export const kvJson = ({ key, value, createRevision, modRevision, version, lease }: KeyValue): Readonly<Record<string, unknown>> => {
  const text = valueText(value);
  return {
    key: base64(key),
    create_revision: createRevision === 0 ? undefined : createRevision,
    mod_revision: modRevision,
    version: version === 0 ? undefined : version,
    value: text === '' ? undefined : base64(text),
    lease: lease === 0 ? undefined : lease,
  };
};

const kvFields = (kv: KeyValue): string =>
  `"Key" : ${quoted(kv.key)}\n"CreateRevision" : ${kv.createRevision}\n"ModRevision" : ${kv.modRevision}\n"Version" : ${kv.version}\n"Value" : ${quoted(valueText(kv.value))}\n"Lease" : ${kv.lease}\n`;

/** Key and value on a line each. */
export const kvSimple = (kv: { readonly key: string; readonly value: EtcdValue }, context: Context, valueOnly = false): string => {
  const value = shown(valueText(kv.value), context.hex);
  return valueOnly ? `${value}\n` : `${shown(kv.key, context.hex)}\n${value}\n`;
};

/** By -w; `valueOnly` is --print-value-only. */
export function rangeText(context: Context, header: Header, { kvs, more, count }: RangeResponse, valueOnly: boolean): string {
  if (context.output === 'json')
    return json({ header: headerJson(header), kvs: kvs.length > 0 ? kvs.map(kvJson) : undefined, more: more || undefined, count: count || undefined });
  if (context.output === 'fields') return `${headerFields(header)}${kvs.map(kvFields).join('')}"More" : ${more}\n"Count" : ${count}\n`;
  return kvs.map((kv) => kvSimple(kv, context, valueOnly)).join('');
}

/** One event of a watch; `withPrevious` is --prev-kv. */
export function eventText(context: Context, event: EtcdEvent, withPrevious: boolean): string {
  const previous = withPrevious && event.previous ? kvSimple(event.previous, context) : '';
  return `${event.type}\n${previous}${kvSimple(event.kv, context)}`;
}
