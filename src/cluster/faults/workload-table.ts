/** Faults of the network inside the cluster, of names, of what a node has, and of what people apply. */
import { FileNode } from '../../linux/file-node.ts';
import type { Fault } from './fault.ts';

const lookup = (name: string): string =>
  `kubectl run ask --image=busybox --restart=Never --command -- sleep 3600 > /dev/null 2>&1; kubectl wait --for=condition=Ready pod/ask --timeout=60s > /dev/null; kubectl exec ask -- nslookup ${name} 2>&1`;
const noAsk = 'kubectl delete pod ask --now --ignore-not-found';
const restartDns = 'kubectl -n kube-system rollout restart deployment coredns';
const web =
  'kubectl create deployment shop --image=nginx > /dev/null; kubectl expose deployment shop --port=80 > /dev/null; kubectl rollout status deployment shop --timeout=60s > /dev/null';
const noShop = 'kubectl delete deployment,service shop --ignore-not-found';
const coreFile = (change: string): string => `kubectl -n kube-system get configmap coredns -o yaml | sed '${change}' | kubectl replace -f - > /dev/null`;

const inCluster = { on: 'controlplane', fixed: true } as const;

export const workloadFaults: readonly Fault[] = [
  {
    id: 'coredns-gone',
    summary: { en: 'CoreDNS is scaled to nothing', ko: 'CoreDNS가 0개로 줄어 있다' },
    ...inCluster,
    inject: ['kubectl -n kube-system scale deployment coredns --replicas=0'],
    shownAfter: 10,
    symptoms: [
      { run: lookup('kubernetes.default'), shows: 'Connection refused' },
      { run: 'kubectl -n kube-system get deployment coredns --no-headers', shows: '0/0' },
      { run: 'kubectl -n kube-system get endpoints kube-dns --no-headers 2> /dev/null', shows: '<none>' },
    ],
    mend: ['kubectl -n kube-system scale deployment coredns --replicas=2'],
    tidy: [noAsk],
  },
  {
    id: 'corefile-broken',
    summary: { en: 'the Corefile names a plugin that does not exist', ko: 'Corefile에 존재하지 않는 플러그인이 있다' },
    ...inCluster,
    inject: [coreFile('s/^        loadbalance$/        loadbalanse/'), 'kubectl -n kube-system delete pods -l k8s-app=kube-dns'],
    shownAfter: 60,
    symptoms: [
      { run: 'kubectl -n kube-system get pods -l k8s-app=kube-dns --no-headers', shows: 'CrashLoopBackOff' },
      {
        run: 'for p in $(kubectl -n kube-system get pods -l k8s-app=kube-dns -o name); do kubectl -n kube-system logs $p; done 2>&1',
        shows: "Unknown directive 'loadbalanse'",
      },
      { run: lookup('kubernetes.default'), shows: 'Connection refused' },
    ],
    mend: [coreFile('s/^        loadbalanse$/        loadbalance/'), restartDns],
    tidy: [noAsk],
  },
  {
    id: 'coredns-wrong-upstream',
    summary: { en: 'CoreDNS forwards to a server that does not answer', ko: 'CoreDNS가 응답하지 않는 상위 DNS 서버로 보낸다' },
    ...inCluster,
    inject: [coreFile('s#forward . /etc/resolv.conf#forward . 172.30.9.9#'), restartDns],
    shownAfter: 60,
    symptoms: [
      { run: lookup('registry-1.docker.io'), shows: "can't find registry-1.docker.io: SERVFAIL" },
      { run: 'kubectl -n kube-system get configmap coredns -o yaml', shows: 'forward . 172.30.9.9' },
    ],
    mend: [coreFile('s#forward . 172.30.9.9#forward . /etc/resolv.conf#'), restartDns],
    tidy: [noAsk],
  },
  {
    id: 'dns-service-selector',
    summary: { en: 'the Service kube-dns selects no pods', ko: 'kube-dns 서비스의 셀렉터가 어떤 파드와도 맞지 않는다' },
    ...inCluster,
    inject: [`kubectl -n kube-system patch service kube-dns -p '{"spec":{"selector":{"k8s-app":"kube-dnss"}}}'`],
    shownAfter: 5,
    symptoms: [
      { run: 'kubectl -n kube-system get endpoints kube-dns --no-headers 2> /dev/null', shows: '<none>' },
      { run: lookup('kubernetes.default'), shows: 'Connection refused' },
    ],
    mend: [`kubectl -n kube-system patch service kube-dns -p '{"spec":{"selector":{"k8s-app":"kube-dns"}}}'`],
    tidy: [noAsk],
  },
  {
    id: 'kube-proxy-gone',
    summary: { en: 'kube-proxy runs on no node: new Services have no rules', ko: 'kube-proxy가 어느 노드에서도 돌지 않아 새 서비스에 규칙이 없다' },
    ...inCluster,
    inject: [`kubectl -n kube-system patch daemonset kube-proxy -p '{"spec":{"template":{"spec":{"nodeSelector":{"proxy":"yes"}}}}}'`],
    shownAfter: 60,
    symptoms: [
      { run: 'kubectl -n kube-system get daemonset kube-proxy --no-headers', shows: 'proxy=yes' },
      { run: `${web}; curl -m 3 -sS $(kubectl get service shop -o jsonpath='{.spec.clusterIP}') 2>&1`, shows: 'curl: (' },
      { run: 'iptables-save -t nat | grep -c default/shop', shows: '0' },
    ],
    mend: [`kubectl -n kube-system patch daemonset kube-proxy --type=json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector/proxy"}]'`],
    tidy: [noShop],
  },
  {
    id: 'kube-proxy-misconfigured',
    summary: { en: "kube-proxy's kubeconfig names a wrong server", ko: 'kube-proxy의 kubeconfig에 서버 주소가 잘못되어 있다' },
    ...inCluster,
    inject: [
      "kubectl -n kube-system get configmap kube-proxy -o yaml | sed 's/:6443/:6444/' | kubectl replace -f - > /dev/null",
      'kubectl -n kube-system rollout restart daemonset kube-proxy',
    ],
    shownAfter: 60,
    symptoms: [
      { run: 'kubectl -n kube-system get configmap kube-proxy -o yaml', shows: '172.30.1.2:6444' },
      { run: `${web}; curl -m 3 -sS $(kubectl get service shop -o jsonpath='{.spec.clusterIP}') 2>&1`, shows: 'curl: (' },
    ],
    mend: [
      "kubectl -n kube-system get configmap kube-proxy -o yaml | sed 's/:6444/:6443/' | kubectl replace -f - > /dev/null",
      'kubectl -n kube-system rollout restart daemonset kube-proxy',
    ],
    tidy: [noShop],
  },
  {
    id: 'default-deny',
    summary: { en: 'a NetworkPolicy lets nobody in', ko: 'NetworkPolicy가 아무도 들여보내지 않는다' },
    ...inCluster,
    inject: [
      web,
      "printf 'apiVersion: networking.k8s.io/v1\\nkind: NetworkPolicy\\nmetadata: {name: default-deny}\\nspec: {podSelector: {}, policyTypes: [Ingress]}\\n' | kubectl apply -f -",
    ],
    shownAfter: 10,
    symptoms: [
      {
        run: 'kubectl run ask --image=busybox --restart=Never --command -- sleep 3600 > /dev/null; kubectl wait --for=condition=Ready pod/ask --timeout=60s > /dev/null; kubectl exec ask -- wget -T 3 -qO- shop 2>&1',
        shows: 'timed out',
      },
      { run: 'kubectl get networkpolicy', shows: 'default-deny' },
    ],
    mend: ['kubectl delete networkpolicy default-deny'],
    tidy: [noShop, noAsk],
  },
  {
    id: 'service-selector-typo',
    summary: { en: "a Service's selector has a typo", ko: '서비스 셀렉터에 오타가 있다' },
    ...inCluster,
    inject: [web, `kubectl patch service shop -p '{"spec":{"selector":{"app":"shopp"}}}'`],
    shownAfter: 5,
    symptoms: [
      { run: 'kubectl get endpoints shop --no-headers 2> /dev/null', shows: '<none>' },
      { run: "curl -m 3 -sS $(kubectl get service shop -o jsonpath='{.spec.clusterIP}') 2>&1", shows: 'curl: (7)' },
    ],
    mend: [`kubectl patch service shop -p '{"spec":{"selector":{"app":"shop"}}}'`],
    tidy: [noShop],
  },
  {
    id: 'quota-exhausted',
    summary: { en: 'the namespace has a quota that is used up', ko: '네임스페이스의 쿼터가 다 찼다' },
    ...inCluster,
    inject: ['kubectl create quota small --hard=pods=0', 'kubectl create deployment shop --image=nginx'],
    shownAfter: 10,
    symptoms: [
      { run: 'kubectl get deployment shop --no-headers', shows: '0/1' },
      { run: 'kubectl describe replicaset -l app=shop', shows: 'exceeded quota: small', past: true },
      { run: 'kubectl get events', shows: 'FailedCreate', past: true },
    ],
    mend: ['kubectl delete quota small'],
    tidy: [noShop],
  },
  {
    id: 'image-typo',
    summary: { en: 'a Deployment asks for a tag that does not exist', ko: '디플로이먼트가 존재하지 않는 이미지 태그를 쓴다' },
    ...inCluster,
    inject: ['kubectl create deployment shop --image=nginx:1.99.9'],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl get pods -l app=shop --no-headers', shows: 'ImagePull' },
      { run: 'kubectl describe pods -l app=shop', shows: 'docker.io/library/nginx:1.99.9: not found', past: true },
    ],
    mend: ['kubectl set image deployment/shop nginx=nginx'],
    tidy: [noShop],
  },
  {
    id: 'image-unauthorized',
    summary: { en: 'an image is in a repository that nobody may read', ko: '접근 권한이 없는 저장소의 이미지를 쓴다' },
    ...inCluster,
    inject: ['kubectl create deployment shop --image=acme/private-shop:1.0'],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl get pods -l app=shop --no-headers', shows: 'ImagePull' },
      { run: 'kubectl describe pods -l app=shop', shows: 'pull access denied', past: true },
    ],
    mend: ['kubectl set image deployment/shop private-shop=nginx'],
    tidy: [noShop],
  },
  {
    id: 'config-missing',
    summary: { en: 'a pod takes its environment from a ConfigMap that is not there', ko: '파드가 없는 컨피그맵에서 환경 변수를 읽는다' },
    ...inCluster,
    inject: [
      'kubectl create deployment shop --image=nginx',
      'kubectl set env deployment/shop --from=configmap/settings 2> /dev/null; true',
      `kubectl patch deployment shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","envFrom":[{"configMapRef":{"name":"settings"}}]}]}}}}'`,
    ],
    shownAfter: 20,
    symptoms: [
      { run: 'kubectl get pods -l app=shop --no-headers', shows: 'CreateContainerConfigError' },
      { run: 'kubectl describe pods -l app=shop', shows: 'configmap "settings" not found', past: true },
    ],
    mend: ['kubectl create configmap settings --from-literal=a=b'],
    tidy: ['kubectl delete configmap settings', noShop],
  },
  {
    id: 'liveness-wrong-port',
    summary: { en: 'a liveness probe asks a port where nobody listens', ko: '라이브니스 프로브가 아무도 듣지 않는 포트를 본다' },
    ...inCluster,
    inject: [
      'kubectl create deployment shop --image=nginx',
      `kubectl patch deployment shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"nginx","livenessProbe":{"httpGet":{"path":"/","port":8081},"periodSeconds":5,"failureThreshold":2}}]}}}}'`,
    ],
    shownAfter: 60,
    symptoms: [
      { run: 'kubectl describe pods -l app=shop', shows: 'Liveness probe failed', past: true },
      {
        run: "kubectl get pods -l app=shop -o jsonpath='{.items[*].status.containerStatuses[0].restartCount}' | tr ' ' '\\n' | sort -n | tail -1 | sed 's/^[1-9].*/restarted/'",
        shows: 'restarted',
      },
    ],
    mend: [`kubectl patch deployment shop --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/livenessProbe"}]'`],
    tidy: [noShop],
  },
  {
    id: 'out-of-memory',
    summary: { en: "a container's memory limit is too small for what it does", ko: '컨테이너의 메모리 제한이 하는 일에 비해 작다' },
    ...inCluster,
    inject: [
      `kubectl run hungry --image=busybox --overrides='{"spec":{"containers":[{"name":"hungry","image":"busybox","command":["sh","-c","tail /dev/zero"],"resources":{"limits":{"memory":"16Mi"}}}]}}'`,
    ],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl get pod hungry -o yaml', shows: 'reason: OOMKilled' },
      { run: 'kubectl describe pod hungry', shows: 'OOMKilled' },
    ],
    mend: ['kubectl delete pod hungry --now'],
  },
  {
    id: 'node-cordoned',
    summary: { en: 'all workers are cordoned', ko: '모든 워커 노드가 cordon되어 있다' },
    ...inCluster,
    inject: ['kubectl cordon node01 node02', 'kubectl create deployment shop --image=nginx'],
    shownAfter: 10,
    symptoms: [
      { run: 'kubectl get nodes --no-headers', shows: 'SchedulingDisabled' },
      { run: 'kubectl describe pods -l app=shop', shows: 'were unschedulable', past: true },
    ],
    mend: ['kubectl uncordon node01 node02'],
    tidy: [noShop],
  },
  {
    id: 'node-tainted',
    summary: { en: 'all workers have a taint that nothing tolerates', ko: '모든 워커 노드에 아무 파드도 견디지 못하는 테인트가 있다' },
    ...inCluster,
    inject: ['kubectl taint node node01 node02 maintenance=true:NoSchedule', 'kubectl create deployment shop --image=nginx'],
    shownAfter: 10,
    symptoms: [
      { run: 'kubectl get pods -l app=shop --no-headers', shows: 'Pending' },
      { run: 'kubectl describe pods -l app=shop', shows: 'untolerated taint', past: true },
    ],
    mend: ['kubectl taint node node01 node02 maintenance-'],
    tidy: [noShop],
  },
  {
    id: 'claim-pending',
    summary: { en: 'a claim asks for a storage class that does not exist', ko: '볼륨 클레임이 존재하지 않는 스토리지 클래스를 요구한다' },
    ...inCluster,
    inject: [
      "printf 'apiVersion: v1\\nkind: PersistentVolumeClaim\\nmetadata: {name: data}\\nspec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\\n' | kubectl apply -f -",
      `kubectl run keeper --image=nginx --overrides='{"spec":{"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}],"containers":[{"name":"keeper","image":"nginx","volumeMounts":[{"name":"d","mountPath":"/data"}]}]}}'`,
    ],
    shownAfter: 20,
    symptoms: [
      { run: 'kubectl get pvc data --no-headers', shows: 'Pending' },
      { run: 'kubectl describe pvc data', shows: 'storageclass.storage.k8s.io "fast" not found' },
      { run: 'kubectl describe pod keeper', shows: 'unbound immediate PersistentVolumeClaims' },
    ],
    mend: ['kubectl delete pod keeper --now', 'kubectl delete pvc data'],
  },
  {
    id: 'rbac-binding-lost',
    summary: { en: "kube-proxy's rights were taken away", ko: 'kube-proxy의 권한 바인딩이 사라졌다' },
    ...inCluster,
    inject: ['kubectl delete clusterrolebinding kubeadm:node-proxier', 'kubectl -n kube-system delete pods -l k8s-app=kube-proxy'],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl auth can-i list services --as system:serviceaccount:kube-system:kube-proxy 2>&1', shows: 'no' },
      { run: `${web}; curl -m 3 -sS $(kubectl get service shop -o jsonpath='{.spec.clusterIP}') 2>&1`, shows: 'curl: (' },
    ],
    mend: [
      'kubectl create clusterrolebinding kubeadm:node-proxier --clusterrole=system:node-proxier --serviceaccount=kube-system:kube-proxy',
      'kubectl -n kube-system rollout restart daemonset kube-proxy',
    ],
    tidy: [noShop],
  },
  {
    id: 'disk-pressure',
    summary: { en: "a node's disk is nearly full", ko: '노드의 디스크가 거의 찼다' },
    on: 'node01',
    inject: ({ kernel, fs }) => {
      // The lab keeps no 36 GB of text: the file has their size.
      const log = new FileNode({ mode: 0o644, uid: 0, gid: 0, mtime: kernel.sim.now });
      log.apparentSize = Math.floor((kernel.disk.capacityBytes - kernel.disk.usedBytes) * 0.96);
      fs.mknod('/var/log/app.log', log);
      kernel.disk.charge(log.apparentSize);
    },
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasDiskPressure' },
      { run: 'node$ df -h / | tail -1', shows: '97%' },
      { run: 'node$ ls -lh /var/log/app.log', shows: 'G ' },
    ],
    mend: ['node$ rm /var/log/app.log'],
    restsAfter: 420,
  },
  {
    id: 'memory-pressure',
    summary: { en: 'a process on the node eats its memory', ko: '노드의 한 프로세스가 메모리를 다 쓰고 있다' },
    on: 'node01',
    inject: ({ kernel, systemd }) => {
      const leak = kernel.spawn(systemd.init, {
        argv: ['leaky-agent'],
        program: function* () {
          for (;;) yield { timeout: 1e12 };
        },
        fds: new Map(),
        cgroup: kernel.rootCgroup.at('system.slice/leaky-agent.service'),
      });
      leak.allocate(Math.max(0, kernel.memoryBytes - kernel.rootCgroup.memoryBytes - 60 * 1024 * 1024));
    },
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasInsufficientMemory' },
      { run: 'node$ ps aux --sort=-rss | head -3', shows: 'leaky-agent' },
    ],
    mend: ['node$ pkill leaky-agent'],
    restsAfter: 420,
  },
];
