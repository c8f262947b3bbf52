import { describe, expect, it } from 'vitest';
import { newKubeletWorld, ready } from './world.ts';

const busybox = (command: string, more = {}) => ({ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', command], ...more });
const log = (name: string, container = 'c') => [`/api/v1/namespaces/default/pods/${name}/log`, { container }] as const;

describe('containers of a pod', () => {
  it('start in order: init, sidecar, then the others', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('multi', {
      terminationGracePeriodSeconds: 1,
      initContainers: [
        { ...busybox('echo ready > /shared/state'), name: 'prepare', volumeMounts: [{ name: 'work', mountPath: '/shared' }] },
        { ...busybox('echo proxy up; sleep 3600'), name: 'proxy', restartPolicy: 'Always' },
      ],
      containers: [
        {
          ...busybox('cat /shared/state; echo $POD_NAME on $NODE; sleep 3600'),
          name: 'reader',
          volumeMounts: [{ name: 'work', mountPath: '/shared' }],
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          ],
        },
      ],
      volumes: [{ name: 'work', emptyDir: {} }],
    });
    world.until('multi', (pod) => pod.status?.phase === 'Running');
    world.sim.advance(1000);
    const pod = world.until('multi', ready);
    expect(pod.status?.initContainerStatuses?.map(({ name, ready: is, started, state }) => [name, is, started, Object.keys(state ?? {})[0]])).toEqual([
      ['prepare', true, false, 'terminated'],
      ['proxy', true, true, 'running'],
    ]);
    expect(world.text(...log('multi', 'reader'))).toBe('ready\nmulti on node01\n');
    expect(world.text(...log('multi', 'proxy'))).toBe('proxy up\n');
    expect(world.events('multi').filter((each) => each.startsWith('Started'))).toEqual([
      'Started: Container started',
      'Started: Container started',
      'Started: Container started',
    ]);
    world.admin.delete('pods', { namespace: 'default', name: 'multi' });
    world.sim.advance(4_000);
    expect(world.pod('multi')).toBeUndefined();
    expect(world.events('multi').filter((each) => each.startsWith('Killing'))).toEqual([
      'Killing: Stopping container reader',
      'Killing: Stopping container proxy',
    ]);
  });

  it('are started again as their own policies and rules say', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const mounted = { volumeMounts: [{ name: 'work', mountPath: '/work' }] };
    const once = (name: string, first: number, then: number) => ({
      ...busybox(`if [ -f /work/${name} ]; then exit ${then}; fi; touch /work/${name}; exit ${first}`, mounted),
      name,
    });
    world.create('rules', {
      restartPolicy: 'Never',
      initContainers: [{ ...once('init', 1, 0), restartPolicy: 'OnFailure' }],
      containers: [
        { ...once('ruled', 42, 3), restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] },
        { ...once('own', 1, 0), restartPolicy: 'OnFailure' },
        { ...once('podlike', 0, 1) },
      ],
      volumes: [{ name: 'work', emptyDir: {} }],
    });
    const pod = world.until('rules', ({ status }) => status?.phase === 'Failed');
    const facts = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    expect(facts.map(({ name, restartCount, state }) => [name, restartCount, state?.terminated?.exitCode])).toEqual([
      ['init', 1, 0],
      ['ruled', 1, 3],
      ['own', 1, 0],
      ['podlike', 0, 0],
    ]);
  });

  it("share what their pod may use; the pod's group goes with it", () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('shared', {
      terminationGracePeriodSeconds: 1,
      resources: { requests: { cpu: '300m' }, limits: { cpu: '500m', memory: '64Mi' } },
      containers: [
        { ...busybox('sleep 3600'), name: 'a', resources: { requests: { memory: '16Mi' } } },
        { ...busybox('sleep 3600'), name: 'b' },
      ],
    });
    const pod = world.until('shared', ready);
    expect(pod.status?.qosClass).toBe('Burstable');
    expect(pod.spec).toMatchObject({ resources: { requests: { cpu: '300m', memory: '16Mi' } } });
    const group = () =>
      world.world.kernel.rootCgroup.find(`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${pod.metadata.uid?.replaceAll('-', '_')}.slice`);
    expect(group()).toMatchObject({ memoryMaxBytes: 64 * 2 ** 20, cpuQuotaMicros: 50_000 });
    expect([...(group()?.children.values() ?? [])].map(({ memoryMaxBytes }) => memoryMaxBytes)).toContain(Number.POSITIVE_INFINITY);
    world.admin.delete('pods', { namespace: 'default', name: 'shared' });
    world.sim.advance(10_000);
    expect(group()).toBeUndefined();
  });

  it('are confined as their security contexts say; a profile that is not on the node is told', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    const look = 'grep -E "NoNew|Seccomp:" /proc/1/status; cat /proc/sys/kernel/shm_rmid_forced /proc/1/cgroup; sleep 999';
    world.create('safe', {
      securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }], seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        busybox(look, { securityContext: { allowPrivilegeEscalation: false } }),
        { ...busybox(look, { securityContext: { seccompProfile: { type: 'Unconfined' } } }), name: 'free' },
      ],
    });
    world.create('gone', { containers: [busybox(look, { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'no.json' } } })] });
    world.until('safe', ready);
    world.sim.advance(2_000);
    expect(world.text(...log('safe'))).toBe('NoNewPrivs:\t1\nSeccomp:\t2\n1\n0::/\n');
    expect(world.text(...log('safe', 'free'))).toBe('NoNewPrivs:\t0\nSeccomp:\t0\n1\n0::/\n');
    expect(world.events('gone').find((each) => each.startsWith('Failed'))).toContain(
      'Failed: Error: failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/no.json": open /var/lib/kubelet/seccomp/no.json: no such file or directory',
    );
  });

  it('get configuration, secrets, tokens and service variables', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.admin.create('configmaps', { metadata: { name: 'cm', namespace: 'default' }, data: { COLOR: 'blue', 'app.conf': 'x=1\n' } });
    world.admin.create('secrets', { metadata: { name: 's', namespace: 'default' }, data: { password: btoa('hunter2') } });
    world.admin.create('services', {
      metadata: { name: 'my-db', namespace: 'default' },
      spec: { ports: [{ port: 6379, name: 'redis' }], selector: { a: 'b' } },
    });
    world.sim.advance(1000);
    world.create(
      'conf',
      {
        restartPolicy: 'Never',
        containers: [
          busybox(
            'echo $COLOR $PW $MSG $MY_DB_SERVICE_PORT_REDIS; cat /cfg/app.conf /sec/password /info/labels; cat /var/run/secrets/kubernetes.io/serviceaccount/namespace',
            {
              envFrom: [{ configMapRef: { name: 'cm' } }],
              env: [
                { name: 'PW', valueFrom: { secretKeyRef: { name: 's', key: 'password' } } },
                { name: 'MSG', value: 'is-$(COLOR)-$$(COLOR)-$(NOPE)' },
              ],
              volumeMounts: [
                { name: 'cfg', mountPath: '/cfg' },
                { name: 'sec', mountPath: '/sec', readOnly: true },
                { name: 'info', mountPath: '/info' },
              ],
            },
          ),
        ],
        volumes: [
          { name: 'cfg', configMap: { name: 'cm' } },
          { name: 'sec', secret: { secretName: 's' } },
          { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
      { labels: { app: 'conf' } },
    );
    world.until('conf', (pod) => pod.status?.phase === 'Succeeded');
    expect(world.text(...log('conf'))).toBe('blue hunter2 is-blue-$(COLOR)-$(NOPE) 6379\nx=1\nhunter2app="conf"default\n');
    world.sim.advance(1_000);
    expect(world.pod('conf')?.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason ?? ''}`)).toEqual([
      'PodReadyToStartContainers=False ',
      'Initialized=True PodCompleted',
      'Ready=False PodCompleted',
      'ContainersReady=False PodCompleted',
      'PodScheduled=True ',
    ]);
  });

  it('say what is missing', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('cmpod', { containers: [busybox('sleep 3600', { envFrom: [{ configMapRef: { name: 'nosuchcm' } }] })] });
    world.create('volpod', {
      containers: [busybox('sleep 1', { volumeMounts: [{ name: 's', mountPath: '/s' }] })],
      volumes: [{ name: 's', secret: { secretName: 'nosuchsecret' } }],
    });
    world.create('nonroot', { securityContext: { runAsNonRoot: true }, containers: [busybox('sleep 1')] });
    world.create('never', { containers: [busybox('sleep 1', { imagePullPolicy: 'Never', image: 'redis:7' })] });
    world.create('badname', { containers: [busybox('sleep 1', { image: 'NGINX' })] });
    world.sim.advance(6_000);
    expect(['cmpod', 'volpod', 'nonroot', 'never', 'badname'].map((name) => world.column(name))).toEqual([
      'CreateContainerConfigError',
      'ContainerCreating',
      'CreateContainerConfigError',
      'ErrImageNeverPull',
      'InvalidImageName',
    ]);
    expect(world.pod('cmpod')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('configmap "nosuchcm" not found');
    expect(world.events('volpod').find((each) => each.startsWith('FailedMount'))).toMatch(
      /^FailedMount: MountVolume.SetUp failed for volume "s" : secret "nosuchsecret" not found/,
    );
    expect(world.events('nonroot').find((each) => each.startsWith('Failed'))).toMatch(
      /^Failed: Error: container has runAsNonRoot and image will run as root \(pod: "nonroot_default\([0-9a-f-]+\)", container: c\)/,
    );
    world.admin.create('configmaps', { metadata: { name: 'nosuchcm', namespace: 'default' }, data: { COLOR: 'blue' } });
    world.until('cmpod', ready);
    world.admin.delete('pods', { namespace: 'default', name: 'volpod' });
    world.sim.advance(2_000);
    expect(world.pod('volpod')).toBeUndefined();
  });

  it('are probed', () => {
    const world = newKubeletWorld();
    world.sim.advance(5_000);
    world.create('liveness', {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...busybox(''),
          command: undefined,
          args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 12; rm -f /tmp/healthy; sleep 600'],
          livenessProbe: { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 2, periodSeconds: 3, failureThreshold: 2 },
        },
      ],
    });
    world.create('notready', {
      containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 2 } }],
    });
    world.sim.advance(30_000);
    expect(world.pod('liveness')?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(world.events('liveness')).toContain('Killing: Container c failed liveness probe, will be restarted');
    expect(world.events('liveness').find((each) => each.startsWith('Unhealthy'))).toMatch(
      /^Unhealthy: Liveness probe failed: cat: .*No such file or directory\n \(x2\)$/,
    );
    expect(world.events('notready').find((each) => each.startsWith('Unhealthy'))).toMatch(
      /^Unhealthy: Readiness probe failed: Get "http:\/\/10.244.1.\d:8080\/healthz": dial tcp 10.244.1.\d:8080: connect: connection refused/,
    );
    expect(world.pod('notready')?.status?.containerStatuses?.[0]?.ready).toBe(false);
  });
});
