/** What ls, stat and find show of an inode. */
import type { Inode } from '../../linux/inode.ts';

const letters: Readonly<Record<Inode['type'], string>> = { file: '-', directory: 'd', symlink: 'l', character: 'c', block: 'b', fifo: 'p', socket: 's' };

/** `drwxr-xr-x`. */
export function modeText(inode: Inode): string {
  const { mode } = inode;
  const bits = [...'rwxrwxrwx'].map((letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'));
  if (mode & 0o4000) bits[2] = bits[2] === 'x' ? 's' : 'S';
  if (mode & 0o2000) bits[5] = bits[5] === 'x' ? 's' : 'S';
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T';
  return letters[inode.type] + bits.join('');
}

/** As `ls -l` and find's -type have it, `f` for files. */
export const typeLetter = (inode: Inode): string => (inode.type === 'file' ? 'f' : letters[inode.type]);

const typeNames: Readonly<Record<Inode['type'], string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  character: 'character special file',
  block: 'block special file',
  fifo: 'fifo',
  socket: 'socket',
};

/** As stat prints it. */
export const typeName = (inode: Inode): string => (inode.type === 'file' && inode.size === 0 ? 'regular empty file' : typeNames[inode.type]);

/** Numbers for `ls -i` and `stat`: the same inode always shows the same number, told by the path where it was first seen. */
export function inodeNumber(path: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return 131_072 + ((hash >>> 0) % 3_000_000);
}

/** Blocks of 1024 bytes that the content takes on disk. */
export const diskBlocks = (inode: Inode): number => {
  if (inode.type === 'symlink' || inode.type === 'character' || inode.type === 'block' || inode.type === 'fifo' || inode.type === 'socket') return 0;
  if (inode.type === 'file' && inode.generated) return 0;
  return Math.ceil(inode.size / 4096) * 4;
};

/** A directory has a link for itself, one in its parent, and one in each directory below. */
export const linkCount = (inode: Inode): number =>
  inode.type === 'directory' && !inode.generated ? 2 + inode.entries().filter(([, entry]) => entry.type === 'directory').length : inode.nlink;
