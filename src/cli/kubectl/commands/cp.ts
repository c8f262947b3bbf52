import { isSession } from '../../../interfaces/streams.ts';
import { Errno } from '../../../linux/errno.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { obj } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { chooseContainer, streamError } from './containers.ts';

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
  if (!fs.exists(from.path)) throw new KubectlError(`${from.path} doesn't exist in local filesystem`);
  if (fs.isDirectory(from.path)) throw notSimulated('kubectl cp of a directory');
  const name = from.path.slice(from.path.lastIndexOf('/') + 1);
  const isFolder = to.path.endsWith('/') || (yield* isDirectory(k, to));
  const path = isFolder ? `${to.path.replace(/\/$/, '')}/${name}` : to.path;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const result = yield* exec(k, to, ['tar', '-xmf', '-', '-C', folder], tarOf(path.slice(path.lastIndexOf('/') + 1), fs.read(from.path)));
  yield* k.printError(result.stderr);
  if (result.exitCode !== 0) throw new KubectlError(`command terminated with exit code ${result.exitCode}`, { bare: true, exitCode: result.exitCode });
}

/** An image without `test` has no folder to tell us about. */
function* isDirectory(k: Kubectl, { path, ...pod }: FileSpec): Routine<boolean> {
  try {
    return (yield* exec(k, { ...pod, path }, ['test', '-d', path])).exitCode === 0;
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return false;
  }
}

function* download(k: Kubectl, from: FileSpec, to: FileSpec): Routine {
  const result = yield* exec(k, from, ['tar', 'cf', '-', from.path]);
  const files = filesOf(result.stdout);
  if (from.path.startsWith('/') && files.length > 0) yield* k.printError("tar: removing leading '/' from member names\n");
  else yield* k.printError(result.stderr);
  const { fs } = k.process;
  try {
    for (const [name, content] of files) {
      const base = from.path.replace(/^\/+/, '').replace(/\/+$/, '');
      const rest = name.replace(/^\/+/, '').slice(base.length).replace(/^\/+/, '');
      const target =
        rest === '' ? (fs.isDirectory(to.path) ? `${to.path.replace(/\/$/, '')}/${base.slice(base.lastIndexOf('/') + 1)}` : to.path) : `${to.path}/${rest}`;
      if (rest !== '') fs.mkdir(target.slice(0, target.lastIndexOf('/')), { parents: true });
      fs.write(target, content);
    }
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw new KubectlError(`open ${to.path}: ${error.message.toLowerCase()}`);
  }
}

type Result = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };

function* exec(k: Kubectl, { namespace, pod: name }: FileSpec, command: readonly string[], input?: string): Routine<Result> {
  const pod = obj(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}` }));
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

const block = 512;
const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;

/** One file as a tar archive (ustar). */
function tarOf(name: string, content: string): string {
  const bytes = Buffer.from(content, 'utf8');
  const size = bytes.length;
  const head = `${name.padEnd(100, '\0')}${octal(0o644, 8)}${octal(0, 8)}${octal(0, 8)}${octal(size, 12)}${octal(0, 12)}        0${'\0'.repeat(100)}ustar\x0000${'\0'.repeat(247)}`;
  let sum = 0;
  for (let i = 0; i < block; i++) sum += head.charCodeAt(i) || 0;
  const header = `${head.slice(0, 148)}${sum.toString(8).padStart(6, '0')}\0 ${head.slice(156)}`;
  return `${header}${content}${'\0'.repeat((block - (size % block)) % block)}${'\0'.repeat(block * 2)}`;
}

/** The regular files of a tar archive. */
function filesOf(archive: string): [string, string][] {
  const files: [string, string][] = [];
  const bytes = Buffer.from(archive, 'utf8');
  for (let at = 0; at + block <= bytes.length; ) {
    const field = (from: number, length: number): string => bytes.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const name = field(345, 155) === '' ? field(0, 100) : `${field(345, 155)}/${field(0, 100)}`;
    if (name === '') break;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const type = field(156, 1);
    if (type === '0' || type === '') files.push([name, bytes.toString('utf8', at + block, at + block + size)]);
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}
