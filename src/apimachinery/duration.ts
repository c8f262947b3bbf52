/** Spans of time as texts: Go's time.Duration, and the short form of kubectl's AGE column. */

import { quote } from './go-text.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The AGE column: kubernetes apimachinery/pkg/util/duration HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second);
  // The machines' clocks may differ by up to two seconds.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(ms / minute);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(ms / hour);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return days < 365 * 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

const withRest = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** One unit only: duration.ShortHumanDuration. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${seconds}s`;
  if (ms < hour) return `${Math.trunc(ms / minute)}m`;
  if (ms < 24 * hour) return `${Math.trunc(ms / hour)}h`;
  const days = Math.trunc(ms / hour / 24);
  return days < 365 ? `${days}d` : `${Math.trunc(days / 365)}y`;
}

const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: second, m: minute, h: hour };

/** What is wrong with a duration's text, in Go's words. */
export class DurationError extends Error {}

/** time.ParseDuration, in milliseconds; throws DurationError. */
export function parseGoDuration(text: string): number {
  const fail = (message: string): never => {
    throw new DurationError(`time: ${message}`);
  };
  const negative = text.startsWith('-');
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (rest === '') return fail(`invalid duration ${quote(text)}`);
  let total = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return fail(`invalid duration ${quote(text)}`);
    rest = rest.slice(number.length);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return fail(`missing unit in duration ${quote(text)}`);
    const factor = units[unit];
    if (factor === undefined) return fail(`unknown unit ${quote(unit)} in duration ${quote(text)}`);
    total += Number(number) * factor;
    rest = rest.slice(unit.length);
  }
  // An int64 of nanoseconds holds no more.
  if (total * 1e6 >= 2 ** 63) return fail(`invalid duration ${quote(text)}`);
  return negative ? -total : total;
}

/** What time.ParseDuration says of a text that is none; undefined for one that is. */
export function durationProblem(text: string): string | undefined {
  try {
    parseGoDuration(text);
    return undefined;
  } catch (error) {
    if (error instanceof DurationError) return error.message;
    throw error;
  }
}

/** Duration.String: `1h2m3.5s`, `100ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatGoDuration(-ms)}`;
  if (ms < second) {
    if (ms >= 1) return `${trimmed(ms, 6)}ms`;
    return ms >= 1e-3 ? `${trimmed(ms * 1e3, 3)}µs` : `${Math.round(ms * 1e6)}ns`;
  }
  const hours = Math.floor(ms / hour);
  const minutes = Math.floor((ms % hour) / minute);
  const seconds = `${trimmed((ms % minute) / second, 9)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const trimmed = (value: number, digits: number): string => value.toFixed(digits).replace(/\.?0+$/, '') || '0';
