/** Where a container's cgroup lies and what its resources mean there: opencontainers/cgroups, systemd and fs2 managers. */
import { OciError, type OciSpec } from '../interfaces/oci.ts';
import { type Cgroup, cpuWeight } from '../linux/cgroup.ts';
import { writeControl } from '../linux/cgroupfs.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from '../linux/process.ts';

type Resources = NonNullable<OciSpec['linux']['resources']>;

/**
 * `/kubepods/pod1/<id>` as it is; `kubepods-pod1.slice:cri-containerd:<id>` as systemd lays it out; nothing: below the caller's parent, or
 * with the systemd manager in system.slice (specconv CreateCgroupConfig, fs2 defaultPath).
 */
export function cgroupPath(
  cgroupsPath: string,
  { id, caller, systemd }: { readonly id: string; readonly caller: string; readonly systemd?: boolean | undefined },
): string {
  const parts = cgroupsPath === '' && systemd ? ['system.slice', 'runc', id] : cgroupsPath.split(':');
  // `systemd` of the node's containerd may be off: its path then begins with a slash and is one as it stands, colons and all.
  if (parts.length === 3 && !cgroupsPath.startsWith('/')) {
    const [slice = '', prefix = '', name = ''] = parts;
    const unit = name.endsWith('.slice') ? name : `${prefix === '' ? '' : `${prefix}-`}${name}.scope`;
    return `${expandSlice(slice === '' ? 'system.slice' : slice)}/${unit}`;
  }
  if (systemd)
    throw new OciError(
      `runc create failed: expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got ${JSON.stringify(cgroupsPath)} instead`,
    );
  if (cgroupsPath.startsWith('/')) return cgroupsPath;
  const above = caller.slice(0, caller.lastIndexOf('/'));
  return `${above}/${cgroupsPath === '' ? id : cgroupsPath}`;
}

/** `a-b-c.slice` → `/a.slice/a-b.slice/a-b-c.slice`. */
export function expandSlice(slice: string): string {
  const name = slice.replace(/\.slice$/, '');
  if (name === '-') return '';
  const parts = name.split('-');
  return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

/** Sets what is given and leaves the rest; -1 means no limit. */
export function applyResources(kernel: Kernel, group: Cgroup, resources: Resources): void {
  const { cpu, memory, pids, unified = {} } = resources;
  if (cpu?.shares) group.cpuWeight = cpuWeight(cpu.shares);
  if (cpu?.period) group.cpuPeriodMicros = cpu.period;
  if (cpu?.quota) group.cpuQuotaMicros = unlimited(cpu.quota);
  if (memory?.limit) {
    group.memoryMaxBytes = unlimited(memory.limit);
    group.chargeMemory(0);
  }
  if (pids?.limit) group.pidsMax = unlimited(pids.limit);
  for (const [name, value] of Object.entries(unified)) if (!writeControl(kernel, group, name, value)) throw new OciError(notThere(name));
}

/** fs2/fs2.go setUnified. */
const notThere = (name: string): string =>
  `unable to apply cgroup configuration: unified resource ${JSON.stringify(name)} can't be set: controller ${JSON.stringify(name.split('.')[0])} not available`;

const unlimited = (value: number): number => (value < 0 ? Number.POSITIVE_INFINITY : value);

/** The processes in a group and below. */
export function processesIn(kernel: Kernel, group: Cgroup): Process[] {
  const found: Process[] = [];
  for (const member of group.everyone()) {
    const process = kernel.processes.get(member.pid);
    if (process) found.push(process);
  }
  return found;
}
