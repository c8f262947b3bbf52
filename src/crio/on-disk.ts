/** What of containers/storage can be looked at in the node's files. */
import { directoryAt } from '../cri/pod-files.ts';
import { JsonFile } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { DirectoryNode, GeneratedDirectory, type Inode } from '../linux/inode.ts';
import { graphRoot, type StorageState } from './storage.ts';

/** Makes containers/storage's files, which say what is stored at the moment they are read. */
export function showStorage(files: FileSystem, state: StorageState, now: number): void {
  const attributes = { mode: 0o700, uid: 0, gid: 0, mtime: now };
  const json = (value: () => unknown): JsonFile => new JsonFile({ ...attributes, mode: 0o600 }, value);
  const root = directoryAt(files, graphRoot, now, 0o700);
  const date = (ms: number): string => new Date(ms).toISOString().replace('Z', '000000Z');
  const generated = (list: () => [string, Inode][]): DirectoryNode => new GeneratedDirectory(attributes, list);
  root.add(
    'overlay',
    generated(() => [
      ...[...state.layers.values()].map(({ id, own, created, parent }): [string, Inode] => [id, layerFolder(own, created, parent === '')]),
      ...[...state.containers.values()].map(({ layer, root: merged, created }): [string, Inode] => [layer, layerFolder(merged, created, false, merged)]),
    ]),
  );
  const layers = (): unknown => [
    ...[...state.layers.values()].map(({ id, parent, created, size }) => ({
      id,
      ...(parent === '' ? {} : { parent }),
      created: date(created),
      'diff-size': size,
    })),
    ...[...state.containers.values()].map(({ layer, image, created }) => ({ id: layer, parent: state.images.get(image)?.layer, created: date(created) })),
  ];
  root.add(
    'overlay-layers',
    generated(() => [['layers.json', json(layers)]]),
  );
  const images = (): unknown =>
    [...state.images.values()].map(({ id, digests, names, layer, created }) => ({
      id,
      digest: digests[0]?.split('@')[1],
      names: [...names, ...digests],
      layer,
      created: date(created),
    }));
  root.add(
    'overlay-images',
    generated(() => [
      ['images.json', json(images)],
      ...[...state.images.values()].map(({ id, manifest, config }): [string, Inode] => {
        const folder = new DirectoryNode(attributes);
        folder.add(
          'manifest',
          json(() => JSON.parse(manifest)),
        );
        folder.add(
          `=${Buffer.from(`sha256:${id}`).toString('base64')}`,
          json(() => config),
        );
        return [id, folder];
      }),
    ]),
  );
  const containers = (): unknown =>
    [...state.containers.values()].map(({ id, name, image, layer, created }) => ({
      id,
      names: [name, ...(name.startsWith('k8s_POD_') ? [id] : [])],
      image,
      layer,
      created: date(created),
    }));
  directoryAt(files, `${graphRoot}/overlay-containers`, now, 0o700).add('containers.json', json(containers));
}

function layerFolder(diff: DirectoryNode, mtime: number, lowest: boolean, merged?: DirectoryNode): DirectoryNode {
  const folder = new DirectoryNode({ mode: 0o700, uid: 0, gid: 0, mtime });
  folder.add('diff', diff);
  if (!lowest) folder.add('work', new DirectoryNode({ mode: 0o700, uid: 0, gid: 0, mtime }));
  if (merged) folder.add('merged', new DirectoryNode({ mode: 0o700, uid: 0, gid: 0, mtime }));
  return folder;
}
