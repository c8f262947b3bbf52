/** Faults of the control plane: typos in static pods' manifests, etcd, certificates that have ended. */
import { issue } from '../../apimachinery/pki.ts';
import { etcdProtocol } from '../../interfaces/etcd.ts';
import { dial } from '../../linux/network.ts';
import { certificates, kubeconfig, kubeconfigs, pki, readPair } from '../kubeadm/certificates.ts';
import type { Machine } from '../machine/machine.ts';
import { writeFile } from '../machine/machine.ts';
import type { Fault } from './fault.ts';
import { apiserverGone } from './static-pod-table.ts';

const manifests = '/etc/kubernetes/manifests';
const refused = { run: 'kubectl get nodes 2>&1', shows: 'was refused - did you specify the right host or port?' };
const exited = (name: string, shows: string) => ({ run: `crictl logs $(crictl ps -a --name ${name} -q | head -1) 2>&1 | tail -5`, shows });
const edit = (name: string, from: string, to: string): string => `sed -i 's#${from}#${to}#' ${manifests}/${name}.yaml`;

/** A typo in a manifest, and back. */
const typo = (id: string, name: string, change: readonly [from: string, to: string], more: Pick<Fault, 'summary' | 'symptoms'> & Partial<Fault>): Fault => ({
  id,
  on: 'controlplane',
  fixed: true,
  inject: [edit(name, change[0], change[1])],
  shownAfter: 90,
  mend: [edit(name, change[1], change[0])],
  ...more,
});

const crash = (name: string) => ({ run: `kubectl get pod -n kube-system ${name}-controlplane --no-headers`, shows: '0/1' });

const day = 24 * 3600 * 1000;

/** The same certificate, a year older. */
function expire(machine: Machine, name: string): void {
  const spec = certificates({ nodeName: machine.name, ip: machine.ip, serviceSubnet: '10.96.0.0/12' }).find((each) => each.name === name);
  if (!spec) throw new Error(`no certificate ${name}`);
  const notAfter = machine.kernel.sim.now - day;
  const pair = issue(readPair(machine, spec.ca), { ...spec, notBefore: notAfter - 365 * day, notAfter });
  writeFile(machine.fs, `${pki}/${name}.crt`, pair.certificate);
  writeFile(machine.fs, `${pki}/${name}.key`, pair.key, 0o600);
}

function expireKubeconfig(machine: Machine, name: string): void {
  const spec = kubeconfigs.find((each) => each.name === name);
  if (!spec) throw new Error(`no kubeconfig ${name}`);
  const notAfter = machine.kernel.sim.now - day;
  const ca = readPair(machine, 'ca');
  const pair = issue(ca, { commonName: spec.commonName, organizations: spec.organizations, notBefore: notAfter - 365 * day, notAfter });
  writeFile(machine.fs, `/etc/kubernetes/${name}.conf`, kubeconfig({ ca, server: `https://${machine.ip}:6443`, user: spec.user, pair }), 0o600);
}

const etcdctl = `ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 ETCDCTL_CACERT=${pki}/etcd/ca.crt ETCDCTL_CERT=${pki}/etcd/server.crt ETCDCTL_KEY=${pki}/etcd/server.key etcdctl`;

