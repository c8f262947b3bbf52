/** Moments as Docker's tools take them (moby api/types/time/timestamp.go). */
import { DurationError, parseGoDuration } from './duration.ts';
import { quote } from './go-text.ts';
import { parseLayout } from './time.ts';

/** What is wrong with a moment's text, in moby's words. */
export class TimestampError extends Error {}

/** `42m` before now, a date or time (UTC where it names no zone), or seconds since 1970: in milliseconds since 1970. Throws TimestampError. */
export function parseTimestamp(text: string, now: number): number {
  const ago = text === '0' ? undefined : tryDuration(text);
  if (ago !== undefined) return now - ago;
  try {
    return parseLayout(text, layoutOf(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    if (text.includes('-')) throw new TimestampError(error.message);
    if (!/^\+?\d+(\.\d+)?$/.test(text)) throw new TimestampError(`failed to parse value as time or duration: ${quote(text)}`);
    return Number(text) * 1000;
  }
}

function tryDuration(text: string): number | undefined {
  try {
    return parseGoDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

const timesByColons = ['T15', 'T15:04', 'T15:04:05'];

/** The layout that a text seems to follow: a zone is looked for where there is a Z, a + or a third dash. */
function layoutOf(text: string): string {
  const zoned = /[zZ+]/.test(text) || text.split('-').length === 4;
  const colons = text.split(':').length - 1 - (zoned && !/[zZ]/.test(text) && text.includes(':') ? 1 : 0);
  const time = text.includes('.') ? 'T15:04:05' : text.includes('T') ? timesByColons[Math.min(colons, 2)] : '';
  return `2006-01-02${time}${zoned ? 'Z07:00' : ''}`;
}
