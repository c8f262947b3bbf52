/** Moments as texts. A moment is milliseconds since 1970, possibly with a fraction. */

import { quote } from './go-text.ts';

/** `2026-11-22T13:34:33Z`: metav1.Time. */
export const rfc3339 = (ms: number): string => `${dateTime(ms)}Z`;

/** `2026-11-22T13:34:33`. Written out by hand: Date's own way costs more than what most callers do around it. */
export function dateTime(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  const second = Math.floor((ms - day * 86_400_000) / 1000);
  const minute = Math.floor(second / 60);
  const { year, month, dayOfMonth } = civil(day);
  return `${year}-${two(month)}-${two(dayOfMonth)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}`;
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar (years 1000 to 9999: what a clock of the lab shows). */
function civil(day: number): { readonly year: number; readonly month: number; readonly dayOfMonth: number } {
  // Days counted from 0000-03-01, so that a leap day is the last of its year and a cycle of 400 years has 146097 days.
  const shifted = day + 719_468;
  const cycle = Math.floor(shifted / 146_097);
  const inCycle = shifted - cycle * 146_097;
  const yearOfCycle = Math.floor((inCycle - Math.floor(inCycle / 1460) + Math.floor(inCycle / 36_524) - Math.floor(inCycle / 146_096)) / 365);
  const inYear = inCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

/** `2026-11-22T13:34:33.371000Z`: metav1.MicroTime. */
export const rfc3339Micro = (ms: number): string => `${dateTime(ms)}.${micros(ms)}Z`;

/** RFC 3339 with the fraction that is needed, without trailing zeros: Go's RFC3339Nano. */
export function rfc3339Nano(ms: number): string {
  const fraction = micros(ms).replace(/0+$/, '');
  return `${dateTime(ms)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

const micros = (ms: number): string => String(Math.floor((((ms % 1000) + 1000) % 1000) * 1000)).padStart(6, '0');

const format = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The moment an RFC 3339 text names, undefined when it is none. */
export function tryParseTime(text: string): number | undefined {
  const match = format.exec(text);
  if (!match) return undefined;
  const ms = Date.parse(`${text.slice(0, 19)}${match[8]}`);
  if (Number.isNaN(ms)) return undefined;
  return match[7] === undefined ? ms : ms + Number(`0${match[7]}`) * 1000;
}

/** The moment an RFC 3339 text names; throws with Go's text. */
export function parseTime(text: string): number {
  const ms = tryParseTime(text);
  if (ms === undefined) throw new RangeError(timeParseError(text));
  return ms;
}

const layout: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^(0[1-9]|1[0-2])/, '01'],
  [/^-/, '-'],
  [/^(0[1-9]|[12]\d|3[01])/, '02'],
  [/^T/, 'T'],
  [/^([01]\d|2[0-3])/, '15'],
  [/^:/, ':'],
  [/^[0-5]\d/, '04'],
  [/^:/, ':'],
  [/^[0-5]\d(\.\d+)?/, '05'],
  [/^(Z|[+-]\d\d:\d\d)/, 'Z07:00'],
];

/** time.Parse's message for a text that is no RFC 3339 time. */
export function timeParseError(text: string): string {
  const prefix = `parsing time ${quote(text)}`;
  let rest = text;
  for (const [pattern, part] of layout) {
    const match = pattern.exec(rest);
    if (!match) return `${prefix} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(rest)} as ${quote(part)}`;
    rest = rest.slice(match[0].length);
  }
  return rest === '' ? `${prefix}: day out of range` : `${prefix}: extra text: ${quote(rest)}`;
}
