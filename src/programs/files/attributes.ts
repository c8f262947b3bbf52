/** chmod, chown, chgrp, stat, file (GNU coreutils 9.1 and friends). */
import { Errno } from '../../linux/errno.ts';
import type { Inode } from '../../linux/inode.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { strftime, zoneOf } from '../time.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findGroup, findUser, groupName, userName } from '../users.ts';
import { diskBlocks, inodeNumber, linkCount, modeText, typeName } from './describe.ts';
import { fileSystemStat } from './file-system-stat.ts';
import { parseMode } from './mode.ts';

/** A path and, when asked, everything below it. */
function* tree(call: Call, path: string, recursive: boolean, use: (path: string, inode: Inode) => void, verb: string): Routine {
  const { fs } = call.process;
  try {
    const inode = fs.stat(path);
    use(path, inode);
    if (!recursive || inode.type !== 'directory') return;
    for (const [name, entry] of fs.list(path)) if (entry.type !== 'symlink') yield* tree(call, `${path.replace(/\/+$/, '')}/${name}`, true, use, verb);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (!call.has('f'))
      yield* call.complain(error.code === 'ENOENT' ? `cannot access ${quote(path)}: ${error.message}` : `${verb} ${quote(path)}: ${error.message}`);
    else call.status = 1;
  }
}

const chmod = tool({
  usage: '[OPTION]... MODE[,MODE]... FILE...',
  summary: 'Change the mode of each FILE to MODE.',
  options: [
    ['c,changes', ''],
    ['f,silent,quiet', 'suppress most error messages'],
    ['R,recursive', 'change files and directories recursively'],
    ['v,verbose', 'output a diagnostic for every file processed'],
    // Modes that begin with a minus sign: `chmod -x file`.
    ['r', ''],
    ['w', ''],
    ['x', ''],
    ['reference=RFILE', "use RFILE's mode instead of MODE values"],
  ],
  *run(call) {
    const { fs } = call.process;
    const minus = ['r', 'w', 'x'].filter((letter) => call.has(letter)).join('');
    const reference = call.value('reference');
    const [mode, ...paths] = minus === '' && reference === undefined ? call.operands : [minus === '' ? '' : `-${minus}`, ...call.operands];
    if (mode === undefined) throw new UsageError('missing operand');
    if (paths.length === 0) throw new UsageError(`missing operand after ${quote(mode)}`);
    if (reference === undefined && parseMode(mode, { mode: 0, type: 'file' }) === undefined) throw new UsageError(`invalid mode: ${quote(mode)}`);
    for (const path of paths)
      yield* tree(
        call,
        path,
        call.has('R'),
        (each, inode) => fs.chmod(each, reference === undefined ? (parseMode(mode, inode, call.process.umask) ?? 0) : fs.stat(reference).mode),
        'changing permissions of',
      );
    return call.status;
  },
});

const owner = (name: 'chown' | 'chgrp'): Program =>
  tool({
    usage: name === 'chown' ? '[OPTION]... [OWNER][:[GROUP]] FILE...' : '[OPTION]... GROUP FILE...',
    summary: name === 'chown' ? 'Change the owner and/or group of each FILE to OWNER and/or GROUP.' : 'Change the group of each FILE to GROUP.',
    options: [
      ['c,changes', ''],
      ['f,silent,quiet', 'suppress most error messages'],
      ['h,no-dereference', ''],
      ['R,recursive', 'operate on files and directories recursively'],
      ['v,verbose', ''],
    ],
    *run(call) {
      const { fs } = call.process;
      const [spec, ...paths] = call.operands;
      if (spec === undefined) throw new UsageError('missing operand');
      if (paths.length === 0) throw new UsageError(`missing operand after ${quote(spec)}`);
      const [userText = '', groupText] = name === 'chgrp' ? ['', spec] : spec.split(/[:.]/);
      const user = userText === '' ? undefined : (findUser(call.process, userText)?.uid ?? numeric(userText));
      const group = groupText === undefined || groupText === '' ? undefined : (findGroup(call.process, groupText)?.gid ?? numeric(groupText));
      if (userText !== '' && user === undefined) throw new Failure(`invalid user: ${quote(spec)}`);
      if (groupText && group === undefined) throw new Failure(`invalid group: ${quote(spec)}`);
      for (const path of paths)
        yield* tree(
          call,
          path,
          call.has('R'),
          (each, inode) => fs.chown(each, user ?? inode.uid, group ?? inode.gid),
          name === 'chown' ? 'changing ownership of' : 'changing group of',
        );
      return call.status;
    },
  });

const numeric = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

