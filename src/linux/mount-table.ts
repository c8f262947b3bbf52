/** What /proc/PID/mounts and mountinfo say (Documentation/filesystems/proc.rst 3.5). */
import type { Mount, MountNamespace } from './mounts.ts';

/** `root` is the folder of the filesystem that is mounted: `/`, or of a bind mount the one it shows. */
export type MountRow = {
  readonly id: number;
  readonly parent: number;
  readonly device: string;
  readonly root: string;
  readonly path: string;
  readonly options: readonly string[];
  readonly type: string;
  readonly source: string;
};

const disk = '/dev/vda1';
/** A mount's own flags in the kernel's order; the rest belongs to its filesystem. */
const flags = ['ro', 'rw', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'];
const unseen = new Set(['ro', 'rw', 'strictatime', 'newinstance', 'defaults']);

/** Options as the kernel writes them: flags in order, relatime unless asked otherwise, sizes in kilobytes. */
function asKernel(options: readonly string[]): string[] {
  const time = options.some((each) => /^(no|strict)atime$/.test(each)) ? [] : ['relatime'];
  const own = flags.filter((each) => each === (options.includes('ro') ? 'ro' : 'rw') || (!/^r[ow]$/.test(each) && [...options, ...time].includes(each)));
  const further = options.filter((each) => !flags.includes(each) && !unseen.has(each) && each !== 'mode=1777');
  const kilobytes = (_all: string, size: string, unit: string): string =>
    `size=${unit === '' ? Number(size) / 1024 : Number(size) * ({ k: 1, m: 1024, g: 1024 ** 2 }[unit.toLowerCase()] ?? 1)}k`;
  further.sort((a, b) => rank(a) - rank(b));
  return [...own, ...further.map((each) => each.replace(/^size=(\d+)([kmg]?)$/i, kilobytes).replace(/^((?:ptmx)?mode)=0+/, '$1='))];
}

/** tmpfs and devpts write theirs in this order. */
const rank = (option: string): number => 1 + ['size', 'nr_inodes', 'uid', 'gid', 'mode', 'ptmxmode'].indexOf(option.split('=')[0] ?? '');

/** The root first, then in the order in which they were mounted. */
export function mountRows(namespace: MountNamespace): MountRow[] {
  const root = {
    path: '/',
    root: namespace.root,
    source: namespace.rootSource,
    type: namespace.rootType,
    options: [namespace.readonlyRoot ? 'ro' : 'rw', 'relatime'],
  };
  const all: Mount[] = [...(namespace.mounts.has('/') ? [] : [root]), ...namespace.mounts.values()];
  const rows: MountRow[] = [];
  const at = new Map<string, MountRow>();
  const above = (path: string): MountRow | undefined => {
    if (path === '/') return undefined;
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    return at.get(parent) ?? above(parent);
  };
  for (const [i, { path, source, type, options }] of all.entries()) {
    const bound = source.startsWith('/') && !source.startsWith('/dev/');
    const row = {
      id: firstId + i,
      parent: above(path)?.id ?? 1,
      device: type === 'ext4' || bound ? '254:1' : `0:${firstId + i}`,
      root: bound ? source : '/',
      path,
      options: asKernel(options),
      type: bound && type === 'none' ? 'ext4' : type,
      source: bound ? disk : source,
    };
    rows.push(row);
    if (!at.has(path)) at.set(path, row);
  }
  return rows;
}

const firstId = 22;

export const mountsText = (namespace: MountNamespace): string =>
  mountRows(namespace)
    .map((row) => `${row.source} ${row.path} ${row.type} ${row.options.join()} 0 0\n`)
    .join('');

export const mountInfoText = (namespace: MountNamespace): string =>
  mountRows(namespace)
    .map(({ id, parent, device, root, path, options, type, source }) => {
      const own = options.filter((option) => flags.includes(option));
      const further = options.filter((option) => !flags.includes(option));
      return `${id} ${parent} ${device} ${root} ${path} ${own.join()} - ${type} ${source} ${[own[0] ?? 'rw', ...further].join()}\n`;
    })
    .join('');
