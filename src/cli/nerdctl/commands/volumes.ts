/** nerdctl volume. */
import { DirectoryNode } from '../../../linux/inode.ts';
import type { Routine } from '../../../sim/routine.ts';
import { bool, type Context, labelArgs, list, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { printInspected } from '../inspected.ts';
import { labels } from '../labels.ts';
import { humanSize, listText } from '../output.ts';
import { createVolume, findVolume, listVolumes, removeVolume, sizeOf, type Volume } from '../store.ts';
import { confirmed } from './lifecycle.ts';

const create: NerdctlCommand = {
  name: 'create',
  short: 'Create a volume',
  usage: '[flags] [VOLUME]',
  flags: [list('label', 'Set a label on the volume')],
  run: function* (context) {
    needArgs(context, 0, 1);
    const name = context.args[0] ?? context.process.sim.random.hex(64);
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
      throw new NerdctlError(
        `malformed volume name: identifier ${JSON.stringify(name)} must match pattern ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$: invalid argument`,
      );
    if (findVolume(context, name)) yield* context.log('warning', `volume ${JSON.stringify(name)} already exists and will be returned as-is`);
    else createVolume(context, name, labelArgs(context.flags.list('label')));
    yield* context.print(`${name}\n`);
    return 0;
  },
};

/** Names of volumes that containers have. */
function usedVolumes(context: Context): Set<string> {
  const all = context.client().containers.list(context.namespace);
  return new Set(all.flatMap((each) => (JSON.parse(each.labels[labels.mounts] ?? '[]') as { readonly Name?: string }[]).flatMap(({ Name }) => Name ?? [])));
}

const ls: NerdctlCommand = {
  name: 'ls',
  aliases: ['list'],
  short: 'List volumes',
  flags: [
    bool('quiet,q', 'Only display volume names'),
    bool('size,s', 'Display the disk usage of volumes. Can be slow with volumes having loads of directories.'),
    slice('filter,f', 'Filter matches volumes based on given conditions'),
    text('format', "Format the output using the given Go template, e.g, '{{json .}}'"),
  ],
  run: function* (context) {
    const filters = labelArgs(context.flags.list('filter'));
    const found = listVolumes(context).filter(({ name, labels: own }) => {
      const [key = '', value] = (filters['label'] ?? '').split('=');
      return (
        (filters['name'] === undefined || name.includes(filters['name'])) &&
        (key === '' || (own[key] !== undefined && (value === undefined || own[key] === value)))
      );
    });
    if (context.flags.bool('quiet')) {
      yield* context.print(found.map(({ name }) => `${name}\n`).join(''));
      return 0;
    }
    const rows = found.map((each) => ({
      Name: each.name,
      Driver: 'local',
      Mountpoint: each.directory,
      Scope: 'local',
      Labels: textOf(each.labels),
      Size: humanSize(bytesOf(context, each)),
    }));
    yield* context.print(
      listText(context, rows, [
        ['VOLUME NAME', (row) => row.Name],
        ['DIRECTORY', (row) => row.Mountpoint],
        ...(context.flags.bool('size') ? [['SIZE', (row: (typeof rows)[number]) => row.Size] as const] : []),
      ]),
    );
    return 0;
  },
};

const textOf = (own: Readonly<Record<string, string>>): string =>
  Object.entries(own)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

function bytesOf({ process }: Context, { directory }: Volume): number {
  const inode = process.fs.find(directory);
  return inode instanceof DirectoryNode ? sizeOf(inode) : 0;
}

const inspect: NerdctlCommand = {
  name: 'inspect',
  short: 'Display detailed information on one or more volumes',
  usage: '[flags] VOLUME [VOLUME...]',
  flags: [text('format,f', "Format the output using the given Go template, e.g, '{{json .}}'"), bool('size,s', 'Display the disk usage of the volume')],
  run: function* (context) {
    needArgs(context, 1);
    const missing: string[] = [];
    const found = context.args.flatMap((name) => {
      const volume = findVolume(context, name);
      if (!volume) missing.push(name);
      return volume ?? [];
    });
    yield* printInspected(
      context,
      found.map((each) => ({
        Name: each.name,
        Mountpoint: each.directory,
        ...(Object.keys(each.labels).length > 0 ? { Labels: each.labels } : {}),
        ...(context.flags.bool('size') ? { Size: bytesOf(context, each) } : {}),
      })),
    );
    for (const name of missing) yield* context.log('warning', `volume ${JSON.stringify(name)}: not found`);
    if (missing.length > 0) throw new NerdctlError('some volumes could not be inspected');
    return 0;
  },
};

const rm: NerdctlCommand = {
  name: 'rm',
  aliases: ['remove'],
  short: 'Remove one or more volumes',
  long: 'NOTE: You cannot remove a volume that is in use by a container.',
  usage: '[flags] VOLUME [VOLUME...]',
  flags: [bool('force,f', '(unimplemented yet)')],
  run: function* (context) {
    needArgs(context, 1);
    const used = usedVolumes(context);
    const problems: string[] = [];
    for (const name of context.args) {
      if (used.has(name)) problems.push(`volume ${JSON.stringify(name)} is in use (failed precondition)`);
      else if (!findVolume(context, name)) problems.push(`volume ${JSON.stringify(name)}: not found`);
      else {
        removeVolume(context, name);
        yield* context.print(`${name}\n`);
      }
    }
    for (const problem of problems) yield* context.log('warning', problem);
    if (problems.length > 0) throw new NerdctlError('some volumes could not be removed');
    return 0;
  },
};

const prune: NerdctlCommand = {
  name: 'prune',
  short: 'Remove all unused local volumes',
  flags: [bool('all,a', 'Remove all unused volumes, not just anonymous ones'), bool('force,f', 'Do not prompt for confirmation')],
  run: function* (context) {
    if (!context.flags.bool('force') && !(yield* confirmed(context, 'This will remove all local volumes not used by at least one container.'))) return 0;
    yield* pruneVolumes(context, context.flags.bool('all'));
    return 0;
  },
};

/** Anonymous volumes have 64 hexadecimal digits for a name. */
export function* pruneVolumes(context: Context, all: boolean): Routine {
  const used = usedVolumes(context);
  const removed = listVolumes(context).filter(({ name }) => !used.has(name) && (all || /^[0-9a-f]{64}$/.test(name)));
  for (const { name } of removed) removeVolume(context, name);
  if (removed.length > 0) yield* context.print(`Deleted Volumes:\n${removed.map(({ name }) => `${name}\n`).join('')}\n`);
}

export const volume: NerdctlCommand = { name: 'volume', short: 'Manage volumes', commands: [ls, inspect, create, rm, prune] };
