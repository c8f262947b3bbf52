import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpacked } from '../../bin/unpacking.mjs';
import { packed as pack } from '../../scripts/packing.mjs';

const files = { 'lessons/tracks.yaml': 'tracks: []\n', 'yoga.wasm': '\u0000asm', 'start.mjs': 'export {};\n' };

/** A package as npm installs it, with a small bundle. */
function installed() {
  const root = mkdtempSync(join(tmpdir(), 'k8s-lab-package-'));
  const [dist, cache, temporary] = ['dist', 'cache', 'tmp'].map((name) => join(root, name)) as [string, string, string];
  for (const folder of [dist, temporary]) mkdirSync(folder);
  const index = JSON.stringify(Object.entries(files).map(([name, content]) => [name, Buffer.byteLength(content)]));
  const packed = pack(Buffer.from(`${index}\n${Object.values(files).join('')}`));
  const hash = createHash('sha256').update(packed).digest('hex').slice(0, 12);
  writeFileSync(join(dist, `${hash}.packed`), packed);
  return { dist, cache, temporary, packed, hash };
}

function start({ dist, cache, temporary }: Pick<ReturnType<typeof installed>, 'dist' | 'cache' | 'temporary'>) {
  const script = `import { unpack } from ${JSON.stringify(`file://${resolve('bin/unpack.mjs')}`)}; console.log(unpack(${JSON.stringify(dist)}));`;
  const env = { ...process.env, XDG_CACHE_HOME: cache, TMPDIR: temporary, K8S_LAB_NO_CACHE: '' };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env });
  return { folder: stdout.trim(), stderr, status };
}

const contents = (folder: string): object => Object.fromEntries(Object.keys(files).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('the first start unpacks the bundle in its place', () => {
  const here = installed();
  expect(start(here)).toEqual({ folder: here.dist, stderr: '', status: 0 });
  expect(contents(here.dist)).toEqual(files);
  expect(existsSync(here.cache)).toBe(false);
});

test('where the package cannot be written, into the cache, then into a folder of the process; where nothing can, it says so', () => {
  const here = installed();
  writeFileSync(join(here.dist, 'lessons'), 'in the way');
  const kept = join(here.cache, 'k8s-lab', here.hash);
  expect(start(here)).toEqual({ folder: kept, stderr: '', status: 0 });
  expect(contents(kept)).toEqual(files);
  // What is there is used again, and not written anew.
  writeFileSync(join(kept, 'yoga.wasm'), 'mine');
  expect(start(here).folder).toBe(kept);
  expect(readFileSync(join(kept, 'yoga.wasm'), 'utf8')).toBe('mine');

  // Below /proc nothing can be made, and no folder is missing but the first.
  if (existsSync('/proc/self')) expect(start({ ...here, cache: '/proc/nosuch' }).folder).toContain(join(here.temporary, 'k8s-lab-'));
  const noCache = { ...here, cache: join(here.dist, 'lessons') };
  expect(start(noCache).folder).toContain(join(here.temporary, 'k8s-lab-'));
  expect(readdirSync(here.temporary)).toEqual([]);
  const nowhere = start({ ...noCache, temporary: join(here.dist, 'lessons') });
  expect(nowhere).toMatchObject({ folder: '', status: 1 });
  expect(nowhere.stderr).toMatch(/^k8s-lab: no place to unpack to \(.*\): set XDG_CACHE_HOME to a folder that may be written\n$/);
});

test('what is damaged or cut off is not unpacked', () => {
  const here = installed();
  const path = join(here.dist, `${here.hash}.packed`);
  const changed = Buffer.from(here.packed);
  changed[changed.length - 9] = (changed[changed.length - 9] ?? 0) ^ 1;
  for (const broken of [changed, here.packed.subarray(0, -20), Buffer.alloc(0)]) {
    writeFileSync(path, broken);
    expect(start(here)).toEqual({ folder: '', stderr: `k8s-lab: ${path} is damaged: install the package again\n`, status: 1 });
    expect(readdirSync(here.dist)).toEqual([`${here.hash}.packed`]);
  }
});

test('any bytes are unpacked as they were packed', () => {
  const words = fc
    .array(fc.constantFrom('pod', 'node', 'kubelet', '노드', ' ', '\n'), { minLength: 500, maxLength: 900 })
    .map((all) => Buffer.from(all.join('')));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ max: 3, maxLength: 300 }), fc.uint8Array({ max: 0, maxLength: 2000 }), words);
  fc.assert(
    fc.property(bytes, (text) => {
      expect(unpacked(pack(Buffer.from(text)))).toEqual(Buffer.from(text));
    }),
    { numRuns: 40 },
  );
});
