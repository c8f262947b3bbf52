/** The same files give the same bytes: twice, in other orders, with one worker and with two. K8S_LAB_SAME=1000 grades that many. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/headless/grade-job.ts';
import { gradeAll } from '../../src/headless/grade-pool.ts';
import { findSubmissions } from '../../src/headless/submission-files.ts';
import { newFolder, options } from './course.ts';
import { generatedFolder } from './generated.ts';

const count = Number(process.env['K8S_LAB_SAME'] ?? 16);
test(`${count} generated submissions`, { timeout: 3_600_000 }, async () => {
  const folder = generatedFolder(count);
  const worker = join(newFolder(), 'grade-worker.mjs');
  const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" };
  buildSync({ entryPoints: ['src/headless/grade-worker.ts'], bundle: true, platform: 'node', format: 'esm', outfile: worker, banner, logLevel: 'error' });
  const { found } = findSubmissions([folder]);
  expect(found).toHaveLength(count);
  const all = async (files: typeof found, jobs: number): Promise<string> => {
    const outcomes: Outcome[] = [];
    await gradeAll({ files, options, jobs, worker, stopped: () => false, done: (outcome) => void outcomes.push(outcome) });
    return JSON.stringify(outcomes.sort((a, b) => (a.file < b.file ? -1 : 1)));
  };
  const once = await all(found, 1);
  expect(JSON.parse(once).flatMap((outcome: Outcome) => outcome.grades.flatMap(({ findings }) => findings.map(({ code }) => code)))).toEqual([]);
  expect(await all([...found].reverse(), 2)).toBe(once);
  expect(
    await all(
      [...found].sort((a, b) => a.path.length - b.path.length || (a.file < b.file ? 1 : -1)),
      1,
    ),
  ).toBe(once);
});
