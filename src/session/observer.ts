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

/** `took`: lines were typed while it ran, as into a shell. How such a one ends is its last line's matter, not its own. */
type Ran = {
  readonly node: string;
  readonly argv: readonly string[];
  readonly process: Pick<Process, 'exitStatus' | 'env'>;
  readonly contained: boolean;
  readonly line: number;
  took: boolean;
};

const socket = '/run/containerd/containerd.sock';

export class Observer {
  readonly #cluster: Cluster;
  readonly #ran: Ran[] = [];
  /** Those that had not ended when a line was typed last. */
  #going: Ran[] = [];
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
      kernel.onSpawn = (process, missing) => {
        if (missing) this.#note(name, process, missing, { exitStatus: 127, env: process.env });
        else if (!process.argv[0]?.startsWith('-')) this.#note(name, process, process.argv, process);
      };
      cluster.sim.go(this.#watchRuntime(name));
    }
  }

  /** Only what a typed line set off; a container's own processes are not the learner's commands. */
  #note(node: string, where: Process, argv: readonly string[], process: Ran['process']): void {
    const line = this.#cluster.sim.cause;
    const contained = where.namespaces.pid !== where.kernel.host.pid;
    if (line === 0 || (contained && !cameFromOutside(where))) return;
    const ran = { node, argv, process, contained, line, took: false };
    this.#ran.push(ran);
    if (process.exitStatus === undefined) this.#going.push(ran);
  }

  /** A new step has begun: checks on what was done count from here. */
  beginStep(): void {
    this.#from = { commands: this.#ran.length, sandboxes: this.#sandboxes.length, containers: this.#containers.length };
  }

  /** At a prompt: what still runs is a shell that takes lines, or in the background. */
  lineTyped(): void {
    this.#going = this.#going.filter(({ process }) => process.exitStatus === undefined);
    for (const each of this.#going) each.took = true;
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
    for (const ran of this.#ran.slice(this.#parsed.length)) {
      const { node, argv, process, line, contained } = ran;
      const parsed = parseCommand(
        node,
        argv,
        () => (ran.took || isFollowed(argv, process.exitStatus) ? process.exitStatus && 0 : process.exitStatus),
        process.env,
      );
      this.#parsed.push(Object.assign(parsed, { line, contained }));
    }
    return this.#parsed;
  }

  /** Typed lines, counted from 1, of which a command ended with a failure. */
  failedLines(): ReadonlySet<number> {
    return new Set(
      this.#ran.flatMap(({ process: { exitStatus: status }, line, contained }) => (status !== undefined && status !== 0 && !contained ? [line] : [])),
    );
  }

  /** Commands that the lab does not have or not simulate, of the whole session. */
  unsupported(): readonly string[] {
    return this.#ran.flatMap(({ argv, process: { exitStatus }, contained }) =>
      (exitStatus === 70 || exitStatus === 127) && !contained ? [argv.join(' ')] : [],
    );
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

/** Of what was run in a container, only what somebody has gone in for: by an exec, or at a terminal. */
function cameFromOutside(process: Process): boolean {
  const { pid } = process.namespaces;
  let top = process;
  while (top.parent && top.parent.namespaces.pid === pid) top = top.parent;
  return process.tty !== undefined || top.pids.get(pid) !== 1;
}

/** What follows and watches has no other end than Ctrl-C. */
const isFollowed = (argv: readonly string[], status: number | undefined): boolean =>
  status === 130 && argv.some((each) => /^(-f|-w|--follow|--watch|--watch-only)$/.test(each));

/** Undefined when the runtime's own daemon is away (Docker's, behind its shim). */
function eventsOf(cri: CriServer): ReturnType<CriServer['runtime']['getContainerEvents']> | undefined {
  try {
    return cri.runtime.getContainerEvents();
  } catch (error) {
    if (error instanceof CriError) return undefined;
    throw error;
  }
}
