/** Starting one container: kuberuntime_container.go startContainer. */
import type { ContainerSpec, Pod, Service } from '../../api/types.ts';
import { isRetriable } from '../../client/client.ts';
import { CriError, type CriImage, type PodSandboxConfig } from '../../interfaces/cri.ts';
import type { Routine } from '../../sim/routine.ts';
import type { ConfigObjects } from '../config-objects.ts';
import type { Context } from '../context.ts';
import { ConfigError } from '../env.ts';
import type { PodFacts } from '../field-ref.ts';
import { nameOf, namespaceOf } from '../pod.ts';
import type { MountedVolumes } from '../volumes/volume-manager.ts';
import { containerConfig } from './container-config.ts';
import { type Cancel, StartError } from './errors.ts';
import type { ContainerEvents } from './events.ts';
import type { ImageManager } from './image-manager.ts';
import type { Killer } from './kill.ts';
import { runHook } from './lifecycle.ts';
import { newest, type RuntimePod, restartCountOf } from './runtime-pod.ts';

/** What the containers of a pod are started with. */
export type StartInputs = {
  readonly pod: Pod;
  readonly status: RuntimePod;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly facts: PodFacts;
  readonly volumes: MountedVolumes;
  readonly cancel: Cancel;
};

type StarterParts = {
  readonly context: Context;
  readonly images: ImageManager;
  readonly objects: ConfigObjects;
  readonly events: ContainerEvents;
  readonly killer: Killer;
  readonly services: () => readonly Service[] | undefined;
};

/** Image, configuration, create, start, postStart hook; what fails is told as an Event and as the container's waiting reason. */
export class ContainerStarter {
  readonly #parts: StarterParts;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /** Throws StartError. */
  *start(container: ContainerSpec, inputs: StartInputs): Routine {
    const { pod, cancel } = inputs;
    const { events } = this.#parts;
    let image: CriImage;
    try {
      image = yield* this.#parts.images.ensure(pod, container, inputs.sandbox);
    } catch (error) {
      if (error instanceof StartError) events.warning(pod, container.name, 'Failed', `Error: ${error.reason}`);
      if (error instanceof StartError) this.#failed(error.reason);
      throw error;
    }
    if (cancel.cancelled) return;
    this.#parts.context.counters.startedContainers.inc(kindOf(inputs.pod, container));
    const id = yield* this.#create(container, inputs, image);
    events.normal(pod, container.name, 'Created', this.#parts.context.minor < 34 ? `Created container ${container.name}` : 'Container created');
    if (cancel.cancelled) return;
    yield* this.#run(id, container, inputs);
    events.normal(pod, container.name, 'Started', this.#parts.context.minor < 34 ? `Started container ${container.name}` : 'Container started');
    yield* this.#postStart(id, container, inputs);
  }

  #failed(code: string): void {
    this.#parts.context.counters.startedContainerErrors.inc(`code="${code}",container_type="container"`);
  }

  *#create(container: ContainerSpec, inputs: StartInputs, image: CriImage): Routine<string> {
    const { context, objects, services, events } = this.#parts;
    const { pod, status, facts, volumes } = inputs;
    const last = newest(status, container.name);
    const restartCount = last ? restartCountOf(last) + 1 : 0;
    const { targetContainerName: target } = container as { targetContainerName?: string };
    try {
      const given = { context, facts, objects, services: services(), volumes, image, restartCount, target, status };
      const config = containerConfig(pod, container, given);
      const id = yield* context.cri().runtime.createContainer(inputs.sandboxId, config, inputs.sandbox);
      this.#link(pod, container, id, restartCount);
      return id;
    } catch (error) {
      const configured = error instanceof ConfigError || isRetriable(error);
      if (!configured && !(error instanceof CriError)) throw error;
      const text = error instanceof CriError ? error.desc : (error as Error).message;
      events.warning(pod, container.name, 'Failed', `Error: ${text}`);
      this.#failed(configured ? 'CreateContainerConfigError' : 'CreateContainerError');
      throw new StartError(configured ? 'CreateContainerConfigError' : 'CreateContainerError', text);
    }
  }

  *#run(id: string, container: ContainerSpec, { pod }: StartInputs): Routine {
    try {
      yield* this.#parts.context.cri().runtime.startContainer(id);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      this.#parts.events.warning(pod, container.name, 'Failed', `Error: ${error.desc}`);
      this.#failed('RunContainerError');
      throw new StartError('RunContainerError', error.desc);
    }
  }

  *#postStart(id: string, container: ContainerSpec, { pod, facts }: StartInputs): Routine {
    const hook = container.lifecycle?.postStart;
    if (!hook) return;
    const { context, events, killer } = this.#parts;
    const ip = facts.podIps[0] ?? '';
    const failure = yield* runHook(context, id, container, hook, ip);
    if (failure === undefined) return;
    events.warning(pod, container.name, 'FailedPostStartHook', 'PostStartHook failed');
    const status = context.cri().runtime.containerStatus(id);
    yield* killer.kill({ status, spec: container, message: 'FailedPostStartHook' }, { pod, podIp: ip });
    throw new StartError('PostStartHookError', failure);
  }

  /** The name under which log collectors look: /var/log/containers/<pod>_<namespace>_<container>-<id>.log. */
  #link(pod: Pod, container: ContainerSpec, id: string, restartCount: number): void {
    const { fs } = this.#parts.context;
    const directory = `/var/log/pods/${namespaceOf(pod)}_${nameOf(pod)}_${pod.metadata.uid}`;
    const link = `/var/log/containers/${nameOf(pod)}_${namespaceOf(pod)}_${container.name}-${id}.log`;
    if (!fs.exists('/var/log/containers')) fs.mkdir('/var/log/containers', { parents: true });
    if (fs.find(link, false) === undefined) fs.symlink(`${directory}/${container.name}/${restartCount}.log`, link);
  }
}

/** The label of kubelet_started_containers_total. */
const kindOf = ({ spec }: Pod, { name }: ContainerSpec): string => {
  const is = (list: readonly { readonly name: string }[] | undefined): boolean => list?.some((each) => each.name === name) === true;
  return `container_type="${is(spec.initContainers) ? 'init_container' : is(spec.ephemeralContainers) ? 'ephemeral_container' : 'container'}"`;
};
