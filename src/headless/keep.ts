/** Runs by itself, in the background: makes the snapshot of a booted world and puts it in its place whole. Arguments: world, file. */
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { snapshotFlags } from './snapshot-flags.ts';

const [, , world = '', blob = ''] = process.argv;
const temporary = `${blob}.${process.pid}.tmp`;
const made = spawnSync(process.execPath, [...snapshotFlags, '--snapshot-blob', temporary, '--build-snapshot', join(__dirname, 'engine.cjs')], {
  stdio: 'ignore',
  env: { ...process.env, K8S_LAB_KEEP: world },
});
if (made.status === 0) {
  renameSync(temporary, blob);
  // Those of other builds are of no use any more.
  for (const name of readdirSync(dirname(blob)))
    if (name.startsWith(`${world}-`) && name !== basename(blob) && name.endsWith('.blob')) rmSync(join(dirname(blob), name), { force: true });
} else rmSync(temporary, { force: true });
