/** A script typed into the shell of a whole world. */
import type { WorldName } from '../../src/cluster/worlds/index.ts';
import { runScript } from '../../src/headless/sh.ts';

export function sh(script: string, seed = 1, world: WorldName = 'kubeadm-3'): { readonly out: string; readonly err: string; readonly status: number } {
  let [out, err] = ['', ''];
  const stdout = (text: string): void => {
    out += text;
  };
  const stderr = (text: string): void => {
    err += text;
  };
  const status = runScript(world, seed, { argv: ['bash', '-c', script], stdout, stderr, limit: 3_600_000 });
  return { out, err, status };
}
