/** `--filter` as docker reads it (opts/opts.go FilterOpt). */
import { ValueError } from './context.ts';

/** `--filter key=value`. */
export type Filter = readonly [key: string, value: string];

/** `key=value` pairs; keys are read in lower case. */
export function parseFilters(given: readonly string[]): Filter[] {
  return given
    .filter((each) => each !== '')
    .map((each) => {
      const at = each.indexOf('=');
      if (at < 0) throw new ValueError('bad format of filter (expected name=value)', each, '-f, --filter');
      return [each.slice(0, at).trim().toLowerCase(), each.slice(at + 1).trim()];
    });
}
