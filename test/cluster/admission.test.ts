/** Admission that is set up at run time, through the API of a whole cluster. */
import { expect, test } from 'vitest';
import { sh } from './sh.ts';

const lines = (script: string): string[] => sh(script).out.split('\n').filter(Boolean);

const policy = `kubectl apply -f - > /dev/null <<Y
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: demo}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
  matchConditions: [{name: not-free, expression: "!has(object.metadata.labels) || !('free' in object.metadata.labels)"}]
  variables: [{name: count, expression: object.spec.replicas}]
  validations:
  - {expression: "variables.count <= int(params.data.max)", messageExpression: "'at most ' + params.data.max + ' replicas'"}
  - {expression: "object.spec.template.spec.containers.all(c, c.image.matches('^[a-z]+:[0-9.]+$'))", reason: Forbidden}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: here}
spec:
  policyName: demo
  validationActions: [Deny]
  paramRef: {name: limits, namespace: default, parameterNotFoundAction: Deny}
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}}
Y`;

test('a ValidatingAdmissionPolicy denies, warns, takes parameters and conditions', () => {
  expect(
    lines(`exec 2>&1
    ${policy}
    kubectl get validatingadmissionpolicy,validatingadmissionpolicybinding --no-headers | awk '{print $1, $2, $3}'
    kubectl create deploy a --image=nginx:1.27
    kubectl create cm limits --from-literal=max=3 > /dev/null
    kubectl create deploy a --image=nginx:1.27 --replicas=4
    kubectl create deploy a --image=nginx:1.27 --replicas=4 --dry-run=client -o yaml | kubectl apply -f -
    kubectl create deploy a --image=nginx
    kubectl create deploy a --image=nginx:1.27 --replicas=4 --dry-run=client -o yaml | kubectl label --local -f - free=yes -o yaml | kubectl create -f -
    kubectl -n kube-public create deploy a --image=nginx --replicas=9
    kubectl delete deploy a; kubectl create deploy a --image=nginx:1.27; kubectl set image deploy a nginx=nginx
    kubectl patch validatingadmissionpolicybinding here --type=merge -p '{"spec":{"validationActions":["Warn"]}}' > /dev/null
    kubectl set image deploy a nginx=nginx
    kubectl patch deploy a -p '{"spec":{"replicas":9}}'
    kubectl patch validatingadmissionpolicy demo --type=merge -p '{"spec":{"paramKind":{"apiVersion":"rules.example.com/v1","kind":"Limit"}}}' > /dev/null
    kubectl create deploy b --image=nginx:1.27
    kubectl patch validatingadmissionpolicy demo --type=json -p '[{"op":"replace","path":"/spec/validations/0/expression","value":"object.spec.("}]'
    for e in 'object.a <\\n' 'object.a.all(c, c > d)' 'object.frob(1)'; do
      kubectl patch validatingadmissionpolicy demo --type=json -p '[{"op":"replace","path":"/spec/validations/0/expression","value":"'"$e"'"}]'
    done`),
  ).toEqual([
    'validatingadmissionpolicy.admissionregistration.k8s.io/demo 2 v1/ConfigMap',
    'validatingadmissionpolicybinding.admissionregistration.k8s.io/here demo default/limits',
    "error: failed to create deployment: deployments.apps \"a\" is forbidden: ValidatingAdmissionPolicy 'demo' with binding 'here' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    "error: failed to create deployment: deployments.apps \"a\" is forbidden: ValidatingAdmissionPolicy 'demo' with binding 'here' denied request: at most 3 replicas",
    "The deployments \"a\" is invalid: : ValidatingAdmissionPolicy 'demo' with binding 'here' denied request: at most 3 replicas",
    "error: failed to create deployment: deployments.apps \"a\" is forbidden: ValidatingAdmissionPolicy 'demo' with binding 'here' denied request: failed expression: object.spec.template.spec.containers.all(c, c.image.matches('^[a-z]+:[0-9.]+$'))",
    'deployment.apps/a created',
    'deployment.apps/a created',
    'deployment.apps "a" deleted from default namespace',
    'deployment.apps/a created',
    expect.stringContaining("denied request: failed expression: object.spec.template.spec.containers.all(c, c.image.matches('^[a-z]+:[0-9.]+$'))"),
    expect.stringMatching(/^Warning: Validation failed for ValidatingAdmissionPolicy 'demo' with binding 'here': failed expression: /),
    'deployment.apps/a image updated',
    "Warning: Validation failed for ValidatingAdmissionPolicy 'demo' with binding 'here': at most 3 replicas",
    expect.stringMatching(/^Warning: Validation failed for ValidatingAdmissionPolicy 'demo' with binding 'here': failed expression: /),
    'deployment.apps/a patched',
    "error: failed to create deployment: deployments.apps \"b\" is forbidden: ValidatingAdmissionPolicy 'demo' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'rules.example.com/v1, Kind=Limit'",
    expect.stringMatching(
      /^The ValidatingAdmissionPolicy "demo" is invalid: spec.validations\[0\].expression: Invalid value: "object.spec.\(": compilation failed: ERROR: <input>:1:13: /,
    ),
    ' | object.spec.(',
    ' | ............^',
    `The ValidatingAdmissionPolicy "demo" is invalid: spec.validations[0].expression: Invalid value: "object.a <\\n": compilation failed: ERROR: <input>:2:1: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`,
    ' | ',
    ' | ^',
    'The ValidatingAdmissionPolicy "demo" is invalid: spec.validations[0].expression: Invalid value: "object.a.all(c, c > d)": compilation failed: ERROR: <input>:1:21: undeclared reference to \'d\' (in container \'\')',
    ' | object.a.all(c, c > d)',
    ' | ....................^',
    'The ValidatingAdmissionPolicy "demo" is invalid: spec.validations[0].expression: Invalid value: "object.frob(1)": compilation failed: ERROR: <input>:1:12: undeclared reference to \'frob\' (in container \'\')',
    ' | object.frob(1)',
    ' | ...........^',
  ]);
});

