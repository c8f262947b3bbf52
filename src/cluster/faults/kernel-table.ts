/** Faults of what lies under the runtime: swap, clock, disk, inodes, PIDs, cable, the rules of the kernel. */
import type { Machine } from '../machine/machine.ts';
import type { Fault } from './fault.ts';

const config = '/var/lib/kubelet/config.yaml';
const notReady = { run: "kubectl get node {{node}} --no-headers | awk '{print $2}'", shows: 'NotReady' };
const journal = (unit: string, shows: string) => ({ run: `node$ journalctl -u ${unit} --no-pager | tail -40`, shows, past: true }) as const;
const onNode = (name: string, image: string): string => `kubectl run ${name} --image=${image} --overrides='{"spec":{"nodeName":"{{node}}"}}'`;
const noProbe = 'kubectl delete pod probe --now --ignore-not-found';
const failed = 'kubectl delete pods -A --field-selector=status.phase=Failed';

/** Processes of a program that never ends, as its own parent would have left them. */
function storm({ kernel, systemd }: Machine, name: string, count: number): void {
  const idle = function* () {
    for (;;) yield { timeout: 1e12 };
  };
  for (let i = 0; i < count; i++)
    kernel.spawn(systemd.init, { argv: [name], program: idle, fds: new Map(), cgroup: kernel.rootCgroup.at(`system.slice/${name}.service`) });
}

const restartKubelet = ({ kernel }: Machine): void => {
  for (const each of [...kernel.processes.values()]) if (each.comm === 'kubelet') each.signal('SIGKILL');
};

