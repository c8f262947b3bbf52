/** du, df, tree, mount, umount. */
import { Errno } from '../../linux/errno.ts';
import type { Inode } from '../../linux/inode.ts';
import { type MountRow, mountRows } from '../../linux/mount-table.ts';
import type { Routine } from '../../sim/routine.ts';
import { isBusybox } from '../busybox-words.ts';
import { globMatches } from '../glob.ts';
import { humanSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { aligned } from '../table.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { diskBlocks } from './describe.ts';

const du = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Summarize device usage of the set of FILEs, recursively for directories.',
  options: [
    ['a,all', 'write counts for all files, not just directories'],
    ['b,bytes', "equivalent to '--apparent-size --block-size=1'"],
    ['apparent-size', 'print apparent sizes rather than device usage'],
    ['c,total', 'produce a grand total'],
    ['d,max-depth=N', 'print the total for a directory only if it is N or fewer levels below'],
    ['h,human-readable', 'print sizes in human readable format (e.g., 1K 234M 2G)'],
    ['k', ''],
    ['m', ''],
    ['s,summarize', 'display only a total for each argument'],
    ['x,one-file-system', ''],
    ['S,separate-dirs', ''],
    ['exclude=PATTERN', 'exclude files that match PATTERN'],
  ],
  *run(call) {
    let total = 0;
    for (const path of call.operands.length === 0 ? ['.'] : call.operands) {
      const inode = call.process.fs.find(path, false);
      if (!inode) {
        yield* call.complain(`cannot access ${quote(path)}: No such file or directory`);
        continue;
      }
      total += yield* measure(call, path, inode, 0);
    }
    if (call.has('c')) yield* call.print(`${shown(call, total)}\ttotal\n`);
    return call.status;
  },
});

function shown(call: Call, bytes: number): string {
  if (call.has('h')) return humanSize(bytes);
  return String(call.has('b') ? bytes : Math.ceil(bytes / (call.has('m') ? 1024 ** 2 : 1024)));
}

function* measure(call: Call, path: string, inode: Inode, depth: number): Routine<number> {
  const apparent = call.has('b') || call.has('apparent-size');
  let bytes = apparent ? inode.size : inode.type === 'directory' ? 4096 : diskBlocks(inode) * 1024;
  if (inode.type === 'directory') {
    try {
      for (const [name, entry] of call.process.fs.list(path))
        if (!call.all('exclude').some((pattern) => globMatches(pattern, name)))
          bytes += yield* measure(call, path === '/' ? `/${name}` : `${path}/${name}`, entry, depth + 1);
    } catch (error) {
      if (!(error instanceof Errno) || error.code === 'EPIPE') throw error;
      yield* call.complain(`cannot read directory ${quote(path)}: ${error.message}`);
    }
  }
  const deepest = call.has('s') ? 0 : call.has('d') ? Number(call.value('d')) : Number.POSITIVE_INFINITY;
  if (depth <= deepest && (inode.type === 'directory' || call.has('a') || depth === 0)) yield* call.print(`${shown(call, bytes)}\t${path}\n`);
  return bytes;
}

const df = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Show information about the file system on which each FILE resides, or all file systems by default.',
  options: [
    ['a,all', 'include pseudo, duplicate, inaccessible file systems'],
    ['h,human-readable', 'print sizes in powers of 1024 (e.g., 1023M)'],
    ['H,si', ''],
    ['i,inodes', 'list inode information instead of block usage'],
    ['k', ''],
    ['m', ''],
    ['T,print-type', 'print file system type'],
    ['t,type=TYPE', 'limit listing to file systems of type TYPE'],
    ['P,portability', ''],
    ['output[=FIELD_LIST]', 'use the output format defined by FIELD_LIST'],
    ['x,exclude-type=TYPE', 'limit listing to file systems not of type TYPE'],
  ],
  *run(call) {
    const output = call.value('output')?.split(',') ?? (call.has('output') ? outputs : undefined);
    const unknown = output?.find((each) => !outputs.includes(each));
    if (unknown !== undefined) throw new UsageError(`option --output: field ${quote(unknown)} unknown`);
    if (output && ['i', 'P', 'T'].some((key) => call.has(key)))
      throw new UsageError('options OPTION and --output are mutually exclusive'.replace('OPTION', `-${['i', 'P', 'T'].find((key) => call.has(key))}`));
    const all = fileSystems(call).filter((row) => row.path === '/' || call.has('a') || !pseudo.has(row.type));
    const chosen: FileSystemRow[] = [];
    for (const path of call.operands) {
      if (!call.process.fs.exists(path)) yield* call.complain(`${path}: No such file or directory`);
      else chosen.push(holding(all, call.process.fs.realpath(path)));
    }
    const rows = (call.operands.length === 0 ? all : chosen).filter(
      (each) => (!call.has('t') || each.type === call.value('t')) && !call.all('x').includes(each.type),
    );
    if (rows.length === 0) throw new Failure('no file systems processed');
    yield* call.print(output ? chosenColumns(call, rows, output) : table(call, rows));
    return call.status;
  },
});

