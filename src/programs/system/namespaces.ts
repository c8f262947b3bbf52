/** lsns, nsenter, unshare (util-linux 2.41). */
import { Errno } from '../../linux/errno.ts';
import type { DirectoryNode } from '../../linux/inode.ts';
import type { Kernel } from '../../linux/kernel.ts';
import { MountNamespace } from '../../linux/mounts.ts';
import { CgroupNamespace, type Namespaces, OpaqueNamespace, PidNamespace, UtsNamespace } from '../../linux/namespaces.ts';
import { NetworkNamespace } from '../../linux/network.ts';
import { resolvePath } from '../../linux/path-walk.ts';
import type { Process, SpawnOptions } from '../../linux/process.ts';
import { newProcfs } from '../../linux/procfs.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { cannotRunStatus } from '../execute.ts';
import { commandLine, visible } from '../processes/ps.ts';
import { quote } from '../quote.ts';
import { aligned } from '../table.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { userName } from '../users.ts';

/** Option letter, name in Namespaces, name in /proc/PID/ns. */
const kinds = [
  ['m', 'mount', 'mnt'],
  ['u', 'uts', 'uts'],
  ['i', 'ipc', 'ipc'],
  ['n', 'network', 'net'],
  ['p', 'pid', 'pid'],
  ['C', 'cgroup', 'cgroup'],
  ['U', 'user', 'user'],
] as const;

/** The number that /proc/PID/ns shows. */
const inodeOf = (namespaces: Namespaces, kind: keyof Namespaces): number => {
  const namespace = namespaces[kind];
  return 'inode' in namespace && typeof namespace.inode === 'number' ? namespace.inode : 0;
};

/** The number and the file of a network namespace that a file holds. */
function held(call: Call, network: NetworkNamespace): readonly string[] {
  const id = [...call.process.kernel.networkNamespaces.values()].indexOf(network);
  return id < 0 ? ['unassigned', ''] : [String(id), [...call.process.kernel.networkNamespaces.keys()][id] ?? ''];
}

