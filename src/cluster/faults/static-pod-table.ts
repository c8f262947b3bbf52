/** More typos in the control plane's manifests. */
import type { Fault } from './fault.ts';

const manifest = (name: string): string => `/etc/kubernetes/manifests/${name}.yaml`;
const refused = { run: 'kubectl get nodes 2>&1', shows: 'was refused - did you specify the right host or port?' };
const exited = (name: string, shows: string) => ({ run: `crictl logs $(crictl ps -a --name ${name} -q | head -1) 2>&1 | tail -5`, shows });
const kubelet = (shows: string) => ({ run: 'journalctl -u kubelet --no-pager | tail -300', shows, past: true }) as const;

/** Seconds after which an API server without etcd has failed its liveness probe often enough and is ended. */
export const apiserverGone = 150;

type Change = readonly [name: string, from: string, to: string];

/** `to` must not stand in the manifest before. */
function typo(id: string, [name, from, to]: Change, more: Pick<Fault, 'summary' | 'symptoms'> & Partial<Fault>): Fault {
  const edit = (one: string, other: string): string => `sed -i 's#${one}#${other}#' ${manifest(name)}`;
  return { id, on: 'controlplane', fixed: true, inject: [edit(from, to)], shownAfter: 90, mend: [edit(to, from)], ...more };
}

/** Each changes one word of one manifest. */
export const staticPodFaults: readonly Fault[] = [
  typo('apiserver-admission-typo', ['kube-apiserver', 'plugins=NodeRestriction', 'plugins=NodeRestrictions'], {
    summary: { en: 'the API server is to use an admission plugin that does not exist', ko: 'API 서버에 없는 어드미션 플러그인이 켜져 있다' },
    symptoms: [refused, exited('kube-apiserver', 'NodeRestrictions\\" is unknown')],
  }),
  typo('apiserver-probe-port', ['kube-apiserver', 'port: 6443', 'port: 6444'], {
    summary: { en: "the API server's probes ask a wrong port: it is ended again and again", ko: 'API 서버의 프로브가 잘못된 포트를 보아 계속 종료된다' },
    shownAfter: 420,
    symptoms: [kubelet('6444'), { run: 'crictl ps -a --name kube-apiserver', shows: 'Exited' }],
  }),
  typo('apiserver-volume-gone', ['kube-apiserver', 'path: /etc/kubernetes/pki$', 'path: /etc/kubernetes/pky'], {
    summary: { en: "the API server's certificates are mounted from an empty folder", ko: 'API 서버의 인증서가 빈 폴더에서 마운트된다' },
    symptoms: [refused, exited('kube-apiserver', '/etc/kubernetes/pki/')],
    mend: [`sed -i 's#path: /etc/kubernetes/pky#path: /etc/kubernetes/pki#' ${manifest('kube-apiserver')}`],
  }),
  typo('etcd-unknown-flag', ['etcd', '--data-dir=', '--datadir='], {
    shownAfter: apiserverGone,
    summary: { en: 'a typo in a flag of etcd', ko: 'etcd의 플래그에 오타가 있다' },
    symptoms: [refused, exited('etcd', 'datadir')],
  }),
  typo('etcd-bad-image', ['etcd', 'etcd:3.6.6-0', 'etcd:3.6.66-0'], {
    shownAfter: apiserverGone,
    summary: { en: 'etcd is to be of a version that was never released', ko: 'etcd 이미지의 버전이 존재하지 않는다' },
    symptoms: [refused, kubelet('etcd:3.6.66-0')],
  }),
  typo('etcd-manifest-broken', ['etcd', '^spec:', 'spec: {'], {
    shownAfter: apiserverGone,
    summary: { en: "etcd's manifest is no YAML", ko: 'etcd 매니페스트의 YAML이 깨졌다' },
    symptoms: [refused, kubelet('etcd.yaml')],
    mend: [`sed -i 's/^spec: {/spec:/' ${manifest('etcd')}`],
  }),
  typo('scheduler-unknown-flag', ['kube-scheduler', '--leader-elect=', '--leader-elekt='], {
    summary: { en: 'a typo in a flag of the scheduler', ko: '스케줄러의 플래그에 오타가 있다' },
    symptoms: [
      { run: 'kubectl logs -n kube-system kube-scheduler-controlplane', shows: 'unknown flag: --leader-elekt' },
      { run: 'kubectl get pod -n kube-system kube-scheduler-controlplane --no-headers', shows: '0/1' },
    ],
  }),
  typo('scheduler-wrong-command', ['kube-scheduler', '    - kube-scheduler$', '    - kube-schedulr'], {
    summary: { en: "the scheduler's program has a wrong name", ko: '스케줄러 프로그램 이름이 틀렸다' },
    symptoms: [
      { run: 'kubectl describe pod -n kube-system kube-scheduler-controlplane', shows: 'exec: "kube-schedulr": executable file not found in $PATH' },
      kubelet('kube-schedulr'),
    ],
    mend: [`sed -i 's#    - kube-schedulr#    - kube-scheduler#' ${manifest('kube-scheduler')}`],
  }),
  typo('controller-manager-bad-image', ['kube-controller-manager', 'manager:v1.35.6', 'manager:v1.35.66'], {
    summary: { en: 'the controller manager is to be of a version that was never released', ko: '컨트롤러 매니저 이미지의 버전이 존재하지 않는다' },
    symptoms: [
      { run: 'kubectl get pod -n kube-system kube-controller-manager-controlplane --no-headers', shows: 'ImagePull' },
      {
        run: 'kubectl create deployment idle --image=nginx > /dev/null; sleep 5; kubectl get deployment idle --no-headers; kubectl delete deployment idle > /dev/null',
        shows: '0/1',
      },
    ],
  }),
];
