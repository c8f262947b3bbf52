/** mount, umount, findmnt, pivot_root (util-linux 2.41). */
import { newCgroupfs } from '../../linux/cgroupfs.ts';
import { Tmpfs } from '../../linux/disk.ts';
import { HandOverlay } from '../../linux/hand-overlay.ts';
import { DirectoryNode, type Inode } from '../../linux/inode.ts';
import { type MountRow, mountRows } from '../../linux/mount-table.ts';
import { type MountNamespace, mountMax } from '../../linux/mounts.ts';
import type { Process } from '../../linux/process.ts';
import { newProcfs } from '../../linux/procfs.ts';

import { type Call, Failure, tool, UsageError } from '../tool.ts';

const makes = ['shared', 'slave', 'private', 'unbindable', 'rshared', 'rslave', 'rprivate', 'runbindable'];

const mount = tool({
  usage: '[-t type] [-o options] [--bind] source directory',
  summary: 'List mounted filesystems, or mount one.',
  options: [
    ['a,all', 'mount all filesystems mentioned in fstab'],
    ['B,bind', 'mount a subtree somewhere else'],
    ['R,rbind', 'mount a subtree and all submounts somewhere else'],
    ['M,move', 'move a subtree to some other place'],
    ['l,show-labels', ''],
    ['o,options=list', 'comma-separated list of mount options'],
    ['r,read-only', 'mount the filesystem read-only'],
    ['w,rw,read-write', 'mount the filesystem read-write'],
    ['t,types=list', 'limit the set of filesystem types'],
    ...makes.map((each): readonly [string, string] => [`make-${each}`, `mark a subtree as ${each}`]),
  ],
  *run(call) {
    const { operands, process } = call;
    const make = makes.find((each) => call.has(`make-${each}`));
    if (operands.length === 0 && !make && !call.has('a')) {
      for (const { source, path, type, options } of mountRows(process.fs.namespace))
        if (!call.has('t') || call.value('t')?.split(',').includes(type)) yield* call.print(`${source} on ${path} type ${type} (${options.join()})\n`);
      return 0;
    }
    if (process.uid !== 0) throw new Failure(`${operands[1] ?? operands[0]}: must be superuser to use mount.`, 1);
    if (call.has('a') && operands.length === 0) return 0;
    attach(call, make);
    return 0;
  },
});

const failed = (text: string): Failure => new Failure(`${text}\n       dmesg(1) may have more information after failed mount system call.`, 32);

function attach(call: Call, make: string | undefined): void {
  const { fs } = call.process;
  const [source = '', second] = call.operands;
  const folder = second ?? (make || call.value('o')?.includes('remount') ? source : undefined);
  if (folder === undefined) throw new Failure(`${source}: can't find in /etc/fstab.`);
  if (!fs.exists(folder)) throw failed(`${folder}: mount point does not exist.`);
  const path = fs.realpath(folder);
  const asked = (call.value('o') ?? '').split(',').filter((each) => each !== '' && each !== 'defaults' && !makes.includes(each));
  const options = [call.has('r') || asked.includes('ro') ? 'ro' : 'rw', ...asked.filter((each) => !/^(r[ow]|r?bind|remount|loop)$/.test(each))];
  const here = path === '/' || fs.namespace.mounts.has(path);
  if (make && second === undefined) {
    // Namespaces of the lab pass nothing on: private is what they all are.
    if (/shared|slave/.test(make)) throw new Failure(`k8s-lab: ${make} mounts are not simulated`, 70);
    if (!here) throw failed(`${folder}: not mount point or bad option.`);
    return;
  }
  const old = fs.namespace.mounts.get(path);
  if (asked.includes('remount')) {
    if (!old) throw here ? new Failure('k8s-lab: remounting the root is not simulated', 70) : failed(`${folder}: mount point not mounted or bad option.`);
    fs.namespace.mount({ ...old, options });
  } else if (call.has('M'))
    move(fs.namespace, fs.realpath(source), path, failed(`${folder}: bad option; moving a mount residing under a shared mount is unsupported.`));
  else if (call.has('B') || call.has('R') || asked.includes('bind') || asked.includes('rbind'))
    bind(call.process, source, path, options, call.has('R') || asked.includes('rbind'));
  else
    fs.namespace.mount({
      path,
      source,
      type: call.value('t') ?? 'auto',
      options,
      root: filesystem(call, source, folder, options),
    });
}

