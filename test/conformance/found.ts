/** Lines of courses, exercises and kubernetes.io's tasks: of some 950 tried, those that found something and the most usual ones. */
import type { Group } from './commands.ts';

const group = (name: string, lines: string): Group => ({ name, lines: lines.trim().split('\n') });

/** Files that the lines name. */
export const foundFiles: Readonly<Record<string, string>> = {
  'kc/authprovider.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {auth-provider: {name: gcp, config: {a: b}}}}\n',
  'kc/azure.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {auth-provider: {name: azure}}}\n',
  'kc/badcluster.yaml':
    'apiVersion: v1\nkind: Config\ncontexts: [{name: one, context: {cluster: nosuch, user: u1}}]\ncurrent-context: one\nusers: [{name: u1, user: {token: a}}]\n',
  'kc/both.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {token: a, username: b, password: c}}\n',
  'kc/broken.yaml': 'apiVersion: v1\nkind: Config\n clusters: [',
  'kc/certfile.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {client-certificate: nosuch.crt, client-key: nosuch.key}}\n',
  'kc/execbad.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x, interactiveMode: Never}}}\n',
  'kc/execmode.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: x}}}\n',
  'kc/multi.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {token: abc}}\n',
  'kc/nocontext.yaml': 'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\n',
  'kc/oidc.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {auth-provider: {name: oidc, config: {client-id: x}}}}\n',
  'kc/oidc2.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {auth-provider: {name: oidc, config: {idp-issuer-url: "https://x"}}}}\n',
  'kc/second.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c2, cluster: {server: "https://1.2.3.4", insecure-skip-tls-verify: true}}]\ncontexts: [{name: two, context: {cluster: c2, user: u2}}, {name: one, context: {cluster: c2, user: u2}}]\nusers: [{name: u2, user: {username: a, password: b}}]\n',
  'kc/tokenfile.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}, {name: dev, context: {cluster: c1, user: u1, namespace: devel}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {tokenFile: nosuch}}\n',
  'kc/wrongtype.yaml': 'apiVersion: v1\nkind: Config\nclusters: x\n',
  'kc/zzz.yaml':
    'apiVersion: v1\nkind: Config\nclusters: [{name: c1, cluster: {server: "https://127.0.0.1:1"}}]\ncontexts: [{name: one, context: {cluster: c1, user: u1}}]\ncurrent-context: one\nusers:\n- {name: u1, user: {auth-provider: {name: zzz}}}\n',
  'kk/bad/kustomization.yaml': 'resource: [x.yaml]\nnamPrefix: a\n',
  'kk/badpatch/kustomization.yaml':
    'resources: [../base]\npatches: [{target: {kind: Deployment}, patch: \'[{"op":"replace","path":"/nosuch/x","value":1}]\'}]\n',
  'kk/base/dep.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: nginx-deployment\n  labels: {app: nginx}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: nginx}}\n  template:\n    metadata: {labels: {app: nginx}}\n    spec:\n      containers:\n      - name: nginx\n        image: nginx:1.27\n        ports: [{containerPort: 80}]\n',
  'kk/base/kustomization.yaml': 'resources: [dep.yaml]\nconfigMapGenerator: [{name: cfg, literals: [k=v], files: []}]\n',
  'kk/commonAnn/kustomization.yaml':
    'commonAnnotations: {owner: me}\ncommonLabels: {team: red}\nlabels: [{pairs: {x: "y"}, includeTemplates: true}]\nresources: [../base]\n',
  'kk/comp/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nsecretGenerator: [{name: sec, literals: [p=q]}]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/metadata/annotations\n      value: {added: "yes"}\n',
  'kk/components/kustomization.yaml': 'resources: [../base]\ncomponents: [../comp]\nnameSuffix: -v1\n',
  'kk/cycle/kustomization.yaml': 'resources: [../cycle]\n',
  'kk/dupe/kustomization.yaml': 'resources: [../base, ../base]\n',
  'kk/envs/e.env': 'A=1\n# c\nB=x y\n',
  'kk/envs/kustomization.yaml': 'configMapGenerator: [{name: e, envs: [e.env]}]\nsecretGenerator: [{name: e, envs: [e.env], type: Opaque}]\n',
  'kk/genopts/file.txt': 'content\n',
  'kk/genopts/kustomization.yaml':
    'generatorOptions: {disableNameSuffixHash: true, labels: {gen: "y"}, annotations: {note: g}, immutable: true}\nconfigMapGenerator: [{name: a, literals: [x=1, "y=two words"]}, {name: b, files: [f=file.txt], options: {disableNameSuffixHash: false}}]\nsecretGenerator: [{name: s, type: kubernetes.io/tls, literals: [tls.crt=a, tls.key=b]}]\n',
  'kk/helm/kustomization.yaml': 'helmCharts: [{name: minecraft, repo: https://kubernetes-charts.nosuch.invalid, version: 3.1.3, releaseName: moria}]\n',
  'kk/helmin/kustomization.yaml': 'resources: [../helm]\n',
  'kk/images/kustomization.yaml':
    'resources: [../base]\nimages: [{name: nginx, newName: reg.io/ngx, digest: sha256:abc}, {name: nosuch, newTag: x}]\nreplicas: [{name: nginx-deployment, count: 0}]\n',
  'kk/json6902/kustomization.yaml':
    'resources: [../base]\npatchesJson6902: [{target: {group: apps, version: v1, kind: Deployment, name: nginx-deployment}, path: p.json}]\n',
  'kk/json6902/p.json': '[{"op":"replace","path":"/spec/replicas","value":4},{"op":"test","path":"/kind","value":"Deployment"}]\n',
  'kk/merge/inc.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: nginx-deployment}\nspec: {replicas: 7}\n',
  'kk/merge/kustomization.yaml':
    'resources: [../base]\nconfigMapGenerator: [{name: cfg, behavior: merge, literals: [extra=1]}]\npatchesStrategicMerge: [inc.yaml]\n',
  'kk/nores/kustomization.yaml': 'resources: [nosuch.yaml]\n',
  'kk/ns/kustomization.yaml': 'namespace: prod\nresources: [../base, role.yaml]\n',
  'kk/ns/role.yaml':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: default, namespace: default}, {kind: ServiceAccount, name: other, namespace: x}]\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n',
  'kk/oldfields/kustomization.yaml': 'bases: [../base]\nimageTags: [{name: nginx, newTag: v9}]\n',
  'kk/openapi/kustomization.yaml': 'resources: [../base]\nopenapi: {path: nosuch.json}\n',
  'kk/patches/inc.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: nginx-deployment}\nspec: {replicas: 7}\n',
  'kk/patches/kustomization.yaml':
    'resources: [../base]\npatches:\n- path: inc.yaml\n- target: {kind: Deployment, labelSelector: "app=nginx"}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: any}\n    spec: {template: {spec: {containers: [{name: side, image: busybox}]}}}\n  options: {allowNameChange: false}\n- target: {kind: ConfigMap, name: "c.*"}\n  patch: \'[{"op": "replace", "path": "/data/k", "value": "patched"}]\'\n',
  'kk/remote/kustomization.yaml': 'resources: [https://nosuch.invalid/x.yaml]\n',
  'kk/replacements/kustomization.yaml':
    'resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, name: cfg, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [metadata.annotations.cfg]\n    options: {create: true}\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.spec.containers.[name=nginx].image"]\n    options: {delimiter: ":", index: 1}\n',
  'kk/sort/kustomization.yaml': 'sortOptions: {order: legacy}\nresources: [../base, r.yaml]\n',
  'kk/sort/r.yaml':
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{kind: ServiceAccount, name: default, namespace: default}, {kind: ServiceAccount, name: other, namespace: x}]\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n',
  'kk/transform/kustomization.yaml': 'resources: [../base]\ntransformers: [t.yaml]\n',
  'kk/transform/t.yaml': 'apiVersion: builtin\nkind: PrefixSuffixTransformer\nmetadata: {name: n}\nprefix: p-\nfieldSpecs: [{path: metadata/name}]\n',
};

