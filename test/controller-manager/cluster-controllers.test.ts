import { expect, test } from 'vitest';
import { newCertificateRequest, verify } from '../../src/apimachinery/pki.ts';
import { addNode, deploymentOf, newTestCluster } from './cluster.ts';

type Client = ReturnType<typeof newTestCluster>['client'];
const messages = (client: Client, name: string, namespace = 'default') =>
  client
    .list('events', { namespace })
    .items.filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message, type }) => `${type} ${reason} ${message}`);
const web = { namespace: 'default', name: 'web' };

test('a namespace gets what it needs, and empties before it goes', () => {
  const { client, settle } = newTestCluster();
  client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } } as never);
  settle(1000);
  expect(client.get('serviceaccounts', { namespace: 'demo', name: 'default' })).toBeDefined();
  expect(client.get('configmaps', { namespace: 'demo', name: 'kube-root-ca.crt' })?.data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
  const deployment = deploymentOf('web', 2);
  client.create('deployments.apps', { ...deployment, metadata: { ...deployment.metadata, namespace: 'demo' } } as never);
  settle();
  client.delete('namespaces', { namespace: '', name: 'demo' });
  settle(500);
  expect(client.get('namespaces', { namespace: '', name: 'demo' })?.status).toMatchObject({ phase: 'Terminating' });
  settle(60_000);
  expect(client.get('namespaces', { namespace: '', name: 'demo' })).toBeUndefined();
  // A group whose server is away may have something there: the namespace waits for it.
  const service = { name: 'metrics-server', namespace: 'kube-system' };
  const spec = { group: 'metrics.k8s.io', version: 'v1beta1', service, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true };
  const api = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io' }, spec };
  const path = '/apis/apiregistration.k8s.io/v1/apiservices';
  client.send({ method: 'POST', path, body: api });
  client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'stuck' } } as never);
  settle(500);
  client.delete('namespaces', { namespace: '', name: 'stuck' });
  settle(20_000);
  expect(client.get('namespaces', { namespace: '', name: 'stuck' })?.status?.conditions?.[0]).toMatchObject({
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'True',
    reason: 'DiscoveryFailed',
    message: expect.stringMatching(
      /^Discovery failed for some groups, 1 failing: .* metrics.k8s.io\/v1beta1: stale GroupVersion discovery: metrics.k8s.io\/v1beta1$/,
    ),
  });
  client.send({ method: 'DELETE', path: `${path}/v1beta1.metrics.k8s.io` });
  settle(60_000);
  expect(client.get('namespaces', { namespace: '', name: 'stuck' })).toBeUndefined();
  expect(client.list('pods', { namespace: 'demo' }).items).toHaveLength(0);
  expect(client.list('configmaps', { namespace: 'demo' }).items).toHaveLength(0);
});

