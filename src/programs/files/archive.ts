/** tar, gzip, gunzip, zcat. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { Errno } from '../../linux/errno.ts';
import { FileNode } from '../../linux/file-node.ts';
import type { Inode } from '../../linux/inode.ts';
import type { Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { OutOfWork } from '../../sim/sim.ts';
import { binaryOf, bytesOf, fromBinary, toBinary } from '../bytes.ts';
import { globMatches } from '../glob.ts';
import { openInput, readWhole } from '../input.ts';
import { MemoryExhausted } from '../memory.ts';
import { strftime } from '../time.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { groupName, userName } from '../users.ts';
import { modeText } from './describe.ts';
import { readArchive, type TarEntry, writeEntry } from './ustar.ts';

/** So many bytes packed or unpacked are a step of the engine (see Sim.toil); more than `mostBytes` never come out of a file. */
const bytesPerStep = 500;
const mostBytes = 64 * 1024 * 1024;

function zip(call: Call, binary: string): string {
  call.process.toil(binary.length / bytesPerStep);
  return binaryOf(gzipSync(bytesOf(binary)));
}

function unzip(call: Call, binary: string, name: string): string {
  try {
    const plain = gunzipSync(bytesOf(binary), { maxOutputLength: mostBytes });
    call.process.toil(plain.length / bytesPerStep);
    return binaryOf(plain);
  } catch (error) {
    if (error instanceof OutOfWork) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw new MemoryExhausted();
    // zlib's own words do not matter: gzip has one text for what is no gzip file.
    throw new Failure(`${name}: not in gzip format`);
  }
}

const tar = tool({
  usage: '[OPTION...] [FILE]...',
  summary: 'Save many files together into a single archive, and restore individual files from it.',
  trouble: 2,
  normalize: oldStyle,
  options: [
    ['c,create', 'create a new archive'],
    ['x,extract,get', 'extract files from an archive'],
    ['t,list', 'list the contents of an archive'],
    ['f,file=ARCHIVE', 'use archive file ARCHIVE'],
    ['C,directory=DIR', 'change to directory DIR'],
    ['v,verbose', 'verbosely list files processed'],
    ['z,gzip,gunzip', 'filter the archive through gzip'],
    ['a,auto-compress', ''],
    ['O,to-stdout', 'extract files to standard output'],
    ['p,preserve-permissions,same-permissions', ''],
    ['m,touch', "don't extract file modified time"],
    ['k,keep-old-files', ''],
    ['no-same-owner', ''],
    ['same-owner', ''],
    ['h,dereference', 'follow symlinks'],
    ['exclude=PATTERN', 'exclude files, given as a PATTERN'],
    ['strip-components=NUMBER', 'strip NUMBER leading components from file names on extraction'],
    ['warning=KEYWORD', ''],
  ],
  *run(call) {
    const modes = ['c', 'x', 't'].filter((key) => call.has(key));
    if (modes.length === 0) throw new UsageError("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options");
    if (modes.length > 1) throw new UsageError("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option");
    const archive = call.value('f') ?? '-';
    // The archive's own name is meant from where tar was started.
    const place = archive === '-' ? '-' : call.process.path(archive);
    if (call.has('c')) return yield* create(call, place, archive);
    const text = yield* readArchiveFile(call, place, archive);
    call.process.toil(text.length / bytesPerStep);
    enter(call);
    for (const entry of readArchive(text)) if (wanted(call, entry.name)) yield* call.has('t') ? list(call, entry) : extract(call, entry);
    return call.status;
  },
});

/** `tar czf a.tgz dir`: letters without a dash, their arguments in order after them. */
function oldStyle(args: readonly string[]): readonly string[] {
  const [letters = '', ...rest] = args;
  if (!/^[A-Za-z]+$/.test(letters)) return args;
  return [...[...letters].flatMap((letter) => ('fC'.includes(letter) ? [`-${letter}`, rest.shift() ?? ''] : [`-${letter}`])), ...rest];
}

