/** ustar archives as the lab's byte texts: what `ctr images export` writes, `import` reads and `snapshots diff` prints. */
import { gzipSync } from 'node:zlib';
import { byteLength, decodeUtf8, encodeUtf8 } from '../sim/stream.ts';

export type TarEntry = { readonly path: string; readonly content: string };

const block = 512;

/** A path that ends with `/` is a directory. */
export function writeTar(entries: readonly TarEntry[], mtime: number): string {
  return `${entries.map((entry) => header(entry, mtime) + padded(entry.content)).join('')}${'\0'.repeat(2 * block)}`;
}

/** The files of an archive; undefined when it is none. */
export function readTar(text: string): TarEntry[] | undefined {
  const bytes = encodeUtf8(text);
  const entries: TarEntry[] = [];
  for (let at = 0; at + block <= bytes.length; ) {
    const field = (from: number, length: number): string => decodeUtf8(bytes.subarray(at + from, at + from + length)).replace(/\0[\s\S]*$/, '');
    if (field(0, 100) === '') break;
    if (!field(257, 5).startsWith('ustar')) return undefined;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const prefix = field(345, 155);
    entries.push({ path: prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`, content: decodeUtf8(bytes.subarray(at + block, at + block + size)) });
    at += block + Math.ceil(size / block) * block;
  }
  return entries.length > 0 ? entries : undefined;
}

/** gzip, as a byte text. */
export const gzip = (text: string): string => decodeUtf8(gzipSync(encodeUtf8(text), { level: 6 }));

function header({ path, content }: TarEntry, mtime: number): string {
  const directory = path.endsWith('/');
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const fields = [
    path.slice(-100).padEnd(100, '\0'),
    octal(directory ? 0o755 : 0o644, 8),
    octal(0, 8),
    octal(0, 8),
    octal(byteLength(content), 12),
    octal(Math.floor(mtime / 1000), 12),
    ' '.repeat(8),
    directory ? '5' : '0',
    '\0'.repeat(100),
    'ustar\u000000',
    '\0'.repeat(247),
  ];
  const sum = fields
    .join('')
    .padEnd(block, '\0')
    .split('')
    .reduce((total, each) => total + each.charCodeAt(0), 0);
  fields[6] = `${sum.toString(8).padStart(6, '0')}\0 `;
  return fields.join('').padEnd(block, '\0').slice(0, block);
}

function padded(content: string): string {
  const over = byteLength(content) % block;
  return over === 0 ? content : content + '\0'.repeat(block - over);
}
