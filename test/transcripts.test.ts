import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { replayTranscript } from '../src/headless/transcript.ts';
import { compareTranscripts } from './transcript-compare.ts';

/** Commands equal today, by file. Raise a number when the lab gets better; never lower one without saying why in the commit. */
const floor = JSON.parse(readFileSync('test/transcripts/equal.json', 'utf8')) as Record<string, number>;

for (const set of ['k8s', 'runtime', 'oracle'] as const)
  describe(`recordings of real tools: ${set}`, () => {
    for (const name of readdirSync(`test/transcripts/${set}`).filter((each) => each.endsWith('.txt')))
      test(`${set}/${name}`, () => {
        const text = readFileSync(`test/transcripts/${set}/${name}`, 'utf8');
        const rows = compareTranscripts(text, replayTranscript(text, { seed: 1 }));
        const different = rows.filter((row) => !row.equal).map((row) => row.command);
        expect(rows.length - different.length, `different:\n${different.join('\n')}`).toBeGreaterThanOrEqual(floor[`${set}/${name}`] ?? 0);
      });
  });
