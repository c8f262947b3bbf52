/** overlayfs: a container's own layer over those of its image (kernel Documentation/filesystems/overlayfs.rst). */
import type { FileNode } from './file-node.ts';
import { type Attributes, DirectoryNode, type Inode } from './inode.ts';

/**
 * Lower directories under an upper one. Nothing is copied until it is written: looking up a lower directory makes a
 * merged one, and a lower file is shared until `copyUp`. Lower layers are never changed.
 */
export class OverlayDirectory extends DirectoryNode {
  readonly #lowers: readonly DirectoryNode[];
  readonly #hidden = new Set<string>();

  constructor(lowers: readonly DirectoryNode[], attributes: Attributes) {
    super(attributes);
    this.#lowers = lowers;
  }

  override lookup(name: string): Inode | undefined {
    const own = this.own.get(name);
    if (own) return own;
    if (this.#hidden.has(name)) return undefined;
    return this.#lower(name);
  }

  override entries(): [string, Inode][] {
    const all = new Map<string, Inode>();
    for (const lower of this.#lowers)
      for (const [name] of lower.entries()) if (!this.#hidden.has(name) && !all.has(name)) all.set(name, this.lookup(name) as Inode);
    for (const [name, inode] of this.own) all.set(name, inode);
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  override add(name: string, inode: Inode): void {
    this.#hidden.delete(name);
    super.add(name, inode);
  }

  override remove(name: string): void {
    this.#hidden.add(name);
    super.remove(name);
  }

  /** Whether a name stands in the overlay itself, not only in a layer below. */
  owns(name: string): boolean {
    return this.own.has(name);
  }

  /** Makes a shared lower file the overlay's own before it is changed; returns what to change. */
  copyUp(name: string): Inode | undefined {
    const own = this.own.get(name);
    if (own) return own;
    const lower = this.lookup(name);
    if (lower?.type !== 'file') return lower;
    const copy = lower.copy();
    this.own.set(name, copy);
    return copy;
  }

  /** What was written above the lower layers: the size of a container's own layer. Directories that were only walked through do not count. */
  upperUsage(): { readonly bytes: number; readonly inodes: number } {
    let bytes = 0;
    let inodes = this.#hidden.size;
    for (const inode of this.own.values()) {
      const below = usageOf(inode);
      bytes += below.bytes;
      inodes += below.inodes;
    }
    return { bytes, inodes };
  }

  /** The directory's own entries and the names it hides: what `commit` makes a layer of. */
  upper(): { readonly entries: ReadonlyMap<string, Inode>; readonly hidden: ReadonlySet<string> } {
    return { entries: this.own, hidden: this.#hidden };
  }

  #lower(name: string): Inode | undefined {
    const found: DirectoryNode[] = [];
    for (const lower of this.#lowers) {
      const inode = lower.lookup(name);
      if (inode === undefined) continue;
      if (inode.type !== 'directory') {
        if (found.length === 0) return inode;
        break;
      }
      found.push(inode);
    }
    const top = found[0];
    if (!top) return undefined;
    const merged = new OverlayDirectory(found, top);
    this.own.set(name, merged);
    return merged;
  }
}

/** Every file that was written above the lower layers. */
export function* writtenFiles(directory: DirectoryNode): Iterable<FileNode> {
  const entries = directory instanceof OverlayDirectory ? directory.upper().entries : directory.generated ? [] : directory.entries();
  for (const [, inode] of entries) {
    if (inode.type === 'directory') yield* writtenFiles(inode);
    else if (inode.type === 'file') yield inode;
  }
}

/** What lies below an inode, itself counted; of an overlay only its own layer. */
export function usageOf(inode: Inode): { readonly bytes: number; readonly inodes: number } {
  if (inode.type !== 'directory') return { bytes: inode.size, inodes: 1 };
  if (inode instanceof OverlayDirectory) {
    const below = inode.upperUsage();
    return below.inodes === 0 ? below : { bytes: below.bytes + inode.size, inodes: below.inodes + 1 };
  }
  let bytes = inode.size;
  let inodes = 1;
  if (!inode.generated)
    for (const [, child] of inode.entries()) {
      const below = usageOf(child);
      bytes += below.bytes;
      inodes += below.inodes;
    }
  return { bytes, inodes };
}