export const foundGroups: readonly Group[] = [
  group(
    'everyday reading',
    String.raw`
kubectl get pods -o=jsonpath='{.items[*].spec.containers[*].image}' | tr -s '[[:space:]]' '\n' | sort | uniq -c
kubectl get pods --all-namespaces -o jsonpath='{range .items[*]}{"\n"}{.metadata.name}{":\t"}{range .spec.containers[*]}{.image}{", "}{end}{end}' | sort
kubectl get pods --all-namespaces -o go-template --template="{{range .items}}{{range .spec.containers}}{{.image}} {{end}}{{end}}"
kubectl get nodes -o jsonpath='{.items[*].status.addresses[?(@.type=="InternalIP")].address}'
kubectl get pods --selector=app=web -o jsonpath='{.items[*].metadata.labels.version}'
kubectl get node --selector='!node-role.kubernetes.io/control-plane'
kubectl get nodes -o json | jq -c 'paths|join(".")' | head -1
kubectl get secret login -o jsonpath='{.data.password}' | base64 --decode
kubectl get pods -o jsonpath='{range .items[*].status.initContainerStatuses[*]}{.containerID}{"\n"}{end}' | cut -d/ -f3 | wc -l
kubectl events --types=Warning | head -1
kubectl get pods --namespace default --output=custom-columns="NAME:.metadata.name,IMAGE:.spec.containers[*].image"
kubectl get pods -A -o=custom-columns='DATA:metadata.*' | wc -l
kubectl api-resources --namespaced=true -o name | wc -l
kubectl api-resources --api-group=extensions
kubectl get pods -o wide --sort-by=.spec.nodeName
kubectl get services --sort-by=.metadata.name
kubectl get pods --show-labels -l 'app in (web,db)'
kubectl get pods -l app,tier
kubectl get pods -l app=web,app=db
kubectl get pods -L app,tier,nosuch -l app=web --no-headers
kubectl get pods -o=jsonpath="{.items[*]['metadata.name', 'status.capacity']}"
kubectl get pods -o=jsonpath="{range .items[*]}{.metadata.name}{\"\t\"}{.status.startTime}{\"\n\"}{end}" | wc -l
kubectl get pods -o jsonpath="{.items[?(@.metadata.labels.app=='web')].spec.containers[?(@.name=='web')].image}"
kubectl get pods -o jsonpath='{.items[?(@.spec.nodeName=="node01")].metadata.name}' | wc -w
kubectl get pods -o jsonpath='{.items[*].spec.volumes[?(@.configMap)].name}'
kubectl get nodes -o jsonpath='{range .items[*]}{@.metadata.name}:{range @.status.conditions[*]}{@.type}={@.status};{end}{"\n"}{end}'
kubectl get nodes -o jsonpath="{.items[*].status.allocatable['cpu','memory','pods']}"
kubectl get node controlplane -o jsonpath='{.metadata.labels.kubernetes\.io/hostname}'
kubectl get node controlplane -o go-template='{{index .metadata.labels "kubernetes.io/os"}}'
kubectl get node controlplane -o template --template='{{.status.nodeInfo.kernelVersion}}'
kubectl get svc -o jsonpath='{.items[?(@.spec.type=="NodePort")].spec.ports[0].nodePort}'
kubectl get svc --field-selector metadata.name!=kubernetes -o name
kubectl get endpointslices -l kubernetes.io/service-name=web -o jsonpath='{.items[*].endpoints[*].addresses[*]}' | wc -w
kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[*].env[*].valueFrom.configMapKeyRef.name}'
kubectl get deploy web -o jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}'
kubectl get secrets -o jsonpath='{range .items[*]}{.metadata.name}={.type}{"\n"}{end}'
kubectl get cm settings -o jsonpath="{.data['file\.conf']}"
kubectl get ingress web -o jsonpath='{.spec.rules[0].http.paths[*].path}'
kubectl get hpa web -o jsonpath='{.spec.metrics[*].resource.name}'
kubectl get crd crontabs.stable.example.com -o jsonpath='{.spec.versions[*].name}'
kubectl get csr jane -o jsonpath='{.spec.signerName}'
kubectl get rolebindings,clusterrolebindings -A -o custom-columns='KIND:kind,NAMESPACE:metadata.namespace,NAME:metadata.name,SA:subjects[?(@.kind=="ServiceAccount")].name' | grep builder
kubectl get pods -o go-template='{{range .items}}{{if .spec.nodeName}}{{.metadata.name}} {{.spec.nodeName}}{{"\n"}}{{end}}{{end}}'
kubectl get pods -o go-template='{{range .items}}{{.metadata.name}}{{range .status.containerStatuses}} {{.restartCount}}{{end}}{{"\n"}}{{end}}'
kubectl get pods -o go-template='{{- range .items -}}{{- .metadata.name }} {{ end -}}'
kubectl get deploy web -o go-template='{{.metadata.name}} {{.status.readyReplicas}}/{{.spec.replicas}}{{"\n"}}'
kubectl get svc outside -o go-template='{{(index .spec.ports 0).nodePort}}'
kubectl get secret login --template={{.data.password}}
kubectl get pod plain -o json | kubectl replace --dry-run=server -f -
kubectl get pod plain -o yaml | sed 's/image: .*/image: nginx/' | kubectl replace --dry-run=server -f -
kubectl get pods plain -o jsonpath='{.spec.containers[0].image}' --raw /x
kubectl get --raw=/api/v1/namespaces/default/pods/plain -o name
kubectl get --raw /apis/apps/v1/namespaces/default/deployments/web/scale | tr , '\n' | grep -c replicas
kubectl get --raw='/readyz?verbose' | tail -1
kubectl get --raw /livez/ping
kubectl get --raw /api/v1/nodes/node01/proxy/healthz
kubectl get --raw /api/v1/namespaces/default/services/web:80/proxy/ | head -4
kubectl get --raw /api/v1/namespaces/default/pods/plain/log
kubectl get --raw /.well-known/openid-configuration
kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes
kubectl get pods plain several -o wide --no-headers
kubectl get pod/plain deployment/web svc/web -o custom-columns=K:kind,N:metadata.name
kubectl get deploy web sts db
kubectl get pods,svc,deploy web
kubectl get -f pod.json
kubectl get -f web.yaml --ignore-not-found -n kube-system
kubectl get -f - < web.yaml
kubectl get pods --all-namespaces -n default -o name | wc -l
kubectl get pods -n default,kube-system
kubectl get pods --namespace ''
kubectl get pods -n kube-system --field-selector spec.nodeName=controlplane -o name
kubectl get ns default -o jsonpath='{.status.phase}'
kubectl get pod plain -o yaml --show-managed-fields | grep manager:
kubectl get pods --limit=3
kubectl get pods --request-timeout=1 -o name | wc -l
kubectl get pods --request-timeout=abc
kubectl get pods --output wide --output-watch-events
kubectl get events --field-selector involvedObject.name=nowhere -o custom-columns=R:.reason,T:.type
kubectl get events -A --field-selector involvedObject.kind=Node -o custom-columns=R:.reason | sort | uniq -c
kubectl get events --for pod/plain
kubectl events --for=deployment/web -o custom-columns=R:.reason
kubectl events --for=replicaset.apps/nosuch
kubectl events --types=Warning,Normal --for pod/nowhere
kubectl events --for=crontab/tab
kubectl events -o jsonpath='{.items[0].kind}'
kubectl describe pods -l app=web | grep -c ^Name:
kubectl describe nodes node01 | grep -A3 Taints
kubectl describe node -l node-role.kubernetes.io/control-plane | grep Taints
kubectl describe pods pla | head -1
kubectl describe deploy/web svc/web | grep ^Name
kubectl describe ep web
kubectl describe -f config.yaml | grep ^Name
kubectl describe quota
kubectl describe pod,svc web | grep ^Name
kubectl describe pods --all-namespaces | grep -c ^Name:
kubectl describe secret login
kubectl describe clusterrole view | head -4
kubectl describe pvc
kubectl describe all -l app=web | grep ^Name:
kubectl describe ing,netpol | grep ^Name:
`,
  ),
  group(
    'kustomize, kubeconfigs, set',
    String.raw`
kubectl kustomize kk/components
kubectl kustomize kk/replacements
kubectl kustomize kk/patches
kubectl kustomize kk/genopts
kubectl kustomize kk/helm
kubectl kustomize kk/ns
kubectl kustomize kk/json6902
kubectl kustomize kk/merge
kubectl kustomize kk/commonAnn
kubectl kustomize kk/transform
kubectl kustomize kk/bad
kubectl kustomize kk/badpatch
kubectl kustomize kk/dupe
kubectl kustomize kk/nores
kubectl kustomize kk/envs
kubectl kustomize kk/sort
kubectl kustomize kk/images
kubectl kustomize kk/oldfields
kubectl kustomize kk/components -o out.yaml; cat out.yaml | head -3; rm -f out.yaml
kubectl kustomize kk/components --output=nodir/x
kubectl kustomize kk/components --enable-alpha-plugins
kubectl kustomize kk/components --reorder=none
kubectl kustomize kk/components --env A=b
kubectl kustomize kk/components --as-current-user
kubectl kustomize kk/components --enable-managedby-label
kubectl kustomize kk/components --network
kubectl kustomize kk/nosuch
kubectl kustomize kk/components/kustomization.yaml
kubectl kustomize https://nosuch.invalid/x
kubectl apply -k kk/merge --dry-run=server
kubectl apply -k kk/bad --dry-run=client
kubectl get -k kk/merge
kubectl delete -k kk/merge --dry-run=client
kubectl config view -o jsonpath='{.users[*].name}'
kubectl config view --minify --output 'jsonpath={..namespace}'
kubectl config view -o json | head -4
kubectl config view --raw -o jsonpath='{.clusters[0].name}'
kubectl config get-contexts
kubectl config get-contexts --no-headers
kubectl config get-contexts nosuch
kubectl config get-users
kubectl config set-context nosuch --current
kubectl config set-credentials x --token=a --username=b
kubectl config set-cluster x --insecure-skip-tls-verify --certificate-authority=x
kubectl config unset users.nosuch
kubectl config view --kubeconfig=nosuch
kubectl --kubeconfig=/dev/null get pods
kubectl --kubeconfig=kc/multi.yaml config view --minify
kubectl --kubeconfig=kc/multi.yaml config current-context
KUBECONFIG=kc/multi.yaml:kc/second.yaml kubectl config view
KUBECONFIG=kc/multi.yaml:kc/second.yaml kubectl config get-contexts -o name
KUBECONFIG=kc/multi.yaml:nosuch kubectl config get-clusters
KUBECONFIG=kc/broken.yaml kubectl config view
KUBECONFIG=kc/wrongtype.yaml kubectl get pods
KUBECONFIG=kc/nocontext.yaml kubectl get pods
KUBECONFIG=kc/badcluster.yaml kubectl get pods
KUBECONFIG=kc/authprovider.yaml kubectl get pods
KUBECONFIG=kc/oidc.yaml kubectl get pods
KUBECONFIG=kc/execbad.yaml kubectl get pods
KUBECONFIG=kc/execmode.yaml kubectl get pods
KUBECONFIG=kc/both.yaml kubectl get pods
KUBECONFIG=kc/tokenfile.yaml kubectl get pods
KUBECONFIG=kc/certfile.yaml kubectl get pods
kubectl get pods -s http://127.0.0.1:1 --request-timeout=1s
kubectl get pods --context kubernetes-admin@kubernetes -o name | head -1
kubectl create cm x --as jane --from-literal=a=b
kubectl get pods --as=system:serviceaccount:default:builder -o name | head -1
kubectl exec plain --as system:serviceaccount:default:builder -- ls
kubectl auth can-i get pods/plain --as jane
kubectl auth can-i get deployments.apps/other --as jane
kubectl auth can-i get pods --as jane -n shop; echo $?
kubectl auth can-i get /metrics --as jane
kubectl auth can-i bind clusterroles --as jane
kubectl auth can-i approve certificatesigningrequests
kubectl explain pods --recursive | wc -l
kubectl explain pod.spec.topologySpreadConstraints | head -20
kubectl explain service.spec.type
kubectl explain ingress.spec.tls
kubectl explain cronjob.spec.concurrencyPolicy
kubectl explain hpa.spec.behavior
kubectl explain secret.data
kubectl explain resourcequota.spec.scopeSelector --recursive
kubectl explain validatingadmissionpolicy.spec.validations
kubectl explain csr.spec
kubectl explain pods.spec.volumes.csi
kubectl explain ValidatingAdmissionPolicy.spec.variables
kubectl explain pods.status.conditions.type
kubectl explain ingressclass.spec.parameters
kubectl explain --api-version=batch/v2 job
kubectl set image deployment/web web=nginx:1.28 --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].image}'
kubectl set image daemonset agent *=busybox:1.37 --dry-run=server
kubectl set image deploy/web web=
kubectl set image pod/plain main=busybox:1.37 --dry-run=server
kubectl set image cronjob/nightly nightly=busybox:1.37 --dry-run=server
kubectl set resources deployment web --limits=cpu=0,memory=0 --requests=cpu=0,memory=0 --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].resources}'
kubectl set resources deployment web --requests=cpu=2 --dry-run=server
kubectl set resources deployment web -c=nosuch --limits=cpu=1
kubectl set env pods --all --list | head -8
kubectl set env deployment/web COLOUR- --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env[*].name}'
kubectl set env --from=secret/nosuch deployment/web
kubectl set env deployment/web -e A=b
kubectl set env deployment/web -
kubectl set env svc/web A=b
kubectl set serviceaccount deployment web
kubectl set subject clusterrolebinding node-lookers --user=x --dry-run=client -o jsonpath='{.subjects[*].name}'
kubectl set subject rolebinding readers --serviceaccount=x
kubectl set selector deploy web app=x
kubectl set last-applied
KUBECONFIG=kc/azure.yaml kubectl get pods
KUBECONFIG=kc/zzz.yaml kubectl get pods
KUBECONFIG=kc/oidc2.yaml kubectl get pods
kubectl kustomize kk/base --reorder=none
kubectl kustomize kk/base --reorder=legacy
kubectl kustomize kk/nosuch/deeper
kubectl kustomize kk/base --enable-managedby-label
kubectl apply -k kk/helm
kubectl kustomize kk/helmin
kubectl delete -k kk/nosuch/deeper
`,
  ),
  group(
    'waiting, logs, exec, refusals',
    String.raw`
kubectl api-versions | head -3
kubectl api-resources --sort-by=kind --no-headers | head -3
kubectl api-resources --api-group=networking.k8s.io -o wide
kubectl api-resources --categories=nosuch
kubectl version --output=yaml | head -3
kubectl version --client=true
kubectl options | head -2
kubectl wait --for=condition=Ready pods -l app=nosuch --timeout=1s
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/plain
kubectl wait --for=jsonpath='{.status.podIP}' pod/plain
kubectl wait --for=jsonpath='{.status.conditions[?(@.type=="Ready")].status}=True' pod/plain
kubectl wait --for=jsonpath='{.status.containerStatuses[0].ready}=true' pod/plain
kubectl wait --for=jsonpath='{.spec.replicas}'=2 deploy/web
kubectl wait --for=delete pod/nosuch
kubectl wait --for=delete pods -l app=nosuch
kubectl wait --for=create pod/plain
kubectl wait --for=create pods -l app=web --timeout=1s
kubectl wait --for=condition=complete job/once
kubectl wait --for=condition=failed job/failing
kubectl wait --for=condition=available deployment --all --timeout=5s
kubectl wait --for=condition=Established crd/crontabs.stable.example.com
kubectl wait --for=condition=PodScheduled=False pod/nowhere --timeout=2s
kubectl wait --for=jsonpath='{.status.phase}'=Bound pvc/data
kubectl wait node --all --for=condition=Ready --timeout=5s
kubectl wait pod/plain --for=jsonpath='{.a'
kubectl wait pod/badimage --for=condition=Ready --timeout=0
kubectl wait pod/plain --for=condition=Ready --timeout=-1s
kubectl wait pods --for=condition=Ready
kubectl wait nosuch/x --for=condition=Ready
kubectl rollout status deploy/web --watch=false
kubectl rollout status job/once
kubectl rollout history deploy/web --revision=5
kubectl rollout nosuch deploy/web
kubectl rollout pause sts/db
kubectl scale deploy/web --replicas=2 --current-replicas=3
kubectl scale deploy/web --replicas=-1
kubectl scale pod/plain --replicas=2
kubectl scale job/once --replicas=2
kubectl scale --replicas=2 -f web.yaml --dry-run=client
kubectl scale --replicas=3 rs -l app=web --dry-run=client
kubectl uncordon node01 --dry-run=server
kubectl certificate deny
kubectl get csr jane -o jsonpath='{.status}'
kubectl exec -it plain
kubectl exec plain cat /etc/hostname
kubectl exec plain -- sh -c 'echo $HOSTNAME; exit 2'; echo $?
kubectl exec several -c b -- cat /etc/hosts | head -1
kubectl exec svc/web -- ls /etc/settings
kubectl exec -n shop deploy/small -- echo hi
kubectl exec pod/nosuch -- ls
kubectl logs plain | head -1
kubectl logs plain --since=1h --tail=1
kubectl logs plain --since-time=bad
kubectl logs several first
kubectl logs deploy/web --tail=1 -c web
kubectl logs -l app=web --tail=1 --prefix | cut -c1-9
kubectl logs -f finished
kubectl logs --all-containers -l app=db --tail=1 | cut -c1-1
kubectl delete pod --all -n nosuch
kubectl delete deploy web --dry-run=server
kubectl delete deploy web --cascade=bad
kubectl delete all --all --dry-run=server | wc -l
kubectl delete pods --field-selector=status.phase=Succeeded --dry-run=server | sed 's/once-.* f/once f/'
kubectl delete pod plain --wait=x
kubectl apply -f web.yaml -l nosuch=x
kubectl apply -f invalid-service.yaml
kubectl apply -f unknown-field.yaml --validate=warn --dry-run=server
kubectl apply -f wrong-type.yaml --validate=false --dry-run=client
kubectl create deployment x
kubectl create ns default
kubectl create nosuch x
kubectl create sa
kubectl create token default --duration=abc
kubectl run x --image=nginx --restart=Bad
kubectl run x --image=nginx --replicas=2
kubectl run x --image=nginx --requests=cpu=1
kubectl run x --image=nginx --limits cpu=1 --dry-run=client -o yaml
kubectl run x --image=nginx --dry-run=client -o yaml -- -c arg1
kubectl run x --image=busybox --env='A=b' --env='C=d e' --labels='a=b,c=d' --annotations='e=f' --port=80 --restart=OnFailure --image-pull-policy=Never --privileged --dry-run=client -o yaml
kubectl expose deploy web --port=80 --target-port=http --type=LoadBalancer --name=y --protocol=UDP --session-affinity=ClientIP --dry-run=client -o yaml
kubectl expose svc db --port=80 --dry-run=client --name=z -o jsonpath='{.spec.selector}'
kubectl replace --force -f nosuch.yaml
kubectl label pods plain
kubectl label pods plain 'a=b c'
kubectl label pods -l app=nosuch a=b
kubectl label ns default pod-security.kubernetes.io/enforce=baseline --dry-run=server
kubectl annotate pods plain
kubectl patch pod plain -p ''
kubectl patch pod plain -p '{"spec":{"containers":[{"name":"main","command":["x"]}]}}'
kubectl patch deploy web --type=bad -p '{}'
kubectl patch deploy web -p $'spec:\n  replicas: 4' --dry-run=server
kubectl patch deploy web --type=json -p '[{"op":"bad"}]'
kubectl patch crontab tab --type=merge -p '{"spec":{"replicas":0}}'
kubectl patch pv disk-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}' --dry-run=server
kubectl patch pv disk-1 -p '{"spec":{"capacity":{"storage":"0"}}}' --dry-run=server
kubectl patch pvc data -p '{"spec":{"resources":{"requests":{"storage":"100Mi"}}}}'
kubectl patch sc manual -p '{"provisioner":"x"}'
kubectl patch secret login -p '{"stringData":{"user":"x"}}' --dry-run=server -o jsonpath='{.data.user}'
kubectl patch ns shop -p '{"metadata":{"labels":{"team":null}}}' --dry-run=server -o jsonpath='{.metadata.labels}'
kubectl patch hpa web -p '{"spec":{"minReplicas":9}}'
kubectl patch quota limits -n shop -p '{"spec":{"hard":{"pods":"x"}}}'
kubectl patch job once -p '{"spec":{"template":{"spec":{"restartPolicy":"OnFailure"}}}}'
kubectl patch cronjob nightly -p '{"spec":{"schedule":"bad"}}'
kubectl patch sts db -p '{"spec":{"podManagementPolicy":"Parallel"}}'
kubectl patch deploy web -p '{"spec":{"selector":{"matchLabels":{"x":"y"}}}}'
kubectl patch ds agent -p '{"spec":{"template":{"spec":{"restartPolicy":"Never"}}}}'
kubectl patch ingress web -p '{"spec":{"rules":[{"host":"BAD_"}]}}'
kubectl patch netpol only-front -p '{"spec":{"policyTypes":["Bad"]}}'
kubectl patch pdb web -p '{"spec":{"maxUnavailable":1}}'
kubectl patch priorityclass high -p '{"value":5}'
kubectl patch rolebinding readers --type=json -p '[{"op":"remove","path":"/subjects/9"}]'
`,
  ),
];

