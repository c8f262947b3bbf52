/** A running world: machines on one network, and a way to sit down at one of them. */
import { Registries } from '../images/registries.ts';
import { type Credentials, type RestRequest, type RestResponse, type RestServer, restProtocol } from '../interfaces/rest.ts';
import type { Cgroup } from '../linux/cgroup.ts';
import { Fabric } from '../linux/fabric.ts';
import { dial, NetworkError } from '../linux/network.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import { type Size, TerminalFile, Tty } from '../linux/tty.ts';
import type { Milliseconds } from '../sim/routine.ts';
import { newSim, type Sim } from '../sim/sim.ts';
import { readKubeconfigText } from './components/component.ts';
import { newFaultProgram } from './faults/command.ts';
import { faultCommandPath } from './faults/index.ts';
import { installProgram, type Machine } from './machine/machine.ts';
import { newProgramSet } from './programs.ts';
import { Trace } from './trace.ts';
import { attachUpstreamDns } from './upstream-dns.ts';
import { attachWeb } from './web/web.ts';
import { type WorldContext, type WorldName, worlds } from './worlds/index.ts';

/** 22 November 2026, 09:00 UTC: the first moment of every world. */
const epoch: Milliseconds = 1795338000000;

/** The chance with which worlds come up. */
const worldSeed = 1;

/** Steps in which a cluster of three machines comes up, about; and those of one piece of it. */
const usualBoot = 1_650;
const bootPiece = 10;

/** Tasks of all sessions of root on one machine. */
const userTasksMax = 512;

type ClusterOptions = {
  readonly seed: number;
  readonly world: WorldName /** The world's first moment; default `epoch`. */;
  readonly epoch?: Milliseconds;
};

/** Where somebody sits: `tty` is what a screen shows and types into. */
export type Terminal = { readonly tty: Tty /** The login shell; its end is the end of the session. */; readonly shell: Process };

/** Made by `newCluster` and driven by `sim`; nothing in it moves by itself. */
export class Cluster {
  readonly sim: Sim;
  readonly world: WorldName;
  readonly trace: Trace;
  readonly machines: ReadonlyMap<string, Machine>;
  /** The machine where a learner starts, unless the lesson says otherwise. */
  readonly home: string;
  readonly #context: WorldContext;

