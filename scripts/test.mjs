// The whole test: generated sources, types, lint, bundle, tests. Ends with the counts on a line of their own.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}/node_modules/.bin/${name}${process.platform === 'win32' ? '.cmd' : ''}`;
const only = process.argv.slice(2);

function step(title, command, args) {
  const began = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

const node = process.execPath;
const report = `${root}/node_modules/.vitest-report.json`;
rmSync(report, { force: true });
const ok = [
  step('schema', node, ['scripts/generate-schema.mjs']),
  step('types', bin('tsc'), ['--noEmit', '-p', '.']),
  step('lint', bin('biome'), ['check', '--diagnostic-level=error', '.']),
  step('bundle', node, ['scripts/build.mjs']),
  step('tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`, ...only]),
];
let counts = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  console.error('k8s-lab: the tests left no report');
}
const failedSteps = ok.filter((each) => !each).length;
const failed = counts.numFailedTests + (failedSteps > 0 && counts.numFailedTests === 0 ? failedSteps : 0);
console.log(
  `${counts.numPassedTests + ok.slice(0, 4).filter(Boolean).length} passed, ${failed} failed${counts.numPendingTests ? `, ${counts.numPendingTests} skipped` : ''}`,
);
process.exit(failed === 0 && failedSteps === 0 ? 0 : 1);
