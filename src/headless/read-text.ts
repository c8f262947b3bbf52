import { readFileSync } from 'node:fs';
import { UsageError } from '../arguments.ts';

/** What the system says, without its code and the call. */
export const systemReason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^E[A-Z]+: /, '').replace(/, \w+( '.*')?$/s, '') : String(error);

/** A file that the user names; `-` is standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${systemReason(error)}`);
  }
}
