/** jq's functions of time; the clock is the machine's. */
import { parseDate, strftime } from '../time.ts';
import { JqError } from './ast.ts';
import type { Json } from './json.ts';

type Plain = (input: Json, args: readonly Json[]) => Json;

/** "Broken down time": year, month from 0, day, hours, minutes, seconds, weekday, day of the year. */
function brokenDown(seconds: number): Json[] {
  const date = new Date(Math.floor(seconds) * 1000);
  const year = date.getUTCFullYear();
  const fraction = seconds - Math.floor(seconds);
  const day = Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  return [
    year,
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + Math.round(fraction * 1e6) / 1e6,
    date.getUTCDay(),
    day,
  ];
}

function epochOf(value: Json, name: string): number {
  if (typeof value === 'number') return value;
  if (!Array.isArray(value) || value.length < 6 || value.some((each) => typeof each !== 'number')) throw new JqError(`${name} requires array of 6 numbers`);
  const [year = 0, month = 0, day = 1, hours = 0, minutes = 0, seconds = 0] = value as number[];
  return Date.UTC(year, month, day, hours, minutes, Math.floor(seconds)) / 1000;
}

export const dateNatives: Readonly<Record<string, Plain>> = {
  'gmtime/0': (input) => brokenDown(number(input, 'gmtime() requires a number')),
  'localtime/0': (input) => brokenDown(number(input, 'localtime() requires a number')),
  'mktime/0': (input) => {
    if (!Array.isArray(input)) throw new JqError('mktime requires array of 6 numbers');
    return epochOf(input, 'mktime');
  },
  'strftime/1': (input, [format = null]) => {
    if (typeof format !== 'string') throw new JqError('strftime/1 requires a string format');
    if (typeof input !== 'number' && !Array.isArray(input)) throw new JqError('strftime/1 requires parsed datetime inputs');
    return strftime(format, epochOf(input, 'strftime/1') * 1000);
  },
  'strflocaltime/1': (input, [format = null]) => strftime(String(format), epochOf(input, 'strflocaltime/1') * 1000),
  'strptime/1': (input, [format = null]) => {
    if (typeof input !== 'string') throw new JqError(`strptime/1 requires string inputs and arguments`);
    const at = parseDate(input, 0);
    if (at === undefined || typeof format !== 'string' || (/^%Y-%m-%dT/.test(format) && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(input)))
      throw new JqError(`date "${input}" does not match format "${format}"`);
    return brokenDown(at / 1000);
  },
};

function number(value: Json, complaint: string): number {
  if (typeof value !== 'number') throw new JqError(complaint);
  return value;
}
