import { expect, test } from 'vitest';
import { sh } from './sh.ts';

test("kube-scheduler's --config: profiles with names, plugins and scores of their own; what is wrong or not simulated is said", () => {
  const { out } = sh(`
    S=/etc/kubernetes/manifests/kube-scheduler.yaml; cp $S /root/s.yaml
    conf() {
      printf 'apiVersion: kubescheduler.config.k8s.io/v1\\nkind: KubeSchedulerConfiguration\\nclientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}\\n%s\\n' "$1" > /etc/kubernetes/sched.yaml
      sed 's#- --kubeconfig=/etc/kubernetes/scheduler.conf#- --config=/etc/kubernetes/sched.yaml#; s#^    volumeMounts:#&\\n    - {name: s, mountPath: /etc/kubernetes/sched.yaml}#; s#^  volumes:#&\\n  - {name: s, hostPath: {path: /etc/kubernetes/sched.yaml}}#' /root/s.yaml > /tmp/s
      rm $S; sleep 3; cp /tmp/s $S; sleep 25
    }
    last() { crictl logs $(crictl ps -a --name kube-scheduler -q | head -1) 2>&1 | tail -1 | sed 's/.*err=//'; }
    run() {
      for i in 1 2 3 4; do kubectl run $1$i --image=nginx:1.27 --overrides="{\\"spec\\":{\\"schedulerName\\":\\"$2\\",\\"containers\\":[{\\"name\\":\\"c\\",\\"image\\":\\"nginx:1.27\\",\\"resources\\":{\\"requests\\":{\\"cpu\\":\\"200m\\"}}}]}}" > /dev/null; sleep 2; done
      kubectl get pods -o jsonpath='{.items[*].spec.nodeName}' | tr ' ' '\\n' | sort | uniq -c | awk '{print $1}' | xargs
      kubectl get events -o jsonpath='{.items[?(@.reason=="Scheduled")].reportingComponent}' | tr ' ' '\\n' | sort -u; kubectl delete pods,events --all > /dev/null
    }
    conf 'profiles: [{schedulerName: default-scheduler}, {schedulerName: packed, plugins: {score: {disabled: [{name: "*"}], enabled: [{name: NodeResourcesFit}]}}, pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated}}}]}]'
    run a packed; run b default-scheduler
    conf 'extenders: [{urlPrefix: http://x}]'; last; conf 'kind: Other'; last; conf 'profiles: [{}, {}]'; last`);
  expect(out.split('\n')).toEqual([
    '4',
    'packed',
    '2 2',
    'default-scheduler',
    'k8s-lab: extenders of KubeSchedulerConfiguration is not simulated',
    String.raw`"no kind \"Other\" is registered for version \"kubescheduler.config.k8s.io/v1\" in scheme \"pkg/scheduler/apis/config/scheme/scheme.go:30\""`,
    String.raw`"profiles[1].schedulerName: Duplicate value: \"default-scheduler\""`,
    '',
  ]);
});
