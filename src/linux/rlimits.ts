/** Resource limits (getrlimit(2)): what they are called, what a process starts with, and those that the kernel holds processes to. */
import { capable } from './file-user.ts';
import type { Process } from './process.ts';

type Limit = { readonly soft: number; readonly hard: number };

/** By the kernel's names (`RLIMIT_NOFILE`), where they are not the node's own; a child inherits them. Below zero: unlimited. */
export type Rlimits = Readonly<Record<string, Limit>>;

const none = -1;

/** Name, letter of `ulimit`, words of /proc/PID/limits and of prlimit, unit, soft and hard: in the order of /proc. */
export const resources: readonly (readonly [name: string, letter: string, words: string, description: string, unit: string, soft: number, hard: number])[] = [
  ['CPU', 't', 'cpu time', 'CPU time', 'seconds', none, none],
  ['FSIZE', 'f', 'file size', 'max file size', 'bytes', none, none],
  ['DATA', 'd', 'data size', 'max data size', 'bytes', none, none],
  ['STACK', 's', 'stack size', 'max stack size', 'bytes', 8_388_608, none],
  ['CORE', 'c', 'core file size', 'max core file size', 'bytes', 0, none],
  ['RSS', 'm', 'resident set', 'max resident set size', 'bytes', none, none],
  ['NPROC', 'u', 'processes', 'max number of processes', 'processes', 15_459, 15_459],
  ['NOFILE', 'n', 'open files', 'max number of open files', 'files', 1024, 524_288],
  ['MEMLOCK', 'l', 'locked memory', 'max locked-in-memory address space', 'bytes', 514_174_976, 514_174_976],
  ['AS', 'v', 'address space', 'address space limit', 'bytes', none, none],
  ['LOCKS', 'x', 'file locks', 'max number of file locks held', 'locks', none, none],
  ['SIGPENDING', 'i', 'pending signals', 'max number of pending signals', 'signals', 15_459, 15_459],
  ['MSGQUEUE', 'q', 'msgqueue size', 'max bytes in POSIX mqueues', 'bytes', 819_200, 819_200],
  ['NICE', 'e', 'nice priority', 'max nice prio allowed to raise', '', 0, 0],
  ['RTPRIO', 'r', 'realtime priority', 'max real-time priority', '', 0, 0],
  ['RTTIME', 'R', 'realtime timeout', 'timeout for real-time tasks', 'us', none, none],
];

/** What would stop programs of the lab in ways that they do not know: not to be lowered. */
export const unsimulated: ReadonlySet<string> = new Set(['CPU', 'FSIZE', 'DATA', 'AS', 'RTTIME']);

/** fs.nr_open: nobody may open more. */
const mostFiles = 1_048_576;

export function rlimitOf({ rlimits }: { readonly rlimits: Rlimits }, name: string): Limit {
  const own = rlimits[`RLIMIT_${name}`];
  if (own) return { soft: own.soft >= 2 ** 63 ? none : own.soft, hard: own.hard >= 2 ** 63 ? none : own.hard };
  const [, , , , , soft = none, hard = none] = resources.find(([each]) => each === name) ?? [];
  return { soft, hard };
}

/** setrlimit(2); says why not. */
export function setRlimit(target: Process, name: string, limit: Limit, by: Process): 'EINVAL' | 'EPERM' | undefined {
  const size = (value: number): number => (value < 0 ? Number.POSITIVE_INFINITY : value);
  if (size(limit.soft) > size(limit.hard)) return 'EINVAL';
  const tooMany = name === 'NOFILE' && size(limit.hard) > mostFiles;
  if (tooMany || (!capable(by.credentials, 'CAP_SYS_RESOURCE') && size(limit.hard) > size(rlimitOf(target, name).hard))) return 'EPERM';
  target.rlimits = { ...target.rlimits, [`RLIMIT_${name}`]: limit };
  return undefined;
}

/** Whether no further descriptor fits (EMFILE): the lowest free number is beyond RLIMIT_NOFILE. */
export function filesExhausted({ fds, rlimits }: Process): boolean {
  const limit = rlimits['RLIMIT_NOFILE'];
  if (!limit || limit.soft < 0 || fds.size < limit.soft) return false;
  for (let fd = 0; fd < limit.soft; fd++) if (!fds.has(fd)) return false;
  return true;
}

/** Whether its user may have one more process (EAGAIN); root always may. */
export function mayFork({ uid, rlimits, kernel }: Process): boolean {
  const limit = rlimits['RLIMIT_NPROC'];
  if (!limit || uid === 0 || limit.soft < 0) return true;
  let count = 0;
  for (const process of kernel.processes.values()) if (process.uid === uid) count++;
  return count < limit.soft;
}

const shown = (value: number): string => (value < 0 ? 'unlimited' : String(value));

/** /proc/PID/limits. */
export function limitsText(process: Process): string {
  const rows = resources.map(([name, , words, , unit]) => {
    const { soft, hard } = rlimitOf(process, name);
    return `${`Max ${words}`.padEnd(25)} ${shown(soft).padEnd(20)} ${shown(hard).padEnd(20)} ${unit && unit.padEnd(10)}\n`;
  });
  return `${'Limit'.padEnd(25)} ${'Soft Limit'.padEnd(20)} ${'Hard Limit'.padEnd(20)} Units     \n${rows.join('')}`;
}
