/** One fault in a world of its own: brought about, known by what two tools say, mended by hand, and all is well again. */
import { expect } from 'vitest';
import { type Cluster, newCluster } from '../../../src/cluster/cluster.ts';
import { type Fault, lineOf } from '../../../src/cluster/faults/fault.ts';
import { injectFault } from '../../../src/cluster/faults/index.ts';
import { Sink, textFile } from '../../../src/linux/open-file.ts';

const restless = `kubectl get nodes --no-headers 2>&1 | awk '$2!="Ready"'
kubectl get pods -n kube-system --no-headers 2>&1 | awk '{split($2,a,"/"); if (a[1]!=a[2] || $3!="Running") print}'`;

function type(cluster: Cluster, fault: Fault, text: string): string {
  const { onNode, line } = lineOf(text, fault.on);
  let output = '';
  const sink = new Sink((part) => {
    output += part;
  });
  const files = { stdin: textFile(''), stdout: sink, stderr: sink.retain() };
  const process = cluster.openScript(onNode ? fault.on : cluster.home, ['bash', '-c', line], files);
  expect(cluster.sim.advanceUntil(() => process.exitStatus !== undefined, 600_000)).toBe(true);
  return output;
}

export function tryFault(fault: Fault): void {
  const cluster = newCluster({ seed: 1, world: 'kubeadm-3' });
  injectFault(cluster, fault.id);
  cluster.sim.advance(fault.shownAfter * 1000);
  for (const { run, shows } of fault.symptoms) expect(type(cluster, fault, run), run).toContain(shows);
  for (const step of fault.mend) type(cluster, fault, step);
  const until = cluster.sim.now + (fault.restsAfter ?? 240) * 1000;
  let left: string;
  do {
    cluster.sim.advance(10_000);
    left = type(cluster, fault, restless);
  } while (left !== '' && cluster.sim.now < until);
  expect(left).toBe('');
}