export const controlPlaneFaults: readonly Fault[] = [
  typo('apiserver-unknown-flag', 'kube-apiserver', ['--etcd-servers=', '--etcd-server='], {
    summary: { en: 'a typo in a flag of the API server', ko: 'API 서버의 플래그에 오타가 있다' },
    symptoms: [refused, exited('kube-apiserver', 'unknown flag: --etcd-server')],
  }),
  typo('apiserver-wrong-etcd-port', 'kube-apiserver', ['127.0.0.1:2379', '127.0.0.1:2378'], {
    summary: { en: 'the API server looks for etcd at a wrong port', ko: 'API 서버가 잘못된 포트에서 etcd를 찾는다' },
    symptoms: [refused, exited('kube-apiserver', 'dial tcp 127.0.0.1:2378: connect: connection refused')],
  }),
  typo(
    'apiserver-certificate-path',
    'kube-apiserver',
    ['--tls-cert-file=/etc/kubernetes/pki/apiserver.crt', '--tls-cert-file=/etc/kubernetes/pki/apiservr.crt'],
    {
      summary: { en: 'the API server is given a certificate file that is not there', ko: 'API 서버에 없는 인증서 파일 경로가 주어졌다' },
      symptoms: [refused, exited('kube-apiserver', 'open /etc/kubernetes/pki/apiservr.crt: no such file or directory')],
    },
  ),
  typo('apiserver-bad-image', 'kube-apiserver', ['kube-apiserver:v1.35.6', 'kube-apiserver:v1.35.66'], {
    summary: { en: 'the API server is to be of a version that was never released', ko: 'API 서버 이미지의 버전이 존재하지 않는다' },
    symptoms: [refused, { run: 'journalctl -u kubelet --no-pager | tail -60', shows: 'kube-apiserver:v1.35.66', past: true }],
  }),
  typo('apiserver-manifest-broken', 'kube-apiserver', ['^spec:', 'spec: {'], {
    summary: { en: "the API server's manifest is no YAML", ko: 'API 서버 매니페스트의 YAML이 깨졌다' },
    symptoms: [refused, { run: 'journalctl -u kubelet --no-pager | tail -60', shows: 'kube-apiserver.yaml', past: true }],
    mend: [`sed -i 's/^spec: {/spec:/' ${manifests}/kube-apiserver.yaml`],
  }),
  typo('scheduler-wrong-kubeconfig', 'kube-scheduler', ['--kubeconfig=/etc/kubernetes/scheduler.conf', '--kubeconfig=/etc/kubernetes/schedulr.conf'], {
    summary: { en: 'the scheduler is given a kubeconfig that is not there', ko: '스케줄러에 없는 kubeconfig 경로가 주어졌다' },
    symptoms: [crash('kube-scheduler'), { run: 'kubectl logs -n kube-system kube-scheduler-controlplane', shows: 'schedulr.conf: no such file or directory' }],
  }),
  typo('scheduler-bad-image', 'kube-scheduler', ['kube-scheduler:v1.35.6', 'kube-scheduler:v1.35.60'], {
    summary: { en: 'the scheduler is to be of a version that was never released', ko: '스케줄러 이미지의 버전이 존재하지 않는다' },
    symptoms: [
      { run: 'kubectl get pod -n kube-system kube-scheduler-controlplane --no-headers', shows: 'ImagePull' },
      {
        run: 'kubectl run idle --image=nginx > /dev/null; sleep 5; kubectl get pod idle --no-headers; kubectl delete pod idle --now > /dev/null',
        shows: 'Pending',
      },
    ],
  }),
  {
    id: 'scheduler-gone',
    summary: { en: "the scheduler's manifest was moved away", ko: '스케줄러 매니페스트가 다른 곳으로 옮겨졌다' },
    on: 'controlplane',
    fixed: true,
    inject: [`mv ${manifests}/kube-scheduler.yaml /root/`],
    shownAfter: 60,
    symptoms: [
      {
        run: 'kubectl get pods -n kube-system 2>&1; kubectl get pod -n kube-system kube-scheduler-controlplane 2>&1',
        shows: 'pods "kube-scheduler-controlplane" not found',
      },
      {
        run: 'kubectl run idle --image=nginx > /dev/null; sleep 5; kubectl get pod idle --no-headers; kubectl delete pod idle --now > /dev/null',
        shows: 'Pending',
      },
    ],
    mend: [`mv /root/kube-scheduler.yaml ${manifests}/`],
  },
  typo('controller-manager-wrong-ca', 'kube-controller-manager', ['--root-ca-file=/etc/kubernetes/pki/ca.crt', '--root-ca-file=/etc/kubernetes/pki/root.crt'], {
    summary: { en: 'the controller manager is given an authority that is not there', ko: '컨트롤러 매니저에 없는 CA 파일 경로가 주어졌다' },
    symptoms: [
      crash('kube-controller-manager'),
      { run: 'kubectl logs -n kube-system kube-controller-manager-controlplane', shows: '/etc/kubernetes/pki/root.crt: no such file or directory' },
    ],
  }),
  typo('controller-manager-unknown-flag', 'kube-controller-manager', ['--leader-elect=true', '--leader-elekt=true'], {
    summary: { en: 'a typo in a flag of the controller manager', ko: '컨트롤러 매니저의 플래그에 오타가 있다' },
    symptoms: [
      crash('kube-controller-manager'),
      { run: 'kubectl logs -n kube-system kube-controller-manager-controlplane', shows: 'unknown flag: --leader-elekt' },
      {
        run: 'kubectl create deployment idle --image=nginx > /dev/null; sleep 5; kubectl get deployment idle --no-headers; kubectl delete deployment idle > /dev/null',
        shows: '0/1',
      },
    ],
  }),
  {
    id: 'etcd-stopped',
    summary: { en: "etcd's manifest was moved away", ko: 'etcd 매니페스트가 다른 곳으로 옮겨졌다' },
    on: 'controlplane',
    fixed: true,
    inject: [`mv ${manifests}/etcd.yaml /root/`],
    shownAfter: apiserverGone,
    symptoms: [
      { run: 'crictl ps --name etcd; kubectl get nodes 2>&1', shows: 'was refused - did you specify the right host or port?' },
      { run: `${etcdctl} endpoint health 2>&1`, shows: 'is unhealthy: failed to commit proposal: context deadline exceeded' },
    ],
    mend: [`mv /root/etcd.yaml ${manifests}/`],
  },
  typo('etcd-wrong-data-path', 'etcd', ['path: /var/lib/etcd$', 'path: /var/lib/etcd-new'], {
    summary: {
      en: 'etcd is started on an empty folder: the cluster seems to have lost everything',
      ko: 'etcd가 빈 폴더로 시작되어 클러스터의 모든 것이 사라진 듯하다',
    },
    symptoms: [
      { run: 'kubectl get pods -n kube-system 2>&1 | grep -c coredns', shows: '0' },
      { run: 'kubectl get cm -n kube-system coredns 2>&1', shows: 'NotFound' },
    ],
    mend: ['sed -i "s#path: /var/lib/etcd-new#path: /var/lib/etcd#" /etc/kubernetes/manifests/etcd.yaml'],
  }),
  typo('etcd-wrong-client-ca', 'etcd', ['--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt', '--trusted-ca-file=/etc/kubernetes/pki/etcd/peer.crt'], {
    summary: { en: 'etcd trusts the wrong authority and turns the API server away', ko: 'etcd가 잘못된 CA를 신뢰해 API 서버를 거절한다' },
    shownAfter: 60,
    inject: [edit('etcd', ' --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt', ' --trusted-ca-file=/etc/kubernetes/pki/etcd/peer.crt')],
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'remote error: tls: unknown certificate authority' },
      { run: `${etcdctl} member list 2>&1`, shows: 'remote error: tls: unknown certificate authority' },
      { run: `${etcdctl} endpoint health 2>&1`, shows: 'unhealthy cluster' },
    ],
    mend: [edit('etcd', ' --trusted-ca-file=/etc/kubernetes/pki/etcd/peer.crt', ' --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt')],
  }),
  {
    id: 'etcd-no-space',
    summary: { en: 'etcd has raised the alarm that its quota is used up', ko: 'etcd가 할당량 초과 경보를 울렸다' },
    on: 'controlplane',
    fixed: true,
    inject: ({ kernel, ip }) => {
      const etcd = dial(etcdProtocol, kernel.host.network, ip, 2379, kernel.sim.random).enter({});
      etcd.alarm({ memberId: etcd.header().memberId, alarm: 'NOSPACE' });
    },
    shownAfter: 5,
    symptoms: [
      { run: 'kubectl create configmap full 2>&1', shows: 'etcdserver: mvcc: database space exceeded' },
      { run: `${etcdctl} alarm list`, shows: 'alarm:NOSPACE' },
      { run: `${etcdctl} endpoint status`, shows: 'alarm:NOSPACE' },
    ],
    mend: [`${etcdctl} compaction $(${etcdctl} endpoint status -w json | jq '.[0].Status.header.revision')`, `${etcdctl} defrag`, `${etcdctl} alarm disarm`],
  },
  {
    id: 'apiserver-certificate-expired',
    summary: { en: "the API server's certificate has expired", ko: 'API 서버의 인증서가 만료되었다' },
    on: 'controlplane',
    fixed: true,
    inject: (machine) => expire(machine, 'apiserver'),
    shownAfter: 130,
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid' },
      { run: `openssl x509 -in ${pki}/apiserver.crt -noout -checkend 0`, shows: 'Certificate will expire' },
      { run: 'kubeadm certs check-expiration', shows: '<invalid>' },
    ],
    mend: ['kubeadm certs renew apiserver'],
  },
  {
    id: 'etcd-certificate-expired',
    summary: { en: "etcd's serving certificate has expired", ko: 'etcd 서버 인증서가 만료되었다' },
    on: 'controlplane',
    fixed: true,
    inject: (machine) => expire(machine, 'etcd/server'),
    shownAfter: 60,
    symptoms: [
      { run: `${etcdctl} endpoint health 2>&1`, shows: 'x509: certificate has expired or is not yet valid' },
      { run: `openssl verify -CAfile ${pki}/etcd/ca.crt ${pki}/etcd/server.crt 2>&1`, shows: 'certificate has expired' },
    ],
    mend: ['kubeadm certs renew etcd-server'],
  },
  {
    id: 'admin-certificate-expired',
    summary: { en: "the administrator's certificate has expired", ko: '관리자 인증서가 만료되었다' },
    on: 'controlplane',
    fixed: true,
    inject: (machine) => {
      expireKubeconfig(machine, 'admin');
      writeFile(machine.fs, '/root/.kube/config', machine.fs.read('/etc/kubernetes/admin.conf'), 0o600);
    },
    shownAfter: 2,
    symptoms: [
      { run: 'kubectl get nodes 2>&1', shows: 'You must be logged in to the server' },
      { run: 'kubeadm certs check-expiration | grep admin.conf', shows: '<invalid>' },
    ],
    mend: ['kubeadm certs renew admin.conf', 'cp /etc/kubernetes/admin.conf ~/.kube/config'],
  },
  {
    id: 'scheduler-certificate-expired',
    summary: { en: "the scheduler's certificate has expired", ko: '스케줄러의 인증서가 만료되었다' },
    on: 'controlplane',
    fixed: true,
    inject: (machine) => {
      expireKubeconfig(machine, 'scheduler');
      for (const each of [...machine.kernel.processes.values()]) if (each.comm === 'kube-scheduler') each.signal('SIGTERM');
    },
    shownAfter: 60,
    symptoms: [
      { run: 'kubeadm certs check-expiration | grep scheduler.conf', shows: '<invalid>' },
      {
        run: 'kubectl run idle --image=nginx > /dev/null; sleep 5; kubectl get pod idle --no-headers; kubectl delete pod idle --now > /dev/null',
        shows: 'Pending',
      },
    ],
    mend: ['kubeadm certs renew scheduler.conf', 'crictl stop $(crictl ps --name kube-scheduler -q)'],
  },
  {
    id: 'kubelet-certificate-expired',
    summary: { en: "the kubelet's client certificate has expired", ko: 'kubelet의 클라이언트 인증서가 만료되었다' },
    on: 'node01',
    inject: (machine, cluster) => {
      const authority = [...cluster.machines.values()].find(({ fs }) => fs.exists(`${pki}/ca.key`));
      if (!authority) throw new Error('no machine has the authority');
      const notAfter = machine.kernel.sim.now - day;
      const ca = readPair(authority, 'ca');
      const user = `system:node:${machine.name}`;
      const pair = issue(ca, { commonName: user, organizations: ['system:nodes'], notBefore: notAfter - 365 * day, notAfter });
      writeFile(machine.fs, '/var/lib/kubelet/pki/kubelet-client-current.pem', pair.certificate + pair.key, 0o600);
      writeFile(machine.fs, '/etc/kubernetes/kubelet.conf', kubeconfig({ ca, server: `https://${authority.ip}:6443`, user, pair }), 0o600);
      for (const each of [...machine.kernel.processes.values()]) if (each.comm === 'kubelet') each.signal('SIGKILL');
    },
    shownAfter: 90,
    symptoms: [
      { run: "kubectl get node {{node}} --no-headers | awk '{print $2}'", shows: 'NotReady' },
      { run: 'node$ journalctl -u kubelet --no-pager | tail -40', shows: 'Unauthorized', past: true },
      { run: 'node$ openssl x509 -in /var/lib/kubelet/pki/kubelet-client-current.pem -noout -checkend 0', shows: 'Certificate will expire' },
    ],
    mend: [
      'kubeadm token create --print-join-command > /tmp/join.sh',
      'scp /tmp/join.sh {{node}}:/tmp/join.sh',
      'node$ systemctl stop kubelet',
      'node$ rm /etc/kubernetes/kubelet.conf /etc/kubernetes/pki/ca.crt',
      'node$ $(cat /tmp/join.sh)',
    ],
  },
];
