import type { Fiber } from '../sim/fiber.ts';
import { Condition, type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import type { Credentials } from './capabilities.ts';
import type { Cgroup, CgroupMember } from './cgroup.ts';
import { Errno } from './errno.ts';
import { FileSystem } from './file-system.ts';
import type { Kernel } from './kernel.ts';
import type { Namespaces, PidNamespace } from './namespaces.ts';
import type { OpenFile } from './open-file.ts';
import { resolvePath } from './path-walk.ts';
import type { Program, Runnable } from './program.ts';
import type { Rlimits } from './rlimits.ts';
import { defaultAction, type SignalName, signalNumbers } from './signals.ts';
import type { Tty } from './tty.ts';

/** What a child gets instead of what it would inherit. Descriptors given here are taken over by the child: retain what you keep. */
export type SpawnOptions = {
  argv: readonly string[];
  /** What runs: a Program in hand (a subshell, a builtin), or else the file that argv[0] names (looked up in PATH). */
  readonly program?: Program;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** All descriptors of the child; default: the parent's, retained. */
  readonly fds?: ReadonlyMap<number, OpenFile>;
  /** 'new' makes it the leader of a process group of its own. */
  readonly group?: 'new' | number;
  readonly session?: 'new';
  readonly credentials?: Credentials;
  readonly namespaces?: Partial<Namespaces>;
  readonly cgroup?: Cgroup;
  readonly tty?: Tty | null;
};

type Handler = 'ignore' | (() => void);

/** One process of a node. Programs get theirs as second argument; everything a program may do goes through it. */
export class Process implements CgroupMember {
  readonly kernel: Kernel;
  readonly sim: Sim;
  /** Number on the node (the outermost pid namespace). */
  readonly pid: number;
  readonly pids = new Map<PidNamespace, number>();
  /** Changes with execve (a container's init becomes the container's command). */
  argv: readonly string[];
  /** Name of the executable, as `ps -o comm` shows it. */
  comm: string;
  /** Path of the executable. */
  exe = '';
  parent: Process | undefined;
  readonly children = new Set<Process>();
  readonly fds: Map<number, OpenFile>;
  readonly fs: FileSystem;
  readonly namespaces: Namespaces;
  readonly startedAt: number;
  env: Record<string, string>;
  cwd: string;
  umask = 0o022;
  rlimits: Rlimits = {};
  credentials: Credentials;
  cgroup: Cgroup;
  group: number;
  session: number;
  tty: Tty | undefined;
  /** running, stopped (SIGSTOP), zombie (ended, not yet waited for), dead. */
  state: 'running' | 'stopped' | 'zombie' | 'dead' = 'running';
  /** As `$?` shows it: the code, or 128 + signal. */
  exitStatus: number | undefined;
  termSignal: SignalName | undefined;
  oomKilled = false;
  ready = false; // READY=1 (sd_notify); told by `changed`.
  /** The process ends, stops or continues. */
  readonly changed = new Condition();
  readonly childChanged = new Condition();
  /** Orphans below this one become its children (prctl PR_SET_CHILD_SUBREAPER): a shim. */
  subreaper = false;
  /** Its children are taken out of the table as soon as they end (SIGCHLD ignored): PID 1. */
  reapsChildren = false;
  /** Written to /proc/PID/status and used by `top`; grow with `allocate`. */
  memoryBytes = 512 * 1024;
  /** Thousandths of a CPU that it uses all the time, beside what it works. */
  loadMillis = 0;
  oomScoreAdj = 0;
  cpuMicros = 0;
  readonly #handlers = new Map<SignalName, Handler>();
  #main: Fiber<number> | undefined;

  constructor(
    kernel: Kernel,
    parent: Process | undefined,
    pid: number,
    options: SpawnOptions & { readonly namespaces: Namespaces; readonly cgroup: Cgroup; readonly sim: Sim },
  ) {
    this.kernel = kernel;
    this.sim = options.sim;
    this.pid = pid;
    this.parent = parent;
    this.argv = options.argv;
    this.comm = (options.argv[0] ?? '').slice((options.argv[0] ?? '').lastIndexOf('/') + 1);
    this.namespaces = options.namespaces;
    this.cgroup = options.cgroup;
    this.env = { ...(options.env ?? parent?.env ?? {}) };
    this.cwd = options.cwd ?? parent?.cwd ?? '/';
    this.credentials = { ...(options.credentials ?? parent?.credentials ?? { uid: 0, gid: 0, groups: [] }) };
    this.umask = parent?.umask ?? 0o022;
    this.rlimits = parent?.rlimits ?? {};
    this.fds = new Map(options.fds ?? [...(parent?.fds ?? [])].map(([fd, file]) => [fd, file.retain()]));
    this.session = options.session === 'new' || !parent ? pid : parent.session;
    this.group = options.group === 'new' || options.session === 'new' || !parent ? pid : (options.group ?? parent.group);
    this.tty = options.tty === null ? undefined : (options.tty ?? parent?.tty);
    this.startedAt = kernel.sim.now;
    if (parent) for (const [signal, handler] of parent.#handlers) if (handler === 'ignore') this.#handlers.set(signal, 'ignore');
    this.fs = new FileSystem(options.namespaces.mount, this);
  }

  // ── what a program uses ──

  get stdin(): OpenFile {
    return this.fd(0);
  }
  get stdout(): OpenFile {
    return this.fd(1);
  }
  get stderr(): OpenFile {
    return this.fd(2);
  }
  get now(): number {
    return this.kernel.now;
  }
  get uid(): number {
    return this.credentials.uid;
  }
  /** Its number as it knows it itself. */
  get self(): string {
    return String(this.pids.get(this.namespaces.pid) ?? this.pid);
  }

  fd(number: number): OpenFile {
    const file = this.fds.get(number);
    if (!file) throw new Errno('EBADF');
    return file;
  }

  *print(text: string): Routine {
    if (text !== '') yield* this.stdout.write(text);
  }
  *printError(text: string): Routine {
    if (text !== '') yield* this.stderr.write(text);
  }

  /** Says that it computes much: see Sim.toil. */
  toil(steps: number): void {
    this.kernel.sim.toil(steps);
  }

  /** An absolute path, seen from the working directory. */
  path(path: string): string {
    return resolvePath(this.cwd, path);
  }

  chdir(path: string): void {
    const inode = this.fs.stat(path);
    if (inode.type !== 'directory') throw new Errno('ENOTDIR', path);
    this.fs.check(inode, 1, path);
    this.cwd = this.fs.realpath(path);
  }

  /** fork and exec in one. Throws ENOENT, EACCES, EAGAIN. */
  spawn(options: SpawnOptions): Process {
    return this.kernel.spawn(this, options);
  }

  /**
   * execve: this process becomes another program, which the caller then runs as `program(argv, process)`.
   * Throws ENOENT, EACCES, ENOEXEC before anything has changed. Handlers go, ignored signals stay ignored.
   */
  exec(argv: readonly string[], env: Readonly<Record<string, string>> = this.env): Runnable {
    const { path, prepared } = this.kernel.executable(this, argv, env);
    this.env = { ...env };
    this.argv = prepared.argv;
    this.exe = path;
    this.comm = path.slice(path.lastIndexOf('/') + 1);
    this.kernel.onSpawn(this);
    for (const [signal, handler] of [...this.#handlers]) if (handler !== 'ignore') this.#handlers.delete(signal);
    return prepared;
  }

  /** Waits for a child's end and reaps it; gives its exit status. */
  *wait(child: Process): Routine<number> {
    while (child.exitStatus === undefined) yield { on: [child.changed] };
    this.reap(child);
    return child.exitStatus;
  }

  reap(child: Process): void {
    if (child.state === 'zombie') this.kernel.forget(child);
  }

  /** Ends this process from inside a callback; a program itself just returns its status, or throws Exit. */
  exit(status: number): void {
    this.terminate(status);
  }

  /** Installs a handler, 'ignore', or undefined for the default action. */
  onSignal(signal: SignalName, handler: Handler | undefined): void {
    if (handler === undefined) this.#handlers.delete(signal);
    else this.#handlers.set(signal, handler);
  }

  handles(signal: SignalName): boolean {
    return this.#handlers.has(signal);
  }

  /** Uses the CPU: takes so much virtual time and is charged to the cgroup. A quota below one CPU makes it take longer. */
  *work(milliseconds: number): Routine {
    const micros = milliseconds * 1000;
    this.cpuMicros += micros;
    this.cgroup.burn(micros);
    const share = Math.min(1, this.cgroup.cpuQuotaMicros / this.cgroup.cpuPeriodMicros);
    yield* sleep(milliseconds / Math.max(share, 0.001));
  }

  /** From now on it uses so many thousandths of a CPU all the time: what a component does in the background, which nobody steps through. */
  steady(millis: number): void {
    this.cgroup.addLoad(millis - this.loadMillis);
    this.loadMillis = millis;
  }

  /** Grows (or shrinks) the resident memory; may be answered by the OOM killer. */
  allocate(bytes: number): void {
    this.memoryBytes += bytes;
    this.cgroup.chargeMemory(bytes);
  }

  // ── what the kernel and others do to it ──

  /** A signal arrives. `from` is the process that sent it; the kernel and a runtime that ends a container give none. */
  signal(signal: SignalName, from?: Process): void {
    if (this.state === 'zombie' || this.state === 'dead') return;
    // Nobody in its own pid namespace can kill or stop an init: kernel/signal.c, SIGNAL_UNKILLABLE.
    const unkillable = this.namespaces.pid.init === this;
    if (unkillable && from?.namespaces.pid === this.namespaces.pid && (signal === 'SIGKILL' || signal === 'SIGSTOP')) return;
    if (signal === 'SIGKILL') return this.terminate(137, 'SIGKILL');
    if (signal === 'SIGSTOP') return this.#stop();
    if (signal === 'SIGCONT') this.#continue();
    const handler = this.#handlers.get(signal);
    if (handler === 'ignore') return;
    if (handler) return handler();
    if (unkillable) return; // An init has no default actions.
    const action = defaultAction(signal);
    if (action === 'terminate') this.terminate(128 + signalNumbers[signal], signal);
    else if (action === 'stop') this.#stop();
  }

  oomKill(group?: string): void {
    this.oomKilled = true;
    this.kernel.log(
      `Memory cgroup out of memory: Killed process ${this.pid} (${this.comm}) total-vm:${Math.round(this.memoryBytes / 1024)}kB, anon-rss:${Math.round(this.memoryBytes / 1024)}kB, UID:${this.uid} pgtables:60kB oom_score_adj:${this.oomScoreAdj}`,
    );
    if (group !== undefined) this.kernel.log(`Tasks in ${group} are going to be killed due to memory.oom.group set`);
    this.terminate(137, 'SIGKILL');
  }

  /** Started once, by the kernel. */
  run(main: Routine<number>): void {
    this.#main = this.sim.go(main, `${this.comm}[${this.pid}]`);
  }

  /** Ends the process: its routines stop (their `finally` blocks run), its descriptors close, its parent is told. */
  terminate(status: number, signal?: SignalName): void {
    if (this.exitStatus !== undefined) return;
    this.exitStatus = status;
    this.termSignal = signal;
    this.state = 'zombie';
    this.sim.stop();
    this.kernel.ended(this);
  }

  get main(): Fiber<number> | undefined {
    return this.#main;
  }

  #stop(): void {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.sim.freeze();
    this.changed.notify();
    this.parent?.childChanged.notify();
  }

  #continue(): void {
    if (this.state !== 'stopped') return;
    this.state = 'running';
    this.sim.thaw();
    this.changed.notify();
    this.parent?.childChanged.notify();
  }
}
