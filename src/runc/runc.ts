/** runc: containers as processes of a kernel, by the OCI runtime spec. */
import { OciError, type OciProcess, type OciRuntime, type OciSpec, type OciState, type OciStats, type OciStdio } from '../interfaces/oci.ts';
import { Errno } from '../linux/errno.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { DirectoryNode } from '../linux/inode.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Namespaces } from '../linux/namespaces.ts';
import type { Process } from '../linux/process.ts';
import { parseSignal } from '../linux/signals.ts';
import type { Tty } from '../linux/tty.ts';
import type { Routine } from '../sim/routine.ts';
import { sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { applyResources, cgroupPath, processesIn } from './cgroups.ts';
import { type RuncContainer, StartGate, StateDirectory, stateDirectory, stateOf, statusOf } from './container.ts';
import { credentialsOf, cwdError, environment, execError, findCommand, initProgram, rlimitsOf } from './init.ts';
import { applySysctls, containerNamespaces } from './namespaces.ts';
import { RootfsBuilder, rootFileSystem } from './rootfs.ts';
import { checkSpec, readSpec } from './spec.ts';
import { bridgeTerminal, openStdio } from './stdio.ts';

type RuncOptions = { readonly kernel: Kernel; readonly sim: Sim };

/** The `runc` of one node. Its containers live in the kernel and in their state directories; who calls it does not matter. */
export class Runc implements OciRuntime {
  readonly #kernel: Kernel;
  readonly #sim: Sim;
  readonly #files: FileSystem;
  readonly #rootfs: RootfsBuilder;
  #terminals = 0;

  constructor({ kernel, sim }: RuncOptions) {
    this.#kernel = kernel;
    this.#sim = sim;
    this.#files = rootFileSystem(kernel.host.mount, kernel.sim);
    this.#rootfs = new RootfsBuilder(kernel, this.#files);
  }

  *create(root: string, id: string, bundle: string, stdio: OciStdio, parent: number, options: { readonly systemdCgroup?: boolean } = {}): Routine<OciProcess> {
    yield* sleep(this.#sim.random.between(10, 18));
    const spec = readSpec(this.#files, bundle);
    checkSpec(spec);
    if (!/^[\w+.-]+$/.test(id) || id === '.' || id === '..') throw new OciError('runc create failed: invalid container ID format');
    const containers = this.#directory(root);
    if (containers.lookup(id)) throw new OciError('runc create failed: container with given ID already exists');
    const caller = this.#process(parent);
    const cgroup = this.#kernel.rootCgroup.at(cgroupPath(spec.linux.cgroupsPath ?? '', { id, caller: caller.cgroup.path, systemd: options.systemdCgroup }));
    try {
      const { container, tty } = this.#launch({ root, id, bundle, spec, cgroup }, stdio, caller);
      containers.add(id, stateDirectory(container));
      return this.#handle(container.init, tty, () => container.cgroup.oomKills > 0);
    } catch (error) {
      // Of a container that was never made nothing stays.
      cgroup.remove();
      throw error;
    }
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
    const container = this.#find(root, id);
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
    const directory = this.#files.find(root);
    if (directory?.type !== 'directory') return [];
    return directory.entries().flatMap(([, inode]) => (inode instanceof StateDirectory ? [stateOf(inode.container)] : []));
  }

  pause(root: string, id: string): void {
    const container = this.#get(root, id);
    const status = statusOf(container);
    if (status !== 'running' && status !== 'created') throw new OciError('container not running');
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
    applyResources(this.#kernel, this.#get(root, id).cgroup, resources);
  }

  stats(root: string, id: string): OciStats {
    const { cgroup } = this.#get(root, id);
    const limit = (value: number): { readonly limit?: number } => (Number.isFinite(value) ? { limit: value } : {});
    return {
      pids: { current: cgroup.pids, ...limit(cgroup.pidsMax) },
      memory: { usage: Math.round(cgroup.memoryBytes), ...limit(cgroup.memoryMaxBytes), oomKills: cgroup.oomKills },
      cpuMicros: Math.round(cgroup.cpuUsageMicros),
    };
  }

  #launch(
    asked: Pick<RuncContainer, 'root' | 'id' | 'bundle' | 'spec' | 'cgroup'>,
    stdio: OciStdio,
    shim: Process,
  ): { readonly container: RuncContainer; readonly tty: Tty | undefined } {
    const { spec, id, cgroup } = asked;
    const kernel = this.#kernel;
    const others = containerNamespaces(kernel, spec, id, cgroup);
    applySysctls(others, spec.linux.sysctl);
    if (spec.linux.resources) applyResources(kernel, cgroup, spec.linux.resources);
    const mount = this.#rootfs.build(spec, asked.bundle, { pid: others.pid, network: others.network, cgroup, terminal: stdio.terminal !== undefined });
    const namespaces: Namespaces = { ...others, mount };
    const { fds, tty } = openStdio(kernel, stdio, this.#terminals++, shim);
    const gate = new StartGate();
    let command: ReturnType<typeof findCommand> | undefined;
    const init = this.#spawn(shim, {
      argv: ['runc', 'init'],
      program: initProgram(gate, () => command as ReturnType<typeof findCommand>),
      env: environment(rootFileSystem(mount, kernel.sim), spec.process),
      cwd: spec.process.cwd,
      fds,
      session: 'new',
      tty: tty ?? null,
      credentials: credentialsOf('runc create', kernel, spec.process, spec.linux),
      namespaces,
      cgroup,
    });
    init.oomScoreAdj = spec.process.oomScoreAdj ?? 0;
    init.rlimits = rlimitsOf(spec.process);
    if (spec.process.user.umask !== undefined) init.umask = spec.process.user.umask;
    try {
      command = findCommand(init, spec.process.args);
    } catch (error) {
      init.terminate(1);
      cgroup.remove();
      if (error instanceof OciError) throw new OciError(`runc create failed: unable to start container process: error during container init: ${error.message}`);
      throw error;
    }
    if (tty) bridgeTerminal(shim, init, tty, stdio);
    return { container: { ...asked, init, gate, created: this.#kernel.now }, tty };
  }

  #execProcess(container: RuncContainer, process: OciSpec['process'], stdio: OciStdio, shim: Process): OciProcess {
    const { init, cgroup } = container;
    const { fds, tty } = openStdio(this.#kernel, stdio, this.#terminals++, shim);
    const files = rootFileSystem(init.namespaces.mount, this.#kernel.sim);
    if (!files.isDirectory(process.cwd)) throw new OciError(`exec failed: unable to start container process: ${cwdError(files, process.cwd)}`);
    try {
      const started = this.#kernel.spawn(shim, {
        argv: process.args,
        env: environment(files, process),
        cwd: process.cwd,
        fds,
        session: 'new',
        tty: tty ?? null,
        credentials: credentialsOf('exec', this.#kernel, process, container.spec.linux),
        namespaces: init.namespaces,
        cgroup,
      });
      if (process.user.umask !== undefined) started.umask = process.user.umask;
      started.rlimits = rlimitsOf(process);
      started.oomScoreAdj = process.oomScoreAdj ?? container.spec.process.oomScoreAdj ?? 0;
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

  /** Where the state of containers lies, made if missing. */
  #directory(root: string): DirectoryNode {
    const found = this.#files.find(root);
    if (found?.type === 'directory') return found;
    this.#files.mkdir(root, { parents: true, mode: 0o711 });
    const made = this.#files.stat(root);
    if (made.type !== 'directory') throw new Errno('ENOTDIR', root);
    return made;
  }

  #find(root: string, id: string): RuncContainer | undefined {
    const directory = this.#files.find(root);
    const state = directory?.type === 'directory' ? directory.lookup(id) : undefined;
    return state instanceof StateDirectory ? state.container : undefined;
  }

  #get(root: string, id: string): RuncContainer {
    const container = this.#find(root, id);
    if (!container) throw new OciError('container does not exist');
    return container;
  }

  #process(pid: number): Process {
    const process = this.#kernel.processes.get(pid) ?? this.#kernel.host.pid.init;
    if (!process) throw new OciError(`runc create failed: no process ${pid}`);
    return process;
  }
}
