/** cp, mv, install (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import { FileNode } from '../../linux/file-node.ts';
import { type Inode, SpecialNode } from '../../linux/inode.ts';
import { readAll } from '../../linux/open-file.ts';
import { resolvePath } from '../../linux/path-walk.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findGroup, findUser } from '../users.ts';
import { parseMode } from './mode.ts';
import { removeTree } from './remove.ts';

const base = (path: string): string =>
  path
    .replace(/(.)\/+$/, '$1')
    .split('/')
    .pop() ?? '';

/** Sources and where they go; the last operand may be a directory. */
function destinations(call: Call): { readonly source: string; readonly target: string }[] {
  const { fs } = call.process;
  const folder = call.value('t');
  const sources = folder === undefined ? call.operands.slice(0, -1) : call.operands;
  const last = folder ?? call.operands[call.operands.length - 1];
  if (call.operands.length === 0) throw new UsageError('missing file operand');
  if (last === undefined || sources.length === 0) throw new UsageError(`missing destination file operand after ${quote(call.operands[0] ?? '')}`);
  const into = !call.has('T') && fs.isDirectory(last);
  if (!into && (sources.length > 1 || folder !== undefined))
    throw new Failure(`target ${quote(last)}${fs.exists(last) ? ' is not a directory' : ': No such file or directory'}`);
  return sources.map((source) => ({ source, target: into ? `${last.replace(/(.)\/+$/, '$1')}/${base(source)}` : last }));
}

const cp = tool({
  usage: '[OPTION]... SOURCE... DIRECTORY',
  summary: 'Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.',
  options: [
    ['a,archive', 'same as -dR --preserve=all'],
    ['d', 'same as --no-dereference --preserve=links'],
    ['f,force', 'if an existing destination file cannot be opened, remove it and try again'],
    ['i,interactive', 'prompt before overwrite'],
    ['L,dereference', 'always follow symbolic links in SOURCE'],
    ['l,link', 'hard link files instead of copying'],
    ['n,no-clobber', 'do not overwrite an existing file'],
    ['P,no-dereference', 'never follow symbolic links in SOURCE'],
    ['p,preserve[=ATTR_LIST]', 'preserve the specified attributes'],
    ['R,r,recursive', 'copy directories recursively'],
    ['s,symbolic-link', 'make symbolic links instead of copying'],
    ['t,target-directory=DIRECTORY', 'copy all SOURCE arguments into DIRECTORY'],
    ['T,no-target-directory', 'treat DEST as a normal file'],
    ['u,update', 'copy only when the SOURCE file is newer than the destination file'],
    ['v,verbose', 'explain what is being done'],
    ['x,one-file-system', ''],
  ],
  *run(call) {
    for (const { source, target } of destinations(call)) yield* copy(call, source, target);
    return call.status;
  },
});

const keeps = (call: Call): boolean => call.has('p') || call.has('a');

function* copy(call: Call, source: string, target: string): Routine {
  const { fs } = call.process;
  const recursive = call.has('R') || call.has('a');
  const follow = call.has('L') || !(recursive || call.has('P') || call.has('d'));
  const from = fs.find(source, follow);
  if (!from) {
    const why = whyNot(() => (follow ? fs.stat(source) : fs.lstat(source)));
    return yield* call.complain(`cannot stat ${quote(source)}: ${why}`);
  }
  if (from.type === 'directory' && !recursive) return yield* call.complain(`-r not specified; omitting directory ${quote(source)}`);
  const to = fs.find(target);
  if (to && to === from) return yield* call.complain(`${quote(source)} and ${quote(target)} are the same file`);
  if (to && call.has('n')) return;
  if (to && call.has('u') && to.mtime >= from.mtime) return;
  if (to?.type === 'directory' && from.type !== 'directory') return yield* call.complain(`cannot overwrite directory ${quote(target)} with non-directory`);
  if (to && to.type !== 'directory' && from.type === 'directory')
    return yield* call.complain(`cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`);
  if (call.has('v')) yield* call.print(`${quote(source)} -> ${quote(target)}\n`);
  try {
    if (from.type === 'directory') yield* copyFolder(call, source, target, from);
    else yield* copyOne(call, source, target, from);
  } catch (error) {
    if (!(error instanceof Errno) || error.code === 'EPIPE') throw error;
    const text =
      from.type === 'directory'
        ? `cannot create directory ${quote(target)}`
        : error.path === source
          ? `cannot open ${quote(source)} for reading`
          : error.code === 'ENOSPC'
            ? `error writing ${quote(target)}`
            : `cannot create regular file ${quote(target)}`;
    yield* call.complain(`${text}: ${error.message}`);
  }
}

function whyNot(look: () => unknown): string {
  try {
    look();
    return 'No such file or directory';
  } catch (error) {
    if (error instanceof Errno) return error.message;
    throw error;
  }
}

function* copyFolder(call: Call, source: string, target: string, from: Inode): Routine {
  const { fs } = call.process;
  if (resolvePath(call.process.cwd, target).startsWith(`${resolvePath(call.process.cwd, source)}/`))
    return yield* call.complain(`cannot copy a directory, ${quote(source)}, into itself, ${quote(target)}`);
  const entries = fs.list(source);
  if (!fs.exists(target)) fs.mkdir(target, { mode: from.mode & 0o777 });
  for (const [name] of entries) yield* copy(call, `${source.replace(/(.)\/+$/, '$1')}/${name}`, `${target}/${name}`);
  preserve(call, target, from);
}

