/** What is cleared away behind the pods: kubernetes pkg/kubelet/kubelet_pods.go HandlePodCleanups, kuberuntime_gc.go, pod_container_deletor.go. */
import { type ContainerStatus, CriError } from '../interfaces/cri.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import type { Context } from './context.ts';
import { podDirectory } from './pod.ts';
import { destroyOrphanCgroup } from './pod-cgroup.ts';
import type { Pleg } from './runtime/pleg.ts';
import { containerName, isRunning, labelNames, type RuntimePod } from './runtime/runtime-pod.ts';
import { removeTree } from './volumes/atomic-writer.ts';

type KnownPods = {
  /** All sources of pods have been read once. */
  ready(): boolean;
  isKnown(uid: string): boolean;
  contentShouldBeRemoved(uid: string): boolean;
};

const housekeepingPeriod: Milliseconds = 2_000;
const gcPeriod: Milliseconds = 60_000;
/** Dead containers that are kept of each container of a pod, for `kubectl logs --previous`. */
const containersToKeep = 1;

export class Housekeeping {
  readonly #context: Context;
  readonly #pleg: Pleg;
  readonly #known: KnownPods;
  readonly #wanted = new Condition();
  readonly #gcWanted = new Condition();
  readonly #killing = new Set<string>();
  #dirty = true;
  #gcDirty = true;
  /** Pods' directories that are to go; undefined until those of an earlier life have been looked for. */
  #directories: Set<string> | undefined;
  readonly #gone = new Set<string>();

  constructor(context: Context, pleg: Pleg, known: KnownPods) {
    this.#context = context;
    this.#pleg = pleg;
    this.#known = known;
  }

