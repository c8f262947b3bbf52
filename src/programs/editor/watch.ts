/** watch (procps 4.0), top, clear, tput, stty, reset. */
import { newPipe } from '../../linux/open-file.ts';
import type { Routine } from '../../sim/routine.ts';
import { descriptors } from '../execute.ts';
import { humanSize } from '../numbers.ts';
import { commandLine, visible } from '../processes/ps.ts';
import { uptimeLine } from '../system/uptime.ts';
import { strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { userName } from '../users.ts';
import { Screen } from './screen.ts';

const watch = tool({
  usage: '[options] command',
  summary: 'Execute a program periodically, showing output fullscreen.',
  inOrder: true,
  options: [
    ['d,differences[=permanent]', 'highlight changes between updates'],
    ['n,interval=secs', 'seconds to wait between updates'],
    ['t,no-title', 'turn off header'],
    ['e,errexit', 'exit if command has a non-zero exit'],
    ['g,chgexit', 'exit when output from command changes'],
    ['x,exec', 'pass command to exec instead of "sh -c"'],
    ['c,color', ''],
    ['b,beep', ''],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('', true);
    const seconds = Number(call.value('n') ?? 2);
    if (!(seconds >= 0)) throw new Failure(`failed to parse argument: '${call.value('n')}'`);
    const tty = call.process.stdout.tty;
    if (!tty) throw new Failure('k8s-lab: watch without a terminal is not simulated', 70);
    const screen = new Screen(call.process, tty);
    try {
      return yield* repeat(call, screen, Math.max(0.1, seconds));
    } finally {
      screen.close();
    }
  },
});

function* repeat(call: Call, screen: Screen, seconds: number): Routine<number> {
  const title = call.operands.join(' ');
  let before: string | undefined;
  for (;;) {
    const { text, status } = yield* capture(call, call.has('x') ? call.operands : ['sh', '-c', title]);
    const stamp = `${call.process.namespaces.uts.hostname}: ${strftime('%a %b %e %H:%M:%S %Y', call.process.now, zoneOf(call.process.env['TZ']))}`;
    const left = `Every ${seconds.toFixed(1)}s: ${title}`;
    const head = call.has('t')
      ? []
      : [`${left.slice(0, Math.max(0, screen.columns - stamp.length - 1)).padEnd(Math.max(0, screen.columns - stamp.length))}${stamp}`, ''];
    const lines = text.replace(/\n$/, '').split('\n');
    const old = before?.split('\n');
    screen.draw([...head, ...(call.has('d') && old ? lines.map((line, i) => differences(line, old[i] ?? '')) : lines)]);
    if (call.has('e') && status !== 0) return 8;
    if (call.has('g') && before !== undefined && before !== text) return 0;
    before = text;
    const until = call.process.now + seconds * 1000;
    for (let leftOver = until - call.process.now; leftOver > 0; leftOver = until - call.process.now) {
      const key = yield* screen.key(leftOver);
      if (key === undefined || key === '\x03' || key === 'q') return key === '\x03' ? 130 : 0;
    }
  }
}

function differences(line: string, old: string): string {
  return [...line].map((character, i) => (character === [...old][i] ? character : `\x1b[7m${character}\x1b[0m`)).join('');
}

/** Output of a command, both streams together. */
function* capture(call: Call, argv: readonly string[]): Routine<{ readonly text: string; readonly status: number }> {
  const { process } = call;
  const pipe = newPipe();
  const child = process.spawn({
    argv,
    fds: descriptors(
      process,
      new Map([
        [1, pipe.writer],
        [2, pipe.writer.retain()],
      ]),
    ),
  });
  let text = '';
  try {
    for (let piece = yield* pipe.reader.read(); piece !== undefined; piece = yield* pipe.reader.read()) if (text.length < 1_000_000) text += piece;
  } finally {
    pipe.reader.close();
  }
  return { text, status: yield* process.wait(child) };
}

const top = tool({
  usage: '[options]',
  summary: 'Display Linux processes.',
  options: [
    ['b,batch', 'batch mode'],
    ['n,iterations=NUMBER', 'exit after that many updates'],
    ['d,delay=SECONDS', 'delay between updates'],
    ['p,pid=PIDLIST', 'monitor only these'],
    ['u,filter-only-euser=USER', 'only processes of this user'],
    ['o,sort-override=FIELD', 'sort field'],
    ['c', 'command line instead of name'],
    ['H', ''],
    ['i', ''],
  ],
  *run(call) {
    const delay = Number(call.value('d') ?? 3) * 1000;
    const times = Number(call.value('n') ?? Number.POSITIVE_INFINITY);
    const tty = call.process.stdout.tty;
    if (call.has('b') || !tty) {
      if (!call.has('b')) throw new Failure('failed tty get');
      for (let i = 0; i < times; i++) {
        if (i > 0) yield { timeout: delay };
        yield* call.print(`${i > 0 ? '\n' : ''}${table(call, Number.POSITIVE_INFINITY).join('\n')}\n`);
        yield* call.out.flush();
      }
      return 0;
    }
    const screen = new Screen(call.process, tty);
    try {
      for (let i = 0; i < times; i++) {
        screen.draw(table(call, screen.rows));
        const key = yield* screen.key(delay);
        if (key === undefined || key === 'q' || key === '\x03') return 0;
      }
    } finally {
      screen.close();
    }
    return 0;
  },
});

function table(call: Call, rows: number): string[] {
  const { process } = call;
  const { kernel } = process;
  const all = visible(process).filter(
    ({ pid, process: each }) =>
      (!call.has('p') || (call.value('p') ?? '').split(',').includes(String(pid))) && (!call.has('u') || userName(process, each.uid) === call.value('u')),
  );
  const share = (each: { readonly process: typeof process }): number =>
    (each.process.cpuMicros / 1000 / Math.max(1, process.now - each.process.startedAt)) * 100;
  all.sort(call.value('o')?.includes('MEM') ? (a, b) => b.process.memoryBytes - a.process.memoryBytes : (a, b) => share(b) - share(a) || a.pid - b.pid);
  const count = (state: string): number => all.filter(({ process: each }) => each.state === state).length;
  const mib = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1).padStart(8);
  const used = kernel.rootCgroup.memoryBytes;
  const busy = Math.min(100, all.reduce((sum, each) => sum + share(each), 0) / kernel.cpus);
  const time = (micros: number): string => `${Math.floor(micros / 6e7)}:${((micros / 1e6) % 60).toFixed(2).padStart(5, '0')}`;
  const short = (kib: number): string => (kib < 1e6 ? String(kib) : humanSize(kib * 1024).toLowerCase());
  return [
    `top -${uptimeLine(process)}`,
    `Tasks: ${String(all.length).padStart(3)} total,   1 running, ${String(count('running') - 1).padStart(3)} sleeping, ${String(count('stopped')).padStart(3)} stopped, ${String(count('zombie')).padStart(3)} zombie`,
    `%Cpu(s): ${busy.toFixed(1).padStart(4)} us,  0.0 sy,  0.0 ni, ${(100 - busy).toFixed(1).padStart(4)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st`,
    `MiB Mem : ${mib(kernel.memoryBytes)} total, ${mib(kernel.memoryBytes - used)} free, ${mib(used)} used, ${mib(0)} buff/cache`,
    `MiB Swap: ${mib(0)} total, ${mib(0)} free, ${mib(0)} used. ${mib(kernel.memoryBytes - used)} avail Mem`,
    '',
    '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
    ...all.slice(0, Math.max(0, rows - 7)).map(({ pid, process: each }) => {
      const resident = Math.round(each.memoryBytes / 1024);
      const state = each === process ? 'R' : each.state === 'zombie' ? 'Z' : each.state === 'stopped' ? 'T' : 'S';
      return `${String(pid).padStart(7)} ${userName(process, each.uid).slice(0, 8).padEnd(8)}  20   0 ${short(Math.round(resident * 2.5)).padStart(7)} ${short(resident).padStart(6)} ${short(Math.round(resident / 2)).padStart(6)} ${state} ${share({ process: each }).toFixed(1).padStart(5)} ${((each.memoryBytes / kernel.memoryBytes) * 100).toFixed(1).padStart(5)} ${time(each.cpuMicros).padStart(9)} ${call.has('c') ? commandLine(each) : each.comm}`;
    }),
  ];
}

