import { test } from 'vitest';
import { sh } from '/work/w/crio/test/cluster/sh.ts';
test('try', { timeout: 120000 }, () => {
  const t = performance.now();
  const r = sh(process.env.SCRIPT ?? 'kubectl get nodes', 1, (process.env.WORLD ?? 'crio') as never);
  console.log(r.out + '\n--- err\n' + r.err + '\nstatus ' + r.status + ' ms ' + (performance.now() - t));
});
