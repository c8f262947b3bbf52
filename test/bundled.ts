import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { engineOptions } from '../scripts/engine-options.mjs';

/**
 * A module of the tests with all that it imports, as esbuild makes it: for tests of the real bundle, which need a little of the engine beside it. Vitest
 * would take half a minute to transform the same thousand files.
 */
export function bundled<Module>(entry: string): Module {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-lab-bundled-'));
  const outfile = join(folder, 'module.cjs');
  buildSync({ ...engineOptions, entryPoints: [entry], format: 'cjs', outfile, logLevel: 'error' });
  const made = createRequire(import.meta.url)(outfile) as Module;
  rmSync(folder, { recursive: true });
  return made;
}
