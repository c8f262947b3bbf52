/** The forms of output and the flags of every command, one by one, with what is wrong about them. */
import type { Group } from './commands.ts';

const group = (name: string, lines: string): Group => ({ name, lines: lines.trim().split('\n') });

/** Files that the lines name. */
export const formFiles: Readonly<Record<string, string>> = {
  'jp.txt': '{.items[*].metadata.name}\n',
  'gt.txt': '{{range .items}}{{.metadata.name}}\n{{end}}',
  'cc.txt': 'NAME  IMAGE\n.metadata.name .spec.containers[*].image\n',
  'env.txt': 'A=1\nB=two words\n# comment\n\nHOME\nC=\n',
  'envbad.txt': 'A B=1\n',
  'f1.txt': 'one\n',
  'f2.bin': 'x\u0001y',
  'dbg.json': '{"securityContext":{"capabilities":{"add":["SYS_PTRACE"]}},"env":[{"name":"A","value":"b"}]}',
  'bad.json': '{"a":',
  'pod.json': '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"jp"},"spec":{"containers":[{"name":"a","image":"b"}]}}',
  'list.yaml':
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}}\n',
  'patch.yaml': 'data:\n  z: "1"\n',
  'patch.json': '[{"op":"add","path":"/data/z","value":"1"}]',
  'empty.yaml': '',
  'comment.yaml': '# nothing\n---\n---\n',
  'tabs.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: x\n',
  'nokind.yaml': 'apiVersion: v1\nmetadata: {name: x}\n',
  'nover.yaml': 'kind: Pod\nmetadata: {name: x}\n',
  'noname.yaml': 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n',
  'gen.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: gen-}\n',
  'scalar.yaml': 'hello\n',
  'seq.yaml': '- a\n- b\n',
  'dup.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b, a: c}\n',
  'unk.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, nosuch: 1}\nspce: 1\n',
  'crt.pem': 'notacert',
  'policy.json': '{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[]}',
};