function move(namespace: MountNamespace, from: string, to: string, otherwise: Failure): void {
  const moved = [...namespace.mounts.values()].filter(({ path }) => path === from || path.startsWith(`${from}/`));
  if (!namespace.mounts.has(from)) throw otherwise;
  for (const each of moved) namespace.unmount(each.path);
  for (const each of moved) namespace.mount({ ...each, path: to + each.path.slice(from.length) });
}

function bind(process: Process, source: string, path: string, options: readonly string[], recursive: boolean): void {
  const { fs } = process;
  const inode = fs.find(source);
  if (!inode) throw failed(`${path}: special device ${source} does not exist.`);
  const real = fs.realpath(source);
  const held = fs.namespace.mounts.get(real);
  const type = held?.type ?? (inode.type === 'directory' && inode.disk ? 'tmpfs' : 'none');
  const below = [...fs.namespace.mounts.values()].filter((each) => recursive && each.path !== path && each.path.startsWith(real === '/' ? '/' : `${real}/`));
  if (fs.namespace.mounts.size + below.length >= mountMax) throw failed(`${path}: mount(2) system call failed: No space left on device.`);
  // What is bound within itself doubles with each time: see Sim.toil.
  process.toil(below.length);
  fs.namespace.mount({ path, root: inode, source: held?.source ?? real, type, options });
  for (const each of below) fs.namespace.mount({ ...each, path: `${path}/${each.path.slice(real === '/' ? 1 : real.length + 1)}` });
}

/** What a new filesystem holds. */
function filesystem(call: Call, source: string, folder: string, options: readonly string[]): Inode {
  const { process } = call;
  const { kernel, namespaces, now } = process;
  const type = call.value('t') ?? '';
  const fields = new Map(options.map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]));
  const mode = Number.parseInt(fields.get('mode') ?? '1777', 8);
  if (type === 'proc') return newProcfs(kernel, namespaces.pid);
  if (type === 'cgroup2') return newCgroupfs(kernel, namespaces.cgroup.root);
  if (type === 'tmpfs' || type === 'ramfs') {
    const root = new DirectoryNode({ mode, uid: 0, gid: 0, mtime: now });
    root.disk = new Tmpfs(options, kernel.memoryBytes, process.cgroup);
    return root;
  }
  if (type === 'overlay') return overlay(process, folder, fields);
  if (
    /^(sysfs|dev(pts|tmpfs)|mqueue|bpf|debugfs|tracefs|securityfs|hugetlbfs|cgroup|ext[234]|xfs|btrfs|nfs4?|cifs|squashfs|vfat|iso9660|fuse.*|9p|virtiofs)$/.test(
      type,
    )
  )
    throw new Failure(`k8s-lab: mounting a ${type} is not simulated`, 70);
  if (type !== '') throw failed(`${folder}: unknown filesystem type '${type}'.`);
  if (!process.fs.exists(source)) throw failed(`${folder}: special device ${source} does not exist.`);
  throw new Failure('k8s-lab: mounting a device is not simulated', 70);
}

