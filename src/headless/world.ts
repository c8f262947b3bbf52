/** What is inside a kept world: a booted cluster, and what runs when it is woken. See kept-world.ts. */
import { readFileSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import { Cluster } from '../cluster/cluster.ts';
import { isWorldName } from '../cluster/worlds/index.ts';
import type { KeptWorldRequest } from './kept-world.ts';
import { runInCluster } from './sh.ts';
import { writeOut } from './write-out.ts';

if (startupSnapshot.isBuildingSnapshot()) keep(process.env['K8S_LAB_KEEP'] ?? '');

function keep(name: string): void {
  if (!isWorldName(name)) throw new Error(`there is no world "${name}"`);
  const cluster = new Cluster(name);
  cluster.boot();

  startupSnapshot.setDeserializeMainFunction(() => {
    const request = JSON.parse(process.argv.at(-1) ?? '{}') as KeptWorldRequest;
    cluster.sim.reseed(request.seed);
    process.exitCode = runInCluster(cluster, {
      argv: request.argv,
      stdin: request.readStdin ? readFileSync(0, 'utf8') : '',
      stdout: (text) => writeOut(1, text),
      stderr: (text) => writeOut(2, text),
      limit: request.limit,
    });
  });
}
