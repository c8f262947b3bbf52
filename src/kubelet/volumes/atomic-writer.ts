import type { FileSystem } from '../../linux/file-system.ts';

export type FileProjection = { readonly text: string; readonly mode: number };
export type Payload = ReadonlyMap<string, FileProjection>;

/**
 * Writes a set of files so that readers see the old set or the new one, never half of it: a new timestamped directory, then one rename
 * of `..data` (kubernetes pkg/volume/util/atomic_writer.go).
 */
export function writeAtomically(fs: FileSystem, directory: string, payload: Payload, now: number, nanos: number): void {
  if (!fs.exists(directory)) fs.mkdir(directory, { parents: true, mode: 0o777 });
  const stamp = `..${new Date(now).toISOString().slice(0, 19).replace(/[-T:]/g, '_')}.${String(nanos).padStart(9, '0')}`;
  const current = fs.find(`${directory}/..data`, false);
  const before = current?.type === 'symlink' ? current.target : undefined;
  fs.mkdir(`${directory}/${stamp}`, { mode: 0o755 });
  for (const [path, { text, mode }] of payload) {
    const full = `${directory}/${stamp}/${path}`;
    if (path.includes('/')) fs.mkdir(full.slice(0, full.lastIndexOf('/')), { parents: true, mode: 0o755 });
    fs.write(full, text, { mode: mode & 0o777 });
    if ((mode & 0o022) !== 0) fs.chmod(full, mode & 0o777);
  }
  if (before === undefined) fs.symlink(stamp, `${directory}/..data`);
  else {
    fs.symlink(stamp, `${directory}/..data_tmp`);
    fs.rename(`${directory}/..data_tmp`, `${directory}/..data`);
  }
  const visible = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of visible) if (fs.find(`${directory}/${name}`, false) === undefined) fs.symlink(`..data/${name}`, `${directory}/${name}`);
  if (before === undefined) return;
  for (const [name, inode] of fs.list(directory))
    if (!name.startsWith('..') && inode.type === 'symlink' && !visible.has(name)) fs.unlink(`${directory}/${name}`);
  removeTree(fs, `${directory}/${before}`);
}

/** rm -rf. */
export function removeTree(fs: FileSystem, path: string): void {
  const inode = fs.find(path, false);
  if (!inode) return;
  if (inode.type !== 'directory') return fs.unlink(path);
  for (const [name] of fs.list(path)) removeTree(fs, `${path}/${name}`);
  fs.rmdir(path);
}
