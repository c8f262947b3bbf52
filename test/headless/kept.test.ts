/** What is kept between runs to make the next one quick: answers are the same with it, without it, and when it is damaged. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-kept-'));
const cache = join(folder, 'k8s-lab');
const line = 'kubectl get nodes; echo $RANDOM; crictl pods -q | wc -l';

beforeAll(() => {
  if (!existsSync('dist/start.mjs')) spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function answer(extra: NodeJS.ProcessEnv = {}): string {
  const env = { ...process.env, CI: '', XDG_CACHE_HOME: folder, XDG_STATE_HOME: join(folder, 'state'), LANG: 'C', ...extra };
  const { stdout, status } = spawnSync(process.execPath, ['bin/k8s-lab.mjs', 'sh', '--seed', '7', '-c', line], { env, encoding: 'utf8', timeout: 60_000 });
  expect(status).toBe(0);
  return stdout;
}

const kept = (ending: string): string[] => (existsSync(cache) ? readdirSync(cache).filter((name) => name.endsWith(ending)) : []);

async function until(name: string, test: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !test(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  if (!test()) throw new Error(`${name}: there is only ${existsSync(cache) ? readdirSync(cache).join(' ') : 'nothing'}`);
}

/** A few bytes in the middle, and what the file then holds. */
function damage(name: string): Buffer {
  const path = join(cache, name);
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.fill(0x78, middle, middle + 64);
  writeFileSync(path, bytes);
  return bytes;
}

test('compiled code and a booted world are kept, used, and made anew when damaged', async () => {
  const without = answer({ K8S_LAB_NO_CACHE: '1' });
  expect(without).toContain('controlplane');
  expect(readdirSync(folder)).toEqual([]);

  expect(answer()).toBe(without);
  await until('a kept world', () => kept('.blob').length === 1);
  const [code] = kept('.code') as [string];
  expect(answer()).toBe(without);

  damage(kept('.blob')[0] as string);
  const damaged = damage(code);
  expect(answer()).toBe(without);
  await until('the code again', () => kept('.code').length === 1 && !readFileSync(join(cache, code)).equals(damaged));
  expect(answer()).toBe(without);
}, 120_000);

test('a cache folder that cannot be written costs nothing but time', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(answer({ XDG_CACHE_HOME: file })).toContain('controlplane');
});
