/** What the parts of dockerd share: the node, containerd's namespace `moby`, the state on disk, events. */
import { type ContainerdApi, ContainerdError } from '../interfaces/containerd.ts';
import { DockerError, type DockerEvent } from '../interfaces/docker.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { DirectoryNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from '../linux/process.ts';
import { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import type { DaemonConfig } from './config.ts';
import type { Container, DockerState, NetworkRecord } from './state.ts';

/** dockerd's namespace of containerd. */
export const moby = 'moby';
/** dockerd's choice for all its containers. */
export const snapshotter = 'overlayfs';

/** Handed to every part; it does nothing by itself. */
export class Engine {
  readonly sim: Sim;
  readonly kernel: Kernel;
  /** dockerd itself. */
  readonly daemon: Process;
  readonly files: FileSystem;
  readonly state: DockerState;
  /** A release before 23: images are known by their config's digest, and messages are other ones. */
  readonly old: boolean;
  /** daemon.json as it was last read. */
  config: DaemonConfig;
  readonly #containerd: () => ContainerdApi;
  readonly #recent: DockerEvent[] = [];
  readonly #subscribers = new Set<Channel<DockerEvent>>();

  constructor(parts: Pick<Engine, 'sim' | 'kernel' | 'daemon' | 'files' | 'state' | 'config' | 'old'> & { readonly containerd: () => ContainerdApi }) {
    this.sim = parts.sim;
    this.kernel = parts.kernel;
    this.daemon = parts.daemon;
    this.files = parts.files;
    this.state = parts.state;
    this.old = parts.old;
    this.config = parts.config;
    this.#containerd = parts.containerd;
  }

  get now(): number {
    return this.kernel.now;
  }

  /** containerd as it listens now; throws DockerError while it does not. */
  get containerd(): ContainerdApi {
    return this.#containerd();
  }

  /** By id, name or the beginning of an id; `before` stands before the error when there is none. */
  container(text: string, before = ''): Container {
    const name = text.replace(/^\//, '');
    const { containers } = this.state;
    const exact = containers.get(name) ?? [...containers.values()].find((each) => each.name === name);
    if (exact) return exact;
    const near = /^[0-9a-f]+$/.test(name) ? [...containers.values()].filter(({ id }) => id.startsWith(name)) : [];
    if (near.length > 1) throw new DockerError(400, `multiple IDs found with provided prefix: ${name}`);
    if (!near[0]) throw new DockerError(404, `${before}No such container: ${text}`);
    return near[0];
  }

  network(text: string): NetworkRecord {
    const found = this.findNetwork(text);
    if (!found) throw new DockerError(404, `network ${text} not found`);
    return found;
  }

  /** By name, by id, or by the only id that begins so. */
  findNetwork(text: string): NetworkRecord | undefined {
    const all = [...this.state.networks.values()];
    const near = all.filter(({ id }) => text !== '' && id.startsWith(text));
    return all.find(({ name, id }) => name === text || id === text) ?? (near.length === 1 ? near[0] : undefined);
  }

  /** A directory with its parents. */
  directory(path: string, mode = 0o755): DirectoryNode {
    this.files.mkdir(path, { parents: true, mode });
    const found = this.files.stat(path);
    if (!(found instanceof DirectoryNode)) throw new DockerError(500, `mkdir ${path}: not a directory`);
    return found;
  }

  get recentEvents(): readonly DockerEvent[] {
    return [...this.#recent];
  }

  subscribe(): Channel<DockerEvent> {
    const channel = new Channel<DockerEvent>();
    this.#subscribers.add(channel);
    return channel;
  }

  closeSubscribers(): void {
    for (const channel of this.#subscribers) channel.close();
    this.#subscribers.clear();
  }

  emit(type: DockerEvent['Type'], action: string, id: string, attributes: Readonly<Record<string, string>> = {}): void {
    const event: DockerEvent = { Type: type, Action: action, Actor: { ID: id, Attributes: attributes }, timeNano: this.now * 1e6 };
    this.#recent.push(event);
    // daemon/events: the last 256 are kept for who asks later.
    if (this.#recent.length > 256) this.#recent.shift();
    for (const channel of this.#subscribers) if (!channel.push(event)) this.#subscribers.delete(channel);
  }

  emitContainer(action: string, container: Container, more: Readonly<Record<string, string>> = {}): void {
    this.emit('container', action, container.id, { ...container.config.Labels, ...more, image: container.image, name: container.name });
  }
}

/** containerd's message where it is one of its errors; other errors are bugs of the lab and go on. */
export function containerdText(error: unknown): string {
  if (error instanceof ContainerdError) return error.message;
  throw error;
}

/** Whether the kernel has killed one of its processes for memory, the first or another, as the task's group counts them. */
export function wasOomKilled({ containerd }: Engine, { id }: Container): boolean {
  try {
    return containerd.tasks.get(moby, id).oomKilled === true;
  } catch (error) {
    containerdText(error);
    return false;
  }
}
