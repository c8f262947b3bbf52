/** grep, egrep, fgrep (GNU grep 3.8). */
import { Errno } from '../../linux/errno.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { globMatches } from '../glob.ts';
import { openInput } from '../input.ts';
import { RegexError } from '../regex/node.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { type Find, type MatcherOptions, newMatcher } from './grep-matcher.ts';
import { GrepPrinter } from './grep-printer.ts';

/** Everything that stays the same from file to file. */
type Search = {
  readonly call: Call;
  readonly test: (line: string) => boolean;
  readonly find: Find;
  readonly printer: GrepPrinter;
  readonly invert: boolean;
  readonly max: number;
  readonly mode: 'lines' | 'count' | 'with' | 'without' | 'quiet';
  readonly before: number;
  readonly after: number;
  matched: boolean;
};

const grepWith = (flavor: MatcherOptions['flavor']): Program =>
  tool({
    usage: '[OPTION]... PATTERNS [FILE]...',
    summary: 'Search for PATTERNS in each FILE.',
    trouble: 2,
    usageFirst: true,
    digits: 'C',
    options: [
      ['E,extended-regexp', 'PATTERNS are extended regular expressions'],
      ['F,fixed-strings', 'PATTERNS are strings'],
      ['G,basic-regexp', 'PATTERNS are basic regular expressions'],
      ['P,perl-regexp', 'PATTERNS are Perl regular expressions'],
      ['e,regexp=PATTERNS', 'use PATTERNS for matching'],
      ['f,file=FILE', 'take PATTERNS from FILE'],
      ['i,ignore-case,y', 'ignore case distinctions'],
      ['no-ignore-case', 'do not ignore case distinctions'],
      ['w,word-regexp', 'match only whole words'],
      ['x,line-regexp', 'match only whole lines'],
      ['z,null-data', 'a data line ends in 0 byte, not newline'],
      ['s,no-messages', 'suppress error messages'],
      ['v,invert-match', 'select non-matching lines'],
      ['m,max-count=NUM', 'stop after NUM selected lines'],
      ['b,byte-offset', 'print the byte offset with output lines'],
      ['n,line-number', 'print line number with output lines'],
      ['line-buffered', 'flush output on every line'],
      ['H,with-filename', 'print file name with output lines'],
      ['h,no-filename', 'suppress the file name prefix on output'],
      ['label=LABEL', 'use LABEL as the standard input file name prefix'],
      ['o,only-matching', 'show only nonempty parts of lines that match'],
      ['q,quiet,silent', 'suppress all normal output'],
      ['a,text', 'treat binary files as text'],
      ['I', 'skip binary files'],
      ['r,recursive', 'search directories'],
      ['R,dereference-recursive', 'likewise, but follow all symlinks'],
      ['d,directories=ACTION', 'how to handle directories: read, recurse or skip'],
      ['include=GLOB', 'search only files that match GLOB'],
      ['exclude=GLOB', 'skip files that match GLOB'],
      ['exclude-dir=GLOB', 'skip directories that match GLOB'],
      ['L,files-without-match', 'print only names of FILEs with no selected lines'],
      ['l,files-with-matches', 'print only names of FILEs with selected lines'],
      ['c,count', 'print only a count of selected lines per FILE'],
      ['T,initial-tab', 'make tabs line up'],
      ['Z,null', 'print 0 byte after FILE name'],
      ['B,before-context=NUM', 'print NUM lines of leading context'],
      ['A,after-context=NUM', 'print NUM lines of trailing context'],
      ['C,context=NUM', 'print NUM lines of output context'],
      ['color,colour[=WHEN]', "mark the matching strings: 'always', 'never' or 'auto'"],
      ['U,binary', ''],
    ],
    run: (call) => grep(call, flavor),
  });

export const grepPrograms = { grep: grepWith('basic'), egrep: grepWith('extended'), fgrep: grepWith('fixed') };

function* grep(call: Call, flavor: MatcherOptions['flavor']): Routine<number> {
  const { patterns, files } = yield* readPatterns(call);
  const recursive = call.has('r') || call.has('R') || call.value('d') === 'recurse';
  const named = call.last('H', 'h');
  const search: Search = {
    call,
    ...compile(call, patterns, flavor),
    printer: new GrepPrinter(call, named ? named === 'H' : files.length > 1 || (recursive && !(files.length === 1 && isFile(call, files[0] as string)))),
    invert: call.has('v'),
    max: number(call, 'm', 'invalid max count') ?? Number.POSITIVE_INFINITY,
    mode: call.has('q') ? 'quiet' : call.has('L') ? 'without' : call.has('l') ? 'with' : call.has('c') ? 'count' : 'lines',
    before: context(call, 'B'),
    after: context(call, 'A'),
    matched: false,
  };
  if (recursive && files.length === 0) yield* walk(search, '.', '');
  else for (const file of files.length === 0 ? ['-'] : files) yield* path(search, file, recursive);
  if (call.status !== 0 && !(search.mode === 'quiet' && search.matched)) return 2;
  return search.matched ? 0 : 1;
}

function* readPatterns(call: Call): Routine<{ readonly patterns: readonly string[]; readonly files: readonly string[] }> {
  const sources: string[] = [];
  for (const { key, value } of call.given) {
    if (key === 'e') sources.push(value ?? '');
    if (key === 'f') {
      const text = yield* call.slurp(value ?? '', 2);
      if (text !== '') sources.push(text.replace(/\n$/, ''));
    }
  }
  if (call.has('e') || call.has('f')) return { patterns: sources.flatMap((source) => source.split('\n')), files: call.operands };
  const [first, ...files] = call.operands;
  if (first === undefined) throw new UsageError('');
  return { patterns: first.split('\n'), files };
}

