/** One node's kernel: its processes, files, cgroups, namespaces and log. */
import type { Sim } from '../sim/sim.ts';
import { AppArmor } from './apparmor.ts';
import { Cgroup } from './cgroup.ts';
import { Disk } from './disk.ts';
import { Errno } from './errno.ts';

import { DirectoryNode, type Inode } from './inode.ts';
import { KernelModules } from './kernel-modules.ts';
import { CgroupNamespace, hostMounts, type Namespaces, OpaqueNamespace, PidNamespace, UtsNamespace } from './namespaces.ts';
import { NetworkNamespace } from './network.ts';
import type { OpenFile, OpenFlags } from './open-file.ts';
import { openPath } from './open-path.ts';
import { Process, type SpawnOptions } from './process.ts';
import { type ProgramTable, type Runnable, withReleases } from './program.ts';
import { mayFork } from './rlimits.ts';
import { runProgram } from './run-program.ts';
import type { SignalName } from './signals.ts';
import type { Systemd } from './systemd.ts';
import type { Tty } from './tty.ts';

type KernelOptions = {
  readonly sim: Sim;
  readonly hostname: string;
  /** What executable files can name. */
  readonly programs: ProgramTable;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly diskBytes: number;
  readonly release?: string;
  readonly machineId?: string;
  readonly bootId?: string;
};

/** What a new process costs the lab, in steps of its engine. */
const spawnSteps = 14;
const maxProcesses = 4096;

export class Kernel {
  readonly sim: Sim;
  readonly programs: ProgramTable;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly release: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly bootedAt: number;
  readonly processes = new Map<number, Process>();
  readonly rootCgroup = new Cgroup('');
  readonly rootDirectory: DirectoryNode;
  readonly disk: Disk;
  /** The namespaces of the node itself. */
  readonly host: Namespaces;
  /** dmesg: `[seconds] text`. */
  readonly messages: { readonly at: number; readonly text: string }[] = [];
  /** Network namespaces that have a name, by the path that holds them open: /run/netns/cni-…. */
  readonly networkNamespaces = new Map<string, NetworkNamespace>();
  /** The same for other kinds, as CRI-O's pinns holds them: /run/utsns/…. */
  readonly pinnedNamespaces = { uts: new Map<string, Namespaces['uts']>(), ipc: new Map<string, Namespaces['ipc']>() };
  /** Told of each program that starts, in a new process or in an old one's place (an execution log, as auditd keeps one); `missing`: what a shell found no program for. */
  onSpawn: (process: Process, missing?: readonly string[]) => void = () => {};
  /** Told of each call to a server behind a unix socket; what it gives is called in its place. */
  onDial: (process: Process, path: string, protocol: string, server: unknown) => unknown = (_process, _path, _protocol, server) => server;
  /** Areas that memory is swapped out to: /proc/swaps. */
  readonly swaps: { readonly path: string; readonly bytes: number }[] = [];
  clockOffset = 0; // How far the node's clock is from true time.
  pidMax = 4_194_304; // kernel.pid_max: no more processes than that.
  systemd: Systemd | undefined; // The init system, once the machine has booted with one.
  readonly modules: KernelModules;
  readonly apparmor = new AppArmor(this);
  #nextInode = 4026531835;

