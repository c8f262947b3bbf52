import { describe, expect, it } from 'vitest';
import { newKubeletWorld, ready } from './world.ts';

const busybox = (command: string, more = {}) => ({ containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', command] }], ...more });

/** `1.6s ErrImagePull 0` whenever the shown status changes. */
function rhythm(world: ReturnType<typeof newKubeletWorld>, name: string, seconds: number): string[] {
  const lines: string[] = [];
  let last = '';
  const began = world.sim.now;
  for (let i = 0; i < seconds * 10; i++) {
    world.sim.advance(100);
    const shown = `${world.column(name)} ${world.pod(name)?.status?.containerStatuses?.[0]?.restartCount ?? 0}`;
    if (shown !== last) lines.push(`${((world.sim.now - began) / 1000).toFixed(1)}s ${shown}`);
    last = shown;
  }
  return lines;
}

describe('rhythm', () => {
  it('crash', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('warm', busybox('sleep 1', { restartPolicy: 'Never' }));
    world.sim.advance(15_000);
    console.log(world.column('warm'), world.events('warm'), world.events('node01'));
    world.create('crash', busybox('echo boom; exit 1'));
    world.create('done', busybox('sleep 5'));
    world.create('badimg', { containers: [{ name: 'c', image: 'nginx:nosuchtag' }] });
    world.create('badcmd', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['nosuch'] }] });
    console.log(rhythm(world, 'crash', 100), world.events('crash'));
    console.log(world.text('/api/v1/namespaces/default/pods/crash/log'), world.text('/api/v1/namespaces/default/pods/crash/log', { previous: 'true' }));
    console.log(world.column('badimg'), world.events('badimg'), world.text('/api/v1/namespaces/default/pods/badimg/log'));
    console.log(world.column('badcmd'), world.events('badcmd'));
    console.log(world.column('done'), world.events('done'));
    console.log(world.text('/api/v1/namespaces/default/pods/done/exec', { command: ['echo', 'hi'] }));
    console.log(JSON.stringify(world.pod('badimg')?.status, null, 1));
    for (const name of ['crash', 'done', 'badimg', 'badcmd', 'warm']) world.admin.delete('pods', { namespace: 'default', name });
    world.sim.advance(35_000);
    console.log(
      world.admin.list('pods').items.length,
      world.world.containerd.cri.runtime.listPodSandbox().length,
      world.world.containerd.cri.runtime.listContainers().length,
    );
    world.sim.advance(65_000);
    console.log(
      world.admin.list('pods').items.length,
      world.world.containerd.cri.runtime.listPodSandbox().length,
      world.world.containerd.cri.runtime.listContainers().length,
    );
    console.log(world.files().list('/var/lib/kubelet/pods'), world.files().list('/var/log/pods'), world.files().list('/var/log/containers'));
    console.log(world.log.join('\n'));
  });
});
