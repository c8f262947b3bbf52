/** What a node's container runtime says it runs. */
import { CriError, type CriServer } from '../interfaces/cri.ts';
import { Errno } from '../linux/errno.ts';
import type { ContainerView } from './cluster-view.ts';

/** `containers` fills while the runtime's lists are read. */
export type Sandbox = { readonly uid: string; readonly namespace: string; readonly name: string; readonly containers: ContainerView[] };

const states = { CONTAINER_CREATED: 'created', CONTAINER_RUNNING: 'running', CONTAINER_EXITED: 'exited', CONTAINER_UNKNOWN: 'unknown' } as const;

/** Sandboxes by id; undefined while the runtime does not answer. */
export function containersOf(cri: CriServer | undefined): ReadonlyMap<string, Sandbox> | undefined {
  if (!cri) return undefined;
  try {
    const sandboxes = new Map<string, Sandbox>();
    for (const { id, metadata, state } of cri.runtime.listPodSandbox({}))
      if (state === 'SANDBOX_READY') sandboxes.set(id, { uid: metadata.uid, namespace: metadata.namespace, name: metadata.name, containers: [] });
    for (const { podSandboxId, metadata, state } of cri.runtime.listContainers({}))
      sandboxes.get(podSandboxId)?.containers.push({ name: metadata.name, state: states[state], attempt: metadata.attempt });
    return sandboxes;
  } catch (error) {
    if (error instanceof CriError || error instanceof Errno) return undefined;
    throw error;
  }
}
