/** Faults of CRI-O: what goes wrong with the other runtime. */
import type { Fault } from './fault.ts';

const newPod = `kubectl run probe --image=redis:7 --overrides='{"spec":{"nodeName":"{{node}}"}}'`;
const noProbe = 'kubectl delete pod probe --now';
const notReady = { run: "kubectl get node {{node}} --no-headers | awk '{print $2}'", shows: 'NotReady' };
const journal = (shows: string) => ({ run: 'node$ journalctl -u crio --no-pager | tail -20', shows });

const shortNames = '/etc/containers/registries.conf.d/crio.conf';
const dropIn = '/etc/crio/crio.conf.d/99-default.conf';

export const crioFaults: readonly Fault[] = [
  {
    id: 'crio-stopped',
    summary: { en: 'CRI-O was stopped', ko: 'CRI-O가 멈춰 있다' },
    on: 'node01',
    world: 'crio',
    inject: ['systemctl stop crio'],
    shownAfter: 60,
    symptoms: [
      notReady,
      { run: 'kubectl describe node {{node}}', shows: 'container runtime is down' },
      { run: 'node$ crictl ps 2>&1', shows: 'crio.sock: connect: no such file or directory' },
    ],
    mend: ['node$ systemctl start crio'],
  },
  {
    id: 'crio-ambiguous-names',
    summary: {
      en: 'short image names may mean two registries, and CRI-O does not guess',
      ko: '짧은 이미지 이름이 두 레지스트리를 가리킬 수 있어 CRI-O가 고르지 않는다',
    },
    on: 'node01',
    world: 'crio',
    inject: [`printf 'unqualified-search-registries = ["docker.io", "quay.io"]\\n' > ${shortNames}`],
    shownAfter: 1,
    symptoms: [
      { run: `${newPod}; sleep 10`, shows: 'created' },
      { run: 'kubectl get pod probe --no-headers', shows: 'ImageInspectError' },
      { run: 'kubectl describe pod probe', shows: 'short name mode is enforcing, but image name redis:7 returns ambiguous list' },
    ],
    mend: [`node$ printf 'unqualified-search-registries = ["docker.io"]\\n' > ${shortNames}`, noProbe],
  },
  {
    id: 'crio-no-such-runtime',
    summary: { en: "CRI-O's default runtime is one that it has no entry for", ko: 'CRI-O의 default_runtime에 해당하는 런타임 항목이 없다' },
    on: 'node01',
    world: 'crio',
    inject: [`printf '[crio.runtime]\\ndefault_runtime = "kata"\\n' > ${dropIn}`, 'systemctl restart crio'],
    shownAfter: 60,
    symptoms: [notReady, journal('no runtime entry table [crio.runtime.runtimes.kata] was found')],
    mend: [`node$ rm ${dropIn}`, 'node$ systemctl restart crio'],
  },
  {
    id: 'crio-rejected-by-policy',
    summary: { en: 'the signature policy rejects every image', ko: '서명 정책이 모든 이미지를 거부한다' },
    on: 'node01',
    world: 'crio',
    inject: [`sed -i 's/insecureAcceptAnything/reject/' /etc/crio/policy.json`],
    shownAfter: 1,
    symptoms: [
      { run: `${newPod}; sleep 10`, shows: 'created' },
      { run: 'kubectl get events', shows: 'is rejected by policy', past: true },
      { run: 'node$ crictl pull redis:7 2>&1', shows: 'Source image rejected' },
    ],
    mend: [`node$ sed -i 's/reject/insecureAcceptAnything/' /etc/crio/policy.json`, noProbe],
  },
];
