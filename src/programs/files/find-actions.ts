/** find's actions: what they do with a file (findutils find/pred.c, print.c). */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { quote } from '../quote.ts';
import { strftime } from '../time.ts';
import type { Call } from '../tool.ts';
import { groupName, userName } from '../users.ts';
import { diskBlocks, inodeNumber, modeText, typeLetter } from './describe.ts';
import type { Found } from './find.ts';
import type { Test } from './find-tests.ts';

/** `-exec … +`: runs with all it gathered. */
export type Action = { finish(): Routine };

/** -print and -print0. */
export function printing(call: Call, end: string): Test {
  return function* ({ path }) {
    yield* call.print(path + end);
    return true;
  };
}

/** -ls */
export function listing(call: Call): Test {
  return function* ({ path, inode }) {
    yield* call.print(
      `${String(inodeNumber(path)).padStart(9)} ${String(diskBlocks(inode)).padStart(6)} ${modeText(inode)} ${String(inode.nlink).padStart(3)} ${userName(call.process, inode.uid).padEnd(8)} ${groupName(call.process, inode.gid).padEnd(8)} ${String(inode.size).padStart(8)} ${strftime('%b %e %H:%M', inode.mtime)} ${path}\n`,
    );
    return true;
  };
}

/** -printf */
export function formatting(call: Call, format: string): Test {
  return function* (found) {
    yield* call.print(formatFound(call, format, found));
    return true;
  };
}

/** -delete: false for what could not be. */
export function deleting(call: Call): Test {
  return function* ({ path, inode }) {
    if (path === '.') return true;
    try {
      if (inode.type === 'directory') call.process.fs.rmdir(path);
      else call.process.fs.unlink(path);
      return true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* call.complain(`cannot delete ${quote(path)}: ${error.message}`);
      return false;
    }
  };
}

/** -exec … ; */
export function executing(call: Call, argv: readonly string[]): Test {
  return function* ({ path }) {
    return (
      (yield* spawn(
        call,
        argv.map((each) => each.replaceAll('{}', path)),
      )) === 0
    );
  };
}

/** -exec … {} +: the action runs it once with all the paths that passed the test. */
export function gathering(call: Call, argv: readonly string[]): { readonly test: Test; readonly action: Action } {
  const paths: string[] = [];
  return {
    *test({ path }) {
      paths.push(path);
      return true;
    },
    action: {
      *finish() {
        if (paths.length > 0 && (yield* spawn(call, [...argv, ...paths])) !== 0) call.status = 1;
      },
    },
  };
}

function* spawn(call: Call, argv: readonly string[]): Routine<number> {
  yield* call.out.flush();
  try {
    return yield* call.process.wait(call.process.spawn({ argv }));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(`${quote(argv[0] ?? '')}: ${error.message}`);
    return 127;
  }
}

function formatFound(call: Call, format: string, { path, name, inode, depth }: Found): string {
  const fields: Readonly<Record<string, () => string>> = {
    p: () => path,
    f: () => name,
    h: () => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'),
    s: () => String(inode.size),
    m: () => inode.mode.toString(8),
    M: () => modeText(inode),
    u: () => userName(call.process, inode.uid),
    U: () => String(inode.uid),
    g: () => groupName(call.process, inode.gid),
    G: () => String(inode.gid),
    y: () => typeLetter(inode),
    d: () => String(depth),
    l: () => (inode.type === 'symlink' ? inode.target : ''),
    t: () => strftime('%a %b %e %H:%M:%S.%N %Y', inode.mtime),
    'T@': () => (inode.mtime / 1000).toFixed(10),
    'T+': () => strftime('%Y-%m-%d+%H:%M:%S.%N', inode.mtime),
    '%': () => '%',
  };
  return format
    .replace(
      /%(T[+@]|T[A-Za-z]|[a-zA-Z%])/g,
      (whole, key: string) => fields[key]?.() ?? (key.startsWith('T') ? strftime(`%${key.slice(1)}`, inode.mtime) : whole),
    )
    .replace(/\\([nt0\\])/g, (_, letter: string) => ({ n: '\n', t: '\t', '0': '\0', '\\': '\\' })[letter] ?? letter);
}