test('a silent node is Unknown, tainted, and loses its pods', () => {
  const { client, settle, sim } = newTestCluster({ nodes: 2 });
  settle(1000);
  client.create('deployments.apps', deploymentOf('web', 4) as never);
  settle();
  const lease = client.get('leases.coordination.k8s.io', { namespace: 'kube-node-lease', name: 'node02' });
  client.update('leases.coordination.k8s.io', { ...lease, spec: { ...lease?.spec, renewTime: new Date(sim.now).toISOString().replace('Z', '000Z') } } as never);
  settle(58_000);
  const node = client.get('nodes', { namespace: '', name: 'node02' });
  expect(node?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toContain('Ready Unknown NodeStatusUnknown');
  expect(node?.spec.taints?.map(({ key, effect }) => `${key}:${effect}`)).toEqual([
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  expect(messages(client, 'node02')).toEqual([
    'Normal RegisteredNode Node node02 event: Registered Node node02 in Controller',
    'Normal NodeNotReady Node node02 status is now: NodeNotReady',
  ]);
  const lost = client.list('pods', { namespace: 'default' }).items.filter(({ spec }) => spec.nodeName === 'node02');
  expect(lost.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status)).toEqual(['False', 'False']);
  expect(messages(client, lost[0]?.metadata.name ?? '').at(-1)).toBe('Warning NodeNotReady Node is not ready');
  expect(client.get('deployments.apps', web)?.status?.availableReplicas).toBe(2);
  settle(310_000);
  expect(messages(client, lost[0]?.metadata.name ?? '').at(-1)).toBe(`Normal TaintManagerEviction Marking for deletion Pod default/${lost[0]?.metadata.name}`);
  expect(client.get('deployments.apps', web)?.status?.availableReplicas).toBe(4);
});

test('nodes get their part of the pod network', () => {
  const { client, settle, sim } = newTestCluster({ nodes: 2 });
  settle(1000);
  addNode(client, 'late', sim.now);
  settle(1000);
  expect(
    client
      .list('nodes')
      .items.map(({ metadata, spec }) => [metadata.name, spec.podCIDR])
      .sort(),
  ).toEqual([
    ['late', '10.244.2.0/24'],
    ['node01', '10.244.0.0/24'],
    ['node02', '10.244.1.0/24'],
  ]);
});

test('services have endpoints while there are ready pods', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...web, labels: { app: 'web' } },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  } as never);
  client.create('deployments.apps', deploymentOf('web', 3) as never);
  settle();
  const slices = () => client.list('endpointslices.discovery.k8s.io', { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' }).items;
  expect(slices()).toHaveLength(1);
  expect(slices()[0]?.endpoints?.map(({ conditions }) => conditions)).toEqual(Array(3).fill({ ready: true, serving: true, terminating: false }));
  expect(slices()[0]?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
  expect(client.get('endpoints', web)?.subsets?.[0]?.addresses).toHaveLength(3);
  // Hints follow the Service's wish and the nodes' zones.
  for (const name of ['node01', 'node02']) client.patch('nodes', { namespace: '', name }, { metadata: { labels: { 'topology.kubernetes.io/zone': 'a' } } });
  client.patch('services', web, { spec: { trafficDistribution: 'PreferSameNode' } });
  settle();
  const [endpoint] = slices()[0]?.endpoints ?? [];
  expect(endpoint).toMatchObject({ zone: 'a', hints: { forZones: [{ name: 'a' }], forNodes: [{ name: endpoint?.nodeName }] } });
  client.patch('services', web, { spec: { trafficDistribution: null } });
  settle();
  expect(slices()[0]?.endpoints?.some(({ hints }) => hints !== undefined)).toBe(false);
  client.patch('deployments.apps', web, { spec: { replicas: 0 } });
  settle();
  expect(slices().map(({ endpoints }) => endpoints?.length ?? 0)).toEqual([0]);
  expect(client.get('endpoints', web)?.subsets ?? []).toEqual([]);
  client.delete('services', web);
  settle();
  expect(slices()).toEqual([]);
  expect(client.get('endpoints', web)).toBeUndefined();
});

test('Endpoints written by hand are mirrored into slices, for a Service without a selector alone', () => {
  const { client, settle } = newTestCluster();
  const metadata = { name: 'ext', namespace: 'default', labels: { team: 'db' } };
  const slices = () =>
    client.list('endpointslices.discovery.k8s.io', { namespace: 'default' }).items.filter((slice) => slice.metadata.name?.startsWith('ext-'));
  client.create('endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets: [{ addresses: [{ ip: '1.2.3.4' }], ports: [{ port: 80 }] }] } as never);
  settle(1000);
  expect(slices()).toEqual([]);
  client.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } } as never);
  settle(1000);
  const [slice] = slices();
  expect(slice).toMatchObject({
    metadata: {
      labels: { team: 'db', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io', 'kubernetes.io/service-name': 'ext' },
    },
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
    endpoints: [{ addresses: ['1.2.3.4'], conditions: { ready: true } }],
  });
  const known = client.get('endpoints', { namespace: 'default', name: 'ext' });
  client.update('endpoints', { ...known, subsets: [{ notReadyAddresses: [{ ip: '1.2.3.5' }], ports: [{ port: 81 }] }] } as never);
  settle(1000);
  expect(slices()).toMatchObject([
    { metadata: { name: slice?.metadata.name }, ports: [{ port: 81 }], endpoints: [{ addresses: ['1.2.3.5'], conditions: { ready: false } }] },
  ]);
  client.delete('endpoints', { namespace: 'default', name: 'ext' });
  settle(1000);
  expect(slices()).toEqual([]);
});

