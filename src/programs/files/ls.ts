/** ls, dir (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import type { Inode } from '../../linux/inode.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import { humanSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { compareVersions } from '../text/sort-order.ts';
import { strftime, zoneOf } from '../time.ts';
import { type Call, tool } from '../tool.ts';
import { groupName, userName } from '../users.ts';
import { byColumns, displayWidth } from './columns.ts';
import { diskBlocks, inodeNumber, linkCount, modeText } from './describe.ts';

type Entry = { readonly name: string; readonly path: string; readonly inode: Inode };

export const ls = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'List information about the FILEs (the current directory by default).',
  trouble: 2,
  options: [
    ['a,all', 'do not ignore entries starting with .'],
    ['A,almost-all', 'do not list implied . and ..'],
    ['C', 'list entries by columns'],
    ['c', ''],
    ['color[=WHEN]', "color the output; WHEN can be 'always', 'auto' or 'never'"],
    ['d,directory', 'list directories themselves, not their contents'],
    ['F,classify[=WHEN]', 'append indicator (one of */=>@|) to entries'],
    ['f', 'list all entries in directory order'],
    ['full-time', 'like -l --time-style=full-iso'],
    ['g', 'like -l, but do not list owner'],
    ['G,no-group', "in a long listing, don't print group names"],
    ['group-directories-first', 'group directories before files'],
    ['h,human-readable', 'with -l and -s, print sizes like 1K 234M 2G etc.'],
    ['I,ignore=PATTERN', 'do not list implied entries matching shell PATTERN'],
    ['i,inode', 'print the index number of each file'],
    ['k,kibibytes', ''],
    ['L,dereference', 'show information for the file the link references'],
    ['l', 'use a long listing format'],
    ['m', 'fill width with a comma separated list of entries'],
    ['N,literal', 'print entry names without quoting'],
    ['n,numeric-uid-gid', 'like -l, but list numeric user and group IDs'],
    ['o', 'like -l, but do not list group information'],
    ['p', 'append / indicator to directories'],
    ['Q,quote-name', 'enclose entry names in double quotes'],
    ['q,hide-control-chars', ''],
    ['r,reverse', 'reverse order while sorting'],
    ['R,recursive', 'list subdirectories recursively'],
    ['S', 'sort by file size, largest first'],
    ['s,size', 'print the allocated size of each file, in blocks'],
    ['sort=WORD', 'sort by WORD instead of name: none, size, time, version, extension'],
    ['t', 'sort by time, newest first'],
    ['time-style=STYLE', 'time/date format with -l: full-iso, long-iso, iso, locale, +FORMAT'],
    ['U', 'do not sort; list entries in directory order'],
    ['u', ''],
    ['v', 'natural sort of (version) numbers within text'],
    ['w,width=COLS', 'set output width to COLS'],
    ['x', 'list entries by lines instead of by columns'],
    ['X', 'sort alphabetically by entry extension'],
    ['Z,context', ''],
    ['1', 'list one file per line'],
  ],
  *run(call) {
    const files: Entry[] = [];
    const folders: Entry[] = [];
    for (const name of call.operands.length === 0 ? ['.'] : call.operands) {
      const entry = yield* look(call, name);
      if (!entry) continue;
      if (entry.inode.type === 'directory' && !call.has('d')) folders.push(entry);
      else files.push(entry);
    }
    if (files.length > 0) yield* show(call, order(call, files), false);
    let first = files.length === 0;
    const titled = call.operands.length > 1 || call.has('R');
    for (const folder of order(call, folders)) {
      yield* list(call, folder, titled, first);
      first = false;
    }
    return call.status;
  },
});

const isLong = (call: Call): boolean => ['l', 'g', 'n', 'o', 'full-time'].some((key) => call.has(key));

function* look(call: Call, name: string): Routine<Entry | undefined> {
  const { fs } = call.process;
  try {
    // Without -l a link to a directory on the command line means that directory.
    const follow = call.has('L') || (!isLong(call) && !call.has('d') && !call.has('F'));
    const inode = (follow ? fs.find(name) : undefined) ?? fs.lstat(name);
    return { name, path: name, inode };
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(`cannot access ${quote(name)}: ${error.message}`, 2);
    return undefined;
  }
}