function* copyOne(call: Call, source: string, target: string, from: Inode): Routine {
  const { fs } = call.process;
  if (call.has('l')) return fs.link(source, target);
  if (call.has('s')) return fs.symlink(source, target);
  if (from.type === 'symlink') {
    if (fs.find(target, false)) fs.unlink(target);
    return fs.symlink(from.target, target);
  }
  if (from instanceof SpecialNode && (call.has('R') || call.has('a'))) return fs.mknod(target, new SpecialNode(from.type, { ...from }, from.device));
  if (call.has('f') && fs.find(target) && !fs.may(fs.stat(target), 2)) fs.unlink(target);
  yield* copyContent(call, source, target, from);
  preserve(call, target, from);
}

/** Programs stay programs: their bytes are not in the lab. */
function* copyContent(call: Call, source: string, target: string, from: Inode): Routine {
  const { fs } = call.process;
  if (!(from instanceof FileNode)) {
    const file = call.process.kernel.open(call.process, source, { read: true });
    fs.write(target, yield* readAll(file));
    return file.close();
  }
  const text = fs.read(source);
  fs.open(target, { write: true, create: true, truncate: true, mode: from.mode & 0o777 });
  fs.write(target, text);
  const made = fs.stat(target);
  if (made instanceof FileNode) {
    made.program = from.program;
    made.apparentSize = from.apparentSize;
  }
  yield* call.process.work(0.01 + text.length * 1e-6);
}

function preserve(call: Call, target: string, from: Inode): void {
  if (!keeps(call)) return;
  const { fs } = call.process;
  const made = fs.stat(target);
  made.mode = from.mode;
  made.mtime = from.mtime;
  if (call.process.uid === 0) fs.chown(target, from.uid, from.gid);
}

const mv = tool({
  usage: '[OPTION]... SOURCE... DIRECTORY',
  summary: 'Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.',
  options: [
    ['f,force', 'do not prompt before overwriting'],
    ['i,interactive', 'prompt before overwrite'],
    ['n,no-clobber', 'do not overwrite an existing file'],
    ['t,target-directory=DIRECTORY', 'move all SOURCE arguments into DIRECTORY'],
    ['T,no-target-directory', 'treat DEST as a normal file'],
    ['u,update', 'move only when the SOURCE file is newer than the destination file'],
    ['v,verbose', 'explain what is being done'],
  ],
  *run(call) {
    const { fs } = call.process;
    for (const { source, target } of destinations(call)) {
      const from = fs.find(source, false);
      if (!from) {
        yield* call.complain(`cannot stat ${quote(source)}: ${whyNot(() => fs.lstat(source))}`);
        continue;
      }
      const to = fs.find(target);
      if ((to && call.has('n')) || (to && call.has('u') && to.mtime >= from.mtime)) continue;
      if (to === from) {
        yield* call.complain(`${quote(source)} and ${quote(target)} are the same file`);
        continue;
      }
      try {
        fs.rename(source.replace(/(.)\/+$/, '$1'), target);
        if (call.has('v')) yield* call.print(`renamed ${quote(source)} -> ${quote(target)}\n`);
      } catch (error) {
        if (!(error instanceof Errno)) throw error;
        yield* call.complain(moveComplaint(source, target, from, to, error));
      }
    }
    return call.status;
  },
});

function moveComplaint(source: string, target: string, from: Inode, to: Inode | undefined, error: Errno): string {
  if (error.code === 'EINVAL') return `cannot move ${quote(source)} to a subdirectory of itself, ${quote(target)}`;
  if (to?.type === 'directory' && from.type !== 'directory') return `cannot overwrite directory ${quote(target)} with non-directory`;
  if (to && to.type !== 'directory' && from.type === 'directory') return `cannot overwrite non-directory ${quote(target)} with directory ${quote(source)}`;
  return `cannot move ${quote(source)} to ${quote(target)}: ${error.message}`;
}

const install = tool({
  usage: '[OPTION]... SOURCE DEST',
  summary: 'Copy files while setting attributes, or create directories.',
  options: [
    ['D', 'create all leading components of DEST'],
    ['d,directory', 'create all components of the specified directories'],
    ['g,group=GROUP', 'set group ownership'],
    ['m,mode=MODE', 'set permission mode (as in chmod), instead of rwxr-xr-x'],
    ['o,owner=OWNER', 'set ownership'],
    ['t,target-directory=DIRECTORY', 'copy all SOURCE arguments into DIRECTORY'],
    ['T,no-target-directory', 'treat DEST as a normal file'],
    ['v,verbose', 'print the name of each created file or directory'],
    ['c', ''],
    ['p,preserve-timestamps', ''],
  ],
  *run(call) {
    const { fs } = call.process;
    const finish = (path: string): void => {
      fs.chmod(path, parseMode(call.value('m') ?? '755', fs.stat(path)) ?? 0o755);
      const owner = call.has('o') ? findUser(call.process, call.value('o') ?? '') : undefined;
      const group = call.has('g') ? findGroup(call.process, call.value('g') ?? '') : undefined;
      if (owner || group) fs.chown(path, owner?.uid ?? fs.stat(path).uid, group?.gid ?? fs.stat(path).gid);
    };
    if (call.has('d')) {
      for (const path of call.operands) {
        fs.mkdir(path, { parents: true });
        finish(path);
      }
      return 0;
    }
    const last = call.operands[call.operands.length - 1] ?? '';
    if (call.has('D') && last.includes('/')) fs.mkdir(last.slice(0, last.lastIndexOf('/')) || '/', { parents: true });
    for (const { source, target } of destinations(call)) {
      const from = fs.find(source);
      if (!from) {
        yield* call.complain(`cannot stat ${quote(source)}: No such file or directory`);
        continue;
      }
      if (fs.find(target)) removeTree(call.process, target);
      yield* copyContent(call, source, target, from);
      finish(target);
    }
    return call.status;
  },
});

export const copyPrograms = { cp, mv, install };
