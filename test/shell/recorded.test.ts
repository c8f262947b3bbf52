import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from './world.ts';

type Recorded = { readonly script: string; readonly stdout: string; readonly stderr: string; readonly status: number };

/** What GNU bash 5.2.15 printed for each script, in an empty directory /tmp/w. */
const recorded = JSON.parse(readFileSync(new URL('./recorded-bash-5.2.json', import.meta.url), 'utf8')) as Recorded[];

/** Process numbers are the machine's own. */
const withoutPids = (text: string): string => text.replace(/\b\d+\b(?= (?:Killed|Terminated))/g, 'PID').replace(/ +(?=PID)/g, ' ');

describe('scripts as bash runs them', () => {
  test.each(recorded.map((one): [string, Recorded] => [one.script, one]))('%s', (_, { script, stdout, stderr, status }) => {
    const result = run(script);
    expect({ ...result, stderr: withoutPids(result.stderr) }).toEqual({ stdout, stderr: withoutPids(stderr), status });
  });
});
