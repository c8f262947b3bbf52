/** `--encryption-provider-config`: what lies encrypted in etcd (apiserver/pkg/server/options/encryptionconfig, pkg/storage/value). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { internalError } from '../apimachinery/status.ts';
import type { EtcdApi, EtcdEvent, EtcdValue, KeyValue, TxnOperation, WatchResponse } from '../interfaces/etcd.ts';
import type { Random } from '../sim/random.ts';
import { deepFreeze } from './objects.ts';

type Key = { readonly name?: string; readonly secret?: string };
const ciphers = {
  aescbc: { lengths: [16, 24, 32], iv: 16 },
  aesgcm: { lengths: [16, 24, 32], iv: 12 },
  secretbox: { lengths: [32], iv: 12 },
} as const;
type Cipher = keyof typeof ciphers;
type Provider = Readonly<Partial<Record<Cipher, { readonly keys?: readonly Key[] }>>> & { readonly identity?: object; readonly kms?: object };
/** The file's content. */
export type EncryptionConfig = {
  readonly kind?: string;
  readonly resources?: readonly { readonly resources?: readonly string[]; readonly providers?: readonly Provider[] }[];
};

const names = Object.keys(ciphers) as Cipher[];

/** What is wrong with a configuration, as `validation_encryption.go` says it. */
export function encryptionErrors({ resources }: EncryptionConfig): string[] {
  if (!resources?.length) return ['resources: Required value: at least one resources is required'];
  return resources.flatMap((entry, i) => {
    const at = `resources[${i}]`;
    const required = (field: 'resources' | 'providers'): string[] =>
      entry[field]?.length ? [] : [`${at}.${field}: Required value: at least one ${field} is required`];
    const keys = (entry.providers ?? []).flatMap((provider, j) =>
      names.flatMap((cipher) => provider[cipher]?.keys?.flatMap((key, k) => keyErrors(key, `${at}.providers[${j}].${cipher}.keys[${k}]`, cipher)) ?? []),
    );
    return [...required('resources'), ...required('providers'), ...keys];
  });
}

function keyErrors({ name, secret }: Key, at: string, cipher: Cipher): string[] {
  const errors = name ? [] : [`${at}.name: Required value: name is a mandatory field for a key`];
  if (!secret) return [...errors, `${at}.secret: Required value: secret is a mandatory field for a key`];
  const invalid = (text: string): string[] => [...errors, `${at}.secret: Invalid value: "REDACTED": ${text}`];
  if (!/^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(secret)) return invalid('secrets must be base64 encoded');
  const { length } = Buffer.from(secret, 'base64');
  const { lengths } = ciphers[cipher];
  return (lengths as readonly number[]).includes(length)
    ? errors
    : invalid(`secret is not of the expected length, got ${length}, expected one of [${lengths.join(' ')}]`);
}

/** One way to write: `k8s:enc:aescbc:v1:key1:` and the key; without it, plain. */
type Writer = { readonly prefix: string; readonly cipher?: Cipher; readonly key?: Buffer };

const writersOf = (provider: Provider): Writer[] => [
  ...names.flatMap((cipher) =>
    (provider[cipher]?.keys ?? []).map(({ name, secret = '' }) => ({ prefix: `k8s:enc:${cipher}:v1:${name}:`, cipher, key: Buffer.from(secret, 'base64') })),
  ),
  ...(provider.identity ? [{ prefix: '' }] : []),
];

