/** Layers of images as trees of files: what every store of images does when it unpacks one. */
import type { Blob, LayerEntry } from '../interfaces/distribution.ts';
import { FileNode } from '../linux/file-node.ts';
import { DirectoryNode, type Inode, SymlinkNode } from '../linux/inode.ts';
import { OverlayDirectory } from '../linux/overlay.ts';

/** An unpacked layer weighs about this much more than its gzip. */
export const unpackedSize = (layer: Blob): number => Math.round(layer.size * 2.4);

/** A layer's tree by itself. */
export function layerDirectory(entries: readonly LayerEntry[], now: number): DirectoryNode {
  const root = new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: now });
  for (const entry of entries) if (entry.type !== 'whiteout') put(root, entry, now);
  return root;
}

/** The same entries over what lies below; symlinked directories of a lower layer (a merged /usr) are followed, as tar does when it unpacks. */
export function mergeLayer(below: DirectoryNode, layer: DirectoryNode, entries: readonly LayerEntry[], now: number): DirectoryNode {
  const root = new OverlayDirectory([below], layer);
  for (const entry of entries) {
    const { parent, name } = locate(root, entry.path, now);
    if (entry.type === 'whiteout') parent.remove(name);
    else put(root, entry, now);
  }
  return root;
}

function put(root: DirectoryNode, entry: LayerEntry, now: number): void {
  const { parent, name } = locate(root, entry.path, now);
  if (name === '') return;
  const existing = parent.lookup(name);
  if (entry.type === 'directory' && existing?.type === 'directory') return;
  parent.add(name, toInode(entry, now));
}

function toInode(entry: LayerEntry, now: number): Inode {
  const attributes = { mode: entry.mode ?? (entry.type === 'directory' ? 0o755 : 0o644), uid: entry.uid ?? 0, gid: entry.gid ?? 0, mtime: now };
  if (entry.type === 'directory') return new DirectoryNode(attributes);
  if (entry.type === 'symlink') return new SymlinkNode(attributes, entry.target ?? '');
  const file = new FileNode(attributes, entry.content ?? '');
  file.program = entry.program;
  file.apparentSize = entry.size;
  return file;
}

function locate(root: DirectoryNode, path: string, now: number): { readonly parent: DirectoryNode; readonly name: string } {
  const parts = path.split('/').filter(Boolean);
  const name = parts.pop() ?? '';
  let parent = root;
  for (const part of parts) {
    let next = parent.lookup(part);
    if (next?.type === 'symlink') {
      const target = locate(root, `${next.target}/.`, now);
      next = target.parent;
    }
    if (next?.type !== 'directory') {
      next = new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: now });
      parent.add(part, next);
    }
    parent = next;
  }
  return { parent, name };
}
