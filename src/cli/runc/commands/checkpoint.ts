/** runc checkpoint and restore: what is told before CRIU, which the lab's nodes have not, would do the work (checkpoint.go, restore.go). */

import { noCriu } from '../../criu.ts';
import type { FlagSpec } from '../../flags.ts';
import { bool, type Context, type RuncCommand, RuncError, text } from '../context.ts';

const common: readonly FlagSpec[] = [
  text('image-path', "path of criu's image files"),
  text('work-path', 'path of work files and logs'),
  bool('tcp-established', 'allow open tcp connections'),
  bool('ext-unix-sk', 'allow external unix sockets'),
  bool('shell-job', 'allow shell jobs'),
  bool('file-locks', 'handle file locks'),
  text('manage-cgroups-mode', 'cgroups mode: soft|full|strict|ignore (default: soft)'),
  text('empty-ns', 'create a namespace, but do not restore its properties'),
  bool('auto-dedup', 'deduplicate memory images'),
  bool('lazy-pages', 'restore memory pages lazily by userfaultfd'),
];

/** The directory of images is there before anything else is looked at. */
function images({ process, flags }: Context): void {
  process.fs.mkdir(process.path(flags.text('image-path') || 'checkpoint'), { parents: true });
}

export const checkpoint: RuncCommand = {
  name: 'checkpoint',
  short: 'checkpoint a running container',
  usage: '<container-id>',
  flags: [
    ...common,
    text('parent-path', 'path of earlier image files, for pre-dump'),
    bool('leave-running', 'leave the process running'),
    bool('tcp-skip-in-flight', 'skip tcp connections that are being opened'),
    bool('link-remap', 'allow to link unlinked files back'),
    text('status-fd', 'where criu tells that lazy pages are ready', '-1'),
    text('page-server', 'ADDRESS:PORT of the page server'),
    bool('pre-dump', 'memory only; the container goes on'),
  ],
  run: function* (context) {
    const { status } = context.load();
    if (status === 'created' || status === 'stopped') throw new RuncError(`Container cannot be checkpointed in ${status} state`);
    images(context);
    throw new RuncError(noCriu);
  },
};

export const restore: RuncCommand = {
  name: 'restore',
  short: 'restore a container from a previous checkpoint',
  usage: '<container-id>',
  flags: [
    ...common,
    text('console-socket', "path to an AF_UNIX socket which receives the master end of the console's pseudoterminal"),
    text('bundle,b', 'path to the root of the bundle directory'),
    bool('detach,d', "detach from the container's process"),
    text('pid-file', 'the file to write the process id to'),
    bool('no-subreaper', 'disable the use of the subreaper used to reap reparented processes'),
    bool('no-pivot', 'do not use pivot root to jail the process inside rootfs'),
    text('lsm-profile', 'LSM profile for the restored process, as TYPE:NAME'),
    text('lsm-mount-context', 'LSM mount context for the restored process'),
  ],
  run: function* (context) {
    const { process, flags, runtime, root, id } = context;
    images(context);
    if (!process.fs.exists(process.path(`${flags.text('bundle') || '.'}/config.json`))) throw new RuncError('JSON specification file config.json not found');
    if (runtime.list(root).some((each) => each.id === id)) throw new RuncError('container with given ID already exists');
    throw new RuncError(noCriu);
  },
};
