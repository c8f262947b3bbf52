/** The bundle itself is asked: it carries only as much of execa as an editor needs. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagedLessons } from '../../src/headless/lesson-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-edit-'));
beforeAll(() => {
  if (!existsSync('dist/start.mjs')) spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(packagedLessons(), 'architecture/life-of-a-pod'), folder, { recursive: true });

const edit = (editor: string): SpawnSyncReturns<string> => {
  const env = { ...process.env, VISUAL: '', EDITOR: editor };
  return spawnSync(process.execPath, ['bin/k8s-lab.mjs', 'lesson', 'edit', folder], { env, encoding: 'utf8', timeout: 60_000 });
};
const script = (text: string): string => {
  const file = join(folder, 'editor.sh');
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
};

test.each<[string, () => string, number, string]>([
  ['reads well', () => 'true', 0, 'reads well'],
  ['an editor that fails', () => script('exit 3'), 3, ''],
  ['an editor that is killed', () => script('kill -9 $$'), 1, ''],
  ['an editor that is not there', () => 'no-such-editor-anywhere', 2, 'was not found'],
  ['arguments and files reach it; what is wrong is told', () => `${script('echo "nosuchkey: 1" >> "$2"')} --wait`, 1, 'nosuchkey'],
])('opens a lesson in $EDITOR: %s', (_name, editor, expected, text) => {
  const { status, stdout, stderr } = edit(editor());
  expect(stdout + stderr).toContain(text);
  expect(status).toBe(expected);
});
