/** What a path is and where it leads: readlink, realpath, basename, dirname, which. */
import { Errno } from '../../linux/errno.ts';
import { resolvePath } from '../../linux/path-walk.ts';
import { quote } from '../quote.ts';
import { type Call, tool, UsageError } from '../tool.ts';

const readlink = tool({
  usage: '[OPTION]... FILE...',
  summary: 'Print value of a symbolic link or canonical file name.',
  options: [
    ['f,canonicalize', 'canonicalize by following every symlink; all but the last component must exist'],
    ['e,canonicalize-existing', 'likewise; all components must exist'],
    ['m,canonicalize-missing', 'likewise, without requirements on components existence'],
    ['n,no-newline', 'do not output the trailing delimiter'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    for (const path of call.operands) {
      const found = ['f', 'e', 'm'].some((key) => call.has(key))
        ? canonical(call, path, call.has('e') ? 'all' : call.has('m') ? 'none' : 'parents')
        : linkTarget(call, path);
      if (found === undefined) call.status = 1;
      else yield* call.print(`${found}${call.has('n') ? '' : '\n'}`);
    }
    return call.status;
  },
});

function linkTarget(call: Call, path: string): string | undefined {
  const inode = call.process.fs.find(path, false);
  return inode?.type === 'symlink' ? inode.target : undefined;
}

function canonical(call: Call, path: string, must: 'all' | 'parents' | 'none'): string | undefined {
  const { fs } = call.process;
  try {
    const at = fs.resolve(path);
    return at.inode || must !== 'all' ? at.path : undefined;
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return must === 'none' ? resolvePath(call.process.cwd, path) : undefined;
  }
}

const realpath = tool({
  usage: '[OPTION]... FILE...',
  summary: 'Print the resolved absolute file name.',
  options: [
    ['e,canonicalize-existing', 'all components of the path must exist'],
    ['m,canonicalize-missing', 'no path components need exist or be a directory'],
    ['s,strip,no-symlinks', "don't expand symlinks"],
    ['q,quiet', 'suppress most error messages'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    for (const path of call.operands) {
      const found = call.has('s') ? resolvePath(call.process.cwd, path) : canonical(call, path, call.has('e') ? 'all' : call.has('m') ? 'none' : 'parents');
      if (found !== undefined) yield* call.print(`${found}\n`);
      else yield* call.complain(`${path}: No such file or directory`);
    }
    return call.status;
  },
});

const basename = tool({
  usage: 'NAME [SUFFIX]',
  summary: 'Print NAME with any leading directory components removed.',
  options: [
    ['a,multiple', 'support multiple arguments and treat each as a NAME'],
    ['s,suffix=SUFFIX', 'remove a trailing SUFFIX; implies -a'],
    ['z,zero', 'end each output line with NUL, not newline'],
  ],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    const many = call.has('a') || call.has('s');
    if (!many && call.operands.length > 2) throw new UsageError(`extra operand ${quote(call.operands[2] ?? '')}`);
    const suffix = call.value('s') ?? (many ? '' : (call.operands[1] ?? ''));
    for (const path of many ? call.operands : call.operands.slice(0, 1)) {
      const name = /^\/+$/.test(path) ? '/' : (path.replace(/\/+$/, '').split('/').pop() ?? '');
      yield* call.print(`${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}${call.has('z') ? '\0' : '\n'}`);
    }
    return 0;
  },
});

const dirname = tool({
  usage: '[OPTION] NAME...',
  summary: 'Output each NAME with its last non-slash component and trailing slashes removed.',
  options: [['z,zero', 'end each output line with NUL, not newline']],
  *run(call) {
    if (call.operands.length === 0) throw new UsageError('missing operand');
    for (const path of call.operands) {
      const parent = path
        .replace(/\/+$/, '')
        .replace(/[^/]*$/, '')
        .replace(/(.)\/+$/, '$1');
      yield* call.print(`${parent === '' ? (path.startsWith('/') ? '/' : '.') : parent}${call.has('z') ? '\0' : '\n'}`);
    }
    return 0;
  },
});

const which = tool({
  usage: '[-a] args',
  summary: 'Print the pathnames of the files which would be executed.',
  options: [['a', 'print all matching pathnames of each argument']],
  *run(call) {
    for (const name of call.operands) {
      const folders = name.includes('/') ? [''] : (call.process.env['PATH'] ?? '').split(':').map((folder) => `${folder}/`);
      const found = folders
        .map((folder) => folder + name)
        .filter((path) => {
          const inode = call.process.fs.find(path);
          return inode?.type === 'file' && call.process.fs.may(inode, 1);
        });
      if (found.length === 0) call.status = 1;
      yield* call.print((call.has('a') ? found : found.slice(0, 1)).map((path) => `${path}\n`).join(''));
    }
    return call.status;
  },
});

export const pathPrograms = { readlink, realpath, basename, dirname, which };
