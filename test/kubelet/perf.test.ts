import { it } from 'vitest';
import { newKubeletWorld } from './world.ts';

it('300 pods', () => {
  const world = newKubeletWorld({ config: { maxPods: 400 } });
  world.sim.advance(5_000);
  world.create('warm', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
  world.sim.advance(10_000);
  const t0 = process.cpuUsage();
  for (let i = 0; i < 200; i++) world.create(`web-${i}`, { containers: [{ name: 'web', image: 'nginx:1.27' }] });
  const t1 = process.cpuUsage(t0);
  world.sim.advance(60_000);
  const t2 = process.cpuUsage(t0);
  const running = world.admin.list('pods').items.filter((pod) => pod.status?.phase === 'Running').length;
  console.log(running, 'create ms', t1.user / 1000, 'total ms', t2.user / 1000);
  const before = process.cpuUsage();
  const steps = world.sim.steps;
  world.sim.advance(3600_000);
  console.log('idle hour ms', process.cpuUsage(before).user / 1000, world.sim.steps - steps);
});