function overlay(process: Process, folder: string, fields: ReadonlyMap<string, string>): Inode {
  const wrong = failed(`${folder}: wrong fs type, bad option, bad superblock on overlay, missing codepage or helper program, or other error.`);
  const directory = (path: string): DirectoryNode => {
    const inode = process.fs.find(path);
    if (!inode) throw failed(`${folder}: special device overlay does not exist.`);
    if (inode.type !== 'directory') throw wrong;
    return inode;
  };
  const lowers = (fields.get('lowerdir') ?? '').split(':').filter((path) => path !== '');
  const [upper, work] = [fields.get('upperdir'), fields.get('workdir')];
  // Two lower folders at least, where nothing is written.
  if (lowers.length === 0 || (upper === undefined ? lowers.length < 2 : work === undefined)) throw wrong;
  const below = lowers.map(directory);
  const top = upper === undefined ? undefined : directory(upper);
  if (work !== undefined) {
    const scratch = directory(work);
    if (!scratch.lookup('work')) scratch.add('work', new DirectoryNode({ mode: 0, uid: 0, gid: 0, mtime: process.now }));
  }
  return new HandOverlay(() => top, below, top ?? (below[0] as DirectoryNode));
}

const umount = tool({
  usage: '<source> | <directory>',
  summary: 'Unmount filesystems.',
  options: [
    ['f,force', 'force unmount'],
    ['l,lazy', 'detach the filesystem now, clean up things later'],
    ['R,recursive', 'recursively unmount a target with all its children'],
  ],
  *run(call) {
    const { fs, kernel } = call.process;
    if (call.operands.length === 0) throw new UsageError('bad usage');
    if (call.process.uid !== 0) throw new Failure(`${call.operands[0]}: must be superuser to unmount.`);
    for (const path of call.operands) {
      const real = fs.exists(path) ? fs.realpath(path) : undefined;
      const below = [...fs.namespace.mounts.keys()].filter((each) => each.startsWith(`${real}/`));
      const inside = (each: string): boolean => each === real || each.startsWith(`${real}/`);
      const used = [...kernel.processes.values()].some(({ namespaces, cwd, state }) => state !== 'zombie' && namespaces.mount === fs.namespace && inside(cwd));
      if (real === undefined) yield* call.complain(`${path}: no mount point specified.`, 32);
      else if (!fs.namespace.mounts.has(real)) yield* call.complain(`${path}: not mounted.`, 32);
      else if (!call.has('l') && (used || (below.length > 0 && !call.has('R')))) yield* call.complain(`${path}: target is busy.`, 32);
      else for (const each of [...below, real]) fs.namespace.unmount(each);
    }
    return call.status;
  },
});

const columns: Readonly<Record<string, (row: MountRow) => string>> = {
  target: ({ path }) => path,
  source: ({ source, root }) => `${source}${root === '/' ? '' : `[${root}]`}`,
  fstype: ({ type }) => type,
  options: ({ options }) => options.join(),
  id: ({ id }) => String(id),
  parent: ({ parent }) => String(parent),
  'maj:min': ({ device }) => device,
  fsroot: ({ root }) => root,
};

