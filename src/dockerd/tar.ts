/** ustar archives as the lab's byte texts: what `docker save` and `export` write and `load` reads. */
import type { ArchiveEntry } from '../interfaces/docker.ts';
import { byteLength, decodeUtf8, encodeUtf8 } from '../sim/stream.ts';

const block = 512;

export function writeTar(entries: readonly ArchiveEntry[], mtime: number): string {
  return `${entries.map((entry) => header(entry, mtime) + padded(entry.content ?? '')).join('')}${'\0'.repeat(2 * block)}`;
}

/** The files of an archive by path; undefined when it is none. */
export function readTar(text: string): Map<string, string> | undefined {
  const bytes = encodeUtf8(text);
  const files = new Map<string, string>();
  for (let at = 0; at + block <= bytes.length; ) {
    const field = (from: number, length: number): string => decodeUtf8(bytes.subarray(at + from, at + from + length)).replace(/\0[\s\S]*$/, '');
    if (field(0, 100) === '') break;
    if (!field(257, 5).startsWith('ustar')) return undefined;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const prefix = field(345, 155);
    const path = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
    files.set(path.replace(/^\.\//, ''), decodeUtf8(bytes.subarray(at + block, at + block + size)));
    at += block + Math.ceil(size / block) * block;
  }
  return files.size > 0 ? files : undefined;
}

const kinds = { file: '0', directory: '5', symlink: '2', whiteout: '0' };

function header(entry: ArchiveEntry, mtime: number): string {
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const { name, prefix } = split(entry.path.replace(/^\//, '') + (entry.type === 'directory' && !entry.path.endsWith('/') ? '/' : ''));
  const fields = [
    name.padEnd(100, '\0'),
    octal(entry.mode ?? (entry.type === 'directory' ? 0o755 : 0o644), 8),
    octal(entry.uid ?? 0, 8),
    octal(entry.gid ?? 0, 8),
    octal(byteLength(entry.content ?? ''), 12),
    octal(Math.floor(mtime / 1000), 12),
    ' '.repeat(8),
    kinds[entry.type],
    (entry.target ?? '').slice(0, 100).padEnd(100, '\0'),
    'ustar\u000000',
    '\0'.repeat(80),
    prefix.padEnd(155, '\0'),
    '\0'.repeat(12),
  ];
  const sum = fields
    .join('')
    .split('')
    .reduce((total, each) => total + each.charCodeAt(0), 0);
  fields[6] = `${sum.toString(8).padStart(6, '0')}\0 `;
  return fields.join('').slice(0, block);
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (path.length <= 100) return { name: path, prefix: '' };
  const at = path.indexOf('/', path.length - 101);
  return at < 0 ? { name: path.slice(-100), prefix: '' } : { name: path.slice(at + 1), prefix: path.slice(0, at).slice(0, 155) };
}

function padded(content: string): string {
  const over = byteLength(content) % block;
  return over === 0 ? content : content + '\0'.repeat(block - over);
}
