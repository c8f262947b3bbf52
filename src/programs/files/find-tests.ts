/** find's tests: what they ask of a file (findutils find/pred.c). */
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import { quote } from '../quote.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { Failure } from '../tool.ts';
import { findGroup, findUser } from '../users.ts';
import { typeLetter } from './describe.ts';
import type { Found } from './find.ts';
import { parseMode } from './mode.ts';

/** Whether a file passed; `quit` ends the walk. */
export type Outcome = boolean | 'quit';
/** One term of an expression; actions are tests that do something. */
export type Test = (found: Found) => Routine<Outcome>;

/** A test that waits for nothing. */
export const plain = (test: (found: Found) => boolean): Test =>
  function* (found) {
    return test(found);
  };

const minute = 60_000;
const day = 86_400_000;

/** Tests of names and paths; undefined where `word` is another test. `argument` gives the next word. Throws Failure. */
export function nameTest(word: string, argument: () => string): Test | undefined {
  switch (word) {
    case '-name':
    case '-iname': {
      const pattern = argument();
      return plain(({ name }) => globMatches(pattern, name, { ignoreCase: word === '-iname' }));
    }
    case '-path':
    case '-wholename':
    case '-ipath': {
      const pattern = argument();
      return plain(({ path }) => globMatches(pattern, path, { ignoreCase: word === '-ipath' }));
    }
    case '-lname': {
      const pattern = argument();
      return plain(({ inode }) => inode.type === 'symlink' && globMatches(pattern, inode.target));
    }
    case '-regex':
    case '-iregex': {
      const regex = pathRegex(argument(), word === '-iregex');
      return plain(({ path }) => regex.test(path));
    }
    default:
      return undefined;
  }
}

function pathRegex(pattern: string, ignoreCase: boolean): Regex {
  try {
    return new Regex(pattern.replaceAll('\\+', '+').replaceAll('\\?', '?'), 'extended', { ignoreCase, wholeLine: true });
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(error.message);
    throw error;
  }
}

/** Tests of what stat tells; the rest as nameTest. */
export function attributeTest(process: Process, word: string, argument: () => string): Test | undefined {
  switch (word) {
    case '-type': {
      const letters = argument();
      if (!/^[fdlbcps](,[fdlbcps])*$/.test(letters)) throw new Failure(`Unknown argument to -type: ${letters}`);
      return plain(({ inode }) => letters.includes(typeLetter(inode)));
    }
    case '-size':
      return size(argument());
    case '-empty':
      return plain(({ inode, path }) => (inode.type === 'directory' ? process.fs.list(path).length === 0 : inode.type === 'file' && inode.size === 0));
    case '-mtime':
    case '-ctime':
    case '-atime':
      return age(argument(), day, process.now);
    case '-mmin':
    case '-cmin':
    case '-amin':
      return age(argument(), minute, process.now);
    case '-newer': {
      const other = argument();
      const inode = process.fs.find(other);
      if (!inode) throw new Failure(`${quote(other)}: No such file or directory`);
      return plain((found) => found.inode.mtime > inode.mtime);
    }
    case '-perm':
      return permissions(argument());
    case '-user': {
      const name = argument();
      const uid = findUser(process, name)?.uid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
      if (uid === undefined) throw new Failure(`${quote(name)} is not the name of a known user`);
      return plain(({ inode }) => inode.uid === uid);
    }
    case '-group': {
      const name = argument();
      const gid = findGroup(process, name)?.gid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
      if (gid === undefined) throw new Failure(`${quote(name)} is not the name of an existing group`);
      return plain(({ inode }) => inode.gid === gid);
    }
    case '-links': {
      const test = compare(argument());
      return plain(({ inode }) => test(inode.nlink));
    }
    case '-executable':
    case '-readable':
    case '-writable': {
      const want = ({ '-executable': 1, '-readable': 4, '-writable': 2 } as const)[word];
      return plain(({ inode }) => process.fs.may(inode, want));
    }
    case '-nouser':
      return plain(({ inode }) => !findUser(process, String(inode.uid)));
    default:
      return undefined;
  }
}

function size(text: string): Test {
  const parts = /^([+-]?)(\d+)([bcwkMG]?)$/.exec(text);
  if (!parts) throw new Failure(`Invalid argument \`${text}' to -size`);
  const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[parts[3] || 'b'] ?? 512;
  const test = compare(`${parts[1]}${parts[2]}`);
  return plain(({ inode }) => test(Math.ceil(inode.size / unit)));
}

function age(text: string, unit: number, now: number): Test {
  const test = compare(text);
  return plain(({ inode }) => test(Math.floor((now - inode.mtime) / unit)));
}

function permissions(text: string): Test {
  const sign = /^[-/+]/.exec(text)?.[0] ?? '';
  const mode = parseMode(text.slice(sign.length), { mode: 0, type: 'file' });
  if (mode === undefined) throw new Failure(`invalid mode ${quote(text)}`);
  return plain(({ inode }) => (sign === '-' ? (inode.mode & mode) === mode : sign === '' ? inode.mode === mode : mode === 0 || (inode.mode & mode) !== 0));
}

/** `+5` more than, `-5` less than, `5` exactly. */
function compare(text: string): (value: number) => boolean {
  const parts = /^([+-]?)(\d+)$/.exec(text);
  if (!parts) throw new Failure(`invalid argument \`${text}'`);
  const number = Number(parts[2]);
  return (value) => (parts[1] === '+' ? value > number : parts[1] === '-' ? value < number : value === number);
}
