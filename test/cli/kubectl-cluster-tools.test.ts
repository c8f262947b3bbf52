/** Commands of kubectl that look at or mend a whole cluster. */
import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

test('auth reconcile adds what is missing, and takes away only when told', () => {
  const { out, err } = sh(`
    role() { printf 'apiVersion: rbac.authorization.k8s.io/v1\\nkind: Role\\nmetadata: {name: r, namespace: default}\\nrules: [{apiGroups: [""], resources: [%s], verbs: [get]}]\\n' $1 > r.yaml; }
    role pods; kubectl auth reconcile -f r.yaml; kubectl auth reconcile -f r.yaml
    role services; kubectl auth reconcile -f r.yaml; kubectl get role r -o jsonpath='{.rules[*].resources[*]}'; echo
    kubectl auth reconcile -f r.yaml --remove-extra-permissions; kubectl get role r -o jsonpath='{.rules[*].resources[*]}'; echo`);
  expect(out).toBe(`${'role.rbac.authorization.k8s.io/r reconciled\n'.repeat(3)}pods services\nrole.rbac.authorization.k8s.io/r reconciled\nservices\n`);
  expect(err).toContain('\treconciliation required create\n\tmissing rules added:\n\t\t{Verbs:[get] APIGroups:[] Resources:[pods]');
  expect(err).toContain('\treconciliation required update\n\textra rules removed:\n');
});

test('cluster-info dump, edit-last-applied, --record, /metrics', () => {
  const { out } = sh(`exec 2>&1
    kubectl create deploy web --image=nginx:1.27 --dry-run=client -o yaml > w.yaml; kubectl apply -f w.yaml > /dev/null; kubectl rollout status deploy web > /dev/null
    kubectl cluster-info dump --output-directory=/tmp/d; ls /tmp/d /tmp/d/kube-system | head -4; grep -c 'START logs for container nginx' /tmp/d/default/web-*/logs.txt
    KUBE_EDITOR='sed -i s/1.27/1.28/' kubectl apply edit-last-applied deploy/web; kubectl apply view-last-applied deploy/web -o json | grep image
    KUBE_EDITOR=true kubectl apply edit-last-applied deploy/web
    kubectl set image deploy/web nginx=nginx:1.28 --record; sleep 3; kubectl rollout history deploy web | tail -2
    kubectl get --raw /metrics | grep '^apiserver_request_total' | grep 'resource="deployments",scope="resource",subresource="",verb="PATCH"' | head -1 | sed 's/} .*/}/'`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'Cluster info dumped to /tmp/d',
    '/tmp/d:',
    'default',
    'kube-system',
    'nodes.json',
    '1',
    'deployment.apps/web edited',
    '            "image": "nginx:1.28",',
    'Edit cancelled, no changes made.',
    'Flag --record has been deprecated, --record will be removed in the future',
    'deployment.apps/web image updated',
    '2         kubectl set image deploy/web nginx=nginx:1.28 --record=true',
    expect.stringContaining('apiserver_request_total{code="200",component="apiserver",dry_run="",group="apps",resource="deployments"'),
  ]);
});

test('an object that has not changed for long is waited for, not given up; a dry drain moves nothing; a port that nobody listens at', () => {
  const { out, err } = sh(`
    kubectl run old --image=nginx:1.27 > /dev/null; kubectl wait pod/old --for=condition=Ready --timeout=60s; sleep 900
    (sleep 4; kubectl label pod old seen=yes) > /dev/null &
    kubectl wait pod/old --for=jsonpath='{.metadata.labels.seen}'=yes --timeout=20s
    kubectl wait pod/old --for=delete --timeout=1s; echo $?
    kubectl drain $(kubectl get pod old -o jsonpath='{.spec.nodeName}') --ignore-daemonsets --force --delete-emptydir-data --dry-run=server | sed 's/node02/node01/'; sleep 5; kubectl get pod old -o jsonpath='{.status.phase}'; echo
    kubectl port-forward pod/old 9090:81 & sleep 1; curl -s localhost:9090; echo $?; wait`);
  expect(out).toBe(
    'pod/old condition met\npod/old condition met\n1\nnode/node01 cordoned (server dry run)\nevicting pod default/old (server dry run)\nnode/node01 drained (server dry run)\nRunning\n' +
      'Forwarding from 127.0.0.1:9090 -> 81\nForwarding from [::1]:9090 -> 81\nHandling connection for 9090\n52\n',
  );
  expect(err).toContain('error: timed out waiting for the condition on pods/old\n');
  expect(err).toMatch(
    /portforward.go:424\] "Unhandled Error" err="an error occurred forwarding 9090 -> 81: .*connection refused[^\n]*\nerror: lost connection to pod\n/,
  );
});
