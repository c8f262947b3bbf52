import type { Node, Pod } from '../../src/api/types.ts';
import { issue, newCa } from '../../src/apimachinery/pki.ts';
import { rfc3339 } from '../../src/apimachinery/time.ts';
import { ApiServer } from '../../src/apiserver/api-server.ts';
import { Client } from '../../src/client/client.ts';
import { keyOf } from '../../src/client/keys.ts';
import { SharedInformers } from '../../src/client/shared-informers.ts';
import { runControllerManager } from '../../src/controller-manager/controller-manager.ts';
import { Etcd } from '../../src/etcd/etcd.ts';
import { runScheduler } from '../../src/scheduler/scheduler.ts';
import { newSim, type Sim } from '../../src/sim/sim.ts';

export const epoch = Date.UTC(2026, 10, 22, 13, 0, 0);

export type TestOptions = {
  readonly nodes?: number;
  readonly controllers?: readonly string[];
  readonly limitRequests?: boolean;
  readonly hollow?: boolean;
  readonly scheduler?: boolean;
};

/** A real etcd, apiserver, scheduler and controller manager; nodes are hollow: whatever is bound to them runs. */
export function newTestCluster(options: TestOptions = {}) {
  const sim = newSim({ seed: 1, epoch });
  const ca = newCa({ commonName: 'kubernetes', notBefore: epoch, notAfter: epoch + 1e12 });
  const admin = issue(ca, { commonName: 'kubernetes-admin', organizations: ['system:masters'], notBefore: epoch, notAfter: epoch + 1e11 });
  const etcd = new Etcd({ sim, name: 'default' });
  const dialKubelet = () => {
    throw new Error('no kubelet');
  };
  const server = new ApiServer({ sim, etcd, dialKubelet, caPem: ca.certificate, serviceAccountKey: 'key' });
  const credentials = { clientCertificate: admin.certificate };
  const client = new Client({ server: () => server, credentials, userAgent: 'test' });
  for (let i = 0; i < (options.nodes ?? 2); i++) addNode(client, `node${String(i + 1).padStart(2, '0')}`, sim.now);
  sim.go(beat(client));
  const { controllers, limitRequests = false } = options;
  runControllerManager({
    sim: sim.scope('kcm'),
    client,
    clientFor: () => client,
    rootCa: ca.certificate,
    signingCa: ca,
    limitRequests,
    ...(controllers && { controllers }),
  });
  if (options.scheduler !== false) runScheduler({ sim: sim.scope('scheduler'), client });
  if (options.hollow !== false) runHollowNodes(sim.scope('hollow'), client);
  const settle = (ms = 5_000) => sim.advance(ms);
  return { sim, etcd, server, client, settle, ca };
}

export function addNode(
  client: Client,
  name: string,
  now: number,
  more: { readonly labels?: Record<string, string>; readonly cpu?: string; readonly spec?: Node['spec'] } = {},
): void {
  const capacity = { cpu: more.cpu ?? '1000', memory: '1000Gi', pods: '11000', 'ephemeral-storage': '100Gi' };
  const node = client.create('nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.labels } },
    spec: more.spec ?? {},
  });
  const at = rfc3339(now);
  const conditions = [
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status', lastHeartbeatTime: at, lastTransitionTime: at },
  ];
  client.updateStatus('nodes', { ...node, status: { capacity, allocatable: capacity, conditions } });
  client.create('leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: '2030-01-01T00:00:00.000000Z' },
  });
}

/** Renews the leases of nodes that have not been silenced, which is whose lease lies in the future. */
function* beat(client: Client) {
  for (let second = 20; ; second += 20) {
    yield { timeout: 20_000 };
    for (const lease of client.list('leases.coordination.k8s.io', { namespace: 'kube-node-lease' }).items)
      if (Date.parse(lease.spec.renewTime ?? '') > Date.parse('2029-12-31'))
        client.update('leases.coordination.k8s.io', {
          ...lease,
          spec: { ...lease.spec, renewTime: new Date(Date.parse('2030-01-01') + second * 1000).toISOString().replace('Z', '000Z') },
        });
  }
}

/** Runs what is bound, and lets go what is deleted. A container whose command is `exit N` ends with N. */
function runHollowNodes(sim: Sim, client: Client): void {
  let ip = 1;
  const pods = new SharedInformers(sim, client).of('pods');
  const act = (pod: Pod) => {
    if (!pod.spec.nodeName) return;
    if (pod.metadata.deletionTimestamp !== undefined) sim.go(finish(pod));
    else if (pod.status?.phase === 'Pending') sim.go(begin(pod));
  };
  function* begin(pod: Pod) {
    yield { timeout: sim.random.between(400, 900) };
    const current = client.get('pods', keyOf(pod));
    if (current === undefined || current.metadata.uid !== pod.metadata.uid || current.status?.phase !== 'Pending') return;
    const at = rfc3339(sim.now);
    ip++;
    const [word, code] = pod.spec.containers[0]?.command ?? [];
    const phase = word === 'exit' ? (code === '0' ? 'Succeeded' : 'Failed') : 'Running';
    const ready = phase === 'Running' && word !== 'unready' ? 'True' : 'False';
    const conditions = [...(current.status.conditions ?? []), { type: 'Ready', status: ready, lastProbeTime: null, lastTransitionTime: at } as never];
    const terminated = { exitCode: Number(code), reason: code === '0' ? 'Completed' : 'Error', startedAt: at, finishedAt: at };
    const container = { name: pod.spec.containers[0]?.name ?? '', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
    const statuses = word === 'exit' ? { containerStatuses: [container] } : {};
    client.updateStatus('pods', {
      ...current,
      status: { ...current.status, ...statuses, phase, podIP: `10.244.${ip >> 8}.${ip & 255}`, conditions, startTime: at },
    });
  }
  function* finish(pod: Pod) {
    yield { timeout: 300 };
    const current = client.get('pods', keyOf(pod));
    if (current?.metadata.uid === pod.metadata.uid) client.delete('pods', keyOf(pod), { gracePeriodSeconds: 0 });
  }
  pods.addHandler({
    add: act,
    update: (before, pod) =>
      before.spec.nodeName !== pod.spec.nodeName || before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ? act(pod) : undefined,
  });
}

export const deploymentOf = (name: string, replicas: number, image = 'nginx:1.26') =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'nginx', image }] } },
    },
  }) as const;
