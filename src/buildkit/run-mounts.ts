/** RUN --mount: places on the machine that a command sees for as long as it runs (buildkit solver/llbsolver/mounts, executor/stubs.go). */
import { layerDirectory } from '../cri/layers.ts';
import { type ArchiveEntry, BuildError, type BuildImage, type BuildWorker, type StepMount } from '../interfaces/buildkit.ts';
import { type Instruction, parseRunMount, type RunMount, substitute } from '../interfaces/dockerfile.ts';
import { FileNode } from '../linux/file-node.ts';
import { DirectoryNode, type Inode } from '../linux/inode.ts';
import { OverlayDirectory, usageOf } from '../linux/overlay.ts';
import { findIn } from '../linux/tree-entries.ts';
import { own } from '../sim/own.ts';
import { Condition, type Routine, waitFor } from '../sim/routine.ts';
import { hostOf } from './host.ts';
import { cacheEntry, digestOf, missingSource } from './state.ts';

/** What `from` means, and what the client gave. */
export type MountSources = {
  readonly context: readonly ArchiveEntry[];
  readonly secrets: Readonly<Record<string, string>>;
  /** `key` tells all that led to the image. */
  readonly source: (from: string) => { readonly image: BuildImage | undefined; readonly key: string };
};

/** Of one instruction, variables put in. Throws BuildError. */
export const mountsOf = ({ flags }: Instruction, variables: ReadonlyMap<string, string>): RunMount[] =>
  (flags['mount'] ?? '')
    .split('\n')
    .filter(Boolean)
    .map((each) => parseRunMount(substitute(each, variables)));

/** What of the mounts decides whether a step is the same: never what a secret or a cache holds. */
export const identityOf = (mounts: readonly RunMount[], { context, source }: MountSources): unknown[] =>
  mounts.map((mount) => {
    if (mount.type !== 'bind') return mount;
    const below = mount.source.replace(/^\/+|\/+$/g, '');
    return [mount, mount.from === '' ? context.filter(({ path }) => below === '' || path === below || path.startsWith(`${below}/`)) : source(mount.from).key];
  });

/** The cache mounts of a worker, and who has them at the moment. */
export class CacheMounts {
  readonly #worker: BuildWorker;
  readonly #held = new Map<string, number>();
  readonly #freed = new Condition();

  constructor(worker: BuildWorker) {
    this.#worker = worker;
  }

  get directory(): string {
    return `${this.#worker.machine.directory}/cachemounts`;
  }