test('the empty slice of a Service becomes the one that holds its pods, and is empty again after them', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: web, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as never);
  settle(500);
  const slice = () => client.list('endpointslices.discovery.k8s.io', { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' }).items;
  const [first] = slice();
  expect(first).toMatchObject({ endpoints: null, ports: null, metadata: { generation: 1 } });
  client.create('deployments.apps', deploymentOf('web', 3) as never);
  settle();
  expect(slice().map(({ metadata }) => metadata.uid)).toEqual([first?.metadata.uid]);
  expect(slice()[0]?.endpoints).toHaveLength(3);
  const filled = slice()[0]?.metadata.generation ?? 0;
  expect(filled).toBeGreaterThan(1);
  client.patch('services', web, { metadata: { labels: { tier: 'front' } } });
  settle(500);
  expect(slice()[0]?.metadata).toMatchObject({ generation: filled + 1, labels: { tier: 'front' } });
  client.delete('deployments.apps', web);
  settle();
  expect(slice()).toMatchObject([{ endpoints: null, ports: null, metadata: { uid: first?.metadata.uid } }]);
});

test('annotations of a Deployment count as a generation, labels do not', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('deployments.apps', deploymentOf('web', 1) as never);
  settle();
  const generations = () => [client.get('deployments.apps', web)?.metadata.generation, client.get('deployments.apps', web)?.status?.observedGeneration];
  expect(generations()).toEqual([1, 1]);
  client.patch('deployments.apps', web, { metadata: { labels: { a: 'b' } } });
  settle(500);
  expect(generations()).toEqual([1, 1]);
  client.patch('deployments.apps', web, { metadata: { annotations: { 'kubernetes.io/change-cause': 'first' } } });
  settle(500);
  expect(generations()).toEqual([2, 2]);
});

test('garbage goes in the background, in the foreground, or is orphaned', () => {
  for (const propagationPolicy of ['Background', 'Foreground', 'Orphan'] as const) {
    const { client, settle } = newTestCluster();
    settle(500);
    client.create('deployments.apps', deploymentOf('web', 2) as never);
    settle();
    client.delete('deployments.apps', web, { propagationPolicy });
    settle();
    expect(client.get('deployments.apps', web)).toBeUndefined();
    const sets = client.list('replicasets.apps').items;
    expect(sets.map(({ metadata }) => metadata.ownerReferences ?? [])).toEqual(propagationPolicy === 'Orphan' ? [[]] : []);
    expect(client.list('pods').items).toHaveLength(propagationPolicy === 'Orphan' ? 2 : 0);
  }
});