const outputs = ['source', 'fstype', 'itotal', 'iused', 'iavail', 'ipcent', 'size', 'used', 'avail', 'pcent', 'file', 'target'];

/** `df --output`: the fields that were asked for. */
function chosenColumns(call: Call, rows: readonly FileSystemRow[], output: readonly string[]): string {
  const size = (bytes: number): string => (call.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / (call.has('m') ? 1024 ** 2 : 1024))));
  const part = (used: number, of: number): string => `${Math.ceil((used / of) * 100)}%`;
  const titles = [
    'Filesystem',
    'Type',
    'Inodes',
    'IUsed',
    'IFree',
    'IUse%',
    call.has('h') ? 'Size' : call.has('m') ? '1M-blocks' : '1K-blocks',
    'Used',
    'Avail',
    'Use%',
    'File',
    'Mounted on',
  ];
  const lines = rows.map((row) => {
    const { bytes, used, nodes, taken } = spaceOf(call, row);
    return [
      row.source,
      row.type,
      String(nodes),
      String(taken),
      String(nodes - taken),
      part(taken, nodes),
      size(bytes),
      size(used),
      size(bytes - used),
      part(used, bytes),
      '-',
      row.path,
    ];
  });
  const columns = output.map((each) => outputs.indexOf(each));
  const rowsShown = [titles, ...lines].map((line) => columns.map((column) => line[column] ?? ''));
  return aligned(
    rowsShown,
    (i) => (columns[i] ?? 0) > 1 && (columns[i] ?? 0) < 10,
    columns.map((column) => (column === 0 ? 14 : 0)),
  );
}

export type FileSystemRow = MountRow & { readonly inode: Inode | undefined };

/** What is mounted where the process is. */
export const fileSystems = ({ process: { fs } }: Call): FileSystemRow[] =>
  mountRows(fs.namespace).map((row) => ({ ...row, inode: fs.namespace.mounts.get(row.path)?.root }));

/** Bytes and inodes of a file system: a volume's own, memory's, or the disk's. */
export function spaceOf(call: Call, row: FileSystemRow): { bytes: number; used: number; nodes: number; taken: number } {
  const { disk } = call.process.fs.namespace;
  const own = row.inode?.type === 'directory' ? row.inode.disk : undefined;
  const { inodes: nodes, inodesUsed: taken } = own ?? disk;
  if (row.type === 'tmpfs' && !own) return { bytes: Math.floor(call.process.kernel.memoryBytes / 2), used: 0, nodes, taken };
  return { bytes: (own ?? disk).capacityBytes, used: (own ?? disk).usedBytes, nodes, taken };
}

const pseudo = new Set(['proc', 'sysfs', 'cgroup2', 'devpts', 'mqueue', 'bpf', 'nsfs', 'securityfs', 'debugfs', 'tracefs']);

export const holding = (all: readonly FileSystemRow[], path: string): FileSystemRow =>
  all.reduce(
    (best, each) => ((path === each.path || path.startsWith(each.path === '/' ? '/' : `${each.path}/`)) && each.path.length >= best.path.length ? each : best),
    all[0] as FileSystemRow,
  );

