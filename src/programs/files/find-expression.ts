/** find's expressions: tests, actions and the operators between them. */
import { Errno } from '../../linux/errno.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import { quote } from '../quote.ts';
import { RegexError } from '../regex/node.ts';
import { Regex } from '../regex/regex.ts';
import { strftime } from '../time.ts';
import { type Call, Failure } from '../tool.ts';
import { findGroup, findUser, groupName, userName } from '../users.ts';
import { diskBlocks, inodeNumber, modeText, typeLetter } from './describe.ts';
import type { Found } from './find.ts';
import { parseMode } from './mode.ts';

type Outcome = boolean | 'quit';
type Test = (found: Found) => Routine<Outcome>;

/** `-exec … +`: runs with all it gathered. */
type Action = { finish(): Routine };

/** `test` gives whether the file passed; actions are tests that do something. */
export type Expression = {
  readonly test: Test;
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly depthFirst: boolean;
  readonly pending: readonly Action[];
};

/** Throws Failure with find's text. */
export function parseExpression(call: Call, words: readonly string[]): Expression {
  return new Parser(call, words).parse();
}

const plain = (test: (found: Found) => boolean): Test =>
  function* (found) {
    return test(found);
  };

const minute = 60_000;
const day = 86_400_000;

class Parser {
  readonly #call: Call;
  readonly #words: readonly string[];
  readonly #pending: Action[] = [];
  #at = 0;
  #minDepth = 0;
  #maxDepth = Number.POSITIVE_INFINITY;
  #depthFirst = false;
  #acts = false;

  constructor(call: Call, words: readonly string[]) {
    this.#call = call;
    this.#words = words;
  }

  parse(): Expression {
    const wanted = this.#words.length === 0 ? plain(() => true) : this.#or();
    if (this.#at < this.#words.length)
      throw new Failure(this.#words[this.#at] === ')' ? "you have too many ')'" : `paths must precede expression: \`${this.#words[this.#at]}'`);
    const print = this.#print('\n');
    const acts = this.#acts;
    const test: Test = function* (found) {
      const outcome = yield* wanted(found);
      return acts || outcome !== true ? outcome : yield* print(found);
    };
    return { test, minDepth: this.#minDepth, maxDepth: this.#maxDepth, depthFirst: this.#depthFirst, pending: this.#pending };
  }

  #peek(): string | undefined {
    return this.#words[this.#at];
  }

  #argument(name: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new Failure(`missing argument to \`${name}'`);
    return word;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#peek() === '-o' || this.#peek() === '-or' || this.#peek() === ',') {
      const comma = this.#words[this.#at++] === ',';
      const [one, other] = [left, this.#and()];
      left = function* (found) {
        const outcome = yield* one(found);
        return outcome === 'quit' || (outcome === true && !comma) ? outcome : yield* other(found);
      };
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    while (this.#peek() !== undefined && this.#peek() !== ')' && this.#peek() !== '-o' && this.#peek() !== '-or' && this.#peek() !== ',') {
      if (this.#peek() === '-a' || this.#peek() === '-and') this.#at++;
      const [one, other] = [left, this.#not()];
      left = function* (found) {
        const outcome = yield* one(found);
        return outcome === true ? yield* other(found) : outcome;
      };
    }
    return left;
  }

  #not(): Test {
    const word = this.#peek();
    if (word === '!' || word === '-not') {
      this.#at++;
      const inner = this.#not();
      return function* (found) {
        const outcome = yield* inner(found);
        return outcome === 'quit' ? outcome : !outcome;
      };
    }
    if (word === '(') {
      this.#at++;
      const inner = this.#or();
      if (this.#peek() !== ')') throw new Failure("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      this.#at++;
      return inner;
    }
    if (word === undefined) throw new Failure('expected an expression');
    this.#at++;
    return this.#primary(word);
  }

  #primary(word: string): Test {
    if (!word.startsWith('-')) throw new Failure(`paths must precede expression: \`${word}'`);
    return this.#option(word) ?? this.#nameTest(word) ?? this.#attributeTest(word) ?? this.#action(word) ?? this.#unknown(word);
  }

  #unknown(word: string): never {
    throw new Failure(`unknown predicate \`${word}'`);
  }

  #option(word: string): Test | undefined {
    const always = plain(() => true);
    switch (word) {
      case '-maxdepth':
      case '-mindepth': {
        const text = this.#argument(word);
        if (!/^\d+$/.test(text)) throw new Failure(`Expected a positive decimal integer argument to ${word}, but got ${quote(text)}`);
        if (word === '-maxdepth') this.#maxDepth = Number(text);
        else this.#minDepth = Number(text);
        return always;
      }
      case '-depth':
        this.#depthFirst = true;
        return always;
      case '-xdev':
      case '-mount':
      case '-noleaf':
      case '-true':
        return always;
      case '-false':
        return plain(() => false);
      default:
        return undefined;
    }
  }

  #nameTest(word: string): Test | undefined {
    switch (word) {
      case '-name':
      case '-iname': {
        const pattern = this.#argument(word);
        return plain(({ name }) => globMatches(pattern, name, { ignoreCase: word === '-iname' }));
      }
      case '-path':
      case '-wholename':
      case '-ipath': {
        const pattern = this.#argument(word);
        return plain(({ path }) => globMatches(pattern, path, { ignoreCase: word === '-ipath' }));
      }
      case '-lname': {
        const pattern = this.#argument(word);
        return plain(({ inode }) => inode.type === 'symlink' && globMatches(pattern, inode.target));
      }
      case '-regex':
      case '-iregex': {
        const regex = this.#regex(this.#argument(word), word === '-iregex');
        return plain(({ path }) => regex.test(path));
      }
      default:
        return undefined;
    }
  }

