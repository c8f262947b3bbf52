/** Watches what a learner's commands do, for checks: processes that start, sandboxes and containers that are made. */
import type { Cluster } from '../cluster/cluster.ts';
import { type CommandRecord, parseCommand } from '../grading/commands.ts';
import type { ContainerRecord, NodeView, SandboxRecord, WorldView } from '../grading/world-view.ts';
import { containerdProtocol } from '../interfaces/containerd.ts';
import { criProtocol } from '../interfaces/cri.ts';
import { Errno } from '../linux/errno.ts';
import type { SpokenProtocol } from '../linux/network.ts';
import { dialUnix } from '../linux/network.ts';
import type { Routine } from '../sim/routine.ts';
import { Probes } from './probes.ts';

const socket = '/run/containerd/containerd.sock';

export class Observer {
  readonly #cluster: Cluster;
  readonly #commands: CommandRecord[] = [];
  readonly #sandboxes: SandboxRecord[] = [];
  readonly #containers: ContainerRecord[] = [];
  readonly #probes: Probes;
  /** Where the current step's history begins. */
  #from = { commands: 0, sandboxes: 0, containers: 0 };

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#probes = new Probes(cluster);
    for (const [name, { kernel }] of cluster.machines) {
      kernel.onSpawn = (process) => {
        // Only what a typed line set off; a container's own processes are not the learner's commands.
        if (cluster.sim.cause === 0 || process.namespaces.pid !== kernel.host.pid || process.argv[0]?.startsWith('-')) return;
        this.#commands.push(
          Object.assign(
            parseCommand(name, process.argv, () => process.exitStatus),
            { line: cluster.sim.cause },
          ),
        );
      };
      cluster.sim.go(this.#watchRuntime(name));
    }
  }

  /** A new step has begun: checks on what was done count from here. */
  beginStep(): void {
    this.#from = { commands: this.#commands.length, sandboxes: this.#sandboxes.length, containers: this.#containers.length };
  }

  view(answers: ReadonlyMap<string, readonly string[]>): WorldView {
    return {
      rest: (request) => this.#cluster.rest(request),
      nodes: new Map([...this.#cluster.machines].map(([name]) => [name, this.#node(name)])),
      commands: this.#commands.slice(this.#from.commands),
      events: { sandboxes: this.#sandboxes.slice(this.#from.sandboxes), containers: this.#containers.slice(this.#from.containers) },
      answers,
      probe: (probe) => this.#probes.run(probe),
    };
  }

  /** Typed lines, counted from 1, of which a command ended with a failure. */
  failedLines(): ReadonlySet<number> {
    return new Set(this.#commands.flatMap(({ status, line }) => (status !== undefined && status !== 0 && line !== undefined ? [line] : [])));
  }

  /** Commands that the lab does not have or not simulate, of the whole session. */
  unsupported(): readonly string[] {
    return this.#commands.filter(({ status }) => status === 70 || status === 127).map(({ argv }) => argv.join(' '));
  }

  #node(name: string): NodeView {
    const { kernel } = this.#cluster.machine(name);
    return { name, kernel, cri: this.#dial(name, criProtocol), containerd: this.#dial(name, containerdProtocol) };
  }

  #dial<Server>(name: string, protocol: SpokenProtocol<Server>): Server | undefined {
    const inode = this.#cluster.machine(name).fs.find(socket);
    if (!inode) return undefined;
    try {
      return dialUnix(protocol, inode);
    } catch (error) {
      if (error instanceof Errno) return undefined;
      throw error;
    }
  }

  /** Follows the runtime's events, over its restarts. */
  *#watchRuntime(name: string): Routine {
    for (;;) {
      const cri = this.#dial(name, criProtocol);
      if (!cri) {
        yield { timeout: 5_000 };
        continue;
      }
      const events = cri.runtime.getContainerEvents();
      for (let event = yield* events.receive(); event !== undefined; event = yield* events.receive()) {
        if (event.type !== 'CONTAINER_CREATED_EVENT') continue;
        const { podSandboxMetadata: metadata, containerId: id } = event;
        const sandbox = cri.runtime.listPodSandbox({ id })[0];
        if (sandbox) this.#sandboxes.push({ node: name, id, metadata });
        else this.#containers.push({ node: name, id, metadata: { name: cri.runtime.listContainers({ id })[0]?.metadata.name ?? metadata.name } });
      }
      yield { timeout: 1_000 };
    }
  }
}
