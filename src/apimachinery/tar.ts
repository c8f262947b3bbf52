/** ustar archives as the lab's byte texts: what `docker save`, `export` and `ctr images export` write and their counterparts read. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { byteLength, decodeUtf8, encodeUtf8 } from '../sim/stream.ts';

/** A member of an archive. The path of a directory may end with `/`. */
export type TarEntry = {
  readonly path: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'whiteout';
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly content?: string;
  readonly target?: string;
};

/** What Go's archive/tar says of a broken archive. */
export class TarError extends Error {}

const block = 512;

/** `mtime` in virtual milliseconds. Parents of the entries are not added. */
export const writeTar = (entries: readonly TarEntry[], mtime: number): string =>
  `${entries.map((entry) => header(entry, mtime) + padded(entry.content ?? '')).join('')}${'\0'.repeat(2 * block)}`;

/** The files of an archive by path, `./` taken off. Throws TarError. */
export const readTar = (text: string): Map<string, string> => new Map(readTarEntries(text).map(({ path, content = '' }) => [path, content]));

/** All that an archive holds, `./` taken off. Throws TarError. */
export function readTarEntries(text: string): TarEntry[] {
  const bytes = encodeUtf8(text);
  const entries: TarEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + block > bytes.length) throw new TarError('unexpected EOF');
    const head = bytes.subarray(at, at + block);
    const field = (from: number, length: number): string => decodeUtf8(head.subarray(from, from + length)).replace(/\0[\s\S]*$/, '');
    if (head.every((byte) => byte === 0)) break;
    if (Number.parseInt(field(148, 8), 8) !== checksum(head)) throw new TarError('archive/tar: invalid tar header');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const prefix = field(257, 6) === 'ustar' ? field(345, 155) : '';
    const path = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
    if (at + block + size > bytes.length) throw new TarError('unexpected EOF');
    entries.push({
      path: path.replace(/^\.\//, ''),
      type: types[field(156, 1)] ?? 'file',
      mode: Number.parseInt(field(100, 8).trim() || '0', 8),
      uid: Number.parseInt(field(108, 8).trim() || '0', 8),
      gid: Number.parseInt(field(116, 8).trim() || '0', 8),
      content: decodeUtf8(bytes.subarray(at + block, at + block + size)),
      target: field(157, 100),
    });
    at += block + Math.ceil(size / block) * block;
  }
  return entries;
}

/** gzip, as a byte text. */
export const gzip = (text: string): string => decodeUtf8(gzipSync(encodeUtf8(text), { level: 6 }));

/** More never comes out of an archive: a few bytes can stand for gigabytes. */
const mostBytes = 64 * 1024 * 1024;

/** undefined for what is no gzip, or too much of it. */
export function gunzip(text: string): string | undefined {
  try {
    return decodeUtf8(gunzipSync(encodeUtf8(text), { maxOutputLength: mostBytes }));
  } catch {
    return undefined; // zlib's own words do not matter.
  }
}

/** The sum of a header's bytes, its own field counted as blanks. */
function checksum(head: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += head[i] ?? 0;
  return sum;
}

const types: Readonly<Record<string, NonNullable<TarEntry['type']>>> = { 5: 'directory', 2: 'symlink' };
const kinds = { file: '0', directory: '5', symlink: '2', whiteout: '0' };

function header(entry: TarEntry, mtime: number): string {
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const type = entry.type ?? (entry.path.endsWith('/') ? 'directory' : 'file');
  const { name, prefix } = split(entry.path.replace(/^\//, '') + (type === 'directory' && !entry.path.endsWith('/') ? '/' : ''));
  const before = [
    filled(name, 100),
    octal(entry.mode ?? (type === 'directory' ? 0o755 : 0o644), 8),
    octal(entry.uid ?? 0, 8),
    octal(entry.gid ?? 0, 8),
    octal(byteLength(entry.content ?? ''), 12),
    octal(Math.floor(mtime / 1000), 12),
  ].join('');
  const after = [kinds[type], filled((entry.target ?? '').slice(0, 100), 100), 'ustar\u000000', '\0'.repeat(80), filled(prefix, 155), '\0'.repeat(12)].join('');
  const sum = checksum(encodeUtf8(`${before}        ${after}`));
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`;
}

/** Padded to so many bytes, whatever its characters weigh. */
const filled = (text: string, length: number): string => text + '\0'.repeat(Math.max(0, length - byteLength(text)));

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (path.length <= 100) return { name: path, prefix: '' };
  const at = path.indexOf('/', path.length - 101);
  return at < 0 ? { name: path.slice(-100), prefix: '' } : { name: path.slice(at + 1), prefix: path.slice(0, at).slice(0, 155) };
}

function padded(content: string): string {
  const over = byteLength(content) % block;
  return over === 0 ? content : content + '\0'.repeat(block - over);
}
