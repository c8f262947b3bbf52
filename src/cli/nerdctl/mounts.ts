/** -v, --mount and --tmpfs (pkg/mountutil). */

import { identifierProblem } from '../../interfaces/containerd.ts';
import { DirectoryNode } from '../../linux/inode.ts';
import type { Routine } from '../../sim/routine.ts';
import { commaFields } from '../build-output.ts';
import { type Context, NerdctlError } from './context.ts';
import { copyEntries } from './copy.ts';
import type { SpecMount } from './spec.ts';
import { createVolume, findVolume } from './store.ts';

/** As the label nerdctl/mounts keeps it. */
export type MountPoint = {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
};

/** The same mounts for the spec and for `inspect`; `anonymous` names volumes that `rm -v` removes. */
export type Mounts = { readonly points: readonly MountPoint[]; readonly spec: readonly SpecMount[]; readonly anonymous: readonly string[] };

/** Reads the flags, makes volumes that are missing, and fills new ones with what the image has there. `root` is the container's. */
export function* readMounts(context: Context, image: { readonly volumes: readonly string[]; readonly root: object }): Routine<Mounts> {
  const points: MountPoint[] = [];
  const anonymous: string[] = [];
  const anonymousVolume = (): string => {
    const name = context.process.sim.random.hex(64);
    anonymous.push(name);
    return name;
  };
  for (const text of context.flags.list('volume')) points.push(yield* volumeFlag(context, text, anonymousVolume, image.root));
  for (const text of context.flags.list('mount')) points.push(yield* mountFlag(context, text, anonymousVolume, image.root));
  for (const text of context.flags.list('tmpfs')) {
    const [path = '', mode = 'noexec,nosuid,nodev'] = text.split(':');
    points.push({ Type: 'tmpfs', Source: 'tmpfs', Destination: path, Mode: mode, RW: true, Propagation: '' });
  }
  for (const path of image.volumes)
    if (!points.some(({ Destination }) => Destination === path))
      points.push(yield* named(context, { name: anonymousVolume(), path, mode: '', root: image.root, fresh: true }));
  return { points, anonymous, spec: points.map(specOf) };
}

const specOf = ({ Type, Source, Destination, Mode, RW }: MountPoint): SpecMount =>
  Type === 'tmpfs'
    ? { destination: Destination, type: 'tmpfs', source: 'tmpfs', options: Mode.split(',') }
    : { destination: Destination, type: 'none', source: Source, options: ['rbind', RW ? 'rprivate' : 'ro', ...(RW ? [] : ['rprivate'])] };

/** pkg/mountutil parseVolumeOptions: others are told of and left out. */
const volumeOptions: ReadonlySet<string> = new Set([
  '',
  'rw',
  'ro',
  'rro',
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'bind',
  'rbind',
  'Z',
  'z',
]);

function* volumeFlag(context: Context, text: string, anonymous: () => string, root: object): Routine<MountPoint> {
  const parts = text.split(':');
  if (parts.length > 3) throw new NerdctlError(`failed to parse ${JSON.stringify(text)}`);
  if (parts.length === 1) return yield* named(context, { name: anonymous(), path: parts[0] ?? '', mode: '', root, fresh: true });
  const [source = '', path = '', mode = ''] = parts;
  if (!path.startsWith('/')) throw new NerdctlError(`expected an absolute path, got ${JSON.stringify(path)}`);
  for (const option of mode.split(',')) if (!volumeOptions.has(option)) yield* context.log('warning', `unsupported volume option ${JSON.stringify(option)}`);
  if (/^[./~]/.test(source)) return bind(context, context.process.path(source), path, mode);
  return yield* named(context, { name: source, path, mode, root, fresh: false });
}

/** `type=bind,src=/a,dst=/b,readonly`. */
function* mountFlag(context: Context, text: string, anonymous: () => string, root: object): Routine<MountPoint> {
  const fields = new Map(Object.entries(commaFields(text)));
  const type = fields.get('type') ?? 'volume';
  const source = fields.get('source') ?? fields.get('src') ?? '';
  const path = fields.get('destination') ?? fields.get('dst') ?? fields.get('target') ?? '';
  const mode = ['readonly', 'ro', 'rro'].some((key) => fields.get(key) === 'true') ? 'ro' : '';
  if (type === 'tmpfs') return { Type: 'tmpfs', Source: 'tmpfs', Destination: path, Mode: 'noexec,nosuid,nodev', RW: mode === '', Propagation: '' };
  if (type === 'bind') {
    if (!context.process.fs.exists(source)) throw new NerdctlError(`failed to process mount: stat ${source}: no such file or directory`);
    return bind(context, source, path, mode);
  }
  if (type !== 'volume') throw new NerdctlError(`invalid mount type '${type}' must be a volume/bind/tmpfs`);
  return yield* named(context, { name: source === '' ? anonymous() : source, path, mode, root, fresh: source === '' });
}

const readOnly = (mode: string): boolean => mode.split(',').some((option) => option === 'ro' || option === 'rro');

/** A directory of the node; made when it is missing. */
function bind({ process }: Context, source: string, path: string, mode: string): MountPoint {
  if (!process.fs.exists(source)) process.fs.mkdir(source, { parents: true, mode: 0o755 });
  return { Type: 'bind', Source: source, Destination: path, Mode: mode, RW: !readOnly(mode), Propagation: '' };
}

type NamedVolume = { readonly name: string; readonly path: string; readonly mode: string; readonly root: object; readonly fresh: boolean };

function* named(context: Context, { name, path, mode, root, fresh }: NamedVolume): Routine<MountPoint> {
  const problem = identifierProblem(name);
  if (problem !== undefined) throw new NerdctlError(`invalid volume name ${JSON.stringify(name)}: ${problem}`);
  const old = fresh ? undefined : findVolume(context, name);
  if (old) yield* context.log('warning', `volume ${JSON.stringify(name)} already exists and will be returned as-is`);
  const { directory } = old ?? createVolume(context, name, {});
  const inside = within(root, path);
  const target = context.process.fs.stat(directory);
  if (inside && target instanceof DirectoryNode && target.entries().length === 0) copyEntries(inside, target, context.process.now);
  return { Type: 'volume', Name: name, Source: directory, Destination: path, Mode: mode, RW: !readOnly(mode), Propagation: '' };
}

function within(root: object, path: string): DirectoryNode | undefined {
  let at: unknown = root;
  for (const part of path.split('/').filter(Boolean)) at = at instanceof DirectoryNode ? at.lookup(part) : undefined;
  return at instanceof DirectoryNode ? at : undefined;
}