  #regex(pattern: string, ignoreCase: boolean): Regex {
    try {
      return new Regex(pattern.replaceAll('\\+', '+').replaceAll('\\?', '?'), 'extended', { ignoreCase, wholeLine: true });
    } catch (error) {
      if (error instanceof RegexError) throw new Failure(error.message);
      throw error;
    }
  }

  #attributeTest(word: string): Test | undefined {
    const { process } = this.#call;
    switch (word) {
      case '-type': {
        const letters = this.#argument(word);
        if (!/^[fdlbcps](,[fdlbcps])*$/.test(letters)) throw new Failure(`Unknown argument to -type: ${letters}`);
        return plain(({ inode }) => letters.includes(typeLetter(inode)));
      }
      case '-size':
        return this.#size(this.#argument(word));
      case '-empty':
        return plain(({ inode, path }) => (inode.type === 'directory' ? process.fs.list(path).length === 0 : inode.type === 'file' && inode.size === 0));
      case '-mtime':
      case '-ctime':
      case '-atime':
        return this.#age(this.#argument(word), day);
      case '-mmin':
      case '-cmin':
      case '-amin':
        return this.#age(this.#argument(word), minute);
      case '-newer': {
        const other = this.#argument(word);
        const inode = process.fs.find(other);
        if (!inode) throw new Failure(`${quote(other)}: No such file or directory`);
        return plain((found) => found.inode.mtime > inode.mtime);
      }
      case '-perm':
        return this.#permissions(this.#argument(word));
      case '-user': {
        const name = this.#argument(word);
        const uid = findUser(process, name)?.uid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
        if (uid === undefined) throw new Failure(`${quote(name)} is not the name of a known user`);
        return plain(({ inode }) => inode.uid === uid);
      }
      case '-group': {
        const name = this.#argument(word);
        const gid = findGroup(process, name)?.gid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
        if (gid === undefined) throw new Failure(`${quote(name)} is not the name of an existing group`);
        return plain(({ inode }) => inode.gid === gid);
      }
      case '-links': {
        const test = compare(this.#argument(word));
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

  #size(text: string): Test {
    const parts = /^([+-]?)(\d+)([bcwkMG]?)$/.exec(text);
    if (!parts) throw new Failure(`Invalid argument \`${text}' to -size`);
    const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[parts[3] || 'b'] ?? 512;
    const test = compare(`${parts[1]}${parts[2]}`);
    return plain(({ inode }) => test(Math.ceil(inode.size / unit)));
  }

  #age(text: string, unit: number): Test {
    const test = compare(text);
    const { now } = this.#call.process;
    return plain(({ inode }) => test(Math.floor((now - inode.mtime) / unit)));
  }

  #permissions(text: string): Test {
    const sign = /^[-/+]/.exec(text)?.[0] ?? '';
    const mode = parseMode(text.slice(sign.length), { mode: 0, type: 'file' });
    if (mode === undefined) throw new Failure(`invalid mode ${quote(text)}`);
    return plain(({ inode }) => (sign === '-' ? (inode.mode & mode) === mode : sign === '' ? inode.mode === mode : mode === 0 || (inode.mode & mode) !== 0));
  }

  // ── actions ──

  #print(end: string): Test {
    const call = this.#call;
    return function* ({ path }) {
      yield* call.print(path + end);
      return true;
    };
  }

  #action(word: string): Test | undefined {
    const call = this.#call;
    if (word === '-prune')
      return plain((found) => {
        found.prune = true;
        return true;
      });
    this.#acts = true;
    switch (word) {
      case '-print':
        return this.#print('\n');
      case '-print0':
        return this.#print('\0');
      case '-quit':
        return function* () {
          return 'quit';
        };
      case '-ls':
        return function* ({ path, inode }) {
          yield* call.print(
            `${String(inodeNumber(path)).padStart(9)} ${String(diskBlocks(inode)).padStart(6)} ${modeText(inode)} ${String(inode.nlink).padStart(3)} ${userName(call.process, inode.uid).padEnd(8)} ${groupName(call.process, inode.gid).padEnd(8)} ${String(inode.size).padStart(8)} ${strftime('%b %e %H:%M', inode.mtime)} ${path}\n`,
          );
          return true;
        };
      case '-printf': {
        const format = this.#argument(word);
        return function* (found) {
          yield* call.print(formatFound(call, format, found));
          return true;
        };
      }
      case '-delete':
        this.#depthFirst = true;
        return this.#delete();
      case '-exec':
      case '-execdir':
      case '-ok':
        return this.#exec(word);
      default:
        return undefined;
    }
  }

  #delete(): Test {
    const call = this.#call;
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

  #exec(word: string): Test {
    const call = this.#call;
    const argv: string[] = [];
    for (let next = this.#peek(); next !== ';' && !(next === '+' && argv[argv.length - 1] === '{}'); next = this.#peek()) argv.push(this.#argument(word));
    const gather = this.#words[this.#at++] === '+';
    if (!gather)
      return function* ({ path }) {
        return (
          (yield* spawn(
            call,
            argv.map((each) => each.replaceAll('{}', path)),
          )) === 0
        );
      };
    const paths: string[] = [];
    this.#pending.push({
      *finish() {
        if (paths.length > 0 && (yield* spawn(call, [...argv.slice(0, -1), ...paths])) !== 0) call.status = 1;
      },
    });
    return function* ({ path }) {
      paths.push(path);
      return true;
    };
  }
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

/** `+5` more than, `-5` less than, `5` exactly. */
function compare(text: string): (value: number) => boolean {
  const parts = /^([+-]?)(\d+)$/.exec(text);
  if (!parts) throw new Failure(`invalid argument \`${text}'`);
  const number = Number(parts[2]);
  return (value) => (parts[1] === '+' ? value > number : parts[1] === '-' ? value < number : value === number);
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
