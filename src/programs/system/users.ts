/** Who one is, and who is there: id, whoami, groups, who, tty, pwd. */
import type { Process } from '../../linux/process.ts';
import { isBusybox } from '../busybox-words.ts';
import { quote } from '../quote.ts';
import { strftime, zoneOf } from '../time.ts';
import { Failure, tool } from '../tool.ts';
import { groups as allGroups, findUser, groupName, userName } from '../users.ts';
import { sessions, uptimeLine } from './uptime.ts';

function membership(process: Process, name: string | undefined): { readonly uid: number; readonly gid: number; readonly groups: number[] } {
  if (name === undefined) {
    const { uid, gid, groups } = process.credentials;
    // The kernel keeps them sorted; coreutils names the process' own group first.
    return { uid, gid, groups: [...new Set(isBusybox(process) && groups.includes(gid) ? groups : [gid, ...groups])] };
  }
  const user = findUser(process, name);
  if (!user) throw new Failure(`${quote(name)}: no such user`);
  return {
    uid: user.uid,
    gid: user.gid,
    groups: [
      ...new Set([
        user.gid,
        ...allGroups(process)
          .filter((group) => group.members.includes(user.name))
          .map((group) => group.gid),
      ]),
    ],
  };
}

const id = tool({
  usage: '[OPTION]... [USER]...',
  summary: 'Print user and group information for each specified USER, or for the current user.',
  options: [
    ['g,group', 'print only the effective group ID'],
    ['G,groups', 'print all group IDs'],
    ['n,name', 'print a name instead of a number, for -ugG'],
    ['r,real', ''],
    ['u,user', 'print only the effective user ID'],
  ],
  *run(call) {
    const { process } = call;
    const { uid, gid, groups } = membership(process, call.operands[0]);
    const user = (value: number): string => (call.has('n') ? userName(process, value) : String(value));
    const group = (value: number): string => (call.has('n') ? groupName(process, value) : String(value));
    const named = (value: number, name: string): string => (name === String(value) ? name : `${value}(${name})`);
    if (call.has('u')) yield* call.print(`${user(uid)}\n`);
    else if (call.has('g')) yield* call.print(`${group(gid)}\n`);
    else if (call.has('G')) yield* call.print(`${groups.map(group).join(' ')}\n`);
    else
      yield* call.print(
        `uid=${named(uid, userName(process, uid))} gid=${named(gid, groupName(process, gid))} groups=${groups.map((each) => named(each, groupName(process, each))).join(',')}\n`,
      );
    return 0;
  },
});

const whoami = tool({
  usage: '',
  summary: 'Print the user name associated with the current effective user ID.',
  options: [],
  *run(call) {
    const name = userName(call.process, call.process.uid);
    if (name === String(call.process.uid)) throw new Failure(`cannot find name for user ID ${name}`);
    yield* call.print(`${name}\n`);
    return 0;
  },
});

const groups = tool({
  usage: '[USERNAME]...',
  summary: 'Print group memberships.',
  options: [],
  *run(call) {
    const shown = (name?: string): string =>
      membership(call.process, name)
        .groups.map((gid) => groupName(call.process, gid))
        .join(' ');
    if (call.operands.length === 0) yield* call.print(`${shown()}\n`);
    for (const name of call.operands) yield* call.print(`${name} : ${shown(name)}\n`);
    return 0;
  },
});

const who = tool({
  usage: '[OPTION]...',
  summary: 'Print information about users who are currently logged in.',
  options: [
    ['b,boot', 'time of last system boot'],
    ['q,count', ''],
    ['a,all', ''],
    ['m', ''],
  ],
  *run(call) {
    const when = (at: number): string => strftime('%Y-%m-%d %H:%M', at, zoneOf(call.process.env['TZ']));
    if (call.has('b')) yield* call.print(`         system boot  ${when(call.process.kernel.bootedAt)}\n`);
    else
      for (const each of sessions(call.process))
        yield* call.print(
          `${userName(call.process, each.uid).padEnd(8)} ${(each.tty?.name ?? '?').replace(/^\/dev\//, '').padEnd(12)} ${when(each.startedAt)}\n`,
        );
    return 0;
  },
});

const users = tool({
  usage: '[OPTION]... [FILE]',
  summary: 'Output who is currently logged in.',
  options: [],
  *run(call) {
    const names = sessions(call.process).map((each) => userName(call.process, each.uid));
    if (names.length > 0) yield* call.print(`${names.sort().join(' ')}\n`);
    return 0;
  },
});

/** procps: who is on which terminal, and what for. */
const w = tool({
  usage: '[options]',
  summary: 'Show who is logged on and what they are doing.',
  options: [
    ['h,no-header', 'do not print header'],
    ['s,short', 'short format'],
    ['f,from', 'show remote hostname field'],
  ],
  *run(call) {
    const { process } = call;
    const short = call.has('s');
    if (!call.has('h'))
      yield* call.print(`${uptimeLine(process)}\nUSER     TTY      FROM             ${short ? ' ' : 'LOGIN@  '} IDLE ${short ? '' : '  JCPU   PCPU'}  WHAT\n`);
    for (const each of sessions(process)) {
      const busy = [...process.kernel.processes.values()].filter(({ tty }) => tty === each.tty);
      const front = busy.findLast(({ group }) => group === each.tty?.foreground) ?? each;
      const seconds = (all: readonly Process[]): string => `${(all.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0) / 1e6).toFixed(2)}s`;
      const terminal = (each.tty?.name ?? '?').replace(/^\/dev\//, '');
      const times = short ? '' : ` ${seconds(busy).padStart(6)} ${seconds([front]).padStart(6)}`;
      const login = short ? '' : ` ${strftime('%H:%M', each.startedAt, zoneOf(process.env['TZ']))}  `;
      yield* call.print(
        `${userName(process, each.uid).slice(0, 8).padEnd(8)} ${terminal.padEnd(8)} ${'-'.padEnd(16)}${login} ${'0.00s'.padStart(6)}${times} ${front.argv.join(' ')}\n`,
      );
    }
    return 0;
  },
});

const tty = tool({
  usage: '[OPTION]...',
  summary: 'Print the file name of the terminal connected to standard input.',
  options: [['s,silent,quiet', 'print nothing, only return an exit status']],
  *run(call) {
    const terminal = call.process.stdin.tty;
    if (!call.has('s')) yield* call.print(terminal ? `${terminal.name.startsWith('/') ? terminal.name : `/dev/${terminal.name}`}\n` : 'not a tty\n');
    return terminal ? 0 : 1;
  },
});

const pwd = tool({
  usage: '[OPTION]...',
  summary: 'Print the full filename of the current working directory.',
  options: [
    ['L,logical', ''],
    ['P,physical', 'avoid all symlinks'],
  ],
  *run(call) {
    yield* call.print(`${call.process.cwd}\n`);
    return 0;
  },
});

export const userPrograms = { id, whoami, groups, who, users, w, tty, pwd };
