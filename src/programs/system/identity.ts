import type { Process } from '../../linux/process.ts';
import { sleep } from '../../sim/routine.ts';
import { humanSize } from '../numbers.ts';
import { osRelease } from '../packages/mirror.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool } from '../tool.ts';
import { uptimeLine } from './uptime.ts';

const kernelVersion = '#1 SMP PREEMPT_DYNAMIC Debian 6.12.57-1 (2025-11-05)';

const machine = 'x86_64';

const uname = tool({
  usage: '[OPTION]...',
  summary: 'Print certain system information.',
  options: [
    ['a,all', 'print all information'],
    ['s,kernel-name', 'print the kernel name'],
    ['n,nodename', 'print the network node hostname'],
    ['r,kernel-release', 'print the kernel release'],
    ['v,kernel-version', 'print the kernel version'],
    ['m,machine', 'print the machine hardware name'],
    ['p,processor', 'print the processor type'],
    ['i,hardware-platform', 'print the hardware platform'],
    ['o,operating-system', 'print the operating system'],
  ],
  *run(call) {
    const { process } = call;
    const values: Readonly<Record<string, string>> = {
      s: 'Linux',
      n: process.namespaces.uts.hostname,
      r: process.kernel.release,
      v: kernelVersion,
      m: machine,
      p: 'unknown',
      i: 'unknown',
      o: 'GNU/Linux',
    };
    const keys = call.has('a') ? ['s', 'n', 'r', 'v', 'm', 'o'] : Object.keys(values).filter((key) => call.has(key));
    yield* call.print(`${(keys.length === 0 ? ['s'] : keys).map((key) => values[key]).join(' ')}\n`);
    return 0;
  },
});

/** The host's name as the resolver knows it: the first name of its line in /etc/hosts. */
function fullName({ fs, namespaces: { uts } }: Process): string {
  const lines = fs.find('/etc/hosts')?.type === 'file' ? fs.read('/etc/hosts').split('\n') : [];
  const names = lines.map((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1));
  return names.find((each) => each.includes(uts.hostname))?.[0] ?? uts.hostname;
}

const hostname = tool({
  usage: '[-s|-f|-i|-I|-d] [name]',
  summary: "Show or set the system's host name.",
  options: [
    ['s,short', 'short host name'],
    ['f,fqdn,long', 'long host name (FQDN)'],
    ['i,ip-address', 'addresses for the host name'],
    ['I,all-ip-addresses', 'all addresses for the host'],
    ['d,domain', 'DNS domain name'],
  ],
  *run(call) {
    const { process } = call;
    const { uts, network } = process.namespaces;
    const [name] = call.operands;
    if (name !== undefined) {
      if (process.uid !== 0) throw new Failure('you must be root to change the host name');
      uts.hostname = name;
      return 0;
    }
    if (call.has('I') || call.has('i')) yield* call.print(`${network.addresses().join(' ')}${call.has('I') ? ' ' : ''}\n`);
    else if (call.has('d')) yield* call.print(`${fullName(process).split('.').slice(1).join('.')}\n`);
    else if (call.has('f')) yield* call.print(`${fullName(process)}\n`);
    else yield* call.print(`${call.has('s') ? (uts.hostname.split('.')[0] ?? '') : uts.hostname}\n`);
    return 0;
  },
});

