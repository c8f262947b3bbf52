/** config.json as runc reads and checks it (runc spec.go loadSpec, utils_linux.go validateProcessSpec). */
import { JsonError, parseJson } from '../apimachinery/json.ts';
import { OciError, type OciSpec } from '../interfaces/oci.ts';
import { JsonFile } from '../linux/file-node.ts';
import type { FileSystem } from '../linux/file-system.ts';

const namespaceTypes: ReadonlySet<string> = new Set(['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time']);

const failed = (text: string): OciError => new OciError(`runc create failed: ${text}`);

/** The spec of a bundle. What it leaves out gets the value that Go would give it. */
export function readSpec(files: FileSystem, bundle: string): OciSpec {
  const inode = files.find(`${bundle}/config.json`);
  if (inode?.type !== 'file') throw failed('JSON specification file config.json not found');
  if (inode instanceof JsonFile && inode.value !== undefined) return inode.value as OciSpec;
  const parsed = decode(inode.read());
  if (parsed === null) throw failed('config cannot be null');
  if (!parsed.process) throw failed('process property must not be empty');
  if (!parsed.root) throw failed('root must be specified');
  const { process } = parsed;
  return {
    ...parsed,
    ociVersion: parsed.ociVersion ?? '',
    root: parsed.root,
    process: {
      ...process,
      user: { ...process.user, uid: process.user?.uid ?? 0, gid: process.user?.gid ?? 0 },
      args: process.args ?? [],
      env: process.env ?? [],
      cwd: process.cwd ?? '',
    },
    mounts: parsed.mounts ?? [],
    linux: { ...parsed.linux, namespaces: parsed.linux?.namespaces ?? [] },
  };
}

/** What runc refuses before it makes anything. */
export function checkSpec({ process, linux, hostname }: OciSpec): void {
  if (process.cwd === '') throw failed('Cwd property must not be empty');
  if (!process.cwd.startsWith('/')) throw failed('Cwd must be an absolute path');
  if (process.args.length === 0) throw failed('args must not be empty');
  const seen = new Set<string>();
  for (const { type, path = '' } of linux.namespaces) {
    // Both parts of the entry are quoted by Go.
    const entry = `{${JSON.stringify(type)} ${JSON.stringify(path)}}`;
    if (!namespaceTypes.has(type)) throw failed(`namespace ${entry} does not exist`);
    if (seen.has(type)) throw failed(`malformed spec file: duplicated ns ${entry}`);
    seen.add(type);
  }
  if (hostname && !seen.has('uts')) throw failed('unable to set hostname without a private UTS namespace');
  if (!seen.has('mount') && ((linux.maskedPaths?.length ?? 0) > 0 || (linux.readonlyPaths?.length ?? 0) > 0))
    throw failed('unable to restrict sys entries without a private MNT namespace');
}

function decode(text: string): Partial<OciSpec> | null {
  if (text.trim() === '') throw failed('EOF');
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw failed(error.message === 'unexpected end of JSON input' ? 'unexpected EOF' : error.message);
  }
  if (value !== null && kindOf(value) !== 'object') throw failed(`json: cannot unmarshal ${kindOf(value)} into Go value of type specs.Spec`);
  const spec = value as Partial<OciSpec> | null;
  for (const { path, type, kind } of fields) {
    const found = path.split('.').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], spec ?? undefined);
    if (found === undefined || found === null || kindOf(found) === kind) continue;
    const holder = path.includes('.') ? path.split('.').at(-2) : 'spec';
    throw failed(
      `json: cannot unmarshal ${kindOf(found)} into Go struct field ${(holder ?? '').replace(/^./, (letter) => letter.toUpperCase())}.${path} of type ${type}`,
    );
  }
  return spec;
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value);

/** Fields that hands edit, and what Go wants there. */
const fields: readonly { readonly path: string; readonly type: string; readonly kind: string }[] = [
  { path: 'process', type: 'specs.Process', kind: 'object' },
  { path: 'process.args', type: '[]string', kind: 'array' },
  { path: 'process.env', type: '[]string', kind: 'array' },
  { path: 'process.cwd', type: 'string', kind: 'string' },
  { path: 'process.terminal', type: 'bool', kind: 'bool' },
  { path: 'process.user', type: 'specs.User', kind: 'object' },
  { path: 'process.user.uid', type: 'uint32', kind: 'number' },
  { path: 'process.user.gid', type: 'uint32', kind: 'number' },
  { path: 'root', type: 'specs.Root', kind: 'object' },
  { path: 'root.path', type: 'string', kind: 'string' },
  { path: 'root.readonly', type: 'bool', kind: 'bool' },
  { path: 'hostname', type: 'string', kind: 'string' },
  { path: 'mounts', type: '[]specs.Mount', kind: 'array' },
  { path: 'linux.namespaces', type: '[]specs.LinuxNamespace', kind: 'array' },
  { path: 'linux.cgroupsPath', type: 'string', kind: 'string' },
];
