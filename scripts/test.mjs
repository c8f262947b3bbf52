// The whole test: generated sources, types, lint, bundle, tests. Ends with the counts on a line of their own.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}/node_modules/.bin/${name}${process.platform === 'win32' ? '.cmd' : ''}`;
const only = process.argv.slice(2);

async function run(title, command, args, stdio = 'pipe') {
  const began = Date.now();
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', stdio, stdio], shell: process.platform === 'win32' && command !== process.execPath });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
  const status = await new Promise((resolve) => child.on('error', () => resolve(1)).on('close', resolve));
  return { title, said: Buffer.concat(said), well: status === 0, seconds: ((Date.now() - began) / 1000).toFixed(1) };
}

/** Whether it went well. */
function tell({ title, said, well, seconds }) {
  process.stdout.write(said);
  console.log(`${well ? 'ok  ' : 'FAIL'} ${title} (${seconds} s)`);
  return well;
}

const node = process.execPath;
const report = `${root}/node_modules/.vitest-report.json`;
// Tests are short bursts of much code: what V8 would spend on optimising it is a fifth of their time. Versions of V8 name the flag's measure differently.
const flags = process.versions.node.startsWith('20.') ? ['--interrupt-budget=300000'] : [];
const vitest = [...flags, `${root}/node_modules/vitest/vitest.mjs`, 'run', '--reporter=default', '--reporter=json', `--outputFile=${report}`, ...only];
rmSync(report, { force: true });
const schema = tell(await run('schema', node, ['scripts/generate-schema.mjs']));
const bundle = tell(await run('bundle', node, ['scripts/build.mjs']));
// Beside the tests, and told after them.
const checks = [run('types', bin('tsc'), ['--noEmit', '-p', '.']), run('lint', bin('biome'), ['check', '--diagnostic-level=error', '.'])];
const tests = await run('tests', node, vitest, 'inherit');
const ok = [schema, bundle, ...(await Promise.all(checks)).map(tell), tell(tests)];
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
