/** Everything that the tests leave among temporary files goes with the run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Each project of vitest calls it: one folder serves all. Its name is short, since screens show paths in it. */
export default function setup(): () => void {
  if (process.env['K8S_LAB_TEMPORARY']) return () => {};
  const folder = mkdtempSync(join(tmpdir(), 'k8s-'));
  process.env['K8S_LAB_TEMPORARY'] = folder;
  // As os.tmpdir() reads them on each platform; the workers start with this environment.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
