/** Containers: metadata only; what runs is a task. */
import type { ContainerdContainer, ContainerdLabels } from '../interfaces/containerd.ts';
import type { OciSpec } from '../interfaces/oci.ts';
import { merged } from './content.ts';
import { type Context, checkIdentifier } from './context.ts';
import { alreadyExists, notFound } from './errors.ts';

/** Containers: metadata that a task can be made of. */
export class ContainerService {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  list(namespace: string): ContainerdContainer[] {
    return [...(this.#context.find(namespace)?.containers.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(namespace: string, id: string): ContainerdContainer {
    const container = this.#context.find(namespace)?.containers.get(id);
    if (!container) throw notFound(`container ${JSON.stringify(id)} in namespace ${JSON.stringify(namespace)}`);
    return container;
  }

  create(namespace: string, container: Omit<ContainerdContainer, 'createdAt' | 'updatedAt'>): ContainerdContainer {
    checkIdentifier(container.id, 'create container failed validation: container.ID: ');
    const { containers } = this.#context.namespace(namespace);
    if (containers.has(container.id)) throw alreadyExists(`container ${JSON.stringify(container.id)}`);
    const now = this.#context.now();
    const created = { ...container, createdAt: now, updatedAt: now };
    containers.set(container.id, created);
    this.#context.publish(namespace, '/containers/create', () => ({ id: container.id, image: container.image, runtime: { name: container.runtime.name } }));
    return created;
  }

  update(namespace: string, id: string, labels: ContainerdLabels, spec?: OciSpec): ContainerdContainer {
    const old = this.get(namespace, id);
    const updated = { ...old, ...(spec ? { spec } : {}), labels: merged(old.labels, labels), updatedAt: this.#context.now() };
    this.#context.namespace(namespace).containers.set(id, updated);
    this.#context.publish(namespace, '/containers/update', () => ({ id, labels: updated.labels }));
    return updated;
  }

  delete(namespace: string, id: string): void {
    this.get(namespace, id);
    this.#context.namespace(namespace).containers.delete(id);
    this.#context.publish(namespace, '/containers/delete', () => ({ id }));
  }
}
