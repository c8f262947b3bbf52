/** `--since` and `--until`: a timestamp, seconds since 1970, or so long ago. */
import { DurationError, parseGoDuration } from '../../apimachinery/duration.ts';
import { CliError } from './context.ts';

/** Milliseconds since 1970; 0 for none. */
export function since(value: string, now: number): number {
  if (value === '') return 0;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const at = /^\d{4}-/.test(value)
    ? Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(value) ? value : `${value.length === 10 ? `${value}T00:00:00` : value}Z`)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  try {
    return now - parseGoDuration(value);
  } catch (error) {
    if (error instanceof DurationError) throw new CliError(`invalid value for "since": ${error.message}`);
    throw error;
  }
}
