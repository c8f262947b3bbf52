import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('a collection while a pull is under way takes nothing of it; a lease holds it until an image does', () => {
  const world = newWorld();
  const api = world.containerd;
  const options = { snapshotter: 'overlayfs' };
  world.run(api.images.pull('default', 'docker.io/library/busybox:1.36', options));
  const { interfaces } = world.kernel.host.network;
  const card = interfaces.get('eth0');
  if (card) interfaces.set('eth0', { ...card, speed: 1 });
  const pull = world.sim.go(api.images.pull('default', 'docker.io/library/nginx:1.27', options), 'pull');
  const seen = new Set<string>();
  for (let i = 0; !pull.done && i < 200; i++) {
    world.sim.advance(20_000);
    for (const { id, labels } of api.leases.list('default')) seen.add(`${id.replace(/^\d+-\S{4}$/, 'N-R')} ${Object.keys(labels)}`);
    if (i === 1) api.images.delete('default', 'docker.io/library/busybox:1.36', { sync: true });
    else api.leases.create('default', 'x', {});
    if (i !== 1) api.leases.delete('default', 'x');
  }
  expect(pull.done).toBe(true);
  expect([...seen]).toEqual(['N-R containerd.io/gc.expire']);
  expect(api.leases.list('default')).toEqual([]);
  expect(api.images.list('default').map(({ name }) => name)).toEqual(['docker.io/library/nginx:1.27']);
  expect(world.run(api.snapshots.unpack('default', 'overlayfs', 'docker.io/library/nginx:1.27'))).toMatch(/^sha256:/);
  const held = api.content.list('default').length;
  expect(held).toBeGreaterThan(3);
  world.sim.advance(60_000);
  expect(api.content.list('default').length).toBe(held);
});
