import { expect, test } from 'vitest';
import { sh } from '../cluster/sh.ts';

const url = 'https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';

test('absent at first; as it is released it cannot verify the kubelets of kubeadm; then it serves figures', () => {
  const { out } = sh(`
    kubectl top nodes 2>&1
    kubectl apply -f ${url} > /dev/null; sleep 60
    kubectl get apiservices v1beta1.metrics.k8s.io --no-headers | awk '{print $2, $3, $4}'
    kubectl -n kube-system logs deploy/metrics-server | grep -c "doesn't contain any IP SANs" | sed 's/.*/seen/'
    kubectl top nodes 2>&1; kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes 2>&1
    kubectl patch deploy metrics-server -n kube-system --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"--kubelet-insecure-tls"}]' > /dev/null
    kubectl -n kube-system rollout status deploy metrics-server --timeout=120s | tail -1; sleep 5
    kubectl get apiservices v1beta1.metrics.k8s.io --no-headers | awk '{print $2, $3}'
    kubectl top nodes | awk '{print NF, $1}'; kubectl top pod -n kube-system -l k8s-app=kube-dns --containers --no-headers | awk '{print $2}'
    kubectl top pod nosuch 2>&1; kubectl top node --sort-by=name 2>&1; kubectl top pods 2>&1; kubectl api-resources --api-group=metrics.k8s.io --no-headers`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'error: Metrics API not available',
    'kube-system/metrics-server False (MissingEndpoints)',
    'seen',
    'error: Metrics API not available',
    'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
    'deployment "metrics-server" successfully rolled out',
    'kube-system/metrics-server True',
    '5 NAME',
    '5 controlplane',
    '5 node01',
    '5 node02',
    'coredns',
    'coredns',
    'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nosuch" not found',
    'error: --sort-by accepts only cpu or memory',
    'No resources found in default namespace.',
    expect.stringMatching(/^nodes +metrics\.k8s\.io\/v1beta1 +false +NodeMetrics$/),
    expect.stringMatching(/^pods +metrics\.k8s\.io\/v1beta1 +true +PodMetrics$/),
  ]);
});

test('an autoscaler follows the load up, and down after five minutes', () => {
  const { out } = sh(`
    kubectl create deploy php --image=registry.k8s.io/hpa-example --port=80 > /dev/null; kubectl set resources deploy php --requests=cpu=200m --limits=cpu=500m > /dev/null
    kubectl expose deploy php --port=80 > /dev/null; kubectl autoscale deploy php --cpu=50% --min=1 --max=10 > /dev/null
    sleep 20; kubectl get hpa --no-headers | awk '{print $3, $4}'
    curl -sL ${url} | sed 's/--metric-resolution=15s/&\\n        - --kubelet-insecure-tls/' | kubectl apply -f - > /dev/null
    sleep 75; kubectl get hpa --no-headers | awk '{print $3, $4}'
    kubectl run load --image=busybox --restart=Never -- sh -c 'while sleep 0.01; do wget -q -O- http://php; done' > /dev/null
    sleep 150; [ $(kubectl get deploy php -o jsonpath='{.spec.replicas}') -ge 3 ] && echo up
    kubectl delete pod load --force > /dev/null 2>&1; sleep 200; [ $(kubectl get deploy php -o jsonpath='{.spec.replicas}') -ge 3 ] && echo still
    kubectl describe hpa php | grep -c ScaleDownStabilized; sleep 220; kubectl get deploy php -o jsonpath='{.spec.replicas}'; echo
    kubectl get events --field-selector reason=SuccessfulRescale --no-headers | sed 's/.*New size: [0-9]*; //' | sort -u`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'cpu: <unknown>/50%',
    'cpu: 0%/50%',
    'up',
    'still',
    '1',
    '1',
    'reason: All metrics below target',
    'reason: cpu resource utilization (percentage of request) above target',
  ]);
});