function compile(call: Call, patterns: readonly string[], flavor: MatcherOptions['flavor']): ReturnType<typeof newMatcher> {
  const letter = call.last('E', 'F', 'G', 'P');
  const chosen = ({ E: 'extended', F: 'fixed', G: 'basic', P: 'perl' } as const)[letter as 'E'] ?? flavor;
  try {
    return newMatcher(patterns, { flavor: chosen, ignoreCase: call.last('i', 'no-ignore-case') === 'i', wholeLine: call.has('x'), wholeWord: call.has('w') });
  } catch (error) {
    if (error instanceof RegexError) throw new Failure(error.message, 2);
    throw error;
  }
}

function number(call: Call, key: string, complaint: string): number | undefined {
  const value = call.value(key);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw new Failure(key === 'm' ? complaint : `${value}: ${complaint}`, 2);
  return Number(value) < 0 ? Number.POSITIVE_INFINITY : Number(value);
}

const context = (call: Call, key: 'A' | 'B'): number =>
  number(call, key, 'invalid context length argument') ?? number(call, 'C', 'invalid context length argument') ?? 0;

const isFile = (call: Call, name: string): boolean => name === '-' || call.process.fs.find(name)?.type !== 'directory';

function* path(search: Search, name: string, recursive: boolean): Routine {
  const { call } = search;
  if (name !== '-' && call.process.fs.isDirectory(name)) {
    if (recursive) yield* walk(search, name, name);
    else if (call.value('d') !== 'skip') yield* complain(search, `${name}: Is a directory`);
    return;
  }
  // What is not there is said whatever --include asks for.
  if (name === '-' || included(call, name) || call.process.fs.find(name) === undefined) yield* open(search, name);
}

function* complain(search: Search, text: string): Routine {
  if (search.call.has('s')) search.call.status = 2;
  else yield* search.call.complain(text, 2);
}

function included(call: Call, name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const fits = (glob: string): boolean => globMatches(glob, base) || globMatches(glob, name);
  if (call.all('exclude').some(fits)) return false;
  return !call.has('include') || call.all('include').some(fits);
}

/** `shown` is how the directory was named; empty for one that was not. */
function* walk(search: Search, folder: string, shown: string): Routine {
  const { call } = search;
  const { fs } = call.process;
  let entries: ReturnType<typeof fs.list>;
  try {
    entries = fs.list(folder);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* complain(search, `${folder}: ${error.message}`);
  }
  for (const [base, entry] of entries) {
    const name = shown === '' ? base : `${shown.replace(/(.)\/+$/, '$1')}${shown === '/' ? '' : '/'}${base}`;
    const inode = entry.type === 'symlink' && call.has('R') ? fs.find(name) : entry;
    if (inode?.type === 'directory') {
      if (!call.all('exclude-dir').some((glob) => globMatches(glob, base))) yield* walk(search, name, name);
    } else if (inode?.type === 'file' && included(call, name)) yield* open(search, name);
  }
}

function* open(search: Search, name: string): Routine {
  if (search.mode === 'quiet' && search.matched) return;
  let file: OpenFile;
  try {
    file = openInput(search.call.process, name);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* complain(search, `${name}: ${error.message}`);
  }
  try {
    yield* scan(search, file, name === '-' ? (search.call.value('label') ?? '(standard input)') : name);
  } finally {
    file.close();
  }
}

/** One file, line by line. */
function* scan(search: Search, file: OpenFile, name: string): Routine {
  const { call, printer, mode } = search;
  const input = call.lines(file, call.has('z') ? '\0' : '\n');
  const earlier: { readonly line: string; readonly number: number; readonly offset: number }[] = [];
  let count = 0;
  let owed = 0;
  let lastShown = 0;
  let offset = 0;
  printer.begin(name);
  const unit = printer.offsets ? printer.byteLength : () => 0;
  for (let number = 1; search.max > 0; number++) {
    if (count >= search.max && owed <= 0) break;
    const line = yield* input.next();
    if (line === undefined) break;
    const selected = count < search.max && search.test(line) !== search.invert;
    if (selected) {
      count++;
      search.matched = mode !== 'without' || search.matched;
      if (mode === 'quiet') return;
      if (mode === 'with' || mode === 'without') break;
      if (mode === 'lines') {
        if (!call.has('a') && !call.has('z') && line.includes('\0')) {
          if (call.has('I')) return;
          yield* call.print(`${call.name}: ${name}: binary file matches\n`);
          return;
        }
        const first = earlier[0]?.number ?? number;
        if ((search.before > 0 || search.after > 0) && lastShown < first - 1 && printer.shownAny) printer.separator();
        for (const each of earlier) printer.context(each.line, each.number, each.offset, search.invert ? search.find : undefined);
        earlier.length = 0;
        printer.line(line, number, offset, search.find, search.invert);
        lastShown = number;
        owed = search.after;
      }
    } else if (owed > 0) {
      printer.context(line, number, offset, search.invert ? search.find : undefined);
      lastShown = number;
      owed--;
    } else if (search.before > 0 && mode === 'lines') {
      earlier.push({ line, number, offset });
      if (earlier.length > search.before) earlier.shift();
    }
    offset += unit(line) + 1;
    if (call.out.full || call.has('line-buffered')) yield* call.out.flush();
  }
  yield* conclude(search, name, count);
}

function* conclude(search: Search, name: string, count: number): Routine {
  const { mode, printer } = search;
  if (mode === 'count') printer.count(count);
  if (mode === 'with' && count > 0) printer.name(name);
  if (mode === 'without' && count === 0) {
    printer.name(name);
    search.matched = true;
  }
  if (search.call.out.full) yield* search.call.out.flush();
}