const stat = tool({
  usage: '[OPTION]... FILE...',
  summary: 'Display file or file system status.',
  options: [
    ['c,format=FORMAT', 'use the specified FORMAT instead of the default'],
    ['f,file-system', 'display file system status instead of file status'],
    ['L,dereference', 'follow links'],
    ['printf=FORMAT', 'like --format, but interpret backslash escapes, and do not output a trailing newline'],
    ['t,terse', 'print the information in terse form'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    for (const path of call.operands) {
      try {
        if (call.has('f')) {
          yield* call.print(fileSystemStat(call, path));
          continue;
        }
        const inode = call.has('L') ? call.process.fs.stat(path) : call.process.fs.lstat(path);
        const format = call.value('c') ?? call.value('printf');
        if (format === undefined) yield* call.print(fullStat(call, path, inode));
        else yield* call.print(formatted(call, path, inode, call.has('printf') ? format.replaceAll('\\n', '\n').replaceAll('\\t', '\t') : `${format}\n`));
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        yield* call.complain(`cannot statx ${quote(path)}: ${error.message}`);
      }
    }
    return call.status;
  },
});

const octal = (inode: Inode): string => inode.mode.toString(8);

const shownTime = (call: Call, at: number): string => strftime('%Y-%m-%d %H:%M:%S.%N %z', at, zoneOf(call.process.env['TZ']));

function fullStat(call: Call, path: string, inode: Inode): string {
  const { process } = call;
  const name = inode.type === 'symlink' ? `${path} -> ${inode.target}` : path;
  const time = shownTime(call, inode.mtime);
  const id = (number: number, text: string): string => `(${String(number).padStart(5)}/${text.padStart(8)})`;
  return [
    `  File: ${name}`,
    `  Size: ${String(inode.size).padEnd(10)}\tBlocks: ${String(diskBlocks(inode) * 2).padEnd(10)} IO Block: 4096   ${typeName(inode)}`,
    `Device: 254,1\tInode: ${String(inodeNumber(process.path(path))).padEnd(11)} Links: ${linkCount(inode)}`,
    `Access: (${octal(inode).padStart(4, '0')}/${modeText(inode)})  Uid: ${id(inode.uid, userName(process, inode.uid))}   Gid: ${id(inode.gid, groupName(process, inode.gid))}`,
    `Access: ${time}`,
    `Modify: ${time}`,
    `Change: ${time}`,
    ` Birth: ${time}`,
    '',
  ].join('\n');
}

function formatted(call: Call, path: string, inode: Inode, format: string): string {
  const { process } = call;
  const fields: Readonly<Record<string, () => string>> = {
    a: () => octal(inode),
    A: () => modeText(inode),
    b: () => String(diskBlocks(inode) * 2),
    B: () => '512',
    F: () => typeName(inode),
    g: () => String(inode.gid),
    G: () => groupName(process, inode.gid),
    h: () => String(linkCount(inode)),
    i: () => String(inodeNumber(process.path(path))),
    m: () => '/',
    n: () => path,
    N: () => quote(path) + (inode.type === 'symlink' ? ` -> ${quote(inode.target)}` : ''),
    s: () => String(inode.size),
    u: () => String(inode.uid),
    U: () => userName(process, inode.uid),
    x: () => shownTime(call, inode.mtime),
    X: () => String(Math.floor(inode.mtime / 1000)),
    y: () => shownTime(call, inode.mtime),
    Y: () => String(Math.floor(inode.mtime / 1000)),
    z: () => shownTime(call, inode.mtime),
    Z: () => String(Math.floor(inode.mtime / 1000)),
    w: () => shownTime(call, inode.mtime),
    '%': () => '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => fields[letter]?.() ?? whole);
}

const file = tool({
  usage: '[-bL] FILE...',
  summary: 'Determine type of FILEs.',
  options: [
    ['b,brief', 'do not prepend filenames to output lines'],
    ['i,mime', ''],
    ['L,dereference', 'follow symlinks'],
  ],
  *run(call) {
    const width = Math.max(0, ...call.operands.map((path) => path.length)) + 1;
    for (const path of call.operands) {
      const inode = call.has('L') ? call.process.fs.find(path) : call.process.fs.find(path, false);
      const kind = inode ? kindOf(inode, path, call) : `cannot open \`${path}' (No such file or directory)`;
      yield* call.print(call.has('b') ? `${kind}\n` : `${`${path}:`.padEnd(width)} ${kind}\n`);
    }
    return 0;
  },
});

function kindOf(inode: Inode, path: string, call: Call): string {
  if (inode.type === 'symlink') return `symbolic link to ${inode.target}`;
  if (inode.type === 'character') return 'character special';
  if (inode.type !== 'file') return inode.type === 'fifo' ? 'fifo (named pipe)' : inode.type === 'block' ? 'block special' : inode.type;
  if (inode.program !== undefined) return 'ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked';
  const text = call.process.fs.may(inode, 4) ? inode.read() : '';
  if (text === '') return inode.size === 0 ? 'empty' : 'regular file, no read permission';
  const shebang = /^#!\s*(\S+)/.exec(text);
  if (shebang)
    return `${/bash$/.test(shebang[1] as string) ? 'Bourne-Again shell' : /sh$/.test(shebang[1] as string) ? 'POSIX shell' : `a ${shebang[1]}`} script, ASCII text executable`;
  if (/^\s*[{[]/.test(text) && path.endsWith('.json')) return 'JSON text data';
  if (text.includes('-----BEGIN CERTIFICATE-----')) return 'PEM certificate';
  if (/[\x00-\x08\udc80-\udcff]/.test(text)) return text.startsWith('\x1f') ? 'gzip compressed data' : 'data';
  return /[^\x00-\x7f]/.test(text) ? 'Unicode text, UTF-8 text' : 'ASCII text';
}

export const attributePrograms = { chmod, chown: owner('chown'), chgrp: owner('chgrp'), stat, file };