  constructor(options: KernelOptions) {
    this.sim = options.sim;
    this.programs = withReleases(options.programs);
    this.memoryBytes = options.memoryBytes;
    this.cpus = options.cpus;
    this.release = options.release ?? '6.12.57+deb13-amd64';
    this.machineId = options.machineId ?? this.sim.random.hex(32);
    this.bootId = options.bootId ?? this.sim.random.uuid();
    this.bootedAt = this.sim.now;
    this.disk = new Disk(options.diskBytes, 3_000_000);
    this.rootDirectory = new DirectoryNode({ mode: 0o755, uid: 0, gid: 0, mtime: this.sim.now });
    this.rootCgroup.clock = () => this.sim.now;
    this.rootCgroup.memoryMaxBytes = options.memoryBytes;
    this.host = {
      // In the order of include/linux/proc_ns.h; the last two are the first that are counted on.
      cgroup: new CgroupNamespace(this.inode(), this.rootCgroup),
      pid: new PidNamespace(this.inode()),
      user: new OpaqueNamespace(this.inode()),
      uts: new UtsNamespace(this.inode(), options.hostname),
      ipc: new OpaqueNamespace(this.inode()),
      network: new NetworkNamespace(this.inode(), options.hostname),
      mount: hostMounts(this.rootDirectory, this.disk, this.inode()),
    };
    this.modules = new KernelModules((filesystem) => this.#mounts(filesystem));
  }

  /** What the node's clock shows. */
  get now(): number {
    return this.sim.now + this.clockOffset;
  }

  get swapBytes(): number {
    return this.swaps.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get hostname(): string {
    return this.host.uts.hostname;
  }

  /** A number for a new namespace. */
  inode(): number {
    return this.#nextInode++;
  }

  /** How many mounts of a type there are, on the machine and in its containers. */
  #mounts(filesystem: string): number {
    const namespaces = new Set([this.host.mount, ...[...this.processes.values()].map(({ namespaces }) => namespaces.mount)]);
    return [...namespaces].filter((each) => each.rootType === filesystem).length;
  }

  log(text: string): void {
    this.messages.push({ at: this.sim.now, text });
    if (this.messages.length > 2000) this.messages.shift();
  }

  /** The first process (PID 1), or one without a parent. */
  start(options: SpawnOptions): Process {
    return this.#create(undefined, options);
  }

  spawn(parent: Process, options: SpawnOptions): Process {
    return this.#create(parent, options);
  }

  /** The file that a command name means: a path as it is, else the first executable in PATH. Throws ENOENT, EACCES, EISDIR. */
  lookup(process: Process, name: string, searchPath = process.env['PATH']): { readonly path: string; readonly inode: Inode } {
    if (name.includes('/')) return { path: process.path(name), inode: runnable(process, name) };
    let denied: Errno | undefined;
    for (const folder of (searchPath ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':')) {
      const path = `${folder === '' ? '.' : folder}/${name}`;
      const inode = process.fs.find(path);
      if (!inode) continue;
      try {
        return { path: process.path(path), inode: runnable(process, path, inode) };
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        if (error.code === 'EACCES') denied ??= error;
      }
    }
    throw denied ?? new Errno('ENOENT', name);
  }

  /** The Program of an executable file, with the argv it is called with: `#!` scripts run their interpreter. Throws ENOEXEC. */
  resolve(process: Process, path: string, inode: Inode, argv: readonly string[]): Runnable {
    if (inode.type !== 'file') throw new Errno('EACCES', path);
    if (inode.program !== undefined) {
      const program = this.programs.get(inode.program) ?? this.programs.get('not-simulated');
      if (!program) throw new Errno('ENOEXEC', path);
      return { program, argv };
    }
    const text = inode.read();
    const shebang = /^#!\s*(\S+)(?:[ \t]+([^\n]*?))?[ \t]*(?:\n|$)/.exec(text);
    if (!shebang) throw new Errno('ENOEXEC', path);
    const interpreter = shebang[1] as string;
    const script = [interpreter, ...(shebang[2] ? [shebang[2]] : []), path, ...argv.slice(1)];
    return this.resolve(process, interpreter, runnable(process, interpreter), script);
  }

  /** Opens a path as a descriptor: files, devices, terminals. Pipes and sockets are made by their own calls. */
  open(process: Process, path: string, flags: OpenFlags): OpenFile {
    return openPath(process, path, flags);
  }

  /** kill(2) for a process group. */
  signalGroup(group: number, signal: SignalName): boolean {
    let any = false;
    for (const process of [...this.processes.values()])
      if (process.group === group && process.state !== 'zombie') {
        any = true;
        process.signal(signal);
      }
    return any;
  }

  /** Makes a process group of this kernel the foreground of a terminal: its Ctrl-C and Ctrl-Z go there. */
  attach(tty: Tty, group: number): void {
    tty.foreground = group;
    tty.signal = (signal) => {
      this.signalGroup(tty.foreground, signal);
    };
  }

  /** Called by a process that has just ended. */
  ended(process: Process): void {
    for (const file of process.fds.values()) file.close();
    process.fds.clear();
    process.cgroup.leave(process);
    if (process.namespaces.pid.init === process)
      for (const other of [...process.namespaces.pid.processes.values()]) if (other !== process) other.signal('SIGKILL');
    this.#orphans(process);
    const parent = process.parent;
    process.changed.notify();
    if (!parent || parent.exitStatus !== undefined || parent.reapsChildren) this.forget(process);
    else {
      parent.childChanged.notify();
      parent.signal('SIGCHLD');
    }
  }

  /** Takes a zombie out of the table. */
  forget(process: Process): void {
    process.state = 'dead';
    process.parent?.children.delete(process);
    this.processes.delete(process.pid);
    for (const [namespace, pid] of process.pids) namespace.processes.delete(pid);
  }

  #orphans(process: Process): void {
    let heir = process.parent;
    // The init of a pid namespace takes in all that is orphaned in it.
    while (heir && !heir.subreaper && heir.parent && heir.namespaces.pid.init !== heir) heir = heir.parent;
    for (const child of [...process.children]) {
      process.children.delete(child);
      child.parent = heir;
      if (heir && heir.exitStatus === undefined) heir.children.add(child);
      if (child.state === 'zombie') this.forget(child);
    }
  }

