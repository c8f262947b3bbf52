/** A tree of files as a list of entries, as a tar holds it: what an overlay's upper layer says, or all that there is. */
import type { DirectoryNode, Inode } from './inode.ts';
import { OverlayDirectory } from './overlay.ts';

/** Structurally the LayerEntry of interfaces/distribution.ts, which this folder may not import. */
export type TreeEntry = {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'whiteout';
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly content?: string;
  readonly program?: string;
  readonly target?: string;
  readonly size?: number;
};

/** Places that the runtime mounts over: what is made there to mount upon is no change. */
const mountedOver = new Set(['/dev', '/proc', '/sys', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/secrets', '/.dockerenv']);

/** The upper layer of a snapshot as entries of a tar, whiteouts for what was deleted. */
export function* upperEntries(directory: DirectoryNode, path = ''): Iterable<TreeEntry> {
  if (!(directory instanceof OverlayDirectory)) {
    for (const [name, inode] of directory.generated ? [] : directory.entries()) yield* ofInode(inode, `${path}/${name}`);
    return;
  }
  const { entries, hidden: removed } = directory.upper();
  for (const name of removed) if (!entries.has(name)) yield { path: `${path}/${name}`, type: 'whiteout' };
  for (const [name, inode] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) yield* ofInode(inode, `${path}/${name}`);
}

function* ofInode(inode: Inode, path: string): Iterable<TreeEntry> {
  if (mountedOver.has(path)) return;
  const common = { path, mode: inode.mode, uid: inode.uid, gid: inode.gid };
  if (inode.type === 'directory') {
    const below = [...upperEntries(inode, path)];
    // A directory of a lower layer that was only walked through is no change.
    if (below.length > 0 || !(inode instanceof OverlayDirectory)) yield { ...common, type: 'directory' };
    yield* below;
  } else if (inode.type === 'symlink') yield { ...common, type: 'symlink', target: inode.target };
  else if (inode.type === 'file') yield { ...common, type: 'file', ...fileContent(inode) };
}

const fileContent = (file: Extract<Inode, { type: 'file' }>): Partial<TreeEntry> => ({
  ...(file.program === undefined ? { content: file.read() } : { program: file.program }),
  ...(file.apparentSize === undefined ? {} : { size: file.apparentSize }),
});

/** A whole tree. */
export function* treeEntries(inode: Inode, path: string): Iterable<TreeEntry> {
  const common = { path, mode: inode.mode, uid: inode.uid, gid: inode.gid };
  if (inode.type === 'file') yield { ...common, type: 'file', ...fileContent(inode) };
  else if (inode.type === 'symlink') yield { ...common, type: 'symlink', target: inode.target };
  else if (inode.type === 'directory') {
    yield { ...common, type: 'directory' };
    for (const [name, child] of inode.entries()) yield* treeEntries(child, `${path === '/' ? '' : path}/${name}`);
  }
}

/** What lies at a path of a tree, links not followed. */
export function findIn(root: DirectoryNode, path: string): Inode | undefined {
  let at: Inode = root;
  for (const part of path.split('/').filter(Boolean)) {
    const next: Inode | undefined = at.type === 'directory' ? at.lookup(part) : undefined;
    if (!next) return undefined;
    at = next;
  }
  return at;
}