const hostnamectl = tool({
  usage: '[COMMAND]',
  summary: 'Query or change system hostname.',
  options: [],
  *run(call) {
    const { kernel, namespaces } = call.process;
    const [verb = 'status', name] = call.operands;
    if ((verb === 'set-hostname' || verb === 'hostname') && name !== undefined) {
      namespaces.uts.hostname = name;
      call.process.fs.write('/etc/hostname', `${name}\n`);
      return 0;
    }
    if (verb === 'hostname') {
      yield* call.print(`${namespaces.uts.hostname}\n`);
      return 0;
    }
    if (verb !== 'status') throw new Failure(`Unknown command verb '${verb}'.`, 1, true);
    const pretty = osRelease(call.process, 'PRETTY_NAME') || 'Linux';
    const rows = [
      ['Static hostname', namespaces.uts.hostname],
      ['Icon name', 'computer-vm'],
      ['Chassis', 'vm'],
      ['Machine ID', kernel.machineId],
      ['Boot ID', kernel.bootId.replaceAll('-', '')],
      ['Virtualization', 'kvm'],
      ['Operating System', pretty],
      ['Kernel', `Linux ${kernel.release}`],
      ['Architecture', 'x86-64'],
    ];
    for (const [key = '', value = ''] of rows) yield* call.print(`${key.padStart(16)}: ${value}\n`);
    return 0;
  },
});

const uptime = tool({
  usage: '[options]',
  summary: 'Tell how long the system has been running.',
  options: [
    ['p,pretty', 'show uptime in pretty format'],
    ['s,since', 'system up since'],
  ],
  *run(call) {
    const { kernel, now } = call.process;
    if (call.has('s')) yield* call.print(`${strftime('%Y-%m-%d %H:%M:%S', kernel.bootedAt)}\n`);
    else if (call.has('p')) {
      const minutes = Math.floor((now - kernel.bootedAt) / 60_000);
      const parts = [
        [Math.floor(minutes / 1440), 'day'],
        [Math.floor(minutes / 60) % 24, 'hour'],
        [minutes % 60, 'minute'],
      ] as const;
      const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
      yield* call.print(`up ${shown.join(', ') || '0 minutes'}\n`);
    } else yield* call.print(`${uptimeLine(call.process)}\n`);
    return 0;
  },
});

const nproc = tool({
  usage: '[OPTION]...',
  summary: 'Print the number of processing units available to the current process.',
  options: [['all', 'print the number of installed processors']],
  *run(call) {
    const set = call.has('all') ? undefined : call.process.cgroup.settings.get('cpuset.cpus');
    const counted = (set ?? '')
      .split(',')
      .reduce((sum, part) => sum + (part === '' ? 0 : Number(part.split('-')[1] ?? part.split('-')[0]) - Number(part.split('-')[0]) + 1), 0);
    yield* call.print(`${counted || call.process.kernel.cpus}\n`);
    return 0;
  },
});

const arch = tool({
  usage: '',
  summary: 'Print machine architecture.',
  options: [],
  *run(call) {
    yield* call.print(`${machine}\n`);
    return 0;
  },
});

const free = tool({
  usage: '[options]',
  summary: 'Display amount of free and used memory in the system.',
  options: [
    ['b,bytes', 'show output in bytes'],
    ['k,kibi', 'show output in kibibytes'],
    ['m,mebi', 'show output in mebibytes'],
    ['g,gibi', 'show output in gibibytes'],
    ['h,human', 'show human-readable output'],
    ['t,total', 'show total for RAM + swap'],
    ['w,wide', 'wide output'],
    ['s,seconds=N', 'repeat printing every N seconds'],
    ['c,count=N', 'repeat printing N times, then exit'],
  ],
  *run(call) {
    const seconds = Number(call.value('s') ?? 1);
    let left = Number(call.value('c') ?? (call.has('s') ? Number.POSITIVE_INFINITY : 1));
    if (!(seconds > 0) || !(left > 0))
      throw new Failure(`failed to parse ${seconds > 0 ? 'count' : 'seconds'} argument: '${call.value(seconds > 0 ? 'c' : 's')}'`);
    for (;;) {
      yield* call.print(memoryTable(call));
      if (--left <= 0) return 0;
      yield* call.print('\n');
      yield* call.out.flush();
      yield* sleep(seconds * 1000);
    }
  },
});