export const kernelFaults: readonly Fault[] = [
  {
    id: 'swap-on',
    summary: { en: 'somebody gave the node swap space: the kubelet does not start on it', ko: '노드에 스왑이 켜져 있어 kubelet이 시작되지 않는다' },
    on: 'node01',
    inject: ['fallocate -l 2G /swapfile', 'chmod 600 /swapfile', 'mkswap /swapfile', 'swapon /swapfile', 'systemctl restart kubelet'],
    shownAfter: 60,
    symptoms: [notReady, journal('kubelet', 'running with swap on is not supported'), { run: 'node$ swapon --show', shows: '/swapfile' }],
    mend: ['node$ swapoff -a', 'node$ rm /swapfile', 'node$ systemctl restart kubelet'],
  },
  {
    id: 'clock-behind',
    summary: { en: "the node's clock is two years behind: certificates are not yet valid there", ko: '노드의 시계가 2년 늦어 인증서가 아직 유효하지 않다' },
    on: 'node01',
    inject: ["date -s '2 years ago'", 'systemctl restart kubelet'],
    shownAfter: 60,
    symptoms: [
      notReady,
      journal('kubelet', 'x509: certificate has expired or is not yet valid'),
      {
        run: `node$ test $(date +%s) -lt $(date -d "$(openssl x509 -in /etc/kubernetes/pki/ca.crt -noout -startdate | cut -d= -f2)" +%s) && echo before the CA`,
        shows: 'before the CA',
      },
    ],
    mend: ['ssh {{node}} "date -s @$(date +%s); systemctl restart kubelet"'],
  },
  {
    id: 'inodes-used-up',
    summary: {
      en: 'a program fills the disk with empty files: there is space, but there are no inodes',
      ko: '빈 파일이 너무 많아 공간은 남았는데 inode가 없다',
    },
    on: 'node01',
    inject: ({ kernel: { disk }, fs }) => {
      // A file system that was made with few of them; the lab would have a long time to fill the usual three million.
      disk.inodes = disk.inodesUsed + 2_060;
      fs.mkdir('/var/spool/mailer/new', { parents: true });
      for (let i = 0; i < 2_000; i++) fs.write(`/var/spool/mailer/new/m${i}`, '');
    },
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasDiskPressure' },
      { run: 'node$ df -i / | awk \'NR==2 && $5+0 > 95 {print "nearly none left"}\'', shows: 'nearly none left' },
      { run: 'node$ ls /var/spool/mailer/new | wc -l', shows: '2000' },
    ],
    mend: ['node$ rm -rf /var/spool/mailer/new'],
    restsAfter: 420,
  },
  {
    id: 'pids-used-up',
    summary: { en: 'a program leaves its children behind: the node runs out of process numbers', ko: '자식 프로세스가 계속 쌓여 노드에 PID가 모자란다' },
    on: 'node01',
    inject: (machine) => {
      const { fs, kernel } = machine;
      fs.write(
        config,
        `${fs.read(config)}evictionHard:\n  memory.available: 100Mi\n  nodefs.available: 10%\n  nodefs.inodesFree: 5%\n  imagefs.available: 15%\n  pid.available: 10%\n`,
      );
      kernel.pidMax = 1000;
      storm(machine, 'mailer', 1000 - kernel.processes.size - 60);
      restartKubelet(machine);
    },
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasInsufficientPID' },
      { run: 'node$ pgrep -c mailer', shows: '9' },
      journal('kubelet', 'resourceName="pids"'),
    ],
    mend: ['node$ pkill mailer'],
    restsAfter: 420,
  },
  {
    id: 'pod-fills-disk',
    summary: { en: "a pod writes the node's disk full and is evicted", ko: '파드 하나가 노드의 디스크를 채워 축출된다' },
    on: 'node01',
    inject: ['fallocate -l 28G /var/lib/backup.img'],
    shownAfter: 1,
    symptoms: [
      {
        run: `kubectl delete pod hoarder --now --ignore-not-found > /dev/null; kubectl run hoarder --image=busybox --restart=Never --overrides='{"spec":{"nodeName":"{{node}}"}}' -- sh -c 'fallocate -l 8G /tmp/cache; sleep 3600' > /dev/null; sleep 60; kubectl get pod hoarder -o jsonpath='{.status.reason}'`,
        shows: 'Evicted',
      },
      { run: 'kubectl describe pod hoarder', shows: 'The node was low on resource: ephemeral-storage.' },
      { run: 'kubectl describe node {{node}}', shows: 'KubeletHasDiskPressure' },
      { run: 'node$ du -sh /var/lib/backup.img 2> /dev/null', shows: '28G' },
    ],
    mend: ['node$ rm /var/lib/backup.img', 'kubectl delete pod hoarder --now'],
    tidy: ['kubectl delete pod hoarder --now --ignore-not-found', failed],
    restsAfter: 420,
  },
  {
    id: 'link-slow',
    summary: {
      en: 'the network card fell back to 10 Mb/s: pulling images takes minutes',
      ko: '네트워크 카드가 10Mb/s로 떨어져 이미지를 가져오는 데 몇 분씩 걸린다',
    },
    on: 'node01',
    inject: ['ethtool -s eth0 speed 10 duplex full'],
    shownAfter: 1,
    symptoms: [
      {
        run: `kubectl delete pod probe --now --ignore-not-found > /dev/null; ${onNode('probe', 'httpd')} > /dev/null; sleep 20; kubectl get pod probe --no-headers`,
        shows: 'ContainerCreating',
      },
      { run: 'node$ ethtool eth0', shows: 'Speed: 10Mb/s' },
    ],
    mend: ['node$ ethtool -s eth0 speed 1000 duplex full autoneg on', noProbe],
    tidy: [noProbe],
  },
  {
    id: 'iptables-flushed',
    summary: {
      en: "somebody flushed the node's nat table: no Service answers there",
      ko: '누군가 노드의 nat 테이블을 비워 그 노드에서는 어떤 서비스도 응답하지 않는다',
    },
    on: 'node01',
    inject: ['iptables -t nat -F'],
    shownAfter: 5,
    symptoms: [
      { run: 'node$ curl -k -m 3 -sS https://10.96.0.1/livez 2>&1', shows: 'curl: (' },
      { run: 'node$ iptables-save -t nat | grep -c -- -A.KUBE-SVC', shows: '0' },
    ],
    mend: ['kubectl -n kube-system delete $(kubectl -n kube-system get pods -o wide | awk \'/kube-proxy/ && /{{node}}/ {print "pod/" $1}\')'],
  },
  {
    id: 'containerd-default-runtime',
    summary: { en: "containerd's default runtime is one that is not configured", ko: 'containerd의 기본 런타임이 설정에 없는 이름이다' },
    on: 'node01',
    inject: [
      'sed -i -E "s/default_runtime_name = .*/default_runtime_name = \'nvidia\'/" /etc/containerd/config.toml',
      'systemctl restart containerd',
      'systemctl restart kubelet',
    ],
    shownAfter: 60,
    symptoms: [
      notReady,
      { run: 'node$ crictl ps 2>&1', shows: 'unknown service runtime.v1.RuntimeService' },
      { run: 'node$ ctr plugins ls | grep error', shows: 'io.containerd.cri.v1' },
      journal('containerd', 'no corresponding runtime configured in'),
    ],
    mend: [
      'node$ sed -i -E "s/default_runtime_name = .*/default_runtime_name = \'runc\'/" /etc/containerd/config.toml',
      'node$ systemctl restart containerd',
      'node$ systemctl restart kubelet',
    ],
  },
  {
    id: 'coredns-rbac-lost',
    summary: { en: 'CoreDNS may not read Services any more', ko: 'CoreDNS가 서비스를 읽을 권한을 잃었다' },
    on: 'controlplane',
    fixed: true,
    inject: ['kubectl delete clusterrolebinding system:coredns', 'kubectl -n kube-system delete pods -l k8s-app=kube-dns'],
    shownAfter: 40,
    symptoms: [
      { run: 'kubectl -n kube-system get pods -l k8s-app=kube-dns --no-headers', shows: '0/1' },
      {
        run: 'for p in $(kubectl -n kube-system get pods -l k8s-app=kube-dns -o name); do kubectl -n kube-system logs $p; done',
        shows: 'cannot list resource "services"',
        past: true,
      },
      { run: 'kubectl auth can-i list services --as system:serviceaccount:kube-system:coredns 2>&1', shows: 'no' },
    ],
    mend: ['kubectl create clusterrolebinding system:coredns --clusterrole=system:coredns --serviceaccount=kube-system:coredns'],
  },
  {
    id: 'etcd-quorum-lost',
    summary: { en: 'two of three members of etcd are down', ko: 'etcd 멤버 셋 중 둘이 내려갔다' },
    world: 'etcd-3',
    on: 'controlplane',
    fixed: true,
    inject: ['ssh etcd02 systemctl stop etcd', 'ssh etcd03 systemctl stop etcd'],
    shownAfter: 10,
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'etcdserver: request timed out' },
      { run: '. ~/etcd.env; etcdctl endpoint health 2>&1', shows: 'context deadline exceeded' },
      { run: '. ~/etcd.env; etcdctl endpoint status 2>&1', shows: 'etcdserver: no leader' },
    ],
    mend: ['ssh etcd02 systemctl start etcd', 'ssh etcd03 systemctl start etcd'],
  },
  {
    id: 'cgroup-driver-mismatch',
    summary: { en: 'Docker and the kubelet do not agree on who manages cgroups', ko: 'Docker와 kubelet의 cgroup 드라이버가 서로 다르다' },
    world: 'kubeadm-1.23-dockershim',
    on: 'node01',
    inject: [
      'mkdir -p /etc/docker',
      `printf '{"exec-opts": ["native.cgroupdriver=cgroupfs"]}\\n' > /etc/docker/daemon.json`,
      'systemctl restart docker',
      'systemctl restart kubelet',
    ],
    shownAfter: 60,
    symptoms: [
      notReady,
      { run: 'node$ docker info 2> /dev/null', shows: 'Cgroup Driver: cgroupfs' },
      journal('kubelet', 'is different from docker cgroup driver'),
    ],
    mend: [
      `node$ printf '{"exec-opts": ["native.cgroupdriver=systemd"]}\\n' > /etc/docker/daemon.json`,
      'node$ systemctl restart docker',
      'node$ systemctl restart kubelet',
    ],
  },
];
