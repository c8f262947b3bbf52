/** env, printenv, nohup, timeout, time, nice, sleep, usleep, setsid. */
import { Errno } from '../../linux/errno.ts';
import { Device, type OpenFile } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { parseSignal } from '../../linux/signals.ts';
import { type Routine, sleep as wait } from '../../sim/routine.ts';
import { become, start } from '../execute.ts';
import { parseSeconds } from '../numbers.ts';
import { quote } from '../quote.ts';
import { Failure, tool, UsageError } from '../tool.ts';

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
    // The whole group hears it: what the command has started as well.
    const all = call.has('foreground') ? [child] : [...process.kernel.processes.values()].filter((each) => each.group === child.group && isBelow(each, child));
    for (const each of all) each.signal(signal, process);
    for (const each of all) each.signal('SIGCONT', process);
    const patience = parseSeconds(call.value('k') ?? 'inf') ?? Number.POSITIVE_INFINITY;
    if (!(yield* ended(child, patience * 1000))) {
      child.signal('SIGKILL', process);
      return (yield* process.wait(child)) || 137;
    }
    const status = yield* process.wait(child);
    return call.has('preserve-status') ? status : signal === 'SIGKILL' ? 137 : 124;
  },
});

function isBelow(process: Process, top: Process): boolean {
  for (let each: Process | undefined = process; each; each = each.parent) if (each === top) return true;
  return false;
}

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

export const runPrograms = {
  env,
  printenv,
  sleep,
  usleep,
  nohup,
  timeout,
  time,
  setsid,
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
