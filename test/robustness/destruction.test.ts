import { describe, expect, test } from 'vitest';
import type { Session } from '../../src/session/session.ts';
import { megabytes, newSession, pass, type } from './lab.ts';

const nodeStatus = (session: Session, name: string): string => {
  const response = session.cluster.rest({ method: 'GET', path: `/api/v1/nodes/${name}` });
  const { status } = (response?.body ?? {}) as { status?: { conditions?: readonly { type: string; status: string }[] } };
  return status?.conditions?.find((each) => each.type === 'Ready')?.status ?? 'no answer';
};

describe('what a learner breaks is the simulated machine, and a restart mends it', () => {
  test('rm -rf / on the control plane', { timeout: 60_000 }, () => {
    const session = newSession();
    type(session, 'rm -rf --no-preserve-root / 2>/dev/null');
    expect(type(session, 'ls')).toBe('bash: ls: command not found');
    expect(type(session, 'kubectl get nodes')).toBe('bash: kubectl: command not found');
    pass(session, 600_000);
    expect(type(session, 'echo the shell is a builtin world now')).toContain('builtin world');
    expect(session.cluster.machine('node01').fs.exists('/usr/bin/kubelet')).toBe(true);
    expect(type(session.restart(), 'kubectl get nodes')).toContain('controlplane');
  });

  test('rm -rf / needs to be meant', () => {
    expect(type(newSession(), 'rm -rf /; echo $?')).toContain("rm: it is dangerous to operate recursively on '/'");
  });

  test('kill -9 1 does nothing; kill -9 -1 takes everything but init and the shell, and systemd and the kubelet bring it back', () => {
    const session = newSession();
    expect(type(session, 'kill -9 1; echo $?')).toBe('0');
    const before = new Set(session.cluster.machine('controlplane').kernel.processes.keys());
    type(session, 'kill -9 -1');
    pass(session, 120_000);
    expect(type(session, 'kubectl get nodes')).toMatch(/controlplane +Ready/);
    const { processes } = session.cluster.machine('controlplane').kernel;
    for (const name of ['kubelet', 'containerd', 'etcd', 'kube-apiserver']) {
      const found = [...processes.values()].filter(({ comm }) => comm === name);
      expect(found.length, name).toBe(1);
      expect(before.has(found[0]?.pid ?? 0), name).toBe(false);
    }
  });

  for (const name of ['kubelet', 'containerd', 'kube-apiserver', 'etcd', 'kube-scheduler'])
    test(`${name} is killed and comes back`, () => {
      const session = newSession();
      const { kernel } = session.cluster.machine('controlplane');
      const pidOf = (): number | undefined => [...kernel.processes.values()].find(({ comm, state }) => comm === name && state === 'running')?.pid;
      const before = pidOf();
      expect(before).toBeDefined();
      type(session, `kill -9 ${before}`);
      pass(session, 90_000);
      expect(pidOf()).toBeDefined();
      expect(pidOf()).not.toBe(before);
      expect(type(session, 'kubectl get nodes')).toMatch(/controlplane +Ready/);
    });

  test('systemctl stop kubelet containerd: containers run on, the node is not ready; start mends it', () => {
    const session = newSession();
    type(session, 'systemctl stop kubelet containerd');
    expect(type(session, 'systemctl is-active kubelet containerd')).toBe('inactive\ninactive');
    pass(session, 90_000);
    expect(nodeStatus(session, 'controlplane')).toBe('Unknown');
    type(session, 'systemctl start containerd kubelet');
    pass(session, 60_000);
    expect(nodeStatus(session, 'controlplane')).toBe('True');
  });

  test('a full disk says so, and the lab stays small', { timeout: 60_000 }, () => {
    const session = newSession();
    const before = megabytes();
    expect(type(session, 'yes > big; echo $?', 600_000)).toBe('yes: write error: No space left on device\n1');
    expect(type(session, 'head -c 100000 /dev/zero > other')).toContain('No space left on device');
    expect(megabytes() - before).toBeLessThan(600);
    type(session, 'rm big');
    expect(type(session, 'echo more > other; cat other')).toBe('more');
  });

  test('the machine under the learner is gone from the API: everything still answers or says why not', () => {
    const session = newSession();
    type(session, 'kubectl delete node controlplane node01 node02 --wait=false');
    type(session, 'kubectl delete namespace kube-system --wait=false');
    type(session, 'rm -rf /etc/kubernetes /var/lib/etcd /var/lib/kubelet');
    pass(session, 120_000);
    expect(type(session, 'kubectl get nodes; echo $?')).toMatch(/\n?1$/);
    expect(type(session, 'echo alive')).toBe('alive');
  });
});
