/** --from-file, --from-literal, --from-env-file: kubernetes kubectl/pkg/util/util.go and cmd/create. */
import { validateConfigMapKey, validateEnvVarName } from '../../../../apimachinery/names.ts';
import { withoutMark } from '../../../../apimachinery/yaml.ts';
import { encodeUtf8 } from '../../../../sim/stream.ts';
import { KubectlError } from '../../errors.ts';
import type { Kubectl } from '../../kubectl.ts';

/** By key, not yet encoded. */
export type Data = Readonly<Record<string, string>>;

/** All the data that the flags name, keys checked. */
export function dataFromFlags(k: Kubectl): Data {
  const [literals, files, envFiles] = [k.flags.list('from-literal'), k.flags.list('from-file'), k.flags.list('from-env-file')];
  if (envFiles.length > 0 && (files.length > 0 || literals.length > 0))
    throw new KubectlError('from-env-file cannot be combined with from-file or from-literal');
  const data = new Map<string, string>();
  const target = targetOf(k);
  for (const source of literals) add(target, data, ...literal(source));
  for (const source of files) for (const [key, value] of fromFile(k, source)) add(target, data, key, value);
  for (const path of envFiles) for (const [key, value] of fromEnvFile(k, path)) add(target, data, key, value);
  return Object.fromEntries([...data].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `ConfigMap "app"`, or a Secret, whose errors are shorter. */
const targetOf = (k: Kubectl): string => (k.path.includes('secret') ? 'Secret' : `ConfigMap "${k.args[0] ?? ''}"`);

function add(target: string, data: Map<string, string>, key: string, value: string): void {
  const problems = validateConfigMapKey(key);
  if (problems.length > 0) throw new KubectlError(`"${key}" is not a valid key name for a ConfigMap: ${problems.join(',')}`);
  if (data.has(key))
    throw new KubectlError(
      target === 'Secret'
        ? `cannot add key ${key}, another key by that name already exists`
        : `cannot add key "${key}", another key by that name already exists in Data for ${target}`,
    );
  data.set(key, value);
}

function literal(source: string): [string, string] {
  const equals = source.indexOf('=');
  if (equals < 0) throw new KubectlError(`invalid literal source ${source}, expected key=value`);
  if (equals === 0) throw new KubectlError(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), source.slice(equals + 1)];
}

function fromFile(k: Kubectl, source: string): readonly (readonly [string, string])[] {
  const [key, path] = keyAndPath(source);
  const { fs } = k.process;
  if (!fs.exists(path)) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (!fs.isDirectory(path)) return [[key, fs.read(path)]];
  if (source.includes('=')) throw new KubectlError('cannot give a key name for a directory path');
  return fs
    .list(path)
    .filter(([, inode]) => inode.type === 'file')
    .map(([name]) => [name, fs.read(`${path.replace(/\/$/, '')}/${name}`)] as const)
    .filter(([name]) => validateConfigMapKey(name).length === 0);
}

function keyAndPath(source: string): [string, string] {
  const parts = source.split('=');
  if (parts.length === 1) return [source.slice(source.replace(/\/+$/, '').lastIndexOf('/') + 1), source];
  if (parts[0] === '') throw new KubectlError(`key name for file path ${parts[1]} missing`);
  if (parts[1] === '') throw new KubectlError(`file path for key name ${parts[0]} missing`);
  if (parts.length > 2) throw new KubectlError("key names or file paths cannot contain '='");
  return [parts[0] as string, parts[1] as string];
}

function fromEnvFile(k: Kubectl, path: string): readonly (readonly [string, string])[] {
  if (!k.process.fs.exists(path)) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (k.process.fs.isDirectory(path)) throw new KubectlError('env config file cannot be a directory');
  const lines = withoutMark(k.process.fs.read(path)).split(/\r?\n/);
  const broken = lines.findIndex((line) => /[\ud800-\udfff]/u.test(line));
  if (broken >= 0) throw new KubectlError(`env file ${path} contains invalid utf8 bytes at line ${broken + 1}: [${encodeUtf8(lines[broken] ?? '').join(' ')}]`);
  return lines
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const equals = line.indexOf('=');
      const name = equals < 0 ? line : line.slice(0, equals);
      const problems = validateEnvVarName(name);
      if (problems.length > 0) throw new KubectlError(`"${name}" is not a valid key name: ${problems.join(';')}`);
      return [name, equals < 0 ? (k.process.env[name] ?? '') : line.slice(equals + 1)] as const;
    });
}

/** A file that a flag names. */
export function readFlagFile(k: Kubectl, path: string): string {
  if (!k.process.fs.exists(path)) throw new KubectlError(`Cannot read file ${path}, open ${path}: no such file or directory`);
  return k.process.fs.read(path);
}
