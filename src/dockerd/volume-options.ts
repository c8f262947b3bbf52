/** Options of the driver `local`: a volume that is a mount while somebody uses it (moby volume/local/local_unix.go). */
import { DockerError } from '../interfaces/docker.ts';
import { Tmpfs } from '../linux/disk.ts';
import { DirectoryNode } from '../linux/inode.ts';
import type { Engine } from './engine.ts';
import { type Container, volumePath } from './state.ts';

type Options = Readonly<Record<string, string>>;

/** Throws DockerError for options that cannot be. */
export function checkOptions(name: string, options: Options): void {
  const wrong = (why: string): DockerError => new DockerError(400, `create ${name}: ${why}`);
  const all = Object.keys(options);
  const odd = all.find((each) => !['type', 'o', 'device', 'size'].includes(each));
  if (odd !== undefined) throw wrong(`invalid option: ${JSON.stringify(odd)}`);
  const missing = all.includes('size') ? undefined : ['device', 'type'].find((each) => all.length > 0 && !all.includes(each));
  if (missing !== undefined) throw wrong(`missing required option: ${JSON.stringify(missing)}`);
  if (all.includes('size')) throw wrong('quota size requested but no quota support');
}

/** Of all volumes of a container that starts. */
export function mountVolumes(engine: Engine, { mounts }: Container): void {
  for (const { Name = '' } of mounts) {
    const options = engine.state.volumes.get(Name)?.options;
    const path = volumePath(engine.state, Name);
    const { mount } = engine.kernel.host;
    if (!options || mount.mounts.has(path)) continue;
    const given = (options['o'] ?? '').split(',').filter(Boolean);
    const { type = '', device = '' } = options;
    mount.mount({ path, root: rootOf(engine, path, { type, device, given }), source: device, type: type === 'tmpfs' ? 'tmpfs' : 'ext4', options: given });
  }
}

function rootOf(engine: Engine, path: string, { type, device, given }: { readonly type: string; readonly device: string; readonly given: readonly string[] }) {
  const option = (key: string): string | undefined => given.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1);
  if (type === 'tmpfs') {
    const root = new DirectoryNode({
      mode: Number.parseInt(option('mode') ?? '1777', 8),
      uid: Number(option('uid') ?? 0),
      gid: Number(option('gid') ?? 0),
      mtime: engine.now,
    });
    root.disk = new Tmpfs(given, engine.kernel.memoryBytes);
    return root;
  }
  if (!given.some((each) => /^r?bind$/.test(each))) throw new DockerError(501, `k8s-lab: a volume of type ${type} is not simulated`);
  const found = engine.files.find(device);
  if (found?.type === 'directory') return found;
  const flags = given.includes('rbind') ? '0x5000' : '0x1000';
  throw new DockerError(
    500,
    `error while mounting volume '${path}': failed to mount local volume: mount ${device}:${path}, flags: ${flags}: ${found ? 'not a directory' : 'no such file or directory'}`,
  );
}

/** Of a container that has ended: what nobody else uses goes, and with it what a tmpfs held. */
export function unmountVolumes(engine: Engine, { mounts }: Container): void {
  for (const { Name = '' } of mounts) {
    const others = [...engine.state.containers.values()].some((each) => each.pid !== 0 && each.mounts.some((mount) => mount.Name === Name));
    const path = volumePath(engine.state, Name);
    if (!others && engine.state.volumes.get(Name)?.options && engine.kernel.host.mount.mounts.has(path)) engine.kernel.host.mount.unmount(path);
  }
}
