/** How full a node's disk is. */
import { Errno } from './errno.ts';
import type { Inode } from './inode.ts';

/** So much text the lab keeps of all that is written on one disk. */
const mostHeld = 256 * 1024 * 1024;

/** The disk under a node's files: writing past the end is ENOSPC. */
export class Disk {
  usedBytes = 0;
  /** What the lab itself keeps of that, in UTF-16 units: images and binaries have a size, but no text. */
  held = 0;
  inodesUsed = 0;
  readonly capacityBytes: number;
  /** As the file system was made. */
  inodes: number;
  constructor(capacityBytes: number, inodes: number) {
    this.capacityBytes = capacityBytes;
    this.inodes = inodes;
  }
  charge(bytes: number): void {
    if (bytes > 0 && this.usedBytes + bytes > this.capacityBytes) throw new Errno('ENOSPC');
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
  }
  /** A file's text has become so much longer. A disk that holds more than the lab can keep is full, whatever its size. */
  hold(units: number): void {
    if (units > 0 && this.held + units > mostHeld) throw new Errno('ENOSPC');
    this.held = Math.max(0, this.held + units);
  }
  /** A file has gone for good. */
  release(inode: Inode): void {
    if (inode.type !== 'file' || inode.generated) return;
    this.charge(-inode.size);
    this.hold(-inode.held);
  }
}
