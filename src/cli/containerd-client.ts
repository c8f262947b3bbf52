/** What clients of containerd make alike: ctr and nerdctl. */
import { moment } from '../apimachinery/go-units.ts';
import { type ContainerdApi, type ContainerdContainer, ContainerdError } from '../interfaces/containerd.ts';
import type { Process } from '../linux/process.ts';
import { forwardedSignals } from './streams.ts';

type Client = { readonly process: Process; readonly namespace: string; client(): ContainerdApi };

/** ^C goes to the task. */
export function forwardSignals(context: Client, id: string): void {
  for (const signal of forwardedSignals)
    context.process.onSignal(signal, () => {
      try {
        context.client().tasks.kill(context.namespace, id, signal);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error; // It has ended by itself.
      }
    });
}

/** A container as Go's encoding/json writes it (containerd core/containers). */
export const containerJson = (container: ContainerdContainer): object => ({
  ID: container.id,
  Labels: Object.fromEntries(Object.entries(container.labels).sort(([a], [b]) => (a < b ? -1 : 1))),
  Image: container.image,
  Runtime: { Name: container.runtime.name, Options: { type_url: 'containerd.runc.v1.Options' } },
  SnapshotKey: container.snapshotKey,
  Snapshotter: container.snapshotter,
  CreatedAt: moment(container.createdAt),
  UpdatedAt: moment(container.updatedAt),
  Extensions: {},
  SandboxID: container.sandboxId ?? '',
  Spec: container.spec,
});
