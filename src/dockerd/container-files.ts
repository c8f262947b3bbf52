/** The files of containers: cp, diff, export, commit. */

import { writeTar } from '../apimachinery/tar.ts';
import type { ImageConfig } from '../interfaces/containerd.ts';
import { type ArchiveEntry, type Change, type DockerApi, DockerError } from '../interfaces/docker.ts';
import { applyChanges } from '../interfaces/dockerfile.ts';
import { isErrno } from '../linux/errno.ts';
import { executableText, FileNode } from '../linux/file-node.ts';
import { FileSystem } from '../linux/file-system.ts';
import { daemonUser } from '../linux/file-user.ts';
import { DirectoryNode } from '../linux/inode.ts';
import { MountNamespace } from '../linux/mounts.ts';
import { treeEntries, upperEntries } from '../linux/tree-entries.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { asDockerErrors } from './build-errors.ts';
import { type Engine, moby, snapshotter } from './engine.ts';
import { danglingPrefix, type ImageStore } from './image-store.ts';
import { changesOf, rootOf, writeImage } from './layers.ts';
import { parseReference } from './reference.ts';
import type { Container } from './state.ts';

type Api = DockerApi['containers'];

export class ContainerFiles {
  protected readonly engine: Engine;
  protected readonly store: ImageStore;

  constructor(engine: Engine, store: ImageStore) {
    this.engine = engine;
    this.store = store;
  }

  changes(id: string): Change[] {
    const container = this.engine.container(id);
    const image = this.store.find(container.imageId);
    const parent = image ? this.engine.containerd.snapshots.directory(moby, snapshotter, image.chain) : undefined;
    return changesOf(this.engine, container.id, parent instanceof DirectoryNode ? parent : undefined);
  }

  pathInfo(id: string, path: string): 'file' | 'directory' | undefined {
    const inode = this.#files(this.engine.container(id)).find(path);
    return inode && (inode.type === 'directory' ? 'directory' : 'file');
  }

  getArchive(id: string, path: string, follow = false): ReturnType<Api['getArchive']> {
    const container = this.engine.container(id);
    const files = this.#files(container);
    const inode = files.find(path, follow || path.endsWith('/'));
    if (!inode) throw new DockerError(404, `Could not find the file ${path} in container ${id}`);
    this.engine.emitContainer('archive-path', container);
    const entries = [...treeEntries(inode, '')].map((entry) => (entry.path === '' ? entry : { ...entry, path: entry.path.slice(1) }));
    return { name: path.replace(/\/+$/, '').split('/').pop() ?? '', directory: inode.type === 'directory', entries };
  }

  putArchive(id: string, path: string, entries: readonly ArchiveEntry[]): void {
    const container = this.engine.container(id);
    if (container.host.ReadonlyRootfs) throw new DockerError(403, 'container rootfs is marked read-only');
    try {
      writeEntries(this.#files(container), path, entries);
      this.engine.emitContainer('extract-to-dir', container);
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new DockerError(404, `Could not find the file ${path} in container ${id}`);
    }
  }

  export(id: string): string {
    this.engine.emitContainer('export', this.engine.container(id));
    const entries = [...treeEntries(rootOf(this.engine, this.engine.container(id).id), '/')];
    return writeTar(
      entries
        .filter(({ path }) => path !== '/')
        .map((entry) => (entry.program === undefined ? entry : { ...entry, content: executableText(entry.program, entry.size) })),
      this.engine.now,
    );
  }

  *commit(id: string, options: Parameters<Api['commit']>[1]): Routine<string> {
    const container = this.engine.container(id);
    yield* sleep(this.engine.sim.random.between(40, 80));
    const image = this.store.find(container.imageId);
    const { config } = container;
    const base: ImageConfig['config'] = {
      ...(config.User === '' ? {} : { User: config.User }),
      ...(Object.keys(config.ExposedPorts).length > 0 ? { ExposedPorts: config.ExposedPorts } : {}),
      Env: config.Env,
      ...(config.Entrypoint ? { Entrypoint: config.Entrypoint } : {}),
      ...(config.Cmd ? { Cmd: config.Cmd } : {}),
      ...(config.WorkingDir === '' ? {} : { WorkingDir: config.WorkingDir }),
      ...(Object.keys(config.Labels).length > 0 ? { Labels: config.Labels } : {}),
      ...(config.StopSignal === undefined ? {} : { StopSignal: config.StopSignal }),
    };
    const target = writeImage(this.engine, {
      parent: image,
      entries: [...upperEntries(rootOf(this.engine, container.id))],
      config: asDockerErrors(() => applyChanges(base, options.changes)),
      createdBy: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].join(' '),
      comment: options.message,
      author: options.author,
    });
    const full = options.reference === '' ? `${danglingPrefix}${target.digest}` : parseReference(options.reference).full;
    this.store.name(full, target);
    yield* this.engine.containerd.snapshots.unpack(moby, snapshotter, full);
    this.engine.emitContainer('commit', container, { imageID: target.digest });
    return target.digest;
  }

  protected sizeOf(container: Container): number {
    return this.engine.containerd.snapshots.usage(moby, snapshotter, container.id).size;
  }

  /** The container's files as its processes see them, mounts included. */
  #files(container: Container): FileSystem {
    const running = this.engine.kernel.processes.get(container.pid)?.namespaces.mount;
    const namespace = running ?? new MountNamespace(rootOf(this.engine, container.id), this.engine.kernel.disk);
    if (!running)
      for (const { Source, Destination, Type } of container.mounts) {
        const root = Type === 'tmpfs' ? undefined : this.engine.files.find(Source);
        if (root) namespace.mount({ path: Destination, root, source: Source, type: 'ext4', options: [] });
      }
    return new FileSystem(namespace, daemonUser(this.engine));
  }
}

/** Puts the files of an archive below a directory. */
function writeEntries(files: FileSystem, base: string, entries: readonly ArchiveEntry[]): void {
  for (const entry of entries) {
    const path = `${base.replace(/\/$/, '')}/${entry.path.replace(/^\//, '')}`.replace(/(.)\/+$/, '$1');
    if (entry.type === 'directory') {
      if (!files.isDirectory(path)) files.mkdir(path, { parents: true, mode: entry.mode ?? 0o755 });
      continue;
    }
    if (entry.type === 'whiteout') continue;
    const above = path.slice(0, path.lastIndexOf('/'));
    if (above !== '') files.mkdir(above, { parents: true });
    if (files.find(path, false)) files.unlink(path);
    const attributes = { mode: entry.mode ?? 0o644, uid: entry.uid ?? 0, gid: entry.gid ?? 0, mtime: 0 };
    if (entry.type === 'symlink') files.symlink(entry.target ?? '', path);
    else if (entry.program !== undefined) {
      const file = new FileNode(attributes);
      file.program = entry.program;
      file.apparentSize = entry.size;
      files.mknod(path, file);
    } else {
      files.write(path, entry.content ?? '');
      const inode = files.stat(path);
      Object.assign(inode, { mode: attributes.mode, uid: attributes.uid, gid: attributes.gid });
      if (inode instanceof FileNode && entry.size !== undefined) inode.apparentSize = entry.size;
    }
  }
}