  start(): void {
    const { sim } = this.#context;
    sim.go(
      this.#periodically(
        housekeepingPeriod,
        this.#wanted,
        () => this.#dirty,
        () => this.#cleanUp(),
      ),
      'kubelet housekeeping',
    );
    sim.go(
      this.#periodically(
        gcPeriod,
        this.#gcWanted,
        () => this.#gcDirty,
        () => this.#collect(),
      ),
      'kubelet container gc',
    );
  }

  /** Something has changed: look at the next round. */
  request(): void {
    this.#dirty = true;
    this.#gcDirty = true;
    this.#wanted.notify();
    this.#gcWanted.notify();
  }

  /** A pod has left all sources: its directory goes when nothing of it runs. */
  podGone(uid: string): void {
    this.#gone.add(uid);
    this.request();
  }

  /** A container has died: older dead ones of its name go; all of them if the pod is being deleted. */
  containerDied(uid: string, id: string): void {
    const pod = this.#pleg.get(uid);
    const removeAll = this.#known.contentShouldBeRemoved(uid);
    const name = pod.containers.find((each) => each.id === id);
    if (!name && !removeAll) return;
    const dead = pod.containers.filter((each) => each.state === 'CONTAINER_EXITED' && (removeAll || containerName(each) === (name && containerName(name))));
    const surplus = removeAll ? dead : dead.slice(containersToKeep);
    for (const container of surplus) this.#remove(container);
  }

  *#periodically(period: Milliseconds, wanted: Condition, isWanted: () => boolean, work: () => Routine): Routine {
    const { sim } = this.#context;
    const began = sim.now;
    for (;;) {
      while (!isWanted()) yield { on: [wanted] };
      yield { timeout: period - ((sim.now - began) % period) };
      yield* work();
    }
  }

  *#cleanUp(): Routine {
    if (!this.#known.ready()) return;
    this.#dirty = false;
    for (const pod of this.#pleg.pods()) {
      const runs = pod.sandboxes.some(({ state }) => state === 'SANDBOX_READY') || pod.containers.some(isRunning);
      if (!runs || this.#known.isKnown(pod.uid) || this.#killing.has(pod.uid)) continue;
      this.#killing.add(pod.uid);
      this.#context.sim.go(this.#killUnknown(pod), 'kubelet kill orphan');
    }
    this.#removeDirectories();
  }

  /** cleanupOrphanedPodDirs and their cgroups: at the first round also what pods left that were deleted while the kubelet was away. */
  #removeDirectories(): void {
    const { fs } = this.#context;
    const root = podDirectory('');
    if (!this.#directories) {
      this.#directories = this.#gone;
      if (fs.isDirectory(root)) for (const [uid] of fs.list(root)) this.#gone.add(uid);
    }
    for (const uid of this.#directories) {
      const { containers, sandboxes } = this.#pleg.get(uid);
      if (containers.some(isRunning) || sandboxes.some(({ state }) => state === 'SANDBOX_READY')) continue;
      if (!this.#known.isKnown(uid)) {
        removeTree(fs, podDirectory(uid));
        // A container that was made while the pod went ends a moment later.
        if (!destroyOrphanCgroup(this.#context, uid)) {
          this.#dirty = true;
          continue;
        }
      }
      this.#directories.delete(uid);
    }
  }

  *#killUnknown(pod: RuntimePod): Routine {
    const { runtime } = this.#context.cri();
    try {
      for (const container of pod.containers) if (isRunning(container)) yield* runtime.stopContainer(container.id, 1);
      for (const sandbox of pod.sandboxes) yield* runtime.stopPodSandbox(sandbox.id);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
    } finally {
      this.#killing.delete(pod.uid);
      this.request();
    }
  }

  /** Container garbage collection: what belongs to no pod, and sandboxes that another has replaced. */
  *#collect(): Routine {
    const { cri, recorder, nodeName } = this.#context;
    try {
      const { runtime } = cri();
      this.#gcDirty = false;
      if (!this.#known.ready()) return;
      const owners = new Set<string>();
      for (const container of runtime.listContainers()) {
        const uid = container.labels[labelNames.podUid] ?? '';
        if (container.state !== 'CONTAINER_RUNNING' && this.#isOver(uid)) yield* this.#removeNow(runtime.containerStatus(container.id));
        else owners.add(container.podSandboxId);
      }
      const latest = new Map<string, number>();
      const sandboxes = runtime.listPodSandbox();
      for (const { metadata } of sandboxes) latest.set(metadata.uid, Math.max(metadata.attempt, latest.get(metadata.uid) ?? 0));
      for (const { id, state, metadata } of sandboxes) {
        if (state === 'SANDBOX_READY' || owners.has(id)) continue;
        if (this.#isOver(metadata.uid) || metadata.attempt < (latest.get(metadata.uid) ?? 0)) yield* runtime.removePodSandbox(id);
      }
      this.#removeLogs();
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      if (error.code !== 'Unavailable') return;
      this.#gcDirty = true;
      recorder.warning({ kind: 'Node', name: nodeName, uid: nodeName }, 'ContainerGCFailed', error.message);
    }
  }

  /** Nothing of the pod is wanted any more. */
  #isOver(uid: string): boolean {
    return !this.#known.isKnown(uid) || this.#known.contentShouldBeRemoved(uid);
  }

  /** evictPodLogsDirectories: `NAMESPACE_NAME_UID`. */
  #removeLogs(): void {
    const { fs } = this.#context;
    const root = '/var/log/pods';
    if (!fs.isDirectory(root)) return;
    for (const [name] of [...fs.list(root)]) if (this.#isOver(name.slice(name.lastIndexOf('_') + 1))) removeTree(fs, `${root}/${name}`);
  }

  #remove(container: ContainerStatus): void {
    this.#context.sim.go(this.#removeNow(container), 'kubelet remove container');
  }

  /** removeContainer: with its log and the link to it. */
  *#removeNow(container: ContainerStatus): Routine {
    const { cri, fs } = this.#context;
    const { labels } = container;
    const link = `/var/log/containers/${labels[labelNames.podName]}_${labels[labelNames.podNamespace]}_${containerName(container)}-${container.id}.log`;
    for (const path of [container.logPath, link]) if (path !== '' && fs.find(path, false)) fs.unlink(path);
    try {
      yield* cri().runtime.removeContainer(container.id);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
    }
  }
}
