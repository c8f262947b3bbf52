/** `RUN --mount=…`: what is seen for one command only (buildkit frontend/dockerfile/instructions/commands_runmount.go). */
import { parseBytes } from '../apimachinery/go-units.ts';
import { BuildError } from './buildkit.ts';
import { didYouMean } from './dockerfile-words.ts';

/** One mount as written. */
export type RunMount = {
  type: string;
  from: string;
  source: string;
  target: string;
  readonly: boolean;
  id: string;
  sharing: string;
  required: boolean;
  size: number;
  env?: string;
  mode?: number;
  uid?: number;
  gid?: number;
};

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const sharings = ['shared', 'private', 'locked'];
const names: Readonly<Record<string, 'source' | 'target' | 'from' | 'id' | 'env'>> = {
  source: 'source',
  src: 'source',
  target: 'target',
  dst: 'target',
  destination: 'target',
  from: 'from',
  id: 'id',
  env: 'env',
};
const keys = 'type from source target readonly id sharing required size mode uid gid src dst destination ro rw readwrite env'.split(' ');

/** Throws BuildError without a line. */
export function parseRunMount(text: string): RunMount {
  const mount: RunMount = { type: 'bind', from: '', source: '', target: '', readonly: true, id: '', sharing: '', required: false, size: 0 };
  let chosen = false;
  for (const field of text.split(',')) {
    const key = (field.split('=')[0] ?? '').toLowerCase();
    const value = field.includes('=') ? field.slice(field.indexOf('=') + 1) : undefined;
    if (/^(readonly|ro|readwrite|rw)$/.test(key)) {
      mount.readonly = switched(key, value) === key.includes('o');
      chosen = true;
    } else set(mount, field, key, value);
  }
  if (!chosen) mount.readonly = mount.type !== 'cache' && mount.type !== 'tmpfs';
  const problem = problemOf(mount);
  if (problem !== undefined) throw new BuildError(problem);
  return mount;
}

function set(mount: RunMount, field: string, key: string, value: string | undefined): void {
  const own = names[key];
  if (key === 'required') {
    if (mount.type !== 'secret' && mount.type !== 'ssh') throw unexpected(key, mount);
    mount.required = switched(key, value);
  } else if (value === undefined) throw new BuildError(`invalid field '${field}' must be a key=value pair`);
  else if (own !== undefined) mount[own] = value;
  else if (key === 'type') mount.type = oneOf(value, types, 'mount type');
  else if (key === 'sharing') mount.sharing = oneOf(value, sharings, 'sharing value');
  else if (key === 'size') {
    if (mount.type !== 'tmpfs') throw unexpected(key, mount);
    const size = parseBytes(value);
    if (size === undefined) throw new BuildError(`invalid value for ${key}: invalid size: '${value}'`);
    mount.size = size;
  } else if (key === 'mode' || key === 'uid' || key === 'gid') {
    if (!(key === 'mode' ? /^[0-7]+$/ : /^\d+$/).test(value)) throw new BuildError(`invalid value ${value} for ${key}`);
    mount[key] = Number.parseInt(value, key === 'mode' ? 8 : 10);
  } else throw new BuildError(`unexpected key '${key}' in '${field}'${didYouMean(key, keys)}`);
}

const unexpected = (key: string, { type }: RunMount): BuildError => new BuildError(`unexpected key '${key}' for mount type '${type}'`);

function switched(key: string, value = 'true'): boolean {
  if (!/^(1|t|true|0|f|false)$/i.test(value)) throw new BuildError(`invalid value for ${key}: ${value}`);
  return /^(1|t)/i.test(value);
}

function oneOf(value: string, all: readonly string[], what: string): string {
  const small = value.toLowerCase();
  if (!all.includes(small)) throw new BuildError(`unsupported ${what} ${JSON.stringify(value)}${didYouMean(value, all)}`);
  return small;
}

function problemOf({ type, from, sharing, source, target, id, ...rest }: RunMount): string | undefined {
  if (type === 'bind' || type === 'tmpfs')
    for (const key of ['mode', 'uid', 'gid'] as const) if (rest[key] !== undefined) return `${key} not allowed for "${type}" type mounts`;
  if (type === 'secret') {
    if (from !== '') return 'secret mount should not have a from';
    if (sharing !== '') return 'secret mount should not define sharing';
    if (source === '' && target === '' && id === '') return 'invalid secret mount. one of source, target required';
    if (source !== '' && id !== '') return "both source and id can't be set";
  }
  return sharing !== '' && type !== 'cache' ? `invalid cache sharing set for ${type} mount` : undefined;
}
