import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('the few hosts of the web: names, pings, pages; what they have and the lab has not is said in its name', () => {
  const { out, err } = sh(
    `
ping -c1 8.8.8.8 | grep received
nslookup google.com 8.8.8.8 | grep Address | tail -1
kubectl run t --image=busybox --restart=Never -i --rm -- wget -qO- http://example.com | grep -o '<h1>.*</h1>'
curl -sI http://github.com/a/b | grep -i location
curl -s https://github.com/a/b; echo $?
kubectl apply -f https://github.com/a/b.yaml; echo $?
curl -s https://no-such-name.example.net; echo $?`,
    1,
  );
  expect(out).toMatch(
    /^1 packets transmitted, 1 received, 0% packet loss.*\nAddress: [\d.]+\n<h1>Example Domain<\/h1>\nlocation: https:\/\/github.com\/a\/b\r?\n70\n70\n6\n$/,
  );
  expect(err).toContain('k8s-lab: https://github.com/a/b is not simulated\nk8s-lab: https://github.com/a/b.yaml is not simulated\n');
});

test("busybox's nslookup asks under each search domain what has no dot, and nothing else", () => {
  const { out, err } = sh(`
kubectl run b --image=busybox:1.36 -- sleep 1000 > /dev/null; kubectl wait --for=condition=Ready pod/b > /dev/null
kubectl exec b -- nslookup kubernetes; kubectl exec b -- nslookup kubernetes.default; kubectl exec b -- nslookup kubernetes.default.svc.cluster.local
kubectl -n kube-system scale deploy coredns --replicas=0 > /dev/null; sleep 40; kubectl exec b -- nslookup kubernetes`);
  const head = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
  const found = 'Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n';
  const missing = (...names: string[]): string => names.map((name) => `** server can't find ${name}: NXDOMAIN\n\n`).join('');
  const elsewhere = missing('kubernetes.svc.cluster.local', 'kubernetes.cluster.local');
  expect(out).toBe(
    `${head}${found}${elsewhere}\n${elsewhere}${head}${missing('kubernetes.default', 'kubernetes.default')}${head}${found}\n;; connection timed out; no servers could be reached\n\n`,
  );
  expect(err).toBe(
    `${'command terminated with exit code 1\n'.repeat(2)}nslookup: write to '10.96.0.10': Connection refused\ncommand terminated with exit code 1\n`,
  );
});

test('pages of courses: wget goes where it is sent, groups are sorted, servers of courses answer, and AppArmor without its parser is refused', () => {
  const { out, err } = sh(`
wget -q https://k8s.io/examples/pods/init-containers.yaml; kubectl apply -f init-containers.yaml
for i in bmuschko/nodejs-hello-world:1.0.0 stacksimplify/kubenginx:1.0.0 quay.io/fluentd_elasticsearch/fluentd:v5.0.1 registry.k8s.io/e2e-test-images/agnhost:2.39; do kubectl run c$((n++)) --image=$i; done
kubectl apply -f - <<E
apiVersion: v1
kind: Pod
metadata: {name: ids}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}
  containers: [{name: b, image: 'busybox:1.28', command: [sleep, 1h]}, {name: d, image: debian, command: [sleep, 1h]}]
---
apiVersion: v1
kind: Pod
metadata: {name: armed, annotations: {container.apparmor.security.beta.kubernetes.io/c: localhost/deny-write}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: new, labels: {v: one}}
spec:
  hostnameOverride: my.own.host
  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {}, matchLabelKeys: [v]}]
  initContainers: [{name: i, image: 'busybox:1.28', command: [sh, -c, "echo \\"A='from file'\\" > /c/env"], volumeMounts: [{name: c, mountPath: /c}]}]
  containers:
  - {name: c, image: 'busybox:1.28', command: [sh, -c, 'hostname; echo \\$A; sleep 1h'], env: [{name: A, valueFrom: {fileKeyRef: {volumeName: c, path: env, key: A}}}]}
  volumes: [{name: c, emptyDir: {}}]
E
sleep 15
kubectl exec init-demo -c nginx -- curl -s localhost | grep -o 'home of the first website</h1>'
ip() { kubectl get pod $1 -o jsonpath={.status.podIP}; }
kubectl exec init-demo -c nginx -- curl -s $(ip c0):3000 $(ip c1)
kubectl get pod c2 --no-headers | awk '{print $3}'
kubectl exec ids -c b -- id; kubectl exec ids -c d -- id
kubectl exec c3 -- nslookup kubernetes.default | grep -A1 Name
kubectl get --raw /api | grep -o '"serverAddress":"[^"]*"'; kubectl explain pods --api-version=apps/v1
kubectl logs new -c c; kubectl get pod new -o jsonpath='{.spec.topologySpreadConstraints[0].labelSelector}{"\\n"}'
kubectl get pod armed -o jsonpath='{.status.containerStatuses[0].state.waiting.message} {.spec.containers[0].securityContext}'`);
  expect(out.split('\n').slice(8)).toEqual([
    'home of the first website</h1>',
    'Hello World',
    '<h1>Welcome to Stack Simplify</h1> <p>Application Version: V1</p>',
    'Running',
    'uid=1000 gid=3000 groups=2000,3000,4000',
    'uid=1000 gid=3000 groups=3000,2000,4000',
    // agnhost has bind-tools: its nslookup follows the search list.
    'Name:\tkubernetes.default.svc.cluster.local',
    'Address: 10.96.0.1',
    '"serverAddress":"172.30.1.2:6443"',
    // What is on by default since v1.34 and v1.35.
    'my.own.host',
    'from file',
    '{"matchExpressions":[{"key":"v","operator":"In","values":["one"]}]}',
    'failed to get container spec opts: failed to generate apparmor spec opts: apparmor is not supported {"appArmorProfile":{"localhostProfile":"deny-write","type":"Localhost"}}',
  ]);
  expect(err).toContain('/c]: deprecated since v1.30; use the "appArmorProfile" field instead');
  expect(err).toContain('error: GVR (apps/v1, Resource=pods) not found in OpenAPI schema\n');
});
