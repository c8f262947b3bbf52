/** A script typed into the shell of a whole cluster. */
import { runScript } from '../../src/headless/sh.ts';

export function sh(script: string, seed = 1): { readonly out: string; readonly err: string; readonly status: number } {
  let [out, err] = ['', ''];
  const stdout = (text: string): void => {
    out += text;
  };
  const stderr = (text: string): void => {
    err += text;
  };
  const status = runScript('kubeadm-3', seed, { argv: ['bash', '-c', script], stdout, stderr, limit: 3_600_000 });
  return { out, err, status };
}
