/** nerdctl's state on disk, below /var/lib/nerdctl/<hash>: names, volumes, what it remembers of a container (pkg/namestore, pkg/mountutil/volumestore). */
import type { DirectoryNode, Inode } from '../../linux/inode.ts';
import { type Context, NerdctlError } from './context.ts';

/** What does not stand in labels: published ports (pkg/containerutil network-config.json). */
export type PortMapping = { readonly HostPort: number; readonly ContainerPort: number; readonly Protocol: string; readonly HostIP: string };

/** One container's. */
export const stateDirectory = (context: Context, id: string): string => `${context.dataStore}/containers/${context.namespace}/${id}`;
/** The json-file driver's. */
export const logPath = (context: Context, id: string): string => `${stateDirectory(context, id)}/${id}-json.log`;
/** Without an id that of the namespace. */
export const hostsDirectory = (context: Context, id = ''): string => `${context.dataStore}/etchosts/${context.namespace}${id === '' ? '' : `/${id}`}`;
const namesDirectory = (context: Context): string => `${context.dataStore}/names/${context.namespace}`;

/** Takes a name for a container; throws when another one has it. */
export function acquireName(context: Context, name: string, id: string): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) || name.length > 76)
    throw new NerdctlError(
      `name-store error\nidentifier ${JSON.stringify(name)} must match pattern ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$: invalid argument`,
    );
  const { fs } = context.process;
  const directory = namesDirectory(context);
  fs.mkdir(directory, { parents: true, mode: 0o700 });
  const path = `${directory}/${name}`;
  const owner = fs.exists(path) ? fs.read(path) : undefined;
  if (owner !== undefined && owner !== '')
    throw new NerdctlError(`name-store error\nname ${JSON.stringify(name)} is already used by ID ${JSON.stringify(owner)}`);
  fs.write(path, id, { mode: 0o600 });
}

/** No error where nobody had it. */
export function releaseName(context: Context, name: string): void {
  const path = `${namesDirectory(context)}/${name}`;
  if (name !== '' && context.process.fs.exists(path)) context.process.fs.unlink(path);
}

/** None where nothing was published. */
export function readPorts(context: Context, id: string): readonly PortMapping[] {
  const path = `${stateDirectory(context, id)}/network-config.json`;
  if (!context.process.fs.exists(path)) return [];
  return (JSON.parse(context.process.fs.read(path)) as { readonly portMappings?: readonly PortMapping[] }).portMappings ?? [];
}

/** Removes a tree. */
export function removeTree(context: Context, path: string): void {
  const { fs } = context.process;
  const inode = fs.find(path, false);
  if (!inode) return;
  if (inode.type !== 'directory') return fs.unlink(path);
  for (const [name] of fs.list(path)) removeTree(context, `${path}/${name}`);
  fs.rmdir(path);
}

// ── volumes ──

/** `directory` holds its files. */
export type Volume = { readonly name: string; readonly directory: string; readonly labels: Readonly<Record<string, string>>; readonly createdAt: number };

const volumesDirectory = (context: Context): string => `${context.dataStore}/volumes/${context.namespace}`;

/** Sorted as the folder is. */
export function listVolumes(context: Context): Volume[] {
  const root = volumesDirectory(context);
  const { fs } = context.process;
  if (!fs.isDirectory(root)) return [];
  return fs.list(root).flatMap(([name, inode]) => (inode.type === 'directory' ? [volume(context, name)] : []));
}

/** undefined where it is not there. */
export const findVolume = (context: Context, name: string): Volume | undefined =>
  context.process.fs.isDirectory(`${volumesDirectory(context)}/${name}`) ? volume(context, name) : undefined;

/** Makes a volume, or gives the one that is there. */
export function createVolume(context: Context, name: string, labels: Readonly<Record<string, string>>): Volume {
  const { fs } = context.process;
  const directory = `${volumesDirectory(context)}/${name}`;
  fs.mkdir(`${directory}/_data`, { parents: true, mode: 0o755 });
  if (Object.keys(labels).length > 0) fs.write(`${directory}/volume.json`, JSON.stringify({ labels }));
  return volume(context, name);
}

/** With all its files. */
export const removeVolume = (context: Context, name: string): void => removeTree(context, `${volumesDirectory(context)}/${name}`);

function volume(context: Context, name: string): Volume {
  const { fs } = context.process;
  const path = `${volumesDirectory(context)}/${name}`;
  const file = `${path}/volume.json`;
  const labels = fs.exists(file) ? ((JSON.parse(fs.read(file)) as { labels?: Record<string, string> }).labels ?? {}) : {};
  return { name, directory: `${path}/_data`, labels, createdAt: fs.stat(path).mtime };
}

/** The bytes below a directory. */
export function sizeOf(directory: DirectoryNode): number {
  const own = (inode: Inode): number => (inode.type === 'directory' ? sizeOf(inode) : inode.size);
  return directory.entries().reduce((sum, [, inode]) => sum + own(inode), 0);
}
