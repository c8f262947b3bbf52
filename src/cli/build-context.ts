/** The files that a build is sent: a directory, without what .dockerignore names (buildkit client localDirs, moby patternmatcher). */

import { ignoring } from '../interfaces/dockerfile-copy.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Inode } from '../linux/inode.ts';
import type { TreeEntry } from '../linux/tree-entries.ts';

/** Of a directory that is there. */
export function contextFiles(fs: FileSystem, root: string): TreeEntry[] {
  const ignored = ignoring(fs.find(`${root}/.dockerignore`)?.type === 'file' ? fs.read(`${root}/.dockerignore`) : '');
  return [...tree(fs.stat(root), '')].filter((entry) => !ignored(entry.path) || entry.path === 'Dockerfile' || entry.path === '.dockerignore');
}

/** Everything below an inode, with relative paths. */
export function* tree(inode: Inode, path: string): Iterable<TreeEntry> {
  const common = { path, mode: inode.mode, uid: inode.uid, gid: inode.gid };
  if (inode.type === 'symlink') yield { ...common, type: 'symlink', target: inode.target };
  else if (inode.type === 'file')
    yield {
      ...common,
      type: 'file',
      ...(inode.program === undefined ? { content: inode.read() } : { program: inode.program }),
      ...(inode.apparentSize === undefined ? {} : { size: inode.apparentSize }),
    };
  else if (inode.type === 'directory') {
    if (path !== '') yield { ...common, type: 'directory' };
    for (const [name, child] of inode.entries()) yield* tree(child, path === '' ? name : `${path}/${name}`);
  }
}
