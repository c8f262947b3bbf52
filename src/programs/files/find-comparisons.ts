/** find's tests that compare with another file or a moment: -samefile, -xtype, -newermt, -cnewer, -uid, -nogroup. */
import type { Inode } from '../../linux/inode.ts';
import type { Process } from '../../linux/process.ts';
import { quote } from '../quote.ts';
import { parseDate } from '../time.ts';
import { Failure } from '../tool.ts';
import { findGroup } from '../users.ts';
import { typeLetter } from './describe.ts';
import { plain, type Test } from './find-tests.ts';

type Place = { readonly path: string; readonly inode: Inode };

/** The test that a word stands for; undefined when it is none of these. `argument` takes the word behind it. */
export function comparisonTest(process: Process, word: string, argument: () => string): Test | undefined {
  const test = predicate(word, argument, process);
  return test && plain(test);
}

function predicate(word: string, argument: () => string, process: Process): ((found: Place) => boolean) | undefined {
  const other = (): Inode => {
    const path = argument();
    const inode = process.fs.find(path);
    if (!inode) throw new Failure(`${quote(path)}: No such file or directory`);
    return inode;
  };
  switch (word) {
    case '-samefile': {
      const same = other();
      return ({ inode }) => inode === same;
    }
    case '-anewer':
    case '-cnewer': {
      const { mtime } = other();
      return ({ inode }) => inode.mtime > mtime;
    }
    case '-xtype': {
      const letters = argument();
      if (!/^[fdlbcps](,[fdlbcps])*$/.test(letters)) throw new Failure(`Unknown argument to -xtype: ${letters}`);
      return ({ inode, path }) => letters.includes(typeLetter(inode.type === 'symlink' ? (process.fs.find(path) ?? inode) : inode));
    }
    case '-newermt':
    case '-newerct':
    case '-newerat': {
      const text = argument();
      const at = parseDate(text, process.now);
      if (at === undefined) throw new Failure(`I cannot figure out how to interpret ${quote(text)} as a date or time`);
      return ({ inode }) => inode.mtime > at;
    }
    case '-uid':
    case '-gid': {
      const id = Number(argument());
      return ({ inode }) => (word === '-uid' ? inode.uid : inode.gid) === id;
    }
    case '-nogroup':
      return ({ inode }) => !findGroup(process, String(inode.gid));
    default:
      return undefined;
  }
}
