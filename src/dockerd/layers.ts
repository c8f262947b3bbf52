/** What a container wrote above its image: for diff, commit and the builder; and images made of it. */
import { createHash } from 'node:crypto';
import type { Blob, ImageConfig, ImageManifest } from '../interfaces/containerd.ts';
import type { ArchiveEntry, Change } from '../interfaces/docker.ts';
import { DirectoryNode, type Inode, OverlayDirectory } from '../linux/inode.ts';
import { type Engine, moby, snapshotter } from './engine.ts';

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Places that the runtime mounts over: what is made there to mount upon is no change. */
const mountedOver = new Set(['/dev', '/proc', '/sys', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/secrets', '/.dockerenv']);

/** The upper layer of a snapshot as entries of a tar, whiteouts for what was deleted. */
export function* upperEntries(directory: DirectoryNode, hidden: ReadonlySet<string>, path = ''): Iterable<ArchiveEntry> {
  if (!(directory instanceof OverlayDirectory)) {
    for (const [name, inode] of directory.generated ? [] : directory.entries()) yield* ofInode(inode, `${path}/${name}`, hidden);
    return;
  }
  const { entries, hidden: removed } = directory.upper();
  for (const name of removed) if (!entries.has(name) && !hidden.has(`${path}/${name}`)) yield { path: `${path}/${name}`, type: 'whiteout' };
  for (const [name, inode] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) yield* ofInode(inode, `${path}/${name}`, hidden);
}

function* ofInode(inode: Inode, path: string, hidden: ReadonlySet<string>): Iterable<ArchiveEntry> {
  if (mountedOver.has(path) || hidden.has(path)) return;
  const common = { path, mode: inode.mode, uid: inode.uid, gid: inode.gid };
  if (inode.type === 'directory') {
    const below = [...upperEntries(inode, hidden, path)];
    // A directory of a lower layer that was only walked through is no change.
    if (below.length > 0 || !(inode instanceof OverlayDirectory)) yield { ...common, type: 'directory' };
    yield* below;
  } else if (inode.type === 'symlink') yield { ...common, type: 'symlink', target: inode.target };
  else if (inode.type === 'file') yield { ...common, type: 'file', ...fileContent(inode) };
}

const fileContent = (file: Extract<Inode, { type: 'file' }>): Partial<ArchiveEntry> => ({
  ...(file.program === undefined ? { content: file.read() } : { program: file.program }),
  ...(file.apparentSize === undefined ? {} : { size: file.apparentSize }),
});

/** A whole tree. */
export function* treeEntries(inode: Inode, path: string): Iterable<ArchiveEntry> {
  const common = { path, mode: inode.mode, uid: inode.uid, gid: inode.gid };
  if (inode.type === 'file') yield { ...common, type: 'file', ...fileContent(inode) };
  else if (inode.type === 'symlink') yield { ...common, type: 'symlink', target: inode.target };
  else if (inode.type === 'directory') {
    yield { ...common, type: 'directory' };
    for (const [name, child] of inode.entries()) yield* treeEntries(child, `${path === '/' ? '' : path}/${name}`);
  }
}

/** docker diff: A what is new, C what lay below already, D what has gone. */
export function changesOf(engine: Engine, id: string, parent: DirectoryNode | undefined, hidden: ReadonlySet<string>): Change[] {
  const root = rootOf(engine, id);
  return [...upperEntries(root, hidden)].map(({ path, type }) => ({
    Kind: type === 'whiteout' ? 'D' : parent && find(parent, path) ? 'C' : 'A',
    Path: path,
  }));
}

export function find(root: DirectoryNode, path: string): Inode | undefined {
  let at: Inode = root;
  for (const part of path.split('/').filter(Boolean)) {
    const next: Inode | undefined = at.type === 'directory' ? at.lookup(part) : undefined;
    if (!next) return undefined;
    at = next;
  }
  return at;
}

export function rootOf(engine: Engine, key: string): DirectoryNode {
  const directory = engine.containerd.snapshots.directory(moby, snapshotter, key);
  if (!(directory instanceof DirectoryNode)) throw new Error(`snapshot ${key} is no directory`);
  return directory;
}

const weight = (entries: readonly ArchiveEntry[]): number =>
  entries.reduce((sum, { content, size }) => sum + 180 + Math.round((size ?? content?.length ?? 0) * (size === undefined ? 0.5 : 0.42)), 110);

export type NewImage = {
  readonly parent: { readonly manifest: ImageManifest; readonly config: ImageConfig } | undefined;
  /** undefined: the image differs in its configuration only. */
  readonly entries: readonly ArchiveEntry[] | undefined;
  readonly config: ImageConfig['config'];
  readonly createdBy: string;
  readonly comment?: string;
  /** Milliseconds; now unless told: a step out of a cache is as old as it was. */
  readonly created?: number;
  /** Steps before this one that changed the configuration only. */
  readonly before?: readonly string[];
};

/** Writes layer, config and manifest to containerd's content; returns the manifest's descriptor. */
export function writeImage(engine: Engine, image: NewImage): { readonly digest: string; readonly size: number; readonly mediaType: string } {
  const created = new Date(image.created ?? engine.now).toISOString();
  const { parent, entries } = image;
  const layer = entries === undefined ? undefined : layerBlob(entries);
  const quiet = (image.before ?? []).map((createdBy) => ({
    created,
    created_by: createdBy,
    ...(image.comment ? { comment: image.comment } : {}),
    empty_layer: true,
  }));
  const history = { created, created_by: image.createdBy, ...(image.comment ? { comment: image.comment } : {}), ...(layer ? {} : { empty_layer: true }) };
  const config = jsonBlob(types.config, {
    architecture: 'amd64',
    config: image.config,
    created,
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [...(parent?.config.rootfs.diff_ids ?? []), ...(layer ? [sha256(`tar:${layer.text}`)] : [])] },
    history: [...(parent?.config.history ?? []), ...quiet, history],
  });
  const descriptor = ({ mediaType, digest, size }: Blob) => ({ mediaType, digest, size });
  const layers = [...(parent?.manifest.layers ?? []), ...(layer ? [descriptor(layer)] : [])];
  const manifest = jsonBlob(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config: descriptor(config), layers });
  const refs = Object.fromEntries(
    [['config', config.digest], ...layers.map(({ digest }, i) => [`l.${i}`, digest])].map(([name, digest]) => [
      `containerd.io/gc.ref.content.${name}`,
      digest as string,
    ]),
  );
  const { content } = engine.containerd;
  if (layer) content.write(moby, layer);
  content.write(moby, config);
  content.write(moby, manifest, refs);
  return descriptor(manifest);
}

function layerBlob(entries: readonly ArchiveEntry[]): Blob {
  const text = JSON.stringify(entries);
  return { digest: sha256(text), mediaType: types.layer, size: weight(entries), text };
}

function jsonBlob(mediaType: string, value: object): Blob {
  const text = JSON.stringify(value);
  return { digest: sha256(text), mediaType, size: text.length, text };
}
