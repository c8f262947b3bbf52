import { dateTime, rfc3339 } from '../../apimachinery/time.ts';
import type { Milliseconds } from '../../sim/routine.ts';

/** A cron schedule as github.com/robfig/cron/v3 ParseStandard reads it: five fields or a @name, and `TZ=` before. */
export type Schedule = {
  /** The first moment after `after`; undefined when there is none within five years. */
  readonly next: (after: Milliseconds) => Milliseconds | undefined;
};

/** Text of robfig/cron's parser. */
export class ScheduleError extends Error {}

type Field = { readonly min: number; readonly max: number; readonly names?: readonly string[] };
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
];
const shortcuts: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const minute: Milliseconds = 60_000;
const horizonDays = 5 * 366;

/** Throws ScheduleError. `timeZone` is an IANA name; default UTC. */
export function parseSchedule(text: string, timeZone?: string | null): Schedule {
  const every = /^@every (\d+)(s|m|h)$/.exec(text);
  if (every) return everySchedule(Number(every[1]) * ({ s: 1000, m: minute, h: 60 * minute }[every[2] as 's' | 'm' | 'h'] ?? 0));
  const parts = (shortcuts[text] ?? text).trim().split(/\s+/);
  if (parts.length !== 5) throw new ScheduleError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const sets = fields.map((field, i) => parseField(parts[i] ?? '', field, i));
  // When both days are restricted either one will do.
  const star = (part: string | undefined) => part?.startsWith('*') || part?.startsWith('?');
  const either = !star(parts[2]) && !star(parts[4]);
  const offset = offsetOf(timeZone);
  return { next: (after) => search(sets, either, after, offset) };
}

const everySchedule = (period: Milliseconds): Schedule => ({ next: (after) => Math.floor((after + period) / 1000) * 1000 });

function search(
  sets: readonly ReadonlySet<number>[],
  either: boolean,
  after: Milliseconds,
  offset: (at: Milliseconds) => Milliseconds,
): Milliseconds | undefined {
  const [minutes, hours, monthDays, monthSet, weekDays] = sets as readonly [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ];
  // Local time is searched as if it were UTC, and put back at the end.
  const start = Math.floor((after + offset(after)) / minute) * minute + minute;
  let day = Math.floor(start / 86_400_000) * 86_400_000;
  for (let i = 0; i < horizonDays; i++, day += 86_400_000) {
    const date = new Date(day);
    if (!monthSet.has(date.getUTCMonth() + 1)) continue;
    const byMonthDay = monthDays.has(date.getUTCDate());
    const byWeekDay = weekDays.has(date.getUTCDay());
    if (either ? !byMonthDay && !byWeekDay : !byMonthDay || !byWeekDay) continue;
    for (let local = Math.max(day, start); local < day + 86_400_000; local += minute) {
      const inDay = Math.floor((local - day) / minute);
      if (hours.has(Math.floor(inDay / 60)) && minutes.has(inDay % 60)) return local - offset(local - offset(local));
    }
  }
  return undefined;
}

function parseField(text: string, field: Field, position: number): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : parseNumber(stepText, { min: 1, max: field.max });
    const [low, high] = parseRange(range, field, stepText !== undefined, position);
    if (low > high) throw new ScheduleError(`beginning of range (${low}) beyond end of range (${high}): ${part}`);
    for (let value = low; value <= high; value += step) values.add(position === 4 && value === 7 ? 0 : value);
  }
  return values;
}

function parseRange(range: string, field: Field, hasStep: boolean, position: number): readonly [number, number] {
  if (range === '*' || range === '?') return [field.min, field.max];
  const wide = position === 4 ? { ...field, max: 7 } : field;
  const [first = '', last] = range.split('-');
  const low = parseNumber(first, wide);
  // `5/10` means from 5 on.
  return [low, last === undefined ? (hasStep ? field.max : low) : parseNumber(last, wide)];
}

function parseNumber(text: string, { min, max, names }: Field): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + min;
  if (!/^\d+$/.test(text)) throw new ScheduleError(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  const value = Number(text);
  if (value < min) throw new ScheduleError(`beginning of range (${value}) below minimum (${min}): ${text}`);
  if (value > max) throw new ScheduleError(`end of range (${value}) above maximum (${max}): ${text}`);
  return value;
}

/** RFC 3339 as a clock in that zone shows it. */
export function localTime(at: Milliseconds, timeZone?: string | null): string {
  const ahead = offsetOf(timeZone)(at) / minute;
  const two = (value: number): string => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  return ahead === 0 ? rfc3339(at) : `${dateTime(at + ahead * minute)}${ahead < 0 ? '-' : '+'}${two(ahead / 60)}:${two(ahead % 60)}`;
}

/** How far local time is ahead of UTC. */
function offsetOf(timeZone: string | null | undefined): (at: Milliseconds) => Milliseconds {
  if (timeZone === undefined || timeZone === null || timeZone === '' || timeZone === 'UTC' || timeZone === 'Etc/UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) throw new ScheduleError(`unknown time zone ${timeZone}`);
    throw error;
  }
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0);
    return local - Math.floor(at / 1000) * 1000;
  };
}
