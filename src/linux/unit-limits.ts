/** What a unit's file allows its control group (systemd src/core/cgroup.c). */
import type { Cgroup } from './cgroup.ts';

/** 15 % of the kernel's threads: DefaultTasksMax. */
const defaultTasks = '4915';

/** `1G` in bytes, `infinity` as such; undefined for nothing that can be read. */
export function sizeOf(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text) ?? [];
  return count === undefined ? undefined : Math.floor(Number(count) * 1024 ** ('KMGT'.indexOf(unit || '-') + 1));
}

/** TasksMax of a unit, or what systemd sets for all. */
export const tasksMax = (setting: (key: string) => string): string => setting('TasksMax') || defaultTasks;

/** Gives a group the limits that the settings name, and takes those away that they do not name. */
export function limit(group: Cgroup, setting: (key: string) => string): void {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(setting('CPUQuota'))?.[1] ?? Number.POSITIVE_INFINITY);
  group.memoryMaxBytes = sizeOf(setting('MemoryMax')) ?? Number.POSITIVE_INFINITY;
  group.cpuQuotaMicros = (percent / 100) * group.cpuPeriodMicros;
  group.cpuWeight = Number(setting('CPUWeight')) || 100;
  group.pidsMax = sizeOf(tasksMax(setting)) ?? Number.POSITIVE_INFINITY;
}
