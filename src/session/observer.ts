/** Watches what a learner's commands do, for checks: processes that start, sandboxes and containers that are made. */
import type { Cluster } from '../cluster/cluster.ts';
import { type CommandRecord, parseCommand } from '../grading/commands.ts';
import type { ContainerRecord, NodeView, SandboxRecord, WorldView } from '../grading/world-view.ts';
import { containerdProtocol } from '../interfaces/containerd.ts';
import { CriError, type CriServer } from '../interfaces/cri.ts';
import { Errno } from '../linux/errno.ts';
import type { SpokenProtocol } from '../linux/network.ts';
import { dialUnix } from '../linux/network.ts';
import type { Process } from '../linux/process.ts';
import type { Routine } from '../sim/routine.ts';
import { dialCri } from './cri-sockets.ts';
import { Probes } from './probes.ts';

const socket = '/run/containerd/containerd.sock';

export class Observer {
  readonly #cluster: Cluster;
  readonly #ran: { readonly node: string; readonly argv: readonly string[]; readonly process: Process; readonly line: number }[] = [];
  /** Of those that ran, as far as they have been asked for. */
  readonly #parsed: CommandRecord[] = [];
  readonly #sandboxes: SandboxRecord[] = [];
  readonly #containers: ContainerRecord[] = [];
  readonly #probes: Probes;
  readonly #nodes: ReadonlyMap<string, NodeView>;
  /** Where the current step's history begins. */
  #from = { commands: 0, sandboxes: 0, containers: 0 };

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#probes = new Probes(cluster);
    this.#nodes = new Map([...cluster.machines].map(([name]) => [name, this.#node(name)]));
    for (const [name, { kernel }] of cluster.machines) {
      kernel.onSpawn = (process) => {
        // Only what a typed line set off; a container's own processes are not the learner's commands.
        if (cluster.sim.cause === 0 || process.namespaces.pid !== kernel.host.pid || process.argv[0]?.startsWith('-')) return;
        this.#ran.push({ node: name, argv: process.argv, process, line: cluster.sim.cause });
      };
      cluster.sim.go(this.#watchRuntime(name));
    }
  }

  /** A new step has begun: checks on what was done count from here. */
  beginStep(): void {
    this.#from = { commands: this.#ran.length, sandboxes: this.#sandboxes.length, containers: this.#containers.length };
  }

  /** `still`: nothing is set off in the world by it. */
  view(answers: ReadonlyMap<string, readonly string[]>, still = false): WorldView {
    const from = this.#from.commands;
    const commands = (): readonly CommandRecord[] => this.#commands().slice(from);
    return {
      rest: (request) => this.#cluster.rest(request),
      nodes: this.#nodes,
      get commands() {
        return commands();
      },
      events: { sandboxes: this.#sandboxes.slice(this.#from.sandboxes), containers: this.#containers.slice(this.#from.containers) },
      answers,
      probe: (probe) => (still ? this.#probes.known(probe) : this.#probes.run(probe)),
    };
  }

  /** Parsed when a check asks: most steps never do. */
  #commands(): readonly CommandRecord[] {
    for (const { node, argv, process, line } of this.#ran.slice(this.#parsed.length))
      this.#parsed.push(
        Object.assign(
          parseCommand(node, argv, () => process.exitStatus),
          { line },
        ),
      );
    return this.#parsed;
  }

  /** Typed lines, counted from 1, of which a command ended with a failure. */
  failedLines(): ReadonlySet<number> {
    return new Set(this.#ran.flatMap(({ process: { exitStatus: status }, line }) => (status !== undefined && status !== 0 ? [line] : [])));
  }

  /** Commands that the lab does not have or not simulate, of the whole session. */
  unsupported(): readonly string[] {
    return this.#ran.flatMap(({ argv, process: { exitStatus } }) => (exitStatus === 70 || exitStatus === 127 ? [argv.join(' ')] : []));
  }

  /** Sockets are dialled when a check asks for what is behind them: most do not. */
  #node(name: string): NodeView {
    const { fs } = this.#cluster.machine(name);
    const dialContainerd = () => this.#dial(name, containerdProtocol);
    return {
      name,
      kernel: this.#cluster.machine(name).kernel,
      get cri() {
        return dialCri(fs);
      },
      get containerd() {
        return dialContainerd();
      },
    };
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
      const cri = dialCri(this.#cluster.machine(name).fs);
      const events = cri && eventsOf(cri);
      if (!cri || !events) {
        yield { timeout: 5_000 };
        continue;
      }
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

/** Undefined when the runtime's own daemon is away (Docker's, behind its shim). */
function eventsOf(cri: CriServer): ReturnType<CriServer['runtime']['getContainerEvents']> | undefined {
  try {
    return cri.runtime.getContainerEvents();
  } catch (error) {
    if (error instanceof CriError) return undefined;
    throw error;
  }
}