const server = `kubectl create ns wh > /dev/null; kubectl -n wh create secret generic certs --from-literal=tls.crt=x --from-literal=tls.key=y > /dev/null
    kubectl -n wh apply -f - > /dev/null <<Y
apiVersion: v1
kind: Pod
metadata: {name: w, labels: {app: w}}
spec:
  containers:
  - {name: w, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [webhook, --tls-cert-file=/c/tls.crt, --tls-private-key-file=/c/tls.key, --port=8444], volumeMounts: [{name: c, mountPath: /c}]}
  volumes: [{name: c, secret: {secretName: certs}}]
---
apiVersion: v1
kind: Service
metadata: {name: w}
spec: {selector: {app: w}, ports: [{port: 443, targetPort: 8444}]}
Y
    kubectl -n wh wait --for=condition=Ready pod w > /dev/null; sleep 2`;
const hook = (kind: string, path: string, resource: string, more = ''): string => `kubectl apply -f - > /dev/null <<Y
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: hook-${resource}}
webhooks:
- name: ${resource}.example.com
  clientConfig: {caBundle: eA==, service: {namespace: wh, name: w, path: ${path}}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [${resource}]}]
  sideEffects: None
  admissionReviewVersions: [v1]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}
  ${more}
Y`;

test('webhooks in the cluster change and refuse; how they fail is told as the apiserver tells it', () => {
  expect(
    lines(`exec 2>&1
    ${server}
    ${hook('Validating', '/pods', 'pods')}
    ${hook('Mutating', '/add-label', 'configmaps')}
    kubectl run bad --image=nginx --labels=webhook-e2e-test=webhook-disallow; kubectl run good --image=nginx
    kubectl create cm c; kubectl get cm c -o jsonpath='{.metadata.labels.added-label}'; echo
    ${hook('Mutating', '/always-allow-delay-5s', 'configmaps', 'timeoutSeconds: 2')}
    kubectl create cm slow; kubectl -n kube-public create cm elsewhere
    kubectl -n wh delete pod w --force > /dev/null 2>&1; sleep 2; kubectl run no --image=nginx 2>&1 | sed 's/10[.][0-9.]*:443/IP:443/'
    kubectl -n wh delete svc w > /dev/null; kubectl run no --image=nginx
    kubectl patch validatingwebhookconfiguration hook-pods --type=json -p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]' > /dev/null; kubectl run yes --image=nginx`),
  ).toEqual([
    'Error from server: admission webhook "pods.example.com" denied the request: the pod contains unwanted label;',
    'pod/good created',
    'configmap/c created',
    'yes',
    'error: failed to create configmap: Internal error occurred: failed calling webhook "configmaps.example.com": failed to call webhook: Post "https://w.wh.svc:443/always-allow-delay-5s?timeout=2s": context deadline exceeded',
    'configmap/elsewhere created',
    'Error from server (InternalError): Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://w.wh.svc:443/pods?timeout=10s": dial tcp IP:443: connect: connection refused',
    'Error from server (InternalError): Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: Post "https://w.wh.svc:443/pods?timeout=10s": service "w" not found',
    'pod/yes created',
  ]);
});

