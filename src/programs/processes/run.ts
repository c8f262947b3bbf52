/** env, printenv, nohup, timeout, time, nice, sleep, usleep, setsid, su, sudo, runuser. */

import { Errno } from '../../linux/errno.ts';
import { Device, type OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { parseSignal } from '../../linux/signals.ts';
import { type Routine, sleep as wait } from '../../sim/routine.ts';
import { become, start } from '../execute.ts';
import { parseSeconds } from '../numbers.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findUser, groups, userName } from '../users.ts';

const env = tool({
  usage: '[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]',
  summary: 'Set each NAME to VALUE in the environment and run COMMAND.',
  trouble: 125,
  inOrder: true,
  options: [
    ['i,ignore-environment', 'start with an empty environment'],
    ['0,null', 'end each output line with NUL, not newline'],
    ['u,unset=NAME', 'remove variable from the environment'],
    ['C,chdir=DIR', 'change working directory to DIR'],
    ['S,split-string=S', 'process and split S into separate arguments'],
  ],
  *run(call) {
    const words = [
      ...(call
        .value('S')
        ?.split(' ')
        .filter((word) => word !== '') ?? []),
      ...call.operands,
    ];
    const environment: Record<string, string> = call.has('i') || words[0] === '-' ? {} : { ...call.process.env };
    if (words[0] === '-') words.shift();
    for (const name of call.all('u')) delete environment[name];
    while (words[0]?.includes('=')) {
      const [name = '', value = ''] = (words.shift() as string).split(/=(.*)/s);
      environment[name] = value;
    }
    const folder = call.value('C');
    if (folder !== undefined) call.process.chdir(folder);
    if (words.length === 0) {
      for (const [name, value] of Object.entries(environment)) yield* call.print(`${name}=${value}${call.has('0') ? '\0' : '\n'}`);
      return 0;
    }
    call.process.env = environment;
    return yield* become(call, words);
  },
});

const printenv = tool({
  usage: '[OPTION]... [VARIABLE]...',
  summary: 'Print the values of the specified environment VARIABLE(s).',
  options: [['0,null', 'end each output line with NUL, not newline']],
  *run(call) {
    const end = call.has('0') ? '\0' : '\n';
    if (call.operands.length === 0) for (const [name, value] of Object.entries(call.process.env)) yield* call.print(`${name}=${value}${end}`);
    for (const name of call.operands) {
      const value = call.process.env[name];
      if (value === undefined) call.status = 1;
      else yield* call.print(`${value}${end}`);
    }
    return call.status;
  },
});

const sleep = tool({
  usage: 'NUMBER[SUFFIX]...',
  summary: 'Pause for NUMBER seconds.',
  options: [],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    let seconds = 0;
    for (const operand of call.operands) {
      const parsed = parseSeconds(operand);
      if (parsed === undefined) throw new UsageError(`invalid time interval ${quote(operand)}`);
      seconds += parsed;
    }
    // Time that a stopped process spends counts, as with the real clock.
    yield* wait(Number.isFinite(seconds) ? seconds * 1000 : Number.MAX_SAFE_INTEGER / 2);
    return 0;
  },
});

const usleep = tool({
  usage: 'NUMBER',
  summary: 'Pause for NUMBER microseconds.',
  options: [],
  *run(call) {
    yield* wait(Number(call.operands[0] ?? 0) / 1000);
    return 0;
  },
});

const nohup = tool({
  usage: 'COMMAND [ARG]...',
  summary: 'Run COMMAND, ignoring hangup signals.',
  trouble: 125,
  inOrder: true,
  options: [],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    const { process } = call;
    process.onSignal('SIGHUP', 'ignore');
    const terminal = { in: process.stdin.tty !== undefined, out: process.stdout.tty !== undefined, err: process.stderr.tty !== undefined };
    if (terminal.out) {
      let file: OpenFile;
      try {
        file = process.kernel.open(process, 'nohup.out', { write: true, create: true, append: true, mode: 0o600 });
      } catch (error) {
        if (error instanceof Errno) throw new Failure(`failed to open 'nohup.out': ${error.message}`, 125);
        throw error;
      }
      yield* process.printError(`${call.name}: ${terminal.in ? 'ignoring input and ' : ''}appending output to 'nohup.out'\n`);
      process.stdout.close();
      process.fds.set(1, file);
      if (terminal.err) {
        process.stderr.close();
        process.fds.set(2, file.retain());
      }
    } else if (terminal.in) yield* process.printError(`${call.name}: ignoring input\n`);
    if (terminal.in) {
      process.stdin.close();
      process.fds.set(0, new Device('null', process.sim.random));
    }
    return yield* become(call, call.operands);
  },
});

