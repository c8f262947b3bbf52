/** The bundle gives the same bytes on every version of Node. K8S_LAB_NODES names other Node binaries, with `:` between them; K8S_LAB_SAME how many are handed in. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { course, newFolder } from './course.ts';
import { generatedFolder } from './generated.ts';

const nodes = (process.env['K8S_LAB_NODES'] ?? '').split(delimiter).filter((path) => path !== '');
const formats = ['json', 'csv', 'junit', 'markdown'];

test.skipIf(nodes.length === 0)(`the same grades on ${nodes.length} other versions of Node`, { timeout: 3_600_000 }, () => {
  expect(existsSync('dist/start.mjs'), 'there is no bundle: npm run build').toBe(true);
  const folder = generatedFolder(Number(process.env['K8S_LAB_SAME'] ?? 16));
  const graded = (node: string, format: string): string => {
    const output = join(newFolder(), 'out');
    const words = ['bin/k8s-lab.mjs', 'grade', folder, '--lessons', course, '--jobs', '2', '--format', format, '-o', output];
    const { status, stderr } = spawnSync(node, words, { encoding: 'utf8', env: { ...process.env, XDG_STATE_HOME: newFolder() } });
    expect(status, stderr).toBe(0);
    return readFileSync(output, 'utf8');
  };
  const versions = [process.execPath, ...nodes].map((node) => spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim());
  expect(new Set(versions).size).toBe(versions.length);
  for (const format of formats) {
    const here = graded(process.execPath, format);
    expect(here.length).toBeGreaterThan(100);
    for (const [index, node] of nodes.entries()) expect(graded(node, format) === here, `${format} on ${versions[index + 1]}`).toBe(true);
  }
});