function* list(call: Call, folder: Entry, titled: boolean, first: boolean): Routine {
  const { fs } = call.process;
  let entries: [string, Inode][];
  try {
    entries = fs.list(folder.path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* call.complain(`cannot open directory ${quote(folder.path)}: ${error.message}`, 2);
  }
  if (titled) yield* call.print(`${first ? '' : '\n'}${folder.path}:\n`);
  const hidden = call.has('a') || call.has('f');
  const at = (name: string): string => (folder.path.endsWith('/') ? folder.path + name : `${folder.path}/${name}`);
  const found: Entry[] = hidden
    ? [
        { name: '.', path: at('.'), inode: folder.inode },
        { name: '..', path: at('..'), inode: fs.find(at('..')) ?? folder.inode },
      ]
    : [];
  for (const [name, inode] of entries) {
    if (name.startsWith('.') && !hidden && !call.has('A')) continue;
    if (call.all('I').some((pattern) => globMatches(pattern, name))) continue;
    found.push({ name, path: at(name), inode: call.has('L') ? (fs.find(at(name)) ?? inode) : inode });
  }
  const sorted = order(call, found);
  yield* show(call, sorted, true);
  if (!call.has('R')) return;
  for (const entry of sorted) if (entry.inode.type === 'directory' && entry.name !== '.' && entry.name !== '..') yield* list(call, entry, true, false);
}

function order(call: Call, entries: readonly Entry[]): Entry[] {
  const by = call.has('sort')
    ? call.value('sort')
    : ({ S: 'size', t: 'time', U: 'none', f: 'none', v: 'version', X: 'extension' } as const)[call.last('S', 't', 'U', 'v', 'X', 'f') as 'S'];
  const sorted = [...entries];
  const name = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const extension = (entry: Entry): string => /\.[^.]*$/.exec(entry.name)?.[0] ?? '';
  if (by === 'none') return sorted;
  sorted.sort((a, b) => {
    if (by === 'size') return b.inode.size - a.inode.size || name(a, b);
    if (by === 'time') return b.inode.mtime - a.inode.mtime || name(a, b);
    if (by === 'version') return compareVersions(a.name, b.name) || name(a, b);
    if (by === 'extension') return extension(a) < extension(b) ? -1 : extension(a) > extension(b) ? 1 : name(a, b);
    return name(a, b);
  });
  if (call.has('r')) sorted.reverse();
  if (call.has('group-directories-first'))
    return [...sorted.filter((entry) => entry.inode.type === 'directory'), ...sorted.filter((entry) => entry.inode.type !== 'directory')];
  return sorted;
}

function* show(call: Call, entries: readonly Entry[], isFolder: boolean): Routine {
  if (isLong(call)) return yield* long(call, entries, isFolder);
  if (call.has('s') && isFolder) yield* call.print(`total ${size(call, entries.reduce((sum, entry) => sum + diskBlocks(entry.inode), 0) * 1024, 1024)}\n`);
  const { tty } = call.process.stdout;
  const cells = entries.map(
    (entry) =>
      `${call.has('i') ? `${inodeNumber(call.process.path(entry.path))} ` : ''}${call.has('s') ? `${size(call, diskBlocks(entry.inode) * 1024, 1024)} ` : ''}${shown(call, entry)}`,
  );
  if (call.has('m')) return yield* call.print(`${cells.join(', ')}\n`);
  const columns = call.last('C', 'x', '1', 'm');
  if (columns === '1' || (columns === undefined && !tty)) {
    for (const cell of cells) yield* call.print(`${cell}\n`);
    return;
  }
  const width = call.has('w') ? Number(call.value('w')) || Number.POSITIVE_INFINITY : (tty?.size.columns ?? Number(call.process.env['COLUMNS'] ?? 80));
  yield* call.print(byColumns(cells, width, columns === 'x'));
}

function size(call: Call, bytes: number, unit = 1): string {
  return call.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / unit));
}

/** Of Documentation/admin-guide/devices.txt; a row of its table a device of the lab. */
const deviceNumbers: Readonly<Record<string, string>> = { whiteout: '0, 0', zero: '1, 5', full: '1, 7', random: '1, 8', tty: '5, 0', disk: '254, 1' };

