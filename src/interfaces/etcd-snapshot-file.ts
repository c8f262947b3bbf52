/**
 * A keyspace as the text of a file: what `etcdctl snapshot save` writes and what a copied member/snap/db holds. The real file is a bbolt
 * database; this one is JSON behind a page of zeros, with etcd's SHA-256 at its end, so that a damaged file is found as in reality.
 */
import { createHash } from 'node:crypto';
import type { EtcdSnapshot } from './etcd.ts';

const magic = `${'\0'.repeat(16)}etcd-bbolt\0`;

/** The file of a live database, which has no sum. */
export const encodeDatabase = (snapshot: EtcdSnapshot): string => `${magic}${JSON.stringify(snapshot)}\n`;

/** A saved file: as many bytes as the database had, free pages and all, and its sum in 32 bytes more. */
export function encodeSnapshot(snapshot: EtcdSnapshot, databaseBytes: number): string {
  const text = encodeDatabase(snapshot);
  const body = text + '\0'.repeat(Math.max(0, databaseBytes - sumBytes - Buffer.byteLength(text)));
  return body + sum(body);
}

const sumBytes = 32;

/** `missing`: a live database without a sum, which `snapshot restore` takes only with --skip-hash-check. */
export type DecodedSnapshot = { readonly snapshot: EtcdSnapshot; readonly hash: 'good' | 'missing' | { readonly expected: string; readonly got: string } };

/** Undefined: no database at all. */
export function decodeSnapshot(text: string): DecodedSnapshot | undefined {
  if (!text.startsWith(magic)) return undefined;
  const end = text.indexOf('\n');
  const stored = text.length === end + 1 ? '' : text.slice(-64);
  const body = text.slice(0, text.length - stored.length);
  try {
    const snapshot = freeze(JSON.parse(text.slice(magic.length, end))) as EtcdSnapshot;
    const got = sum(body);
    return { snapshot, hash: stored === '' ? 'missing' : stored === got ? 'good' : { expected: stored, got } };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const sum = (body: string): string => createHash('sha256').update(body).digest('hex');

/** What comes from a store is shared and never changed. */
function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
