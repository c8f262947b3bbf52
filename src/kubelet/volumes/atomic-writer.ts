import { dateTime } from '../../apimachinery/time.ts';
import { FileNode } from '../../linux/file-node.ts';
import type { FileSystem } from '../../linux/file-system.ts';
import { DirectoryNode, type Inode, SymlinkNode } from '../../linux/inode.ts';

/** One file by its path in the volume; `mode` is the permission bits. */
export type FileProjection = { readonly text: string; readonly mode: number };
type Payload = ReadonlyMap<string, FileProjection>;

/** The directory at an absolute path, made with those above it if missing: root's `mkdir -p`, without a walk from the top for each part. */
export function ensureDirectory(fs: FileSystem, path: string, mode = 0o755): DirectoryNode {
  const found = fs.find(path);
  if (found?.type === 'directory') return found;
  const cut = path.lastIndexOf('/');
  const above = ensureDirectory(fs, cut === 0 ? '/' : path.slice(0, cut), mode);
  const name = path.slice(cut + 1);
  const present = above.lookup(name);
  if (present?.type === 'directory') return present;
  const made = new DirectoryNode({ mode, uid: 0, gid: 0, mtime: above.mtime });
  return place(fs, above, name, made);
}

/** Puts a new inode into a directory and charges the disk for it. */
function place<T extends Inode>(fs: FileSystem, directory: DirectoryNode, name: string, inode: T): T {
  const { disk } = fs.namespace;
  if (inode.type === 'file') disk.charge(inode.size);
  disk.inodesUsed++;
  directory.add(name, inode);
  return inode;
}

/**
 * Writes a set of files so that readers see the old set or the new one, never half of it: a new timestamped directory, then `..data`
 * is pointed to it (kubernetes pkg/volume/util/atomic_writer.go).
 */
export function writeAtomically(fs: FileSystem, path: string, payload: Payload, now: number, nanos: number): void {
  const directory = ensureDirectory(fs, path);
  const stamp = `..${dateTime(now).replace(/[-T:]/g, '_')}.${String(nanos).padStart(9, '0')}`;
  const current = directory.lookup('..data');
  const made = new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: now });
  for (const [file, { text, mode }] of payload) putFile(fs, made, file.split('/'), new FileNode({ mode: mode & 0o777, uid: 0, gid: 0, mtime: now }, text));
  place(fs, directory, stamp, made);
  const link = (target: string): SymlinkNode => new SymlinkNode({ uid: 0, gid: 0, mtime: now }, target);
  if (current) directory.remove('..data');
  place(fs, directory, '..data', link(stamp));
  const visible = new Set([...payload.keys()].map((file) => file.split('/')[0] ?? file));
  for (const name of visible) if (!directory.lookup(name)) place(fs, directory, name, link(`..data/${name}`));
  if (current?.type !== 'symlink') return;
  for (const [name, inode] of directory.entries()) if (!name.startsWith('..') && inode.type === 'symlink' && !visible.has(name)) fs.unlink(`${path}/${name}`);
  removeTree(fs, `${path}/${current.target}`);
}

function putFile(fs: FileSystem, root: DirectoryNode, parts: readonly string[], file: FileNode): void {
  let directory = root;
  for (const name of parts.slice(0, -1)) {
    const found = directory.lookup(name);
    if (found?.type === 'directory') directory = found;
    else directory = place(fs, directory, name, new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: file.mtime }));
  }
  place(fs, directory, parts[parts.length - 1] ?? '', file);
}

/** Root's `rm -rf`. */
export function removeTree(fs: FileSystem, path: string): void {
  const at = fs.find(path, false) && fs.resolve(path, false);
  if (!at?.inode) return;
  forget(fs, at.inode);
  at.parent.remove(at.name);
}

function forget(fs: FileSystem, inode: Inode): void {
  const disk = inode.type === 'file' || inode.type === 'directory' ? fs.namespace.diskOf(inode) : fs.namespace.disk;
  disk.inodesUsed--;
  if (inode.type === 'file' && --inode.nlink === 0) disk.charge(-inode.size);
  if (inode.type === 'directory') for (const [, entry] of inode.entries()) forget(fs, entry);
}
