import { expect, test } from 'vitest';
import { Session } from '../../src/session/session.ts';

test('one kubectl run crosses every wall, in order, and nothing else is blamed on it', () => {
  const session = new Session({ world: 'kubeadm-3', seed: 1 });
  session.input({ line: 'kubectl run hello --image=nginx:1.27' });
  session.cluster.sim.advance(8_000);
  const calls = session.crossings.map(({ wall, from, call }) => `${wall} ${from.split(' ')[0]} ${call}`);
  const story = [
    'rest kubectl POST /api/v1/namespaces/default/pods',
    'etcd kube-apiserver txn put /registry/pods/default/hello',
    'rest kube-scheduler POST /api/v1/namespaces/default/pods/hello/binding',
    'cri kubelet RunPodSandbox hello',
    'cni containerd ADD eth0',
    'oci containerd create',
    'oci containerd start',
    'cri kubelet PullImage nginx:1.27',
    'distribution containerd GET /v2/library/nginx/manifests/1.27',
    'cri kubelet CreateContainer hello',
    'cri kubelet StartContainer',
    'rest kubelet PATCH /api/v1/namespaces/default/pods/hello/status',
  ];
  let at = -1;
  for (const step of story) {
    const next = calls.findIndex((call, index) => index > at && call.startsWith(step));
    expect(next, `${step} after ${calls[at] ?? 'the beginning'}\n${calls.join('\n')}`).toBeGreaterThan(at);
    at = next;
  }
  expect(calls.filter((call) => call.includes('/leases/'))).toEqual([]);
  session.input({ line: 'true' });
  session.cluster.sim.advance(15_000);
  expect(session.crossings).toEqual([]);
});

test('what the tools of a node say to its daemons, to look or to change, is seen', () => {
  const session = new Session({ world: 'node', seed: 1 });
  const after = (line: string): readonly string[] => {
    session.input({ line });
    session.cluster.sim.advance(10_000);
    return session.crossings.map(({ wall, from, to, call }) => `${wall} ${from} ${to} ${call}`);
  };
  expect(after('nerdctl ps')).toContain('containerd nerdctl containerd (node01) containers.list default');
  expect(after('ctr -n k8s.io images ls')).toContain('containerd ctr containerd (node01) images.list k8s.io');
  expect(after('docker ps')).toContain('docker docker dockerd (node01) containers.list');
  expect(after('crictl -r unix:///run/containerd/containerd.sock pods')).toContain('cri crictl containerd (node01) ListPodSandbox');
  const run = after('nerdctl run -d --name web nginx:1.27');
  expect(run.findIndex((call) => call.startsWith('containerd nerdctl containerd (node01) tasks.start'))).toBeLessThan(
    run.findIndex((call) => call.startsWith('oci containerd (node01) runc start')),
  );
});
