/** Faults of a machine under Kubernetes: firewall, names, ssh, units, the runtime's settings, registries. */
import type { Fault, Symptom } from './fault.ts';

const config = '/var/lib/kubelet/config.yaml';
const dropIn = '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf';
const notReady = { run: "kubectl get node {{node}} --no-headers | awk '{print $2}'", shows: 'NotReady' };
const journal = (unit: string, shows: string) => ({ run: `node$ journalctl -u ${unit} --no-pager | tail -40`, shows, past: true }) as const;
const onNode = (image: string): string => `kubectl run probe --image=${image} --overrides='{"spec":{"nodeName":"{{node}}"}}'`;
/** An image that no node has yet. */
const pulled = (shows: string): readonly [Symptom, Symptom] => [
  { run: `${onNode('httpd')} > /dev/null; sleep 60; kubectl get pod probe --no-headers`, shows: 'ImagePull' },
  { run: 'kubectl describe pod probe', shows, past: true },
];
const noProbe = 'kubectl delete pod probe --now';
const restart = (unit: string): string => `node$ systemctl restart ${unit}`;

export const machineFaults: readonly Fault[] = [
  {
    id: 'firewall-apiserver',
    summary: { en: "the node's firewall drops what goes to the API server", ko: '노드의 방화벽이 API 서버로 가는 패킷을 버린다' },
    on: 'node01',
    inject: ['iptables -A OUTPUT -p tcp --dport 6443 -j DROP'],
    shownAfter: 70,
    symptoms: [
      notReady,
      { run: 'node$ curl -k -m 3 -sS https://172.30.1.2:6443/livez 2>&1', shows: 'timed out' },
      { run: 'node$ iptables -S OUTPUT', shows: '--dport 6443 -j DROP' },
    ],
    mend: ['node$ iptables -D OUTPUT -p tcp --dport 6443 -j DROP'],
  },
  {
    id: 'sshd-stopped',
    summary: { en: 'nobody gets into the node by ssh', ko: 'ssh로 노드에 들어갈 수 없다' },
    on: 'node01',
    inject: ['systemctl stop ssh'],
    shownAfter: 2,
    symptoms: [
      { run: 'ssh {{node}} true 2>&1', shows: 'port 22: Connection refused' },
      { run: 'nc -vz {{node}} 22 2>&1', shows: 'refused' },
    ],
    mend: ['node$ systemctl start ssh'],
  },
  {
    id: 'cni-second-config',
    summary: { en: 'a leftover of another network plugin comes first in /etc/cni/net.d', ko: '/etc/cni/net.d에 다른 네트워크 플러그인의 찌꺼기가 먼저 온다' },
    on: 'node01',
    inject: [`printf '{"cniVersion":"1.0.0","name":"k8s-pod-network","plugins":[{"type":"calico"}]}\\n' > /etc/cni/net.d/05-calico.conflist`],
    shownAfter: 10,
    symptoms: [
      { run: `${onNode('nginx')} > /dev/null; sleep 20; kubectl get pod probe --no-headers`, shows: 'ContainerCreating' },
      { run: 'kubectl describe pod probe', shows: 'failed to find plugin "calico" in path [/opt/cni/bin]', past: true },
    ],
    mend: ['node$ rm /etc/cni/net.d/05-calico.conflist'],
    tidy: [noProbe],
  },
  {
    id: 'kubelet-binary-wrong',
    summary: { en: "the kubelet's unit starts a program that is not there", ko: 'kubelet 유닛이 없는 프로그램을 실행한다' },
    on: 'node01',
    inject: [`sed -i 's#/usr/bin/kubelet #/usr/local/bin/kubelet #' ${dropIn}`, 'systemctl daemon-reload', 'systemctl restart kubelet'],
    shownAfter: 60,
    symptoms: [
      notReady,
      { run: 'node$ systemctl status kubelet --no-pager', shows: 'status=203/EXEC', past: true },
      journal('kubelet', 'Failed at step EXEC spawning /usr/local/bin/kubelet'),
    ],
    mend: [`node$ sed -i 's#/usr/local/bin/kubelet #/usr/bin/kubelet #' ${dropIn}`, 'node$ systemctl daemon-reload', restart('kubelet')],
  },
  {
    id: 'kubelet-eviction-threshold',
    summary: { en: 'the kubelet wants more free memory than there is', ko: 'kubelet이 있는 것보다 많은 여유 메모리를 요구한다' },
    on: 'node01',
    inject: [`printf 'evictionHard:\\n  memory.available: 7900Mi\\n' >> ${config}`, 'systemctl restart kubelet'],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasInsufficientMemory' },
      { run: `${onNode('nginx')} > /dev/null; sleep 5; kubectl describe pod probe`, shows: 'The node had condition: [MemoryPressure].' },
      journal('kubelet', 'Attempting to reclaim'),
    ],
    mend: [
      `node$ sed -i -e '/^evictionHard:/d' -e '/memory.available: 7900Mi/d' ${config}`,
      restart('kubelet'),
      'kubectl delete pods -A --field-selector=status.phase=Failed',
    ],
    tidy: [noProbe],
    restsAfter: 420,
  },
  {
    id: 'kubelet-max-pods',
    summary: { en: 'the kubelet takes no more than two pods', ko: 'kubelet이 파드를 두 개까지만 받는다' },
    on: 'node01',
    inject: [
      `printf 'maxPods: 2\\n' >> ${config}`,
      'systemctl restart kubelet',
      'kubectl cordon node02 --kubeconfig /etc/kubernetes/kubelet.conf 2> /dev/null; true',
    ],
    shownAfter: 30,
    symptoms: [
      { run: "kubectl get node {{node}} -o jsonpath='{.status.allocatable.pods}'", shows: '2' },
      {
        run: `kubectl create deployment many --image=nginx --replicas=3 > /dev/null; kubectl patch deployment many -p '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"{{node}}"}}}}}' > /dev/null; sleep 30; kubectl get events`,
        shows: 'Too many pods',
        past: true,
      },
    ],
    mend: [`node$ sed -i '/^maxPods:/d' ${config}`, restart('kubelet')],
    tidy: ['kubectl delete deployment many'],
  },
  {
    id: 'crictl-wrong-endpoint',
    summary: { en: 'crictl still asks dockershim', ko: 'crictl이 아직 dockershim에 묻는다' },
    on: 'node01',
    runtime: 'containerd',
    inject: ["sed -i 's#/run/containerd/containerd.sock#/var/run/dockershim.sock#' /etc/crictl.yaml"],
    shownAfter: 1,
    symptoms: [
      { run: 'node$ crictl ps 2>&1', shows: '/var/run/dockershim.sock: connect: no such file or directory' },
      { run: 'node$ cat /etc/crictl.yaml', shows: 'runtime-endpoint: unix:///var/run/dockershim.sock' },
    ],
    mend: ["node$ sed -i 's#/var/run/dockershim.sock#/run/containerd/containerd.sock#' /etc/crictl.yaml"],
  },
  {
    id: 'kubectl-wrong-server',
    summary: { en: "the administrator's kubeconfig names a wrong port", ko: '관리자의 kubeconfig에 포트가 잘못되어 있다' },
    on: 'controlplane',
    fixed: true,
    inject: ['kubectl config set-cluster kubernetes --server=https://172.30.1.2:6444'],
    shownAfter: 1,
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'The connection to the server 172.30.1.2:6444 was refused' },
      { run: 'kubectl config view --minify', shows: 'server: https://172.30.1.2:6444' },
    ],
    mend: ['kubectl config set-cluster kubernetes --server=https://172.30.1.2:6443'],
  },
  {
    id: 'node-deleted',
    summary: { en: 'the Node object was deleted; its kubelet goes on', ko: 'Node 객체가 지워졌고 kubelet은 계속 돌고 있다' },
    on: 'controlplane',
    fixed: true,
    inject: ['kubectl delete node node02'],
    shownAfter: 320,
    symptoms: [
      { run: 'kubectl get node node02 2>&1', shows: 'nodes "node02" not found' },
      { run: 'ssh node02 journalctl -u kubelet --no-pager | tail -40', shows: 'nodes \\"node02\\" not found', past: true },
    ],
    mend: ['ssh node02 systemctl restart kubelet'],
  },
  {
    id: 'firewall-kubelet',
    summary: { en: "the node's firewall refuses whoever asks its kubelet", ko: '노드의 방화벽이 kubelet 포트로 오는 연결을 거절한다' },
    on: 'node01',
    inject: ['iptables -A INPUT -p tcp --dport 10250 -j REJECT'],
    shownAfter: 5,
    symptoms: [
      {
        run: "kubectl logs -n kube-system $(kubectl get pod -n kube-system -o wide | awk '/kube-proxy/ && /{{node}}/ {print $1}') 2>&1",
        shows: ':10250: connect: ',
      },
      { run: 'curl -k -m 3 -sS https://{{node}}:10250/healthz 2>&1', shows: 'curl: (' },
      { run: 'node$ iptables -S INPUT', shows: '--dport 10250 -j REJECT' },
    ],
    mend: ['node$ iptables -D INPUT -p tcp --dport 10250 -j REJECT'],
  },
  {
    id: 'hosts-wrong',
    summary: { en: '/etc/hosts sends the registry to this machine itself', ko: '/etc/hosts가 레지스트리 이름을 이 머신 자신으로 보낸다' },
    on: 'node01',
    inject: ["printf '127.0.0.1\\tregistry-1.docker.io\\n' >> /etc/hosts"],
    shownAfter: 2,
    symptoms: [...pulled('dial tcp 127.0.0.1:443: connect: connection refused'), { run: 'node$ getent hosts registry-1.docker.io', shows: '127.0.0.1' }],
    mend: ["node$ sed -i '/registry-1.docker.io/d' /etc/hosts"],
    tidy: [noProbe],
  },
  {
    id: 'node-dns-wrong',
    summary: { en: 'the node asks a name server that does not answer', ko: '노드가 응답하지 않는 DNS 서버에 묻는다' },
    on: 'node01',
    inject: ["sed -i 's/^nameserver .*/nameserver 172.30.9.9/' /etc/resolv.conf"],
    shownAfter: 2,
    symptoms: [...pulled('lookup registry-1.docker.io'), { run: 'node$ cat /etc/resolv.conf', shows: '172.30.9.9' }],
    mend: ["node$ sed -i 's/^nameserver .*/nameserver 172.30.1.1/' /etc/resolv.conf"],
    tidy: [noProbe],
  },
  {
    id: 'registry-mirror-gone',
    summary: {
      en: "containerd's hosts.toml sends Docker Hub to a mirror that is gone",
      ko: 'containerd의 hosts.toml이 Docker Hub 요청을 없어진 미러로 보낸다',
    },
    on: 'node01',
    runtime: 'containerd',
    inject: ['mkdir -p /etc/containerd/certs.d/docker.io', `printf 'server = "https://mirror.internal"\\n' > /etc/containerd/certs.d/docker.io/hosts.toml`],
    shownAfter: 2,
    symptoms: [...pulled('mirror.internal'), { run: 'node$ crictl pull httpd 2>&1', shows: 'mirror.internal' }],
    mend: ['node$ rm /etc/containerd/certs.d/docker.io/hosts.toml'],
    tidy: [noProbe],
  },
  {
    id: 'kubelet-manifest-folder',
    summary: { en: 'the kubelet looks for static pods in a folder that is not there', ko: 'kubelet이 없는 폴더에서 스태틱 파드를 찾는다' },
    on: 'controlplane',
    fixed: true,
    inject: [`sed -i 's#/etc/kubernetes/manifests#/etc/kubernetes/manifest#' ${config}`, 'systemctl restart kubelet'],
    shownAfter: 60,
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'was refused' },
      { run: 'journalctl -u kubelet --no-pager | tail -60', shows: '/etc/kubernetes/manifest', past: true },
      { run: `grep staticPodPath ${config}`, shows: 'staticPodPath: /etc/kubernetes/manifest\n' },
    ],
    mend: [`sed -i 's#/etc/kubernetes/manifest$#/etc/kubernetes/manifests#' ${config}`, 'systemctl restart kubelet'],
  },
];
