/** Ctrl-C while a class is graded: the real bundle in a real terminal. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bundled } from '../bundled.ts';
import { ensureBuilt, Screen } from './terminal.ts';

const { generatedFolder } = bundled<typeof import('../headless/generated.ts')>('test/headless/generated.ts');
const course = 'test/grading/course';

beforeAll(ensureBuilt);

test('Ctrl-C keeps what was graded, and the same command goes on from there', async () => {
  const folder = generatedFolder(80);
  const out = join(folder, 'grades.csv');
  const words = ['grade', folder, '--lessons', course, '--jobs', '1', '--format', 'csv', '-o', out];
  const first = new Screen({ arguments: words, columns: 200 });
  await first.until(/\] [1-9]\d*\/80 files/, 60_000);
  first.type('\x03');
  expect((await first.exited).exitCode).toBe(130);
  await first.until('interrupted; what was graded is kept');
  expect(existsSync(out)).toBe(false);
  expect(existsSync(`${out}.state`)).toBe(true);
  const second = new Screen({ arguments: words, columns: 200, state: first.state });
  expect((await second.exited).exitCode).toBe(0);
  await second.until(/[1-9]\d* files were graded before; [1-9]\d* are left/);
  await second.until('80 grades of 80 learners');
  expect(
    readFileSync(out, 'utf8')
      .split('\n')
      .filter((row) => row.startsWith('learner ')).length,
  ).toBe(80);
  expect(existsSync(`${out}.state`)).toBe(false);
  first.close();
  second.close();
});
