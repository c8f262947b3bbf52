// Installs the development dependencies when they are missing or the lock file has changed. Built-ins only: nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const stamp = new URL('node_modules/.k8s-lab-lock', root);
const lock = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex');

function installed() {
  try {
    return readFileSync(stamp, 'utf8') === lock;
  } catch {
    return false;
  }
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`k8s-lab: Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
  process.exit(1);
}
if (!installed()) {
  console.error('k8s-lab: installing what is needed to build (once, about half a minute) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { stdio: ['ignore', 2, 2], cwd: root, shell: !npm && process.platform === 'win32' };
  const run = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (run.status !== 0) {
    console.error('k8s-lab: npm ci failed; see above.');
    process.exit(run.status ?? 1);
  }
  writeFileSync(stamp, lock);
}
