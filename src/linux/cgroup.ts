/** cgroup v2: a tree of groups with limits and the processes in them. */

/** What a cgroup needs of a process in it. */
export type CgroupMember = {
  readonly pid: number;
  readonly memoryBytes: number;
  /** Thousandths of a CPU that it uses all the time. */
  readonly loadMillis?: number;
  /** -1000: never killed along with its group. */
  readonly oomScoreAdj?: number;
  /** `group`: the path of the group that is killed with it, told after it. */
  oomKill(group?: string): void;
};

/** One group; counters and limits include those below. Kubelet, runc and systemd make them with `at`, processes enter and leave. */
export class Cgroup {
  readonly name: string;
  readonly parent: Cgroup | undefined;
  readonly children = new Map<string, Cgroup>();
  readonly members = new Set<CgroupMember>();
  /** Infinity where the file says `max`. */
  memoryMaxBytes = Number.POSITIVE_INFINITY;
  pidsMax = Number.POSITIVE_INFINITY;
  /** Quota in microseconds a period; Infinity = max. */
  cpuQuotaMicros = Number.POSITIVE_INFINITY;
  cpuPeriodMicros = 100_000;
  cpuWeight = 100;
  memoryBytes = 0;
  memoryPeakBytes = 0;
  /** Of its memory what stays when it goes: in file systems of others, charged to the group above from then on. */
  #sharedBytes = 0;
  pids = 0;
  oomEvents = 0;
  oomKills = 0;
  /** memory.oom.group: killed whole or not at all. */
  oomGroup = false;
  /** What was written to files that have no effect here, by their names. */
  readonly settings = new Map<string, string>();
  oomGroupKills = 0;
  frozen = false;

  /** What was burnt in pieces, without what its members use all the time. */
  burnedMicros = 0;
  /** The machine's time; asked of the root only. */
  clock: () => number = () => 0;
  /** A steady load is not counted tick by tick: its sum up to the last change, and what it has been since. */
  #steadyMicros = 0;
  #loadMillis = 0;
  #since = 0;

  constructor(name: string, parent?: Cgroup) {
    this.name = name;
    this.parent = parent;
  }

  /** `/kubepods.slice/…` as /proc/PID/cgroup prints it. */
  get path(): string {
    if (!this.parent) return '/';
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`;
  }

  get cpuUsageMicros(): number {
    return this.burnedMicros + this.#steadyMicros + this.#loadMillis * (this.#loadMillis === 0 ? 0 : this.#now() - this.#since);
  }

  #now(): number {
    return this.parent ? this.parent.#now() : this.clock();
  }

  /** A member uses so many thousandths of a CPU more (or less) from now on. */
  addLoad(millis: number): void {
    if (millis === 0) return;
    const now = this.#now();
    for (const group of this.#upwards()) {
      group.#steadyMicros += group.#loadMillis * (now - group.#since);
      group.#loadMillis += millis;
      group.#since = now;
    }
  }

  /** The group at a path below this one, made if missing. */
  at(path: string): Cgroup {
    let group: Cgroup = this;
    for (const name of path.split('/').filter(Boolean)) {
      let child = group.children.get(name);
      if (!child) {
        child = new Cgroup(name, group);
        group.children.set(name, child);
      }
      group = child;
    }
    return group;
  }

  find(path: string): Cgroup | undefined {
    let group: Cgroup | undefined = this;
    for (const name of path.split('/').filter(Boolean)) group = group?.children.get(name);
    return group;
  }

  /** Removes this group if nothing is left in it. */
  remove(): boolean {
    if (this.members.size > 0 || this.children.size > 0) return false;
    // What lay in its memory file systems goes with it.
    if (this.memoryBytes > 0 && this.parent?.children.has(this.name)) {
      this.parent.#sharedBytes += this.#sharedBytes;
      this.parent.chargeMemory(this.#sharedBytes - this.memoryBytes);
    }
    return this.parent?.children.delete(this.name) ?? false;
  }

  /** False when a limit on the number of processes, here or above, is reached. */
  canFork(): boolean {
    return this.pids < this.pidsMax && (this.parent?.canFork() ?? true);
  }

  enter(member: CgroupMember): void {
    this.members.add(member);
    this.addLoad(member.loadMillis ?? 0);
    for (const group of this.#upwards()) {
      group.pids++;
      group.#charge(member.memoryBytes);
    }
  }

  leave(member: CgroupMember): void {
    if (!this.members.delete(member)) return;
    this.addLoad(-(member.loadMillis ?? 0));
    for (const group of this.#upwards()) {
      group.pids--;
      group.#charge(-member.memoryBytes);
    }
  }

  /** Adds CPU time that a member used. */
  burn(micros: number): void {
    for (const group of this.#upwards()) group.burnedMicros += micros;
  }

  /** A member has grown (or shrunk) by so many bytes; past a limit the largest process of that group is killed. */
  chargeMemory(bytes: number): void {
    let over: Cgroup | undefined;
    for (const group of this.#upwards()) {
      group.#charge(bytes);
      if (group.memoryBytes > group.memoryMaxBytes) over ??= group;
    }
    over?.outOfMemory();
  }

  /** Of a file system in memory that outlives the group. */
  chargeShared(bytes: number): void {
    if (this.parent && this.parent.children.get(this.name) !== this) return this.parent.chargeShared(bytes);
    this.#sharedBytes += bytes;
    this.chargeMemory(bytes);
  }

  /** Every member, here and below. */
  *everyone(): Iterable<CgroupMember> {
    for (const group of this.#downwards()) yield* group.members;
  }

  /** mm/oom_kill.c: the largest goes, and with it the uppermost group around it, no further up than this one, that asks to be killed whole. */
  outOfMemory(): void {
    let victim: CgroupMember | undefined;
    let home: Cgroup = this;
    for (const group of this.#downwards())
      for (const member of group.members) if (!victim || member.memoryBytes > victim.memoryBytes) [victim, home] = [member, group];
    if (!victim) return;
    for (const group of this.#upwards()) group.oomEvents++;
    let whole: Cgroup | undefined;
    for (const group of home.#upwards()) {
      if (group.oomGroup && group.parent) whole = group;
      if (group === this) break;
    }
    const others = whole ? [...whole.everyone()].filter((member) => member !== victim && member.oomScoreAdj !== -1000) : [];
    for (const group of home.#upwards()) group.oomKills += 1 + others.length;
    if (whole) for (const group of whole.#upwards()) group.oomGroupKills++;
    // All are listed before the first dies: with the init of its pid namespace the others go too.
    victim.oomKill(whole?.path);
    for (const member of others) member.oomKill();
  }

  *#downwards(): Iterable<Cgroup> {
    yield this;
    for (const child of this.children.values()) yield* child.#downwards();
  }

  #charge(bytes: number): void {
    this.memoryBytes += bytes;
    if (this.memoryBytes > this.memoryPeakBytes) this.memoryPeakBytes = this.memoryBytes;
  }

  *#upwards(): Iterable<Cgroup> {
    let group: Cgroup | undefined = this;
    while (group) {
      yield group;
      group = group.parent;
    }
  }
}

/** cgroups.ConvertCPUSharesToCgroupV2Value: 1024 shares are weight 100. */
export function cpuWeight(shares: number): number {
  if (shares <= 2) return 1;
  if (shares >= 262_144) return 10_000;
  const log = Math.log2(shares);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34) - 1e-9);
}
