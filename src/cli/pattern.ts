/** Regular expressions that a user types, for filters of crictl and ctr. */
import { RE2JS } from 're2js';

/** Whether the pattern stands somewhere in the text; one that does not compile stands nowhere. */
export function isFound(pattern: string, text: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith('RE2JS')) throw error;
    return false;
  }
}
