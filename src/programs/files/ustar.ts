/** The ustar format (POSIX.1-1988), one character a byte. Long names are written as GNU tar writes them. */
import { fromBinary, toBinary } from '../bytes.ts';

/** `content` has one character a byte. */
export type TarEntry = {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly target: string;
  /** Bytes. */
  readonly content: string;
  readonly user: string;
  readonly group: string;
};

const block = 512;
const flags = { file: '0', directory: '5', symlink: '2' } as const;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const field = (text: string, width: number): string => text.slice(0, width).padEnd(width, '\0');
const padded = (content: string): string => content + '\0'.repeat((block - (content.length % block)) % block);

/** Header and content, padded to blocks. */
export function writeEntry(entry: TarEntry): string {
  const name = toBinary(entry.name);
  const long = name.length > 100 ? header({ ...entry, name: '././@LongLink', type: 'file', content: `${name}\0`, target: '' }, 'L') + padded(`${name}\0`) : '';
  return long + header({ ...entry, name: name.slice(0, 100) }, flags[entry.type]) + (entry.type === 'file' ? padded(entry.content) : '');
}

function header(entry: TarEntry, flag: string): string {
  const size = entry.type === 'file' ? entry.content.length : 0;
  const before =
    field(entry.name, 100) +
    octal(entry.mode & 0o7777, 8) +
    octal(entry.uid, 8) +
    octal(entry.gid, 8) +
    octal(size, 12) +
    octal(Math.floor(entry.mtime / 1000), 12);
  const after = `${flag}${field(toBinary(entry.target), 100)}ustar  \0${field(entry.user, 32)}${field(entry.group, 32)}`;
  const whole = (sum: string): string => field(before + sum + after, block);
  let sum = 0;
  for (const character of whole('        ')) sum += character.charCodeAt(0);
  return whole(`${sum.toString(8).padStart(6, '0')}\0 `);
}

/** Entries of an archive given as bytes. */
export function* readArchive(binary: string): Iterable<TarEntry> {
  let longName: string | undefined;
  for (let at = 0; at + block <= binary.length; ) {
    const head = binary.slice(at, at + block);
    if (/^\0*$/.test(head)) return;
    const text = (from: number, width: number): string => head.slice(from, from + width).split('\0')[0] ?? '';
    const number = (from: number, width: number): number => Number.parseInt(text(from, width).trim() || '0', 8);
    const size = number(124, 12);
    const content = binary.slice(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
    const flag = head[156];
    if (flag === 'L') {
      longName = content.split('\0')[0];
      continue;
    }
    const prefix = head.slice(257, 263) === 'ustar\0' ? text(345, 155) : '';
    const name = longName ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    longName = undefined;
    if (flag === 'x' || flag === 'g') continue;
    const type = flag === '5' ? 'directory' : flag === '2' ? 'symlink' : 'file';
    yield {
      name: fromBinary(name),
      mode: number(100, 8),
      uid: number(108, 8),
      gid: number(116, 8),
      mtime: number(136, 12) * 1000,
      type,
      target: fromBinary(text(157, 100)),
      content,
      user: text(265, 32),
      group: text(297, 32),
    };
  }
}
