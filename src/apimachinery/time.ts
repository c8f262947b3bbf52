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

const rfc3339Layout = '2006-01-02T15:04:05Z07:00';

/** What stands for a part of a layout, and the range that its number must be in. */
const layoutParts: Readonly<Record<string, { readonly pattern: RegExp; readonly name?: string; readonly from?: number; readonly to?: number }>> = {
  '2006': { pattern: /^\d{4}/ },
  '01': { pattern: /^\d\d/, name: 'month', from: 1, to: 12 },
  '02': { pattern: /^\d\d/, name: 'day', from: 1, to: 31 },
  '15': { pattern: /^\d\d/, name: 'hour', from: 0, to: 23 },
  '04': { pattern: /^\d\d/, name: 'minute', from: 0, to: 59 },
  '05': { pattern: /^\d\d(\.\d+)?/, name: 'second', from: 0, to: 59.999999999 },
  'Z07:00': { pattern: /^(Z|[+-]\d\d:\d\d)/ },
  '-': { pattern: /^-/ },
  ':': { pattern: /^:/ },
  T: { pattern: /^T/ },
};

/** time.Parse in UTC with a layout of the numbers above (`2006-01-02T15:04`), in milliseconds; throws RangeError with Go's text. */
export function parseLayout(text: string, layout: string): number {
  const found = read(text, layout);
  if (typeof found === 'string') throw new RangeError(found);
  const part = (name: string, otherwise: string): string => found.get(name) ?? otherwise;
  const day = `${part('2006', '1970')}-${part('01', '01')}-${part('02', '01')}`;
  const ms = tryParseTime(`${day}T${part('15', '00')}:${part('04', '00')}:${part('05', '00')}${part('Z07:00', 'Z')}`);
  // Date reads 30 February as a day of March.
  if (ms === undefined || new Date(`${day}T00:00:00Z`).getUTCDate() !== Number(part('02', '01'))) throw new RangeError(outOfRange(text, 'day'));
  return ms;
}

/** time.Parse's message for a text that is no RFC 3339 time. */
export function timeParseError(text: string): string {
  const found = read(text, rfc3339Layout);
  return typeof found === 'string' ? found : outOfRange(text, 'day');
}

const outOfRange = (text: string, name: string): string => `parsing time ${quote(text)}: ${name} out of range`;

/** The parts of the text by the layout's names, or what is wrong. */
function read(text: string, layout: string): Map<string, string> | string {
  const found = new Map<string, string>();
  let rest = text;
  for (const name of layout.match(/2006|Z07:00|\d\d|./g) ?? []) {
    const part = layoutParts[name];
    const match = part?.pattern.exec(rest);
    if (!match) return `parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(name)}`;
    if (part?.name && (Number(match[0]) < (part.from ?? 0) || Number(match[0]) > (part.to ?? 0))) return outOfRange(text, part.name);
    found.set(name, match[0]);
    rest = rest.slice(match[0].length);
  }
  return rest === '' ? found : `parsing time ${quote(text)}: extra text: ${quote(rest)}`;
}
