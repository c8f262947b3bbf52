/** What a container wrote above its image: for diff, commit and the builder; and images made of it. */
import type { Descriptor } from '../interfaces/containerd.ts';
import type { Change } from '../interfaces/docker.ts';
import { type NewImage, newImage } from '../interfaces/new-image.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { findIn, upperEntries } from '../linux/tree-entries.ts';
import { type Engine, moby, snapshotter } from './engine.ts';

/** docker diff: A what is new, C what lay below already, D what has gone. */
export function changesOf(engine: Engine, id: string, parent: DirectoryNode | undefined): Change[] {
  const root = rootOf(engine, id);
  return [...upperEntries(root)].map(({ path, type }) => ({
    Kind: type === 'whiteout' ? 'D' : parent && findIn(parent, path) ? 'C' : 'A',
    Path: path,
  }));
}

/** A container's file system with its image below; `key` is the container's id or a snapshot's key. */
export function rootOf(engine: Engine, key: string): DirectoryNode {
  const directory = engine.containerd.snapshots.directory(moby, snapshotter, key);
  if (!(directory instanceof DirectoryNode)) throw new Error(`snapshot ${key} is no directory`);
  return directory;
}

/** Writes layer, config and manifest to containerd's content; returns the manifest's descriptor. */
export function writeImage(engine: Engine, image: NewImage): Descriptor {
  const { blobs, target } = newImage(image, engine.now);
  for (const { blob, labels } of blobs) engine.containerd.content.write(moby, blob, labels);
  return target;
}