function enter(call: Call): void {
  const folder = call.value('C');
  if (folder === undefined) return;
  try {
    call.process.chdir(folder);
  } catch (error) {
    if (error instanceof Errno) throw new Failure(`${folder}: Cannot open: ${error.message}\n${call.name}: Error is not recoverable: exiting now`, 2);
    throw error;
  }
}

function* readArchiveFile(call: Call, place: string, name: string): Routine<string> {
  try {
    const file = openInput(call.process, place);
    let text: string;
    try {
      text = toBinary(yield* readWhole(file, call.memory));
    } finally {
      file.close();
    }
    const plain = text.startsWith('\x1f\x8b') ? unzip(call, text, name) : text;
    if (plain.length < 512 && plain !== '')
      throw new Failure(`This does not look like a tar archive\n${call.name}: Exiting with failure status due to previous errors`, 2);
    return plain;
  } catch (error) {
    if (error instanceof Errno) throw new Failure(`${name}: Cannot open: ${error.message}\n${call.name}: Error is not recoverable: exiting now`, 2);
    throw error;
  }
}

const wanted = (call: Call, name: string): boolean => {
  if (call.all('exclude').some((pattern) => globMatches(pattern, name) || name.split('/').some((part) => globMatches(pattern, part)))) return false;
  const clean = name.replace(/\/$/, '');
  return (
    call.operands.length === 0 || call.operands.some((operand) => clean === operand.replace(/\/$/, '') || clean.startsWith(`${operand.replace(/\/$/, '')}/`))
  );
};

function* create(call: Call, place: string, archive: string): Routine<number> {
  if (call.operands.length === 0) throw new Failure('Cowardly refusing to create an empty archive', 2);
  enter(call);
  const pieces: string[] = [];
  const verbose = archive === '-' ? call.process.stderr : call.process.stdout;
  const seen: string[] = [];
  for (const operand of call.operands) yield* gather(call, operand, pieces, seen);
  if (call.has('v')) yield* verbose.write(seen.map((name) => `${name}\n`).join(''));
  const binary = pieces.join('') + '\0'.repeat(1024);
  call.process.toil(binary.length / bytesPerStep);
  const whole = binary + '\0'.repeat((10240 - (binary.length % 10240)) % 10240);
  const out = fromBinary(call.has('z') || (call.has('a') && /gz$/.test(archive)) ? zip(call, whole) : whole);
  if (place === '-') yield* call.print(out);
  else {
    call.process.fs.open(place, { write: true, create: true, truncate: true });
    call.process.fs.write(place, out);
  }
  if (call.status !== 0) yield* call.complain('Exiting with failure status due to previous errors', 2);
  return call.status;
}

function* gather(call: Call, path: string, pieces: string[], seen: string[]): Routine {
  const { fs } = call.process;
  const inode = fs.find(path, call.has('h'));
  if (!inode) return yield* call.complain(`${path}: Cannot stat: No such file or directory`, 2);
  if (call.all('exclude').some((pattern) => globMatches(pattern, path) || path.split('/').some((part) => globMatches(pattern, part)))) return;
  if (inode.type === 'socket') return;
  const name = path.replace(/^\/+/, '') + (inode.type === 'directory' && !path.endsWith('/') ? '/' : '');
  if (path.startsWith('/') && seen.length === 0) yield* call.process.printError(`${call.name}: Removing leading \`/' from member names\n`);
  seen.push(path + (inode.type === 'directory' && !path.endsWith('/') ? '/' : ''));
  try {
    const content = inode.type === 'file' ? toBinary(fs.read(path)) : '';
    call.memory.charge(content.length);
    pieces.push(
      writeEntry({
        name,
        mode: inode.mode,
        uid: inode.uid,
        gid: inode.gid,
        mtime: inode.mtime,
        type: inode.type === 'directory' ? 'directory' : inode.type === 'symlink' ? 'symlink' : 'file',
        target: inode.type === 'symlink' ? inode.target : '',
        content,
        user: userName(call.process, inode.uid),
        group: groupName(call.process, inode.gid),
      }),
    );
    if (inode.type === 'directory') for (const [child] of fs.list(path)) yield* gather(call, `${path.replace(/(.)\/+$/, '$1')}/${child}`, pieces, seen);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(`${path}: Cannot open: ${error.message}`, 2);
  }
}

