/** open(2): what a path is as a descriptor. */
import { Errno } from './errno.ts';
import { FileNode } from './file-node.ts';

import { SpecialNode } from './inode.ts';
import { Device, type OpenFile, type OpenFlags, RegularFile } from './open-file.ts';
import type { Process } from './process.ts';
import { filesExhausted } from './rlimits.ts';
import { TerminalFile } from './tty.ts';

/** Files, devices, terminals. Throws Errno. */
export function openPath(process: Process, path: string, flags: OpenFlags): OpenFile {
  const descriptor = /^\/(?:dev|proc\/self)\/(?:fd\/(\d+)|std(in|out|err))$/.exec(path);
  if (descriptor) {
    const number = descriptor[1] === undefined ? ['in', 'out', 'err'].indexOf(descriptor[2] as string) : Number(descriptor[1]);
    const file = process.fds.get(number);
    if (!file) throw new Errno('ENOENT', path);
    return file.retain();
  }
  if (filesExhausted(process)) throw new Errno('EMFILE', path);
  const inode = process.fs.open(path, flags);
  if (inode.type === 'directory') throw new Errno('EISDIR', path);
  if (inode instanceof SpecialNode) {
    if (inode.device === 'tty') {
      if (!process.tty) throw new Errno('ENXIO', path);
      return new TerminalFile(process.tty);
    }
    if (inode.device.startsWith('fd/')) return process.fd(Number(inode.device.slice(3))).retain();
    if (inode.type !== 'character') throw new Errno('ENXIO', path);
    return new Device(inode.device, process.kernel.sim.random, (steps) => process.kernel.sim.toil(steps));
  }
  if (!(inode instanceof FileNode)) throw new Errno('EINVAL', path);
  return new RegularFile(inode, path, process.fs, { read: flags.read ?? false, write: flags.write ?? false, append: flags.append ?? false });
}
