/** What the kernel's OOM killer takes: a container of the kubelet's whole, one process of anybody else's. */
import { expect, test } from 'vitest';
import { sh } from './sh.ts';

const pod = (name: string, node: string): string =>
  `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"},"spec":{"nodeName":"${node}","containers":[{"name":"c","image":"debian:12","command":["sleep","3600"],"resources":{"limits":{"memory":"20Mi"}}}]}}`;

test('a container that is out of memory dies whole, unless the kubelet was told singleProcessOOMKill', () => {
  const { out } = sh(`
    ssh node02 'echo singleProcessOOMKill: true >> /var/lib/kubelet/config.yaml; systemctl restart kubelet'
    echo '${pod('whole', 'node01')}' | kubectl apply -f - > /dev/null; echo '${pod('single', 'node02')}' | kubectl apply -f - > /dev/null
    kubectl wait --for=condition=Ready pod/whole pod/single --timeout=60s > /dev/null
    for p in whole single; do
      kubectl exec $p -- cat /sys/fs/cgroup/memory.oom.group
      kubectl exec $p -- sh -c 'head -c 100M /dev/zero | tail | grep -q x; echo $?' 2> /dev/null; echo "exit $?"
    done
    sleep 3; kubectl get pod whole single --no-headers -o custom-columns=R:.status.containerStatuses[0].restartCount,W:.status.containerStatuses[0].lastState.terminated.reason | tr -s ' '
    kubectl exec single -- tail -2 /sys/fs/cgroup/memory.events`);
  expect(out).toBe('1\nexit 137\n0\n1\nexit 0\n1 OOMKilled\n0 <none>\noom_kill 1\noom_group_kill 0\n');
});

test('a pipeline goes on when its middle is killed', () => {
  const { out } = sh(`nerdctl run --rm -m 20m debian:12 bash -c 'head -c 100m /dev/zero | tail | grep -q x; echo \${PIPESTATUS[*]}' 2> /dev/null`, 1, 'node');
  expect(out).toBe('141 137 1\n');
});

test('file systems in memory: sized, seen by the whole pod, and memory of the container that writes', () => {
  const spec = {
    volumes: [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } }],
    containers: ['a', 'b'].map((name) => ({
      name,
      image: 'busybox:1.36',
      command: ['sleep', '3600'],
      volumeMounts: [{ name: 'm', mountPath: '/m' }],
      resources: { limits: { memory: '20Mi' } },
    })),
  };
  const { out } = sh(`
    echo '${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mem' }, spec })}' | kubectl apply -f - > /dev/null
    kubectl wait --for=condition=Ready pod/mem --timeout=60s > /dev/null
    kubectl exec mem -c a -- df -h /m /dev/shm | awk 'NR > 1 { print $1, $2 }'
    kubectl exec mem -c a -- dd if=/dev/zero of=/m/x bs=1M count=9 2>&1 | grep -o 'No space.*'
    kubectl exec mem -c b -- sh -c 'ls /m; rm /m/x'
    kubectl exec mem -c b -- dd if=/dev/zero of=/dev/shm/y bs=1M count=40 > /dev/null 2>&1; sleep 3
    kubectl get pod mem -o jsonpath='{.status.containerStatuses[1].lastState.terminated.reason}'`);
  expect(out).toBe('tmpfs 8.0M\nshm 64.0M\nNo space left on device\nx\nOOMKilled');
});
