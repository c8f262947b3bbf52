/** Container events for whoever asked for them: evented PLEG, and the lab's own graders. */
import type { ContainerEvent, PodSandboxMetadata } from '../interfaces/cri.ts';
import { Channel } from '../sim/channel.ts';

/** Tells all that listen. */
export class ContainerEvents {
  readonly #channels = new Set<Channel<ContainerEvent>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  subscribe(): Channel<ContainerEvent> {
    const channel = new Channel<ContainerEvent>();
    this.#channels.add(channel);
    return channel;
  }

  /** The daemon ends. */
  close(): void {
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }

  emit(type: ContainerEvent['type'], containerId: string, podSandboxMetadata: PodSandboxMetadata): void {
    for (const channel of this.#channels) if (!channel.push({ type, containerId, podSandboxMetadata, createdAt: this.#now() })) this.#channels.delete(channel);
  }
}
