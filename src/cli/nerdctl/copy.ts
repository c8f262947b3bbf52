/** Copies of files and directories between trees: volumes filled from an image, `nerdctl cp`. */

import { FileNode } from '../../linux/file-node.ts';
import { DirectoryNode, type Inode, SymlinkNode } from '../../linux/inode.ts';

/** A copy that shares nothing with the original. Devices and sockets are left out. */
export function copyInode(inode: Inode, now: number): Inode | undefined {
  const { mode, uid, gid } = inode;
  if (inode.type === 'directory') {
    const copy = new DirectoryNode({ mode, uid, gid, mtime: now });
    copyEntries(inode, copy, now);
    return copy;
  }
  if (inode.type === 'symlink') return new SymlinkNode({ uid, gid, mtime: now }, inode.target);
  if (inode.type !== 'file') return undefined;
  const copy = new FileNode({ mode, uid, gid, mtime: inode.mtime }, inode.read());
  copy.program = inode.program;
  copy.apparentSize = inode.apparentSize;
  return copy;
}

/** Puts copies of all entries into a directory; directories that are there are filled up. */
export function copyEntries(from: DirectoryNode, to: DirectoryNode, now: number): void {
  for (const [name, inode] of from.entries()) {
    const there = to.lookup(name);
    if (inode.type === 'directory' && there instanceof DirectoryNode) copyEntries(inode, there, now);
    else {
      const copy = copyInode(inode, now);
      if (copy) to.add(name, copy);
    }
  }
}
