/** How full a node's disk is. */
import type { Cgroup } from './cgroup.ts';
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
  charge(bytes: number, _writer?: Cgroup): void {
    if (bytes > 0 && this.usedBytes + bytes > this.capacityBytes) throw new Errno('ENOSPC');
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
  }
  /** A file's text has become so much longer. A disk that holds more than the lab can keep is full, whatever its size. */
  hold(units: number): void {
    if (units > 0 && this.held + units > mostHeld) throw new Errno('ENOSPC');
    this.held = Math.max(0, this.held + units);
  }
  /** One more name. */
  enter(_inode: Inode, path: string): void {
    if (this.inodesUsed >= this.inodes) throw new Errno('ENOSPC', path);
    this.inodesUsed++;
  }
  /** A file has gone for good. */
  release(inode: Inode): void {
    if (inode.type !== 'file' || inode.generated) return;
    this.charge(-inode.size);
    this.hold(-inode.held);
  }
}

/** A file system in memory: `size=` of its options, else half of the machine's memory. What is in it counts as the memory of who mounted it, or, where it outlives containers, of who writes. */
export class Tmpfs extends Disk {
  readonly #cgroup: Cgroup | undefined;
  readonly #charged = new Map<Cgroup, number>();
  constructor(options: readonly string[], memoryBytes: number, cgroup?: Cgroup) {
    const [, count, unit = ''] = /^size=(\d+)([kmg%]?)$/i.exec(options.find((each) => each.startsWith('size=')) ?? '') ?? [];
    const scale = unit === '%' ? memoryBytes / 100 : 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' ');
    super(count === undefined || count === '0' ? Math.floor(memoryBytes / 2) : Number(count) * scale, Math.floor(memoryBytes / 8192));
    this.#cgroup = cgroup;
  }
  override enter(inode: Inode, path: string): void {
    super.enter(inode, path);
    if (inode.type === 'file' || inode.type === 'directory') inode.disk = this;
  }
  override charge(bytes: number, writer?: Cgroup): void {
    const before = this.usedBytes;
    super.charge(bytes);
    let left = this.usedBytes - before;
    if (this.#cgroup) this.#cgroup.chargeMemory(left);
    else if (left > 0) this.#share(writer, left);
    else
      for (const [group, held] of this.#charged) {
        const part = Math.min(held, -left);
        if (part > 0) this.#share(group, -part);
        left += part;
      }
  }
  #share(group: Cgroup | undefined, bytes: number): void {
    if (!group) return;
    this.#charged.set(group, (this.#charged.get(group) ?? 0) + bytes);
    group.chargeShared(bytes);
  }
}

/** A file goes from one file system to another (as mv copies it). */
export function moveBetween(from: Disk, to: Disk, inode: Inode): void {
  if (from === to || inode.type !== 'file') return;
  to.charge(inode.size);
  from.charge(-inode.size);
  inode.disk = to instanceof Tmpfs ? to : undefined;
}
