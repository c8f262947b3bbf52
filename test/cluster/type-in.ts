/** A shell in a whole world that is fed one line after the other: what each prints on either stream. */
import { newCluster } from '../../src/cluster/cluster.ts';
import type { WorldName } from '../../src/cluster/worlds/index.ts';
import { ScriptedShell } from '../../src/headless/transcript.ts';

export function typeIn(world: WorldName): { readonly type: (line: string) => string; readonly run: ScriptedShell['run'] } {
  const shell = new ScriptedShell(newCluster({ seed: 1, world }));
  return { type: (line) => shell.run(line).output, run: (line) => shell.run(line) };
}
