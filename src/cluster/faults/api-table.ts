/** Faults that somebody applied: workloads, their surroundings, and what the API server is told to check. */
import type { Fault } from './fault.ts';

const pods = { run: 'kubectl get pods -l app=shop --no-headers' };
const described = { run: 'kubectl describe pods -l app=shop', past: true } as const;
const replicaSet = { run: 'kubectl describe replicaset -l app=shop', past: true } as const;
const create = 'kubectl create deployment shop --image=nginx';
const noShop = 'kubectl delete deployment,service shop --ignore-not-found';
const inCluster = { on: 'controlplane', fixed: true } as const;

/** The one container of the Deployment shop, with something changed. */
const container = (changes: string): string => `kubectl patch deployment shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"nginx",${changes}}]}}}}'`;
const podSpec = (changes: string): string => `kubectl patch deployment shop -p '{"spec":{"template":{"spec":{${changes}}}}}'`;
const remove = (field: string): string => `kubectl patch deployment shop --type=json -p '[{"op":"remove","path":"/spec/template/spec/${field}"}]'`;
const apply = (yaml: string): string => `printf '${yaml}' | kubectl apply -f -`;

export const apiFaults: readonly Fault[] = [
  {
    id: 'webhook-dead',
    summary: { en: 'every pod must pass a webhook whose Service is gone', ko: '모든 파드가 거쳐야 하는 웹훅의 서비스가 없다' },
    ...inCluster,
    inject: [
      apply(
        'apiVersion: admissionregistration.k8s.io/v1\\nkind: ValidatingWebhookConfiguration\\nmetadata: {name: gate}\\nwebhooks:\\n- name: gate.example.com\\n  clientConfig: {service: {name: gate, namespace: default, path: /check}}\\n  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]\\n  admissionReviewVersions: [v1]\\n  sideEffects: None\\n  failurePolicy: Fail\\n',
      ),
      create,
    ],
    shownAfter: 10,
    symptoms: [
      { run: 'kubectl run probe --image=nginx 2>&1', shows: 'failed calling webhook "gate.example.com"' },
      { ...replicaSet, shows: 'service "gate" not found' },
    ],
    mend: ['kubectl delete validatingwebhookconfiguration gate'],
    tidy: [noShop],
  },
  {
    id: 'secret-missing',
    summary: { en: 'a pod mounts a Secret that is not there', ko: '파드가 없는 시크릿을 마운트한다' },
    ...inCluster,
    inject: [create, podSpec('"volumes":[{"name":"key","secret":{"secretName":"shop-key"}}]'), container('"volumeMounts":[{"name":"key","mountPath":"/key"}]')],
    shownAfter: 20,
    symptoms: [
      { ...pods, shows: 'ContainerCreating' },
      { ...described, shows: 'MountVolume.SetUp failed for volume "key" : secret "shop-key" not found' },
    ],
    mend: ['kubectl create secret generic shop-key --from-literal=a=b'],
    tidy: ['kubectl delete secret shop-key', noShop],
  },
  {
    id: 'readiness-wrong-path',
    summary: { en: 'a readiness probe asks for a page that does not exist', ko: '레디니스 프로브가 없는 페이지를 본다' },
    ...inCluster,
    inject: [
      create,
      'kubectl expose deployment shop --port=80',
      'kubectl scale deployment shop --replicas=0',
      container('"readinessProbe":{"httpGet":{"path":"/healthz","port":80},"periodSeconds":5}'),
      'kubectl scale deployment shop --replicas=1',
    ],
    shownAfter: 40,
    symptoms: [
      { ...pods, shows: '0/1' },
      { ...described, shows: 'Readiness probe failed: HTTP probe failed with statuscode: 404' },
      { run: "kubectl get endpointslices -l kubernetes.io/service-name=shop -o jsonpath='{.items[*].endpoints[*].conditions.ready}'", shows: 'false' },
    ],
    mend: [remove('containers/0/readinessProbe')],
    tidy: [noShop],
  },
  {
    id: 'command-typo',
    summary: { en: "a container's command is no program of its image", ko: '컨테이너 명령이 이미지에 없는 프로그램이다' },
    ...inCluster,
    inject: [create, container('"command":["ngnix"]')],
    shownAfter: 50,
    symptoms: [
      { ...pods, shows: 'CrashLoopBackOff' },
      { ...described, shows: 'exec: "ngnix": executable file not found in $PATH' },
    ],
    mend: [remove('containers/0/command')],
    tidy: [noShop],
  },
  {
    id: 'crash-loop',
    summary: { en: 'a program ends as soon as it has begun', ko: '프로그램이 시작하자마자 끝난다' },
    ...inCluster,
    inject: [create, container('"command":["sh","-c","echo no database; exit 1"]')],
    shownAfter: 60,
    symptoms: [
      { ...pods, shows: 'CrashLoopBackOff' },
      { ...described, shows: 'Back-off restarting failed container' },
      { run: "kubectl logs $(kubectl get pods -l app=shop --no-headers | awk '/CrashLoop/ {print $1}')", shows: 'no database' },
    ],
    mend: [remove('containers/0/command')],
    tidy: [noShop],
  },
  {
    id: 'init-container-fails',
    summary: { en: 'an init container never succeeds', ko: '초기화 컨테이너가 끝내 성공하지 못한다' },
    ...inCluster,
    inject: [create, podSpec('"initContainers":[{"name":"migrate","image":"busybox","command":["sh","-c","echo schema is missing; exit 3"]}]')],
    shownAfter: 60,
    symptoms: [
      { ...pods, shows: 'Init:' },
      { run: "kubectl logs -c migrate $(kubectl get pods -l app=shop --no-headers | awk '/Init/ {print $1}')", shows: 'schema is missing' },
      { ...described, shows: 'Exit Code:    3' },
    ],
    mend: [remove('initContainers')],
    tidy: [noShop],
  },
  {
    id: 'target-port-wrong',
    summary: { en: 'a Service leads to a port where its pods do not listen', ko: '서비스의 targetPort에서 파드가 듣지 않는다' },
    ...inCluster,
    inject: [create, 'kubectl expose deployment shop --port=80 --target-port=8081', 'kubectl rollout status deployment shop --timeout=60s'],
    shownAfter: 5,
    symptoms: [
      { run: "curl -m 3 -sS $(kubectl get service shop -o jsonpath='{.spec.clusterIP}') 2>&1", shows: 'curl: (7)' },
      { run: 'kubectl get endpoints shop --no-headers 2> /dev/null', shows: ':8081' },
      { run: 'kubectl describe service shop', shows: '8081/TCP' },
    ],
    mend: [`kubectl patch service shop --type=json -p '[{"op":"replace","path":"/spec/ports/0/targetPort","value":80}]'`],
    tidy: [noShop],
  },
  {
    id: 'request-too-large',
    summary: { en: 'a pod wants more CPU than any node has', ko: '파드가 어떤 노드에도 없는 만큼의 CPU를 요구한다' },
    ...inCluster,
    inject: ['kubectl create deployment shop --image=nginx', 'kubectl set resources deployment shop --requests=cpu=64'],
    shownAfter: 10,
    symptoms: [
      { ...pods, shows: 'Pending' },
      { ...described, shows: 'Insufficient cpu' },
    ],
    mend: ['kubectl set resources deployment shop --requests=cpu=100m'],
    tidy: [noShop],
  },
  {
    id: 'node-selector-typo',
    summary: { en: "a pod's nodeSelector fits no node", ko: '파드의 nodeSelector에 맞는 노드가 없다' },
    ...inCluster,
    inject: [create, podSpec('"nodeSelector":{"disk":"ssd"}')],
    shownAfter: 10,
    symptoms: [
      { ...pods, shows: 'Pending' },
      { ...described, shows: "didn't match Pod's node affinity/selector" },
      { run: 'kubectl get nodes -l disk=ssd 2>&1', shows: 'No resources found' },
    ],
    mend: ['kubectl label node node01 disk=ssd'],
    tidy: ['kubectl label node node01 disk-', noShop],
  },
  {
    id: 'drain-blocked',
    summary: { en: 'a disruption budget lets nobody drain the node', ko: '중단 예산(PDB) 때문에 노드를 비울 수 없다' },
    ...inCluster,
    inject: [create, 'kubectl create pdb shop --selector=app=shop --min-available=1', 'kubectl rollout status deployment shop --timeout=60s'],
    shownAfter: 10,
    symptoms: [
      {
        run: "kubectl drain $(kubectl get pods -l app=shop -o jsonpath='{.items[0].spec.nodeName}') --ignore-daemonsets --delete-emptydir-data --force --timeout=20s 2>&1",
        shows: "Cannot evict pod as it would violate the pod's disruption budget.",
      },
      { run: 'kubectl get pdb shop --no-headers', shows: '0 ' },
    ],
    mend: ['kubectl delete pdb shop'],
    tidy: ['kubectl uncordon node01 node02', noShop],
  },
  {
    id: 'namespace-stuck',
    summary: {
      en: 'a namespace does not end: something in it has a finalizer that nobody takes away',
      ko: '아무도 떼지 않는 파이널라이저 때문에 네임스페이스가 지워지지 않는다',
    },
    ...inCluster,
    inject: [
      'kubectl create namespace old',
      apply('apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: held, namespace: old, finalizers: [example.com/hold]}\\n'),
      'kubectl delete namespace old --wait=false',
    ],
    shownAfter: 20,
    symptoms: [
      { run: 'kubectl get namespace old --no-headers', shows: 'Terminating' },
      { run: 'kubectl get namespace old -o yaml', shows: 'SomeFinalizersRemain' },
    ],
    mend: [`kubectl -n old patch configmap held --type=merge -p '{"metadata":{"finalizers":null}}'`],
  },
  {
    id: 'limit-range-too-small',
    summary: { en: "the namespace's LimitRange allows less than the pods want", ko: '네임스페이스의 LimitRange가 파드가 원하는 것보다 적게 허용한다' },
    ...inCluster,
    inject: [
      apply('apiVersion: v1\\nkind: LimitRange\\nmetadata: {name: small}\\nspec: {limits: [{type: Container, max: {memory: 64Mi}}]}\\n'),
      create,
      'kubectl set resources deployment shop --limits=memory=128Mi',
    ],
    shownAfter: 10,
    symptoms: [
      { ...replicaSet, shows: 'maximum memory usage per Container is 64Mi, but limit is 128Mi' },
      { run: 'kubectl get deployment shop -o yaml', shows: 'reason: FailedCreate' },
    ],
    mend: ['kubectl delete limitrange small'],
    tidy: [noShop],
  },
  {
    id: 'service-account-missing',
    summary: { en: 'a Deployment wants a ServiceAccount that is not there', ko: '디플로이먼트가 없는 서비스어카운트를 쓴다' },
    ...inCluster,
    inject: [create, podSpec('"serviceAccountName":"robot"')],
    shownAfter: 10,
    symptoms: [
      { ...replicaSet, shows: 'error looking up service account default/robot: serviceaccount "robot" not found' },
      { run: 'kubectl get deployment shop -o yaml', shows: 'reason: FailedCreate' },
    ],
    mend: ['kubectl create serviceaccount robot'],
    tidy: [noShop, 'kubectl delete serviceaccount robot'],
  },
  {
    id: 'pod-security-restricted',
    summary: { en: "the namespace enforces 'restricted', the pods are not", ko: '네임스페이스는 restricted를 강제하는데 파드는 그렇지 않다' },
    ...inCluster,
    inject: ['kubectl label namespace default pod-security.kubernetes.io/enforce=restricted', create],
    shownAfter: 10,
    symptoms: [
      { ...replicaSet, shows: 'violates PodSecurity "restricted:latest"' },
      { run: 'kubectl get deployment shop --no-headers', shows: '0/1' },
    ],
    mend: ['kubectl label namespace default pod-security.kubernetes.io/enforce-'],
    tidy: [noShop],
  },
  {
    id: 'egress-denied',
    summary: { en: 'a NetworkPolicy lets pods ask nobody, DNS included', ko: 'NetworkPolicy가 DNS까지 포함해 나가는 연결을 모두 막는다' },
    ...inCluster,
    inject: [
      'kubectl run ask --image=busybox --command -- sleep 3600',
      apply('apiVersion: networking.k8s.io/v1\\nkind: NetworkPolicy\\nmetadata: {name: no-egress}\\nspec: {podSelector: {}, policyTypes: [Egress]}\\n'),
    ],
    shownAfter: 20,
    symptoms: [
      { run: 'kubectl exec ask -- nslookup kubernetes.default 2>&1', shows: 'no servers could be reached' },
      { run: 'kubectl describe networkpolicy no-egress', shows: 'Policy Types: Egress' },
    ],
    mend: ['kubectl delete networkpolicy no-egress'],
    tidy: ['kubectl delete pod ask --now'],
  },
  {
    id: 'host-port-taken',
    summary: { en: 'more pods want a port of the host than there are hosts', ko: '호스트 포트를 원하는 파드가 호스트보다 많다' },
    ...inCluster,
    inject: [create, container('"ports":[{"containerPort":80,"hostPort":8088}]'), 'kubectl scale deployment shop --replicas=4'],
    shownAfter: 40,
    symptoms: [
      { ...pods, shows: 'Pending' },
      { ...described, shows: "didn't have free ports for the requested pod ports" },
    ],
    mend: ['kubectl scale deployment shop --replicas=1'],
    tidy: [noShop],
  },
  {
    id: 'volume-other-node',
    summary: { en: 'a local volume is on a node that is not there', ko: '로컬 볼륨이 없는 노드에 묶여 있다' },
    ...inCluster,
    inject: [
      apply(
        'apiVersion: v1\\nkind: PersistentVolume\\nmetadata: {name: disk}\\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: hand, local: {path: /mnt}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node09]}]}]}}}\\n---\\napiVersion: v1\\nkind: PersistentVolumeClaim\\nmetadata: {name: data}\\nspec: {storageClassName: hand, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\\n',
      ),
      `kubectl run keeper --image=nginx --overrides='{"spec":{"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],"containers":[{"name":"keeper","image":"nginx","volumeMounts":[{"name":"d","mountPath":"/data"}]}]}}'`,
    ],
    shownAfter: 20,
    symptoms: [
      { run: 'kubectl get pod keeper --no-headers', shows: 'Pending' },
      { run: 'kubectl describe pod keeper', shows: "didn't match PersistentVolume's node affinity" },
      { run: 'kubectl describe pv disk', shows: 'node09' },
    ],
    mend: ['kubectl delete pod keeper --now', 'kubectl delete pvc data', 'kubectl delete pv disk'],
  },
  {
    id: 'host-path-missing',
    summary: { en: 'a pod wants a folder of the node that is not there', ko: '파드가 노드에 없는 폴더를 마운트한다' },
    ...inCluster,
    inject: [
      create,
      podSpec('"volumes":[{"name":"d","hostPath":{"path":"/data/shop","type":"Directory"}}]'),
      container('"volumeMounts":[{"name":"d","mountPath":"/data"}]'),
    ],
    shownAfter: 20,
    symptoms: [
      { ...pods, shows: 'ContainerCreating' },
      { ...described, shows: 'hostPath type check failed: /data/shop is not a directory' },
    ],
    mend: ['ssh node01 mkdir -p /data/shop', 'ssh node02 mkdir -p /data/shop'],
    tidy: [noShop],
  },
  {
    id: 'pull-secret-missing',
    summary: { en: 'a private image is pulled with a Secret that is not there', ko: '비공개 이미지를 없는 시크릿으로 가져오려 한다' },
    ...inCluster,
    inject: ['kubectl create deployment shop --image=acme/private-shop:1.0', podSpec('"imagePullSecrets":[{"name":"acme"}]')],
    shownAfter: 40,
    symptoms: [
      { ...pods, shows: 'ImagePull' },
      { ...described, shows: 'FailedToRetrieveImagePullSecret' },
      { run: "kubectl get deployment shop -o jsonpath='{..imagePullSecrets[*].name}'", shows: 'acme' },
    ],
    mend: ['kubectl set image deployment/shop private-shop=nginx', remove('imagePullSecrets')],
    tidy: [noShop],
  },
];
