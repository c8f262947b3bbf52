import { expect, test } from 'vitest';
import { sh } from './sh.ts';

const old = `cat > old.yaml <<X
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: restricted}
spec: {privileged: false, seLinux: {rule: RunAsAny}, runAsUser: {rule: MustRunAsNonRoot}, fsGroup: {rule: RunAsAny}, supplementalGroups: {rule: RunAsAny}, volumes: ['*']}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}
---
apiVersion: autoscaling/v2beta1
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, targetAverageUtilization: 70}}]}
X
kubectl apply -f old.yaml 2>&1; kubectl apply -f old.yaml 2> /dev/null; kubectl get psp --no-headers 2> /dev/null
kubectl get cronjob nightly -o jsonpath='{.apiVersion}{"\\n"}'; kubectl get hpa web -o jsonpath='{.apiVersion} {.spec.metrics[0].resource.target.averageUtilization}{"\\n"}'
kubectl get hpa.v2beta1.autoscaling web -o jsonpath='{.spec.metrics[0].resource.targetAverageUtilization}{"\\n"}' 2> /dev/null
kubectl api-versions | grep beta | tr '\n' ' '; kubectl get validatingadmissionpolicies 2>&1; kubectl get endpoints kubernetes 2>&1 | grep -c Warning
`;

test('v1.23 serves the API of its time, gives every ServiceAccount a Secret, and has a kubectl of its age', () => {
  const { out } = sh(
    `${old}S=$(kubectl get sa default -o jsonpath='{.secrets[0].name}'); kubectl get sa default --no-headers | awk '{print $2}'; kubectl get secret $S -o jsonpath='{.type}{"\\n"}'
    kubectl create clusterrolebinding look --clusterrole=view --serviceaccount=default:default > /dev/null
    curl -sk -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $(kubectl get secret $S -o jsonpath='{.data.token}' | base64 -d)" https://172.30.1.2:6443/api/v1/namespaces/default/pods
    kubectl create sa robot > /dev/null; sleep 2; R=$(kubectl get sa robot -o jsonpath='{.secrets[0].name}'); kubectl delete sa robot > /dev/null; sleep 2; kubectl get secret $R 2>&1 | sed s/$R/R/
    kubectl version --short; kubectl version -o json --client | grep minor; kubectl create token default 2>&1 | head -1; kubectl events 2>&1`,
    1,
    'kubeadm-1.23-dockershim',
  );
  expect(out).toBe(`Warning: policy/v1beta1 PodSecurityPolicy is deprecated in v1.21+, unavailable in v1.25+
podsecuritypolicy.policy/restricted created
Warning: batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob
cronjob.batch/nightly created
Warning: autoscaling/v2beta1 HorizontalPodAutoscaler is deprecated in v1.22+, unavailable in v1.25+; use autoscaling/v2 HorizontalPodAutoscaler
horizontalpodautoscaler.autoscaling/web created
podsecuritypolicy.policy/restricted unchanged
cronjob.batch/nightly unchanged
horizontalpodautoscaler.autoscaling/web unchanged
restricted   false         RunAsAny   MustRunAsNonRoot   RunAsAny   RunAsAny   false   *
batch/v1
autoscaling/v2 70
70
autoscaling/v2beta1 autoscaling/v2beta2 batch/v1beta1 discovery.k8s.io/v1beta1 events.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 node.k8s.io/v1beta1 policy/v1beta1 storage.k8s.io/v1beta1 error: the server doesn't have a resource type "validatingadmissionpolicies"
0
1
kubernetes.io/service-account-token
200
Error from server (NotFound): secrets "R" not found
Client Version: v1.23.17
Server Version: v1.23.17
    "minor": "23",
error: Unexpected args: [token default]
error: unknown command "events" for "kubectl"
`);
});

test('v1.24 makes no such Secrets any more, but fills one that was asked for', () => {
  const { out } = sh(
    `kubectl get sa default --no-headers | awk '{print $2}'; kubectl get secrets -A 2>&1
    printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: mine, annotations: {kubernetes.io/service-account.name: default}}\ntype: kubernetes.io/service-account-token\n' | kubectl apply -f - > /dev/null
    sleep 2; kubectl get secret mine --no-headers | awk '{print $2, $3}'`,
    1,
    'kubeadm-1.24-upgraded',
  );
  expect(out).toBe('0\nNo resources found\nkubernetes.io/service-account-token 3\n');
});
