/** OCI bundles: the directory from which a shim has runc make a container. */
import type { ContainerdContainer } from '../interfaces/containerd.ts';
import { FileNode, JsonFile } from '../linux/file-node.ts';
import { DirectoryNode } from '../linux/inode.ts';
import type { Context } from './context.ts';
import type { SnapshotService } from './snapshots.ts';

/** Where runtimes find the bundles of tasks, below the namespace. */
export const bundles = '/run/containerd/io.containerd.runtime.v2.task';

/** Makes the bundle of a container, its root filesystem mounted. */
export function makeBundle(context: Context, snapshots: SnapshotService, namespace: string, container: ContainerdContainer): string {
  const { kernel, files } = context;
  const parent = `${bundles}/${namespace}`;
  if (!files.exists(parent)) files.mkdir(parent, { parents: true, mode: 0o711 });
  const bundle = `${parent}/${container.id}`;
  const snapshot = container.snapshotKey === '' ? undefined : snapshots.get(namespace, container.snapshotter, container.snapshotKey);
  const attributes = { mode: 0o700, uid: 0, gid: 0, mtime: context.now() };
  const file = (content: string): FileNode => new FileNode({ ...attributes, mode: 0o644 }, content);
  const directory = new DirectoryNode(attributes);
  directory.add('config.json', new JsonFile({ ...attributes, mode: 0o644 }, () => container.spec));
  directory.add('log', file(''));
  directory.add('log.json', file(''));
  directory.add('rootfs', new DirectoryNode({ ...attributes, mode: 0o755 }));
  directory.add('runtime', file(container.runtime.name));
  directory.add('work', new DirectoryNode(attributes));
  const above = files.stat(parent);
  if (above.type === 'directory') above.add(container.id, directory);
  if (snapshot) kernel.host.mount.mount({ path: `${bundle}/rootfs`, root: snapshot.root, source: 'overlay', type: 'overlay', options: ['rw', 'relatime'] });
  return bundle;
}

/** With the task its bundle goes. */
export function removeBundle(context: Context, namespace: string, id: string): void {
  const parent = `${bundles}/${namespace}`;
  context.kernel.host.mount.unmount(`${parent}/${id}/rootfs`);
  const above = context.files.find(parent);
  if (above?.type === 'directory') above.remove(id);
}