function* list(call: Call, entry: TarEntry): Routine {
  if (!call.has('v')) return yield* call.print(`${entry.name}\n`);
  const mode = modeText({ mode: entry.mode, type: entry.type } as Inode);
  const owner = `${entry.user || entry.uid}/${entry.group || entry.gid}`;
  const size = String(entry.content.length);
  yield* call.print(
    `${mode} ${owner} ${size.padStart(Math.max(1, 19 - owner.length - 1))} ${strftime('%Y-%m-%d %H:%M', entry.mtime)} ${entry.name}${entry.type === 'symlink' ? ` -> ${entry.target}` : ''}\n`,
  );
}

function* extract(call: Call, entry: TarEntry): Routine {
  const { fs } = call.process;
  const parts = entry.name.replace(/^\/+/, '').split('/');
  const path = parts
    .slice(Number(call.value('strip-components') ?? 0))
    .join('/')
    .replace(/\/$/, '');
  if (path === '' || parts.includes('..')) return;
  if (call.has('O')) return yield* call.print(fromBinary(entry.content));
  if (call.has('v')) yield* call.print(`${entry.name}\n`);
  try {
    if (path.includes('/')) fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    if (entry.type === 'directory') {
      if (!fs.isDirectory(path)) fs.mkdir(path);
    } else {
      if (fs.find(path, false) && !fs.isDirectory(path)) fs.unlink(path);
      if (entry.type === 'symlink') return fs.symlink(entry.target, path);
      fs.write(path, fromBinary(entry.content));
    }
    const inode = fs.stat(path);
    inode.mode = call.process.uid === 0 || call.has('p') ? entry.mode : entry.mode & ~call.process.umask;
    if (!call.has('m') && inode instanceof FileNode) inode.mtime = entry.mtime;
    if (call.process.uid === 0 && !call.has('no-same-owner')) fs.chown(path, entry.uid, entry.gid);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    yield* call.complain(`${entry.name}: Cannot open: ${error.message}`, 2);
  }
}

const gzipTool = (decompress: boolean, toStdout: boolean): Program =>
  tool({
    usage: '[OPTION]... [FILE]...',
    summary: 'Compress or uncompress FILEs.',
    options: [
      ['c,stdout,to-stdout', 'write on standard output, keep original files unchanged'],
      ['d,decompress,uncompress', 'decompress'],
      ['f,force', 'force overwrite of output file'],
      ['k,keep', "keep (don't delete) input files"],
      ['q,quiet', 'suppress all warnings'],
      ['v,verbose', 'verbose mode'],
      ...[...'123456789'].map((digit): readonly [string, string] => [digit, '']),
    ],
    *run(call) {
      const expand = decompress || call.has('d');
      const { fs } = call.process;
      for (const name of call.operands.length === 0 ? ['-'] : call.operands) {
        if (name !== '-' && !fs.exists(name)) {
          yield* call.complain(`${name}: No such file or directory`);
          continue;
        }
        const binary = toBinary(yield* call.slurp(name));
        if (expand && name !== '-' && !toStdout && !call.has('c') && !/\.(gz|tgz)$/.test(name)) {
          yield* call.complain(`${name}: unknown suffix -- ignored`, 2);
          continue;
        }
        const result = fromBinary(expand ? unzip(call, binary, name === '-' ? 'stdin' : name) : zip(call, binary));
        if (name === '-' || toStdout || call.has('c')) yield* call.print(result);
        else {
          fs.write(expand ? name.replace(/\.gz$/, '').replace(/\.tgz$/, '.tar') : `${name}.gz`, result);
          if (!call.has('k')) fs.unlink(name);
        }
      }
      return call.status;
    },
  });

export const archivePrograms = { tar, gzip: gzipTool(false, false), gunzip: gzipTool(true, false), zcat: gzipTool(true, true) };