/** etcd as the API server sees it: what its first provider writes lies encrypted there, what any of them can read is read. */
export function encrypted(etcd: EtcdApi, { resources = [] }: EncryptionConfig, random: Random): EtcdApi & { isStale(key: string): boolean } {
  const entries = resources.map((entry) => ({ of: entry.resources ?? [], writers: (entry.providers ?? []).flatMap(writersOf) }));
  const writersFor = (key: string): readonly Writer[] =>
    entries.find(({ of }) => of.some((name) => /^\*(?:$|\.)/.test(name) || key.startsWith(`/registry/${name.split('.')[0]}/`)))?.writers ?? [];

  const write = (key: string, value: EtcdValue): EtcdValue => {
    const [writer] = writersFor(key);
    if (typeof value === 'string' || !writer?.cipher || !writer.key) return value;
    const iv = Buffer.from(random.hex(2 * ciphers[writer.cipher].iv), 'hex');
    const cipher = createCipheriv(algorithm(writer.cipher, writer.key), writer.key, iv, tagged);
    const bytes = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    const tag = writer.cipher === 'aescbc' ? Buffer.alloc(0) : (cipher as unknown as { getAuthTag(): Buffer }).getAuthTag();
    return `${writer.prefix}${Buffer.concat([iv, bytes, tag]).toString('latin1')}`;
  };

  const plain = (kv: KeyValue): EtcdValue => {
    if (typeof kv.value !== 'string' || !kv.value.startsWith('k8s:enc:')) return kv.value;
    const text = kv.value;
    const writer = writersFor(kv.key).find(({ prefix, cipher }) => cipher && text.startsWith(prefix));
    return (writer?.cipher && writer.key && opened(writer.cipher, writer.key, Buffer.from(text.slice(writer.prefix.length), 'latin1'))) || text;
  };
  const read = (kv: KeyValue): KeyValue => (typeof kv.value === 'string' ? { ...kv, value: plain(kv) } : kv);
  const event = ({ kv, previous, ...rest }: EtcdEvent): EtcdEvent => ({ ...rest, kv: read(kv), ...(previous && { previous: read(previous) }) });
  const response = (each: WatchResponse | undefined): WatchResponse | undefined => each && { ...each, events: each.events.map(event) };
  const written = (operation: TxnOperation): TxnOperation =>
    'put' in operation ? { put: { ...operation.put, value: write(operation.put.key, operation.put.value) } } : operation;

  return {
    deleteRange: (key, rangeEnd) => etcd.deleteRange(key, rangeEnd),
    leaseGrant: (ttl, id) => etcd.leaseGrant(ttl, id),
    leaseRevoke: (id) => etcd.leaseRevoke(id),
    compact: (revision) => etcd.compact(revision),
    status: () => etcd.status(),
    members: () => etcd.members(),
    snapshot: () => etcd.snapshot(),
    range: (request) => {
      const found = etcd.range(request);
      return { ...found, kvs: found.kvs.map(read) };
    },
    put: (key, value, options) => etcd.put(key, write(key, value), options),
    txn: (compares, success, failure) => etcd.txn(compares, success.map(written), failure?.map(written)),
    watch: (request) => {
      const channel = etcd.watch(request);
      const take = channel.take.bind(channel);
      channel.take = () => response(take());
      return channel;
    },
    isStale: (key) => {
      const value = etcd.range({ key }).kvs[0]?.value;
      const prefix = writersFor(key)[0]?.prefix ?? '';
      return prefix === '' ? typeof value === 'string' && value.startsWith('k8s:enc:') : !(typeof value === 'string' && value.startsWith(prefix));
    },
  };
}

const tagged = { authTagLength: 16 } as object;
const algorithm = (cipher: Cipher, key: Buffer): string =>
  cipher === 'secretbox' ? 'chacha20-poly1305' : `aes-${key.length * 8}-${cipher === 'aescbc' ? 'cbc' : 'gcm'}`;

/** Undefined with the wrong key. */
function opened(cipher: Cipher, key: Buffer, bytes: Buffer): EtcdValue | undefined {
  const { iv } = ciphers[cipher];
  const end = cipher === 'aescbc' ? bytes.length : bytes.length - 16;
  try {
    const decipher = createDecipheriv(algorithm(cipher, key), key, bytes.subarray(0, iv), tagged);
    if (cipher !== 'aescbc') (decipher as unknown as { setAuthTag(tag: Buffer): void }).setAuthTag(bytes.subarray(end));
    return deepFreeze(JSON.parse(Buffer.concat([decipher.update(bytes.subarray(iv, end)), decipher.final()]).toString()) as object);
  } catch {
    return undefined;
  }
}

/** What nobody here can read: `undefined` when it is no secret writing at all. */
export const unreadable = (key: string, value: string, configured: boolean) =>
  value.startsWith('k8s:enc:')
    ? internalError(
        `unable to transform key ${JSON.stringify(key)}: ${configured ? 'no matching prefix found' : 'identity transformer tried to read encrypted data'}`,
      )
    : undefined;