/** Changes, in the side's namespace. */
export const foundChanges: readonly string[] = String.raw`
kubectl create cm saved --from-literal=a=1
kubectl get cm saved -o yaml | grep -v -E 'uid|resourceVersion|creation' > saved-SIDE.yaml; kubectl replace -f saved-SIDE.yaml --save-config
kubectl get cm saved -o jsonpath='{.metadata.annotations}' | grep -c last-applied
kubectl delete cm saved
kubectl create deploy found --image=nginx:1.27
kubectl autoscale deploy found --max=3 --save-config
kubectl get hpa found -o jsonpath='{.metadata.annotations}'
kubectl autoscale deploy found --max=3
kubectl autoscale deploy found --max=3 --cpu=50%
kubectl autoscale deploy found --max=3 --cpu-percent=80
kubectl autoscale deploy found --max=3 --memory=100Mi
kubectl autoscale deploy found --max=3 --cpu-percent=0 --name=found2
kubectl expose deploy found --port=80 --save-config
kubectl get svc found -o jsonpath='{.metadata.annotations}'
kubectl run found --image=nginx:1.27 --save-config
kubectl get pod found -o jsonpath='{.metadata.annotations}'
kubectl wait pod/found --for=condition=Ready --timeout=60s
kubectl get pod found --subresource=log
kubectl get pod found --subresource=exec
kubectl describe pod/foun | head -1
kubectl describe pod foun | head -1
kubectl describe pod,cm found
kubectl label pod found z=b --list | sort
kubectl label pod found run=b --list
kubectl debug found --image=busybox -t
kubectl debug found --copy-to=x -- sh
kubectl debug found --image=busybox --custom=bad.json
kubectl get --raw /api/v1/namespaces/SIDE/pods/found/proxy/ | head -3
kubectl get --raw /api/v1/namespaces/SIDE/pods/found/exec
kubectl get --raw /api/v1/namespaces/SIDE/services/nosuch/proxy/
kubectl patch deploy found --subresource=scale --type=merge -p '{"spec":{"replicas":"x"}}'
kubectl patch deploy found --subresource=scale --type=merge -p '{"spec":{"replicas":3000000000}}'
kubectl rollout pause deploy found
kubectl rollout undo deploy found
kubectl create priorityclass high-SIDE --value=3000000000
kubectl create job j --from=cronjob
kubectl create sa found
kubectl patch sa found -p '{"secrets":[{"name":"x"}],"imagePullSecrets":[{"name":"y"},{"name":"z"}]}'
kubectl annotate sa found kubernetes.io/enforce-mountable-secrets=true
kubectl describe sa found
kubectl create role found --verb=get --resource=pods
kubectl create rolebinding found --role=found --user=ann
kubectl get rolebinding found -o yaml | sed 's/kind: Role$/kind: ClusterRole/; s/name: found$/name: view/; 0,/name: view/s//name: found/' | grep -v -E 'uid|resourceVersion|creation' > rb-SIDE.yaml; kubectl auth reconcile -f rb-SIDE.yaml
kubectl describe rolebinding found
kubectl delete deploy,svc,hpa,pod found found2 --now --ignore-not-found | sort
`
  .trim()
  .split('\n');
