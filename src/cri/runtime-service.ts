/** CRI's RuntimeService as far as its servers answer alike: each call handed to the part that does it. */
import { type Container, type ContainerFilter, type ContainerStats, CriError, type RuntimeCondition, type RuntimeService } from '../interfaces/cri.ts';
import type { Routine } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';

type SandboxCalls = {
  readonly run: RuntimeService['runPodSandbox'];
  readonly status: RuntimeService['podSandboxStatus'];
  readonly list: RuntimeService['listPodSandbox'];
};
type ContainerCalls = {
  readonly create: RuntimeService['createContainer'];
  readonly start: RuntimeService['startContainer'];
  readonly stop: RuntimeService['stopContainer'];
  readonly remove: RuntimeService['removeContainer'];
  readonly status: RuntimeService['containerStatus'];
  readonly list: RuntimeService['listContainers'];
  readonly stats: RuntimeService['containerStats'];
  readonly update: RuntimeService['updateContainerResources'];
  readonly reopenLog: RuntimeService['reopenContainerLog'];
};
type SessionCalls = Pick<RuntimeService, 'execSync' | 'exec' | 'attach' | 'portForward'>;

/** What changes something is carried on when whoever asked has gone, as by a kubelet that is restarted: or names would stay reserved for ever. */
const lasting = ['runPodSandbox', 'stopPodSandbox', 'removePodSandbox', 'createContainer', 'startContainer', 'stopContainer', 'removeContainer'] as const;

/** The calls that only pass something on; a server adds what it is and how it stops a pod. */
export abstract class RuntimeServiceBase<Sandboxes extends SandboxCalls, Containers extends ContainerCalls> {
  protected readonly sandboxes: Sandboxes;
  protected readonly containers: Containers;
  readonly #sessions: SessionCalls;

  constructor(sim: Sim, sandboxes: Sandboxes, containers: Containers, sessions: SessionCalls) {
    this.sandboxes = sandboxes;
    this.containers = containers;
    this.#sessions = sessions;
    const calls = this as unknown as Record<(typeof lasting)[number], (...words: unknown[]) => Routine<unknown>>;
    for (const name of lasting) {
      const call = calls[name];
      calls[name] = (...words) => toItsEnd(sim, call.apply(this, words));
    }
  }

  readonly runPodSandbox: RuntimeService['runPodSandbox'] = (config, handler) => this.sandboxes.run(config, handler);
  readonly podSandboxStatus: RuntimeService['podSandboxStatus'] = (id) => this.sandboxes.status(id);
  readonly listPodSandbox: RuntimeService['listPodSandbox'] = (filter) => this.sandboxes.list(filter);
  readonly createContainer: RuntimeService['createContainer'] = (id, config, sandboxConfig) => this.containers.create(id, config, sandboxConfig);
  readonly startContainer: RuntimeService['startContainer'] = (id) => this.containers.start(id);
  readonly stopContainer: RuntimeService['stopContainer'] = (id, timeout) => this.containers.stop(id, timeout);
  readonly removeContainer: RuntimeService['removeContainer'] = (id) => this.containers.remove(id);
  readonly containerStatus: RuntimeService['containerStatus'] = (id) => this.containers.status(id);
  readonly updateContainerResources: RuntimeService['updateContainerResources'] = (id, resources) => this.containers.update(id, resources);
  readonly reopenContainerLog: RuntimeService['reopenContainerLog'] = (id) => this.containers.reopenLog(id);
  readonly execSync: RuntimeService['execSync'] = (id, cmd, timeout) => this.#sessions.execSync(id, cmd, timeout);
  readonly exec: RuntimeService['exec'] = (request) => this.#sessions.exec(request);
  readonly attach: RuntimeService['attach'] = (request) => this.#sessions.attach(request);
  readonly portForward: RuntimeService['portForward'] = (id, port) => this.#sessions.portForward(id, port);

  listContainers(filter?: ContainerFilter): readonly Container[] {
    return this.containers.list(filter);
  }

  containerStats(id: string): ContainerStats {
    return this.containers.stats(id);
  }

  listContainerStats(filter?: ContainerFilter): readonly ContainerStats[] {
    return this.containers.list(filter).map(({ id }) => this.containers.stats(id));
  }
}

/** Goes on in `sim` from where the caller left it, with nobody to hear of its end. */
function* toItsEnd<T>(sim: Sim, routine: Routine<T>): Routine<T> {
  let left = false;
  try {
    let next = routine.next();
    while (!next.done) {
      left = true;
      yield next.value;
      left = false;
      next = routine.next();
    }
    return next.value;
  } finally {
    if (left) sim.go(unheard(routine));
  }
}

function* unheard(routine: Routine<unknown>): Routine {
  try {
    yield* routine;
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
  }
}

/** A condition of Status: it holds unless there is a problem. */
export const condition = (type: string, problem?: { readonly reason: string; readonly message: string }): RuntimeCondition => ({
  type,
  status: problem === undefined,
  reason: problem?.reason ?? '',
  message: problem?.message ?? '',
});

/** `message` says why pods cannot have a network now; undefined when they can. */
export const networkReady = (message: string | undefined): RuntimeCondition =>
  condition('NetworkReady', message === undefined ? undefined : { reason: 'NetworkPluginNotReady', message });
