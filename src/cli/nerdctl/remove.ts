/** Removing a container and all that nerdctl keeps of it. */

import type { ContainerdContainer } from '../../interfaces/containerd.ts';
import { isMissing } from '../../interfaces/containerd.ts';
import type { Routine } from '../../sim/routine.ts';
import { type Context, NerdctlError } from './context.ts';
import { waitForLogger } from './find-logger.ts';
import { updateHosts } from './hosts.ts';
import { labels } from './labels.ts';
import { hostsDirectory, releaseName, removeTree, removeVolume, stateDirectory } from './store.ts';

type RemoveOptions = { readonly force?: boolean; readonly volumes?: boolean };

export function* removeContainer(context: Context, container: ContainerdContainer, { force = false, volumes = false }: RemoveOptions): Routine {
  const client = context.client();
  const { namespace } = context;
  const { id } = container;
  const task = client.tasks.list(namespace).find((each) => each.id === id);
  if (task) {
    const live = task.status !== 'STOPPED' && task.status !== 'CREATED';
    if (live && !force) throw new NerdctlError(`container ${id} is in ${task.status.toLowerCase()} status. unpause/stop container first or force removal`);
    if (live) {
      client.containers.update(namespace, id, { [labels.explicitlyStopped]: 'true' });
      if (task.status === 'PAUSED') client.tasks.resume(namespace, id);
      client.tasks.kill(namespace, id, 'SIGKILL', { all: true });
      yield* client.tasks.wait(namespace, id);
    }
    yield* waitForLogger(context, id);
    try {
      yield* client.tasks.delete(namespace, id);
    } catch (error) {
      if (!isMissing(error)) throw error; // Removed meanwhile, by --rm.
    }
  }
  forget(context, container, volumes);
}

function forget(context: Context, container: ContainerdContainer, volumes: boolean): void {
  const client = context.client();
  const { namespace } = context;
  const { id, labels: own } = container;
  try {
    client.containers.delete(namespace, id);
    client.snapshots.remove(namespace, container.snapshotter, container.snapshotKey);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  releaseName(context, own[labels.name] ?? '');
  removeTree(context, stateDirectory(context, id));
  removeTree(context, hostsDirectory(context, id));
  updateHosts(context.process.fs, hostsDirectory(context));
  if (volumes) for (const name of JSON.parse(own[labels.anonymousVolumes] ?? '[]') as string[]) removeVolume(context, name);
}
