/** mkdir, rmdir, touch, ln, truncate, mktemp, sync (GNU coreutils 9.1). */
import { Errno } from '../../linux/errno.ts';
import { FileNode } from '../../linux/file-node.ts';
import { resolvePath } from '../../linux/path-walk.ts';
import type { Routine } from '../../sim/routine.ts';
import { parseSize } from '../numbers.ts';
import { quote } from '../quote.ts';
import { parseDate, zoneOf } from '../time.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { parseMode } from './mode.ts';

const needOperand = (call: Call, what = 'missing operand'): void => {
  if (call.operands.length === 0) throw new UsageError(what);
};

/** Does something to each operand; what fails is complained about with `text`. */
function* eachPath(call: Call, text: (path: string) => string, use: (path: string) => void, paths = call.operands): Routine {
  for (const path of paths) {
    try {
      use(path);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* call.complain(`${text(path)}: ${error.message}`);
    }
  }
}

const mkdir = tool({
  usage: '[OPTION]... DIRECTORY...',
  summary: 'Create the DIRECTORY(ies), if they do not already exist.',
  options: [
    ['m,mode=MODE', 'set file mode (as in chmod), not a=rwx - umask'],
    ['p,parents', 'no error if existing, make parent directories as needed'],
    ['v,verbose', 'print a message for each created directory'],
  ],
  *run(call) {
    needOperand(call);
    const { fs } = call.process;
    const said: string[] = [];
    yield* eachPath(
      call,
      (path) => `cannot create directory ${quote(path)}`,
      (path) => {
        const parts = resolvePath(call.process.cwd, path).split('/').slice(1);
        if (call.has('p')) {
          for (let i = 1; i < parts.length; i++) {
            const above = `/${parts.slice(0, i).join('/')}`;
            if (fs.exists(above)) continue;
            fs.mkdir(above);
            if (call.has('v')) said.push(`${call.name}: created directory ${quote(above)}\n`);
          }
          const there = fs.find(path);
          if (there?.type === 'directory') return;
        }
        fs.mkdir(path);
        if (call.has('m')) fs.chmod(path, parseMode(call.value('m') ?? '', fs.stat(path)) ?? 0o777);
        if (call.has('v')) said.push(`${call.name}: created directory ${quote(path)}\n`);
      },
    );
    yield* call.print(said.join(''));
    return call.status;
  },
});

const rmdir = tool({
  usage: '[OPTION]... DIRECTORY...',
  summary: 'Remove the DIRECTORY(ies), if they are empty.',
  options: [
    ['ignore-fail-on-non-empty', 'ignore each failure that is solely because a directory is non-empty'],
    ['p,parents', 'remove DIRECTORY and its ancestors'],
    ['v,verbose', 'output a diagnostic for every directory processed'],
  ],
  *run(call) {
    needOperand(call);
    const paths = call.operands.flatMap((path) => {
      if (!call.has('p')) return [path];
      const parts = path.replace(/\/+$/, '').split('/');
      return parts.map((_, i) => parts.slice(0, parts.length - i).join('/')).filter((each) => each !== '');
    });
    yield* eachPath(
      call,
      (path) => `failed to remove ${quote(path)}`,
      (path) => {
        try {
          call.process.fs.rmdir(path);
        } catch (error) {
          if (!(error instanceof Errno && error.code === 'ENOTEMPTY' && call.has('ignore-fail-on-non-empty'))) throw error;
        }
      },
      paths,
    );
    return call.status;
  },
});

const touch = tool({
  usage: '[OPTION]... FILE...',
  summary: 'Update the access and modification times of each FILE to the current time.',
  options: [
    ['a', 'change only the access time'],
    ['c,no-create', 'do not create any files'],
    ['d,date=STRING', 'parse STRING and use it instead of current time'],
    ['h,no-dereference', ''],
    ['m', 'change only the modification time'],
    ['r,reference=FILE', "use this file's times instead of current time"],
    ['t=STAMP', 'use [[CC]YY]MMDDhhmm[.ss] instead of current time'],
  ],
  *run(call) {
    needOperand(call, 'missing file operand');
    const { fs } = call.process;
    const time = touchTime(call);
    yield* eachPath(
      call,
      (path) => (fs.find(path) ? `setting times of ${quote(path)}` : `cannot touch ${quote(path)}`),
      (path) => {
        const inode = fs.find(path);
        if (inode?.type === 'directory') inode.mtime = time;
        else if (inode || !call.has('c')) fs.touch(path, time);
      },
    );
    return call.status;
  },
});

function touchTime(call: Call): number {
  const { now, fs } = call.process;
  const reference = call.value('r');
  if (reference !== undefined) {
    const inode = fs.find(reference);
    if (!inode) throw new Failure(`failed to get attributes of ${quote(reference)}: No such file or directory`);
    return inode.mtime;
  }
  const stamp = call.value('t');
  if (stamp !== undefined) {
    const parts = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(stamp);
    if (!parts) throw new Failure(`invalid date format ${quote(stamp)}`);
    const [, century, year, month, day, hour, minute, second] = parts;
    const full = year === undefined ? (century === undefined ? new Date(now).getUTCFullYear() : 2000 + Number(century)) : Number(`${century}${year}`);
    return Date.UTC(full, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second ?? 0));
  }
  const text = call.value('d');
  if (text === undefined) return now;
  const parsed = parseDate(text, now, zoneOf(call.process.env['TZ']));
  if (parsed === undefined) throw new Failure(`invalid date format ${quote(text)}`);
  return parsed;
}

