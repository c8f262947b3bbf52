import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { editLesson } from '../../src/headless/lesson-edit.ts';
import { packagedLessons } from '../../src/headless/lesson-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-edit-'));
const editor = process.env['EDITOR'];
afterEach(() => {
  if (editor === undefined) delete process.env['EDITOR'];
  else process.env['EDITOR'] = editor;
  rmSync(folder, { recursive: true, force: true });
});

test('opens the lesson in $EDITOR and says what is wrong afterwards', async () => {
  cpSync(join(packagedLessons(), 'architecture/life-of-a-pod'), folder, { recursive: true });
  process.env['EDITOR'] = 'true';
  expect(await editLesson([folder])).toBe(0);
  const script = join(folder, 'break.sh');
  writeFileSync(script, '#!/bin/sh\necho "nosuchkey: 1" >> "$1"\n', { mode: 0o755 });
  process.env['EDITOR'] = script;
  expect(await editLesson([folder])).toBe(1);
  process.env['EDITOR'] = 'no-such-editor-anywhere';
  await expect(editLesson([folder])).rejects.toThrow('was not found');
});
