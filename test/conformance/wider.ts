/** Lines of courses and of the quick reference that no other table has: found to differ once, or next to one that did. */
import type { Group } from './commands.ts';

const group = (name: string, lines: string): Group => ({ name, lines: lines.trim().split('\n') });

/** Files that the lines name. */
export const widerFiles: Readonly<Record<string, string>> = {
  'rbac.yaml': `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules:
- {apiGroups: ["", apps], resources: [pods, secrets, deployments], verbs: [get, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: User, name: zoe, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: brand-new}
rules:
- {nonResourceURLs: [/healthz], verbs: [get]}
`,
  'origin/kustomization.yaml': `resources: [../below]
buildMetadata: [originAnnotations]
configMapGenerator:
- {name: gen, behavior: merge, literals: [c=d]}
secretGenerator:
- {name: s, literals: [c=d]}
`,
  'below/kustomization.yaml': `resources: [sub/r.yaml]
configMapGenerator:
- {name: gen, literals: [a=b]}
`,
  'below/sub/r.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: y}
`,
};

export const widerGroups: readonly Group[] = [
  group(
    'courses and the quick reference',
    String.raw`
kubectl get pod plain -o custom-columns-file
kubectl get -k folder
kubectl describe -k folder
kubectl get pod plain -n nosuch
kubectl get pod/plain deploy/x -n nosuch
kubectl describe pod plain -n nosuch
kubectl logs plain -n nosuch
kubectl exec plain -n nosuch -- ls
kubectl label pods plain -n nosuch a=b
kubectl patch pod plain -n nosuch -p '{}'
kubectl scale deploy plain -n nosuch --replicas=1
kubectl rollout status deploy plain -n nosuch
kubectl set image deploy/plain -n nosuch a=b
kubectl wait pod plain -n nosuch --for=condition=Ready
kubectl delete pod plain -n nosuch
kubectl create job x --from=cronjob/nightly -n nosuch
kubectl get pod plain -n nosuch --ignore-not-found
kubectl rollout status crontab tab
kubectl rollout history crontab tab
kubectl rollout restart crontab tab
kubectl set image crontab/tab a=b
kubectl set selector crontab/tab a=b
kubectl set subject crontab/tab --user=b
kubectl logs crontab/tab
kubectl exec crontab/tab -- ls
kubectl port-forward crontab/tab 80
kubectl debug crontab/tab --image=busybox
kubectl create job x --from=crontab/tab
kubectl expose crontab tab --port=80
kubectl expose -f pods.yaml --port=80 --dry-run=client
kubectl expose deploy,svc web --port=80 --name=n1 --dry-run=client
kubectl autoscale deploy web db --max=3 --name=h2 --dry-run=client
kubectl autoscale -f web.yaml --max=3 --name=h2 --dry-run=client
kubectl set image cm/settings svc/web a=b
kubectl set env -f web.yaml x=1 --local
kubectl set env deploy/web --keys=a
kubectl set env deploy/web --list -o yaml
kubectl set env deploy/web --from=secret/login --keys=user --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env[-1:]}'
kubectl set resources deploy/web --limits=nosuch=1 --dry-run=server
kubectl set selector svc web a=b --dry-run=client -o jsonpath='{.spec.selector}'
kubectl set sa deploy builder --all --dry-run=client
kubectl set subject rolebinding readers --user=bob --dry-run=client
kubectl rollout history -f web.yaml
kubectl rollout history rs -l app=web
kubectl rollout history job/once
kubectl rollout status deploy/web --revision=-1
kubectl rollout status deploy,ds,sts
kubectl rollout undo sts/db --to-revision=1 --dry-run=server
kubectl rollout undo job/once
kubectl rollout undo deploy/web --to-revision=1 --dry-run=client -o yaml | head -3
kubectl apply set-last-applied -f web.yaml --dry-run=client
kubectl apply view-last-applied cm --all
kubectl apply -f web.yaml --prune --all --prune-allowlist=core/v1/ConfigMap -n nosuch --dry-run=client
kubectl apply -R -f folder --dry-run=client
kubectl diff -f web.yaml --server-side; echo $?
kubectl diff -f web.yaml --prune -l a=b; echo $?
kubectl diff --nosuch; echo $?
KUBECTL_EXTERNAL_DIFF=nosuchdiff kubectl diff -f objects.yaml; echo $?
KUBECTL_EXTERNAL_DIFF="diff -q" kubectl diff -f objects.yaml | wc -l
KUBECTL_EXTERNAL_DIFF=false kubectl diff -f objects.yaml; echo $?
kubectl auth reconcile -f config.yaml --dry-run=server -o name
kubectl auth reconcile -f config.yaml --dry-run=client
kubectl auth reconcile -f rbac.yaml --dry-run=client --remove-extra-permissions
kubectl auth reconcile -f rbac.yaml --dry-run=client -o yaml
kubectl auth can-i list namespaces --as jane
kubectl auth can-i --list -n nosuch --as jane
kubectl auth can-i --list --as nobody --as-group system:masters
kubectl auth whoami -o json --as jane --as-group a --as-group b
kubectl label pods plain nosuch- --dry-run=client
kubectl label --local -f web.yaml a=b --dry-run=server
kubectl label pods plain run=plain --overwrite --dry-run=client
kubectl annotate pods --all a=b --resource-version=1
kubectl patch deploy web --type=json -p '[{"op":"test","path":"/spec/replicas","value":9}]' --dry-run=server
kubectl patch deploy web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","$patch":"delete"}]}}}}' --dry-run=server
kubectl patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":5}}' --dry-run=server
kubectl patch crontab tab -p '{"spec":{"replicas":2}}'
kubectl patch svc web -p '{"spec":{"type":"NodePort"}}' --dry-run=server
kubectl patch secret certificate -p '{"type":"Opaque"}' --dry-run=server
kubectl patch rolebinding readers --type=merge -p '{"roleRef":{"name":"other"}}' --dry-run=server
kubectl scale deploy web --replicas=3 --timeout=1s --dry-run=client
kubectl scale deploy --all --replicas=3 --dry-run=server -o name
kubectl wait --for=jsonpath='{.status.phase}'= pod/plain
kubectl wait --for=condition=Ready=false pod/plain --timeout=1s
kubectl wait --for=create pod/nosuch --timeout=1s
kubectl wait --for=condition=Ready node/nosuch
kubectl events --for deploy.apps/web
kubectl events --types=Nosuch
kubectl top pod --sort-by=nosuch
kubectl explain cj.spec --api-version=batch/v1 | head -5
kubectl describe po s
kubectl describe pods -l app=web -n nosuch
kubectl drain node01 --pod-selector='a in ('
kubectl taint nodes node01 a=b:NoSchedule a:NoSchedule-
kubectl taint nodes controlplane node-role.kubernetes.io/control-plane=x:NoSchedule
kubectl certificate approve jane --dry-run=client
kubectl api-resources --sort-by=nosuch
kubectl proxy --address=300.1.1.1 --port=0
kubectl port-forward svc/web 8080:12345
kubectl attach plain --pod-running-timeout=0
kubectl logs -l app=web -f --max-log-requests=1
kubectl config view --merge=false
kubectl config view --minify -o json | head -5
kubectl config use-context ""
kubectl config set-context "" --namespace=x
kubectl config delete-user
kubectl kustomize origin
kubectl kustomize origin --load-restrictor=nosuch
`,
  ),
];

/** Changes: of a kubeconfig beside the files, and of the side's namespace. */
export const widerChanges: readonly string[] = String.raw`
kubectl config set-credentials u1 --exec-command=aws --exec-api-version=client.authentication.k8s.io/v1 --exec-arg=a --exec-arg=b --exec-env=k=v --exec-env=z=w --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u1 --exec-arg=c --exec-env=z- --exec-env=q=1 --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u1 --exec-interactive-mode=Bad --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u2 --auth-provider=oidc --auth-provider-arg=a=b,c=d --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u2 --auth-provider-arg=a- --auth-provider-arg=e=f --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u2 --token=t --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u2 --username=a --password=p --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-credentials u3 --embed-certs --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-cluster c --server=https://1.2.3.4 --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set-context x --cluster=c --user=u1 --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set clusters.c.insecure-skip-tls-verify maybe --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set clusters.c.disable-compression true --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set contexts.x.nosuch k --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set users.u1.exec.command zz --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set users.u9.client-key-data bad! --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config set current-context x --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config unset users.u77.username --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config view --kubeconfig=/tmp/SIDE-kubeconfig
kubectl config view --flatten --kubeconfig=/tmp/SIDE-kubeconfig
rm -f /tmp/SIDE-kubeconfig
kubectl create cm conf --from-literal=a=1
kubectl create deployment web --image=nginx:1.27; sleep 3
kubectl label cm conf x=y
kubectl label cm conf x-
kubectl label cm conf x-
KUBECTL_APPLYSET=true kubectl apply -f objects.yaml --prune --applyset=set
KUBECTL_APPLYSET=true kubectl apply -f objects2.yaml --prune --applyset=set --dry-run=server
KUBECTL_APPLYSET=true kubectl apply -f objects2.yaml --prune --applyset=cm/conf
KUBECTL_APPLYSET=true kubectl apply -f objects2.yaml --applyset=set
KUBECTL_APPLYSET=true kubectl apply -f objects2.yaml --prune --applyset=deploy/x
kubectl get secret set -o jsonpath='{.metadata.annotations}'
kubectl create sa robot2
kubectl create token robot2 | tr . '\n' | wc -l
kubectl rollout history deployment web
kubectl annotate deployment web kubernetes.io/change-cause=told
kubectl annotate deployment web kubernetes.io/change-cause=again
`
  .trim()
  .split('\n');
