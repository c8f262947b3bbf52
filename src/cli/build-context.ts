/** The files that a build is sent: a directory, without what .dockerignore names (buildkit client localDirs, moby patternmatcher). */

import type { FileSystem } from '../linux/file-system.ts';
import type { Inode } from '../linux/inode.ts';
import type { TreeEntry } from '../linux/tree-entries.ts';

/** Of a directory that is there. */
export function contextFiles(fs: FileSystem, root: string): TreeEntry[] {
  const ignored = ignore(fs.find(`${root}/.dockerignore`)?.type === 'file' ? fs.read(`${root}/.dockerignore`) : '');
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

/** Names, `*` within a name, `**`, and `!` to take back. */
function ignore(source: string): (path: string) => boolean {
  const rules = source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const like = (glob: string, value: string): boolean => {
    if (glob === '') return value === '';
    if (glob.startsWith('**')) return like(glob.slice(2).replace(/^\//, ''), value) || (value !== '' && like(glob, value.slice(1)));
    if (glob[0] === '*') return like(glob.slice(1), value) || (value !== '' && value[0] !== '/' && like(glob, value.slice(1)));
    return value !== '' && (glob[0] === value[0] || (glob[0] === '?' && value[0] !== '/')) && like(glob.slice(1), value.slice(1));
  };
  return (path) => {
    let out = false;
    for (const rule of rules) {
      const glob = rule.replace(/^!/, '').replace(/^\.?\/|\/$/g, '');
      const parts = path.split('/');
      if (parts.some((_, i) => like(glob, parts.slice(0, i + 1).join('/')))) out = !rule.startsWith('!');
    }
    return out;
  };
}