const findmnt = tool({
  usage: '[options] [<device> | <mountpoint>]',
  summary: 'Find a (mounted) filesystem.',
  options: [
    ['J,json', 'use JSON output format'],
    ['l,list', 'use list format output'],
    ['n,noheadings', "don't print column headings"],
    ['o,output=list', 'output columns'],
    ['r,raw', 'use raw output format'],
    ['t,types=list', 'limit the set of filesystems by FS types'],
    ['T,target=path', 'the path to the filesystem to use'],
    ['M,mountpoint=dir', 'the mountpoint directory'],
    ['S,source=string', 'the device to mount'],
    ['R,submounts', 'print all submounts for the matching filesystems'],
  ],
  *run(call) {
    const { fs } = call.process;
    const rows = mountRows(fs.namespace);
    const names = (call.value('o') ?? 'TARGET,SOURCE,FSTYPE,OPTIONS').toLowerCase().split(',');
    const unknown = names.find((name) => !Object.hasOwn(columns, name));
    if (unknown !== undefined) throw new Failure(`unknown column: ${unknown}`);
    const inside = call.value('T');
    if (inside !== undefined && !fs.exists(inside)) return 1;
    const point = call.value('M') ?? call.operands[0];
    const target = inside === undefined ? point : holding(rows, fs.realpath(inside));
    const wanted = rows.filter(
      (row) =>
        (target === undefined || row.path === (target === '/' ? target : target.replace(/\/+$/, '')) || row.source === target) &&
        (call.value('S') === undefined || row.source === call.value('S')) &&
        (call.value('t') === undefined || call.value('t')?.split(',').includes(row.type)),
    );
    if (wanted.length === 0) return 1;
    const tops = wanted.length === rows.length ? wanted.filter(({ parent }) => !rows.some(({ id }) => id === parent)) : wanted;
    const below = (row: MountRow): MountRow[] => (call.has('R') || wanted.length === rows.length ? rows.filter(({ parent }) => parent === row.id) : []);
    if (call.has('J')) {
      const object = (row: MountRow): object => ({
        ...Object.fromEntries(names.map((name) => [name, columns[name]?.(row)])),
        ...(below(row).length > 0 ? { children: below(row).map(object) } : {}),
      });
      yield* call.print(`${JSON.stringify({ filesystems: tops.map(object) }, null, 3)}\n`);
      return 0;
    }
    const flat = call.has('l') || call.has('r');
    const table: string[][] = call.has('n') ? [] : [names.map((name) => name.toUpperCase())];
    const add = (row: MountRow, before: string, indent: string): void => {
      table.push(names.map((name) => `${name === 'target' ? before : ''}${columns[name]?.(row)}`));
      const children = below(row);
      for (const [i, child] of children.entries()) {
        const last = i === children.length - 1;
        add(child, flat ? '' : `${indent}${last ? '└─' : '├─'}`, `${indent}${last ? '  ' : '│ '}`);
      }
    };
    for (const row of tops) add(row, '', '');
    const widths = names.map((_, i) => Math.max(...table.map((cells) => (cells[i] ?? '').length)));
    const end = names.length - 1;
    for (const cells of table) yield* call.print(`${cells.map((cell, i) => (call.has('r') || i === end ? cell : cell.padEnd(widths[i] ?? 0))).join(' ')}\n`);
    return 0;
  },
});

/** The mount that a path lies on. */
const holding = (rows: readonly MountRow[], path: string): string =>
  rows
    .map((row) => row.path)
    .filter((each) => each === '/' || path === each || path.startsWith(`${each}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '/';

const pivotRoot = tool({
  usage: '[options] new_root put_old',
  summary: 'Change the root filesystem.',
  options: [],
  *run(call) {
    const { process } = call;
    const [to, old] = call.operands;
    if (to === undefined || old === undefined || call.operands.length > 2) throw new UsageError('bad usage');
    const refused = (why: string): Failure => new Failure(`failed to change root from \`${to}' to \`${old}': ${why}`);
    const { fs, kernel } = process;
    if (process.uid !== 0) throw refused('Operation not permitted');
    for (const each of [to, old]) if (!fs.isDirectory(each)) throw refused(fs.exists(each) ? 'Not a directory' : 'No such file or directory');
    const [root, put] = [fs.realpath(to), fs.realpath(old)];
    if (root === '/') throw refused('Device or resource busy');
    if (!fs.namespace.mounts.has(root) || !(put === root || put.startsWith(`${root}/`))) throw refused('Invalid argument');
    if (fs.namespace === kernel.host.mount) throw new Failure("k8s-lab: pivot_root of the machine's own mounts is not simulated", 70);
    fs.namespace.pivot(root, put.slice(root.length) || '/');
    for (const each of kernel.processes.values())
      if (each.namespaces.mount === fs.namespace && each.cwd !== '/')
        each.cwd = each.cwd.startsWith(root) ? each.cwd.slice(root.length) || '/' : put.slice(root.length) + each.cwd;
    return 0;
  },
});

export const mountPrograms = { mount, umount, findmnt, pivot_root: pivotRoot };