const ln = tool({
  usage: '[OPTION]... [-T] TARGET LINK_NAME',
  summary: 'Create a link to TARGET with the name LINK_NAME.',
  options: [
    ['f,force', 'remove existing destination files'],
    ['n,no-dereference', 'treat LINK_NAME as a normal file if it is a symbolic link to a directory'],
    ['r,relative', 'with -s, create links relative to link location'],
    ['s,symbolic', 'make symbolic links instead of hard links'],
    ['T,no-target-directory', 'treat LINK_NAME as a normal file always'],
    ['t,target-directory=DIRECTORY', 'specify the DIRECTORY in which to create the links'],
    ['v,verbose', 'print name of each linked file'],
  ],
  *run(call) {
    needOperand(call, 'missing file operand');
    const { fs } = call.process;
    const folder = call.value('t') ?? (call.operands.length === 1 ? '.' : undefined);
    const last = call.operands[call.operands.length - 1] as string;
    const intoFolder = folder !== undefined || (!call.has('T') && !(call.has('n') && fs.find(last, false)?.type === 'symlink') && fs.isDirectory(last));
    const targets = folder === undefined ? call.operands.slice(0, -1) : call.operands;
    if (targets.length > 1 && !intoFolder) throw new Failure(`target ${quote(last)} is not a directory`);
    const kind = call.has('s') ? 'symbolic' : 'hard';
    const place = (target: string): string => (intoFolder ? `${folder ?? last}/${target.replace(/\/+$/, '').split('/').pop()}` : last);
    yield* eachPath(
      call,
      (target) => (kind === 'hard' && !fs.find(target, false) ? `failed to access ${quote(target)}` : `failed to create ${kind} link ${quote(place(target))}`),
      (target) => {
        const path = place(target);
        if (call.has('f') && fs.find(path, false)) fs.unlink(path);
        if (call.has('s'))
          fs.symlink(
            call.has('r')
              ? relative(fs.realpath(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'), resolvePath(call.process.cwd, target))
              : target,
            path,
          );
        else fs.link(target, path);
      },
      targets,
    );
    return call.status;
  },
});

function relative(from: string, to: string): string {
  const [a, b] = [from.split('/').filter(Boolean), to.split('/').filter(Boolean)];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || '.';
}

const truncate = tool({
  usage: 'OPTION... FILE...',
  summary: 'Shrink or extend the size of each FILE to the specified size.',
  options: [
    ['c,no-create', 'do not create any files'],
    ['s,size=SIZE', 'set or adjust the file size by SIZE bytes'],
  ],
  *run(call) {
    if (!call.has('s')) throw new UsageError("you must specify either '--size' or '--reference'");
    needOperand(call, 'missing file operand');
    const text = call.value('s') ?? '';
    const size = parseSize(text.replace(/^[-+<>/%]/, ''));
    if (size === undefined) throw new Failure(`Invalid number: ${quote(text)}`);
    const { fs } = call.process;
    yield* eachPath(
      call,
      (path) => `cannot open ${quote(path)} for writing`,
      (path) => {
        if (call.has('c') && !fs.exists(path)) return;
        const inode = fs.open(path, { write: true, create: true });
        if (!(inode instanceof FileNode)) return;
        const wanted = text.startsWith('+') ? inode.size + size : text.startsWith('-') ? Math.max(0, inode.size - size) : size;
        if (wanted > 64 * 1024 * 1024 + inode.size) throw new Errno('ENOSPC', path);
        fs.put(inode, inode.size > wanted ? inode.read().slice(0, wanted) : inode.read() + '\0'.repeat(wanted - inode.size));
      },
    );
    return call.status;
  },
});

const mktemp = tool({
  usage: '[OPTION]... [TEMPLATE]',
  summary: 'Create a temporary file or directory, safely, and print its name.',
  options: [
    ['d,directory', 'create a directory, not a file'],
    ['u,dry-run', 'do not create anything; merely print a name'],
    ['q,quiet', 'suppress diagnostics about file/dir-creation failure'],
    ['p,tmpdir=DIR', 'interpret TEMPLATE relative to DIR'],
    ['suffix=SUFF', 'append SUFF to TEMPLATE'],
    ['t', 'interpret TEMPLATE as a single file name component, relative to a directory'],
  ],
  *run(call) {
    const template = call.operands[0] ?? 'tmp.XXXXXXXXXX';
    const run = /X{3,}(?!.*X{3,})/.exec(template);
    if (!run) throw new Failure(`too few X's in template ${quote(template)}`);
    const letters = call.process.sim.random.text('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', run[0].length);
    const name = template.slice(0, run.index) + letters + template.slice(run.index + run[0].length) + (call.value('suffix') ?? '');
    const inFolder = call.operands.length === 0 || call.has('p') || call.has('t');
    const path = inFolder ? `${call.value('p') ?? call.process.env['TMPDIR'] ?? '/tmp'}/${name}` : name;
    try {
      if (!call.has('u') && call.has('d')) call.process.fs.mkdir(path, { mode: 0o700 });
      else if (!call.has('u')) call.process.fs.write(path, '', { mode: 0o600 });
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new Failure(
        `failed to create ${call.has('d') ? 'directory' : 'file'} via template ${quote(inFolder ? `${call.value('p') ?? '/tmp'}/${template}` : template)}: ${error.message}`,
      );
    }
    yield* call.print(`${path}\n`);
    return 0;
  },
});

const sync = tool({
  usage: '[FILE]...',
  summary: 'Synchronize cached writes to persistent storage.',
  options: [],
  *run() {
    return 0;
  },
});

export const directoryPrograms = { mkdir, rmdir, touch, ln, truncate, mktemp, sync };
