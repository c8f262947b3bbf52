/** Since when the machine runs, and who is there: what uptime, w and top begin with. */
import type { Process } from '../../linux/process.ts';
import { strftime, zoneOf } from '../time.ts';

/** Login shells: leaders of a session on a terminal. */
export const sessions = (process: Process): Process[] =>
  [...process.kernel.processes.values()].filter((each) => each.tty !== undefined && each.session === each.pid);

/** `3 days,  2:05`, `5 min`. */
function upFor(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const rest = hours > 0 ? `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}` : `${minutes % 60} min`;
  return `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${rest}`;
}

/** The line that uptime, w and top begin with. Load is what the processes used of the CPUs since boot. */
export function uptimeLine(process: Process): string {
  const { kernel } = process;
  const users = sessions(process).length;
  const load = Math.min(99, kernel.rootCgroup.burnedMicros / 1000 / Math.max(60_000, process.now - kernel.bootedAt)).toFixed(2);
  return ` ${strftime('%H:%M:%S', process.now, zoneOf(process.env['TZ']))} up ${upFor(process.now - kernel.bootedAt)},  ${users} user${users === 1 ? '' : 's'},  load average: ${load}, ${load}, ${load}`;
}
