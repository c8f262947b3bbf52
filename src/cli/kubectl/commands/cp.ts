import { readTarEntries, type TarEntry, TarError, writeTar } from '../../../apimachinery/tar.ts';
import { isSession } from '../../../interfaces/streams.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, obj, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { chooseContainer, defaultContainer, streamError } from './containers.ts';

type FileSpec = { readonly pod: string; readonly namespace: string; readonly path: string };

/** kubernetes kubectl/pkg/cmd/cp/cp.go: files go as tar through exec. */
export const cp: CommandEntry = {
  path: 'cp',
  short: 'Copy files and directories to and from containers',
  long: "The container's image must have tar.",
  examples:
    '# Into a pod\nkubectl cp page.html web:/usr/share/nginx/html/index.html\n\n# Out of one of its containers\nkubectl cp web:/tmp/out.txt ./out.txt -c sidecar',
  *run(k) {
    if (k.args.length !== 2) throw new KubectlError('source and destination are required');
    const [from, to] = k.args.map((arg) => fileSpec(k, arg)) as [FileSpec, FileSpec];
    if (from.pod !== '' && to.pod !== '') throw new KubectlError('one of src or dest must be a local file specification');
    if (from.pod === '' && to.pod === '') throw new KubectlError('one of src or dest must be a remote file specification');
    if (from.path === '' || to.path === '') throw new KubectlError('filepath can not be empty');
    return yield* from.pod === '' ? upload(k, from, to) : download(k, from, to);
  },
};

function fileSpec(k: Kubectl, arg: string): FileSpec {
  const colon = arg.indexOf(':');
  if (colon === 0) throw new KubectlError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  if (colon < 0 || /[./]/.test(arg[0] ?? '')) return { pod: '', namespace: '', path: arg };
  const [first = '', second, ...more] = arg.slice(0, colon).split('/');
  if (more.length > 0) throw new KubectlError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  return { pod: second ?? first, namespace: second === undefined ? k.namespace : first, path: arg.slice(colon + 1) };
}

function* upload(k: Kubectl, from: FileSpec, to: FileSpec): Routine {
  const { fs } = k.process;
  const source = from.path.replace(/(?<=.)\/+$/, '');
  if (!fs.exists(source)) throw new KubectlError(`${from.path} doesn't exist in local filesystem`);
  const base = k.process.path(source).replace(/^.*\//, '');
  const path = (yield* isDirectory(k, to)) ? `${to.path.replace(/\/+$/, '')}/${base}` : to.path.replace(/(?<=.)\/+$/, '');
  const folder = path.slice(0, path.lastIndexOf('/') + 1).replace(/(?<=.)\/+$/, '');
  const archive = writeTar(entriesOf(k, source, path.slice(path.lastIndexOf('/') + 1)), Math.floor(k.now / 1000));
  const result = yield* exec(
    k,
    to,
    ['tar', ...(k.flags.bool('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : []), '-xmf', '-', ...(folder === '' ? [] : ['-C', folder])],
    { input: archive },
  );
  yield* k.printError(result.stderr);
  if (result.exitCode !== 0) throw new KubectlError(`command terminated with exit code ${result.exitCode}`, { bare: true, exitCode: result.exitCode });
}

/** A file, or all files below a folder; only empty folders stand for themselves. */
function entriesOf(k: Kubectl, source: string, path: string): readonly TarEntry[] {
  const { fs } = k.process;
  if (!fs.isDirectory(source)) return [{ path, content: fs.read(source), mode: 0o644 }];
  const inside = [...fs.list(source)].flatMap(([name]) => entriesOf(k, `${source}/${name}`, `${path}/${name}`));
  return inside.length === 0 ? [{ path: `${path}/`, type: 'directory', mode: 0o755 }] : inside;
}

/** An image without `test` has no folder to tell us about. */
function* isDirectory(k: Kubectl, { path, ...pod }: FileSpec): Routine<boolean> {
  try {
    return (yield* exec(k, { ...pod, path }, ['test', '-d', path], { silent: true })).exitCode === 0;
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return false;
  }
}

function* download(k: Kubectl, from: FileSpec, to: FileSpec): Routine {
  const result = yield* exec(k, from, ['tar', 'cf', '-', from.path]);
  // What tar complains of in the container comes out here, up to the end of its archive: its last word comes after that.
  yield* k.print(result.stderr.replace(/^tar: (?:Exiting with failure status|error exit delayed).*\n/m, ''));
  const prefix = from.path.replace(/^(\.*\/)+|\/+$/g, '');
  try {
    for (const entry of result.stdout === '' ? [] : readTarEntries(result.stdout)) yield* unpack(k, entry, { prefix, from, to: to.path });
  } catch (error) {
    if (error instanceof TarError) throw new KubectlError(error.message);
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(`open ${to.path.replace(/(?<=.)\/+$/, '')}: ${error.message.toLowerCase()}`);
  }
}

function* unpack(k: Kubectl, entry: TarEntry, { prefix, from, to }: { readonly prefix: string; readonly from: FileSpec; readonly to: string }): Routine {
  const { fs } = k.process;
  const rest = entry.path
    .replace(/^\/+/, '')
    .slice(prefix.length)
    .replace(/^\/+|\/+$/g, '');
  const target = k.process.path(rest === '' ? to : `${to}/${rest}`);
  if (entry.type === 'symlink')
    return yield* k.printError(
      `warning: skipping symlink: "${rest === '' ? to : `${to}/${rest}`}" -> "${entry.target ?? ''}" (consider using "kubectl exec -n "${from.namespace}" "${from.pod}" -- tar cf - "${from.path}" | tar xf -")\n`,
    );
  fs.mkdir(entry.type === 'directory' ? target : target.slice(0, target.lastIndexOf('/')) || '/', { parents: true });
  if (entry.type !== 'directory') fs.write(target, entry.content ?? '');
}

type Input = { readonly input?: string; readonly silent?: boolean };
type Result = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };

function* exec(k: Kubectl, { namespace, pod: name }: FileSpec, command: readonly string[], { input, silent = false }: Input = {}): Routine<Result> {
  const pod = obj(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}` }));
  const phase = text(at(pod, 'status.phase'));
  if (phase === 'Succeeded' || phase === 'Failed') throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  // What is read comes over stdout, so that kubectl says it on its own.
  if (!silent && input === undefined && k.flags.text('container') === '') yield* k.print(defaultContainer(pod).notice);
  const container = yield* chooseContainer(k, pod, input === undefined);
  const query = { command: [...command], container, ...(input !== undefined && { stdin: 'true' }), stdout: 'true', stderr: 'true' };
  let session: unknown;
  try {
    session = yield* k.api.connect({ method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/exec`, query });
  } catch (error) {
    throw streamError(error);
  }
  if (typeof session !== 'object' || session === null || !isSession(session)) throw new KubectlError('unable to upgrade connection');
  if (input !== undefined && session.stdin) {
    session.stdin.push(input);
    session.stdin.close();
  }
  const output = { stdout: '', stderr: '' };
  for (let part = yield* session.stdout.receive(); part !== undefined; part = yield* session.stdout.receive()) output.stdout += part;
  if (session.stderr) for (let part = yield* session.stderr.receive(); part !== undefined; part = yield* session.stderr.receive()) output.stderr += part;
  while (session.outcome() === undefined) yield { on: [session.ended] };
  const outcome = session.outcome();
  if (outcome?.error !== undefined) throw new KubectlError(outcome.error);
  return { ...output, exitCode: outcome?.exitCode ?? 0 };
}
