/** What is inside a kept world: a booted cluster, and what runs when it is woken. See kept-world.ts. */
import { readFileSync } from 'node:fs';
import { startupSnapshot } from 'node:v8';
import { Cluster } from '../cluster/cluster.ts';
import { isWorldName, type WorldName } from '../cluster/worlds/index.ts';
import type { KeptWorldRequest } from './kept-world.ts';
import { runInCluster } from './sh.ts';
import { writeOut } from './write-out.ts';

/** The lines that most sessions begin with. */
const usualLines: Partial<Record<WorldName, readonly string[]>> = { 'kubeadm-3': ['kubectl get nodes', 'kubectl get pods -A -o wide'] };

if (startupSnapshot.isBuildingSnapshot()) keep(process.env['K8S_LAB_KEEP'] ?? '');

function keep(name: string): void {
  if (!isWorldName(name)) throw new Error(`there is no world "${name}"`);
  warmUp(name);
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

/** What a first line runs is compiled here once, in a world that is thrown away, and not at each start: the snapshot keeps compiled functions. */
function warmUp(name: WorldName): void {
  const cluster = new Cluster(name);
  cluster.boot();
  cluster.sim.reseed(1);
  const silent = (): void => {};
  for (const line of usualLines[name] ?? []) runInCluster(cluster, { argv: ['bash', '-c', line], stdin: '', stdout: silent, stderr: silent, limit: 60_000 });
}