function* long(call: Call, entries: readonly Entry[], isFolder: boolean): Routine {
  const { process } = call;
  if (isFolder) yield* call.print(`total ${size(call, entries.reduce((sum, entry) => sum + diskBlocks(entry.inode), 0) * 1024, 1024)}\n`);
  const numeric = call.has('n');
  const rows = entries.map((entry) => {
    const { inode } = entry;
    const device = inode.type === 'character' || inode.type === 'block';
    return [
      ...(call.has('i') ? [String(inodeNumber(process.path(entry.path)))] : []),
      ...(call.has('s') ? [size(call, diskBlocks(inode) * 1024, 1024)] : []),
      modeText(inode),
      String(linkCount(inode)),
      ...(call.has('g') ? [] : [numeric ? String(inode.uid) : userName(process, inode.uid)]),
      ...(call.has('o') || call.has('G') ? [] : [numeric ? String(inode.gid) : groupName(process, inode.gid)]),
      device ? (deviceNumbers[inode.device] ?? '1, 3') : size(call, inode.size),
      moment(call, inode.mtime),
    ];
  });
  const left = new Set<number>();
  const modeAt = (call.has('i') ? 1 : 0) + (call.has('s') ? 1 : 0);
  left.add(modeAt);
  const sizeAt = (rows[0]?.length ?? 0) - 2;
  for (let column = modeAt + 2; column < sizeAt; column++) left.add(column);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  for (const [i, row] of rows.entries()) {
    const cells = row.map((cell, column) => (left.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)));
    yield* call.print(`${cells.join(' ')} ${shown(call, entries[i] as Entry)}${target(call, entries[i] as Entry)}\n`);
  }
}

const halfYear = 182.62 * 86_400_000;

function moment(call: Call, mtime: number): string {
  const zone = zoneOf(call.process.env['TZ']);
  const style = call.has('full-time') ? 'full-iso' : (call.value('time-style') ?? 'locale');
  const recent = mtime <= call.process.now && call.process.now - mtime < halfYear;
  if (style.startsWith('+')) return strftime(style.slice(1), mtime, zone);
  if (style === 'full-iso') return strftime('%Y-%m-%d %H:%M:%S.%N %z', mtime, zone);
  if (style === 'long-iso') return strftime('%Y-%m-%d %H:%M', mtime, zone);
  if (style === 'iso') return strftime(recent ? '%m-%d %H:%M' : '%Y-%m-%d ', mtime, zone);
  return strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', mtime, zone);
}

const target = (call: Call, { inode }: Entry): string => (inode.type === 'symlink' && !call.has('L') ? ` -> ${inode.target}` : '');

function shown(call: Call, entry: Entry): string {
  const { inode } = entry;
  const tty = call.process.stdout.tty !== undefined;
  const needsQuotes = tty && !call.has('N') && /[\s'"$`\\!&|;<>()*?[\]{}#~]/.test(entry.name);
  const name = call.has('Q') ? `"${entry.name}"` : needsQuotes ? quote(entry.name) : entry.name;
  return painted(call, inode, name, tty) + indicator(call, inode);
}

function indicator(call: Call, inode: Inode): string {
  if (inode.type === 'directory') return call.has('p') || call.has('F') ? '/' : '';
  if (!call.has('F')) return '';
  if (inode.type === 'symlink') return isLong(call) ? '' : '@';
  return inode.type === 'socket' ? '=' : inode.type === 'fifo' ? '|' : inode.type === 'file' && inode.mode & 0o111 ? '*' : '';
}

/** dircolors' defaults. */
function painted(call: Call, inode: Inode, name: string, tty: boolean): string {
  const when = call.has('color') ? (call.value('color') ?? 'always') : 'never';
  if (when !== 'always' && !(when === 'auto' && tty)) return name;
  const sticky = (inode.mode & 0o1002) === 0o1002;
  const colors: Readonly<Record<Inode['type'], string>> = {
    directory: sticky ? '30;42' : '01;34',
    symlink: '01;36',
    fifo: '40;33',
    socket: '01;35',
    character: '40;33;01',
    block: '40;33;01',
    file: inode.mode & 0o111 ? '01;32' : '',
  };
  const color = colors[inode.type];
  return color === '' ? name : `\x1b[0m\x1b[${color}m${name}\x1b[0m`;
}
