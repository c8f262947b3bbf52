/** conmon: the process between CRI-O and one container. It writes the log, waits for the end, and outlives the daemon (containers/conmon). */
import { LogFile, pumpLog } from '../cri/logs.ts';
import type { CriContainer } from '../cri/records.ts';
import type { OciProcess } from '../interfaces/oci.ts';
import type { Cgroup } from '../linux/cgroup.ts';
import { FileNode } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from '../linux/process.ts';
import type { Program } from '../linux/program.ts';
import type { Routine } from '../sim/routine.ts';

/** What copies one stream to the log. */
type Pump = { readonly done: boolean };

/** How a container ended. */
type Exit = { readonly code: number; readonly at: number; readonly oomKilled: boolean };

type ConmonOptions = {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly bundle: string;
  readonly persist: string;
  readonly logPath: string;
  readonly exitsDir: string;
  /** Of the OCI runtime. */
  readonly runtimePath: string;
  readonly runtimeRoot: string;
  readonly systemd: boolean;
  /** `-t`, `-i`, `--leave-stdin-open` */
  readonly streams: readonly string[];
  readonly cgroup: string;
};

/** Serves until its container has ended: what it does is done by its fibers. */
const conmonProgram: Program = function* (_argv, process) {
  process.onSignal('SIGTERM', () => {});
  process.onSignal('SIGINT', () => {});
  for (;;) yield { on: [process.changed] };
};

/** One monitor: a process that holds a container's streams and waits for its end. */
export class Conmon {
  readonly id: string;
  readonly process: Process;
  readonly #kernel: Kernel;
  readonly #files: FileSystem;
  readonly #exitsDir: string;
  readonly #cgroup: Cgroup;
  #log: LogFile | undefined;
  init: OciProcess | undefined;
  exit: Exit | undefined;
  /** The daemon, while it is up. */
  listener: ((conmon: Conmon) => void) | undefined;

  constructor(kernel: Kernel, files: FileSystem, options: ConmonOptions) {
    this.id = options.id;
    this.#kernel = kernel;
    this.#files = files;
    this.#exitsDir = options.exitsDir;
    this.#cgroup = kernel.rootCgroup.at(options.cgroup);
    const starter = {
      argv: argumentsOf(options),
      program: conmonProgram,
      cwd: options.bundle,
      fds: new Map(),
      session: 'new' as const,
      tty: null,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      credentials: { uid: 0, gid: 0, groups: [] },
      cgroup: this.#cgroup,
      namespaces: kernel.host,
    };
    const init = kernel.host.pid.init;
    this.process = init ? kernel.spawn(init, starter) : kernel.start(starter);
    this.process.comm = 'conmon';
    this.process.exe = options.path;
    this.process.subreaper = true;
    this.process.reapsChildren = true;
    this.process.oomScoreAdj = -1000;
    this.#note(options.bundle, 'conmon-pidfile', String(this.process.pid));
  }

  get alive(): boolean {
    return this.process.exitStatus === undefined;
  }

  /** The runtime has made the container: its output goes to the log from now on. */
  attach(init: OciProcess, bundle: string, container: CriContainer | undefined): void {
    this.init = init;
    this.#note(bundle, 'pidfile', String(init.pid));
    const pumps = container ? this.#openLog(container) : [];
    this.process.sim.go(this.#monitor(init, pumps), `conmon:${this.id.slice(0, 12)}`);
  }

  /** After a rotation, `reopen` is what the daemon writes to its control pipe. */
  reopenLog(): void {
    this.#log?.reopen();
  }

  /** The container was never made, or is being removed. */
  end(): void {
    if (this.alive) this.process.exit(0);
    this.#cgroup.remove();
  }

  #openLog(container: CriContainer): readonly Pump[] {
    const { sim } = this.process;
    const log = new LogFile(this.#files, container.logPath, (steps) => sim.toil(steps));
    this.#log = log;
    log.reopen();
    const now = (): number => this.#kernel.now;
    return (['stdout', 'stderr'] as const)
      .filter((stream) => container.io[stream])
      .map((stream) => sim.go(pumpLog(container, stream, log, now), `log:${this.id.slice(0, 12)}`));
  }

  *#monitor(init: OciProcess, pumps: readonly Pump[]): Routine {
    const scope = this.#kernel.processes.get(init.pid)?.cgroup;
    while (init.exitStatus() === undefined) yield { on: [init.exited] };
    this.exit = { code: init.exitStatus() ?? 255, at: this.process.now, oomKilled: init.oomKilled() };
    // systemd takes an empty scope away.
    scope?.remove();
    this.#note(this.#exitsDir, this.id, String(this.exit.code));
    this.listener?.(this);
    // What children still write is waited for, a moment.
    for (let tries = 0; tries < 5 && pumps.some(({ done }) => !done); tries++) yield { timeout: 10 };
    this.end();
  }

  #note(folder: string, name: string, text: string): void {
    const directory = this.#files.find(folder);
    if (directory?.type === 'directory') directory.add(name, new FileNode({ mode: 0o644, uid: 0, gid: 0, mtime: this.process.now }, text));
  }
}

const argumentsOf = (options: ConmonOptions): readonly string[] => [
  options.path,
  ...['-b', options.bundle, '-c', options.id, '--exit-dir', options.exitsDir, '-l', options.logPath, '--log-level', 'info', '-n', options.name],
  ...['-P', `${options.bundle}/conmon-pidfile`, '-p', `${options.bundle}/pidfile`, '--persist-dir', options.persist],
  ...['-r', options.runtimePath, '--runtime-arg', `--root=${options.runtimeRoot}`, '--socket-dir-path', '/var/run/crio', '--syslog', '-u', options.id],
  ...(options.systemd ? ['-s'] : []),
  ...options.streams,
];

/** /run: the monitors that are up, found again by a daemon that comes back. */
export class RunFile extends FileNode {
  readonly conmons = new Map<string, Conmon>();
  constructor(now: number) {
    super({ mode: 0o644, uid: 0, gid: 0, mtime: now });
  }
}
