/** swapon, swapoff, mkswap, fallocate: swap space, and files that have a size without having content (util-linux). */
import { FileNode } from '../../linux/file-node.ts';
import type { Process } from '../../linux/process.ts';
import { humanSize } from '../numbers.ts';
import { type Call, Failure, tool } from '../tool.ts';

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

const fallocate = tool({
  usage: '[options] <filename>',
  summary: 'Preallocate space to, or deallocate space from a file.',
  options: [['l,length=NUM', 'length for range operations, in bytes']],
  *run(call) {
    const [path] = call.operands;
    if (path === undefined) throw new Failure('no filename specified');
    const text = call.value('l');
    if (text === undefined) throw new Failure('no length argument specified');
    const [, digits, unit = ''] = /^(\d+)([KMGT])?(?:iB|B)?$/i.exec(text) ?? [];
    const bytes = Number(digits) * (units[unit.toUpperCase()] ?? Number.NaN);
    if (!(bytes > 0)) throw new Failure(`invalid length value specified: ‘${text}’`);
    const { fs } = call.process;
    if (!fs.exists(path)) fs.write(path, '');
    const file = fs.stat(path);
    if (!(file instanceof FileNode)) throw new Failure(`cannot open ${path}: Is a directory`);
    if (bytes <= file.size) return 0;
    fs.check(file, 2, path);
    fs.namespace.disk.charge(bytes - file.size);
    file.apparentSize = bytes;
    return 0;
  },
});

const signature = 'SWAPSPACE2';

const mkswap = tool({
  usage: '[options] device [size]',
  summary: 'Set up a Linux swap area.',
  options: [],
  *run(call) {
    const [path] = call.operands;
    if (path === undefined) throw new Failure('error: Nowhere to set up swap on?');
    const file = swapFile(call, path);
    const bytes = file.size;
    if (bytes < 40 * 1024) throw new Failure('error: swap area needs to be at least 40 KiB');
    file.write(signature);
    file.apparentSize = bytes;
    yield* call.print(
      `Setting up swapspace version 1, size = ${humanSize(bytes)}iB (${bytes - 4096} bytes)\nno label, UUID=${call.process.kernel.sim.random.uuid()}\n`,
    );
    return 0;
  },
});

const swapon = tool({
  usage: '[options] [<spec>]',
  summary: 'Enable devices and files for paging and swapping.',
  options: [
    ['a,all', 'enable all swaps from /etc/fstab'],
    ['s,summary', 'display summary about used swap devices (DEPRECATED)'],
    ['show', 'display summary in definable table'],
  ],
  *run(call) {
    const { kernel, fs } = call.process;
    if (call.has('s')) yield* call.print(kernel.swaps.length === 0 ? '' : fs.read('/proc/swaps'));
    else if (call.has('show') || (call.operands.length === 0 && !call.has('a'))) yield* call.print(table(kernel.swaps));
    for (const path of [...(call.has('a') ? inFstab(call.process) : []), ...call.operands]) {
      root(call);
      const file = swapFile(call, path);
      if (!file.read().startsWith(signature)) throw new Failure(`${path}: read swap header failed`);
      if (!kernel.swaps.some((each) => each.path === path)) kernel.swaps.push({ path, bytes: file.size });
      else if (!call.has('a')) throw new Failure(`${path}: swapon failed: Device or resource busy`);
    }
    return 0;
  },
});

const swapoff = tool({
  usage: '[options] [<spec>]',
  summary: 'Disable devices and files for paging and swapping.',
  options: [['a,all', 'disable all swaps from /proc/swaps']],
  *run(call) {
    const { swaps } = call.process.kernel;
    root(call);
    if (call.has('a')) swaps.splice(0);
    for (const path of call.operands) {
      const at = swaps.findIndex((each) => each.path === path);
      if (at < 0) throw new Failure(`${path}: swapoff failed: ${call.process.fs.exists(path) ? 'Invalid argument' : 'No such file or directory'}`, 4);
      swaps.splice(at, 1);
    }
    return 0;
  },
});

const table = (swaps: readonly { readonly path: string; readonly bytes: number }[]): string => {
  if (swaps.length === 0) return '';
  const width = Math.max(4, ...swaps.map(({ path }) => path.length));
  const rows = swaps.map(({ path, bytes }, i) => `${path.padEnd(width)} file ${humanSize(bytes).padStart(4)}   0B ${String(-2 - i).padStart(4)}\n`);
  return `${'NAME'.padEnd(width)} TYPE SIZE USED PRIO\n${rows.join('')}`;
};

function swapFile(call: Call, path: string): FileNode {
  const { fs } = call.process;
  const file = fs.exists(path) ? fs.stat(path) : undefined;
  if (!(file instanceof FileNode)) throw new Failure(`cannot open ${path}: No such file or directory`, 255);
  return file;
}

function root(call: Call): void {
  if (call.process.uid !== 0) throw new Failure('Not superuser.');
}

/** Lines of type swap in /etc/fstab. */
function inFstab({ fs }: Process): string[] {
  if (!fs.exists('/etc/fstab')) return [];
  const rows = fs
    .read('/etc/fstab')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows.filter(([device = '#', , type]) => !device.startsWith('#') && type === 'swap').map(([device = '']) => device);
}

export const swapPrograms = { fallocate, mkswap, swapon, swapoff };