test('kubelets keep to their nodes; runtime classes must exist; a namespace that asks for more tells what breaks it', () => {
  expect(
    lines(`exec 2>&1
    k="kubectl --kubeconfig /etc/kubernetes/kubelet.conf"
    $k label node node01 a=b; $k label node controlplane node-restriction.kubernetes.io/x=y; $k label node controlplane a=b
    kubectl run x --image=nginx --overrides='{"spec":{"runtimeClassName":"gvisor"}}'
    kubectl run web --image=nginx > /dev/null
    kubectl label ns default pod-security.kubernetes.io/enforce=restricted
    kubectl label ns default pod-security.kubernetes.io/enforce=strict --overwrite`),
  ).toEqual([
    'Error from server (Forbidden): nodes "node01" is forbidden: User "system:node:controlplane" cannot get resource "nodes" in API group "" at the cluster scope: node \'controlplane\' cannot read \'node01\', only its own Node object',
    'Error from server (Forbidden): nodes "controlplane" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/x',
    'node/controlplane labeled',
    'Error from server (Forbidden): pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found',
    'Warning: existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"',
    'Warning: web: allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
    'namespace/default labeled',
    'The Namespace "default" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
  ]);
});

test('flags of the apiserver: an audit log by its policy, plugins that are off by default, and mistakes that keep it down', () => {
  const { out } = sh(`
    m=/etc/kubernetes/manifests/kube-apiserver.yaml
    printf 'apiVersion: audit.k8s.io/v1\\nkind: Policy\\nomitStages: [RequestReceived]\\nrules:\\n- level: Metadata\\n  verbs: [create]\\n  resources: [{group: "", resources: [secrets]}]\\n- level: None\\n' > /etc/kubernetes/audit.yaml
    sed -i 's/    - --enable-admission-plugins=NodeRestriction/&,NamespaceAutoProvision\\n    - --audit-policy-file=\\/etc\\/kubernetes\\/audit.yaml\\n    - --audit-log-path=\\/var\\/log\\/audit\\/audit.log/' $m
    sed -i 's/^    volumeMounts:/&\\n    - {mountPath: \\/etc\\/kubernetes\\/audit.yaml, name: audit, readOnly: true}\\n    - {mountPath: \\/var\\/log\\/audit, name: log}/; s/^  volumes:/&\\n  - {name: audit, hostPath: {path: \\/etc\\/kubernetes\\/audit.yaml, type: File}}\\n  - {name: log, hostPath: {path: \\/var\\/log\\/audit, type: DirectoryOrCreate}}/' $m
    sleep 60; kubectl -n fresh create secret generic s --from-literal=a=b; kubectl get secrets > /dev/null
    jq -r '[.verb, .objectRef.namespace, .objectRef.name, .responseStatus.code, .user.username, .stage] | join(" ")' /var/log/audit/audit.log
    sed -i 's/NamespaceAutoProvision/Nonsense/' $m; sleep 60
    crictl logs $(crictl ps -a --name kube-apiserver -q | head -1) 2>&1 | grep -o 'err=.*'`);
  expect(out.split('\n').filter(Boolean)).toEqual([
    'secret/s created',
    'create fresh s 201 kubernetes-admin ResponseComplete',
    'err="enable-admission-plugins plugin \\"Nonsense\\" is unknown"',
  ]);
});