export const formGroups: readonly Group[] = [
  group(
    'jsonpath, templates, columns, selectors',
    String.raw`
kubectl get pods -o jsonpath='{.items[0:2].metadata.name}'
kubectl get pods -o jsonpath='{.items[5:1].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name=="plain")].spec.containers[0].image}'
kubectl get pods -o jsonpath='{.items[?(@.spec.containers[0].image=="nginx:1.27")].metadata.name}'
kubectl get pods -o jsonpath='{.items[*]['"'"'metadata.name'"'"','"'"'status.phase'"'"']}'
kubectl get pods -o jsonpath='{.items[*].metadata.labels['"'"'app'"'"']}'
kubectl get pods -o jsonpath='{.items[0]..image}'
kubectl get pods -o jsonpath='{$.items[0].kind}'
kubectl get pods -o jsonpath='{@.items[0].metadata.name}'
kubectl get pods -o jsonpath='{.items[0].metadata.labels}'
kubectl get pods -o jsonpath='{.items[0].spec.containers}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.labels.app)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.status.phase!="Running")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.spec.nodeName=~"node.*")].metadata.name}'
kubectl get pods -o jsonpath='{.items[100].metadata.name}'
kubectl get pods -o jsonpath='{.items[a]}'
kubectl get pods -o jsonpath='{.items[*}'
kubectl get pods -o jsonpath='{.items[?(@.a==)]}'
kubectl get pods -o jsonpath='{"a" "b"}'
kubectl get pods -o jsonpath='{'"'"'quoted'"'"'}'
kubectl get pods -o jsonpath='{.items[0].metadata.name} and {.items[1].metadata.name}'
kubectl get pods -o jsonpath='{.kind}{"\n"}'
kubectl get pods -o jsonpath='{range .items[0,1]}{.metadata.name},{end}'
kubectl get pods -o jsonpath='{range .items[*]}{range .spec.containers[*]}{.name}:{.image};{end}{end}'
kubectl get pods -o jsonpath='{.items[*].spec.containers[*].name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name in ("plain"))].kind}'
kubectl get pods -o jsonpath='{.metadata.resourceVersion}'
kubectl get pods -o jsonpath='{range}{end}'
kubectl get pods -o jsonpath='{end}'
kubectl get pods -o jsonpath='{.items[0].metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}'
kubectl get pods -o jsonpath='{.items[0].metadata.creationTimestamp}'
kubectl get pods -o jsonpath='{.items[0].spec.terminationGracePeriodSeconds}'
kubectl get pods -o jsonpath='{.items[0].spec.enableServiceLinks}'
kubectl get pods -o jsonpath='{.items[0].status.conditions[?(@.type=="Ready")].status}'
kubectl get pods -o jsonpath='{.items[*].status.conditions[?(@.type=="Ready")].status}'
kubectl get pods -o jsonpath='{.items[0].status.podIPs[*].ip}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name=='"'"'plain'"'"')].metadata.uid}{"x"}'
kubectl get pods -o jsonpath='{1}'
kubectl get pods -o jsonpath='{"\u0041"}'
kubectl get pods -o jsonpath='{.items[0].metadata.name'
kubectl get pods -o jsonpath='upper}'
kubectl get pods -o jsonpath='{{.items}}'
kubectl get pods -o jsonpath='{.items[0].metadata.labels.*}'
kubectl get pods -o jsonpath='{.items[0].spec.containers[0].*}'
kubectl get pods -o jsonpath='{.items[?(@.spec.priority>=0)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.spec.priority<1)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name>"n")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.spec.hostNetwork==true)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?("a"=="a")].kind}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.labels.app=="web" && @.status.phase=="Running")].metadata.name}'
kubectl get pods -o jsonpath='{ .items[0].metadata.name }'
kubectl get pods -o jsonpath='{.items [0].metadata.name}'
kubectl get deploy web -o jsonpath='{.metadata.name}'
kubectl get deploy web -o jsonpath='{.metadata.name}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.metadata.name}'
kubectl get deploy web -o jsonpath='{.spec.replicas}'
kubectl get deploy web -o jsonpath='{.spec.replicas}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.spec.replicas}'
kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].resources}'
kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].resources}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.spec.template.spec.containers[0].resources}'
kubectl get deploy web -o jsonpath='{.status}'
kubectl get deploy web -o jsonpath='{.status}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.status}'
kubectl get deploy web -o jsonpath='{.spec.selector.matchLabels}'
kubectl get deploy web -o jsonpath='{.spec.selector.matchLabels}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.spec.selector.matchLabels}'
kubectl get deploy web -o jsonpath='{.metadata.labels}'
kubectl get deploy web -o jsonpath='{.metadata.labels}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.metadata.labels}'
kubectl get deploy web -o jsonpath='{.nosuch}'
kubectl get deploy web -o jsonpath='{.nosuch}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.nosuch}'
kubectl get deploy web -o jsonpath='{.nosuch[0]}'
kubectl get deploy web -o jsonpath='{.nosuch[0]}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.nosuch[0]}'
kubectl get deploy web -o jsonpath='{.spec.nosuch.deeper}'
kubectl get deploy web -o jsonpath='{.spec.nosuch.deeper}' --allow-missing-template-keys=false
kubectl get deploy web -o=jsonpath-as-json='{.spec.nosuch.deeper}'
kubectl get pods -o go-template='{{.metadata.name}}'
kubectl get pods -o go-template='{{range .items}}{{.metadata.name}} {{end}}'
kubectl get pods -o go-template='{{range $i, $e := .items}}{{$i}}:{{$e.metadata.name}} {{end}}'
kubectl get pods -o go-template='{{index .items 0}}'
kubectl get pods -o go-template='{{with index .items 0}}{{.metadata.name}}{{end}}'
kubectl get pods -o go-template='{{if .items}}yes{{else}}no{{end}}'
kubectl get pods -o go-template='{{range .items}}{{if eq .status.phase "Running"}}{{.metadata.name}}{{"\n"}}{{end}}{{end}}'
kubectl get pods -o go-template='{{range .items}}{{if and .metadata.labels (eq .status.phase "Running")}}x{{end}}{{end}}'
kubectl get pods -o go-template='{{printf "%s-%v" .kind .apiVersion}}'
kubectl get pods -o go-template='{{.items '
kubectl get pods -o go-template=' len}}'
kubectl get pods -o go-template='{{slice .kind 0 2}}'
kubectl get pods -o go-template='{{html "<a>"}}'
kubectl get pods -o go-template='{{js "a'"'"'b"}}'
kubectl get pods -o go-template='{{urlquery "a b"}}'
kubectl get pods -o go-template='{{print 1 2 "a" "b"}}'
kubectl get pods -o go-template='{{println .kind}}'
kubectl get pods -o go-template='{{not true}}'
kubectl get pods -o go-template='{{or .nosuch "x"}}'
kubectl get pods -o go-template='{{and 1 0}}'
kubectl get pods -o go-template='{{eq 1 1 2}}'
kubectl get pods -o go-template='{{ne 1 2}}'
kubectl get pods -o go-template='{{lt 1 2}}'
kubectl get pods -o go-template='{{le "a" "b"}}'
kubectl get pods -o go-template='{{gt 1 2}}'
kubectl get pods -o go-template='{{ge 2 2}}'
kubectl get pods -o go-template='{{/* comment */}}x'
kubectl get pods -o go-template='{{- "trim" -}}'
kubectl get pods -o go-template='{{define "t"}}T{{.}}{{end}}{{template "t" .kind}}'
kubectl get pods -o go-template='{{block "b" .kind}}B{{.}}{{end}}'
kubectl get pods -o go-template='{{$x := 1}}{{$x}}'
kubectl get pods -o go-template='{{$x := 1}}{{$x = 2}}{{$x}}'
kubectl get pods -o go-template='{{range .items}}{{break}}{{end}}'
kubectl get pods -o go-template='{{range .items}}{{continue}}{{end}}done'
kubectl get pods -o go-template='{{range .nosuch}}a{{else}}empty{{end}}'
kubectl get pods -o go-template='{{nosuchfunc}}'
kubectl get pods -o go-template='{{.items.foo}}'
kubectl get pods -o go-template='{{index .items 100}}'
kubectl get pods -o go-template='{{index .items "a"}}'
kubectl get pods -o go-template='{{exists . "items"}}'
kubectl get pods -o go-template='{{exists . "nosuch" "x"}}'
kubectl get pods -o go-template='{{base64decode "aGVsbG8="}}'
kubectl get pods -o go-template='{{base64decode "!!"}}'
kubectl get pods -o go-template='{{.kind'
kubectl get pods -o go-template='base64decode}}'
kubectl get pods -o go-template='{{range .items}}{{.metadata.name}'
kubectl get pods -o go-template='{{end}}'
kubectl get pods -o go-template='{{if}}{{end}}'
kubectl get pods -o go-template='{{call .kind}}'
kubectl get pods -o go-template='{{printf "%q" .kind}}'
kubectl get pods -o go-template='{{printf "%d" (len .items)}}'
kubectl get pods -o go-template='{{printf "%5.2f" 1.5}}'
kubectl get pods -o go-template='{{printf "%t" true}}'
kubectl get pods -o go-template='{{printf "%v" .nosuch}}'
kubectl get pods -o go-template='{{printf "%T" .items}}'
kubectl get pods -o go-template='{{printf "%d" "x"}}'
kubectl get pods -o go-template='{{printf "%s"}}'
kubectl get pods -o go-template='{{printf "%s" "a" "b"}}'
kubectl get pods -o go-template='{{true}}'
kubectl get pods -o go-template='{{nil}}'
kubectl get pods -o go-template='{{"a\tb"}}'
kubectl get pods -o go-template='{{'"'"'a'"'"'}}'
kubectl get pods -o go-template='{{1.5}}'
kubectl get pods -o go-template='{{0x10}}'
kubectl get pods -o go-template='{{1e3}}'
kubectl get pods -o go-template='{{.}}'
kubectl get pods -o go-template='{{$}}'
kubectl get pods -o go-template='{{(index .items 0).spec.containers}}'
kubectl get pods -o go-template='{{range .items}}{{range .spec.containers}}{{.image}},{{end}}{{end}}'
kubectl get pods -o go-template='{{with .nosuch}}a{{else with .kind}}{{.}}{{end}}'
kubectl get pods -o go-template='{{if eq .kind "List"}}L{{else if eq .kind "PodList"}}P{{end}}'
kubectl get pods -o go-template='{{len .nosuch}}'
kubectl get pods -o go-template='{{len 3}}'
kubectl get pods -o go-template='{{eq .kind nil}}'
kubectl get pods -o go-template='{{lt "a" 1}}'
kubectl get pods -o go-template='{{range 3}}{{.}}{{end}}'
kubectl get pods -o go-template='{{range $k, $v := (index .items 0).metadata.labels}}{{$k}}={{$v}};{{end}}'
kubectl get pods -o go-template-file=gt.txt
kubectl get pods -o jsonpath-file=jp.txt
kubectl get pods -o custom-columns-file=cc.txt
kubectl get pods -o go-template-file=nosuch
kubectl get pods -o jsonpath-file=nosuch
kubectl get pods -o custom-columns-file=nosuch
kubectl get pods -o custom-columns-file=env.txt
kubectl get pods -o custom-columns-file=empty.yaml
kubectl get pods --template='{{.kind}}'
kubectl get pods -o go-template --template='{{.kind}}'
kubectl get pods -o jsonpath --template='{.kind}'
kubectl get pods -o templatefile --template=gt.txt
kubectl get pods -o template='{{.kind}}'
kubectl get pods -o template
kubectl get pods -o JSON
kubectl get pods -o ''
kubectl get pods -o kyaml
kubectl get pods -ojson | head -3
kubectl get pods -oname --show-kind
kubectl get pods -o name --show-labels
kubectl get pods -o wide --show-labels -L app --no-headers
kubectl get pods -o custom-columns='A:.metadata.name'
kubectl get pods -o custom-columns='A:metadata.name'
kubectl get pods -o custom-columns='A:{.metadata.name}'
kubectl get pods -o custom-columns='A:{metadata.name}'
kubectl get pods -o custom-columns='A:.metadata.name,'
kubectl get pods -o custom-columns='A:.metadata.name,B'
kubectl get pods -o custom-columns='A:'
kubectl get pods -o custom-columns='A'
kubectl get pods -o custom-columns=':.x'
kubectl get pods -o custom-columns='A:.a['
kubectl get pods -o custom-columns='A:.spec.containers[0].image'
kubectl get pods -o custom-columns='A:.spec.containers[*].name'
kubectl get pods -o custom-columns='A:.spec.containers[*].ports[*].containerPort'
kubectl get pods -o custom-columns='A:.metadata.labels.app'
kubectl get pods -o custom-columns='A:.metadata.labels'
kubectl get pods -o custom-columns='A:.spec'
kubectl get pods -o custom-columns='A:.status.conditions[?(@.type=="Ready")].status'
kubectl get pods -o custom-columns='A:.metadata.creationTimestamp'
kubectl get pods -o custom-columns='A:.spec.nosuch'
kubectl get pods -o custom-columns="A B:.metadata.name"
kubectl get pods -o custom-columns='A:.metadata.name,A:.metadata.name'
kubectl get pods -o custom-columns='A:.spec.tolerations[*].key'
kubectl get pods -o custom-columns='A:.metadata.annotations.a\.b'
kubectl get pods -o custom-columns='A:.spec.volumes'
kubectl get pods -o custom-columns='A:.spec.hostNetwork'
kubectl get pods -o custom-columns='A:.spec.terminationGracePeriodSeconds'
kubectl get pods -o custom-columns='A:$'
kubectl get pods -o custom-columns='A:@'
kubectl get pods -o custom-columns='A:{.metadata.name} {.kind}'
kubectl get pods -o custom-columns='A:.kind,B:.apiVersion'
kubectl get pods -o custom-columns='A:.metadata.ownerReferences[0].kind'
kubectl get pods --sort-by=.metadata.name -o custom-columns=A:.metadata.name
kubectl get pods,svc -o custom-columns=K:.kind,N:.metadata.name
kubectl get pods -A --sort-by=.metadata.namespace -o custom-columns=N:.metadata.namespace,A:.metadata.name
kubectl get pods -o custom-columns=A:.metadata.name --no-headers=false
kubectl get pods --sort-by='.spec.containers[0].name' -o name
kubectl get pods --sort-by='.spec.containers[0].name'
kubectl get pods --sort-by='.status.startTime' -o name
kubectl get pods --sort-by='.status.startTime'
kubectl get pods --sort-by='.spec.containers[*].image' -o name
kubectl get pods --sort-by='.spec.containers[*].image'
kubectl get pods --sort-by='metadata.name' -o name
kubectl get pods --sort-by='metadata.name'
kubectl get pods --sort-by='{metadata.name}' -o name
kubectl get pods --sort-by='{metadata.name}'
kubectl get pods --sort-by='.nosuch' -o name
kubectl get pods --sort-by='.nosuch'
kubectl get pods --sort-by='.status.conditions[0].type' -o name
kubectl get pods --sort-by='.status.conditions[0].type'
kubectl get pods --sort-by='.spec.priority' -o name
kubectl get pods --sort-by='.spec.priority'
kubectl get pods --sort-by='.metadata.uid' -o name
kubectl get pods --sort-by='.metadata.uid'
kubectl get pods --sort-by='{.metadata.name' -o name
kubectl get pods --sort-by='.spec.terminationGracePeriodSeconds' -o name
kubectl get pods --sort-by='.spec.terminationGracePeriodSeconds'
kubectl get nodes --sort-by=.spec.capacity.storage
kubectl get pv --sort-by=.metadata.creationTimestamp
kubectl get nodes --sort-by=.metadata.creationTimestamp
kubectl get pv --sort-by=.status.capacity.cpu
kubectl get pv --sort-by=.status.allocatable.memory
kubectl get nodes --sort-by=.status.allocatable.memory
kubectl get pv --sort-by=.spec.taints
kubectl get nodes --sort-by=.spec.taints
kubectl get pods --field-selector='metadata.name=plain,status.phase=Running'
kubectl get pods --field-selector='status.phase in (Running)'
kubectl get pods --field-selector='spec.nodeName='
kubectl get pods --field-selector='spec.nodeName!=node01,metadata.namespace=default'
kubectl get pods --field-selector='metadata.labels.app=web'
kubectl get pods --field-selector='=x'
kubectl get pods --field-selector='a'
kubectl get pods --field-selector='status.phase==Running'
kubectl get pods --field-selector='spec.serviceAccountName=default'
kubectl get pods --field-selector='spec.hostNetwork=false'
kubectl get pods --field-selector='spec.schedulerName=default-scheduler'
kubectl get pods --field-selector='status.nominatedNodeName='
kubectl get pods --field-selector='status.podIP!='
kubectl get pods --field-selector='metadata.name=a=b'
kubectl get pods --field-selector='metadata.name!=plain,'
kubectl get pods --field-selector='metadata.name=pl\,ain'
kubectl get nodes --field-selector=spec.unschedulable=true -o name
kubectl get nodes --field-selector=metadata.name=node01 -o name
kubectl get secrets --field-selector=type=Opaque -o name
kubectl get secrets --field-selector=type=kubernetes.io/tls -o name
kubectl get ns --field-selector=status.phase=Active -o name
kubectl get events --field-selector=involvedObject.kind=Pod,reason=Failed -o name
kubectl get events --field-selector=type!=Normal -o name
kubectl get jobs --field-selector=status.successful=1 -o name
kubectl get rs --field-selector=status.replicas=2 -o name
kubectl get rs --field-selector=status.replicas=0 -o name
kubectl get csr --field-selector=spec.signerName=kubernetes.io/kube-apiserver-client -o name
kubectl get deploy --field-selector=spec.replicas=1 -o name
kubectl get svc --field-selector=spec.clusterIP=None -o name
kubectl get svc --field-selector=spec.type=ClusterIP -o name
kubectl get pv --field-selector=metadata.name=disk-1 -o name
kubectl get rc --field-selector=status.replicas=1 -o name
kubectl get cm --field-selector=metadata.name=settings -o name
kubectl get crontabs --field-selector=metadata.name=tab -o name
kubectl get crontabs --field-selector=spec.replicas=1 -o name
kubectl get events.events.k8s.io --field-selector=regarding.kind=Pod -o name
kubectl get events.events.k8s.io --field-selector=involvedObject.kind=Pod -o name
kubectl get endpointslices --field-selector=x=y -o name
kubectl get svc --field-selector=spec.nosuch=1 -o name
kubectl get pods -l "a=b=c" -o name
kubectl get pods -l "a in b" -o name
kubectl get pods -l "a in (b" -o name
kubectl get pods -l "(a)" -o name
kubectl get pods -l "a,,b" -o name
kubectl get pods -l "!" -o name
kubectl get pods -l "a!" -o name
kubectl get pods -l "=" -o name
kubectl get pods -l "a=" -o name
kubectl get pods -l "a==" -o name
kubectl get pods -l "a!=b,!c" -o name
kubectl get pods -l "in" -o name
kubectl get pods -l "a in ()" -o name
kubectl get pods -l "a notin (b,c),d" -o name
kubectl get pods -l "a>1" -o name
kubectl get pods -l "a<b" -o name
kubectl get pods -l "a>=1" -o name
kubectl get pods -l "'a'" -o name
kubectl get pods -l "A/b=c" -o name
kubectl get pods -l "a/b/c=d" -o name
kubectl get pods -l "a=b/c" -o name
kubectl get pods -l "-a=b" -o name
kubectl get pods -l "a=-b" -o name
kubectl get pods -l "a in (b,c) d" -o name
kubectl get pods -l "x in (a,b),y notin (c),z,!w" -o name
`,
  ),
  group(
    'create and manifests',
    String.raw`
kubectl create deployment d1
kubectl create deployment d1 --image=a --image=b --port=80 --dry-run=client -o yaml
kubectl create deployment d1 --image=a --image=b --dry-run=client -o yaml -- cmd
kubectl create deployment d1 --image=a --replicas=0 --dry-run=client -o yaml
kubectl create deployment d1 --image=a --replicas=-1 --dry-run=client
kubectl create deployment d1 --image=a --port=70000 --dry-run=server
kubectl create deployment D1 --image=a --dry-run=server
kubectl create deployment d1 --image='' --dry-run=client
kubectl create deployment d1 --image=a@sha256:0123456789012345678901234567890123456789012345678901234567890123 --dry-run=client -o jsonpath='{.spec.template.spec.containers}'
kubectl create dep d1 --image=a --dry-run=client -o name
kubectl create deployment d1 d2 --image=a --dry-run=client
kubectl create deployment d1 --image=a --dry-run=client -o json
kubectl create deployment d1 --image=a --dry-run=client -o kyaml
kubectl create deployment d1 --image=a --dry-run=server -o jsonpath='{.spec.strategy}'
kubectl create deployment d1 --image=a --save-config --dry-run=client -o yaml
kubectl create deployment d1 --image=a --field-manager=me --dry-run=server -o name --show-managed-fields
kubectl create deployment d1 --image=a --validate=nosuch --dry-run=client
kubectl create deployment web --image=a --dry-run=server
kubectl create deployment d1 --image=a -l a=b
kubectl create configmap c1 --from-file=f1.txt --from-file=k=f1.txt --dry-run=client -o yaml
kubectl create configmap c1 --from-file=f1.txt --from-file=f1.txt --dry-run=client
kubectl create configmap c1 --from-file=folder --dry-run=client -o yaml
kubectl create configmap c1 --from-file=a=folder --dry-run=client
kubectl create configmap c1 --from-file=nosuch --dry-run=client
kubectl create configmap c1 --from-file==f1.txt --dry-run=client
kubectl create configmap c1 --from-file=a= --dry-run=client
kubectl create configmap c1 --from-file=a/b=f1.txt --dry-run=client
kubectl create configmap c1 --from-file=a=b=c --dry-run=client
kubectl create configmap c1 --from-file=f2.bin --dry-run=client -o yaml
kubectl create configmap c1 --from-env-file=envbad.txt --dry-run=client -o yaml
kubectl create configmap c1 --from-env-file=nosuch --dry-run=client
kubectl create configmap c1 --from-env-file=folder --dry-run=client
kubectl create configmap c1 --from-env-file=env.txt --from-literal=a=b --dry-run=client
kubectl create configmap c1 --from-env-file=env.txt --from-env-file=env.txt --dry-run=client
kubectl create configmap c1 --from-literal=a --dry-run=client
kubectl create configmap c1 --from-literal==b --dry-run=client
kubectl create configmap c1 --from-literal=a= --dry-run=client -o yaml
kubectl create configmap c1 --from-literal='a b=c' --dry-run=client
kubectl create configmap c1 --from-literal=a=1,b=2 --dry-run=client -o yaml
kubectl create configmap c1 --append-hash --from-literal=a=b --dry-run=client -o name
kubectl create configmap c1 --append-hash --dry-run=client -o yaml
kubectl create cm c1 --dry-run=client -o yaml
kubectl create cm
kubectl create secret generic s1 --from-literal=a=b --type=x/y --dry-run=client -o yaml
kubectl create secret generic s1 --from-file=f2.bin --append-hash --dry-run=client -o yaml
kubectl create secret generic s1 --from-file=ssh-privatekey=f1.txt --type=kubernetes.io/ssh-auth --dry-run=server -o jsonpath='{.type}'
kubectl create secret generic s1 --type=kubernetes.io/ssh-auth --dry-run=server
kubectl create secret generic s1 --type=kubernetes.io/basic-auth --dry-run=server
kubectl create secret generic s1 --type=kubernetes.io/dockerconfigjson --from-literal=.dockerconfigjson=x --dry-run=server
kubectl create secret generic s1 --type=kubernetes.io/tls --dry-run=server
kubectl create secret generic s1 --type=kubernetes.io/service-account-token --dry-run=server
kubectl create secret docker-registry s1 --docker-username=u --docker-password=p --dry-run=client -o yaml
kubectl create secret docker-registry s1 --docker-username=u --docker-password=p --docker-email=e --docker-server=r --dry-run=client -o jsonpath='{.data}'
kubectl create secret docker-registry s1 --docker-username=u --dry-run=client
kubectl create secret docker-registry s1 --docker-password=u --dry-run=client
kubectl create secret docker-registry s1 --from-file=f1.txt --dry-run=client -o yaml
kubectl create secret docker-registry s1 --from-file=.dockerconfigjson=f1.txt --dry-run=client -o yaml
kubectl create secret docker-registry s1 --from-file=f1.txt --docker-username=x --dry-run=client
kubectl create secret docker-registry s1 --append-hash --docker-username=u --docker-password=p --dry-run=client -o name
kubectl create secret tls s1 --cert=crt.pem --key=crt.pem --dry-run=client
kubectl create secret tls s1 --cert=nosuch --key=crt.pem --dry-run=client
kubectl create secret tls s1 --cert=crt.pem --dry-run=client
kubectl create secret tls s1 --key=crt.pem --dry-run=client
kubectl create secret tls s1
kubectl create secret nosuch s1
kubectl create job j1 --image=a --dry-run=client -o yaml
kubectl create job j1 --image=a --dry-run=client -o yaml -- a b "c d"
kubectl create job j1 --dry-run=client
kubectl create job j1 --image=a --from=cronjob/nightly --dry-run=client
kubectl create job j1 --from=cronjob/nightly --dry-run=client -o yaml
kubectl create job j1 --from=cj/nightly --dry-run=server -o name
kubectl create job j1 --from=cronjobs.batch/nightly --dry-run=client -o name
kubectl create job j1 --from=nightly --dry-run=client
kubectl create job j1 --from=cronjob/nosuch --dry-run=client
kubectl create job j1 --from=deploy/web --dry-run=client
kubectl create job j1 --from=cronjob/nightly --dry-run=client -- ls
kubectl create cronjob c1 --image=a --dry-run=client
kubectl create cronjob c1 --image=a --schedule='* * * * *' --dry-run=client -o yaml
kubectl create cronjob c1 --image=a --schedule='* * * * *' --restart=Never --dry-run=client -o yaml -- a b
kubectl create cronjob c1 --image=a --schedule='bad' --dry-run=server
kubectl create cronjob c1 --image=a --schedule='TZ=UTC * * * * *' --dry-run=server
kubectl create cronjob c1 --image=a --schedule='@hourly' --dry-run=server -o jsonpath='{.spec.schedule}'
kubectl create cronjob c1 --image=a --schedule='60 * * * *' --dry-run=server
kubectl create cronjob c1 --image=a --schedule='*/0 * * * *' --dry-run=server
kubectl create cronjob c1 --image=a --schedule='* * * *' --dry-run=server
kubectl create cronjob c1 --image=a --schedule='* * * * *' --restart=Always --dry-run=server
kubectl create cj c1 --image=a --schedule='* * * * *' --dry-run=client -o name
kubectl create namespace n1 --dry-run=client -o yaml
kubectl create ns N1 --dry-run=server
kubectl create ns n1 n2 --dry-run=client
kubectl create ns default --dry-run=server
kubectl create ns kube-x --dry-run=server -o yaml | grep -v -e uid -e Time
kubectl create serviceaccount s1 --dry-run=client -o yaml
kubectl create sa s1 -n nosuch --dry-run=server
kubectl create sa s1 --dry-run=server -o name
kubectl create role r1 --verb=get --resource=pods --resource-name=a --resource-name=b --dry-run=client -o yaml
kubectl create role r1 --verb=get,list,get --resource=pods,deployments.apps,deployments.v1.apps,rs.apps --dry-run=client -o yaml
kubectl create role r1 --verb='*' --resource='*' --dry-run=client -o yaml
kubectl create role r1 --verb=get --resource=pods/log,deployments.apps/scale --dry-run=client -o yaml
kubectl create role r1 --verb=nosuch --resource=pods --dry-run=client -o yaml
kubectl create role r1 --verb=get --resource=nosuch --dry-run=client
kubectl create role r1 --verb=get --resource=nodes --dry-run=client -o yaml
kubectl create role r1 --resource=pods --dry-run=client
kubectl create role r1 --verb=get --dry-run=client
kubectl create role r1 --verb=get --resource=pods.nosuch --dry-run=client
kubectl create role r1 --verb=get --resource=pods/log/x --dry-run=client
kubectl create role r1 --verb=use --resource=podsecuritypolicies --dry-run=client
kubectl create role r1 --verb=bind --resource=pods --dry-run=client
kubectl create role r1 --verb=impersonate --resource=users --dry-run=client -o yaml
kubectl create role r1 --verb=escalate --resource=roles --dry-run=client -o yaml
kubectl create role r1 --verb=approve --resource=certificatesigningrequests --dry-run=client -o yaml
kubectl create role r1 --verb=get --resource=crontabs --dry-run=client -o yaml
kubectl create role r1 --verb=get --resource=crontabs,pods --resource-name=x --dry-run=client
kubectl create clusterrole r1 --verb=get --non-resource-url=/logs/* --dry-run=client -o yaml
kubectl create clusterrole r1 --verb=get,list --non-resource-url=/logs/* --dry-run=client -o yaml
kubectl create clusterrole r1 --verb=get --non-resource-url=x --dry-run=client -o yaml
kubectl create clusterrole r1 --verb=get --non-resource-url=/x --resource=pods --dry-run=client -o yaml
kubectl create clusterrole r1 --aggregation-rule=a=b --dry-run=client -o yaml
kubectl create clusterrole r1 --aggregation-rule=a=b,c=d --dry-run=client -o yaml
kubectl create clusterrole r1 --aggregation-rule=a --dry-run=client -o yaml
kubectl create clusterrole r1 --aggregation-rule=a=b --verb=get --dry-run=client
kubectl create clusterrole r1 --verb=get --resource=nodes --resource-name=a --dry-run=client -o yaml
kubectl create clusterrole r1 --dry-run=client
kubectl create rolebinding b1 --clusterrole=x --role=y --user=u --dry-run=client
kubectl create rolebinding b1 --user=u --dry-run=client
kubectl create rolebinding b1 --role=y --user=u --user=v --group=g --serviceaccount=a:b --dry-run=client -o yaml
kubectl create rolebinding b1 --role=y --serviceaccount=a --dry-run=client
kubectl create rolebinding b1 --role=y --serviceaccount=a:b:c --dry-run=client
kubectl create rolebinding b1 --role=y --serviceaccount=:b --dry-run=client
kubectl create rolebinding b1 --role=y --dry-run=client -o yaml
kubectl create rolebinding b1 --role=y --serviceaccount=a:B --dry-run=server
kubectl create clusterrolebinding b1 --clusterrole=x --user=u --dry-run=client -o yaml
kubectl create clusterrolebinding b1 --user=u --dry-run=client
kubectl create clusterrolebinding b1 --clusterrole=x --group=system:a --serviceaccount=x:y --dry-run=client -o json
kubectl create quota q1 --hard=cpu=1,memory=1G,pods=2,nosuch=3 --dry-run=client -o yaml
kubectl create quota q1 --hard=cpu --dry-run=client
kubectl create quota q1 --hard=cpu=x --dry-run=client
kubectl create quota q1 --hard=cpu=1 --scopes=BestEffort --dry-run=server
kubectl create quota q1 --hard=pods=1 --scopes=BestEffort,NotTerminating --dry-run=client -o yaml
kubectl create quota q1 --hard=pods=1 --scopes=Nosuch --dry-run=server
kubectl create quota q1 --dry-run=client -o yaml
kubectl create quota q1 --hard=a/b/c=1 --dry-run=server
kubectl create pdb p1 --selector=a=b --min-available=1 --dry-run=client -o yaml
kubectl create pdb p1 --selector=a=b --min-available=50% --dry-run=client -o yaml
kubectl create pdb p1 --selector=a=b --max-unavailable=1 --min-available=1 --dry-run=client
kubectl create pdb p1 --selector=a=b --max-unavailable=x --dry-run=client
kubectl create pdb p1 --selector=a=b --max-unavailable=101% --dry-run=server
kubectl create pdb p1 --min-available=1 --dry-run=client
kubectl create pdb p1 --selector='a in (' --min-available=1 --dry-run=client
kubectl create pdb p1 --selector='a in (b,c),!d' --max-unavailable=-1 --dry-run=server
kubectl create pdb p1 --selector=a=b --dry-run=client
kubectl create priorityclass p1 --value=5 --dry-run=client -o yaml
kubectl create priorityclass p1 --value=5 --global-default --description='x y' --preemption-policy=Never --dry-run=client -o yaml
kubectl create priorityclass p1 --value=2000000000 --dry-run=server
kubectl create priorityclass p1 --value=1.5 --dry-run=client
kubectl create priorityclass p1 --preemption-policy=X --dry-run=server
kubectl create priorityclass system-x --value=5 --dry-run=server
kubectl create pc p1 --value=5 --dry-run=client -o name
kubectl create ingress i1 --rule=a.b/c=svc:80 --dry-run=client -o yaml
kubectl create ingress i1 --rule='a.b/c*=svc:http,tls=sec' --rule=/=x:1 --dry-run=client -o yaml
kubectl create ingress i1 --rule=a.b/c=svc:80,tls --dry-run=client -o yaml
kubectl create ingress i1 --default-backend=svc:80 --dry-run=client -o yaml
kubectl create ingress i1 --default-backend=svc --dry-run=client
kubectl create ingress i1 --default-backend=svc:80 --rule=a/b=c:1 --annotation=a=b --annotation=c --dry-run=client -o yaml
kubectl create ingress i1 --rule=a --dry-run=client
kubectl create ingress i1 --rule=a=b --dry-run=client
kubectl create ingress i1 --rule=a/b=c --dry-run=client
kubectl create ingress i1 --rule=a/b=c:d:e --dry-run=client
kubectl create ingress i1 --rule='*.a.b/x=c:80' --class=n --dry-run=client -o yaml
kubectl create ingress i1 --dry-run=client
kubectl create ingress i1 --rule=A.b/x=c:80 --dry-run=server
kubectl create ing i1 --rule=a.b/x=c:80 --dry-run=server -o name
kubectl create service clusterip s1 --tcp=80 --dry-run=client -o yaml
kubectl create service clusterip s1 --tcp=80:8080 --tcp=443:https --dry-run=client -o yaml
kubectl create service clusterip s1 --tcp=x --dry-run=client
kubectl create service clusterip s1 --tcp=80:70000 --dry-run=client
kubectl create service clusterip s1 --tcp=0 --dry-run=client
kubectl create service clusterip s1 --clusterip=None --dry-run=client -o yaml
kubectl create service clusterip s1 --clusterip=None --tcp=80 --dry-run=client -o yaml
kubectl create service clusterip s1 --clusterip=x --tcp=80 --dry-run=server
kubectl create service clusterip s1 --dry-run=client
kubectl create service nodeport s1 --tcp=80 --node-port=30123 --dry-run=client -o yaml
kubectl create service nodeport s1 --tcp=80 --node-port=3 --dry-run=server
kubectl create service nodeport s1 --tcp=80,81 --node-port=30123 --dry-run=client -o yaml
kubectl create service nodeport s1 --dry-run=client
kubectl create service loadbalancer s1 --tcp=80 --dry-run=client -o yaml
kubectl create service externalname s1 --external-name=a.b --dry-run=client -o yaml
kubectl create service externalname s1 --external-name=a.b --tcp=80:9 --dry-run=client -o yaml
kubectl create service externalname s1 --dry-run=client
kubectl create service externalname s1 --external-name=A_b --dry-run=server
kubectl create service nosuch s1
kubectl create svc clusterip
kubectl create token builder --duration=5m --dry-run
kubectl create token builder --duration=1s
kubectl create token builder --bound-object-kind=Pod
kubectl create token builder --bound-object-kind=Deployment --bound-object-name=x
kubectl create token builder --bound-object-name=x
kubectl create token builder --bound-object-uid=x
kubectl create token builder --bound-object-kind=Secret --bound-object-name=nosuch
kubectl create token builder --duration=-1s
kubectl create token builder --duration=100000000h
kubectl create token builder -o yaml | sed 's/token: .*/token/;s/expirationT.*/x/;/creation/d'
kubectl create token builder --audience=a --audience=b -o jsonpath='{.spec}'
kubectl create token
kubectl create token a b
kubectl create -f
kubectl create -f comment.yaml
kubectl create -f tabs.yaml
kubectl create -f nokind.yaml
kubectl create -f nover.yaml
kubectl create -f noname.yaml
kubectl create -f gen.yaml --dry-run=client
kubectl create -f gen.yaml --dry-run=client -o name
kubectl apply -f gen.yaml
kubectl apply -f gen.yaml --server-side
kubectl replace -f gen.yaml
kubectl create -f scalar.yaml
kubectl create -f seq.yaml
kubectl create -f dup.yaml --dry-run=server
kubectl create -f dup.yaml --dry-run=client
kubectl create -f unk.yaml --dry-run=server
kubectl create -f unk.yaml --dry-run=server --validate=warn
kubectl create -f unk.yaml --dry-run=server --validate=ignore
kubectl create -f unk.yaml --dry-run=client
kubectl apply -f unk.yaml --dry-run=client
kubectl apply -f noname.yaml
kubectl apply -f comment.yaml
kubectl apply -f scalar.yaml
kubectl apply -f seq.yaml
kubectl apply -f nokind.yaml
kubectl apply -f nover.yaml
kubectl apply -f tabs.yaml
kubectl delete -f empty.yaml
kubectl delete -f nokind.yaml
kubectl delete -f noname.yaml
kubectl get -f empty.yaml
kubectl describe -f empty.yaml
kubectl label -f empty.yaml a=b
kubectl diff -f empty.yaml
kubectl diff -f nokind.yaml
kubectl diff -f noname.yaml
kubectl create -f list.yaml --dry-run=server
kubectl create -f list.yaml --dry-run=client -o yaml
kubectl create -f bad.json
kubectl apply -f bad.json
kubectl create -f pod.json --dry-run=client -o yaml
kubectl create -f pod.json,list.yaml --dry-run=client -o name
kubectl create -f pod.json -f list.yaml --dry-run=client
kubectl create -f - < list.yaml --dry-run=client
cat pod.json list.yaml | kubectl create -f - --dry-run=client
kubectl create -f pod.json --raw /api/v1/namespaces/default/pods --dry-run=client
kubectl create --raw /api/v1/nosuch -f pod.json
kubectl create --raw x
kubectl create --raw /x -f pod.json -f list.yaml
kubectl create -f pod.json x
kubectl create -k nosuch
kubectl create -f 'f*.txt'
kubectl apply -f '*.nosuch'
kubectl create -f folder --dry-run=client
kubectl create -f folder -R --dry-run=client -o name
`,
  ),
  group(
    'set, expose, run, label, patch, scale',
    String.raw`
kubectl set image deploy/web web=nginx:1.28 --dry-run=client
kubectl set image deploy/web *=nginx:1.28 --dry-run=client -o jsonpath='{.spec.template.spec.containers[*].image}'
kubectl set image deploy/web nosuch=a --dry-run=client
kubectl set image deploy/web web= --dry-run=client
kubectl set image deploy/web web --dry-run=client
kubectl set image deploy/web --dry-run=client
kubectl set image deploy web=a --dry-run=client
kubectl set image deploy --all web=a --dry-run=client
kubectl set image deploy -l app=web web=a --dry-run=client
kubectl set image -f web.yaml web=a --local -o jsonpath='{.spec.template.spec.containers[0].image}'
kubectl set image pods,deploy --all '*=nginx' --dry-run=client
kubectl set image cronjob/nightly '*=a' --dry-run=client
kubectl set image node/node01 a=b --dry-run=client
kubectl set image deploy/web web=a web=b --dry-run=client -o name
kubectl set image deploy/web 'web=a b' --dry-run=server
kubectl set image deploy/web web=sa --source=docker --dry-run=client
kubectl set resources deploy/web --limits=cpu=1 --dry-run=client -o jsonpath='{.spec.template.spec.containers[*].resources}'
kubectl set resources deploy/web --limits=cpu=x --dry-run=client
kubectl set resources deploy/web --limits=cpu --dry-run=client
kubectl set resources deploy/web --dry-run=client
kubectl set resources deploy/web --requests=cpu=2 --limits=cpu=1 --dry-run=server
kubectl set resources deploy/web -c=nosuch --limits=cpu=1 --dry-run=client
kubectl set resources deploy/web -c='w*' --limits=cpu=1,memory=1Gi --requests=cpu=0 --dry-run=client -o jsonpath='{.spec.template.spec.containers[*].resources}'
kubectl set resources -f web.yaml --limits=cpu=1 --local -o yaml | head -5
kubectl set resources pod plain --limits=cpu=1 --dry-run=server
kubectl set resources svc web --limits=cpu=1 --dry-run=client
kubectl set resources deploy --all --limits=cpu=1 --dry-run=client
kubectl set env deploy/web A=b --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env}'
kubectl set env pod/several --list --resolve
kubectl set env pods --all --list
kubectl set env deploy/web A=b C- --dry-run=client -o name
kubectl set env deploy/web -c nosuch A=b --dry-run=client
kubectl set env deploy/web -c 'w*' A=b --dry-run=client -o name
kubectl set env deploy/web --from=cm/settings --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env}'
kubectl set env deploy/web --from=cm/settings --prefix=P_ --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env}'
kubectl set env deploy/web --from=cm/nosuch --dry-run=client
kubectl set env deploy/web --from=svc/web --dry-run=client
kubectl set env deploy/web --from=settings --dry-run=client
kubectl set env deploy/web -e A=b --env=C=d --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env}'
kubectl set env deploy/web 1A=b --dry-run=server
kubectl set env deploy/web =b --dry-run=client
kubectl set env deploy/web A --dry-run=client
kubectl set env deploy/web PLAIN=x --overwrite=false --dry-run=client
kubectl set env deploy/web A=b --local
kubectl set env -f web.yaml A=b --local -o yaml | grep -A2 'name: A'
echo 'A=b' | kubectl set env deploy/web - --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].env[-1:]}'
kubectl set env deploy/nosuch A=b
kubectl set env
kubectl set env svc/web A=b --dry-run=client
kubectl set serviceaccount deploy web builder --dry-run=client
kubectl set serviceaccount deploy/web builder --dry-run=client -o jsonpath='{.spec.template.spec.serviceAccountName}'
kubectl set sa deploy/web nosuch --dry-run=server
kubectl set sa svc/web builder --dry-run=client
kubectl set sa -f web.yaml builder --local -o name
kubectl set selector svc web a=b,c=d --dry-run=client -o jsonpath='{.spec.selector}'
kubectl set selector svc web 'a in (b)' --dry-run=client
kubectl set selector svc web --dry-run=client
kubectl set selector deploy web a=b --dry-run=client
kubectl set selector svc web a=b --resource-version=1
kubectl set selector svc --all a=b --dry-run=client
kubectl set selector -f web.yaml a=b --local -o yaml
kubectl set subject rolebinding readers --user=a --group=b --serviceaccount=c:d --dry-run=client -o yaml
kubectl set subject rolebinding readers --dry-run=client
kubectl set subject rolebinding readers --serviceaccount=x --dry-run=client
kubectl set subject clusterrolebinding node-lookers --user=a --dry-run=server -o name
kubectl set subject role reader --user=a --dry-run=client
kubectl set subject rolebinding --all --user=a --dry-run=client
kubectl expose deploy web --port=80 --dry-run=client -o yaml
kubectl expose deploy web --dry-run=client
kubectl expose deploy web --port=80,443 --name=x --dry-run=client -o jsonpath='{.spec.ports}'
kubectl expose deploy web --port=80 --target-port=http --protocol=UDP --name=x --dry-run=client -o jsonpath='{.spec.ports}'
kubectl expose deploy web --port=80 --type=Nosuch --name=x --dry-run=server
kubectl expose deploy web --port=80 --type=ExternalName --external-name=x --name=x --dry-run=client
kubectl expose deploy web --port=80 --cluster-ip=None --name=x --dry-run=client -o yaml
kubectl expose deploy web --port=x --name=x --dry-run=client
kubectl expose deploy web --port=0 --name=x --dry-run=server
kubectl expose pod plain --port=80 --name=x --dry-run=client -o yaml
kubectl expose pod several --port=80 --dry-run=client -o name
kubectl expose rs -l app=web --port=80 --dry-run=client -o name
kubectl expose svc web --port=80 --name=x --dry-run=client -o jsonpath='{.spec.selector}'
kubectl expose sts db --port=80 --name=x --dry-run=client
kubectl expose ds agent --port=80 --name=x --dry-run=client
kubectl expose job once --port=80 --name=x --dry-run=client
kubectl expose rc old --port=80 --name=x --dry-run=client -o yaml
kubectl expose node node01 --port=80 --dry-run=client
kubectl expose deploy web --port=80 --name=X_Y --dry-run=server
kubectl expose deploy web --port=80 --selector=q=r --name=x --dry-run=client -o jsonpath='{.spec.selector}'
kubectl expose deploy web --port=80 --name=x --overrides='{"spec":{"type":"LoadBalancer"}}' --dry-run=client -o yaml
kubectl expose deploy web --port=80 --name=x --overrides='[{"op":"add","path":"/metadata/labels/a","value":"b"}]' --override-type=json --dry-run=client -o name
kubectl expose deploy web --port=80 --name=x --override-type=nosuch --overrides='{}' --dry-run=client
kubectl expose deploy web --port=80 --name=x --overrides='{' --dry-run=client
kubectl expose -f pods.yaml --port=80
kubectl expose deploy nosuch --port=80
kubectl expose deploy
kubectl run x --image=nginx --dry-run=client -o yaml
kubectl run x --image=nginx --port=80 --expose --dry-run=client
kubectl run x --image=nginx --port=80 --expose --dry-run=client -o yaml
kubectl run x --image=nginx --labels=a=b,c=d --annotations=e=f --annotations=g=h --dry-run=client -o yaml
kubectl run x --image=nginx -l a --dry-run=client
kubectl run x --image=nginx --env==b --dry-run=client
kubectl run x --image=nginx --command -- a b --dry-run=client
kubectl run x --image=nginx --dry-run=client -o yaml --command -- a b
kubectl run x --image=nginx --dry-run=client -o yaml -- a b
kubectl run x --image=nginx --restart=OnFailure --dry-run=client -o yaml
kubectl run x --image=nginx --image-pull-policy=Never --dry-run=client -o yaml
kubectl run x --image=nginx --image-pull-policy=X --dry-run=client
kubectl run x --image=nginx -it --rm --restart=Never --dry-run=client
kubectl run x --image=nginx --attach --dry-run=client
kubectl run x --image=nginx -t --dry-run=client -o yaml
kubectl run x --image=nginx -i --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='{"apiVersion":"v1","spec":{"nodeName":"n"}}' --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='{"spec":{"containers":[{"name":"x","env":[{"name":"a","value":"b"}]}]}}' --override-type=strategic --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='[{"op":"replace","path":"/spec/containers/0/image","value":"z"}]' --override-type=json --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='[]' --dry-run=client
kubectl run x --image=nginx --port=http --dry-run=client
kubectl run x --image=nginx --port=-1 --dry-run=server
kubectl run x --image=nginx --quiet --dry-run=client
kubectl run x --image='a b' --dry-run=server
kubectl run x --image=A --dry-run=client
kubectl run x --image=
kubectl run X --image=a --dry-run=server
kubectl run plain --image=a --dry-run=server
kubectl run x y --image=a --dry-run=client -o jsonpath='{.spec.containers[0].args}'
kubectl run --image=a
kubectl run x --image=a --serviceaccount=z --dry-run=client
kubectl run x --image=a --limits=cpu=1 --dry-run=client
kubectl run x --image=a --hostport=1 --dry-run=client
kubectl run x --image=a --schedule='* * * * *' --dry-run=client
kubectl run x --image=a --generator=y --dry-run=client
kubectl run x --image=a --leave-stdin-open --dry-run=client
kubectl run x --image=a --attach --quiet --rm=false --dry-run=server -o name
kubectl run x --image=a --wait --dry-run=client
kubectl run x --image=a --timeout=5s --dry-run=client
kubectl run x --image=a --field-manager=z --dry-run=server -o jsonpath='{.metadata.managedFields[*].manager}' --show-managed-fields
kubectl label pod plain a=b --dry-run=client -o jsonpath='{.metadata.labels}'
kubectl label pod plain a=b a- --dry-run=client
kubectl label pod plain a=b a=c --dry-run=client
kubectl label pod plain 'a=b c' --dry-run=server
kubectl label pod plain -- -a=b
kubectl label pod plain a/b/c=d
kubectl label pod plain a=$(printf 'x%.0s' $(seq 64)) --dry-run=server
kubectl label pod plain run- --dry-run=client
kubectl label pod plain run- run=x --dry-run=client
kubectl label pods --all a=b --dry-run=client
kubectl label pods -l app=web a=b --dry-run=client
kubectl label pods --all --list | head -8
kubectl label pod plain --list
kubectl label node node01 --list
kubectl label pods --all plain a=b
kubectl label pod plain a=b --resource-version=1
kubectl label pods --all a=b --resource-version=1 --dry-run=client
kubectl label pod/plain svc/web a=b --dry-run=client
kubectl label pods plain svc/web a=b
kubectl label -f web.yaml a=b --dry-run=client
kubectl label -f web.yaml a=b --local -o name
kubectl label --all pods,svc a=b --dry-run=client -o name | head -5
kubectl label nodes --all a=b --dry-run=server | head
kubectl label pods --field-selector=status.phase=Running a=b --dry-run=client -o name | head -3
kubectl label ns default a= --dry-run=server
kubectl label pod
kubectl label crontab tab a=b --dry-run=server
kubectl label pod plain kubernetes.io/x=y --dry-run=server
kubectl annotate pod plain a='b c' --dry-run=client
kubectl annotate pod plain a=b a- --dry-run=client
kubectl annotate pod plain a
kubectl annotate pod plain a- --dry-run=client
kubectl annotate pod plain 'a b=c'
kubectl annotate pod plain --list
kubectl annotate pods --all a=b --dry-run=client
kubectl annotate pod plain a=b --overwrite --dry-run=server -o jsonpath='{.metadata.annotations.a}'
kubectl annotate -f web.yaml a=b --local -o yaml | head -6
kubectl annotate deploy web deployment.kubernetes.io/revision=5 --dry-run=client
kubectl annotate deploy web deployment.kubernetes.io/revision=5 --overwrite --dry-run=client
kubectl annotate
kubectl patch deploy web -p '{"spec":{"replicas":5}}' --dry-run=client
kubectl patch deploy web -p 'spec: {replicas: 4}' --dry-run=server
kubectl patch deploy web -p '{"spec":{"replicas":"x"}}' --dry-run=server
kubectl patch deploy web -p '{"spec":{"nosuch":1}}' --dry-run=server
kubectl patch deploy web -p '[]'
kubectl patch deploy web -p ''
kubectl patch deploy web
kubectl patch deploy web --type=nosuch -p '{}'
kubectl patch deploy web --type=apply -p '{}'
kubectl patch deploy web --type json -p '{}'
kubectl patch deploy web --type json -p '[{"op":"nosuch","path":"/a"}]'
kubectl patch deploy web --type json -p '[{"op":"replace","path":"/spec/nosuch","value":1}]'
kubectl patch deploy web --type json -p '[{"op":"add","path":"spec","value":1}]'
kubectl patch deploy web --type json -p '[{"op":"add","path":"/spec/template/spec/containers/5","value":{}}]'
kubectl patch deploy web --type json -p '[{"op":"copy","from":"/metadata/labels","path":"/metadata/annotations"}]' --dry-run=server -o jsonpath='{.metadata.annotations.app}'
kubectl patch deploy web --type json -p '[{"op":"move","from":"/metadata/labels/app","path":"/metadata/labels/b"}]' --dry-run=server -o jsonpath='{.metadata.labels}'
kubectl patch deploy web --type json -p '[{"op":"test","path":"/spec/replicas","value":99}]'
kubectl patch deploy web --type merge -p '{"metadata":{"labels":null}}' --dry-run=server -o jsonpath='{.metadata.labels}'
kubectl patch deploy web --type merge -p '{"metadata":{"name":"x"}}' --dry-run=server
kubectl patch deploy web --type merge -p '{"kind":"X"}' --dry-run=server
kubectl patch deploy web --type merge -p '{"metadata":{"uid":"x"}}' --dry-run=server
kubectl patch deploy web --type merge -p '{"metadata":{"resourceVersion":"1"}}' --dry-run=server
kubectl patch deploy web --type merge -p '{"spec":{"selector":{"matchLabels":{"a":"b"}}}}' --dry-run=server
kubectl patch deploy web --patch-file=nosuch
kubectl patch cm settings --patch-file=patch.yaml --dry-run=server
kubectl patch cm settings --type=json --patch-file=patch.json --dry-run=server
kubectl patch cm settings --patch-file=patch.yaml -p '{}'
kubectl patch pod plain -p '{"spec":{"containers":[{"name":"main","image":"x"}]}}' --dry-run=server -o jsonpath='{.spec.containers[*].image}'
kubectl patch pod plain -p '{"spec":{"containers":[{"name":"new","image":"x"}]}}' --dry-run=server
kubectl patch pod plain --subresource=status -p '{"status":{"reason":"x"}}' --dry-run=server -o jsonpath='{.status.reason}'
kubectl patch pod plain --subresource=nosuch -p '{}'
kubectl patch pod plain --subresource=scale -p '{}'
kubectl patch pod plain --subresource=resize -p '{"spec":{"containers":[{"name":"main","resources":{"limits":{"cpu":"1"}}}]}}' --dry-run=server
kubectl patch node node01 -p '{"spec":{"unschedulable":true}}' --dry-run=server
kubectl patch node node01 --subresource=status -p '{"status":{"phase":"x"}}' --dry-run=server
kubectl patch -f web.yaml -p '{"metadata":{"labels":{"a":"b"}}}' --dry-run=client
kubectl patch -f nosuch.yaml -p '{}'
kubectl patch pods -l app=web -p '{}'
kubectl patch pods --all -p '{}'
kubectl patch pod plain svc/web -p '{}'
kubectl patch pod nosuch -p '{}'
kubectl patch pv disk-1 -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}' --dry-run=server
kubectl patch sa builder -p '{"imagePullSecrets":[{"name":"x"}]}' --dry-run=server -o jsonpath='{.imagePullSecrets}'
kubectl patch crontab tab --type=strategic -p '{"spec":{}}'
kubectl patch crontab tab --type=merge -p '{"spec":{"replicas":"x"}}'
kubectl patch crontab tab --type=merge -p '{"spec":{"nosuch":1}}' --dry-run=server
kubectl patch svc web -p '{"spec":{"ports":[{"port":80,"targetPort":9}]}}' --dry-run=server -o jsonpath='{.spec.ports}'
kubectl patch svc web -p '{"spec":{"clusterIP":"1.2.3.4"}}' --dry-run=server
kubectl patch svc web -p '{"spec":{"$setElementOrder/ports":[{"port":80}],"ports":[{"$patch":"replace"},{"port":5}]}}' --dry-run=server -o jsonpath='{.spec.ports}'
kubectl patch deploy web -p '{"spec":{"template":{"spec":{"$retainKeys":["containers"],"containers":[{"name":"web","image":"q"}]}}}}' --dry-run=server -o jsonpath='{.spec.template.spec.containers[*].image}'
kubectl patch deploy web -p '{"metadata":{"$deleteFromPrimitiveList/finalizers":["x"]}}' --dry-run=server
kubectl patch deploy web -p '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}' --dry-run=server -o jsonpath='{.spec.strategy}'
kubectl patch deploy web -p '{"spec":{"strategy":{"type":"Recreate"}}}' --dry-run=server
kubectl scale deploy web --replicas=3 --dry-run=client
kubectl scale deploy web --replicas=x
kubectl scale deploy web db --replicas=1 --dry-run=client
kubectl scale deploy/web sts/db --replicas=1 --dry-run=client
kubectl scale deploy -l app=web --replicas=1 --dry-run=client
kubectl scale --replicas=1 -f web.yaml --dry-run=client
kubectl scale pod plain --replicas=2
kubectl scale ds agent --replicas=2
kubectl scale job once --replicas=2
kubectl scale cm settings --replicas=2
kubectl scale node node01 --replicas=2
kubectl scale crontab tab --replicas=2 --dry-run=server
kubectl scale rs -l app=web --replicas=1 --dry-run=server -o name
kubectl scale deploy web --replicas=1 --resource-version=1
kubectl scale deploy web --replicas=1 --current-replicas=9
kubectl scale deploy web --replicas=1 --current-replicas=9 --dry-run=client
kubectl scale deploy web --replicas=1 --dry-run=client -o yaml | head -4
kubectl scale deploy --all --replicas=1 --dry-run=client
kubectl scale deploy web --replicas=2 --record --dry-run=client
kubectl scale --replicas=1
kubectl autoscale deploy web --max=3 --name=h --dry-run=client -o yaml
kubectl autoscale deploy web --max=3 --min=1 --cpu=50% --name=h --dry-run=client -o yaml
kubectl autoscale deploy web --max=3 --cpu=500m --memory=1Gi --name=h --dry-run=client -o yaml
kubectl autoscale deploy web --max=3 --memory=60% --name=h --dry-run=client -o yaml
kubectl autoscale deploy web --max=3 --cpu=x --name=h --dry-run=client
kubectl autoscale deploy web --max=3 --cpu-percent=50 --cpu=50% --name=h --dry-run=client
kubectl autoscale deploy web --max=3 --cpu-percent=80 --name=h --dry-run=client -o yaml
kubectl autoscale deploy web --max=0
kubectl autoscale deploy web --max=1 --min=2
kubectl autoscale deploy web --max=1 --min=-2
kubectl autoscale pod plain --max=2 --dry-run=client
kubectl autoscale cm settings --max=2 --dry-run=client
kubectl autoscale deploy nosuch --max=2
kubectl autoscale deploy web --max=3 --dry-run=server --name=H
kubectl autoscale rc old --max=3 --dry-run=client -o name
`,
  ),
  group(
    'wait, rollout, taint, auth, logs and wrong calls',
    String.raw`
kubectl wait pod/plain --for=condition=Ready --timeout=2s
kubectl wait pod/plain --for=condition=ready --timeout=1s
kubectl wait pod/plain --for=condition=Ready=True --timeout=1s
kubectl wait pod/plain --for=condition=Nosuch --timeout=1s
kubectl wait pod/plain --for=condition --timeout=1s
kubectl wait pod/plain --for=condition= --timeout=1s
kubectl wait pod/plain --for=nosuch --timeout=1s
kubectl wait pod/plain --timeout=1s
kubectl wait --for=condition=Ready --timeout=1s
kubectl wait pod --for=condition=Ready --timeout=1s
kubectl wait pods -l nosuch=1 --for=condition=Ready --timeout=1s
kubectl wait pod/plain --for=create --timeout=1s
kubectl wait pod --for=create --timeout=1s
kubectl wait pods --all --for=create --timeout=1s
kubectl wait pods -l app=web --for=create --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.phase}'=Running --timeout=1s
kubectl wait pod/plain --for=jsonpath=.status.phase=Running --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.podIP}' --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.nosuch}' --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.conditions}'=x --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.conditions[*].status}'=True --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status.conditions[0].status}'=True --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.status'=x --timeout=1s
kubectl wait pod/plain --for=jsonpath= --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.spec.priority}'=0 --timeout=1s
kubectl wait pod/plain --for=jsonpath='{.spec.enableServiceLinks}'=true --timeout=1s
kubectl wait pod/plain pod/several --for=condition=Ready --timeout=1s
kubectl wait pod plain several --for=condition=Ready --timeout=1s
kubectl wait deploy/web --for=condition=Available --timeout=1s -o name
kubectl wait deploy/web --for=condition=Available --timeout=1s -o yaml | head -3
kubectl wait deploy/web --for=condition=Available --timeout=1s -o jsonpath='{.metadata.name}'
kubectl wait deploy/web --for=jsonpath='{.status.readyReplicas}'=2 --timeout=1s
kubectl wait -f web.yaml --for=condition=Available --timeout=1s
kubectl wait -f nosuch.yaml --for=condition=Available --timeout=1s
kubectl wait job/once --for=condition=complete --timeout=1s
kubectl wait job/failing --for=condition=Failed --timeout=1s
kubectl wait node/node01 --for=condition=Ready --timeout=1s
kubectl wait nodes --all --for=condition=Ready --timeout=1s
kubectl wait svc/web --for=condition=Ready --timeout=1s
kubectl wait cm/settings --for=jsonpath='{.data.colour}'=blue --timeout=1s
kubectl wait ns/default --for=jsonpath='{.status.phase}'=Active --timeout=1s
kubectl wait pod/plain --for=condition=Ready --timeout=0
kubectl wait pod/plain --for=condition=Nosuch --timeout=0
kubectl wait pod/plain --for=condition=Ready --timeout=x
kubectl wait pod/plain --for=condition=Ready --local --timeout=1s
kubectl wait crontab/tab --for=condition=Ready --timeout=1s
kubectl wait pod/nosuch --for=condition=Ready --timeout=1s
kubectl wait pod/plain pod/nosuch --for=condition=Ready --timeout=1s
kubectl wait pods --field-selector=metadata.name=plain --for=condition=Ready --timeout=1s
kubectl rollout status deploy
kubectl rollout status deploy/web
kubectl rollout status deploy web db
kubectl rollout status deploy/web sts/db
kubectl rollout status deploy/web -w=false
kubectl rollout status deploy/nosuch
kubectl rollout status rs -l app=web
kubectl rollout status cm/settings
kubectl rollout status deploy/web --revision=1
kubectl rollout status deploy/web --revision=9
kubectl rollout status deploy/web --timeout=x
kubectl rollout status -l app=web deploy
kubectl rollout status -l nosuch=1 deploy
kubectl rollout status -f web.yaml
kubectl rollout status deploy --all
kubectl rollout history deploy/web
kubectl rollout history deploy web -o yaml | head -5
kubectl rollout history deploy web --revision=1 -o jsonpath='{.metadata.name}' | cut -c1-4
kubectl rollout history deploy web --revision=1 -o name | cut -c1-20
kubectl rollout history ds/agent
kubectl rollout history ds/agent --revision=1
kubectl rollout history sts/db
kubectl rollout history sts/db --revision=1
kubectl rollout history deploy,ds,sts
kubectl rollout history deploy
kubectl rollout history deploy -l app=nosuch
kubectl rollout history deploy nosuch
kubectl rollout history pod plain
kubectl rollout history svc/web
kubectl rollout history
kubectl rollout history deploy web --revision=-1
kubectl rollout history deploy web --revision=0
kubectl rollout undo deploy/web --dry-run=client
kubectl rollout undo deploy/web --dry-run=server
kubectl rollout undo deploy/web --to-revision=9 --dry-run=client
kubectl rollout undo deploy/web --to-revision=-1 --dry-run=client
kubectl rollout undo ds/agent --dry-run=client
kubectl rollout undo ds/agent --dry-run=server
kubectl rollout undo sts/db --dry-run=client
kubectl rollout undo sts/db --to-revision=1 --dry-run=client -o name
kubectl rollout undo pod/plain
kubectl rollout undo
kubectl rollout undo deploy
kubectl rollout pause ds/agent
kubectl rollout pause pod/plain
kubectl rollout pause
kubectl rollout pause deploy
kubectl rollout pause deploy nosuch
kubectl rollout pause deploy -l nosuch=1
kubectl rollout resume deploy/web
kubectl rollout resume sts/db
kubectl rollout resume
kubectl rollout restart pod/plain
kubectl rollout restart rs -l app=web
kubectl rollout restart job/once
kubectl rollout restart
kubectl rollout restart deploy -l nosuch=1
kubectl rollout restart cj/nightly
kubectl rollout nosuch
kubectl taint nodes node01
kubectl taint nodes node01 a
kubectl taint nodes node01 a=b
kubectl taint nodes node01 a=b:Nosuch
kubectl taint nodes node01 a=b:NoSchedule --dry-run=client
kubectl taint nodes node01 a=b:NoSchedule --dry-run=server
kubectl taint nodes node01 a:NoSchedule --dry-run=client -o yaml | grep -A3 taints
kubectl taint nodes node01 a=b:NoSchedule a=c:NoSchedule --dry-run=client
kubectl taint nodes node01 a=b:NoSchedule a=b:NoExecute --dry-run=client
kubectl taint nodes node01 a=b:NoSchedule a- --dry-run=client
kubectl taint nodes node01 a-
kubectl taint nodes node01 a:NoSchedule-
kubectl taint nodes node01 a=b:NoSchedule-
kubectl taint nodes node01 a:Nosuch-
kubectl taint nodes node01 -a=b:NoSchedule
kubectl taint nodes node01 'a b=c:NoSchedule'
kubectl taint nodes node01 a='b c:NoSchedule'
kubectl taint nodes node01 a=b:c:NoSchedule
kubectl taint nodes node01 =b:NoSchedule
kubectl taint nodes --all a=b:NoSchedule --dry-run=client
kubectl taint nodes -l kubernetes.io/hostname=node01 a=b:NoSchedule --dry-run=client
kubectl taint nodes -l nosuch=1 a=b:NoSchedule
kubectl taint nodes nosuch a=b:NoSchedule
kubectl taint node node01 node02 a=b:NoSchedule --dry-run=client
kubectl taint node/node01 a=b:NoSchedule --dry-run=client
kubectl taint nodes controlplane node-role.kubernetes.io/control-plane:NoSchedule --dry-run=client
kubectl taint nodes controlplane node-role.kubernetes.io/control-plane:NoSchedule- --dry-run=client
kubectl taint nodes controlplane node-role.kubernetes.io/control-plane=x:NoSchedule --overwrite --dry-run=client
kubectl taint nodes
kubectl cordon node01 --dry-run=client
kubectl cordon node01 --dry-run=server
kubectl cordon -l nosuch=1
kubectl cordon -l kubernetes.io/hostname=node01 --dry-run=client
kubectl cordon node01 node02 --dry-run=client
kubectl cordon node/node01 --dry-run=client
kubectl cordon pod/plain
kubectl cordon --all
kubectl cordon node01 -l a=b
kubectl cordon -l 'a in ('
kubectl uncordon node01 --dry-run=client
kubectl uncordon nosuch
kubectl uncordon
kubectl drain node01 --dry-run=nosuch
kubectl drain node01 -l a=b
kubectl drain --selector=nosuch=1
kubectl drain node01 --grace-period=x
kubectl drain node01 --pod-selector='a='
kubectl drain node01 --timeout=x
kubectl drain pod/plain
kubectl auth can-i get pods -q --as jane
kubectl auth can-i get pods x
kubectl auth can-i get pods/x
kubectl auth can-i get pod/x --subresource=log
kubectl auth can-i get pods --subresource=log --as jane
kubectl auth can-i get nosuch.apps
kubectl auth can-i nosuch pods
kubectl auth can-i '*' '*' --as jane
kubectl auth can-i '*' pods -A
kubectl auth can-i get /healthz
kubectl auth can-i get /healthz --as jane
kubectl auth can-i list /healthz
kubectl auth can-i get nodes
kubectl auth can-i get nodes -A
kubectl auth can-i get nodes --as system:node:node01 --as-group system:nodes
kubectl auth can-i get pods --as system:serviceaccount:default:builder
kubectl auth can-i get pods --as-group x
kubectl auth can-i get pods -n nosuch
kubectl auth can-i create deployments.apps/scale
kubectl auth can-i use psp
kubectl auth can-i impersonate users
kubectl auth can-i impersonate groups --as jane
kubectl auth can-i --list --as jane --no-headers
kubectl auth can-i --list get pods
kubectl auth can-i --list -n shop --as system:serviceaccount:kube-system:coredns
kubectl auth can-i get secrets --list=false
kubectl auth whoami
kubectl auth whoami -o yaml
kubectl auth whoami -o name
kubectl auth whoami --as jane --as-uid=5
kubectl auth whoami --as jane --as-user-extra=a=b --as-user-extra=a=c
kubectl auth whoami --as jane --as-group=g -o jsonpath='{.status.userInfo.groups}'
kubectl auth whoami x
kubectl auth reconcile
kubectl auth reconcile -f web.yaml
kubectl auth reconcile -f empty.yaml
kubectl auth reconcile -f rbac.yaml --dry-run=client -o name
kubectl auth reconcile -f rbac.yaml --dry-run=server
kubectl auth reconcile -f rbac.yaml --dry-run=server --remove-extra-subjects --remove-extra-permissions
kubectl auth nosuch
kubectl logs plain --tail=-1 | head -2
kubectl logs plain --since=1s
kubectl logs plain --since=x
kubectl logs plain --since=-1s
kubectl logs plain --since-time=2020-01-01T00:00:00Z --since=1s
kubectl logs plain --limit-bytes=5
kubectl logs plain --limit-bytes=-1
kubectl logs plain --tail=-2
kubectl logs plain main
kubectl logs plain main x
kubectl logs plain -p
kubectl logs several -c a --tail=1
kubectl logs several --all-containers --tail=1
kubectl logs several --all-containers --prefix --tail=1
kubectl logs several -c a --all-containers
kubectl logs several --prefix -c a --tail=1
kubectl logs several --timestamps -c a --tail=0
kubectl logs deploy/web --all-pods --tail=1
kubectl logs deploy/web --all-pods --all-containers --prefix --tail=1 | wc -l
kubectl logs svc/web --tail=1
kubectl logs cj/nightly
kubectl logs sts/db --tail=1
kubectl logs ds/agent --tail=1
kubectl logs rs/nosuch
kubectl logs node/node01
kubectl logs -l app=web --tail=1
kubectl logs -l app=web plain
kubectl logs -l app=web --max-log-requests=1 --tail=1
kubectl logs -l app=web --max-log-requests=0 -f
kubectl logs gated
kubectl logs nosecret
kubectl logs finished --previous
kubectl logs plain --insecure-skip-tls-verify-backend --tail=1
kubectl logs plain --pod-running-timeout=0
kubectl logs plain --ignore-errors --tail=1
kubectl logs pod/plain pod/several
kubectl exec plain -- sh -c 'exit 3'
kubectl exec plain -- sh -c 'echo a; echo b >&2'
kubectl exec several -- true
kubectl exec several -q -- true
kubectl exec several -c a -- true
kubectl exec -it plain -- true
kubectl exec -i plain -- cat < f1.txt
kubectl exec -f web.yaml -- true
kubectl exec deploy/web -- true
kubectl exec job/once -- true
kubectl exec cm/settings -- true
kubectl exec nosuch -- true
kubectl exec nowhere -- true
kubectl exec badimage -- true
kubectl exec finished -- true
kubectl exec -p plain -- true
kubectl exec plain -n kube-system -- true
kubectl attach finished
kubectl attach nowhere
kubectl attach plain -c nosuch
kubectl cp a
kubectl cp plain:/x plain:/y
kubectl cp nosuch plain:/tmp
kubectl cp plain:/nosuch /tmp/x
kubectl cp plain: x
kubectl cp f1.txt plain:
kubectl cp f1.txt nosuch:/x
kubectl cp f1.txt a/b/c:/x
kubectl cp f1.txt :/x
kubectl cp f1.txt plain:/tmp/f1 -c nosuch
kubectl cp f1.txt plain:/tmp/f1
kubectl cp folder plain:/tmp/folder
kubectl cp plain:/etc/hostname /nosuch/x
kubectl cp f1.txt several:/tmp/f1 --no-preserve
kubectl cp f1.txt nowhere:/tmp/f1
kubectl cp f1.txt finished:/tmp/f1
kubectl port-forward plain x
kubectl port-forward plain 80:x
kubectl port-forward plain 70000
kubectl port-forward plain 0:
kubectl port-forward plain :
kubectl port-forward nowhere 80
kubectl port-forward finished 80
kubectl port-forward svc/nosuch 80
kubectl port-forward svc/web 9999
kubectl port-forward cm/settings 80
kubectl port-forward plain 80 --address=300.1.1.1
kubectl port-forward plain 80 --address=nosuch.invalid
kubectl port-forward plain 80 --pod-running-timeout=0
kubectl top pod
kubectl top node
kubectl top pod nosuch
kubectl top pods --containers
kubectl top node node01 -l a=b
kubectl top pod plain -l a=b
kubectl top pod a b
kubectl top nosuch
kubectl events --for=nosuch
kubectl events --for=pod
kubectl events --for=nosuch/x
kubectl events --for=pod/x/y
kubectl events --types=Normal,Warning | wc -l
kubectl events --types=normal | wc -l
kubectl events x
kubectl events -o wide
kubectl events -o yaml | head -5
kubectl events --no-headers --for=pod/plain
kubectl events -n nosuch
kubectl events --chunk-size=1 | wc -l
kubectl explain pod.spec.containers.nosuch
kubectl explain pods/log
kubectl explain pod --api-version=v2
kubectl explain hpa --api-version=autoscaling/v1 | head -4
kubectl explain deploy.spec.strategy.rollingUpdate.maxSurge | head -5
kubectl explain --recursive pod.spec.containers.ports
kubectl explain cj.spec.jobTemplate.spec --recursive | wc -l
kubectl explain pod -o plaintext | head -2
kubectl explain pod -o nosuch
kubectl explain pod svc
kubectl explain v1.Pod
kubectl explain deployments.v1.apps | head -3
kubectl explain Deployment | head -3
kubectl explain pod.metadata.labels | tail -3 | head -1
kubectl explain .spec
kubectl api-resources --api-group=
kubectl api-resources --namespaced=x
kubectl api-resources --verbs=get,nosuch
kubectl api-resources --categories=all -o name
kubectl api-resources -o wide --sort-by=kind | head -4
kubectl api-resources -o yaml | head -4
kubectl api-resources x
kubectl api-resources --no-headers | wc -l
kubectl api-resources --cached --namespaced=false -o name | head -3
kubectl api-versions x
kubectl version --client -o json | grep -c major
kubectl version -o nosuch
kubectl version --client x
kubectl version --short
kubectl cluster-info x
kubectl cluster-info nosuch
kubectl certificate
kubectl certificate deny nosuch
kubectl certificate approve jane -o yaml --dry-run
kubectl certificate nosuch
kubectl completion bash zsh
kubectl alpha nosuch
kubectl kustomize empty
kubectl kustomize a b
kubectl nosuch
kubectl get po --nosuch
kubectl get po -Z
kubectl get po -n
kubectl -n
kubectl get pods --context=nosuch
kubectl get pods --cluster=nosuch
kubectl get pods --user=nosuch
kubectl get pods --kubeconfig=nosuch
kubectl get pods --server=https://127.0.0.1:1
kubectl get pods --as=jane
kubectl get pods --as-group=x
kubectl get pods --as=jane --as-uid=x --as-group=system:masters -o name | head -2
kubectl get pods --certificate-authority=nosuch
kubectl get pods --insecure-skip-tls-verify
kubectl get pods -v=x
kubectl get pods --vmodule=a=b
kubectl get pods --profile=nosuch
kubectl get pods --log-flush-frequency=x
kubectl get pods --warnings-as-errors -o name | head -1
kubectl get endpoints web --warnings-as-errors
kubectl get cs --warnings-as-errors
kubectl get pods --match-server-version
kubectl get --raw /livez?verbose
kubectl get --raw /readyz/nosuch
kubectl get --raw /api/v1/namespaces/default/pods/nosuch
kubectl get --raw /openapi/v3 | head -c 20
kubectl get --raw /metrics | head -1 | cut -c1-6
kubectl get --raw / | head -3
kubectl get pods --subresource=status
kubectl get pod plain --subresource=status
kubectl get pod plain --subresource=resize
kubectl get deploy web --subresource=scale -o wide
kubectl get pods --chunk-size=0 -o name | wc -l
kubectl get pods --chunk-size=1 -o name | wc -l
kubectl get pods --chunk-size=-1
kubectl get pods --show-managed-fields
kubectl get pod plain --show-managed-fields -o jsonpath='{.metadata.managedFields[0].manager}'
kubectl get pods -L
kubectl get pods -L app -L tier
kubectl get pods --label-columns=app,kubernetes.io/x
kubectl get pods -w --output-watch-events --request-timeout=1s -o name
kubectl get pod plain -w --request-timeout=1s
kubectl get pods -w --watch-only --request-timeout=1s
kubectl get pods,svc -w
kubectl get pods plain several -w
kubectl get all -w
kubectl get pods -R
kubectl get -f folder -R -o name
kubectl get pods --all-namespaces=false -o name | wc -l
kubectl get pods --ignore-not-found nosuch; echo $?
kubectl get nosuch --ignore-not-found
kubectl get pods/
kubectl get pods/plain svc
kubectl get ,
kubectl get pods.nosuch
kubectl get pods.v1
kubectl get deploy.v1.apps/web
kubectl get PODS
kubectl get po plain po several
kubectl get ns default kube-system
kubectl describe nosuch
kubectl describe pods plain nosuch
kubectl describe pod/plain svc/web --show-events=false
kubectl describe pods -l app=nosuch
kubectl describe all -l app=nosuch
kubectl describe pods --chunk-size=1 -l app=web --show-events=false
kubectl describe pod pl --show-events=false
kubectl describe po/plain/x
kubectl describe pods -A -l k8s-app=kube-dns --show-events=false
kubectl describe ns
kubectl describe -f web.yaml --show-events=false
kubectl describe -f nosuch.yaml
kubectl delete pod
kubectl delete pod/nosuch svc/nosuch
kubectl delete pods --all --dry-run=client
kubectl delete pods -l app=web --dry-run=client
kubectl delete pods --field-selector=status.phase=Failed --dry-run=client
kubectl delete pod plain --dry-run=client -o name
kubectl delete pod plain --dry-run=client -o yaml
kubectl delete pod plain --now --grace-period=5
kubectl delete pod plain --force --grace-period=5
kubectl delete pod plain --cascade=true --dry-run=client
kubectl delete pod plain --all
kubectl delete pods --all -l a=b
kubectl delete nosuch x
kubectl delete ns nosuch
kubectl delete -f web.yaml --dry-run=client
kubectl delete -k nosuch
kubectl delete pods --all -A --dry-run=client | wc -l
kubectl delete pod plain -n kube-system
kubectl delete pod plain --timeout=x
kubectl delete pod plain -i --dry-run=client < /dev/null
kubectl delete --raw /api/v1/namespaces/default/pods/nosuch
kubectl delete all --all --dry-run=client | wc -l
kubectl delete node nosuch -n x
kubectl replace
kubectl replace -f pod.json
kubectl replace -f list.yaml
kubectl replace -f pod.json --force --dry-run=client
kubectl replace -f pod.json --grace-period=1
kubectl replace -f pod.json --subresource=nosuch
kubectl replace --raw /x -f pod.json
kubectl edit nosuch
kubectl edit pod plain --subresource=nosuch
kubectl apply x
kubectl apply -f pod.json --dry-run=nosuch
kubectl apply -f pod.json --server-side --force
kubectl apply -f pod.json --force-conflicts
kubectl apply -f pod.json --prune
kubectl apply -f pod.json --prune --all -l a=b
kubectl apply -f pod.json --validate=nosuch
kubectl apply -f pod.json --cascade=nosuch
kubectl apply -f pod.json --timeout=x
kubectl apply -f pod.json -k folder
kubectl apply -k .
kubectl apply view-last-applied
kubectl apply set-last-applied -f pod.json
kubectl apply set-last-applied -f pod.json --create-annotation --dry-run=client
kubectl apply edit-last-applied
kubectl apply edit-last-applied pod/nosuch
kubectl diff -f nosuch.yaml
kubectl diff -f web.yaml
kubectl diff -f pod.json --server-side | grep -c '^+'
kubectl diff -f pod.json --force-conflicts
kubectl diff -f pod.json --concurrency=x
kubectl diff -f pod.json --prune
kubectl diff -f web.yaml --show-managed-fields
kubectl debug plain
kubectl debug nosuch --image=a
kubectl debug plain --image=a --copy-to=plain
kubectl debug plain --image=a --profile=nosuch
kubectl debug plain --image=a --target=nosuch --copy-to=x
kubectl debug plain --copy-to=x
kubectl debug plain --copy-to=x --set-image=nosuch=a
kubectl debug plain --set-image=*=a
kubectl debug plain --image=a --same-node
kubectl debug plain --image=a --replace
kubectl debug plain --image=a --share-processes
kubectl debug plain --image=a --custom=nosuch
kubectl debug plain --image=a --custom=bad.json
kubectl debug plain --image='A b'
kubectl debug plain --image=a --image-pull-policy=X
kubectl debug plain --image=a -c main
kubectl debug node/nosuch --image=a
kubectl debug node/node01
kubectl debug node/node01 --image=a --copy-to=x
kubectl debug deploy/web --image=a
kubectl debug svc/web --image=a
kubectl debug plain --image=a --attach --quiet=x
kubectl debug plain --image=a -t
kubectl debug plain --image=a --env=A
kubectl debug -f pod.json --image=a
kubectl taint nodes controlplane node-role.kubernetes.io/control-plane:NoSchedule- --dry-run=client -o yaml | grep -c taints
kubectl top node a b
kubectl version x
kubectl get pods --vmodule=a=1 -o name | head -1
kubectl get pods --log-flush-frequency=1s -o name | head -1
kubectl get pods,svc --sort-by='.a['
kubectl patch deploy web --type=merge -p '{"spec":{"template":{"spec":{"nosuch":1}}}}' --dry-run=server -o jsonpath='{.spec.template.spec.nosuch}'
kubectl create -f unk.yaml --dry-run=server --validate=ignore -o yaml | grep -c nosuch
`,
  ),
];
