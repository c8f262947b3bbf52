/** Volumes from claim to bytes on a node's disk, through the API of a whole cluster. */
import { expect, test } from 'vitest';
import { sh } from './sh.ts';

const claim = (name: string, storageClass: string, mode = 'ReadWriteOnce'): string => `kubectl apply -f - > /dev/null <<Y
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}}
spec: {accessModes: [${mode}], storageClassName: ${storageClass}, resources: {requests: {storage: 128Mi}}}
Y`;
const pod = (name: string, claimName: string, script: string): string => `kubectl apply -f - > /dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers: [{name: c, image: busybox, command: [sh, -c, '${script}'], volumeMounts: [{name: v, mountPath: /data}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: ${claimName}}}]
Y`;

test('local-path: provisioned on the node of the first consumer, kept from pod to pod, removed with its claim', () => {
  const { out } = sh(`
    kubectl apply -f https://raw.githubusercontent.com/rancher/local-path-provisioner/master/deploy/local-path-storage.yaml > /dev/null
    kubectl -n local-path-storage rollout status deploy local-path-provisioner --timeout=60s | tail -1
    ${claim('data', 'local-path')}
    sleep 5; kubectl get pvc data -o jsonpath='{.status.phase}'; echo
    ${pod('p', 'data', 'echo once >> /data/f; sleep 3600')}
    kubectl wait --for=condition=Ready pod p --timeout=60s
    on=$(kubectl get pod p -o jsonpath='{.spec.nodeName}')
    [ $on = $(kubectl get pvc data -o jsonpath='{.metadata.annotations.volume\\.kubernetes\\.io/selected-node}') ] && echo selected
    kubectl delete pod p --force > /dev/null 2>&1
    ${pod('p', 'data', 'echo twice >> /data/f; sleep 3600')}
    kubectl wait --for=condition=Ready pod p --timeout=60s; kubectl exec p -- cat /data/f
    [ $on = $(kubectl get pod p -o jsonpath='{.spec.nodeName}') ] && echo same node
    kubectl patch pvc data -p '{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}' 2>&1
    kubectl delete pvc data --wait=false > /dev/null; kubectl get pvc --no-headers | awk '{print $2}'
    kubectl delete pod p --force > /dev/null 2>&1; sleep 20; kubectl get pvc,pv; ssh $on ls /opt/local-path-provisioner | wc -l`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'deployment "local-path-provisioner" successfully rolled out',
    'Pending',
    'pod/p condition met',
    'selected',
    'pod/p condition met',
    'once',
    'twice',
    'same node',
    'Error from server (Forbidden): persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    'Terminating',
    '0',
  ]);
});

test('local volumes: the pod goes where its volume is; a released one keeps its data and its claimRef', () => {
  const { out } = sh(`
    kubectl apply -f - > /dev/null <<Y
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: local
  local: {path: /mnt/disk}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node02]}]}]}}
Y
    ssh node02 mkdir -p /mnt/disk
    ${claim('c', 'local')}
    ${pod('p', 'c', 'echo kept > /data/f; sleep 3600')}
    kubectl wait --for=condition=Ready pod p --timeout=60s; kubectl get pod p -o jsonpath='{.spec.nodeName} '; kubectl get pv disk -o jsonpath='{.status.phase}'; echo
    kubectl delete pod p --force > /dev/null 2>&1; kubectl delete pvc c > /dev/null; sleep 3
    kubectl get pv disk -o jsonpath='{.status.phase} {.spec.claimRef.name}'; echo; ssh node02 cat /mnt/disk/f
    ${claim('d', 'local')}
    ${pod('q', 'd', 'sleep 3600')}
    sleep 5; kubectl get pod q -o jsonpath='{.status.conditions[?(@.type=="PodScheduled")].message}'; echo
    kubectl patch pv disk -p '{"spec":{"claimRef":null}}' > /dev/null; kubectl wait --for=condition=Ready pod q --timeout=90s; kubectl exec q -- cat /data/f`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'pod/p condition met',
    'node02 Bound',
    'Released c',
    'kept',
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't find available persistent volumes to bind. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    'pod/q condition met',
    'kept',
  ]);
});

test('a class that becomes the default serves claims made before; ReadWriteOncePod serves one pod', () => {
  const { out } = sh(`
    kubectl apply -f https://raw.githubusercontent.com/rancher/local-path-provisioner/v0.0.32/deploy/local-path-storage.yaml > /dev/null
    kubectl apply -f - > /dev/null <<Y
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: c}
spec: {accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Mi}}}
Y
    kubectl patch sc local-path -p '{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}' > /dev/null
    ${pod('p', 'c', 'sleep 3600')}
    kubectl wait --for=condition=Ready pod p --timeout=60s; kubectl get sc --no-headers | awk '{print $1, $2}'
    ${pod('q', 'c', 'sleep 3600')}
    sleep 3; kubectl get pod q -o jsonpath='{.status.conditions[?(@.type=="PodScheduled")].message}'; echo`);
  expect(out).toContain('pod/p condition met\nlocal-path (default)\n');
  expect(out).toContain('2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod');
});
