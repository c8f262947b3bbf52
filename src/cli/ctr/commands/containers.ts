/** ctr containers, and the making of a container that `ctr run` shares. */

import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import { isMissing } from '../../../interfaces/containerd.ts';
import { isErrno } from '../../../linux/errno.ts';
import { userOf } from '../../../linux/passwd.ts';
import type { Routine } from '../../../sim/routine.ts';
import { containerJson } from '../../containerd-client.ts';
import { containerFlags, refuseUnsimulated } from '../container-flags.ts';
import { bool, type Context, type CtrCommand, CtrError, labelArgs, labelText } from '../context.ts';
import { filter } from '../filters.ts';
import { json, table } from '../output.ts';
import { partsOf } from '../parts.ts';
import { newSpec } from '../spec.ts';
import { notSimulated } from './misc.ts';

/** Makes snapshot and record; gives back how to undo the snapshot. */
export function* createContainer(context: Context, ref: string, id: string, args: readonly string[]): Routine<ContainerdContainer> {
  const client = context.client();
  const { flags, namespace, process } = context;
  refuseUnsimulated(flags, (path) => context.process.fs.exists(path));
  if (flags.text('config') !== '') return fromSpecFile(context, id);
  if (flags.bool('rootfs')) return onDirectory(context, { path: process.path(ref), id, args });
  const image = client.images.get(namespace, ref);
  const snapshotter = flags.text('snapshotter') || 'overlayfs';
  const { config } = partsOf(context, image);
  const parent = yield* client.snapshots.unpack(namespace, snapshotter, ref);
  client.snapshots.prepare(namespace, snapshotter, id, parent);
  try {
    const root = client.snapshots.directory(namespace, snapshotter, id);
    const user = findUser(root, flags.text('user') || config?.config.User || '');
    const spec = newSpec(flags, { id, namespace, args, image: config, node: process.namespaces.uts.hostname, user, env: envFile(context) });
    if (spec.process.args.length === 0) throw new CtrError('args must not be empty');
    const labels = {
      ...config?.config.Labels,
      'io.containerd.image.config.stop-signal': config?.config.StopSignal ?? 'SIGTERM',
      ...labelArgs(flags.list('label')),
    };
    return client.containers.create(namespace, {
      id,
      image: ref,
      runtime: runtimeOf(flags),
      snapshotter,
      snapshotKey: id,
      spec,
      labels,
    });
  } catch (error) {
    client.snapshots.remove(namespace, snapshotter, id);
    throw error;
  }
}

/** IMAGE ID [COMMAND…], or with --config ID alone. `kind` ends the message where containerd's error kind does. */
export function containerArgs(
  { args: [first, second, ...args], flags }: Context,
  kind = '',
): {
  readonly ref: string;
  readonly id: string;
  readonly args: readonly string[];
} {
  if (flags.text('config') !== '') {
    if (second !== undefined) throw new CtrError(`with spec config file, only container id should be provided${kind}`);
    if (first === undefined) throw new CtrError(`container id must be provided${kind}`);
    return { ref: '', id: first, args: [] };
  }
  if (!first) throw new CtrError(`image ref must be provided${kind}`);
  if (!second) throw new CtrError(`container id must be provided${kind}`);
  return { ref: first, id: second, args };
}

/** --config: the specification as it is, without image or snapshot. */
function fromSpecFile(context: Context, id: string): ContainerdContainer {
  const path = context.flags.text('config');
  return record(context, id, JSON.parse(readFile(context, path, 'cannot load spec config file: ')) as ContainerdContainer['spec']);
}

/** --rootfs: a directory of the node's instead of a snapshot. */
function onDirectory(
  context: Context,
  { path, id, args }: { readonly path: string; readonly id: string; readonly args: readonly string[] },
): ContainerdContainer {
  const { flags, namespace, process } = context;
  const root = process.fs.find(path);
  const user = root ? findUser(root, flags.text('user')) : { uid: 0, gid: 0 };
  const spec = newSpec(flags, { id, namespace, args, image: undefined, node: process.namespaces.uts.hostname, user, env: envFile(context) });
  return record(context, id, { ...spec, root: { ...spec.root, path } });
}

function runtimeOf(flags: Context['flags']): ContainerdContainer['runtime'] {
  const [root, binary] = [flags.text('runc-root'), flags.text('runc-binary')];
  const options = { ...(root === '' ? {} : { root }), ...(binary === '' ? {} : { binary }) };
  return { name: flags.text('runtime') || 'io.containerd.runc.v2', ...(Object.keys(options).length > 0 ? { options } : {}) };
}

function record(context: Context, id: string, spec: ContainerdContainer['spec']): ContainerdContainer {
  const { flags, namespace } = context;
  const runtime = runtimeOf(flags);
  return context
    .client()
    .containers.create(namespace, { id, image: '', runtime, snapshotter: '', snapshotKey: '', spec, labels: labelArgs(flags.list('label')) });
}

