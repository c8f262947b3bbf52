/** `time`. */
import type { Time } from 'unbash';
import type { Routine } from '../sim/routine.ts';
import type { Shell } from './shell.ts';

/** Runs something and prints how long it took, in TIMEFORMAT or bash's default. */
export function* timed(shell: Shell, time: Time, body: Routine): Routine {
  const from = shell.process.now;
  const cpuFrom = shell.process.cpuMicros;
  yield* body;
  const real = (shell.process.now + shell.owed - from) / 1000;
  const user = Math.min(real, (shell.process.cpuMicros - cpuFrom) / 1_000_000);
  if (time.posix) return yield* shell.process.printError(`real ${real.toFixed(2)}\nuser ${user.toFixed(2)}\nsys 0.00\n`);
  const format = shell.variables.get('TIMEFORMAT') ?? '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS';
  if (format !== '') yield* shell.process.printError(`${fill(format, { R: real, U: user, S: 0 })}\n`);
}

function fill(format: string, values: Readonly<Record<string, number>>): string {
  return format.replace(/%(?:%|P|(\d?)(l?)([RUS]))/g, (all, digits: string, long: string, which: string) => {
    if (all === '%%') return '%';
    if (all === '%P') return '100.00';
    return seconds(values[which] ?? 0, digits === '' ? 3 : Math.min(3, Number(digits)), long !== '');
  });
}

const seconds = (value: number, digits: number, long: boolean): string =>
  long ? `${Math.floor(value / 60)}m${(value % 60).toFixed(digits)}s` : value.toFixed(digits);
