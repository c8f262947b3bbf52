import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('kubectl proxy lets through what its filters accept, below its prefix', () => {
  const { out } = sh(`
    kubectl proxy --accept-paths='^/api/v1$,^/version' --reject-methods=POST --api-prefix=/k > /dev/null & sleep 1
    ask() { curl -s -o /dev/null -w '%{http_code} ' "$@"; }
    ask localhost:8001/k/version; ask 127.0.0.1:8001/k/api/v1; ask localhost:8001/k/apis; ask localhost:8001/version
    ask -X POST localhost:8001/k/version; ask -H 'Host: example.com' localhost:8001/k/version; curl -s localhost:8001/k/apis; kill %1
    kubectl proxy --disable-filter > /dev/null 2> warned & sleep 1; cut -c 45-80 warned; ask -H 'Host: example.com' localhost:8001/api/v1/namespaces/x/pods/y/exec; echo
    kubectl proxy --accept-hosts='[' 2>&1 | sed 's/.*\\] //'`);
  expect(out.split('\n')).toEqual([
    '200 200 403 404 403 403 Forbidden',
    'Request filter disabled, your proxy ',
    '404 ',
    'Error compiling re: error parsing regexp: missing closing ]: `[`',
    '',
  ]);
});

test('every component tells what it counted, to those who may know', () => {
  const { out, err } = sh(`
    kubectl create deploy web --image=nginx:1.27; kubectl expose deploy web --port=80; kubectl wait --for=condition=Available deploy/web --timeout=60s
    me='--cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key /etc/kubernetes/pki/apiserver-kubelet-client.key'
    kubectl get --raw /metrics | grep 'apiserver_storage_objects{resource="deployments.apps"}'
    kubectl get --raw /api/v1/nodes/node01/proxy/metrics | grep kubelet_node_name
    kubectl get --raw /api/v1/nodes/node01/proxy/metrics/cadvisor | grep -c container_memory_working_set_bytes
    kubectl get --raw /api/v1/nodes/node01/proxy/configz | grep -o '"kubeletconfig":{"apiVersion":"[^"]*"'
    kubectl get --raw /api/v1/namespaces/default/services/web/proxy/ | head -1
    kubectl get --raw /api/v1/namespaces/default/services/nope/proxy/
    curl -sk https://localhost:10259/metrics | grep message; curl -sk https://localhost:10259/livez; echo
    curl -sk $me https://localhost:10259/metrics | grep '"scheduled"'
    curl -sk $me https://localhost:10257/metrics | grep 'adds_total{name="deployment"}' | sed 's/[0-9]*$/N/'
    curl -s localhost:2381/metrics | grep '^etcd_server_has_leader'; curl -s localhost:10249/proxyMode; echo
    curl -s localhost:2381/health; echo; curl -sk https://localhost:10250/healthz; echo; kubectl get --raw / | grep -c 'apps/v1"\\|"/readyz/etcd\\|  "paths'
    curl -s $(kubectl get pod -n kube-system -l k8s-app=kube-dns -o jsonpath='{.items[0].status.podIP}'):9153/metrics | grep ^coredns_build_info
    kubectl get --raw '/readyz?verbose' | sed -n '1p;4p;$p'; kubectl get cm -n kube-system -o name | grep -c extension`);
  expect(out.split('\n').slice(3)).toEqual([
    'apiserver_storage_objects{resource="deployments.apps"} 2',
    "# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.",
    '# TYPE kubelet_node_name gauge',
    'kubelet_node_name{node="node01"} 1',
    expect.stringMatching(/^[3-9]$/),
    '"kubeletconfig":{"apiVersion":"kubelet.config.k8s.io/v1beta1"',
    '<!DOCTYPE html>',
    '  "message": "forbidden: User \\"system:anonymous\\" cannot get path \\"/metrics\\"",',
    'ok',
    expect.stringMatching(/^scheduler_schedule_attempts_total\{profile="default-scheduler",result="scheduled"\} \d+$/),
    'workqueue_adds_total{name="deployment"} N',
    'etcd_server_has_leader 1',
    'iptables',
    '{"health":"true","reason":""}',
    'Unauthorized',
    '4',
    'coredns_build_info{goversion="go1.25.2",revision="1db4568",version="1.13.1"} 1',
    '[+]ping ok',
    '[+]etcd-readiness ok',
    'readyz check passed',
    '1',
    '',
  ]);
  expect(err).toBe('Error from server (NotFound): services "nope" not found\n');
});