function memoryTable(call: Call): string {
  const { kernel } = call.process;
  const used = Math.min(kernel.memoryBytes, kernel.rootCgroup.memoryBytes);
  const cache = Math.min(kernel.memoryBytes - used, kernel.disk.usedBytes);
  const unit = call.has('b') ? 1 : call.has('m') ? 1024 ** 2 : call.has('g') ? 1024 ** 3 : 1024;
  const shown = (bytes: number): string =>
    call.has('h') ? (bytes === 0 ? '0B' : `${humanSize(bytes)}i`.replace(/(\d)i$/, '$1B')) : String(Math.floor(bytes / unit));
  const row = (title: string, values: readonly number[]): string => `${title.padEnd(8)}${values.map((value) => shown(value).padStart(12)).join('')}\n`;
  const swap = kernel.swapBytes;
  const wide = call.has('w');
  const titles = ['total', 'used', 'free', 'shared', ...(wide ? ['buffers', 'cache'] : ['buff/cache']), 'available'];
  const free = kernel.memoryBytes - used - cache;
  return (
    `        ${titles.map((title) => title.padStart(12)).join('')}\n` +
    row('Mem:', [kernel.memoryBytes, used, free, 0, ...(wide ? [0] : []), cache, kernel.memoryBytes - used]) +
    row('Swap:', [swap, 0, swap]) +
    (call.has('t') ? row('Total:', [kernel.memoryBytes + swap, used, kernel.memoryBytes + swap - used - cache]) : '')
  );
}

const lscpu = tool({
  usage: '',
  summary: 'Display information about the CPU architecture.',
  options: [],
  *run(call) {
    const { cpus } = call.process.kernel;
    const rows: readonly (readonly [string, string])[] = [
      ['Architecture', machine],
      ['CPU op-mode(s)', '32-bit, 64-bit'],
      ['Byte Order', 'Little Endian'],
      ['CPU(s)', String(cpus)],
      ['On-line CPU(s) list', cpus === 1 ? '0' : `0-${cpus - 1}`],
      ['Thread(s) per core', '1'],
      ['Core(s) per socket', String(cpus)],
      ['Socket(s)', '1'],
      ['Hypervisor vendor', 'KVM'],
      ['Virtualization type', 'full'],
    ];
    for (const [key, value] of rows) yield* call.print(`${`${key}:`.padEnd(33)}${value}\n`);
    return 0;
  },
});

const dmesg = tool({
  usage: '[options]',
  summary: 'Print the kernel ring buffer.',
  options: [
    ['T,ctime', 'show human-readable timestamp'],
    ['w,follow', 'wait for new messages'],
    ['H,human', ''],
    ['x,decode', ''],
    ['l,level=list', ''],
    ['k,kernel', ''],
    ['c,read-clear', 'read and clear all messages'],
    ['C,clear', 'clear the kernel ring buffer'],
    ['t,notime', "don't show any timestamp"],
  ],
  *run(call) {
    const { kernel } = call.process;
    if (call.process.uid !== 0) throw new Failure('read kernel buffer failed: Operation not permitted');
    const levels = call.value('l')?.split(',');
    // All that the lab's kernel says is a notice.
    const wanted = !levels || levels.includes('notice');
    let shown = wanted && !call.has('C') ? 0 : kernel.messages.length;
    for (;;) {
      for (; shown < kernel.messages.length; shown++) {
        const message = kernel.messages[shown];
        if (!message) continue;
        const stamp = call.has('T') ? strftime('%a %b %e %H:%M:%S %Y', message.at) : ((message.at - kernel.bootedAt) / 1000).toFixed(6).padStart(12);
        yield* call.print(`${call.has('x') ? 'kern  :notice: ' : ''}${call.has('t') ? '' : `[${stamp}] `}${message.text}\n`);
      }
      yield* call.out.flush();
      if (call.has('c') || call.has('C')) kernel.messages.length = 0;
      if (!call.has('w')) return 0;
      yield { timeout: 500 };
    }
  },
});

export const identityPrograms = { uname, hostname, hostnamectl, uptime, nproc, arch, free, lscpu, dmesg };
