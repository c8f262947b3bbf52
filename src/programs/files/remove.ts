/** rm, unlink (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import type { Inode } from '../../linux/inode.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { type Call, tool, UsageError } from '../tool.ts';

/** Removes a path and all below it. Throws Errno at the first thing that cannot be removed. */
export function removeTree(process: Process, path: string): void {
  const { fs } = process;
  const inode = fs.lstat(path);
  if (inode.type !== 'directory') return fs.unlink(path);
  for (const [name] of fs.list(path)) removeTree(process, `${path}/${name}`);
  fs.rmdir(path);
}

const rm = tool({
  usage: '[OPTION]... [FILE]...',
  summary: 'Remove (unlink) the FILE(s).',
  options: [
    ['f,force', 'ignore nonexistent files and arguments, never prompt'],
    ['i', 'prompt before every removal'],
    ['I', 'prompt once before removing more than three files, or when removing recursively'],
    ['interactive[=WHEN]', 'prompt according to WHEN'],
    ['one-file-system', ''],
    ['no-preserve-root', "do not treat '/' specially"],
    ['preserve-root[=all]', "do not remove '/' (default)"],
    ['r,R,recursive', 'remove directories and their contents recursively'],
    ['d,dir', 'remove empty directories'],
    ['v,verbose', 'explain what is being done'],
  ],
  *run(call) {
    if (call.operands.length === 0) {
      if (call.has('f')) return 0;
      throw new UsageError('missing operand');
    }
    for (const path of call.operands) yield* remove(call, path);
    return call.status;
  },
});

function* remove(call: Call, path: string): Routine {
  const { fs } = call.process;
  if (/(^|\/)\.\.?\/*$/.test(path)) return yield* call.complain(`refusing to remove '.' or '..' directory: skipping ${quote(path)}`);
  let inode: Inode;
  try {
    inode = fs.lstat(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    if (!(call.has('f') && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) yield* call.complain(`cannot remove ${quote(path)}: ${error.message}`);
    return;
  }
  if (inode.type === 'directory' && !call.has('r') && !call.has('d')) return yield* call.complain(`cannot remove ${quote(path)}: Is a directory`);
  if (inode.type === 'directory' && call.has('r') && fs.realpath(path) === '/' && !call.has('no-preserve-root')) {
    yield* call.complain(`it is dangerous to operate recursively on '/'`);
    return yield* call.complain('use --no-preserve-root to override this failsafe');
  }
  if (call.last('i', 'f') === 'i' && !(yield* confirmed(call, path, inode))) return;
  yield* unlink(call, path, inode);
}

function* confirmed(call: Call, path: string, inode: Inode): Routine<boolean> {
  const what = inode.type === 'directory' ? 'directory' : inode.type === 'symlink' ? 'symbolic link' : inode.size === 0 ? 'regular empty file' : 'regular file';
  yield* call.process.printError(`${call.name}: remove ${what} ${quote(path)}? `);
  return /^[yY]/.test((yield* call.process.stdin.read()) ?? '');
}

/** Goes on past what cannot be removed, as rm does. */
function* unlink(call: Call, path: string, inode: Inode): Routine<boolean> {
  const { fs } = call.process;
  try {
    if (inode.type === 'directory' && call.has('r')) {
      let whole = true;
      for (const [name, entry] of fs.list(path))
        whole = (yield* unlink(call, path === '/' ? `/${name}` : `${path.replace(/\/+$/, '')}/${name}`, entry)) && whole;
      if (!whole) return false;
    }
    if (inode.type === 'directory') fs.rmdir(path);
    else fs.unlink(path);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(`cannot remove ${quote(path)}: ${error.message}`);
    return false;
  }
  if (call.has('v')) yield* call.print(`removed ${inode.type === 'directory' ? 'directory ' : ''}${quote(path)}\n`);
  return true;
}

const unlinkTool = tool({
  usage: 'FILE',
  summary: 'Call the unlink function to remove the specified FILE.',
  options: [],
  *run(call) {
    const [path] = call.operands;
    if (path === undefined) throw new UsageError('missing operand');
    try {
      call.process.fs.unlink(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* call.complain(`cannot unlink ${quote(path)}: ${error.message}`);
    }
    return call.status;
  },
});

export const removePrograms = { rm, unlink: unlinkTool };
