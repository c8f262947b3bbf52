import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

const objects = `apiVersion: v1
kind: PersistentVolume
metadata: {name: csi}
spec:
  capacity: {storage: 500Mi}
  accessModes: [ReadWriteOnce]
  csi: {driver: d.example.com, volumeHandle: vol-1, fsType: ext4, volumeAttributes: {a: b}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: zones}
provisioner: d.example.com
allowedTopologies:
- matchLabelExpressions: [{key: zone, values: [a, b]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: range}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: TCP, port: 32000, endPort: 32768}]}]}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: q}
spec: {hard: {pods: "2000"}, scopes: [BestEffort]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: urls}
rules: [{nonResourceURLs: [/healthz], verbs: [get, post]}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 10
  metrics:
  - {type: Pods, pods: {metric: {name: packets}, target: {type: AverageValue, averageValue: 1000}}}
  - {type: Object, object: {metric: {name: requests}, describedObject: {apiVersion: v1, kind: Service, name: web}, target: {type: Value, value: 10k}}}
  - {type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: 30}}}
  - {type: ContainerResource, containerResource: {name: cpu, container: c, target: {type: Utilization, averageUtilization: 60}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 4, periodSeconds: 60}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: amounts}
spec:
  containers: [{name: c, image: nginx, env: [{name: EMPTY, value: ""}], resources: {requests: {cpu: 0.5, memory: 1024Mi}, limits: {cpu: 1000m}}}]
  volumes: [{name: v, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}}]
`;

test('what describe shows of the less usual fields, and what becomes of amounts on their way through the server', () => {
  const { k, write } = newWorld();
  write('/root/all.yaml', objects);
  expect(k('create sa default').exit).toBe(0);
  expect(k('apply -f all.yaml --validate=false').exit).toBe(0);
  const page = (what: string): string => k(`describe ${what}`).out.replace(/ +/g, ' ');
  expect(page('pv csi')).toContain(' FSType: ext4\n VolumeHandle: vol-1\n ReadOnly: false\n VolumeAttributes: a=b\n');
  expect(page('sc zones')).toContain('AllowedTopologies: \n Term 0: zone in [a, b]\n');
  expect(page('netpol range')).toContain(' To Port Range: 32000-32768/TCP\n');
  expect(page('quota q')).toContain('Scopes: BestEffort\n * Matches all pods that do not have resource requirements set.');
  expect(k('get quota q -o jsonpath={.spec.hard.pods}').out).toBe('2k');
  expect(page('clusterrole urls')).toContain(' [/healthz] [] [get]\n [/healthz] [] [post]\n');
  const hpa = page('hpa web');
  expect(hpa).toContain(' "packets" on pods: <unknown> / 1k\n "requests" on Service/web (target value): <unknown> / 10k\n');
  expect(hpa).toContain(' "queue" (target average value): <unknown> / 30\n');
  expect(hpa).toContain(' resource cpu of container "c" on pods (as a percentage of request): <unknown> / 60%\n');
  expect(hpa).toContain(' Scale Down:\n Stabilization Window: 60 seconds\n Select Policy: Max\n Policies:\n - Type: Pods Value: 4 Period: 60 seconds\n');
  expect(k('get pod amounts -o jsonpath={.spec.containers[0].resources}').out).toBe('{"limits":{"cpu":"1"},"requests":{"cpu":"500m","memory":"1Gi"}}');
  expect(k('get pod amounts -o jsonpath={.spec.containers[0].env}').out).toBe('[{"name":"EMPTY"}]');
  expect(page('pod amounts')).toContain('gets created and deleted with the pod)\n StorageClass: \n Volume: \n Labels: <none>\n');
});
