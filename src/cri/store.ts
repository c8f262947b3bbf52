/** What a CRI server knows of its sandboxes and containers; it outlives the daemon. */
import type { Container, ContainerFilter, Labels, PodSandbox, PodSandboxFilter } from '../interfaces/cri.ts';
import type { CriContainer, Sandbox } from './records.ts';

/** All that a server knows; names that are taken stand with the id that has them. */
export class CriStore {
  readonly sandboxes = new Map<string, Sandbox>();
  readonly containers = new Map<string, CriContainer>();
  readonly sandboxNames = new Map<string, string>();
  readonly containerNames = new Map<string, string>();

  /** By id or the beginning of it. */
  sandbox(id: string): Sandbox | undefined {
    return byId(this.sandboxes, id);
  }

  /** By id or the beginning of it. */
  container(id: string): CriContainer | undefined {
    return byId(this.containers, id);
  }

  /** ListPodSandbox. */
  listSandboxes({ id, state, labelSelector }: PodSandboxFilter = {}): PodSandbox[] {
    const one = id ? this.sandbox(id) : undefined;
    if (id && !one) return [];
    const found: PodSandbox[] = [];
    for (const { listed } of one ? [one] : this.sandboxes.values()) {
      if (state !== undefined && listed.state !== state) continue;
      if (hasLabels(listed.labels, labelSelector)) found.push(listed);
    }
    return found;
  }

  /** ListContainers. */
  listContainers({ id, podSandboxId, state, labelSelector }: ContainerFilter = {}): Container[] {
    const one = id ? this.container(id) : undefined;
    const sandbox = podSandboxId ? this.sandbox(podSandboxId) : undefined;
    if ((id && !one) || (podSandboxId && !sandbox)) return [];
    const found: Container[] = [];
    for (const container of one ? [one] : this.containers.values()) {
      if (sandbox && container.sandbox !== sandbox) continue;
      if (state !== undefined && container.state !== state) continue;
      if (hasLabels(container.config.labels ?? {}, labelSelector)) found.push(container.listed);
    }
    return found;
  }
}

/** By id or a prefix of it that fits only one. */
export function byId<T>(records: ReadonlyMap<string, T>, id: string): T | undefined {
  const exact = records.get(id);
  if (exact !== undefined || id.length >= 64 || id === '') return exact;
  let found: T | undefined;
  for (const [key, record] of records)
    if (key.startsWith(id)) {
      if (found !== undefined) return undefined;
      found = record;
    }
  return found;
}

/** Whether labels fit a selector. */
export function hasLabels(labels: Labels, wanted: Labels | undefined): boolean {
  if (wanted === undefined) return true;
  for (const [key, value] of Object.entries(wanted)) if (labels[key] !== value) return false;
  return true;
}