const timeout = tool({
  usage: '[OPTION] DURATION COMMAND [ARG]...',
  summary: 'Start COMMAND, and kill it if still running after DURATION.',
  trouble: 125,
  inOrder: true,
  options: [
    ['preserve-status', 'exit with the same status as COMMAND, even when the command times out'],
    ['foreground', ''],
    ['k,kill-after=DURATION', 'also send a KILL signal if COMMAND is still running this long after the initial signal was sent'],
    ['s,signal=SIGNAL', 'specify the signal to be sent on timeout'],
    ['v,verbose', 'diagnose to stderr any signal sent upon timeout'],
  ],
  *run(call) {
    const [duration, ...argv] = call.operands;
    if (duration === undefined || argv.length === 0) throw new UsageError('missing operand');
    const seconds = parseSeconds(duration);
    if (seconds === undefined) throw new UsageError(`invalid time interval ${quote(duration)}`);
    const signal = parseSignal(call.value('s') ?? 'TERM');
    if (!signal) throw new UsageError(`${quote(call.value('s') ?? '')}: invalid signal`);
    const { process } = call;
    const child = start(call, argv);
    process.onSignal('SIGTERM', () => child.signal('SIGTERM', process));
    if (yield* ended(child, seconds === 0 ? Number.POSITIVE_INFINITY : seconds * 1000)) return yield* process.wait(child);
    if (call.has('v')) yield* process.printError(`${call.name}: sending signal ${signal.slice(3)} to command ${quote(argv[0] ?? '')}\n`);
    child.signal(signal, process);
    child.signal('SIGCONT', process);
    const patience = parseSeconds(call.value('k') ?? 'inf') ?? Number.POSITIVE_INFINITY;
    if (!(yield* ended(child, patience * 1000))) {
      child.signal('SIGKILL', process);
      return (yield* process.wait(child)) || 137;
    }
    const status = yield* process.wait(child);
    return call.has('preserve-status') ? status : signal === 'SIGKILL' ? 137 : 124;
  },
});

function* ended(child: Process, milliseconds: number): Routine<boolean> {
  const until = child.kernel.sim.now + milliseconds;
  while (child.exitStatus === undefined) {
    const left = until - child.kernel.sim.now;
    if (left <= 0) return false;
    yield Number.isFinite(left) ? { on: [child.changed], timeout: left } : { on: [child.changed] };
  }
  return true;
}

const time = tool({
  usage: '[-p] command [arguments...]',
  summary: 'Run a program and summarize how long it took.',
  inOrder: true,
  options: [['p,portability', 'use the portable output format']],
  *run(call) {
    const began = call.process.now;
    const child = start(call, call.operands);
    const status = yield* call.process.wait(child);
    const seconds = (call.process.now - began) / 1000;
    const user = child.cpuMicros / 1e6;
    const two = (value: number): string => value.toFixed(2);
    yield* call.process.printError(
      call.has('p')
        ? `real ${two(seconds)}\nuser ${two(user)}\nsys 0.00\n`
        : `${two(user)}user 0.00system ${Math.floor(seconds / 60)}:${two(seconds % 60).padStart(5, '0')}elapsed ${seconds > 0 ? Math.round((user / seconds) * 100) : 0}%CPU (0avgtext+0avgdata ${Math.round(child.memoryBytes / 1024)}maxresident)k\n0inputs+0outputs (0major+0minor)pagefaults 0swaps\n`,
    );
    return status;
  },
});

/** Programs that only set something about the process that the lab does not model, then become the command. */
const wrapper = (summary: string, usage: string, options: readonly (readonly [string, string])[]): Program =>
  tool({
    usage,
    summary,
    trouble: 125,
    inOrder: true,
    digits: 'n',
    options,
    *run(call) {
      if (call.operands.length === 0) {
        yield* call.print('0\n');
        return 0;
      }
      return yield* become(call, call.operands);
    },
  });

const setsid = tool({
  usage: '[options] <program> [arguments ...]',
  summary: 'Run a program in a new session.',
  inOrder: true,
  options: [
    ['c,ctty', ''],
    ['f,fork', 'always fork'],
    ['w,wait', 'wait program to exit, and use the same return'],
  ],
  *run(call) {
    const child = start(call, call.operands, { session: 'new', tty: null });
    return call.has('w') ? yield* call.process.wait(child) : 0;
  },
});

