/** What a build's client does beside asking: it reads secrets, and writes what was made where its user wants it (buildkit client, session/secrets). */
import { writeTar } from '../apimachinery/tar.ts';
import { type ImageArchive, writeImageArchive } from '../interfaces/image-archive.ts';
import { Errno } from '../linux/errno.ts';
import { executableText } from '../linux/file-node.ts';
import type { Process } from '../linux/process.ts';
import type { TreeEntry } from '../linux/tree-entries.ts';
import type { Routine } from '../sim/routine.ts';

type Fail = (message: string) => Error;

/** `type=image,name=a` as a table. */
export const commaFields = (value: string): Record<string, string> =>
  Object.fromEntries(value.split(',').map((each) => [each.split('=')[0] ?? '', each.includes('=') ? each.slice(each.indexOf('=') + 1) : 'true']));

/** `--output type=tar,dest=a.tar`; a path alone is a folder. */
export const outputFields = (output: string): Record<string, string> => commaFields(output.includes('=') ? output : `type=local,dest=${output}`);

/** `--secret id=token,src=token.txt`, `id=token,env=TOKEN`, or `id=TOKEN` alone: content by id (secretsprovider.NewStore). */
export function secretsOf(process: Process, texts: readonly string[], fail: Fail): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of texts) {
    const { type = '', id = '', src, source = src, env, ...rest } = commaFields(each);
    const odd = Object.keys(rest)[0];
    if (odd !== undefined) throw fail(`unexpected key '${odd}' in '${odd}=${rest[odd]}'`);
    if (type !== '' && type !== 'file' && type !== 'env') throw fail(`unsupported secret type ${JSON.stringify(type)}`);
    if (id === '') throw fail('secret missing ID');
    const named = env ?? (type === 'env' ? source : source === undefined && process.env[id] !== undefined ? id : undefined);
    found[id] = named === undefined ? fileAt(process, source ?? id, fail) : (process.env[named] ?? '');
  }
  return found;
}

function fileAt(process: Process, path: string, fail: Fail): string {
  try {
    return process.fs.read(process.path(path));
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
    throw fail(`failed to stat ${path}: stat ${path}: ${error.message.toLowerCase()}`);
  }
}

type Result = { readonly archive?: ImageArchive; readonly entries?: readonly TreeEntry[] };

/** What is not kept by the worker goes to a file, a directory, or standard output. */
export function* deliver(process: Process, { archive, entries }: Result, { type, options: { dest, tar } }: Exporter, fail: Fail): Routine {
  if (type === 'local' && entries) return writeTree(process, dest ?? '', entries, fail);
  const bytes = archive
    ? writeImageArchive(archive, process.now, (name) => name.replace(/^docker\.io\/library\//, ''))
    : entries &&
      writeTar(
        entries.map(({ program, size, ...entry }) => ({ ...entry, ...(program === undefined ? {} : { content: executableText(program, size) }) })),
        process.now,
      );
  if (bytes === undefined || tar === 'false') return;
  if (dest === undefined || dest === '-') {
    if (process.stdout.tty) throw fail(`dest file is required for ${type} exporter. refusing to write to console`);
    return yield* process.print(bytes);
  }
  process.fs.write(process.path(dest), bytes);
}

type Exporter = { readonly type: string; readonly options: Readonly<Record<string, string>> };

function writeTree(process: Process, dest: string, entries: readonly TreeEntry[], fail: Fail): void {
  if (dest === '') throw fail('output directory is required for local exporter');
  const root = process.path(dest);
  process.fs.mkdir(root, { parents: true });
  for (const entry of entries) {
    const path = `${root}${entry.path}`;
    if (entry.type === 'directory') process.fs.mkdir(path, { parents: true, mode: entry.mode ?? 0o755 });
    else if (entry.type === 'symlink') link(process.fs, entry.target ?? '', path);
    else if (entry.type === 'file')
      process.fs.write(path, entry.program === undefined ? (entry.content ?? '') : executableText(entry.program, entry.size), { mode: entry.mode ?? 0o644 });
  }
}

function link(fs: Process['fs'], target: string, path: string): void {
  try {
    fs.symlink(target, path);
  } catch (error) {
    if (!(error instanceof Errno) || error.code !== 'EEXIST') throw error;
  }
}