  /** Makes the machines and switches them on; `boot` waits until they are up. */
  constructor(world: WorldName, first: Milliseconds = epoch) {
    this.sim = newSim({ seed: worldSeed, epoch: first });
    this.world = world;
    this.trace = new Trace(this.sim);
    let made: Registries | undefined;
    const registries = (): Registries => {
      made ??= new Registries(() => this.sim.now);
      return made;
    };
    this.#context = {
      sim: this.sim,
      fabric: new Fabric(),
      trace: this.trace,
      programSet: newProgramSet(
        this.trace,
        newFaultProgram(() => this),
        registries,
      ),
      machines: new Map(),
    };
    attachUpstreamDns(this.#context.fabric);
    attachWeb(this.#context.fabric, registries);
    const definition = worlds[world];
    this.home = definition.home;
    definition.build(this.#context);
    this.machines = this.#context.machines;
    const home = this.machine(this.home);
    installProgram(home.kernel, home.fs, faultCommandPath, 'fault');
  }

  /**
   * Lets the world start up; throws when it does not become ready, which is a bug of the lab. Each world comes up in the same way; only what
   * happens from then on depends on the seed given to `sim.reseed`. So a world that is up can be kept and be used for any seed.
   */
  boot(): void {
    for (const _share of this.booting());
  }

  /** The same in small pieces, for a screen that must stay alive: each says what share is done, 0 to 1, as far as that can be known. */
  *booting(): Generator<number, void> {
    const { ready, bootLimit } = worlds[this.world];
    const until = this.sim.now + bootLimit;
    // Where a piece ends makes no difference to the world.
    while (!this.sim.advanceUntil(() => ready(this.#context), until - this.sim.now, bootPiece)) {
      if (this.sim.now >= until) throw new Error(`k8s-lab: the world ${this.world} was not ready after ${bootLimit / 1000} s of its time`);
      yield Math.min(0.99, this.sim.steps / usualBoot);
    }
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`there is no machine ${name}; there are ${[...this.machines.keys()].join(', ')}`);
    return machine;
  }

  /** A request to the API as somebody who may do everything; undefined while nobody answers, or in a world without Kubernetes. */
  rest(request: Omit<RestRequest, 'credentials'>): RestResponse | undefined {
    const credentials = this.#adminCredentials(this.#controlPlane());
    if (!credentials) return undefined;
    return this.apiServer()?.handle({ ...request, credentials, headers: { 'user-agent': 'k8s-lab', ...request.headers } });
  }

  /** The API server as a client that dials it gets it; undefined while nobody answers, or in a world without Kubernetes. */
  apiServer(): RestServer | undefined {
    const machine = this.#controlPlane();
    if (!machine) return undefined;
    try {
      return dial(restProtocol, machine.kernel.host.network, machine.ip, 6443, machine.kernel.sim.random);
    } catch (error) {
      if (error instanceof NetworkError) return undefined;
      throw error;
    }
  }

  /** What kubeadm wrote for the cluster's administrator, `kubernetes-admin`. */
  administrator(): Credentials | undefined {
    const machine = this.#controlPlane();
    const path = '/etc/kubernetes/admin.conf';
    return machine?.fs.exists(path) ? readKubeconfigText(machine.fs, path).credentials : undefined;
  }

  #controlPlane(): Machine | undefined {
    return [...this.machines.values()].find(({ fs }) => fs.exists('/etc/kubernetes/pki/ca.key'));
  }

  /** The administrator's certificate, kept aside: a learner may change or lose the files. */
  #adminCredentials(machine: Machine | undefined): Credentials | undefined {
    const path = '/etc/kubernetes/super-admin.conf';
    if (!this.#admin && machine?.fs.exists(path)) this.#admin = readKubeconfigText(machine.fs, path).credentials;
    return this.#admin;
  }

  #admin: Credentials | undefined;

  /** A login of root on a machine, with a terminal. */
  openTerminal(machineName: string, size: Size): Terminal {
    const machine = this.machine(machineName);
    const tty = new Tty('pts/0', size);
    const shell = this.#login(machine, ['-bash'], new TerminalFile(tty), new TerminalFile(tty), new TerminalFile(tty), tty);
    tty.foreground = shell.group;
    tty.signal = (signal) => void machine.kernel.signalGroup(tty.foreground, signal);
    return { tty, shell };
  }

  /** A login of root without a terminal: a script's output goes to the files given. */
  openScript(machineName: string, argv: readonly string[], files: { readonly stdin: OpenFile; readonly stdout: OpenFile; readonly stderr: OpenFile }): Process {
    return this.#login(this.machine(machineName), argv, files.stdin, files.stdout, files.stderr, null);
  }

  /** systemd-logind's slice of a user: TasksMax is what a fork bomb meets, long before the node feels it. */
  #userSlice(machine: Machine): Cgroup {
    const slice = machine.kernel.rootCgroup.at('user.slice/user-0.slice');
    slice.pidsMax = userTasksMax;
    return slice;
  }

  #login(machine: Machine, argv: readonly string[], stdin: OpenFile, stdout: OpenFile, stderr: OpenFile, tty: Tty | null): Process {
    const { kernel, systemd } = machine;
    const program = kernel.programs.get('bash');
    if (!program) throw new Error('this world has no bash');
    return kernel.spawn(systemd.init, {
      argv,
      program,
      env: {
        HOME: '/root',
        USER: 'root',
        LOGNAME: 'root',
        SHELL: '/bin/bash',
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LANG: 'C.UTF-8',
        TERM: tty ? 'xterm-256color' : 'dumb',
        HOSTNAME: machine.name,
      },
      cwd: '/root',
      session: 'new',
      tty,
      fds: new Map([
        [0, stdin],
        [1, stdout],
        [2, stderr],
      ]),
      cgroup: this.#userSlice(machine).at(`session-${kernel.processes.size}.scope`),
    });
  }
}

/** Makes a world, boots it, and gives it its seed. */
export function newCluster({ seed, world, epoch: first }: ClusterOptions): Cluster {
  const cluster = new Cluster(world, first);
  cluster.boot();
  cluster.sim.reseed(seed);
  return cluster;
}
