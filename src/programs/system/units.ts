/** What systemctl and journalctl know of units. */
import { createHash } from 'node:crypto';
import type { Systemd, Unit } from '../../linux/systemd.ts';
import { strftime } from '../time.ts';
import type { Call } from '../tool.ts';

export { managerOf } from './manager.ts';

/** Inside of a container. */
export const notBooted = "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n";

/** `.service` unless a type is given. */
export const fullName = (name: string): string => (/\.(service|socket|target|timer|mount|slice)$/.test(name) ? name : `${name}.service`);

/** undefined for a unit that is not loaded. */
export const unitOf = (manager: Systemd, name: string): Unit | undefined => manager.units.get(fullName(name));

/** As systemctl prints a time. */
export const stamp = (at: number): string => strftime('%a %Y-%m-%d %H:%M:%S %Z', at);

/** `2h 3min`, `45s`, `3 days`: two units at most. */
export function span(milliseconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ];
  const parts: string[] = [];
  let left = Math.max(0, Math.round(milliseconds));
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && (unit !== 'ms' || parts.length === 0)) parts.push(unit === 'day' ? `${count} day${count === 1 ? '' : 's'}` : `${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0';
}

/** A number of each start of a unit. */
export const invocation = ({ process: { kernel } }: Call, unit: Unit): string =>
  createHash('md5').update(`${kernel.bootId}/${unit.name}/${unit.since}`).digest('hex');

/** `90.5M`, as systemd prints bytes. */
export function size(bytes: number): string {
  const at = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const tenths = Math.floor((bytes * 10) / 1024 ** at);
  return `${Math.floor(tenths / 10)}${at > 0 && tenths % 10 > 0 ? `.${tenths % 10}` : ''}${'BKMGT'[at]}`;
}