test('an owner in another namespace owns nothing: that is told, and the object goes', () => {
  const { client, settle } = newTestCluster();
  client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } } as never);
  settle(500);
  const configMap = (metadata: object) => client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata } as never);
  const uid = configMap({ name: 'owner', namespace: 'default' }).metadata.uid ?? '';
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
  configMap({ name: 'near', namespace: 'default', ownerReferences });
  configMap({ name: 'far', namespace: 'other', ownerReferences });
  client.create('priorityclasses.scheduling.k8s.io', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'wide', ownerReferences },
    value: 1,
  } as never);
  settle();
  const told = client.list('events').items.filter(({ reason }) => reason === 'OwnerRefInvalidNamespace');
  expect(told.map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`).sort()).toEqual([
    `far: ownerRef [v1/ConfigMap, namespace: other, name: owner, uid: ${uid}] does not exist in namespace "other"`,
    `wide: ownerRef [v1/ConfigMap, namespace: , name: owner, uid: ${uid}] does not exist in namespace ""`,
  ]);
  expect(client.get('configmaps', { namespace: 'default', name: 'near' })).toBeDefined();
  expect(client.get('configmaps', { namespace: 'other', name: 'far' })).toBeUndefined();
  expect(client.get('priorityclasses.scheduling.k8s.io', { namespace: '', name: 'wide' })).toBeDefined();
});

test('two budgets of one pod, and a schedule that never comes, are told', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  for (const name of ['a', 'b']) {
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } };
    client.create('poddisruptionbudgets.policy', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace: 'default' },
      spec,
    } as never);
  }
  settle(100);
  client.create('deployments.apps', deploymentOf('web', 1) as never);
  const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } } } };
  client.create('cronjobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'never', namespace: 'default' },
    spec: { schedule: '0 0 31 2 *', jobTemplate },
  } as never);
  settle();
  const message = (wanted: string) => client.list('events').items.find(({ reason }) => reason === wanted)?.message;
  const [pod] = client.list('pods').items;
  expect(message('MultiplePodDisruptionBudgets')).toBe(`Pod "default"/"${pod?.metadata.name}" matches multiple PodDisruptionBudgets.  Chose "a" arbitrarily.`);
  expect(message('InvalidSchedule')).toBe('invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second');
});

test('a pod whose label changes leaves its set, and comes back', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('deployments.apps', deploymentOf('web', 2) as never);
  settle();
  const pod = client.list('pods', { namespace: 'default' }).items[0];
  const key = { namespace: 'default', name: pod?.metadata.name ?? '' };
  client.patch('pods', key, { metadata: { labels: { app: 'debug' } } });
  settle();
  expect(client.get('pods', key)?.metadata.ownerReferences).toBeUndefined();
  expect(client.list('pods', { namespace: 'default' }).items).toHaveLength(3);
  client.patch('pods', key, { metadata: { labels: { app: 'web' } } });
  settle();
  expect(client.list('pods', { namespace: 'default' }).items).toHaveLength(2);
});

test('quotas are recounted, budgets say what may go', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard: { pods: '10', 'count/deployments.apps': '2' } },
  } as never);
  client.create('poddisruptionbudgets.policy', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: web,
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
  } as never);
  settle(100);
  client.create('deployments.apps', deploymentOf('web', 3) as never);
  settle();
  // A burst is counted as it comes: never more than the quota, though the controller has not seen it all.
  client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tight' } } as never);
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'tight' }, spec: { hard: { pods: '2' } } };
  client.create('resourcequotas', quota as never);
  settle(100);
  const burst = deploymentOf('web', 6);
  client.create('deployments.apps', { ...burst, metadata: { ...burst.metadata, namespace: 'tight' } } as never);
  settle();
  expect(client.list('pods', { namespace: 'tight' }).items).toHaveLength(2);
  const used = (name = 'q') => client.get('resourcequotas', { namespace: 'default', name })?.status?.used;
  const gold = 'gold.storageclass.storage.k8s.io/requests.storage';
  const more = { metadata: { name: 'more', namespace: 'default' }, spec: { hard: { [gold]: '5Gi', 'count/leases.coordination.k8s.io': '9' } } };
  client.create('leases.coordination.k8s.io', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'l', namespace: 'default' } } as never);
  const claim = { storageClassName: 'gold', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } };
  const kind = 'PersistentVolumeClaim';
  client.create('persistentvolumeclaims', { apiVersion: 'v1', kind, metadata: { name: 'c', namespace: 'default' }, spec: claim } as never);
  settle(100);
  client.create('resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', ...more } as never);
  settle(2_000);
  expect(used('more')).toEqual({ [gold]: '2Gi', 'count/leases.coordination.k8s.io': '1' });
  expect(used()).toEqual({ pods: '3', 'count/deployments.apps': '1' });
  expect(client.get('poddisruptionbudgets.policy', web)?.status).toMatchObject({
    currentHealthy: 3,
    desiredHealthy: 2,
    disruptionsAllowed: 1,
    expectedPods: 3,
  });
  // What no controller owns cannot be counted; what has no scale even less.
  const metadata = (name: string) => ({ name, namespace: 'default', labels: { app: name } });
  const spec = { containers: [{ name: 'c', image: 'c' }], restartPolicy: 'Never' };
  client.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: metadata('bare'), spec } as never);
  const template = { metadata: { labels: { app: 'job' } }, spec };
  client.create('jobs.batch', { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata('job'), spec: { template } } as never);
  for (const app of ['bare', 'job']) {
    const budget = { maxUnavailable: 1, selector: { matchLabels: { app } } };
    client.create('poddisruptionbudgets.policy', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: metadata(app), spec: budget } as never);
  }
  settle(500);
  expect(messages(client, 'bare').find((text) => text.includes('UnmanagedPods'))).toMatch(
    'Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: bare,},MatchExpressions:[]LabelSelectorRequirement{},}) were found',
  );
  expect(client.get('poddisruptionbudgets.policy', { namespace: 'default', name: 'job' })?.status?.conditions?.[0]).toMatchObject({
    reason: 'SyncFailed',
    message: 'jobs.batch does not implement the scale subresource',
  });
  client.delete('pods', { namespace: 'default', name: 'bare' });
  client.delete('jobs.batch', { namespace: 'default', name: 'job' }, { propagationPolicy: 'Background' });
  client.delete('deployments.apps', web);
  settle(8000);
  expect(used()).toEqual({ pods: '0', 'count/deployments.apps': '0' });
});

test('claims and volumes are bound, and volumes released', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'manual' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'Immediate',
  } as never);
  client.create('persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'manual',
      hostPath: { path: '/mnt/data' },
    },
  } as never);
  settle(100);
  const claim = (name: string, storage: string) =>
    ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { storageClassName: 'manual', accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    }) as never;
  const named = claim('wide', '500Mi') as { spec: object };
  client.create('persistentvolumeclaims', { ...named, spec: { ...named.spec, volumeName: 'pv-1', accessModes: ['ReadWriteMany'] } } as never);
  settle(100);
  expect(messages(client, 'wide')).toEqual(['Warning VolumeMismatch Cannot bind to requested volume "pv-1": incompatible accessMode']);
  client.create('persistentvolumeclaims', claim('data', '500Mi'));
  client.create('persistentvolumeclaims', claim('toobig', '5Gi'));
  settle();
  expect(client.get('persistentvolumes', { namespace: '', name: 'pv-1' })?.status?.phase).toBe('Bound');
  const data = { namespace: 'default', name: 'data' };
  expect(client.get('persistentvolumeclaims', data)).toMatchObject({ spec: { volumeName: 'pv-1' }, status: { phase: 'Bound', capacity: { storage: '1Gi' } } });
  settle(20_000);
  expect(messages(client, 'wide').at(-1)).toBe('Warning FailedBinding volume "pv-1" already bound to a different claim.');
  expect(messages(client, 'toobig')).toEqual(['Warning ProvisioningFailed no volume plugin matched name: kubernetes.io/no-provisioner']);
  client.delete('persistentvolumeclaims', data);
  settle();
  expect(client.get('persistentvolumeclaims', data)).toBeUndefined();
  expect(client.get('persistentvolumes', { namespace: '', name: 'pv-1' })?.status?.phase).toBe('Released');
});

test('a replication controller keeps its pods', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  const template = { metadata: { labels: { app: 'rc' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  client.create('replicationcontrollers', {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rc', namespace: 'default' },
    spec: { replicas: 2, selector: { app: 'rc' }, template },
  } as never);
  settle();
  expect(client.get('replicationcontrollers', { namespace: 'default', name: 'rc' })?.status).toMatchObject({ replicas: 2, readyReplicas: 2 });
});

test('an approved certificate request is signed', () => {
  const { client, settle, ca, sim } = newTestCluster();
  settle(500);
  const request = btoa(newCertificateRequest({ commonName: 'amy', organizations: ['dev'] }).request);
  const csr = client.create('certificatesigningrequests.certificates.k8s.io', {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'amy' },
    spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
  } as never);
  client.update(
    'certificatesigningrequests.certificates.k8s.io',
    { ...csr, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'yes' }] } },
    'approval',
  );
  settle(500);
  const certificate = client.get('certificatesigningrequests.certificates.k8s.io', { namespace: '', name: 'amy' })?.status?.certificate ?? '';
  expect(verify(atob(certificate), ca.certificate, sim.now)).toMatchObject({ ok: true, info: { subject: { commonName: 'amy', organizations: ['dev'] } } });
});

test('an autoscaler keeps to its bounds, and says when there are no metrics', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  client.create('deployments.apps', deploymentOf('web', 1) as never);
  const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
  client.create('horizontalpodautoscalers.autoscaling', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: web,
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 5, metrics },
  } as never);
  settle(40_000);
  expect(client.get('deployments.apps', web)?.spec.replicas).toBe(2);
  const own = client.list('events', { namespace: 'default' }).items.filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler');
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  expect(own.map(({ reason, message }) => `${reason} ${message}`)).toEqual(
    expect.arrayContaining([
      'SuccessfulRescale New size: 2; reason: Current number of replicas below Spec.MinReplicas',
      `FailedGetResourceMetric ${why}`,
      `FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
    ]),
  );
  expect(client.get('horizontalpodautoscalers.autoscaling', web)?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`)).toEqual(
    ['AbleToScale True SucceededGetScale', 'ScalingActive False FailedGetResourceMetric'],
  );
  expect(client.get('horizontalpodautoscalers.autoscaling', web)?.status?.currentMetrics).toEqual([{ type: '' }]);

  // Another for the same pods: neither knows any more what to do.
  const [first] = client.list('horizontalpodautoscalers.autoscaling', { namespace: 'default' }).items;
  client.create('horizontalpodautoscalers.autoscaling', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...web, name: 'web2' },
    spec: first?.spec,
  } as never);
  settle(40_000);
  const message = 'pods by selector app=web are controlled by multiple HPAs: [{web default} {web2 default}]';
  for (const { status } of client.list('horizontalpodautoscalers.autoscaling', { namespace: 'default' }).items)
    expect(status?.conditions?.find(({ type }) => type === 'ScalingActive')).toMatchObject({ status: 'False', reason: 'AmbiguousSelector', message });
});

test('equal seeds give equal worlds', () => {
  const world = () => {
    const { client, settle, etcd } = newTestCluster({ limitRequests: true });
    settle(1000);
    client.create('deployments.apps', deploymentOf('web', 12) as never);
    settle(20_000);
    client.patch('deployments.apps', web, { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'nginx:1.27' }] } } } });
    settle(60_000);
    return JSON.stringify(etcd.snapshot());
  };
  expect(world()).toBe(world());
});

test('the limit on requests paces a large replica set', () => {
  const { client, settle } = newTestCluster({ limitRequests: true });
  settle(5000);
  client.create('deployments.apps', deploymentOf('web', 100) as never);
  const count = () => client.list('pods', { namespace: 'default' }).items.length;
  settle(200);
  expect(count()).toBeGreaterThan(20);
  expect(count()).toBeLessThan(40);
  settle(2000);
  expect(count()).toBeLessThan(90);
  settle(4000);
  expect(count()).toBe(100);
});

test('a second range of Service addresses is used once it is Ready, and stays while an address is of it', () => {
  const { client, settle } = newTestCluster();
  settle(500);
  const resource = 'servicecidrs.networking.k8s.io';
  const key = { namespace: '', name: 'second' };
  const create = (cidrs: string[]) =>
    client.create(resource, { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'second' }, spec: { cidrs } } as never);
  const service = (clusterIP: string) => {
    const spec = { clusterIP, ports: [{ port: 80 }] };
    return client.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec } as never);
  };
  const outside = 'failed to allocate IP 10.200.0.5: the provided network does not match the current range';
  expect(() => create([])).toThrow('spec.cidrs: Required value: at least one CIDR required');
  expect(() => service('10.200.0.5')).toThrow(outside);
  create(['10.200.0.0/28']);
  expect(() => service('10.200.0.5')).toThrow(outside);
  settle(100);
  expect(client.get(resource, key)).toMatchObject({
    metadata: { finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    status: { conditions: [{ status: 'True' }] },
  });
  expect(() => service('10.200.0.15')).toThrow('does not match the current range');
  expect(service('10.200.0.5').spec.clusterIP).toBe('10.200.0.5');
  settle(100);
  client.delete(resource, key);
  settle(30_000);
  expect(client.get(resource, key)?.status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Terminating' });
  client.delete('services', { namespace: 'default', name: 's' });
  settle(1_000);
  expect(client.get(resource, key)).toBeUndefined();
});
