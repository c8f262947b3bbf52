import type { core, Pod } from '../../api/types.ts';
import { isRetriable } from '../../client/client.ts';
import { Tmpfs } from '../../linux/disk.ts';
import { isErrno } from '../../linux/errno.ts';
import { Condition, type Milliseconds, type Routine } from '../../sim/routine.ts';
import type { ConfigObjects } from '../config-objects.ts';
import type { Context } from '../context.ts';
import type { PodFacts } from '../field-ref.ts';
import { allContainers, isStatic, namespaceOf, podDirectory, podRef, uidOf } from '../pod.ts';
import type { Cancel } from '../runtime/errors.ts';
import type { ContainerEvents } from '../runtime/events.ts';
import { ensureDirectory, removeTree, writeAtomically } from './atomic-writer.ts';
import { VolumeError } from './errors.ts';
import { type MountedVolume, planVolume, type VolumePlan, watchedObjects } from './sources.ts';
import { ServiceAccountTokens } from './tokens.ts';

/** By the volume's name in the pod's spec. */
export type MountedVolumes = ReadonlyMap<string, MountedVolume>;

type Mounting = {
  readonly mounted: Map<string, MountedVolume>;
  readonly signatures: Map<string, string>;
  /** The object that the content was made from; undefined when some of it may be out of date. */
  current: Pod['metadata'] | undefined;
};

const firstRetry: Milliseconds = 500;
const maxRetry: Milliseconds = 122_000;
const mountTimeout: Milliseconds = 123_000;

/** Sets up the volumes of pods and keeps their content up to date: kubernetes pkg/kubelet/volumemanager. */
export class VolumeManager {
  readonly tokens: ServiceAccountTokens;
  /** Notified when work is to be left off. */
  readonly interrupted = new Condition();
  readonly #context: Context;
  readonly #objects: ConfigObjects;
  readonly #events: ContainerEvents;
  readonly #pods = new Map<string, Mounting>();

  constructor(context: Context, objects: ConfigObjects, events: ContainerEvents) {
    this.#context = context;
    this.#objects = objects;
    this.#events = events;
    this.tokens = new ServiceAccountTokens(context);
  }

  /** WaitForAttachAndMount: undefined when it took too long or was left off. What is mounted already is brought up to date. */
  *mount(pod: Pod, facts: PodFacts, cancel: Cancel): Routine<MountedVolumes | undefined> {
    const state = this.#state(uidOf(pod));
    if (this.#isCurrent(pod, state)) return state.mounted;
    const wanted = neededVolumes(pod);
    state.current = pod.metadata;
    const until = this.#context.sim.now + mountTimeout;
    let delay = firstRetry;
    for (;;) {
      let left = false;
      for (const volume of wanted) if (!this.#setUp(pod, volume, facts, state)) left = true;
      if (!left) return state.mounted;
      state.current = undefined;
      if (cancel.cancelled || this.#context.sim.now >= until) return undefined;
      yield { on: [this.interrupted], timeout: Math.min(delay, until - this.#context.sim.now) };
      if (cancel.cancelled) return undefined;
      delay = Math.min(delay * 2, maxRetry);
    }
  }

  /** An object that the pod's volumes are made from has changed. */
  outdate(uid: string): void {
    const state = this.#pods.get(uid);
    if (state) state.current = undefined;
  }

  #isCurrent(pod: Pod, { current }: Mounting): boolean {
    if (!current || current.labels !== pod.metadata.labels || current.annotations !== pod.metadata.annotations) return false;
    const refresh = this.tokens.refreshAt(uidOf(pod));
    return refresh === undefined || refresh > this.#context.sim.now;
  }

  /** Removes a pod's files when nothing of it runs any more. */
  unmount(pod: Pod): void {
    const uid = uidOf(pod);
    this.#pods.delete(uid);
    this.tokens.forget(uid);
    this.#objects.release(uid);
    removeTree(this.#context.fs, `${podDirectory(uid)}/volumes`);
  }

  #state(uid: string): Mounting {
    let state = this.#pods.get(uid);
    if (!state) {
      state = { mounted: new Map(), signatures: new Map(), current: undefined };
      this.#pods.set(uid, state);
    }
    return state;
  }

  /** False: it could not be set up now. */
  #setUp(pod: Pod, volume: core.Volume, facts: PodFacts, state: Mounting): boolean {
    for (const { kind, name } of watchedObjects(volume)) this.#objects.watch(kind, namespaceOf(pod), name, uidOf(pod));
    try {
      const plan = planVolume(volume, { pod, objects: this.#objects, facts, tokens: this.tokens, volume: volume.name }, this.#context);
      this.#carryOut(pod, volume.name, plan, state);
      return true;
    } catch (error) {
      if (!(error instanceof VolumeError) && !isRetriable(error) && !isErrno(error)) throw error;
      // What is mounted already stays as it was.
      if (state.mounted.has(volume.name)) return true;
      const text = (error as Error).message;
      if (!isStatic(pod)) this.#events.podWarning(pod, 'FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${text}`);
      this.#context.klog.error('nestedpendingoperations.go:348', `MountVolume.SetUp failed for volume "${volume.name}"`, text, { pod: podRef(pod) });
      return false;
    }
  }

  #carryOut(pod: Pod, name: string, plan: VolumePlan, state: Mounting): void {
    const { fs, sim } = this.#context;
    const group = pod.spec.securityContext?.fsGroup;
    if (plan.type === 'directory' && !state.mounted.has(name)) {
      const folder = ensureDirectory(fs, plan.path);
      if (plan.memoryBytes !== undefined) folder.disk ??= new Tmpfs([`size=${plan.memoryBytes}`], this.#context.kernel.memoryBytes);
      fs.chmod(plan.path, group === undefined ? plan.mode : 0o2777);
      if (group !== undefined) fs.chown(plan.path, 0, group);
    } else if (plan.type === 'files') {
      const signature = [...plan.payload].map(([path, { text, mode }]) => `${path}\0${mode}\0${text}`).join('\0');
      if (state.signatures.get(name) === signature) return;
      writeAtomically(fs, plan.path, plan.payload, sim.now, sim.random.int(1_000_000_000));
      state.signatures.set(name, signature);
    }
    state.mounted.set(name, { path: plan.path, readonly: plan.type === 'host' && plan.readonly });
  }
}

/** The volumes that some container mounts; those that none does are not set up. */
function neededVolumes(pod: Pod): core.Volume[] {
  const used = new Set(allContainers(pod).flatMap((container) => (container.volumeMounts ?? []).map(({ name }) => name)));
  return (pod.spec.volumes ?? []).filter(({ name }) => used.has(name));
}
