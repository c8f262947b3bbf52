/** One-liners as grep 3.8, coreutils 9.1, sed 4.9, mawk 1.3.4, jq 1.6 and findutils 4.9 answered them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Machine } from './node.ts';

type Recorded = { files: Record<string, string>; cases: { line: string; stdout: string; status: number }[] };
const { files, cases } = JSON.parse(readFileSync(new URL('./recorded.json', import.meta.url), 'utf8')) as Recorded;

describe('as the real tools', () => {
  for (const { line, stdout, status } of cases)
    test(line, () => {
      const result = new Machine(files).pipe(line);
      expect({ stdout: result.stdout, status: result.status }).toEqual({ stdout, status });
    });
});
