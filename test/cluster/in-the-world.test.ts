import { expect, test } from 'vitest';
import { Cluster } from '../../src/cluster/cluster.ts';
import { Sink, textFile } from '../../src/linux/open-file.ts';

function run(cluster: Cluster, line: string): string {
  let output = '';
  const sink = new Sink((text) => {
    output += text;
  });
  const shell = cluster.openScript(cluster.home, ['bash', '-c', line], { stdin: textFile(''), stdout: sink, stderr: sink.retain() });
  cluster.sim.advanceUntil(() => shell.exitStatus !== undefined, 120_000);
  return output;
}

test('names outside the cluster are answered: there are none', () => {
  const cluster = new Cluster('kubeadm-3');
  cluster.boot();
  expect(run(cluster, 'nslookup shop.example')).toContain("** server can't find shop.example: NXDOMAIN");
  expect(run(cluster, 'nslookup nosuch.default.svc.cluster.local 10.96.0.10')).toContain('NXDOMAIN');
});

test('curl shows its token to the API server, under any case of the header', () => {
  const cluster = new Cluster('kubeadm-3');
  cluster.boot();
  const code = (header: string): string => run(cluster, `curl -sk -o /dev/null -w '%{http_code}' ${header} https://controlplane:6443/api/v1/pods`);
  expect(code('')).toBe('403');
  expect(code("-H 'Authorization: Bearer wrong'")).toBe('401');
  run(cluster, 'kubectl create clusterrolebinding all --clusterrole=cluster-admin --serviceaccount=default:default');
  expect(code('-H "authorization: Bearer $(kubectl create token default)"')).toBe('200');
});

test('a kubelet with nobody behind its runtime socket does not start', () => {
  const cluster = new Cluster('kubeadm-3');
  cluster.boot();
  run(
    cluster,
    "sed -i 's#^containerRuntimeEndpoint: .*#containerRuntimeEndpoint: unix:///run/crio/crio.sock#' /var/lib/kubelet/config.yaml; systemctl restart kubelet; sleep 5",
  );
  expect(run(cluster, 'systemctl status kubelet')).toContain('activating (auto-restart) (Result: exit-code)');
  expect(run(cluster, 'journalctl -u kubelet')).toContain(
    'validate CRI v1 runtime API for endpoint \\"unix:///run/crio/crio.sock\\": rpc error: code = Unavailable',
  );
  expect(run(cluster, 'crictl ps')).toContain('kube-apiserver');
  run(cluster, "sed -i 's#crio/crio#containerd/containerd#' /var/lib/kubelet/config.yaml; sleep 15");
  expect(run(cluster, 'systemctl is-active kubelet')).toBe('active\n');
});

test('CoreDNS answers without a gap while its pods are replaced', () => {
  const cluster = new Cluster('kubeadm-3');
  cluster.boot();
  const answers = run(
    cluster,
    'kubectl -n kube-system rollout restart deployment coredns > /dev/null; for i in $(seq 60); do nslookup kubernetes.default.svc.cluster.local 10.96.0.10 | grep -c 10.96.0.1$; sleep 0.5; done',
  );
  expect(answers.trim().split('\n')).toEqual(Array(60).fill('1'));
});

test('kubectl reads a manifest from a process substitution', () => {
  const cluster = new Cluster('kubeadm-3');
  cluster.boot();
  expect(run(cluster, 'kubectl create -f <(kubectl create configmap a --from-literal=x=1 --dry-run=client -o yaml)')).toBe('configmap/a created\n');
});
