import { describe, expect, it } from 'vitest';
import { type KubeletWorld, newKubeletWorld, ready } from './world.ts';

const busybox = (command: string, more = {}, ofContainer = {}) => ({
  containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', command], ...ofContainer }],
  ...more,
});
const path = (name: string, what: string) => `/api/v1/namespaces/default/pods/${name}/${what}`;

function newWorld() {
  const world = newKubeletWorld();
  world.sim.advance(5_000);
  world.create('warm', busybox('exit 0', { restartPolicy: 'Never' }));
  world.until('warm', (pod) => pod.status?.phase === 'Succeeded');
  return world;
}

/** `1 CrashLoopBackOff 0` (seconds, status, restarts) whenever what is shown changes. */
function rhythm(world: KubeletWorld, name: string, seconds: number): string[] {
  const lines: string[] = [];
  const began = world.sim.now;
  let last = '';
  for (let i = 0; i < seconds * 10; i++) {
    world.sim.advance(100);
    const shown = `${world.column(name)} ${world.pod(name)?.status?.containerStatuses?.[0]?.restartCount ?? 0}`;
    if (shown !== last) lines.push(`${Math.floor((world.sim.now - began) / 1000)} ${shown}`);
    last = shown;
  }
  return lines;
}

describe('what a pod shows', () => {
  it('when it crashes again and again', () => {
    const world = newWorld();
    world.create('crash', busybox('echo boom; exit 1'));
    const lines = rhythm(world, 'crash', 60);
    expect(lines.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual([
      'ContainerCreating 0',
      'Error 0',
      'Error 1',
      'CrashLoopBackOff 1',
      'Error 2',
      'CrashLoopBackOff 2',
      'Error 3',
      'CrashLoopBackOff 3',
    ]);
    expect(world.text(path('crash', 'log'))).toBe('boom\n');
    expect(world.pod('crash')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /^back-off 40s restarting failed container=c pod=crash_default\([0-9a-f-]{36}\)$/,
    );
    expect(world.events('crash').at(-1)).toMatch(/^BackOff: Back-off restarting failed container c in pod crash_default\([0-9a-f-]{36}\) \(x\d\)$/);
    expect(world.world.containerd.cri.runtime.listContainers({ labelSelector: { 'io.kubernetes.pod.name': 'crash' } })).toHaveLength(1);
  });

  it('when its image is not to be had', () => {
    const world = newWorld();
    world.create('badimg', { containers: [{ name: 'c', image: 'nginx:nosuchtag' }] });
    const shown = rhythm(world, 'badimg', 60).map((line) => line.split(' ')[1]);
    expect(shown.slice(0, 4)).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull']);
    expect(world.text(path('badimg', 'log'))).toMatch(
      /^400: container "c" in pod "badimg" is waiting to start: (trying and failing to pull image|image can't be pulled)$/,
    );
    expect(world.text(path('badimg', 'exec'), { command: ['ls'] })).toBe(
      '500: Internal error occurred: unable to upgrade connection: container not found ("c")',
    );
    world.admin.patch('pods', { namespace: 'default', name: 'badimg' }, { spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } });
    world.until('badimg', ready, 10_000);
  });

  it('when its image is changed', () => {
    const world = newWorld();
    world.create('web', { containers: [{ name: 'web', image: 'nginx:1.27' }] });
    world.until('web', ready);
    world.admin.patch('pods', { namespace: 'default', name: 'web' }, { spec: { containers: [{ name: 'web', image: 'nginx:1.26' }] } });
    const pod = world.until('web', (each) => ready(each) && each.status?.containerStatuses?.[0]?.image === 'docker.io/library/nginx:1.26');
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(world.events('web')).toContain('Killing: Container web definition changed, will be restarted');
  });

  it('when it ends: phases, deadlines, memory', () => {
    const world = newWorld();
    world.create('three', busybox('exit 3', { restartPolicy: 'Never' }));
    world.create('retry', busybox('exit 1', { restartPolicy: 'OnFailure' }));
    world.create('late', busybox('sleep 3600', { restartPolicy: 'Never', activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 1 }));
    world.create(
      'oom',
      busybox(
        '',
        { restartPolicy: 'Never', volumes: [{ name: 'bin', hostPath: { path: '/usr/bin' } }] },
        { command: ['/node/eater', String(64 * 2 ** 20)], volumeMounts: [{ name: 'bin', mountPath: '/node' }], resources: { limits: { memory: '20Mi' } } },
      ),
    );
    world.sim.advance(12_000);
    expect(['three', 'late', 'oom'].map((name) => world.pod(name)?.status?.phase)).toEqual(['Failed', 'Failed', 'Failed']);
    expect(world.pod('retry')?.status?.phase).toBe('Running');
    expect(world.pod('late')?.status?.reason).toBe('DeadlineExceeded');
    expect(world.pod('oom')?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(world.pod('oom')?.status?.qosClass).toBe('Burstable');
  });

  it('when hooks and messages are used', () => {
    const world = newWorld();
    const lifecycle = { postStart: { exec: { command: ['touch', '/keep/started'] } }, preStop: { exec: { command: ['touch', '/keep/stopped'] } } };
    world.create('hooks', {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'], lifecycle, volumeMounts: [{ name: 'keep', mountPath: '/keep' }] }],
      volumes: [{ name: 'keep', hostPath: { path: '/mnt/keep', type: 'DirectoryOrCreate' } }],
    });
    world.create('words', busybox('echo last words > /dev/termination-log; exit 2', { restartPolicy: 'Never' }));
    world.until('hooks', ready);
    expect(world.files().exists('/mnt/keep/started')).toBe(true);
    world.admin.delete('pods', { namespace: 'default', name: 'hooks' });
    world.sim.advance(5_000);
    expect(world.files().exists('/mnt/keep/stopped')).toBe(true);
    expect(world.pod('words')?.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe('last words\n');
  });

  it('when it takes a claim', () => {
    const world = newWorld();
    world.admin.create('persistentvolumes', {
      metadata: { name: 'pv' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual', hostPath: { path: '/mnt/data' } },
    });
    world.admin.create('persistentvolumeclaims', {
      metadata: { name: 'data', namespace: 'default' },
      spec: { storageClassName: 'manual', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '500Mi' } } },
    });
    world.sim.advance(3_000);
    world.create(
      'store',
      busybox(
        'echo kept > /data/f; sleep 3600',
        { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] },
        { volumeMounts: [{ name: 'd', mountPath: '/data' }] },
      ),
    );
    world.until('store', ready);
    world.sim.advance(500);
    expect(world.files().read('/mnt/data/f')).toBe('kept\n');
  });
});

describe('the kubelet as a server', () => {
  it('reads logs as asked, and follows them', () => {
    const world = newWorld();
    world.create('talk', busybox('echo one; echo two; echo three; sleep 3; echo four', { restartPolicy: 'Never' }));
    world.until('talk', ready);
    expect(world.text(path('talk', 'log'), { tailLines: '1' })).toBe('three\n');
    expect(world.text(path('talk', 'log'), { tailLines: '0' })).toBe('');
    expect(world.text(path('talk', 'log'), { limitBytes: '5' })).toBe('one\nt');
    expect(world.text(path('talk', 'log'), { timestamps: 'true', tailLines: '1' })).toMatch(/^2026-11-22T13:00:\d\d\.\d{9}Z three\n$/);
    expect(world.text(path('talk', 'log'), { follow: 'true' })).toBe('one\ntwo\nthree\nfour\n');
    expect(world.text(path('talk', 'log'), { previous: 'true' })).toBe('400: previous terminated container "c" in pod "talk" not found');
  });

  it('runs commands', () => {
    const world = newWorld();
    world.create('web', { containers: [{ name: 'web', image: 'nginx:1.27' }], hostAliases: [{ ip: '1.2.3.4', hostnames: ['foo'] }] });
    world.until('web', ready);
    expect(world.text(path('web', 'exec'), { command: ['hostname'], stdout: 'true' })).toBe('web\n');
    expect(world.text(path('web', 'exec'), { command: ['cat', '/etc/resolv.conf'], stdout: 'true' })).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    );
    expect(world.text(path('web', 'exec'), { command: ['cat', '/etc/hosts'], stdout: 'true' })).toBe(
      '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n' +
        `${world.pod('web')?.status?.podIP}\tweb\n\n# Entries added by HostAliases.\n1.2.3.4\tfoo\n`,
    );
    expect(
      world
        .text(path('web', 'exec'), { command: ['env'], stdout: 'true' })
        .split('\n')
        .filter((line) => line.includes('KUBERNETES')),
    ).toHaveLength(8);
  });

  it('runs a debugging container', () => {
    const world = newWorld();
    world.create('web', { containers: [{ name: 'web', image: 'nginx:1.27' }] });
    world.until('web', ready);
    const ephemeralContainers = [{ name: 'dbg', image: 'busybox:1.36', command: ['sh', '-c', 'echo here; sleep 100'], targetContainerName: 'web' }];
    world.admin.patch('pods', { namespace: 'default', name: 'web', subresource: 'ephemeralcontainers' }, { spec: { ephemeralContainers } });
    world.until('web', (pod) => pod.status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined, 10_000);
    expect(world.text(path('web', 'log'), { container: 'dbg' })).toBe('here\n');
  });
});
