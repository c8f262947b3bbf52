/** runc: containers as processes of a kernel, by the OCI runtime spec. */
import { OciError, type OciProcess, type OciRuntime, type OciSpec, type OciState, type OciStdio } from '../interfaces/oci.ts';
import { Errno } from '../linux/errno.ts';
import type { FileSystem } from '../linux/file-system.ts';
import { JsonFile } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Namespaces } from '../linux/namespaces.ts';
import type { Process } from '../linux/process.ts';
import { parseSignal } from '../linux/signals.ts';
import type { Tty } from '../linux/tty.ts';
import type { Routine } from '../sim/routine.ts';
import { sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { applyResources, cgroupPath, processesIn } from './cgroups.ts';
import { type RuncContainer, StartGate, stateDirectory, stateOf, statusOf } from './container.ts';
import { credentialsOf, environment, execError, findCommand, initProgram } from './init.ts';
import { containerNamespaces } from './namespaces.ts';
import { RootfsBuilder, rootFileSystem } from './rootfs.ts';
import { bridgeTerminal, openStdio } from './stdio.ts';

export type RuncOptions = { readonly kernel: Kernel; readonly sim: Sim };

/** The `runc` of one node. Its containers live in the kernel and in their state directories; who calls it does not matter. */
export class Runc implements OciRuntime {
  readonly #kernel: Kernel;
  readonly #sim: Sim;
  readonly #files: FileSystem;
  readonly #rootfs: RootfsBuilder;
  readonly #roots = new Map<string, Map<string, RuncContainer>>();
  #terminals = 0;

  constructor({ kernel, sim }: RuncOptions) {
    this.#kernel = kernel;
    this.#sim = sim;
    this.#files = rootFileSystem(kernel.host.mount, () => kernel.sim.now);
    this.#rootfs = new RootfsBuilder(kernel, this.#files);
  }

  *create(root: string, id: string, bundle: string, stdio: OciStdio, parent: number): Routine<OciProcess> {
    yield* sleep(this.#sim.random.between(10, 18));
    const containers = this.#containers(root);
    if (containers.has(id)) throw new OciError('runc create failed: container with given ID already exists');
    const spec = this.#readSpec(bundle);
    if (spec.process.args.length === 0) throw new OciError('runc create failed: args must not be empty');
    const container = this.#launch({ root, id, bundle, spec }, stdio, this.#process(parent));
    containers.set(id, container.container);
    const directory = this.#files.find(root);
    if (directory?.type === 'directory') directory.add(id, stateDirectory(container.container));
    return this.#handle(container.container.init, container.tty, () => container.container.cgroup.oomKills > 0);
  }

  *start(root: string, id: string): Routine {
    const container = this.#get(root, id);
    const status = statusOf(container);
    if (status === 'stopped') throw new OciError('cannot start a container that has stopped');
    if (status !== 'created') throw new OciError(`cannot start an already running container`);
    container.gate.open = true;
    container.gate.opened.notify();
  }

  kill(root: string, id: string, signal: string): void {
    const container = this.#get(root, id);
    const name = parseSignal(signal);
    if (!name) throw new OciError(`unknown signal "${signal}"`);
    if (container.init.exitStatus !== undefined) throw new OciError('container not running');
    // A frozen process dies of SIGKILL all the same: the freezer lets it go.
    if (name === 'SIGKILL') this.#thaw(container);
    container.init.signal(name);
  }

  *delete(root: string, id: string, force = false): Routine {
    const container = this.#containers(root).get(id);
    if (!container) {
      if (force) return;
      throw new OciError('container does not exist');
    }
    const status = statusOf(container);
    if (status !== 'stopped' && status !== 'created' && !force) throw new OciError(`cannot delete container ${id} that is not stopped: ${status}`);
    this.#thaw(container);
    container.init.signal('SIGKILL');
    for (const process of processesIn(this.#kernel, container.cgroup)) process.signal('SIGKILL');
    container.cgroup.remove();
    this.#containers(root).delete(id);
    const directory = this.#files.find(root);
    if (directory?.type === 'directory') directory.remove(id);
  }

  *exec(root: string, id: string, process: OciSpec['process'], stdio: OciStdio, parent: number): Routine<OciProcess> {
    yield* sleep(this.#sim.random.between(12, 20));
    const container = this.#get(root, id);
    const status = statusOf(container);
    if (status === 'stopped') throw new OciError('exec failed: cannot exec in a stopped container');
    if (status === 'paused') throw new OciError('exec failed: cannot exec in a paused container (use --ignore-paused to override)');
    if (process.args.length === 0) throw new OciError('exec failed: args must not be empty');
    return this.#execProcess(container, process, stdio, this.#process(parent));
  }

  state(root: string, id: string): OciState {
    return stateOf(this.#get(root, id));
  }

  list(root: string): readonly OciState[] {
    return [...(this.#roots.get(root)?.values() ?? [])].map(stateOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  pause(root: string, id: string): void {
    const container = this.#get(root, id);
    const status = statusOf(container);
    if (status !== 'running' && status !== 'created') throw new OciError(`container not running: ${status}`);
    container.cgroup.frozen = true;
    for (const process of processesIn(this.#kernel, container.cgroup)) process.sim.freeze();
  }

  resume(root: string, id: string): void {
    const container = this.#get(root, id);
    if (statusOf(container) !== 'paused') throw new OciError('container not paused');
    this.#thaw(container);
  }

  ps(root: string, id: string): readonly number[] {
    return processesIn(this.#kernel, this.#get(root, id).cgroup).map((process) => process.pid);
  }

  update(root: string, id: string, resources: NonNullable<OciSpec['linux']['resources']>): void {
    applyResources(this.#get(root, id).cgroup, resources);
  }

  #launch(
    asked: { readonly root: string; readonly id: string; readonly bundle: string; readonly spec: OciSpec },
    stdio: OciStdio,
    shim: Process,
  ): { readonly container: RuncContainer; readonly tty: Tty | undefined } {
    const { spec, id } = asked;
    const kernel = this.#kernel;
    const others = containerNamespaces(kernel, spec, id);
    const cgroup = kernel.rootCgroup.at(cgroupPath(spec.linux.cgroupsPath ?? `/${id}`));
    if (spec.linux.resources) applyResources(cgroup, spec.linux.resources);
    const mount = this.#rootfs.build(spec, asked.bundle, { pid: others.pid, cgroup, terminal: stdio.terminal !== undefined });
    const namespaces: Namespaces = { ...others, mount };
    const { fds, tty } = openStdio(kernel, stdio, this.#terminals++);
    const gate = new StartGate();
    let command: ReturnType<typeof findCommand> | undefined;
    const init = this.#spawn(shim, {
      argv: ['runc', 'init'],
      program: initProgram(gate, () => command as ReturnType<typeof findCommand>),
      env: environment(
        rootFileSystem(mount, () => kernel.sim.now),
        spec.process,
      ),
      cwd: spec.process.cwd,
      fds,
      session: 'new',
      tty: tty ?? null,
      credentials: credentialsOf(spec.process),
      namespaces,
      cgroup,
    });
    init.oomScoreAdj = spec.process.oomScoreAdj ?? 0;
    try {
      command = findCommand(init, spec.process.args);
    } catch (error) {
      init.terminate(1);
      cgroup.remove();
      if (error instanceof OciError) throw new OciError(`runc create failed: unable to start container process: error during container init: ${error.message}`);
      throw error;
    }
    if (tty) bridgeTerminal(shim, init, tty, stdio);
    return { container: { ...asked, cgroup, init, gate, created: this.#sim.now }, tty };
  }

  #execProcess(container: RuncContainer, process: OciSpec['process'], stdio: OciStdio, shim: Process): OciProcess {
    const { init, cgroup } = container;
    const { fds, tty } = openStdio(this.#kernel, stdio, this.#terminals++);
    const files = rootFileSystem(init.namespaces.mount, () => this.#kernel.sim.now);
    try {
      const started = this.#kernel.spawn(shim, {
        argv: process.args,
        env: environment(files, process),
        cwd: process.cwd,
        fds,
        session: 'new',
        tty: tty ?? null,
        credentials: credentialsOf(process),
        namespaces: init.namespaces,
        cgroup,
      });
      if (tty) bridgeTerminal(shim, started, tty, stdio);
      return this.#handle(started, tty, () => started.oomKilled);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const name = process.args[0] ?? '';
      throw new OciError(`exec failed: unable to start container process: ${execError(files, name, error)}`);
    }
  }

  #spawn(shim: Process, options: Parameters<Kernel['spawn']>[1]): Process {
    try {
      return this.#kernel.spawn(shim, options);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new OciError(`runc create failed: unable to start container process: fork/exec /proc/self/exe: ${error.message.toLowerCase()}`);
    }
  }

  #handle(process: Process, tty: Tty | undefined, oomKilled: () => boolean): OciProcess {
    return {
      pid: process.pid,
      exitStatus: () => process.exitStatus,
      oomKilled: () => process.oomKilled || oomKilled(),
      exited: process.changed,
      resize: (size) => tty?.resize(size),
      ...(tty ? { terminal: { mode: () => tty.mode, reader: () => tty.activeReader } } : {}),
    };
  }

  /** A container frozen by its cgroup runs on. */
  #thaw(container: RuncContainer): void {
    if (!container.cgroup.frozen) return;
    container.cgroup.frozen = false;
    for (const process of processesIn(this.#kernel, container.cgroup)) if (process.state !== 'stopped') process.sim.thaw();
  }

  #readSpec(bundle: string): OciSpec {
    const inode = this.#files.find(`${bundle}/config.json`);
    if (inode?.type !== 'file') throw new OciError('runc create failed: JSON specification file config.json not found');
    if (inode instanceof JsonFile && inode.value !== undefined) return inode.value as OciSpec;
    try {
      return JSON.parse(inode.read()) as OciSpec;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new OciError(`runc create failed: invalid config.json: ${error.message}`);
    }
  }

  #containers(root: string): Map<string, RuncContainer> {
    let containers = this.#roots.get(root);
    if (!containers) {
      containers = new Map();
      this.#roots.set(root, containers);
    }
    if (!this.#files.exists(root)) this.#files.mkdir(root, { parents: true, mode: 0o711 });
    return containers;
  }

  #get(root: string, id: string): RuncContainer {
    const container = this.#roots.get(root)?.get(id);
    if (!container) throw new OciError('container does not exist');
    return container;
  }

  #process(pid: number): Process {
    const process = this.#kernel.processes.get(pid) ?? this.#kernel.host.pid.init;
    if (!process) throw new OciError(`runc create failed: no process ${pid}`);
    return process;
  }
}
