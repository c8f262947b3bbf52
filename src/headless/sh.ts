/** `k8s-lab sh -c CMD | FILE | -`: a line or a script in a fresh world, without a screen. */
import { type Cluster, newCluster } from '../cluster/cluster.ts';
import type { WorldName } from '../cluster/worlds/index.ts';
import { Sink, textFile } from '../linux/open-file.ts';

type ScriptRun = {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void /** Virtual time the script may take. */;
  readonly limit: number;
};

/** The exit status of the script; 124 when it took too long. */
export const runScript = (world: WorldName, seed: number, run: ScriptRun): number => runInCluster(newCluster({ seed, world }), run);

/** Gives the exit status, 124 when the world's time ran out. */
export function runInCluster(cluster: Cluster, { argv, stdin = '', stdout, stderr, limit }: ScriptRun): number {
  const process = cluster.openScript(cluster.home, argv, { stdin: textFile(stdin), stdout: new Sink(stdout), stderr: new Sink(stderr) });
  if (!cluster.sim.advanceUntil(() => process.exitStatus !== undefined, limit)) {
    stderr(`k8s-lab: the script was still running after ${limit / 1000} s of the world's time\n`);
    return 124;
  }
  return process.exitStatus ?? 0;
}
