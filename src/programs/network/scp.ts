/** scp (OpenSSH 9.2): copies between machines, by ssh and the other machine's own programs. */
import { Errno } from '../../linux/errno.ts';
import { newPipe, type OpenFile } from '../../linux/open-file.ts';
import type { ExitCode } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import { descriptors, run, start } from '../execute.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';

/** `[user@]host:path`; without a host, a path of this machine. */
type Place = { readonly host: string | undefined; readonly path: string };

const scp = tool({
  usage: '[-pqrv] [-i identity_file] [-l limit] [-o ssh_option] [-P port] source ... target',
  summary: 'OpenSSH secure file copy.',
  usageFirst: true,
  options: [
    ['r', 'copy whole directories'],
    ['p', 'keep times and modes'],
    ['q', 'quiet'],
    ['v', 'verbose'],
    ['C', 'compress'],
    ['3', 'copy between two remote hosts through this one'],
    ['O', 'the old protocol'],
    ['P=port', 'port of the remote host'],
    ['i=identity_file', 'private key'],
    ['o=ssh_option', 'option for ssh'],
    ['l=limit', 'bandwidth'],
  ],
  *run(call) {
    const places = call.operands.map(placeOf);
    const target = places.pop();
    if (!target || places.length === 0) throw new UsageError('', false);
    for (const source of places) {
      const status = yield* copy(call, source, target);
      if (status !== 0) call.status = 1;
    }
    return call.status;
  },
});

/** A colon after a slash belongs to a path. */
function placeOf(operand: string): Place {
  const [, host, path = operand] = /^([^/:]+):(.*)$/s.exec(operand) ?? [];
  return { host, path: host !== undefined && path === '' ? '.' : path };
}

function* copy(call: Call, source: Place, target: Place): Routine<ExitCode> {
  if (source.host === undefined && target.host === undefined)
    return yield* run(call, ['cp', ...(call.has('r') ? ['-r'] : []), ...(call.has('p') ? ['-p'] : []), source.path, target.path]);
  if (source.host !== undefined && target.host !== undefined) throw new Failure('k8s-lab: scp from one remote machine to another is not simulated', 70);
  return target.host !== undefined ? yield* upload(call, source.path, target.host, target.path) : yield* download(call, source, target.path);
}

/** The file's bytes go through a pipe into `cat` on the other machine, a directory's as an archive. */
function* upload(call: Call, path: string, host: string, target: string): Routine<ExitCode> {
  const { fs } = call.process;
  const inode = fs.find(path);
  if (!inode) {
    yield* call.complain(`stat local "${path}": No such file or directory`);
    return 1;
  }
  if (inode.type === 'directory') {
    if (!call.has('r')) return yield* refuse(call, `local "${path}" is not a regular file`, `failed to upload file ${path} to ${target}`);
    const [folder, name] = split(path);
    const unpack = `if [ -d ${quoted(target)} ]; then tar -xf - -C ${quoted(target)}; else mkdir ${quoted(target)} && tar -xf - -C ${quoted(target)} --strip-components=1; fi`;
    return yield* between(call, ['tar', '-cf', '-', '-C', folder, name], remote(call, host, unpack));
  }
  const name = split(path)[1];
  const put = `d=${quoted(target)}; [ -d "$d" ] && d="$d/${name}"; { cat > "$d"; } 2>/dev/null && chmod ${(inode.mode & 0o777).toString(8)} "$d" || { [ -d "$(dirname "$d")" ] && exit 13; exit 2; }`;
  const status = yield* between(call, ['cat', path], remote(call, host, put));
  if (status === 2 || status === 13)
    return yield* refuse(
      call,
      `dest open ${quotedPlainly(target)}: ${status === 2 ? 'No such file or directory' : 'Permission denied'}`,
      `failed to upload file ${path} to ${target}`,
    );
  return status;
}

function* download(call: Call, { host = '', path }: Place, target: string): Routine<ExitCode> {
  const { fs } = call.process;
  const kind = yield* run(call, remote(call, host, `[ -e ${quoted(path)} ] || exit 2; [ -d ${quoted(path)} ] && exit 21; [ -r ${quoted(path)} ] || exit 13`));
  if (kind === 255) return kind;
  if (kind === 2 || kind === 13) return yield* refuse(call, `${path}: ${kind === 2 ? 'No such file or directory' : 'Permission denied'}`);
  const [folder, name] = split(path);
  if (kind === 21) {
    if (!call.has('r')) return yield* refuse(call, `download ${path}: not a regular file`);
    const inside = fs.isDirectory(target);
    if (!inside) fs.mkdir(target);
    return yield* between(call, remote(call, host, `tar -cf - -C ${quoted(folder)} ${quoted(name)}`), [
      ...['tar', '-xf', '-', '-C', target],
      ...(inside ? [] : ['--strip-components=1']),
    ]);
  }
  const file = fs.isDirectory(target) ? `${target.replace(/(.)\/+$/, '$1')}/${name}` : target;
  try {
    const out = call.process.kernel.open(call.process, file, { write: true, create: true, truncate: true });
    return yield* run(call, remote(call, host, `cat ${quoted(path)}`), { fds: descriptors(call.process, new Map<number, OpenFile>([[1, out]])) });
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    return yield* refuse(call, `open local "${file}": ${error.message}`, `failed to download file ${path} to ${file}`);
  }
}

function* refuse(call: Call, ...lines: readonly string[]): Routine<ExitCode> {
  for (const line of lines) yield* call.complain(line);
  return 1;
}

const remote = (call: Call, host: string, command: string): string[] => ['ssh', ...(call.has('P') ? ['-p', call.value('P') ?? '22'] : []), host, command];

/** One program's output as the other's input; the status is the second's, or the first's where that failed. */
function* between(call: Call, from: readonly string[], to: readonly string[]): Routine<ExitCode> {
  const { reader, writer } = newPipe();
  const sender = start(call, from, { fds: descriptors(call.process, new Map([[1, writer]])) });
  const receiver = start(call, to, { fds: descriptors(call.process, new Map([[0, reader]])) });
  const received = yield* call.process.wait(receiver);
  const sent = yield* call.process.wait(sender);
  return received === 0 ? sent : received;
}

function split(path: string): readonly [folder: string, name: string] {
  const bare = path.replace(/(.)\/+$/, '$1');
  const slash = bare.lastIndexOf('/');
  return slash < 0 ? ['.', bare] : [bare.slice(0, slash) || '/', bare.slice(slash + 1)];
}

const quotedPlainly = (text: string): string => `"${text}"`;
/** For the other machine's shell; a leading `~/` stays what it is. */
const quoted = (text: string): string => {
  const [, home = '', rest = ''] = /^(~\/)?(.*)$/s.exec(text) ?? [];
  return `${home}'${rest.replaceAll("'", "'\\''")}'`;
};

export const scpPrograms = { scp };
