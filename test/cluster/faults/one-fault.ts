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

const times = (text: string, part: string): number => text.split(part).length - 1;

/** Asks again and again until the answer is yes; false when the world has had its time. */
function settles(cluster: Cluster, fault: Fault, ask: () => boolean): boolean {
  const until = cluster.sim.now + (fault.restsAfter ?? 240) * 1000;
  while (!ask()) {
    if (cluster.sim.now >= until) return false;
    cluster.sim.advance(10_000);
  }
  return true;
}

export function tryFault(fault: Fault): void {
  const cluster = newCluster({ seed: 1, world: fault.world ?? 'kubeadm-3' });
  injectFault(cluster, fault.id);
  cluster.sim.advance(fault.shownAfter * 1000);
  for (const { run, shows } of fault.symptoms) expect(type(cluster, fault, run), run).toContain(shows);
  for (const step of fault.mend) type(cluster, fault, step);
  for (const { run, shows, past } of fault.symptoms) {
    let last = '';
    const gone = (): boolean => {
      last = type(cluster, fault, run);
      return !last.includes(shows);
    };
    if (!past) expect(settles(cluster, fault, gone), `${run}\nstill shows ${shows}:\n${last}`).toBe(true);
  }
  const told = new Map(fault.symptoms.filter(({ past }) => past).map((symptom) => [symptom, times(type(cluster, fault, symptom.run), symptom.shows)]));
  if (told.size > 0) cluster.sim.advance(60_000);
  for (const [{ run, shows }, before] of told) expect(times(type(cluster, fault, run), shows), `${run}\ntells anew of ${shows}`).toBeLessThanOrEqual(before);
  for (const step of fault.tidy ?? []) type(cluster, fault, step);
  let left = '';
  settles(cluster, fault, () => {
    left = type(cluster, fault, restless);
    return left === '';
  });
  expect(left).toBe('');
}