/** Changes who the process is. */
function assume(call: Call, name: string, login: boolean): void {
  const user = findUser(call.process, name);
  if (!user) throw new Failure(`user ${name} does not exist or the user entry does not contain all the required fields`);
  const extra = groups(call.process)
    .filter((group) => group.members.includes(user.name))
    .map((group) => group.gid);
  call.process.credentials = { uid: user.uid, gid: user.gid, groups: [user.gid, ...extra] };
  const identity = { HOME: user.home, SHELL: user.shell, USER: user.name, LOGNAME: user.name };
  call.process.env = login
    ? { ...identity, TERM: call.process.env['TERM'] ?? 'xterm', PATH: call.process.env['PATH'] ?? '/usr/bin:/bin' }
    : { ...call.process.env, ...identity };
  if (login && call.process.fs.isDirectory(user.home)) call.process.chdir(user.home);
}

const su = tool({
  usage: '[options] [-] [<user> [<argument>...]]',
  summary: 'Change the effective user ID and group ID to that of <user>.',
  inOrder: true,
  normalize: (args) => args.map((arg) => (arg === '-' ? '-l' : arg)),
  options: [
    ['l,login', 'make the shell a login shell'],
    ['c,command=command', 'pass a single command to the shell with -c'],
    ['s,shell=shell', 'run shell if /etc/shells allows it'],
    ['m,p,preserve-environment', 'do not reset environment variables'],
    ['u,user=user', 'username'],
  ],
  *run(call) {
    const named = call.value('u');
    const name = named ?? call.operands[0] ?? 'root';
    if (call.process.uid !== 0) {
      yield* call.process.printError('Password: \n');
      throw new Failure('Authentication failure');
    }
    const rest = call.operands.slice(named === undefined ? 1 : 0);
    // runuser -u USER COMMAND runs the command itself; everything else goes through a shell. `-c` and `-l` may follow the name.
    const command = call.value('c') ?? (rest[0] === '-c' ? rest[1] : undefined);
    assume(call, name, call.has('l') || rest[0] === '-l');
    if (named !== undefined && rest.length > 0) return yield* become(call, rest[0] === '--' ? rest.slice(1) : rest);
    const shell = call.value('s') ?? call.process.env['SHELL'] ?? '/bin/sh';
    return yield* become(call, command === undefined ? [shell, ...(call.has('l') ? ['-l'] : [])] : [shell, '-c', command]);
  },
});

const sudo = tool({
  usage: '[-u user] [command [arg ...]]',
  summary: 'Execute a command as another user.',
  inOrder: true,
  options: [
    ['u,user=user', 'run command as specified user'],
    ['i,login', 'run login shell as the target user'],
    ['s,shell', 'run shell as the target user'],
    ['E,preserve-env', 'preserve user environment when running command'],
    ['n,non-interactive', ''],
    ['H,set-home', ''],
    ['S,stdin', ''],
    ['l,list', ''],
    ['v,validate', ''],
    ['k', ''],
  ],
  *run(call) {
    const { process } = call;
    const caller = userName(process, process.uid);
    const allowed = process.uid === 0 || groups(process).some((group) => (group.name === 'sudo' || group.name === 'wheel') && group.members.includes(caller));
    if (!allowed) {
      yield* process.printError(`${caller} is not in the sudoers file.\n`);
      return 1;
    }
    if (call.has('v') || call.has('k')) return 0;
    const words = [...call.operands];
    const before = { ...process.env };
    assume(call, call.value('u') ?? 'root', call.has('i'));
    if (call.has('E')) process.env = { ...before };
    process.env = {
      ...process.env,
      SUDO_USER: caller,
      SUDO_UID: String(findUser(process, caller)?.uid ?? 0),
      SUDO_GID: String(findUser(process, caller)?.gid ?? 0),
    };
    while (/^\w+=/.test(words[0] ?? '')) {
      const [name = '', value = ''] = (words.shift() as string).split(/=(.*)/s);
      process.env[name] = value;
    }
    const shell = process.env['SHELL'] ?? '/bin/sh';
    if (call.has('i') || call.has('s')) return yield* become(call, words.length === 0 ? [shell] : [shell, '-c', words.join(' ')]);
    if (words.length === 0) throw new UsageError('', false);
    return yield* become(call, words, { quoted: false });
  },
});

export const runPrograms = {
  env,
  printenv,
  sleep,
  usleep,
  nohup,
  timeout,
  time,
  setsid,
  su,
  runuser: su,
  sudo,
  nice: wrapper('Run COMMAND with an adjusted niceness.', '[OPTION] [COMMAND [ARG]...]', [['n,adjustment=N', 'add integer N to the niceness']]),
  ionice: wrapper('Run a program with the given I/O scheduling class.', '[options] COMMAND', [
    ['c,class=N', 'scheduling class'],
    ['n,classdata=N', 'priority'],
  ]),
  stdbuf: wrapper('Run COMMAND, with modified buffering operations.', 'OPTION... COMMAND', [
    ['i,input=MODE', ''],
    ['o,output=MODE', 'adjust standard output stream buffering'],
    ['e,error=MODE', ''],
  ]),
};
