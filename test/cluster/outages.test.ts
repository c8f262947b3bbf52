import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test('who cannot renew its lease ends and is started again; what a kubelet could not tell meanwhile it tells later', () => {
  const { out } = sh(`
    mv /etc/kubernetes/manifests/kube-apiserver.yaml /tmp/; sleep 40
    mv /tmp/kube-apiserver.yaml /etc/kubernetes/manifests/; sleep 45
    kubectl get pods -n kube-system --no-headers | grep -E 'scheduler|manager' | awk '{ print $1, $4 }'
    kubectl logs -n kube-system kube-scheduler-controlplane --previous | tail -2 | cut -d' ' -f 4- | sed 's/^ *//'
    kubectl run a --image=nginx:1.27; kubectl wait --for=condition=Ready pod/a --timeout=60s`);
  expect(out).toMatch(/kube-controller-manager-controlplane 1\nkube-scheduler-controlplane 1\n/);
  expect(out).toContain('failed to renew lease kube-system/kube-scheduler: context deadline exceeded');
  expect(out).toMatch(/"Leaderelection lost"\npod\/a created\npod\/a condition met\n$/);
});

test('a watch that begins in the moment in which etcd is back does not wait for ever', () => {
  const { out } = sh(`
    mv /etc/kubernetes/manifests/etcd.yaml /tmp/; sleep 15; kubectl get ns 2>&1 | tail -1; mv /tmp/etcd.yaml /etc/kubernetes/manifests/
    until kubectl get ns > /dev/null 2>&1; do sleep 0.1; done; timeout 10 kubectl get cm -w > /dev/null; echo $?
    timeout 5 kubectl get cm -w > /tmp/seen & kubectl create cm late; sleep 6; grep -c late /tmp/seen`);
  expect(out.split('\n').slice(-4)).toEqual(['0', 'configmap/late created', '1', '']);
});

test('pods of a node that is no more are looked after again once the API server can ask who anybody is', () => {
  const { out } = sh(`
    kubectl run web --image=nginx --overrides='{"spec":{"nodeName":"node02"}}' >/dev/null; kubectl wait --for=condition=Ready pod/web
    ssh node02 systemctl stop kubelet; kubectl delete node node02; sleep 25
    mv /etc/kubernetes/manifests/etcd.yaml /root/; sleep 45; mv /root/etcd.yaml /etc/kubernetes/manifests/; sleep 90
    kubectl get pods; kubectl get nodes --no-headers | wc -l`);
  expect(out.replace(/ +$/gm, '')).toBe('pod/web condition met\nnode "node02" deleted\n2\n');
});

test('pods of a node that was out of reach for a minute are ready again', () => {
  const { out } = sh(`
    kubectl create deployment web --image=nginx --replicas=4 >/dev/null; kubectl expose deployment web --port=80 >/dev/null; kubectl wait --for=condition=Available deploy/web
    ready() { kubectl get pods -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status} {end}' | tr ' ' '\n' | sort | uniq -c | tr -s ' ' | tr -d '\n'; kubectl get ep web -o jsonpath='{.subsets[0].addresses[*].nodeName}' 2>/dev/null | wc -w; }
    ready; iptables -I INPUT -s 172.30.1.4 -j DROP; sleep 70; ready; iptables -D INPUT 1; sleep 30; ready; kubectl get deploy web --no-headers | tr -s ' ' | cut -d' ' -f 1-4`);
  expect(out).toBe('deployment.apps/web condition met\n 4 True4\n 2 False 2 True2\n 4 True4\nweb 4/4 4 4\n');
});

test('a sandbox whose pause process is killed has no task, no shim and soon no network left; its pod gets another', () => {
  const { out } = sh(`
    kubectl run web --image=nginx --overrides='{"spec":{"nodeName":"node01"}}' >/dev/null; kubectl wait --for=condition=Ready pod/web >/dev/null
    count() { ssh node01 'crictl pods -q --name web | wc -l; ctr -n k8s.io tasks ls -q | wc -l; pgrep containerd-shim | wc -l; ls /run/netns | wc -l; ls /var/lib/cni/networks/* | grep -c ^10' | tr '\n' ' '; echo; }
    count; ssh node01 'ctr -n k8s.io tasks kill -s SIGKILL $(crictl pods -q --name web)'; sleep 40; count
    kubectl get events --field-selector reason=SandboxChanged -o jsonpath='{.items[0].message}'; kubectl get pod web --no-headers | tr -s ' ' | cut -d' ' -f 1-3`);
  expect(out).toBe('1 4 2 1 1 \n2 4 2 1 1 \nPod sandbox changed, it will be killed and re-created.web 1/1 Running\n');
});