/** Lines of --env-file: blank ones and comments do not count. */
function envFile(context: Context): string[] {
  const path = context.flags.text('env-file');
  if (path === '') return [];
  return readFile(context, path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function readFile(context: Context, path: string, before = ''): string {
  try {
    return context.process.fs.read(path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new CtrError(`${before}open ${path}: ${error.message.toLowerCase()}`);
  }
}

/** The directory that a container's root is: its snapshot, or the one it was made with. */
export function rootOf(context: Context, { snapshotter, snapshotKey, spec }: ContainerdContainer): object {
  if (snapshotKey !== '') return context.client().snapshots.directory(context.namespace, snapshotter, snapshotKey);
  return context.process.fs.find(spec.root.path) ?? {};
}

export function findUser(root: object, text: string): { readonly uid: number; readonly gid: number } {
  const user = userOf(root, text);
  if (typeof user === 'string') throw new CtrError(`no ${user}s found`);
  return { uid: user.uid, gid: user.gid };
}

const field = (container: ContainerdContainer, path: string): string | undefined =>
  path === 'id'
    ? container.id
    : path === 'image'
      ? container.image
      : path === 'runtime.name'
        ? container.runtime.name
        : path.startsWith('labels.')
          ? container.labels[path.slice(7)]
          : undefined;

function* remove(context: Context, id: string): Routine {
  const client = context.client();
  const container = client.containers.get(context.namespace, id);
  const task = client.tasks.list(context.namespace).find((each) => each.id === id);
  if (task && task.status !== 'STOPPED' && task.status !== 'CREATED')
    throw new CtrError(`cannot delete a non stopped container: {${task.status.toLowerCase()} 0 0001-01-01 00:00:00 +0000 UTC}`);
  if (task) yield* client.tasks.delete(context.namespace, id);
  client.containers.delete(context.namespace, id);
  if (!context.flags.bool('keep-snapshot') && container.snapshotKey !== '') {
    try {
      client.snapshots.remove(context.namespace, container.snapshotter, container.snapshotKey);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Images of containers that stood still: what is asked for is checked, the rest the lab has not. */
const checkpointing = (name: string, short: string): CtrCommand => ({
  name,
  short,
  usage: '[flags] CONTAINER REF',
  flags: [],
  run: function* (context) {
    if (!context.args[0]) throw new CtrError('container id must be provided');
    if (!context.args[1]) throw new CtrError('ref must be provided');
    return yield* notSimulated('containers ', name, short).run?.(context) ?? [];
  },
});

export const containers: CtrCommand = {
  name: 'containers',
  aliases: ['c', 'container'],
  short: 'Manage containers',
  commands: [
    {
      name: 'create',
      short: 'Create container',
      usage: '[flags] Image|RootFS CONTAINER [COMMAND] [ARG...]',
      flags: containerFlags,
      run: function* (context) {
        const { ref, id, args } = containerArgs(context, ': invalid argument');
        yield* createContainer(context, ref, id, args);
        return 0;
      },
    },
    {
      name: 'delete',
      aliases: ['del', 'remove', 'rm'],
      short: 'Delete one or more existing containers',
      usage: '[flags] CONTAINER [CONTAINER, ...]',
      flags: [bool('keep-snapshot', 'Do not clean up snapshot with container')],
      run: function* (context) {
        if (context.args.length === 0) throw new CtrError('must specify at least one container to delete: invalid argument');
        let failed: string | undefined;
        for (const id of context.args) {
          try {
            yield* remove(context, id);
          } catch (error) {
            if (!(error instanceof CtrError) && !isMissing(error)) throw error;
            yield* context.log('error', `failed to delete container ${JSON.stringify(id)}`, error.message);
            failed ??= error.message;
          }
        }
        if (failed !== undefined) throw new CtrError(failed);
        return 0;
      },
    },
    {
      name: 'info',
      short: 'Get info about a container',
      usage: 'CONTAINER',
      flags: [bool('spec', 'Only display the spec')],
      run: function* (context) {
        const [id] = context.args;
        if (id === undefined) throw new CtrError('container id must be provided: invalid argument');
        const container = context.client().containers.get(context.namespace, id);
        yield* context.print(json(context.flags.bool('spec') ? container.spec : containerJson(container)));
        return 0;
      },
    },
    {
      name: 'list',
      aliases: ['ls'],
      short: 'List containers',
      usage: '[flags] [<filter>, ...]',
      flags: [bool('quiet,q', 'Print only the container id')],
      run: function* (context) {
        const found = filter(context.client().containers.list(context.namespace), context.args, field);
        if (context.flags.bool('quiet')) yield* context.print(found.map(({ id }) => `${id}\n`).join(''));
        else yield* context.print(table([['CONTAINER', 'IMAGE', 'RUNTIME'], ...found.map(({ id, image, runtime }) => [id, image || '-', runtime.name])], 4));
        return 0;
      },
    },
    {
      name: 'label',
      short: 'Set and clear labels for a container',
      usage: '[flags] CONTAINER [<key>=<value>, ...]',
      flags: [],
      run: function* (context) {
        const [id, ...labels] = context.args;
        if (id === undefined) throw new CtrError('container id must be provided: invalid argument');
        // Without a field to change the whole record is replaced, and this one has only its id and labels.
        const { snapshotter } = context.client().containers.get(context.namespace, id);
        if (labels.length === 0) throw new CtrError(`container.${snapshotter === '' ? 'Spec' : 'Snapshotter'} field is immutable: invalid argument`);
        yield* context.print(`${labelText(context.client().containers.update(context.namespace, id, labelArgs(labels)).labels)}\n`);
        return 0;
      },
    },
    checkpointing('checkpoint', 'Checkpoint a container'),
    checkpointing('restore', 'Restore a container from checkpoint'),
  ],
};