const lsns = tool({
  usage: '[options] [<namespace>]',
  summary: 'List system namespaces.',
  options: [
    ['t,type=name', 'namespace type (mnt, net, ipc, user, pid, uts, cgroup)'],
    ['p,task=pid', 'print process namespaces'],
    ['n,noheadings', "don't print headings"],
    ['o,output=list', ''],
    ['l,list', ''],
    ['W,nowrap', ''],
  ],
  *run(call) {
    const all = visible(call.process).filter(({ process }) => process.state !== 'zombie');
    const rows: string[][] = [];
    for (const [, kind, name] of kinds) {
      if (call.has('t') && call.value('t') !== name) continue;
      const seen = new Map<object, { readonly pid: number; readonly process: Process }[]>();
      for (const each of all) {
        const namespace = each.process.namespaces[kind];
        seen.set(namespace, [...(seen.get(namespace) ?? []), each]);
      }
      for (const members of seen.values()) {
        const first = members[0];
        if (!first || (call.has('p') && !members.some(({ pid }) => pid === Number(call.value('p'))))) continue;
        rows.push([
          String(inodeOf(first.process.namespaces, kind)),
          name,
          String(members.length),
          String(first.pid),
          userName(call.process, first.process.uid),
          commandLine(first.process),
          ...held(call, first.process.namespaces.network),
        ]);
      }
    }
    rows.sort((a, b) => Number(a[0]) - Number(b[0]));
    const columns = ['NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'COMMAND', 'NETNSID', 'NSFS'];
    const usual = call.value('t') === 'net' ? 'NS,TYPE,NPROCS,PID,USER,NETNSID,NSFS,COMMAND' : 'NS,TYPE,NPROCS,PID,USER,COMMAND';
    const shown = (call.value('o') ?? usual).split(',').map((name) => columns.indexOf(name.toUpperCase()));
    const unknown = call.value('o')?.split(',')[shown.indexOf(-1)];
    if (unknown !== undefined) throw new Failure(`unknown column: ${unknown}`);
    const table = [...(call.has('n') ? [] : [columns]), ...rows].map((row) => shown.map((column) => row[column] ?? ''));
    const isLeft = new Set([1, 4, 5, 7]);
    yield* call.print(aligned(table, (i) => !isLeft.has(shown[i] ?? 0)));
    return 0;
  },
});

const nsenter = tool({
  usage: '[options] [<program> [<argument>...]]',
  summary: 'Run a program with namespaces of other processes.',
  inOrder: true,
  options: [
    ['a,all', 'enter all namespaces'],
    ['t,target=pid', 'target process to get namespaces from'],
    ['m,mount[=file]', 'enter mount namespace'],
    ['u,uts[=file]', 'enter UTS namespace (hostname etc)'],
    ['i,ipc[=file]', 'enter System V IPC namespace'],
    ['n,net[=file]', 'enter network namespace'],
    ['p,pid[=file]', 'enter pid namespace'],
    ['C,cgroup[=file]', 'enter cgroup namespace'],
    ['U,user[=file]', 'enter user namespace'],
    ['r,root[=dir]', ''],
    ['w,wd[=dir]', ''],
    ['F,no-fork', ''],
    ['S,setuid[=uid]', ''],
    ['G,setgid[=gid]', ''],
    ['e,env', 'inherit environment variables from target process'],
  ],
  *run(call) {
    const { process } = call;
    const wanted = kinds.filter(([letter]) => call.has('a') || call.has(letter));
    const pid = call.value('t');
    if (pid !== undefined && wanted.length === 0 && !['r', 'w', 'S', 'G'].some((key) => call.has(key))) throw new Failure('no namespace specified');
    if (call.given.length === 0) throw new Failure('no namespace specified');
    const ids = ['S', 'G'].map((key) => Number(call.value(key) ?? 0));
    if (ids.some(Number.isNaN))
      throw new Failure(`failed to parse ${Number.isNaN(ids[0]) ? 'uid' : 'gid'}: '${call.value(Number.isNaN(ids[0]) ? 'S' : 'G')}': Invalid argument`);
    const [uid = 0, gid = 0] = ids;
    const credentials =
      call.has('S') || call.has('G') ? { credentials: { ...process.credentials, uid, gid, groups: call.has('G') ? [] : process.credentials.groups } } : {};
    const environment = call.has('e') && pid !== undefined ? process.namespaces.pid.processes.get(Number(pid))?.env : undefined;
    const byFile = call.value('n');
    if (pid === undefined && byFile === undefined)
      throw new UsageError(wanted.length > 0 ? 'neither filename nor target pid supplied for ns/net' : 'no target PID specified for --all', false);
    const target = pid === undefined ? undefined : process.namespaces.pid.processes.get(Number(pid));
    const first = wanted[0]?.[2] ?? 'net';
    if (pid !== undefined && !target) throw new Failure(`cannot open /proc/${pid}/ns/${first}: No such file or directory`);
    if (process.uid !== 0) throw new Failure(target ? `cannot open /proc/${pid}/ns/${first}: Permission denied` : `cannot open ${byFile}: Permission denied`);
    const namespaces: { -readonly [Kind in keyof Namespaces]?: Namespaces[Kind] } = {};
    if (target) for (const [, kind] of wanted) Object.assign(namespaces, { [kind]: target.namespaces[kind] });
    if (byFile !== undefined) namespaces.network = namedNetwork(call, byFile);
    return yield* inside(call, { namespaces, ...credentials, ...(environment ? { env: environment } : {}), ...(namespaces.mount ? { cwd: '/' } : {}) });
  },
});

/** A namespace that a file of /run/netns or /proc/PID/ns stands for. */
export function namedNetwork(call: Call, path: string): NetworkNamespace {
  const byPid = /^\/proc\/(\d+)\/ns\/net$/.exec(path);
  if (byPid) {
    const target = call.process.namespaces.pid.processes.get(Number(byPid[1]));
    if (target) return target.namespaces.network;
  }
  const held = call.process.kernel.networkNamespaces.get(path);
  if (held) return held;
  const inode = call.process.fs.find(path);
  const listener = inode && 'listener' in inode ? inode.listener : undefined;
  if (listener instanceof NetworkNamespace) return listener;
  throw new Failure(`cannot open ${path}: ${inode ? 'Invalid argument' : 'No such file or directory'}`);
}

/** An empty namespace, which takes over the machine's switch for forwarding. */
export function newNetwork(kernel: Kernel, name: string): NetworkNamespace {
  const network = new NetworkNamespace(kernel.inode(), name);
  Object.assign(network.interfaces.get('lo') ?? {}, { up: false, addresses: [] });
  network.forwarding = kernel.host.network.forwarding;
  return network;
}

/** A mount namespace with the same mounts, whose changes the other does not see. */
function copyMounts(kernel: Kernel, from: MountNamespace): MountNamespace {
  const copy = new MountNamespace(from.root, from.disk, from.readonlyRoot);
  Object.assign(copy, { inode: kernel.inode(), rootSource: from.rootSource, rootType: from.rootType, cgroup: from.cgroup });
  for (const mount of from.mounts.values()) copy.mount(mount);
  return copy;
}

/** What a process sees whose root is a folder, with what is mounted below that. */
function rootedAt(process: Process, from: MountNamespace, inode: DirectoryNode, path: string): MountNamespace {
  const root = resolvePath(process.cwd, path);
  const mount = new MountNamespace(inode, from.disk);
  mount.inode = from.inode;
  for (const each of from.mounts.values()) if (each.path.startsWith(`${root}/`)) mount.mount({ ...each, path: each.path.slice(root.length) });
  return mount;
}

const unshare = tool({
  usage: '[options] [<program> [<argument>...]]',
  summary: 'Run a program with some namespaces unshared from the parent.',
  inOrder: true,
  options: [
    ['m,mount', 'unshare mounts namespace'],
    ['u,uts', 'unshare UTS namespace'],
    ['i,ipc', 'unshare System V IPC namespace'],
    ['n,net', 'unshare network namespace'],
    ['p,pid', 'unshare pid namespace'],
    ['C,cgroup', 'unshare cgroup namespace'],
    ['U,user', 'unshare user namespace'],
    ['f,fork', 'fork before launching <program>'],
    ['T,time', 'unshare time namespace'],
    ['r,map-root-user', 'map current user to root'],
    ['mount-proc[=dir]', 'mount proc filesystem first'],
    ['propagation=slave|shared|private|unchanged', 'modify mount propagation in mount namespace'],
    ['R,root=dir', 'run the command with root directory set to <dir>'],
    ['w,wd=dir', 'change working directory to <dir>'],
    ['kill-child[=signame]', ''],
    ['map-user=uid', ''],
    ['map-group=gid', ''],
    ['map-auto', ''],
    ['c,map-current-user', ''],
    ['setgroups=allow|deny', ''],
    ['S,setuid=uid', ''],
    ['G,setgid=gid', ''],
  ],
  *run(call) {
    const { process } = call;
    const other = ['T', 'kill-child', 'map-user', 'map-group', 'map-auto', 'c', 'setgroups', 'S', 'G'].find((key) => call.has(key));
    if (other !== undefined) throw new Failure(`k8s-lab: unshare ${other.length === 1 ? '-' : '--'}${other} is not simulated`, 70);
    const mapped = call.has('r');
    // What a user namespace gives to somebody else than root, the lab has not.
    if ((call.has('U') && !mapped) || (mapped && process.uid !== 0)) throw new Failure('k8s-lab: mapping users of a user namespace is not simulated', 70);
    if (process.uid !== 0) throw new Failure('unshare failed: Operation not permitted');
    if (/shared|slave/.test(call.value('propagation') ?? ''))
      throw new Failure(`k8s-lab: unshare --propagation ${call.value('propagation')} is not simulated`, 70);
    const { kernel, namespaces: own, fs } = process;
    const namespaces: { -readonly [Kind in keyof Namespaces]?: Namespaces[Kind] } = {};
    if (call.has('u')) namespaces.uts = new UtsNamespace(kernel.inode(), own.uts.hostname);
    if (call.has('n')) namespaces.network = newNetwork(kernel, 'unshared');
    if (call.has('p')) namespaces.pid = new PidNamespace(kernel.inode(), own.pid);
    if (call.has('i')) namespaces.ipc = new OpaqueNamespace(kernel.inode());
    if (call.has('C')) namespaces.cgroup = new CgroupNamespace(kernel.inode(), process.cgroup);
    if (call.has('U') || call.has('r')) {
      namespaces.user = new OpaqueNamespace(kernel.inode());
      namespaces.user.map = [0, 0, 1];
    }
    const [procAt, root] = [call.has('mount-proc') ? (call.value('mount-proc') ?? '/proc') : undefined, call.value('R')];
    if (call.has('m') || procAt !== undefined) namespaces.mount = copyMounts(kernel, fs.namespace);
    if (root !== undefined) {
      const inode = fs.find(root);
      if (inode?.type !== 'directory')
        throw new Failure(`cannot change root directory to '${root}': ${inode ? 'Not a directory' : 'No such file or directory'}`);
      namespaces.mount = rootedAt(process, namespaces.mount ?? fs.namespace, inode, root);
    }
    if (procAt !== undefined) {
      const proc = { source: 'proc', type: 'proc', options: ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'] };
      namespaces.mount?.mount({ ...proc, path: process.path(procAt), root: newProcfs(kernel, namespaces.pid ?? own.pid) });
    }
    const wd = call.value('w') ?? (root === undefined ? undefined : '/');
    return yield* inside(call, { namespaces, ...(wd === undefined ? {} : { cwd: wd }) });
  },
});

/** Runs the program of nsenter and unshare, a shell where none is named (util-linux exec_shell.c, errexec). */
function* inside(call: Call, options: Omit<SpawnOptions, 'argv'>): Routine<ExitCode> {
  const { process, operands } = call;
  const argv = operands.length === 0 ? [process.env['SHELL'] ?? '/bin/sh'] : operands;
  yield* call.out.flush();
  try {
    return yield* process.wait(process.spawn({ ...options, argv }));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new Failure(`failed to execute ${argv[0]}: ${error.message}`, cannotRunStatus(error));
  }
}

const chroot = tool({
  usage: '[OPTION] NEWROOT [COMMAND [ARG]...]',
  summary: 'Run COMMAND with root directory set to NEWROOT.',
  inOrder: true,
  trouble: 125,
  options: [
    ['userspec=USER:GROUP', 'specify user and group to use'],
    ['skip-chdir', "do not change working directory to '/'"],
  ],
  *run(call) {
    const { process } = call;
    const [path, ...command] = call.operands;
    if (path === undefined) throw new UsageError('missing operand');
    const { fs } = process;
    const inode = fs.find(path);
    if (inode?.type !== 'directory')
      throw new Failure(`cannot change root directory to ${quote(path)}: ${inode ? 'Not a directory' : 'No such file or directory'}`, 125);
    if (process.uid !== 0) throw new Failure(`cannot change root directory to ${quote(path)}: Operation not permitted`, 125);
    const mount = rootedAt(process, fs.namespace, inode, path);
    const argv = command.length === 0 ? [process.env['SHELL'] ?? '/bin/sh', '-i'] : command;
    yield* call.out.flush();
    try {
      return yield* process.wait(process.spawn({ argv, namespaces: { mount }, cwd: '/' }));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(`failed to run command ${quote(argv[0] ?? '')}: ${error.message}`, cannotRunStatus(error));
    }
  },
});

export const namespacePrograms = { chroot, lsns, nsenter, unshare };
