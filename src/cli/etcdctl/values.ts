/**
 * Stored objects as bytes. The apiserver keeps built-in kinds as protobuf behind the magic `k8s\0`, and custom resources as JSON. The lab's store
 * holds the objects themselves, so the bytes are made when somebody looks: envelope, ObjectMeta, Secret and ConfigMap have their real field
 * numbers; elsewhere fields are numbered in their order, since the schema tells none.
 */
import { concat } from '../../apimachinery/der.ts';
import type { EtcdValue } from '../../interfaces/etcd.ts';
import { decodeUtf8, encodeUtf8 } from '../../sim/stream.ts';

/** A value as the lab's byte text. */
export function valueText(value: EtcdValue): string {
  if (typeof value === 'string') return value;
  const object = value as Readonly<Record<string, unknown>>;
  const apiVersion = String(object['apiVersion'] ?? '');
  const kind = String(object['kind'] ?? '');
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  if (kind === '' || isCustom(group)) return `${JSON.stringify(value)}\n`;
  const raw = message(
    Object.entries(object).filter(([name]) => name !== 'apiVersion' && name !== 'kind'),
    numbers[kind] ?? top,
  );
  const typeMeta = concat([field(1, encodeUtf8(apiVersion)), field(2, encodeUtf8(kind))]);
  return decodeUtf8(concat([encodeUtf8('k8s\0'), field(1, typeMeta), field(2, raw), field(3, new Uint8Array()), field(4, new Uint8Array())]));
}

/** Groups of the real apiserver have no dot, or end in k8s.io and are known to it; the rest are custom resources. */
const isCustom = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');

type Numbers = Readonly<Record<string, number>>;
const top: Numbers = { metadata: 1, spec: 2, status: 3 };
const numbers: Readonly<Record<string, Numbers>> = {
  Secret: { metadata: 1, data: 2, type: 3, stringData: 4, immutable: 5 },
  ConfigMap: { metadata: 1, data: 2, binaryData: 3, immutable: 4 },
  ServiceAccount: { metadata: 1, secrets: 2, imagePullSecrets: 3, automountServiceAccountToken: 4 },
  Endpoints: { metadata: 1, subsets: 2 },
  Role: { metadata: 1, rules: 2 },
  ClusterRole: { metadata: 1, rules: 2, aggregationRule: 3 },
  RoleBinding: { metadata: 1, subjects: 2, roleRef: 3 },
  ClusterRoleBinding: { metadata: 1, subjects: 2, roleRef: 3 },
};
/** Numbers of messages by the name of the field that holds them. */
const nested: Readonly<Record<string, Numbers>> = {
  metadata: {
    name: 1,
    generateName: 2,
    namespace: 3,
    uid: 5,
    resourceVersion: 6,
    generation: 7,
    creationTimestamp: 8,
    deletionTimestamp: 9,
    deletionGracePeriodSeconds: 10,
    labels: 11,
    annotations: 12,
    ownerReferences: 13,
    finalizers: 14,
    managedFields: 17,
  },
  ownerReferences: { kind: 1, name: 3, uid: 4, apiVersion: 5, controller: 6, blockOwnerDeletion: 7 },
  managedFields: { manager: 1, operation: 2, apiVersion: 3, time: 4, fieldsType: 6, fieldsV1: 7, subresource: 8 },
};
const maps: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'data',
  'binaryData',
  'matchLabels',
  'nodeSelector',
  'limits',
  'requests',
  'hard',
  'used',
  'capacity',
  'allocatable',
]);
/** Set again at each read, so never written. */
const notStored: ReadonlySet<string> = new Set(['resourceVersion']);

function message(fields: readonly (readonly [string, unknown])[], numbering: Numbers): Uint8Array {
  let next = Math.max(0, ...Object.values(numbering)) + 1;
  const parts = fields.flatMap(([name, value]) => {
    if (value === undefined || value === null || notStored.has(name)) return [];
    return [{ number: numbering[name] ?? next++, name, value }];
  });
  return concat(parts.sort((a, b) => a.number - b.number).flatMap(({ number, name, value }) => encode(number, name, value)));
}

function encode(number: number, name: string, value: unknown): Uint8Array[] {
  if (Array.isArray(value)) return value.flatMap((item) => encode(number, name, item));
  if (name === 'fieldsV1') return [field(number, field(1, encodeUtf8(JSON.stringify(value))))];
  if (typeof value === 'boolean') return [concat([tag(number, 0), Uint8Array.of(value ? 1 : 0)])];
  if (typeof value === 'number') return [concat([tag(number, 0), varint(Math.max(0, Math.floor(value)))])];
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (maps.has(name)) return entries.map(([key, item]) => field(number, concat([field(1, encodeUtf8(key)), field(2, mapValue(name, item))])));
    return [field(number, message(entries, nested[name] ?? {}))];
  }
  const text = String(value);
  if (/Timestamp$|^time$/.test(name) && !Number.isNaN(Date.parse(text)))
    return [field(number, concat([concat([tag(1, 0), varint(Date.parse(text) / 1000)]), concat([tag(2, 0), varint(0)])]))];
  return [field(number, encodeUtf8(text))];
}

/** A Secret's data are bytes: what was base64 in the API stands here in the clear. */
const mapValue = (name: string, item: unknown): Uint8Array =>
  name === 'data' && typeof item === 'string' && secretLike(item) ? new Uint8Array(Buffer.from(item, 'base64')) : encodeUtf8(String(item));

const secretLike = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

const tag = (number: number, wire: number): Uint8Array => varint(number * 8 + wire);
const field = (number: number, content: Uint8Array): Uint8Array => concat([tag(number, 2), varint(content.length), content]);

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 128);
  return Uint8Array.from([...out, left]);
}