function table(call: Call, rows: readonly FileSystemRow[]): string {
  const busybox = isBusybox(call.process);
  const inodes = call.has('i');
  const blocks = (bytes: number): string =>
    busybox && call.has('h')
      ? oneDecimal(bytes)
      : call.has('h') || call.has('H')
        ? humanSize(bytes)
        : String(Math.ceil(bytes / (call.has('m') ? 1024 ** 2 : 1024)));
  const head = [
    'Filesystem',
    ...(call.has('T') ? ['Type'] : []),
    ...(inodes
      ? ['Inodes', 'IUsed', 'IFree', 'IUse%']
      : call.has('h')
        ? ['Size', 'Used', 'Avail', 'Use%']
        : [call.has('m') ? '1M-blocks' : call.has('P') ? '1024-blocks' : '1K-blocks', 'Used', 'Available', call.has('P') ? 'Capacity' : 'Use%']),
  ];
  const body = rows.map((row) => {
    const { bytes: size, used, nodes, taken } = spaceOf(call, row);
    const numbers = inodes
      ? [String(nodes), String(taken), String(nodes - taken), `${Math.ceil((taken / nodes) * 100)}%`]
      : [blocks(size), blocks(used), blocks(size - used), `${Math.ceil((used / size) * 100)}%`];
    return [row.source, ...(call.has('T') ? [row.type] : []), ...numbers, row.path];
  });
  if (busybox)
    return [[...head, 'Mounted on'].map((title) => (inodes ? title.replace(/^I(?=U|F)/, '') : title)), ...body]
      .map((cells) => busyboxLine(cells, call.has('T')))
      .join('');
  const widths = head.map((title, column) =>
    Math.max(
      title.length,
      ...body.map((row) => (row[column] ?? '').length),
      column === 0 ? 14 : column === 1 && call.has('T') ? 4 : column === head.length - 1 ? 4 : 5,
    ),
  );
  const left = call.has('T') ? 2 : 1;
  const line = (cells: readonly string[]): string =>
    `${cells
      .slice(0, -1)
      .map((cell, column) => (column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(' ')} ${cells[cells.length - 1]}\n`;
  return line([...head, 'Mounted on']) + body.map(line).join('');
}

/** busybox libbb/human_readable.c. */
function oneDecimal(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1024 && unit < 5; unit++) value /= 1024;
  return bytes === 0 ? '0' : unit === 0 ? String(bytes) : `${value.toFixed(1)}${' KMGTP'[unit]}`;
}

/** busybox coreutils/df.c: a long name has a line of its own. */
function busyboxLine([name = '', ...rest]: readonly string[], typed: boolean): string {
  const [type, ...cells] = typed ? rest : ['', ...rest];
  const [size = '', used = '', free = '', part = '', path = ''] = cells.map(
    (cell) => ({ Avail: 'Available', Free: 'Available', 'IUse%': 'Use%' })[cell] ?? cell,
  );
  return `${name.length > 20 ? `${name}\n${' '.repeat(20)}` : name.padEnd(20)}${typed ? ` ${type?.padEnd(10)}` : ''} ${size.padStart(9)} ${used.padStart(18 - Math.max(9, size.length))} ${free.padStart(9)} ${part.padStart(4)} ${path}\n`;
}

const tree = tool({
  usage: '[-adfL] [directory]...',
  summary: 'List contents of directories in a tree-like format.',
  options: [
    ['a', 'All files are listed.'],
    ['d', 'List directories only.'],
    ['f', 'Print the full path prefix for each file.'],
    ['L=level', 'Descend only level directories deep.'],
    ['I=pattern', 'Do not list files that match the given pattern.'],
    ['noreport', 'Turn off file/directory count at end of tree listing.'],
  ],
  *run(call) {
    const count = { folders: 0, files: 0 };
    for (const root of call.operands.length === 0 ? ['.'] : call.operands) {
      if (!call.process.fs.isDirectory(root)) {
        yield* call.print(`${root}  [error opening dir]\n`);
        call.status = 2;
        continue;
      }
      yield* call.print(`${root}\n`);
      count.folders++;
      yield* branches(call, root, '', 1, count);
    }
    const word = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
    if (!call.has('noreport'))
      yield* call.print(`\n${word(count.folders, 'directory', 'directories')}${call.has('d') ? '' : `, ${word(count.files, 'file', 'files')}`}\n`);
    return call.status;
  },
});

function* branches(call: Call, folder: string, indent: string, depth: number, count: { folders: number; files: number }): Routine {
  if (depth > Number(call.value('L') ?? Number.POSITIVE_INFINITY)) return;
  let entries: [string, Inode][];
  try {
    entries = call.process.fs.list(folder);
  } catch (error) {
    if (error instanceof Errno) return;
    throw error;
  }
  const shownEntries = entries.filter(
    ([name, inode]) =>
      (call.has('a') || !name.startsWith('.')) &&
      (!call.has('d') || inode.type === 'directory') &&
      !call.all('I').some((pattern) => globMatches(pattern, name)),
  );
  for (const [i, [name, inode]] of shownEntries.entries()) {
    const last = i === shownEntries.length - 1;
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`;
    yield* call.print(`${indent}${last ? '└── ' : '├── '}${call.has('f') ? path : name}${inode.type === 'symlink' ? ` -> ${inode.target}` : ''}\n`);
    if (inode.type === 'directory') {
      count.folders++;
      yield* branches(call, path, `${indent}${last ? '    ' : '│\u00a0\u00a0 '}`, depth + 1, count);
    } else count.files++;
  }
}

export const usagePrograms = { du, df, tree };
