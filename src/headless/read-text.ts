import { readFileSync } from 'node:fs';
import { UsageError } from '../arguments.ts';

/** A file that the user names; `-` is standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message.replace(/^E[A-Z]+: /, '').replace(/, \w+( '.*')?$/, '') : String(error)}`);
  }
}
