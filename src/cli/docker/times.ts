/** `--since` and `--until`. */
import { parseTimestamp, TimestampError } from '../../apimachinery/timestamp.ts';
import { CliError } from './context.ts';

/** Milliseconds since 1970; 0 for none. `flag` is what the moment was given for, where the message names it. */
export function moment(value: string, now: number, flag?: string): number {
  if (value === '') return 0;
  try {
    return parseTimestamp(value, now);
  } catch (error) {
    if (error instanceof TimestampError) throw new CliError(flag === undefined ? error.message : `invalid value for "${flag}": ${error.message}`);
    throw error;
  }
}