const clear = tool({
  usage: '[options]',
  summary: 'Clear the terminal screen.',
  options: [['x', '']],
  *run(call) {
    yield* call.print('\x1b[H\x1b[2J\x1b[3J');
    return 0;
  },
});

const capabilities: Readonly<Record<string, string>> = {
  clear: '\x1b[H\x1b[2J',
  bold: '\x1b[1m',
  sgr0: '\x1b[0m',
  smul: '\x1b[4m',
  rmul: '\x1b[24m',
  rev: '\x1b[7m',
  civis: '\x1b[?25l',
  cnorm: '\x1b[?25h',
  el: '\x1b[K',
  home: '\x1b[H',
  colors: '256\n',
  smcup: '\x1b[?1049h',
  rmcup: '\x1b[?1049l',
};

const tput = tool({
  usage: '[-T term] capname [parameters...]',
  summary: 'Query the terminal.',
  options: [['T=TERM', '']],
  *run(call) {
    const [name = '', one = '0', other = '0'] = call.operands;
    const size = call.process.stdout.tty?.size ?? call.process.tty?.size ?? { columns: 80, rows: 24 };
    if (name === 'cols') yield* call.print(`${size.columns}\n`);
    else if (name === 'lines') yield* call.print(`${size.rows}\n`);
    else if (name === 'setaf') yield* call.print(`\x1b[3${one}m`);
    else if (name === 'setab') yield* call.print(`\x1b[4${one}m`);
    else if (name === 'cup') yield* call.print(`\x1b[${Number(one) + 1};${Number(other) + 1}H`);
    else if (capabilities[name] !== undefined) yield* call.print(capabilities[name]);
    else throw new Failure(`unknown terminfo capability '${name}'`, 4);
    return 0;
  },
});

const stty = tool({
  usage: '[SETTING]...',
  summary: 'Print or change terminal characteristics.',
  options: [
    ['a,all', 'print all current settings in human-readable form'],
    ['F,file=DEVICE', ''],
  ],
  *run(call) {
    const tty = call.process.stdin.tty;
    if (!tty) throw new Failure("'standard input': Inappropriate ioctl for device");
    if (call.operands[0] === 'size') yield* call.print(`${tty.size.rows} ${tty.size.columns}\n`);
    else if (call.operands.length === 0) yield* call.print(`speed 38400 baud; line = 0;\n${tty.echo ? '' : '-echo\n'}`);
    for (const setting of call.operands) {
      if (setting === 'echo' || setting === '-echo') tty.set({ echo: setting === 'echo' });
      else if (setting === 'raw' || setting === '-raw' || setting === 'cooked' || setting === 'sane')
        tty.set({ mode: setting === 'raw' ? 'raw' : 'cooked', ...(setting === 'sane' ? { echo: true } : {}) });
    }
    return 0;
  },
});

export const watchPrograms = { watch, top, clear, tput, stty, reset: clear };
