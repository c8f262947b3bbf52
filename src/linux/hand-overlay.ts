/** An overlay that somebody mounts: what is written shows in the folder that was named as its upper one. */
import { type Attributes, DirectoryNode, type Inode, SpecialNode } from './inode.ts';
import { OverlayDirectory } from './overlay.ts';

/** What stands in the upper folder for a name that was deleted: a character device 0/0. */
const whiteout = (inode: Inode | undefined): boolean => inode?.type === 'character' && inode instanceof SpecialNode && inode.device === 'whiteout';

/** Merges folders: the upper one, made once something is written, over the lower ones in their order. */
export class HandOverlay extends OverlayDirectory {
  readonly #upper: (make: boolean) => DirectoryNode | undefined;
  readonly #below: readonly DirectoryNode[];
  readonly #merged = new Map<string, HandOverlay>();

  /** Without an upper folder nothing can be written: its mount is read-only. */
  constructor(upper: (make: boolean) => DirectoryNode | undefined, below: readonly DirectoryNode[], attributes: Attributes) {
    super([], attributes);
    this.#upper = upper;
    this.#below = below;
  }

  override lookup(name: string): Inode | undefined {
    const upper = this.#upper(false)?.lookup(name);
    if (whiteout(upper)) return undefined;
    if (upper && upper.type !== 'directory') return upper;
    const found: DirectoryNode[] = [];
    for (const below of this.#below) {
      const inode = below.lookup(name);
      if (inode === undefined) continue;
      if (inode.type !== 'directory') {
        if (found.length === 0 && !upper) return inode;
        break;
      }
      found.push(inode);
    }
    if (upper && found.length === 0) return upper;
    if (found.length === 0) return undefined;
    let merged = this.#merged.get(name);
    if (!merged) {
      merged = new HandOverlay((make) => this.#folder(name, make), found, upper ?? (found[0] as DirectoryNode));
      this.#merged.set(name, merged);
    }
    return merged;
  }

  #folder(name: string, make: boolean): DirectoryNode | undefined {
    const parent = this.#upper(make);
    const own = parent?.lookup(name);
    if (own?.type === 'directory' || !make || !parent) return own?.type === 'directory' ? own : undefined;
    const { mode, uid, gid, mtime } = this.#merged.get(name) ?? this;
    const folder = new DirectoryNode({ mode, uid, gid, mtime });
    parent.add(name, folder);
    return folder;
  }

  override entries(): [string, Inode][] {
    const names = new Set([this.#upper(false), ...this.#below].flatMap((each) => each?.entries().map(([name]) => name) ?? []));
    return [...names]
      .sort((a, b) => (a < b ? -1 : 1))
      .flatMap((name) => {
        const inode = this.lookup(name);
        return inode ? [[name, inode] as [string, Inode]] : [];
      });
  }

  override add(name: string, inode: Inode): void {
    this.#merged.delete(name);
    this.#upper(true)?.add(name, inode);
    this.touched();
  }

  override remove(name: string): void {
    const upper = this.#upper(true);
    const { mtime, uid, gid } = this;
    this.#merged.delete(name);
    upper?.remove(name);
    if (this.#below.some((below) => below.lookup(name))) upper?.add(name, new SpecialNode('character', { mode: 0, uid, gid, mtime }, 'whiteout'));
    this.touched();
  }

  override owns(name: string): boolean {
    const upper = this.#upper(false)?.lookup(name);
    return upper !== undefined && !whiteout(upper);
  }

  override copyUp(name: string): Inode | undefined {
    const found = this.lookup(name);
    if (found?.type !== 'file' || this.owns(name)) return found;
    const copy = found.copy();
    this.#upper(true)?.add(name, copy);
    return copy;
  }
}
