/** What all of containerd's services share. */
import { ContainerdError, type ContainerdEvent, identifierProblem } from '../interfaces/containerd.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Channel } from '../sim/channel.ts';
import type { Sim } from '../sim/sim.ts';
import { type MetaState, type NamespaceState, newNamespace, type RunState } from './state.ts';

/** What containerd's services share: the machine, and what lies on its disk. */
export class Context {
  readonly kernel: Kernel;
  /** Ends with the daemon. */
  readonly sim: Sim;
  readonly files: FileSystem;
  readonly meta: MetaState;
  readonly run: RunState;
  readonly #subscribers = new Set<Channel<ContainerdEvent>>();

  constructor(parts: { readonly kernel: Kernel; readonly sim: Sim; readonly files: FileSystem; readonly meta: MetaState; readonly run: RunState }) {
    this.kernel = parts.kernel;
    this.sim = parts.sim;
    this.files = parts.files;
    this.meta = parts.meta;
    this.run = parts.run;
  }

  readonly now = (): number => this.kernel.now;

  find(namespace: string): NamespaceState | undefined {
    return this.meta.namespaces.get(namespace);
  }

  /** Made on first use. */
  namespace(name: string): NamespaceState {
    let found = this.meta.namespaces.get(name);
    if (!found) {
      checkIdentifier(name);
      found = newNamespace();
      this.meta.namespaces.set(name, found);
    }
    return found;
  }

  /** `event` is only made when somebody listens. */
  publish(namespace: string, topic: string, event: () => Readonly<Record<string, unknown>>): void {
    if (this.#subscribers.size === 0) return;
    const message = { timestamp: this.kernel.now, namespace, topic, event: event() };
    for (const channel of this.#subscribers) if (!channel.push(message)) this.#subscribers.delete(channel);
  }

  subscribe(channel: Channel<ContainerdEvent>): void {
    this.#subscribers.add(channel);
  }

  closeSubscribers(): void {
    for (const channel of this.#subscribers) channel.close();
    this.#subscribers.clear();
  }
}

/** identifiers.Validate. */
export function checkIdentifier(name: string, before = ''): void {
  const problem = identifierProblem(name);
  if (problem !== undefined) throw new ContainerdError('invalid argument', `${before}${problem}`);
}
