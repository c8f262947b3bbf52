import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeProgress, type Progress, readProgress, stateFolder, writeProgress } from '../../src/headless/progress.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-lab-progress-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const some: Progress = { version: 1, language: 'ko', lessons: { 'tools/one': { done: true, points: 90 } } };
const file = (): string => join(folder, 'progress.json');
const warned = (): { progress: Progress; warnings: string[] } => {
  const warnings: string[] = [];
  return { progress: readProgress(folder, (text) => warnings.push(text)), warnings };
};

test('what is written is read', () => {
  expect(writeProgress(some, folder)).toBeUndefined();
  expect(warned()).toEqual({ progress: some, warnings: [] });
  expect(stateFolder({ XDG_STATE_HOME: '/state' })).toBe('/state/k8s-lab');
  expect(stateFolder({ XDG_STATE_HOME: '' })).toMatch(/\.local\/state\/k8s-lab$/);
});

describe('a file that is no progress is set aside, never lost', () => {
  const damaged = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '42',
    '{"version":1}',
    '{"version":1,"lessons":null}',
    '{"version":1,"lessons":[]}',
    '\0\0\0',
    '{"version":2,"lessons":{}}',
  ];
  for (const text of damaged)
    test(JSON.stringify(text), () => {
      writeFileSync(file(), text);
      const { progress, warnings } = warned();
      expect(progress).toEqual({ version: 1, lessons: {} });
      expect(warnings[0]).toMatch(/^k8s-lab: the progress file (was damaged|is of version 2, which this k8s-lab does not know); it was set aside as /);
      expect(readFileSync(join(folder, 'progress.damaged-1.json'), 'utf8')).toBe(text);
    });

  test('twice', () => {
    for (const text of ['{1', '{2']) {
      writeFileSync(file(), text);
      readProgress(folder);
    }
    expect(readFileSync(join(folder, 'progress.damaged-1.json'), 'utf8')).toBe('{1');
    expect(readFileSync(join(folder, 'progress.damaged-2.json'), 'utf8')).toBe('{2');
  });
});

test('entries that make no sense are left out, the others stay', () => {
  const lessons = {
    ...some.lessons,
    'a/b': null,
    'c/d': 5,
    'e/f': { done: 'yes', points: 'many', session: { version: 1, inputs: 'x' } },
    'g/h': { done: false, points: 3, session: { version: 1, engine: '0', world: 'node', seed: 1, until: 5, inputs: [{ line: 'ls', at: null }] } },
    __proto__: { polluted: true },
  };
  writeFileSync(file(), JSON.stringify({ version: 1, language: 'xx', name: 7, lessons }));
  expect(warned()).toEqual({
    progress: { version: 1, lessons: { ...some.lessons, 'e/f': { done: false, points: 0 }, 'g/h': { done: false, points: 3 } } },
    warnings: [],
  });
});

test('a folder that cannot be: it says so, and nothing is thrown', () => {
  const blocked = join(folder, 'is-a-file');
  writeFileSync(blocked, 'x');
  expect(writeProgress(some, blocked)).toMatch(/EEXIST|ENOTDIR/);
  expect(changeProgress(() => some, blocked).problem).toMatch(/EEXIST|ENOTDIR/);
  expect(writeProgress(some, join(blocked, 'below'))).toMatch(/ENOTDIR/);
  // Node's own way to make folders never ends there.
  expect(writeProgress(some, '/proc/no/such')).toMatch(/ENOENT/);
  mkdirSync(file());
  const { progress, warnings } = warned();
  expect(progress.lessons).toEqual({});
  expect(warnings[0]).toContain('cannot be read');
  // What cannot be read is not overwritten either.
  expect(changeProgress(() => some, folder).problem).toContain('EISDIR');
  expect(existsSync(file())).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['is-a-file', 'progress.json']);
});

test('a full disk leaves the old file as it is', () => {
  if (!existsSync('/dev/full')) return;
  expect(writeProgress(some, folder)).toBeUndefined();
  expect(writeProgress({ ...some, language: 'en' }, '/dev/full')).toBeDefined();
  expect(readProgress(folder)).toEqual(some);
});

describe('other processes', () => {
  const writer = async (): Promise<string> => {
    const script = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { changeProgress } from './src/headless/progress.ts';
          const [, , folder, name, times] = process.argv;
          for (let i = 1; i <= Number(times); i++)
            changeProgress((now) => ({ ...now, lessons: { ...now.lessons, [name + '/' + i]: { done: true, points: i, padding: 'x'.repeat(20_000) } } }), folder);
        `,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    return script;
  };

  test('killed while saving, the file is whole', { timeout: 60_000 }, async () => {
    const script = await writer();
    for (const [round, signal] of (['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGINT', 'SIGKILL'] as const).entries()) {
      const child = spawn(process.execPath, [script, folder, `round${round}`, '100000'], { stdio: 'ignore' });
      const before = existsSync(file()) ? readFileSync(file(), 'utf8') : '';
      // Not before it has begun to write.
      while (!existsSync(file()) || readFileSync(file(), 'utf8') === before) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill(signal);
      await ended;
      const { progress, warnings } = warned();
      expect(warnings).toEqual([]);
      expect(progress.lessons[`round${round}/1`]).toEqual({ done: true, points: 1 });
    }
    // A lock that was left behind does not stop anybody: at once where its process has ended, else by its age.
    const lock = join(folder, '.progress.lock');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const minute = Date.now() / 1000 - 60;
    for (const [text, moment] of [
      [`${hostname()} ${pid}`, undefined],
      ['elsewhere 1', minute],
      ['', minute],
    ] as const) {
      writeFileSync(lock, text);
      if (moment) utimesSync(lock, moment, moment);
      const began = Date.now();
      expect(changeProgress((now) => now, folder).problem).toBeUndefined();
      expect(Date.now() - began).toBeLessThan(900);
      expect(existsSync(lock)).toBe(false);
    }
  });

  test('a lock that somebody holds is waited for, and not taken', { timeout: 60_000 }, async () => {
    const lock = join(folder, '.progress.lock');
    const holder = spawn(process.execPath, ['-e', `const fs = require('fs'); setTimeout(() => fs.rmSync(${JSON.stringify(lock)}), 600)`], { stdio: 'ignore' });
    writeFileSync(lock, `${hostname()} ${holder.pid}`);
    const began = Date.now();
    expect(changeProgress((now) => now, folder).problem).toBeUndefined();
    expect(Date.now() - began).toBeGreaterThan(400);
    await new Promise((resolve) => holder.on('exit', resolve));
  });

  test('two labs at once: neither loses what the other saved', { timeout: 60_000 }, async () => {
    const script = await writer();
    const ended = ['a', 'b'].map((name) => {
      const child = spawn(process.execPath, [script, folder, name, '25'], { stdio: 'ignore' });
      return new Promise((resolve) => child.on('exit', resolve));
    });
    expect(await Promise.all(ended)).toEqual([0, 0]);
    expect(Object.keys(readProgress(folder).lessons)).toHaveLength(50);
  });
});