  #create(parent: Process | undefined, options: SpawnOptions): Process {
    this.sim.toil(spawnSteps);
    const cgroup = options.cgroup ?? parent?.cgroup ?? this.rootCgroup;
    if (this.processes.size >= Math.min(maxProcesses, this.pidMax) || !cgroup.canFork() || (parent && !mayFork(parent))) throw new Errno('EAGAIN');
    const namespaces: Namespaces = { ...(parent?.namespaces ?? this.host), ...options.namespaces };
    // Numbers on the node come from its own pid namespace; inner namespaces count for themselves.
    const pid = this.#reservePid();
    // The number is in the name so that two processes of one program do not draw the same chance.
    const sim = this.sim.scope(`process:${pid}:${options.argv[0] ?? ''}`);
    const process = new Process(this, parent, pid, { ...options, namespaces, cgroup, sim });
    if (parent?.cgroup === cgroup) process.oomScoreAdj = parent.oomScoreAdj;
    let prepared: Runnable;
    try {
      prepared = options.program ? { program: options.program, argv: options.argv } : this.#prepare(process, options);
    } catch (error) {
      sim.stop();
      for (const file of process.fds.values()) file.close();
      throw error;
    }
    this.#number(process, namespaces.pid);
    this.processes.set(pid, process);
    parent?.children.add(process);
    cgroup.enter(process);
    this.onSpawn(process);
    process.run(runProgram(process, prepared.program, prepared.argv));
    return process;
  }

  #prepare(process: Process, options: SpawnOptions): Runnable {
    const { path, prepared } = this.executable(process, options.argv, process.env);
    process.exe = path;
    process.comm = path.slice(path.lastIndexOf('/') + 1);
    return prepared;
  }

  /** What an argv runs, looked up in the PATH of `env`. */
  executable(process: Process, argv: readonly string[], env: Readonly<Record<string, string>>): { readonly path: string; readonly prepared: Runnable } {
    const name = argv[0] ?? '';
    const found = this.lookup(process, name, env['PATH']);
    // A script is handed to its interpreter under the name it was called by.
    return { path: found.path, prepared: this.resolve(process, name.includes('/') ? name : found.path, found.inode, argv) };
  }

  #lastPid = 0;
  #reservePid(): number {
    return ++this.#lastPid;
  }

  /** Lets numbers run ahead, as on a machine that has been up for a while. */
  skipPids(count: number): void {
    this.#lastPid += count;
  }

  #number(process: Process, namespace: PidNamespace): void {
    process.pids.set(this.host.pid, process.pid);
    this.host.pid.processes.set(process.pid, process);
    for (let inner: PidNamespace | undefined = namespace; inner && inner !== this.host.pid; inner = inner.parent)
      process.pids.set(inner, inner.allocate(process));
  }
}

/** Throws EACCES for what cannot be run. */
function runnable(process: Process, path: string, inode = process.fs.stat(path)): Inode {
  if (inode.type === 'directory') throw new Errno('EACCES', path);
  process.fs.check(inode, 1, path);
  return inode;
}