test('Pod Security: all checks in their order, versions, pods grouped by what is wrong, warnings of what is enforced, debug containers', () => {
  const { out } = sh(`
    { kubectl create ns p; kubectl label ns p pod-security.kubernetes.io/enforce=restricted; } > /dev/null
    kubectl create deploy -n p d --image=nginx 2>&1 | cut -c1-89
    kubectl label --dry-run=server --overwrite ns kube-system pod-security.kubernetes.io/enforce=baseline 2>&1 | sed 's/-[a-z0-9]* (and 2/ (and 2/'
    kubectl label --overwrite ns p pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/warn-version=x 2>&1
    kubectl label --overwrite ns p pod-security.kubernetes.io/enforce=baseline 2>&1
    run() { kubectl run -n p "$1" --image=busybox --restart=Never --overrides="{\\"spec\\":$2}" -- sleep 1000 2>&1 | sed 's/.*violates //'; }
    run a '{"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"},{"name":"kernel.shm_rmid_forced","value":"0"}],"seccompProfile":{"type":"Unconfined"},"appArmorProfile":{"type":"Unconfined"},"seLinuxOptions":{"user":"u"}}}'
    run b '{"hostPID":true,"containers":[{"name":"b","image":"busybox","livenessProbe":{"httpGet":{"host":"127.0.0.1","port":80}},"ports":[{"containerPort":80,"hostPort":80}],"securityContext":{"capabilities":{"add":["NET_ADMIN"]}}}]}'
    run c '{}'; kubectl debug -n p c --image=busybox --profile=sysadmin -- true 2>&1 | tail -1 | sed 's/.*violates //; s/debugger-[a-z0-9]*/D/'
    kubectl label --overwrite ns p pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/enforce-version=v1.18 > /dev/null 2>&1
    run d '{"securityContext":{"runAsNonRoot":false}}'`);
  expect(out.split('\n')).toEqual([
    'Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    'deployment.apps/d created',
    'Warning: existing pods in namespace "kube-system" violate the new PodSecurity enforce level "baseline:latest"',
    'Warning: etcd-controlplane (and 3 other pods): host namespaces, hostPath volumes, probe or lifecycle host',
    'Warning: kube-proxy (and 2 other pods): host namespaces, hostPath volumes, privileged',
    'namespace/kube-system labeled (server dry run)',
    'The Namespace "p" is invalid: metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "x": must be "latest" or "v1.x"',
    'namespace/p labeled',
    'PodSecurity "baseline:latest": forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined"), seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined"), forbidden sysctls (net.core.somaxconn)',
    'PodSecurity "baseline:latest": non-default capabilities (container "b" must not include "NET_ADMIN" in securityContext.capabilities.add), host namespaces (hostPID=true), hostPort (container "b" uses hostPort 80), probe or lifecycle host (container "b" uses probe or lifecycle host "127.0.0.1")',
    'pod/c created',
    'PodSecurity "baseline:latest": privileged (container "D" must not set securityContext.privileged=true)',
    'PodSecurity "restricted:v1.18": allowPrivilegeEscalation != false (container "d" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)',
    '',
  ]);
});
