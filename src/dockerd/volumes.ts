/** Volumes of the driver `local`, and what a container's mounts are made of (moby volume/service, daemon/volumes.go). */
import { type CreateOptions, DockerError, type Filters, type MountPoint, type MountSpec, type Pruned, type Volume } from '../interfaces/docker.ts';
import { DirectoryNode, SymlinkNode } from '../linux/inode.ts';
import { treeEntries } from '../linux/tree-entries.ts';
import type { Engine } from './engine.ts';
import { parseBind } from './mount-specs.ts';
import { pruneFilter } from './prune-filter.ts';
import { type VolumeRecord, volumePath } from './state.ts';
import { checkOptions } from './volume-options.ts';

export class Volumes {
  readonly #engine: Engine;
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  list(): Volume[] {
    return [...this.#engine.state.volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((each) => this.#volume(each));
  }

  inspect(name: string): Volume {
    return this.#volume(this.#get(name));
  }

  create(name: string, labels: Readonly<Record<string, string>> = {}, options: Readonly<Record<string, string>> = {}): Volume {
    const { state, sim, now } = this.#engine;
    const chosen = name === '' ? sim.random.hex(64) : name;
    const old = state.volumes.get(chosen);
    if (old) return this.#volume(old);
    if (chosen.length === 1) throw new DockerError(400, `create ${chosen}: volume name is too short, names should be at least two alphanumeric characters`);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(chosen))
      throw new DockerError(
        400,
        `create ${chosen}: "${chosen}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
      );
    checkOptions(chosen, options);
    const given = Object.keys(options).length > 0 ? { options } : {};
    const record: VolumeRecord = { name: chosen, created: now, labels, anonymous: name === '', ...given };
    state.volumes.set(chosen, record);
    this.#engine.directory(volumePath(this.#engine.state, chosen));
    this.#engine.emit('volume', 'create', chosen, { driver: 'local' });
    return this.#volume(record);
  }

  remove(name: string, { force }: { readonly force: boolean }): void {
    if (force && !this.#engine.state.volumes.has(name)) return;
    this.#get(name);
    const users = this.users(name);
    if (users.length > 0) throw new DockerError(409, `remove ${name}: volume is in use - [${users.join(', ')}]`);
    this.#engine.state.volumes.delete(name);
    this.#engine.directory(`${this.#engine.state.root}/volumes`).remove(name);
    this.#engine.emit('volume', 'destroy', name, { driver: 'local' });
  }

  prune({ all: given, filters }: { readonly all: boolean; readonly filters?: Filters }): Pruned {
    const all = given || (filters ?? []).some(([key, value]) => key === 'all' && /^(true|1)$/.test(value));
    for (const [key] of filters ?? []) if (key === 'until') throw new DockerError(400, "invalid filter 'until'");
    const wanted = pruneFilter(filters, this.#engine.now, ['all']);
    const unused = [...this.#engine.state.volumes.values()].filter(
      ({ name, anonymous, labels, created }) => (all || anonymous) && wanted({ labels, created }) && this.users(name).length === 0,
    );
    const space = unused.reduce((sum, { name }) => sum + this.size(name), 0);
    for (const { name } of unused) this.remove(name, { force: true });
    return { deleted: unused.map(({ name }) => name), space };
  }

  users(name: string): string[] {
    return [...this.#engine.state.containers.values()].filter(({ mounts }) => mounts.some((mount) => mount.Name === name)).map(({ id }) => id);
  }

  size(name: string): number {
    const inode = this.#engine.files.find(volumePath(this.#engine.state, name));
    if (!inode) return 0;
    return [...treeEntries(inode, '')].reduce((sum, { type, content, size }) => sum + (type === 'file' ? (size ?? content?.length ?? 0) : 0), 0);
  }

  /** `-v`, `--mount` as `src:dst:mode`, and the image's VOLUMEs. A new volume is filled from the image. */
  mounts(options: CreateOptions, root: DirectoryNode): { readonly mounts: MountPoint[]; readonly anonymous: string[] } {
    const mounts: MountPoint[] = [];
    const anonymous: string[] = [];
    const add = (mount: MountPoint, asked: boolean): void => {
      if (asked && (Object.hasOwn(options.host.Tmpfs, mount.Destination) || taken.has(mount.Destination)))
        throw new DockerError(400, `Duplicate mount point: ${mount.Destination}`);
      if (asked) taken.add(mount.Destination);
      mounts.push(mount);
    };
    const taken = new Set<string>();
    const addVolume = (name: string, destination: string, given: Partial<MountSpec>, mode: string, asked = true): void => {
      const { DriverConfig = {}, Labels, NoCopy } = given.VolumeOptions ?? {};
      // --volume-driver is for -v and the image's volumes; --mount names its own.
      const byFlag = 'Mode' in given || !asked;
      const driver = DriverConfig.Name || (byFlag ? String(options.host.more?.['VolumeDriver'] ?? '') : '');
      if (!['', 'local'].includes(driver))
        throw new DockerError(404, `create ${name || this.#engine.sim.random.hex(64)}: error looking up volume plugin ${driver}: plugin "${driver}" not found`);
      const volume = this.create(name, Labels, DriverConfig.Options);
      if (name === '') anonymous.push(volume.Name);
      if (!NoCopy) this.#fill(volume.Name, root, destination);
      const place = { Type: 'volume' as const, Name: volume.Name, Source: volume.Mountpoint, Destination: destination, Driver: 'local' };
      add({ ...place, Mode: mode, RW: !given.ReadOnly, Propagation: '' }, asked);
    };
    for (const from of options.host.VolumesFrom) {
      const [other = '', mode = ''] = from.split(':');
      mounts.push(...this.#engine.container(other).mounts.map((mount) => (mode.split(',').includes('ro') ? { ...mount, Mode: mode, RW: false } : mount)));
    }
    for (const spec of [...options.host.Binds.map(parseBind), ...(options.host.Mounts ?? [])]) {
      const { Type, Source = '', Target = '', ReadOnly = false, BindOptions = {} } = spec;
      const mode = (spec as { readonly Mode?: string }).Mode ?? '';
      const destination = Target.replace(/(?<=.)\/+$/, '');
      if (Type === 'volume') {
        addVolume(Source, destination, spec, mode || 'z');
        continue;
      }
      if (Type === 'bind' && !this.#engine.files.exists(Source)) this.#engine.directory(Source);
      const Propagation = Type === 'bind' ? (BindOptions.Propagation ?? 'rprivate') : '';
      add({ Type: Type as 'bind' | 'tmpfs', Source, Destination: destination, Mode: mode, RW: !ReadOnly, Propagation }, true);
    }
    for (const destination of Object.keys(options.config.Volumes ?? {}))
      if (!mounts.some((mount) => mount.Destination === destination)) addVolume('', destination, {}, '', false);
    return { mounts, anonymous };
  }

  #fill(name: string, root: DirectoryNode, destination: string): void {
    if (this.#engine.state.volumes.get(name)?.options) return;
    const target = this.#engine.directory(volumePath(this.#engine.state, name));
    if (target.entries().length > 0) return;
    const source = destination
      .split('/')
      .filter(Boolean)
      .reduce<DirectoryNode | undefined>((at, part) => {
        const next = at?.lookup(part);
        return next instanceof DirectoryNode ? next : undefined;
      }, root);
    if (source) copyInto(source, target);
  }

  #get(name: string): VolumeRecord {
    const found = this.#engine.state.volumes.get(name);
    if (!found) throw new DockerError(404, `get ${name}: no such volume`);
    return found;
  }

  #volume({ name, created, labels, anonymous, options }: VolumeRecord): Volume {
    return {
      CreatedAt: `${new Date(created).toISOString().slice(0, 19)}Z`,
      Driver: 'local',
      Labels: anonymous ? { 'com.docker.volume.anonymous': '' } : Object.keys(labels).length > 0 ? labels : null,
      Mountpoint: volumePath(this.#engine.state, name),
      Name: name,
      Options: options ?? null,
      Scope: 'local',
    };
  }
}

/** Everything below a directory, to another one. */
function copyInto(source: DirectoryNode, target: DirectoryNode): void {
  Object.assign(target, { mode: source.mode, uid: source.uid, gid: source.gid });
  for (const [name, inode] of source.entries())
    if (inode.type === 'directory') {
      const below = new DirectoryNode(inode);
      target.add(name, below);
      copyInto(inode, below);
    } else if (inode.type === 'file') target.add(name, inode.copy());
    else if (inode.type === 'symlink') target.add(name, new SymlinkNode(inode, inode.target));
}
