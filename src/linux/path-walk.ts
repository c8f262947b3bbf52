/** From a path to an inode: kernel fs/namei.c. */
import { Errno, type ErrnoCode } from './errno.ts';
import { type FileUser, permits } from './file-user.ts';
import { type DirectoryNode, type Inode, OwnNode } from './inode.ts';
import type { MountNamespace } from './mounts.ts';

/** Where a path leads: the last name's folder is always there, its inode perhaps not. `path` is absolute without links, `readonly` the mount's. */
export type Resolved = {
  readonly inode: Inode | undefined;
  readonly parent: DirectoryNode;
  readonly name: string;
  readonly path: string;
  readonly readonly: boolean;
};

/** What is walked, and whose permissions count. */
type View = { readonly namespace: MountNamespace; readonly user: FileUser };

const maxLinks = 40;
/** In steps of the engine: see Sim.toil. */
const walkSteps = 0.2;
const lettersPerStep = 1_000;
const maxName = 255;

/** Joins and cleans a path: `//`, `.`, `..` (textually). */
export function resolvePath(cwd: string, path: string): string {
  // Most are clean already.
  if (path.charCodeAt(0) === 0x2f && path.length > 1 && !/\/\/|\/\.\.?(?:\/|$)|\/$/.test(path)) return path;
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/**
 * Walks a path: mounts, links, permissions. The last name need not exist, everything before it must. `soft`: undefined in place of an error, whose
 * making costs more than the walk. Most of what the lab does passes here: no garbage.
 */
export function walk(view: View, path: string, follow: boolean, soft: boolean): Resolved | undefined {
  view.user.toil?.(walkSteps + path.length / lettersPerStep);
  return step(view, path, path.startsWith('/') ? path : `${view.user.cwd}/${path}`, follow, soft, 0);
}

/** `asked` is what the program said, for errors; `path` is absolute. */
function step(view: View, asked: string, path: string, follow: boolean, soft: boolean, links: number): Resolved | undefined {
  if (links > maxLinks) return failed('ELOOP', asked, soft);
  const { namespace, user } = view;
  const superuser = user.credentials.uid === 0;
  const rootMount = namespace.mounts.size > 0 ? namespace.mounts.get('/') : undefined;
  let inode: Inode = rootMount?.root ?? namespace.root;
  let readonly = rootMount?.options.includes('ro') ?? namespace.readonlyRoot;
  let parent = inode as DirectoryNode;
  let start = 1;
  while (start < path.length) {
    const slash = path.indexOf('/', start);
    const end = slash < 0 ? path.length : slash;
    const name = path.slice(start, end);
    if (inode.type !== 'directory') return failed('ENOTDIR', asked, soft);
    if (name === '' || name === '.') return step(view, asked, `${path.slice(0, start - 1)}${path.slice(end)}` || '/', follow, soft, links);
    if (name === '..') {
      // What stands before was walked and holds no link: its parent is found in the text.
      const above = path.slice(0, start - 1);
      return step(view, asked, `${above.slice(0, Math.max(0, above.lastIndexOf('/')))}${path.slice(end)}` || '/', follow, soft, links);
    }
    if (name.length > maxName) return failed('ENAMETOOLONG', asked, soft);
    if (!superuser && !permits(user.credentials, inode, 1)) return failed('EACCES', asked, soft);
    const mount = namespace.mayMount(name) ? namespace.mounts.get(path.slice(0, end)) : undefined;
    let next: Inode | undefined = mount?.root ?? inode.lookup(name);
    if (next?.type === 'symlink' && next instanceof OwnNode) next = (next as OwnNode<FileUser>).of(user);
    if (next?.type === 'symlink' && (follow || !onlySlashes(path, end))) {
      const link = next.target === '<self>' ? (user.self ?? 'self') : next.target;
      return step(view, asked, `${link.startsWith('/') ? link : `${path.slice(0, start)}${link}`}${path.slice(end)}`, follow, soft, links + 1);
    }
    if (!next) {
      if (!onlySlashes(path, end)) return failed('ENOENT', asked, soft);
      return { inode: undefined, parent: inode, name, path: path.slice(0, end), readonly };
    }
    if (mount) readonly = mount.options.includes('ro');
    parent = inode;
    inode = next;
    start = end + 1;
  }
  const full = path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : path;
  return { inode, parent, name: full.slice(full.lastIndexOf('/') + 1), path: full, readonly };
}

function failed(code: ErrnoCode, path: string, soft: boolean): undefined {
  if (!soft) throw new Errno(code, path);
  return undefined;
}

/** Whether nothing but `/` and `.` follows: the name before is the last one. */
function onlySlashes(path: string, from: number): boolean {
  for (let i = from; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    if (unit === 0x2f) continue;
    // A lone `.` between slashes names nothing new.
    if (unit === 0x2e && (i + 1 >= path.length || path.charCodeAt(i + 1) === 0x2f) && (i === from || path.charCodeAt(i - 1) === 0x2f)) continue;
    return false;
  }
  return true;
}
