/** A CronJob's schedule and time zone: robfig/cron's parser, as far as its refusals go; kubernetes pkg/apis/batch/validation/validation.go. */
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts';

const macros = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const bounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;
const names = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** robfig/cron's parser, as far as its refusals go. */
export function validateSchedule(schedule: string): FieldError[] {
  const wrong = (text: string): FieldError[] => [invalidValue('spec.schedule', schedule, text)];
  if (schedule.includes('TZ')) return wrong('cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  if (schedule.startsWith('@')) {
    return macros.has(schedule) || /^@every \d+(?:\.\d+)?(?:ns|us|ms|s|m|h)/.test(schedule) ? [] : wrong(`unrecognized descriptor: ${schedule}`);
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return wrong(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  for (const [i, field] of fields.entries()) {
    const problem = fieldProblem(field, bounds[i] as readonly [number, number]);
    if (problem !== undefined) return wrong(problem);
  }
  return [];
}

function fieldProblem(field: string, [low, high]: readonly [number, number]): string | undefined {
  for (const part of field.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (more.length > 0) return `too many slashes: ${part}`;
    if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}: strconv.Atoi: parsing "${step}": invalid syntax`;
    if (step === '0') return `step of range should be a positive number: ${part}`;
    if (range === '*' || range === '?') continue;
    const ends = range.split('-');
    if (ends.length > 2) return `too many hyphens: ${part}`;
    for (const end of ends)
      if (!names.test(end) && !/^\d+$/.test(end)) return `failed to parse int from ${end}: strconv.Atoi: parsing "${end}": invalid syntax`;
    const [from = 0, to = from] = ends.map(Number);
    if (from < low) return `beginning of range (${from}) below minimum (${low}): ${part}`;
    if (to > high) return `end of range (${to}) above maximum (${high}): ${part}`;
    if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${part}`;
  }
  return undefined;
}

/** validateTimeZone */
export function validateTimeZone(zone: string | undefined): FieldError[] {
  const wrong = (text: string): FieldError[] => [invalidValue('spec.timeZone', zone, text)];
  if (zone === undefined) return [];
  if (zone === '') return wrong('timeZone must be nil or non-empty string');
  if (zone.toLowerCase() === 'local') return wrong('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return wrong(`unknown time zone ${zone}`);
  }
}
