import { describe, expect, it } from 'vitest';
import { newKubeletWorld, ready } from './world.ts';

const nginx = { containers: [{ name: 'web', image: 'nginx:1.27' }] };
const condition = (world: ReturnType<typeof newKubeletWorld>, type = 'Ready') => {
  const found = world.admin.get('nodes', { namespace: '', name: 'node01' })?.status?.conditions?.find((each) => each.type === type);
  return `${found?.status} ${found?.reason} ${found?.message}`;
};
const manifest = (image: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: static-web\n  labels:\n    role: x\nspec:\n  containers:\n  - name: web\n    image: ${image}\n`;

describe('a node', () => {
  it('is Ready, reports what it has and renews its lease', () => {
    const world = newKubeletWorld();
    world.sim.advance(60_000);
    expect(condition(world)).toBe('True KubeletReady kubelet is posting ready status');
    const node = world.admin.get('nodes', { namespace: '', name: 'node01' });
    expect(node?.status?.capacity).toEqual({ cpu: '2', 'ephemeral-storage': '40Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory: '4Gi', pods: '110' });
    expect(node?.status?.allocatable?.['memory']).toBe('3996Mi');
    expect(node?.status?.addresses).toEqual([
      { address: '172.30.0.2', type: 'InternalIP' },
      { address: 'node01', type: 'Hostname' },
    ]);
    const lease = world.admin.get('leases.coordination.k8s.io', { namespace: 'kube-node-lease', name: 'node01' });
    expect(lease?.spec.holderIdentity).toBe('node01');
    expect(world.sim.now - Date.parse(lease?.spec.renewTime ?? '')).toBeLessThan(11_000);
  });

  it('turns NotReady when its runtime is down, and its pods go on', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('web', nginx);
    world.until('web', ready);
    world.state.containerdDown = true;
    world.containerd.stop();
    world.sim.advance(5_000);
    expect(condition(world)).toMatch(/^True/);
    const began = world.sim.now;
    expect(world.sim.advanceUntil(() => condition(world).startsWith('False'), 60_000)).toBe(true);
    expect(world.sim.now - began).toBeGreaterThan(24_000);
    expect(condition(world)).toBe('False KubeletNotReady container runtime is down');
    expect(world.text('/api/v1/namespaces/default/pods/web/exec', { command: ['hostname'] })).toMatch(
      /unable to upgrade connection: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix/,
    );
    world.sim.advance(60_000);
    expect(world.events('node01').some((each) => each.startsWith('ContainerGCFailed: rpc error'))).toBe(true);
    expect(world.events('node01')).toContain('NodeNotReady: Node node01 status is now: NodeNotReady');
    world.restart();
    world.state.containerdDown = false;
    (world as { containerd: unknown }).containerd = world.world.containerd;
    expect(world.sim.advanceUntil(() => condition(world).startsWith('True'), 60_000)).toBe(true);
    expect(world.pod('web')?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('is NotReady without a CNI configuration', () => {
    const world = newKubeletWorld();
    world.sim.advance(15_000);
    const text = world.files().read('/etc/cni/net.d/10-cbr0.conflist');
    world.files().unlink('/etc/cni/net.d/10-cbr0.conflist');
    world.sim.advance(20_000);
    expect(condition(world)).toBe(
      'False KubeletNotReady container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    );
    world.files().write('/etc/cni/net.d/10-cbr0.conflist', text);
    world.sim.advance(20_000);
    expect(condition(world)).toMatch(/^True/);
  });

  it('keeps containers over a restart of the kubelet', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('web', nginx);
    const before = world.until('web', ready).status?.containerStatuses?.[0]?.containerID;
    world.stopKubelet();
    world.sim.advance(10_000);
    world.startKubelet();
    world.sim.advance(10_000);
    const after = world.pod('web');
    expect(after?.status?.containerStatuses?.[0]?.containerID).toBe(before);
    expect(ready(after as never)).toBe(true);
  });

  it('runs static pods with mirrors', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const path = '/etc/kubernetes/manifests/web.yaml';
    world.files().write(path, manifest('nginx:1.27'));
    const pod = world.until('static-web-node01', ready);
    expect(pod.metadata.ownerReferences?.[0]?.kind).toBe('Node');
    expect(
      world
        .files()
        .list('/var/lib/kubelet/pods')
        .map(([name]) => name),
    ).toEqual([pod.metadata.annotations?.['kubernetes.io/config.hash']]);
    world.admin.delete('pods', { namespace: 'default', name: 'static-web-node01' }, { gracePeriodSeconds: 0 });
    world.sim.advance(3_000);
    const again = world.until('static-web-node01', ready);
    expect(again.metadata.uid).not.toBe(pod.metadata.uid);
    expect(again.status?.containerStatuses?.[0]?.containerID).toBe(pod.status?.containerStatuses?.[0]?.containerID);
    world.files().write(path, manifest('nginx:1.26'));
    world.until('static-web-node01', (each) => each.spec.containers[0]?.image === 'nginx:1.26' && ready(each));
    // The folder itself is moved away, with all that is in it.
    world.files().rename('/etc/kubernetes/manifests', '/root/aside');
    expect(world.sim.advanceUntil(() => world.pod('static-web-node01') === undefined, 40_000)).toBe(true);
    world.sim.advance(40_000);
    expect(world.world.containerd.cri.runtime.listContainers({ state: 'CONTAINER_RUNNING' })).toEqual([]);
  });

  it('puts an end to what nobody asked for', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const { runtime } = world.world.containerd.cri;
    const id = world.run(
      runtime.runPodSandbox({ metadata: { name: 'demo', namespace: 'default', uid: 'u', attempt: 0 }, linux: { cgroupParent: '/demo' } }, ''),
    );
    world.sim.advance(4_000);
    expect(runtime.podSandboxStatus(id).state).toBe('SANDBOX_NOTREADY');
    world.sim.advance(60_000);
    expect(runtime.listPodSandbox()).toEqual([]);
  });

  it('restarts what is stopped behind its back', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('web', nginx);
    const id = world.until('web', ready).status?.containerStatuses?.[0]?.containerID?.slice(13) ?? '';
    world.run(world.world.containerd.cri.runtime.stopContainer(id, 0));
    world.until('web', (pod) => ready(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1, 5_000);
  });

  it('deletes gracefully, and at once when told so', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('deaf', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] }] });
    world.create('deaf2', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] }], terminationGracePeriodSeconds: 5 });
    world.until('deaf', ready);
    world.until('deaf2', ready);
    world.admin.delete('pods', { namespace: 'default', name: 'deaf' });
    world.admin.delete('pods', { namespace: 'default', name: 'deaf2' });
    world.sim.advance(3_000);
    expect(world.pod('deaf2')?.metadata.deletionTimestamp).toBeDefined();
    world.sim.advance(4_000);
    expect(world.pod('deaf2')).toBeUndefined();
    expect(world.pod('deaf')?.status?.phase).toBe('Running');
    world.admin.delete('pods', { namespace: 'default', name: 'deaf' }, { gracePeriodSeconds: 0 });
    expect(world.pod('deaf')).toBeUndefined();
    world.sim.advance(3_000);
    expect(world.events('deaf').filter((each) => each.startsWith('Killing')).length).toBe(1);
  });
});

describe('a node under pressure', () => {
  it('evicts the pod that uses more than it asked for', () => {
    const world = newKubeletWorld();
    world.sim.advance(15_000);
    world.create('calm', nginx);
    world.create('hog', {
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['/node/eater', String(4020 * 2 ** 20)], volumeMounts: [{ name: 'bin', mountPath: '/node' }] }],
      volumes: [{ name: 'bin', hostPath: { path: '/usr/bin' } }],
    });
    world.until('calm', ready);
    world.sim.advance(25_000);
    expect(world.pod('hog')?.status?.phase).toBe('Failed');
    expect(world.pod('hog')?.status?.reason).toBe('Evicted');
    expect(world.pod('hog')?.status?.message).toMatch(
      /^The node was low on resource: memory. Threshold quantity: 100Mi, available: \d+Ki. Container c was using \d+[KM]i, request is 0, has larger consumption of memory. $/,
    );
    expect(world.pod('calm')?.status?.phase).toBe('Running');
    expect(condition(world, 'MemoryPressure')).toBe('True KubeletHasInsufficientMemory kubelet has insufficient memory available');
    world.sim.advance(320_000);
    expect(condition(world, 'MemoryPressure')).toMatch(/^False/);
  });

  it('refuses what does not fit', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('big', {
      nodeName: 'node01',
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '1'], resources: { requests: { cpu: '4' } } }],
    });
    world.sim.advance(3_000);
    expect(world.pod('big')?.status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: 0, capacity: 2000",
    });
  });

  it('refuses what the scheduler would have, and sysctls that nobody allowed', () => {
    const world = newKubeletWorld({ config: { allowedUnsafeSysctls: ['net.core.*'] } });
    world.sim.advance(5_000);
    const containers = [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '9'], ports: [{ containerPort: 80, hostPort: 8080 }] }];
    const sysctls = (name: string) => ({
      securityContext: { sysctls: [{ name, value: '1' }] },
      nodeName: 'node01',
      containers: [{ ...containers[0], ports: [] }],
    });
    world.create('first', { nodeName: 'node01', containers });
    world.create('second', { nodeName: 'node01', containers });
    world.create('unsafe', sysctls('kernel.msgmax'));
    world.create('allowed', sysctls('net.core.somaxconn'));
    world.admin.patch('nodes', { namespace: '', name: 'node01' }, { spec: { unschedulable: true } });
    world.sim.advance(15_000);
    const why = (name: string) => [world.pod(name)?.status?.reason, world.pod(name)?.status?.message];
    expect(why('second')).toEqual(['NodePorts', "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"]);
    expect(Object.keys(world.pod('unsafe')?.status ?? {}).sort()).toEqual(['message', 'observedGeneration', 'phase', 'qosClass', 'reason', 'startTime']);
    expect(why('unsafe')).toEqual(['SysctlForbidden', 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted']);
    expect(why('allowed')[0]).toBeUndefined();
    expect(world.events('node01')).toContain('NodeNotSchedulable: Node node01 status is now: NodeNotSchedulable');
  });

  it('gives a running pod other resources, where it has them', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '64Mi' } };
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    world.create('r', { nodeName: 'node01', containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '900'], resources, resizePolicy }] });
    world.sim.advance(5_000);
    const ask = (limits: object, requests: object) => {
      const key = { namespace: 'default', name: 'r', subresource: 'resize', type: 'strategic' } as const;
      world.admin.patch('pods', key, { spec: { containers: [{ name: 'c', resources: { limits, requests } }] } });
      world.sim.advance(5_000);
      return world.pod('r')?.status;
    };
    const given = ask({ cpu: '400m' }, {});
    expect(given?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, resources: { limits: { cpu: '400m' } } });
    expect(world.events('r').find((each) => each.startsWith('ResizeCompleted'))).toBe(
      'ResizeCompleted: Pod resize completed: {"containers":[{"name":"c","resources":{"limits":{"cpu":"400m","memory":"64Mi"},"requests":{"cpu":"100m","memory":"64Mi"}}}],"generation":2}',
    );
    const refused = ask({ cpu: '95' }, { cpu: '90' });
    expect(refused?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'PodResizePending',
        reason: 'Infeasible',
        message: "Node didn't have enough capacity: cpu, requested: 90000, capacity: 2000",
      }),
    );
    expect(refused?.containerStatuses?.[0]).toMatchObject({ resources: { limits: { cpu: '400m' } } });
    ask({ cpu: '400m', memory: '128Mi' }, { cpu: '100m' });
    world.sim.advance(40_000);
    expect(world.pod('r')?.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, resources: { limits: { memory: '128Mi' } } });
    expect(world.pod('r')?.status?.conditions?.some(({ type }) => type === 'PodResizePending')).toBe(false);
  });

  it('tells of a resize that goes on, fails or waits, and goes on when another pod has gone', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const pod = (cpu: string) => {
      const resources = { requests: { cpu, memory: '20Mi' }, limits: { memory: '200Mi' } };
      return { nodeName: 'node01', containers: [{ name: 'c', image: 'nginx:1.27', resources }] };
    };
    world.create('a', pod('500m'));
    world.create('b', pod('1'));
    world.until('a', ready);
    world.until('b', ready);
    const ask = (resources: object) => {
      const key = { namespace: 'default', name: 'a', subresource: 'resize', type: 'strategic' } as const;
      world.admin.patch('pods', key, { spec: { containers: [{ name: 'c', resources }] } });
    };
    const about = (type: string) => world.pod('a')?.status?.conditions?.find((each) => each.type === type);
    const given = () => world.pod('a')?.status?.containerStatuses?.[0] as { resources: object; allocatedResources: object } | undefined;
    ask({ requests: { cpu: '600m' } });
    world.until('a', () => about('PodResizeInProgress')?.status === 'True');
    expect(about('PodResizeInProgress')).toMatchObject({ observedGeneration: 2 });
    expect(given()).toMatchObject({ allocatedResources: { cpu: '600m' }, resources: { requests: { cpu: '500m' } } });
    world.until('a', () => about('PodResizeInProgress') === undefined);
    expect(given()).toMatchObject({ resources: { requests: { cpu: '600m' } } });

    ask({ requests: { memory: '4096' }, limits: { memory: '4096' } });
    world.until('a', () => about('PodResizeInProgress')?.reason === 'Error');
    expect(about('PodResizeInProgress')?.message).toMatch(
      /^cannot decrease memory limits: \[attempting to set pod memory limit \(4096\) below current usage \(\d+\), attempting to set container "c" memory limit \(4096\) below current usage \(\d+\)\]$/,
    );
    expect(world.events('a').find((each) => each.startsWith('ResizeError'))).toContain('"generation":3,"error":"cannot decrease memory limits: [');
    expect(given()).toMatchObject({ resources: { limits: { memory: '200Mi' } } });
    ask({ requests: { memory: '20Mi' }, limits: { memory: '200Mi' } });
    world.until('a', () => about('PodResizeInProgress') === undefined);

    ask({ requests: { cpu: '1500m' } });
    world.until('a', () => about('PodResizePending')?.reason === 'Deferred');
    expect(about('PodResizePending')).toMatchObject({
      observedGeneration: 5,
      message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
    });
    world.admin.delete('pods', { namespace: 'default', name: 'b' }, { gracePeriodSeconds: 1 });
    expect(world.sim.advanceUntil(() => about('PodResizePending') === undefined, 20_000)).toBe(true);
    expect(given()).toMatchObject({ allocatedResources: { cpu: '1500m' } });
  });

  it('takes a pod for a label that came at the same moment', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.admin.patch('nodes', { namespace: '', name: 'node01' }, { metadata: { labels: { disk: 'ssd' } } });
    world.create('picky', { ...nginx, nodeName: 'node01', nodeSelector: { disk: 'ssd' } });
    world.until('picky', ready);
    world.create('other', { ...nginx, nodeName: 'node01', nodeSelector: { disk: 'tape' } });
    world.until('other', (pod) => pod.status?.reason === 'NodeAffinity');
  });

  it('tells which name servers and search paths do not fit, and when it knows no cluster DNS', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const nameservers = ['1.1.1.1', '1.1.1.2', '1.1.1.3'];
    const searches = Array.from({ length: 32 }, (_, i) => `s${i}.example`);
    world.create('much', { ...nginx, dnsConfig: { nameservers, searches } });
    world.until('much', ready);
    const told = world.events('much').filter((text) => text.startsWith('DNSConfigForming'));
    const omitted = (what: string, some: string) => `DNSConfigForming: ${what} limits were exceeded, some ${some} have been omitted, the applied `;
    expect(told[0]).toContain(`${omitted('Nameserver', 'nameservers')}nameserver line is: 10.96.0.10 1.1.1.1 1.1.1.2`);
    expect(told[1]).toContain(`${omitted('Search Line', 'search paths')}search line is: default.svc.cluster.local svc.cluster.local cluster.local s0.example`);
    expect(told[1]).toMatch(/s28\.example(?: \(x\d+\))?$/);
    const without = newKubeletWorld({ config: { clusterDNS: [] } });
    without.sim.advance(5_000);
    without.create('web', nginx);
    const { uid } = without.until('web', ready).metadata;
    const message = 'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
    expect(without.events('web').join('\n')).toContain(`MissingClusterDNS: pod: "web_default(${uid})". ${message}`);
    expect(without.events('node01').join('\n')).toContain(`MissingClusterDNS: ${message}`);
  });

  it('clears away what pods left that were deleted while the kubelet was away', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('web', nginx);
    const uid = world.until('web', ready).metadata.uid?.replaceAll('-', '_');
    const cgroups = () => world.kernel.rootCgroup.find('/kubepods.slice/kubepods-besteffort.slice')?.children.size;
    expect(world.kernel.rootCgroup.find(`/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${uid}.slice`)).toBeDefined();
    world.stopKubelet();
    world.admin.delete('pods', { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
    world.startKubelet();
    world.sim.advance(70_000);
    expect(cgroups()).toBe(0);
    expect(world.world.containerd.cri.runtime.listPodSandbox()).toEqual([]);
    expect(world.files().list('/var/lib/kubelet/pods')).toEqual([]);
    expect(world.files().list('/var/log/pods')).toEqual([]);
  });
});