  /** `locked` waits for others, `private` takes another one. */
  *take({ id, sharing }: RunMount): Routine<string> {
    const busy = (key: string): boolean => (this.#held.get(key) ?? 0) > 0;
    const keyOf = (number: number): string => digestOf(['cachemount', id, number]);
    let number = 0;
    if (sharing === 'locked') while (busy(keyOf(0))) yield* waitFor(this.#freed);
    if (sharing === 'private') while (busy(keyOf(number))) number++;
    const key = keyOf(number);
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    return key;
  }

  give(key: string, description: string): void {
    this.#held.set(key, (this.#held.get(key) ?? 1) - 1);
    this.#freed.notify();
    const { cache } = this.#worker;
    const now = this.#worker.now();
    const size = usageOf(childOf(this.#worker, this.directory, key) ?? new FileNode({ mode: 0, uid: 0, gid: 0, mtime: 0 })).bytes;
    const known = cache.get(key);
    cache.set(key, { ...(known ?? cacheEntry(now, description, [])), size, lastUsedAt: now, usageCount: (known?.usageCount ?? 0) + 1 });
  }

  /** Nothing is kept any more. */
  clear(): void {
    const found = hostOf(this.#worker).files.find(this.directory);
    if (found?.type === 'directory') for (const [name] of found.entries()) found.remove(name);
  }
}

const childOf = (worker: BuildWorker, directory: string, name: string): Inode | undefined => {
  const found = hostOf(worker).files.find(directory);
  return found?.type === 'directory' ? found.lookup(name) : undefined;
};

type Ready = { readonly mounts: readonly StepMount[]; readonly env: readonly string[] };
type Where = { readonly worker: BuildWorker; readonly caches: CacheMounts; readonly sources: MountSources; readonly workdir: string; readonly command: string };

/** Lays everything out, runs, and takes it away again. */
export function* withMounts<T>(where: Where, mounts: readonly RunMount[], work: (ready: Ready) => Routine<T>): Routine<T> {
  const { worker, caches } = where;
  const { files, sim } = hostOf(worker);
  const undo: (() => void)[] = [];
  const env: string[] = [];
  const ready: StepMount[] = [];
  const lay = (directory: string, name: string, inode: Inode): string => {
    files.mkdir(directory, { parents: true, mode: 0o700 });
    files.mknod(`${directory}/${name}`, inode);
    return `${directory}/${name}`;
  };
  try {
    for (const mount of mounts) {
      const { type, readonly } = mount;
      if (type === 'ssh' && mount.required) throw new BuildError(`no SSH key ${JSON.stringify(mount.id || 'default')} forwarded from the client`);
      if (type === 'ssh') continue;
      const target = type === 'secret' ? mount.target || `/run/secrets/${(mount.source || mount.id).split('/').pop()}` : mount.target;
      const destination = absolute(target, where.workdir);
      if (destination === '/') throw new BuildError(`invalid mount target ${JSON.stringify(destination)}`);
      if (type === 'tmpfs') {
        ready.push({ destination, readonly, size: mount.size });
        continue;
      }
      if (type === 'cache') {
        const key = yield* caches.take({ ...mount, id: mount.id || mount.target });
        undo.push(() => caches.give(key, `cached mount ${destination} from exec ${where.command}`));
        const source = `${caches.directory}/${key}`;
        if (!files.exists(source)) lay(caches.directory, key, initial(where, mount));
        ready.push({ destination, source, readonly, size: 0 });
        continue;
      }
      const inode = type === 'secret' ? secretOf(where, mount, env) : boundOf(where, mount);
      if (!inode) continue;
      const directory = `${worker.machine.directory}/mounts`;
      const name = sim.random.hex(16);
      ready.push({ destination, source: lay(directory, name, inode), readonly: readonly && type === 'bind', size: 0 });
      undo.push(() => {
        const found = files.find(directory);
        if (found?.type === 'directory') found.remove(name);
      });
    }
    return yield* work({ mounts: ready, env });
  } finally {
    for (const each of undo) each();
  }
}

const absolute = (path: string, workdir: string): string =>
  `/${(path.startsWith('/') ? path : `${workdir}/${path}`)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

/** A file, or only a variable. */
function secretOf({ worker, sources }: Where, { source, id, target, required, env, ...owner }: RunMount, variables: string[]): FileNode | undefined {
  const name = source || id || (target.split('/').pop() ?? '');
  const value = own(sources.secrets, name);
  if (value === undefined && required) throw new BuildError(`secret ${name}: not found`);
  if (value === undefined) return undefined;
  if (env !== undefined) variables.push(`${env || name}=${value}`);
  return env !== undefined && target === ''
    ? undefined
    : new FileNode({ mode: owner.mode ?? 0o400, uid: owner.uid ?? 0, gid: owner.gid ?? 0, mtime: worker.now() }, value);
}

/** What a writer leaves there is thrown away. */
function boundOf({ worker, sources }: Where, mount: RunMount): Inode {
  const found = treeOf(worker, sources, mount);
  if (!found) throw missingSource('RUN', mount.source.replace(/^\/+/, ''));
  return found.type === 'directory' ? new OverlayDirectory([found], found) : found.type === 'file' && !mount.readonly ? found.copy() : found;
}

function initial({ worker, sources }: Where, mount: RunMount): Inode {
  const { mode = 0o755, uid = 0, gid = 0 } = mount;
  const found = mount.from === '' ? undefined : treeOf(worker, sources, mount);
  const attributes = { mode, uid, gid, mtime: worker.now() };
  return found?.type === 'directory' ? new OverlayDirectory([found], attributes) : new DirectoryNode(attributes);
}

function treeOf(worker: BuildWorker, { context, source }: MountSources, mount: RunMount): Inode | undefined {
  const image = mount.from === '' ? undefined : source(mount.from).image;
  const root = mount.from === '' ? layerDirectory(context, worker.now()) : image && worker.root(image);
  return root instanceof DirectoryNode ? findIn(root, mount.source) : undefined;
}

/** What was made only to mount upon is taken away again. */
export function withoutStubs(entries: readonly ArchiveEntry[], mounts: readonly StepMount[]): ArchiveEntry[] {
  const stub = (path: string): boolean => mounts.some(({ destination }) => destination === path || destination.startsWith(`${path}/`));
  const kept = entries.filter(({ path }) => !mounts.some(({ destination }) => destination === path || path.startsWith(`${destination}/`)));
  return kept.filter(({ path, type }) => type !== 'directory' || !stub(path) || kept.some((other) => other.path.startsWith(`${path}/`) && !stub(other.path)));
}
