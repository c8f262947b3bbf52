/** What of containerd can be looked at in the node's files. */

import { FileNode } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { DirectoryNode, GeneratedDirectory, type Inode } from '../linux/inode.ts';
import type { Context } from './context.ts';
import { overlayRoot } from './snapshots.ts';

/** /var/lib/containerd, where blobs and layers can be looked at. */
export function showStores(context: Context): void {
  const { files, meta, kernel } = context;
  const attributes = { mode: 0o755, uid: 0, gid: 0, mtime: kernel.sim.now };
  for (const path of [
    '/run/containerd/runc',
    '/run/containerd/s',
    '/run/containerd/fifo',
    '/run/netns',
    '/var/lib/containerd/io.containerd.snapshotter.v1.native',
    '/var/lib/containerd/tmpmounts',
  ])
    files.mkdir(path, { parents: true, mode: 0o711 });
  const blobs = '/var/lib/containerd/io.containerd.content.v1.content/blobs';
  const blobFile = (digest: string): FileNode | undefined => {
    const blob = meta.blobs.get(`sha256:${digest}`);
    if (!blob) return undefined;
    const file = new FileNode({ ...attributes, mode: 0o444 }, blob.text);
    file.apparentSize = blob.size;
    return file;
  };
  const blobDirectory = new GeneratedDirectory(
    attributes,
    () => [...meta.blobs.keys()].sort().map((digest) => [digest.slice(7), blobFile(digest.slice(7)) as Inode]),
    blobFile,
  );
  place(files, blobs, 'sha256', blobDirectory);
  place(files, overlayRoot, 'snapshots', new GeneratedDirectory({ ...attributes, mode: 0o700 }, () => snapshotDirectories(context)));
}

function place(files: FileSystem, above: string, name: string, directory: DirectoryNode): void {
  files.mkdir(above, { parents: true, mode: 0o711 });
  const parent = files.stat(above);
  if (parent.type === 'directory') parent.add(name, directory);
}

function snapshotDirectories(context: Context): [string, Inode][] {
  const found: [string, Inode][] = [];
  for (const namespace of context.meta.namespaces.values())
    for (const snapshot of namespace.snapshots.get('overlayfs')?.values() ?? []) {
      const directory = new DirectoryNode({ mode: 0o700, uid: 0, gid: 0, mtime: snapshot.createdAt });
      directory.add('fs', snapshot.layer);
      if (snapshot.kind === 'Active') directory.add('work', new DirectoryNode({ mode: 0o711, uid: 0, gid: 0, mtime: snapshot.createdAt }));
      found.push([String(snapshot.number), directory]);
    }
  return found.sort(([a], [b]) => Number(a) - Number(b));
}
/** The state that an earlier daemon left at a path, or a new one put there. */
export function findOrMake<T extends FileNode>(files: FileSystem, path: string, is: (inode: Inode) => inode is T, make: () => T): T {
  const found = files.find(path);
  if (found && is(found)) return found;
  files.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true, mode: 0o711 });
  if (found) files.unlink(path);
  const made = make();
  files.mknod(path, made);
  return made;
}
