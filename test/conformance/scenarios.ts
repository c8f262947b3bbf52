/** Calls that were once found to differ, and their neighbours: one a line, so that many can be read. */
import type { Group } from './commands.ts';

const group = (name: string, lines: string): Group => ({ name, lines: lines.trim().split('\n') });

export const scenarioGroups: readonly Group[] = [
  group(
    'get, every way',
    String.raw`
kubectl get po,svc,deploy -o wide
kubectl get po,svc -o custom-columns=A:.metadata.name,B:.kind
kubectl get deploy/web pod/plain
kubectl get deploy/web pod/nosuch svc/web
kubectl get deploy/web pod/nosuch nosuchkind/x
kubectl get deploy/web --show-labels -L app,tier
kubectl get po,svc -l app=web --show-labels
kubectl get po,svc --no-headers
kubectl get pods --show-kind --no-headers
kubectl get pods -o name --show-kind
kubectl get svc,ep -o jsonpath='{.items[*].kind}'
kubectl get pods,nosuch
kubectl get pods,
kubectl get ,pods
kubectl get pods,pods -o name
kubectl get deploy,deployments.apps -o name
kubectl get pods --chunk-size=0 -o name
kubectl get pods --chunk-size=-1 -o name
kubectl get pods --chunk-size=x
kubectl get pods --sort-by='{.metadata.name}' -o wide
kubectl get pods --sort-by=metadata.name -o name
kubectl get pods --sort-by='.spec.containers[*].name' -o name
kubectl get pods --sort-by=.status.startTime -o name
kubectl get pv --sort-by=.spec.capacity.storage
kubectl get pv --sort-by=.spec.capacity.storage -o name
kubectl get events --sort-by=.metadata.creationTimestamp -o custom-columns=R:.reason | sort | uniq -c | wc -l
kubectl get events --sort-by=.count -o name | wc -l
kubectl get nodes --sort-by=.status.capacity.cpu
kubectl get svc --sort-by=.spec.ports[0].port
kubectl get svc --sort-by=.spec.ports[5].port
kubectl get po,svc --sort-by=.metadata.name
kubectl get pods --sort-by=
kubectl get pods --sort-by='{'
kubectl get pods --sort-by='{.metadata.name'
kubectl get deploy --field-selector metadata.name=web
kubectl get deploy --field-selector spec.replicas=2
kubectl get svc --field-selector spec.type=NodePort
kubectl get svc --field-selector spec.clusterIP=None
kubectl get svc --field-selector spec.nosuch=1
kubectl get secrets --field-selector type=Opaque
kubectl get secrets --field-selector type!=Opaque
kubectl get cm --field-selector data.a=1
kubectl get nodes --field-selector spec.unschedulable=true
kubectl get nodes --field-selector spec.unschedulable=false
kubectl get ns --field-selector status.phase=Active
kubectl get jobs --field-selector status.successful=1
kubectl get jobs --field-selector status.successful=2
kubectl get rs --field-selector status.replicas=2
kubectl get rc --field-selector status.replicas=1
kubectl get events --field-selector involvedObject.kind=Pod,involvedObject.name=nowhere
kubectl get events --field-selector reason=FailedScheduling,type=Warning -o name | wc -l
kubectl get events --field-selector source=kubelet -o name | wc -l
kubectl get events --field-selector source.component=kubelet
kubectl get csr --field-selector spec.signerName=kubernetes.io/kube-apiserver-client
kubectl get pods --field-selector spec.schedulerName=default-scheduler -o name
kubectl get pods --field-selector spec.serviceAccountName=builder -o name
kubectl get pods --field-selector status.podIP= -o name
kubectl get pods --field-selector spec.hostNetwork=false -o name | wc -l
kubectl get pods --field-selector status.nominatedNodeName= -o name | wc -l
kubectl get pods --field-selector 'status.phase in (Running)'
kubectl get pods --field-selector status.phase==Running -o name
kubectl get pods --field-selector status.phase=Running,status.phase=Pending
kubectl get pods --field-selector status.phase=
kubectl get pods --field-selector =x
kubectl get pods --field-selector 'a\=b=c'
kubectl get crontabs --field-selector spec.replicas=1
kubectl get pv --field-selector spec.claimRef.name=nobody
kubectl get pvc --field-selector metadata.namespace=default
kubectl get pods,svc --field-selector metadata.name=web
kubectl get pods -l app=web --field-selector status.phase=Running -o wide --no-headers
kubectl get pods -l 'app in ()'
kubectl get pods -l 'app in (web'
kubectl get pods -l 'app in web'
kubectl get pods -l 'app notin'
kubectl get pods -l 'app='
kubectl get pods -l 'app=web,'
kubectl get pods -l ',app=web'
kubectl get pods -l 'app>1'
kubectl get pods -l 'app gt 1'
kubectl get pods -l 'app>x'
kubectl get pods -l 'a/b/c=d'
kubectl get pods -l 'UPPER.case/x=y'
kubectl get pods -l '-bad=y'
kubectl get pods -l 'a=-bad'
kubectl get pods -l 'a=b c'
kubectl get pods -l 'a,b,!c,d=e,f!=g,h in (i,j),k notin (l)'
kubectl get pods -l '!'
kubectl get pods -l '!!a'
kubectl get pods -l '(a)'
kubectl get pods -l "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg=x"
kubectl get pods -l "x=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg"
kubectl get deploy web --subresource status -o jsonpath='{.status.readyReplicas}'
kubectl get deploy web --subresource scale
kubectl get deploy --subresource scale
kubectl get sts db --subresource scale -o yaml
kubectl get rs --subresource scale
kubectl get pod plain --subresource status -o name
kubectl get pod plain --subresource ephemeralcontainers -o name
kubectl get pod plain --subresource resize -o name
kubectl get cm settings --subresource status
kubectl get node node01 --subresource status -o name
kubectl get crontab tab --subresource status
kubectl get crontab tab --subresource scale
kubectl get pods --server-print=false -o wide
kubectl get deploy,svc --server-print=false
kubectl get nodes --server-print=false
kubectl get crontabs --server-print=false
kubectl get crontabs --server-print=false -o wide
kubectl get events --server-print=false | head -2
kubectl get all --server-print=false
kubectl get pods nosuch --ignore-not-found; echo $?
kubectl get pods nosuch plain --ignore-not-found
kubectl get pods --ignore-not-found -n nosuch
kubectl get pods nosuch --ignore-not-found -o json
kubectl get pods nosuch --ignore-not-found -o yaml
kubectl get nosuchkind x --ignore-not-found
kubectl get pods -o json -l nosuch=1
kubectl get pods -o yaml -l nosuch=1
kubectl get pods -o kyaml -l nosuch=1
kubectl get pods -l nosuch=1 -o go-template='{{.}}'
kubectl get pods -l nosuch=1 -o custom-columns=A:.a
kubectl get pods -l nosuch=1 --no-headers
kubectl get pods -l nosuch=1 -o wide -A
kubectl get nodes -l nosuch=1
kubectl get po,svc,cm -l nosuch=1
kubectl get po,svc,cm -l nosuch=1 -o name
kubectl get po,svc,cm -l nosuch=1 -o json
kubectl get all -l nosuch=1 -A
kubectl get pods -A -l app=web -o wide
kubectl get deploy -A
kubectl get nodes -A
kubectl get nodes -n shop
kubectl get ns shop default nosuch
kubectl get ns/shop node/node01
kubectl get node01
kubectl get pods plain several -o name
kubectl get pods plain several -o json | grep '"kind"'
kubectl get pods plain plain
kubectl get pods/plain pods/several svc/web -o name
kubectl get pods/ 
kubectl get /plain
kubectl get pods/plain/x
kubectl get pods plain/x
kubectl get pods.v1/plain
kubectl get pod.v1./plain
kubectl get deployments.v1.apps/web
kubectl get deployments.apps/web -o name
kubectl get DEPLOYMENTS web
kubectl get Pod plain
kubectl get PO plain
kubectl get Deployment.apps
kubectl get Deployment.v1.apps
kubectl get deployment.v2.apps
kubectl get crontabs.stable.example.com
kubectl get crontabs.v1.stable.example.com
kubectl get crontabs.v2.stable.example.com
kubectl get ct,crontab -o name
kubectl get events.events.k8s.io -o name | head -1 | cut -d/ -f1
kubectl get events.v1.
kubectl get pods.metrics.k8s.io
kubectl get bindings
kubectl get selfsubjectaccessreviews
kubectl get subjectaccessreviews x
kubectl get cs
kubectl get cs scheduler
kubectl get cs nosuch
`,
  ),
  group(
    'templates, paths and columns',
    String.raw`
kubectl get pods -o jsonpath='{.items[*].metadata.name}{"\n"}{.items[*].status.phase}'
kubectl get pods -o jsonpath='{range .items[?(@.status.phase!="Running")]}{.metadata.name}{" "}{.status.phase}{"\n"}{end}'
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}{range .spec.containers[*]} {.name}:{.image}{end}{"\n"}{end}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.labels.app=="web")].metadata.name}'
kubectl get pods -o jsonpath="{.items[?(@.metadata.labels['app']=='web')].metadata.name}"
kubectl get pods -o jsonpath='{.items[?(@.spec.containers[*].name=="web")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name=="plain" || @.metadata.name=="several")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name=="plain" && @.status.phase=="Running")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name=~"web.*")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.spec.terminationGracePeriodSeconds<=5)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.spec.enableServiceLinks==true)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name>"old")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.nosuch=="x")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(.metadata.name=="plain")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name==plain)].metadata.name}'
kubectl get pods -o jsonpath='{.items[?(@.metadata.name = "plain")].metadata.name}'
kubectl get pods -o jsonpath='{.items[?@.metadata.name].metadata.name}'
kubectl get pods -o jsonpath='{.items[1,2].metadata.name}'
kubectl get pods -o jsonpath='{.items[0,99].metadata.name}'
kubectl get pods -o jsonpath='{.items[-1].metadata.name}'
kubectl get pods -o jsonpath='{.items[-99].metadata.name}'
kubectl get pods -o jsonpath='{.items[:2].metadata.name}'
kubectl get pods -o jsonpath='{.items[2:].metadata.name}'
kubectl get pods -o jsonpath='{.items[-2:].metadata.name}'
kubectl get pods -o jsonpath='{.items[5:2].metadata.name}'
kubectl get pods -o jsonpath='{.items[0:9:3].metadata.name}'
kubectl get pods -o jsonpath='{.items[::-1].metadata.name}'
kubectl get pods -o jsonpath='{.items[0:99].metadata.name}'
kubectl get pods -o jsonpath='{.items[x].metadata.name}'
kubectl get pods -o jsonpath='{.items[].metadata.name}'
kubectl get pod plain -o jsonpath='{.metadata.name}{.metadata.namespace}'
kubectl get pod plain -o jsonpath='{.metadata.name} {.metadata.namespace}'
kubectl get pod plain -o jsonpath='{.metadata.name}\n'
kubectl get pod plain -o jsonpath='{.metadata.name}{"\\n"}'
kubectl get pod plain -o jsonpath="{.metadata.name}{'\n'}"
kubectl get pod plain -o jsonpath="{.metadata.name}{'\t'}{.kind}"
kubectl get pod plain -o jsonpath='{.metadata.name}{"a\"b"}'
kubectl get pod plain -o jsonpath='{.metadata.name}{"\u00e9"}'
kubectl get pod plain -o jsonpath='{"unterminated}'
kubectl get pod plain -o jsonpath='{.metadata["name"]}'
kubectl get pod plain -o jsonpath="{.metadata['name']}"
kubectl get pod plain -o jsonpath="{['metadata']['name']}"
kubectl get pod plain -o jsonpath="{.metadata.annotations['kubectl\.kubernetes\.io/last-applied-configuration']}"
kubectl get pod plain -o jsonpath='{.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}'
kubectl get pod plain -o jsonpath='{$.metadata.name}'
kubectl get pod plain -o jsonpath='{@.metadata.name}'
kubectl get pod plain -o jsonpath='{@}' | head -c 20
kubectl get pod plain -o jsonpath='{$}' | head -c 20
kubectl get pod plain -o jsonpath='{}'
kubectl get pod plain -o jsonpath='{ }'
kubectl get pod plain -o jsonpath='{.}' | head -c 20
kubectl get pod plain -o jsonpath='{.spec.*.name}' | wc -w
kubectl get pod plain -o jsonpath='{.metadata.*}' | wc -l
kubectl get pod plain -o jsonpath='{.spec.containers[0].ports[0].containerPort}'
kubectl get pod plain -o jsonpath='{.spec.containers[1].name}'
kubectl get pod plain -o jsonpath='{.spec.containers.name}'
kubectl get pod plain -o jsonpath='{.metadata.name.x}'
kubectl get pod plain -o jsonpath='{.metadata.name[0]}'
kubectl get pod plain -o jsonpath='{range .spec.containers[*]}{.name}'
kubectl get pod plain -o jsonpath='{.metadata.name}{end}'
kubectl get pod plain -o jsonpath='{range .nosuch[*]}{.x}{end}ok'
kubectl get pod plain -o jsonpath='{range .spec.containers}{.name}{end}'
kubectl get pod plain -o jsonpath='{range .metadata.labels}{.}{end}'
kubectl get pod plain -o jsonpath='{.metadata.name'
kubectl get pod plain -o jsonpath='.metadata.name}'
kubectl get pod plain -o jsonpath='.metadata.name'
kubectl get pod plain -o jsonpath=metadata.name
kubectl get pod plain -o jsonpath='{metadata.name}'
kubectl get pod plain -o jsonpath='{{.metadata.name}}'
kubectl get pod plain -o jsonpath='{.metadata.name}}'
kubectl get pod plain -o jsonpath='{1}{1.5}{true}{"x"}'
kubectl get pod plain -o jsonpath='{-1}'
kubectl get pod plain -o jsonpath='{nosuch}'
kubectl get pod plain -o jsonpath='{.metadata.name | upper}'
kubectl get pod plain -o jsonpath='{.a.b.c.d}'
kubectl get pod plain -o jsonpath --allow-missing-template-keys=false
kubectl get pod plain -o jsonpath='{.nosuch}' --allow-missing-template-keys=false
kubectl get pod plain -o jsonpath='{.spec.nosuch.more}' --allow-missing-template-keys=false
kubectl get pod plain -o jsonpath='{.spec.containers[0].nosuch}' --allow-missing-template-keys=false
kubectl get pod plain -o jsonpath --template='{.metadata.name}'
kubectl get pod plain --template='{{.metadata.name}}'
kubectl get pod plain --template='{.metadata.name}' -o jsonpath
kubectl get pod plain -o jsonpath-as-json='{.metadata.labels}'
kubectl get pod plain -o jsonpath-as-json='{.spec.containers[*].name}'
kubectl get pod plain -o jsonpath-as-json='{.nosuch}'
kubectl get pods plain several -o jsonpath-as-json='{.items[*].spec.containers[*].name}'
kubectl get pod plain -o jsonpath-file=web.yaml
kubectl get pod plain -o jsonpath-file=nosuch
kubectl get pod plain -o jsonpath-file
kubectl get pod plain -o custom-columns-file=nosuch
kubectl get pod plain -o go-template-file=nosuch
kubectl get pod plain -o template='{{.metadata.name}}'
kubectl get pod plain -o go-template='{{.metadata.nosuch}}'
kubectl get pod plain -o go-template='{{.metadata.nosuch}}' --allow-missing-template-keys=false
kubectl get pod plain -o go-template='{{.nosuch.more}}'
kubectl get pod plain -o go-template='{{.metadata.name.more}}'
kubectl get pod plain -o go-template='{{index .spec.containers 3}}'
kubectl get pod plain -o go-template='{{index .metadata.labels "run"}}'
kubectl get pod plain -o go-template='{{range $k,$v := .metadata.labels}}{{$k}}={{$v}}{{end}}'
kubectl get pod plain -o go-template='{{range .spec.containers}}{{.name}} {{end}}{{"\n"}}'
kubectl get pod plain -o go-template='{{with .spec}}{{.nodeName}}{{end}}'
kubectl get pod plain -o go-template='{{with .nosuch}}{{.}}{{else}}none{{end}}'
kubectl get pod plain -o go-template='{{if and .spec .status (not .nosuch)}}yes{{end}}'
kubectl get pod plain -o go-template='{{if gt .spec.terminationGracePeriodSeconds 10}}long{{end}}'
kubectl get pod plain -o go-template='{{printf "%d|%5d|%-5d|%05d|%x" .spec.terminationGracePeriodSeconds .spec.terminationGracePeriodSeconds .spec.terminationGracePeriodSeconds .spec.terminationGracePeriodSeconds .spec.terminationGracePeriodSeconds}}'
kubectl get pod plain -o go-template='{{printf "%s %d" 3 "x"}}'
kubectl get pod plain -o go-template='{{printf "%s"}}'
kubectl get pod plain -o go-template='{{printf "%s" "a" "b"}}'
kubectl get pod plain -o go-template='{{print "a" 1 2 "b" 3}} {{println "x" 1}}'
kubectl get pod plain -o go-template='{{len .spec.containers}} {{len .kind}} {{len .metadata.labels}}'
kubectl get pod plain -o go-template='{{.spec.containers}}'
kubectl get pod plain -o go-template='{{.metadata.labels}} {{.spec.tolerations}}'
kubectl get pod plain -o go-template='{{$x := 1}}{{$x}}{{$y}}'
kubectl get pod plain -o go-template='{{define "a"}}A{{.}}{{end}}{{template "a" .kind}}{{template "b"}}'
kubectl get pod plain -o go-template='{{block "a" .kind}}[{{.}}]{{end}}'
kubectl get pod plain -o go-template='{{range $i, $c := .spec.containers}}{{if $i}}, {{end}}{{$c.name}}{{end}}'
kubectl get pod several -o go-template='{{range .spec.containers}}{{if eq .name "b"}}{{continue}}{{end}}{{.name}}{{end}}'
kubectl get pod several -o go-template='{{range .spec.containers}}{{if eq .name "b"}}{{break}}{{end}}{{.name}}{{end}}'
kubectl get pod plain -o go-template='{{range 3}}{{.}}{{end}}'
kubectl get pod plain -o go-template='{{range .kind}}{{.}}{{end}}'
kubectl get pod plain -o go-template='{{exists . "spec" "nodeName"}} {{exists . "nosuch"}}'
kubectl get pod plain -o go-template='{{.metadata.creationTimestamp | slice 0 4}}'
kubectl get pod plain -o go-template='{{slice .metadata.creationTimestamp 0 4}}'
kubectl get pod plain -o go-template='{{html "<a&b>"}} {{js "it'"'"'s"}} {{urlquery "a b&c"}}'
kubectl get pod plain -o go-template='{{"cGxhaW4=" | base64decode}} {{"x" | base64encode}}'
kubectl get pod plain -o go-template='{{"!!" | base64decode}}'
kubectl get pod plain -o go-template='{{if}}x{{end}}'
kubectl get pod plain -o go-template='{{if .kind}}x'
kubectl get pod plain -o go-template='{{end}}'
kubectl get pod plain -o go-template='{{else}}'
kubectl get pod plain -o go-template='{{.kind'
kubectl get pod plain -o go-template='{{.kind}'
kubectl get pod plain -o go-template='{{ .kind | }}'
kubectl get pod plain -o go-template='{{ | .kind }}'
kubectl get pod plain -o go-template='{{ .kind .x }}'
kubectl get pod plain -o go-template='{{ ("x" }}'
kubectl get pod plain -o go-template='{{ "x }}'
kubectl get pod plain -o go-template='{{ $ }}' | head -c 4
kubectl get pod plain -o go-template='{{ .. }}'
kubectl get pod plain -o go-template='{{ .a-b }}'
kubectl get pod plain -o go-template='{{/* c */ -}} x'
kubectl get pod plain -o go-template='{{- /* c */ -}} x'
kubectl get pod plain -o go-template='{{lt 1 2}}{{le 2 2}}{{gt "b" "a"}}{{ge 1 2}}{{ne 1 1}}'
kubectl get pod plain -o go-template='{{lt 1 "a"}}'
kubectl get pod plain -o go-template='{{eq 1}}'
kubectl get pod plain -o go-template='{{and 1 0 2}} {{or 0 "" "z"}} {{not 1}}'
kubectl get pod plain -o go-template='{{call .kind}}'
kubectl get pod plain -o go-template='{{index .metadata "labels" "run"}}'
kubectl get pod plain -o go-template='{{index .metadata.name 0}}'
kubectl get pod plain -o go-template='{{index .nosuch "x"}}'
kubectl get pod plain -o go-template='{{index .metadata 3}}'
kubectl get pod plain -o custom-columns=NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].containerPort
kubectl get pods -l app=web -o custom-columns='NAME:.metadata.name,PORTS:.spec.containers[*].ports[*].containerPort'
kubectl get pods -l app=web -o custom-columns='N:metadata.name,X:{.spec.nodeName},Y:spec.containers[0].image'
kubectl get pods -l app=web -o custom-columns='N:.metadata.name,L:.metadata.labels,R:.spec.containers[0].resources'
kubectl get pods -o custom-columns='N:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status'
kubectl get pods -o custom-columns='N:.metadata.name,X:.status.containerStatuses[*].restartCount,Y:.spec.nodeName' --no-headers
kubectl get pods -o custom-columns='N:.metadata.name' --sort-by=.metadata.creationTimestamp
kubectl get pods -o custom-columns='N:.metadata.name,BAD'
kubectl get pods -o custom-columns='N:'
kubectl get pods -o custom-columns=':.metadata.name'
kubectl get pods -o custom-columns='N:.metadata.name:extra'
kubectl get pods -o custom-columns='N:.metadata.name,N:.metadata.name'
kubectl get pods -o custom-columns='A B:.metadata.name'
kubectl get svc -o custom-columns='N:.metadata.name,P:.spec.ports[*].port,T:.spec.ports[*].targetPort,IP:.spec.clusterIPs'
kubectl get nodes -o custom-columns='N:.metadata.name,IP:.status.addresses[0].address,CPU:.status.capacity.cpu,T:.spec.taints'
kubectl get cm -o custom-columns='N:.metadata.name,KEYS:.data'
kubectl get events -o custom-columns=T:.type,R:.reason,N:.involvedObject.name --sort-by=.reason --no-headers | sort -u
kubectl get pod,svc -o custom-columns=K:.kind,N:.metadata.name,X:.spec.type
kubectl get deploy web -o kyaml
kubectl get pods plain several -o kyaml | head -20
kubectl get secret login -o kyaml
kubectl get sts -o kyaml | tail -30
kubectl get job once -o kyaml
kubectl get pod plain -o yaml,json
kubectl get pod plain -o YAML
kubectl get pod plain -o=yaml -o=name
kubectl get pod plain -oname
kubectl get pod plain -owide
kubectl get pod plain -ojsonpath={.kind}
kubectl get pod plain -o=jsonpath='{.kind}'
kubectl get pod plain -o ''
kubectl get pod plain -o=
kubectl get pod plain --output=''
kubectl get pods -o name --no-headers
kubectl get pods -o wide=x
kubectl get pods -o yaml=x
kubectl get pods -o custom-column=x
kubectl get pods -o jsonpaths={.x}
kubectl get pods --template='{{len .items}}' -o name
kubectl get pods --template='{{len .items}}' -o yaml | head -2
`,
  ),
  group(
    'generators, right and wrong',
    String.raw`
kubectl create deployment x --image=nginx --replicas=0 --dry-run=client -o yaml
kubectl create deployment x --image=nginx --port=0 --dry-run=client -o yaml
kubectl create deployment x --image=nginx --port=70000 --dry-run=client -o yaml
kubectl create deployment x --image=nginx --port=abc --dry-run=client
kubectl create deployment x --image=nginx,redis --dry-run=client -o yaml
kubectl create deployment x --image=nginx --image=nginx --dry-run=client -o yaml
kubectl create deployment x --image=nginx --image=redis --dry-run=client -o yaml -- sleep 1
kubectl create deployment x --image=Nginx:x --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].name}'
kubectl create deployment x --image=a/b@sha256:0000 --dry-run=client -o jsonpath='{.spec.template.spec.containers[0].name}'
kubectl create deployment x --image= --dry-run=client
kubectl create deployment x --image=nginx --dry-run=server -o name
kubectl create deployment x --image=nginx --save-config --dry-run=client -o yaml
kubectl create deployment x --image=nginx --field-manager=me --dry-run=server -o yaml --show-managed-fields | grep manager
kubectl create deployment x --image=nginx --validate=nosuch --dry-run=client
kubectl create deployment x --image=nginx -n other --dry-run=client -o yaml
kubectl create deploy x --image=nginx --dry-run=client
kubectl create dep x --image=nginx --dry-run=client
kubectl create deployments x --image=nginx
kubectl create deployment --image=nginx
kubectl create deployment x y --image=nginx
kubectl create configmap x --from-literal=a --dry-run=client
kubectl create configmap x --from-literal= --dry-run=client
kubectl create configmap x --from-literal==b --dry-run=client
kubectl create configmap x --from-literal=a= --dry-run=client -o yaml
kubectl create configmap x --from-literal="a b=c" --dry-run=client
kubectl create configmap x --from-literal=a=1 --from-file=a=config.yaml --dry-run=client
kubectl create configmap x --from-file=nosuch --dry-run=client
kubectl create configmap x --from-file=a=nosuch --dry-run=client
kubectl create configmap x --from-file==config.yaml --dry-run=client
kubectl create configmap x --from-file=a= --dry-run=client
kubectl create configmap x --from-file=a=b=c --dry-run=client
kubectl create configmap x --from-file="bad key=config.yaml" --dry-run=client
kubectl create configmap x --from-file=k=folder --dry-run=client
kubectl create configmap x --from-file=. --dry-run=client -o name
kubectl create configmap x --from-env-file=nosuch --dry-run=client
kubectl create configmap x --from-env-file=folder --dry-run=client
kubectl create configmap x --from-env-file=config.yaml --dry-run=client
kubectl create configmap x --from-env-file=list.env --from-literal=a=b --dry-run=client
kubectl create configmap x --from-env-file=list.env --from-file=config.yaml --dry-run=client
kubectl create configmap x --from-env-file=list.env --from-env-file=list.env --dry-run=client
kubectl create configmap x --from-literal=a=true --from-literal=b=1 --from-literal=c=null --from-literal=d=1e3 --from-literal=e=0x1 --from-literal=f=~ --from-literal=g=yes --from-literal=h=2024-01-01 --from-literal=i=: --from-literal=j='#x' --from-literal=k='a: b' --dry-run=client -o yaml
kubectl create configmap x --from-literal=a=1:30 --from-literal=b=012 --from-literal=c=0o7 --from-literal=d=.5 --from-literal=e=1_000 --from-literal=f=+1 --from-literal=g=.inf --from-literal=h=NaN --from-literal=i=N --from-literal=j=off --from-literal=k=On --from-literal=l='a #b' --from-literal=m=a# --from-literal=n='a:' --from-literal=o=' a' --from-literal=p='a ' --dry-run=client -o yaml
kubectl create configmap x --from-literal=a=1 --append-hash --dry-run=client -o name
kubectl create secret generic x --from-literal=a=1 --append-hash --dry-run=client -o name
kubectl create cm x --append-hash --dry-run=client
kubectl create configmap Bad_Name --from-literal=a=b --dry-run=client -o name
kubectl create secret tls x --cert=nosuch --key=nosuch
kubectl create secret tls x --cert=config.yaml --key=config.yaml
kubectl create secret tls x --cert=config.yaml
kubectl create secret tls
kubectl create secret generic x --type= --dry-run=client -o yaml
kubectl create secret generic x --type=kubernetes.io/tls --dry-run=server -o yaml
kubectl create secret generic x --type=kubernetes.io/dockerconfigjson --from-literal=a=b --dry-run=server
kubectl create secret generic x --type=kubernetes.io/basic-auth --from-literal=username=b --dry-run=server -o name
kubectl create secret generic x --type=kubernetes.io/ssh-auth --from-literal=a=b --dry-run=server
kubectl create secret generic x --from-literal=a=1 --from-literal=a=2 --dry-run=client
kubectl create secret generic x --from-file=bin --dry-run=client -o yaml
kubectl create secret generic
kubectl create secret generic x y
kubectl create secret docker-registry x --from-file=config.yaml --dry-run=client -o yaml
kubectl create secret docker-registry x --from-file=.dockerconfigjson=config.yaml --dry-run=client -o yaml
kubectl create secret docker-registry x --docker-username=u --docker-password=p --dry-run=client -o yaml
kubectl create secret docker-registry x --docker-username=u
kubectl create service clusterip x --tcp=abc
kubectl create service clusterip x --tcp=80:abc --dry-run=client -o yaml
kubectl create service clusterip x --tcp=0 --dry-run=client -o yaml
kubectl create service clusterip x --tcp=99999 --dry-run=client -o yaml
kubectl create service clusterip x --tcp=80,443:8443 --dry-run=client -o yaml
kubectl create service clusterip x --clusterip=1.2.3.4 --tcp=80 --dry-run=client -o yaml
kubectl create service clusterip x --clusterip=bad --tcp=80 --dry-run=client -o yaml
kubectl create service clusterip x --clusterip=None --dry-run=client -o yaml
kubectl create service nodeport x --tcp=80 --node-port=80 --dry-run=client -o yaml
kubectl create service nodeport x --tcp=80 --node-port=-1 --dry-run=client
kubectl create service nodeport x --tcp=80 --node-port=99999 --dry-run=server
kubectl create service nodeport x --tcp=80 --tcp=81 --node-port=30001 --dry-run=client -o yaml
kubectl create service loadbalancer x
kubectl create service externalname x
kubectl create service externalname x --external-name=a --tcp=80 --dry-run=client -o yaml
kubectl create service externalname x --external-name=Bad_ --dry-run=server
kubectl create service nosuch x
kubectl create svc clusterip x --tcp=80 --dry-run=client
kubectl create service clusterip
kubectl create service clusterip 1x --tcp=80 --dry-run=server
kubectl create role x --verb=get --resource=pods,nosuch --dry-run=client
kubectl create role x --verb=get --resource=pods/log,deployments/scale --dry-run=client -o yaml
kubectl create role x --verb=get --resource=pods.v1. --dry-run=client -o yaml
kubectl create role x --verb=get --resource=deployments.v1.apps --dry-run=client -o yaml
kubectl create role x --verb=get --resource='*' --dry-run=client -o yaml
kubectl create role x --verb=get --resource=*.apps --dry-run=client -o yaml
kubectl create role x --verb=get --resource=po,svc,deploy,cm --dry-run=client -o yaml
kubectl create role x --verb=get,get,list --resource=pods --dry-run=client -o yaml
kubectl create role x --verb=use --resource=pods --dry-run=client -o yaml
kubectl create role x --verb=get --verb='*' --resource=pods,deployments --dry-run=client -o yaml
kubectl create role x --verb=get --resource=pods,deploy --resource-name=a --dry-run=client
kubectl create role x --verb=get --resource=pods --resource-name=a --resource-name=b --dry-run=client -o yaml
kubectl create role x --verb= --resource=pods --dry-run=client
kubectl create role x --verb=get --resource= --dry-run=client
kubectl create role x --resource=pods
kubectl create role x --verb=create --resource=pods --resource-name=a --dry-run=client -o yaml
kubectl create role x --verb=bind --resource=roles --dry-run=client -o yaml
kubectl create role
kubectl create role x --verb=get --resource=pods/ --dry-run=client
kubectl create role x --verb=get --resource=/log --dry-run=client
kubectl create role x --verb=get --resource=nodes --dry-run=client -o yaml
kubectl create clusterrole x
kubectl create clusterrole x --verb=get
kubectl create clusterrole x --verb=get --non-resource-url=bad --dry-run=client
kubectl create clusterrole x --verb=list --non-resource-url=/a --dry-run=client
kubectl create clusterrole x --verb=get --non-resource-url='*' --dry-run=client -o yaml
kubectl create clusterrole x --verb=get --non-resource-url='/a*b' --dry-run=client
kubectl create clusterrole x --verb=get --resource=pods --non-resource-url=/a --dry-run=client -o yaml
kubectl create clusterrole x --aggregation-rule=a --dry-run=client -o yaml
kubectl create clusterrole x --aggregation-rule=a=b,c=d --dry-run=client -o yaml
kubectl create clusterrole x --aggregation-rule=a=b --verb=get --resource=pods --dry-run=client
kubectl create clusterrole x --verb=get --resource=pods --resource-name=a --non-resource-url=/x --dry-run=client
kubectl create rolebinding x --role=a --dry-run=client -o yaml
kubectl create rolebinding x --role=a --user=u --user=v --group=g --dry-run=client -o yaml
kubectl create rolebinding x --role=a --serviceaccount=bad --dry-run=client
kubectl create rolebinding x --role=a --serviceaccount=a:b:c --dry-run=client
kubectl create rolebinding x --role=a --serviceaccount=:b --dry-run=client
kubectl create rolebinding x --user=u --dry-run=client
kubectl create rolebinding x --role=a --clusterrole=b --user=u --dry-run=client
kubectl create rolebinding x --role= --clusterrole= --user=u --dry-run=client
kubectl create clusterrolebinding x --user=u --dry-run=client
kubectl create clusterrolebinding x --clusterrole=a --role=b --dry-run=client
kubectl create clusterrolebinding x --clusterrole=a --serviceaccount=x --dry-run=client
kubectl create clusterrolebinding x --clusterrole=a --group=g --serviceaccount=a:b --dry-run=client -o yaml
kubectl create quota x --hard=cpu --dry-run=client
kubectl create quota x --hard=cpu=abc --dry-run=client
kubectl create quota x --hard=cpu=1,cpu=2 --dry-run=client -o yaml
kubectl create quota x --hard=cpu=1 --scopes=Nosuch --dry-run=client -o yaml
kubectl create quota x --hard=cpu=1 --scopes=BestEffort,NotTerminating --dry-run=client -o yaml
kubectl create quota x --hard=memory=1Gi,cpu=500m,pods=10,count/deployments.apps=3 --dry-run=client -o yaml
kubectl create quota --hard=cpu=1
kubectl create resourcequota x --hard=pods=1 --dry-run=client
kubectl create pdb x --min-available=1 --dry-run=client
kubectl create pdb x --selector=a=b --min-available=abc --dry-run=client -o yaml
kubectl create pdb x --selector=a=b --min-available=101% --dry-run=client -o yaml
kubectl create pdb x --selector=a=b --min-available=-1 --dry-run=client -o yaml
kubectl create pdb x --selector='a in (b,c),!d' --max-unavailable=1 --dry-run=client -o yaml
kubectl create pdb x --selector='a in' --max-unavailable=1 --dry-run=client
kubectl create pdb x --selector=a=b --min-available=1 --max-unavailable=1 --dry-run=client
kubectl create pdb --selector=a=b --min-available=1
kubectl create pc x --value=1 --dry-run=client
kubectl create ingress x --rule=a/b=c --dry-run=client
kubectl create ingress x --rule=a/b=c: --dry-run=client
kubectl create ingress x --rule=a/b=c:99999 --dry-run=client -o yaml
kubectl create ingress x --rule=a/b=c:http,tls --dry-run=client -o yaml
kubectl create ingress x --rule=a/b=c:http,tls= --dry-run=client -o yaml
kubectl create ingress x --rule=a/b=c:http,nosuch=x --dry-run=client -o yaml
kubectl create ingress x --rule=/b=c:80,tls=s --rule=/d=e:80 --dry-run=client -o yaml
kubectl create ingress x --rule=a.com/b=c:80,tls=s --rule=a.com/d=e:80,tls=s --rule=b.com/=f:81,tls=t --dry-run=client -o yaml
kubectl create ingress x --rule=*.a.com/b*=c:80 --dry-run=client -o yaml
kubectl create ingress x --rule=a.com=c:80 --dry-run=client
kubectl create ingress x --default-backend=c --dry-run=client
kubectl create ingress x --default-backend=c:http --dry-run=client -o yaml
kubectl create ingress x --default-backend=c:80 --class= --dry-run=client -o yaml
kubectl create ingress x --rule=a/=c:80 --annotation=a --dry-run=client
kubectl create ingress x --rule=a/=c:80 --annotation=a=b --annotation=c=d=e --dry-run=client -o yaml
kubectl create ing x --rule=a/=c:80 --dry-run=client
kubectl create job x --image=a --dry-run=client -o yaml -- a b
kubectl create job x --from=nightly --dry-run=client
kubectl create job x --from=cronjob/nightly --dry-run=client -- date
kubectl create job x --from=deployment/web --dry-run=client
kubectl create job x --from=cronjob/ --dry-run=client
kubectl create job x -- date
kubectl create job --image=a
kubectl create cronjob x --image=a --schedule=bad --dry-run=client -o yaml
kubectl create cronjob x --image=a --schedule=bad --dry-run=server
kubectl create cronjob x --image=a --schedule='@daily' --dry-run=server -o jsonpath='{.spec.schedule}'
kubectl create cronjob x --schedule='* * * * *'
kubectl create cronjob x --image=a --schedule='* * * * *' --restart=Always --dry-run=client
kubectl create cronjob x --image=a --schedule='* * * * *' --restart=Always --dry-run=server
kubectl create cj x --image=a --schedule='* * * * *' --dry-run=client
kubectl create ns x --dry-run=client -o json
kubectl create ns x y
kubectl create ns 'a b' --dry-run=client -o name
kubectl create ns UPPER --dry-run=server
kubectl create sa x --dry-run=client -o json
kubectl create sa x --save-config --dry-run=client -o yaml
`,
  ),
  group(
    'explain, config, run, expose',
    String.raw`
kubectl explain pods.spec.containers.name
kubectl explain pod.spec.containers[0]
kubectl explain pod.
kubectl explain .pod
kubectl explain pod..spec
kubectl explain Pod
kubectl explain po.spec.volumes.configMap
kubectl explain deployments.apps
kubectl explain deployments.v1.apps
kubectl explain deploy.spec.template.spec.containers.image
kubectl explain cm
kubectl explain cm.metadata.labels
kubectl explain cm.metadata.labels.x
kubectl explain cm.data.x
kubectl explain secret.stringData
kubectl explain pod.metadata.ownerReferences
kubectl explain node.status.addresses
kubectl explain ns
kubectl explain ns.spec.finalizers
kubectl explain crontab.spec.replicas
kubectl explain crontab.nosuch
kubectl explain crontab --api-version=stable.example.com/v1
kubectl explain crontab --api-version=stable.example.com/v2
kubectl explain hpa --api-version=autoscaling/v2
kubectl explain hpa --api-version=bad
kubectl explain deploy --api-version=apps/v2
kubectl explain deploy --api-version=v1
kubectl explain deploy --api-version=a/b/c
kubectl explain pod --output=md
kubectl explain pod service
kubectl explain pod.spec --recursive=false | head -20
kubectl explain job.spec --recursive | head -40
kubectl explain pod.spec.containers.lifecycle --recursive
kubectl explain pod.status.containerStatuses.state --recursive
kubectl explain ingress.spec.rules.http.paths.backend --recursive
kubectl explain pvc.spec.resources --recursive
kubectl explain event.series
kubectl explain lease
kubectl explain endpointslice.endpoints.conditions
kubectl explain validatingadmissionpolicy.spec.matchConstraints
kubectl explain csr.spec.usages
kubectl explain role.rules.verbs
kubectl explain customresourcedefinition.spec.versions.schema
kubectl explain scale
kubectl explain binding
kubectl explain podtemplate.template.spec.containers
kubectl config view --raw | grep -c certificate-authority-data
kubectl config view --minify --context=nosuch
kubectl config view extra
kubectl config view -o jsonpath='{.contexts[0].name}'
kubectl config view -o go-template='{{range .users}}{{.name}}{{end}}'
kubectl config view -o name
kubectl config view -o wide
kubectl config get-contexts -o yaml
kubectl config get-contexts a b
kubectl config get-users extra
kubectl config current-context extra
kubectl config use nosuch
kubectl --as=x --as-user-extra=a=b get pods
kubectl -n "" get pods -o name | head -1
kubectl -n "Bad NS" get pods
kubectl -n a/b get pods
kubectl --namespace get pods
kubectl --v=x get pods
kubectl -v get pods
kubectl --cache-dir=/tmp/x get pods -o name | wc -l
kubectl --warnings-as-errors get ep -o name | wc -l
kubectl --disable-compression get pods -o name | wc -l
kubectl plugin list
kubectl plugin
kubectl plugin nosuch
kubectl plugin list --name-only
kubectl help get nosuch | head -1
kubectl foo
kubectl create foo bar
kubectl config foo
kubectl diff -f config.yaml; echo $?
kubectl diff -f nosuch.yaml; echo $?
kubectl diff -f broken.yaml; echo $?
kubectl diff extra
kubectl expose pod plain --port=80 --dry-run=client -o yaml
kubectl expose pod plain --dry-run=client
kubectl expose deploy web --port=80 --target-port=http --name=n --type=NodePort --protocol=UDP --dry-run=client -o yaml
kubectl expose deploy web --dry-run=client -o yaml
kubectl expose deploy web --port=80,81 --dry-run=client -o yaml
kubectl expose deploy web --port=x --dry-run=client
kubectl expose deploy web --port=80 --type=Nosuch --dry-run=client -o yaml
kubectl expose deploy web --port=80 --type=ExternalName --external-name=a.b --dry-run=client -o yaml
kubectl expose deploy web --port=80 --overrides='bad' --dry-run=client
kubectl expose deploy web --port=80 --overrides='[{"op":"replace","path":"/spec/type","value":"NodePort"}]' --override-type=json --dry-run=client -o yaml
kubectl expose svc web --port=443 --name=other --dry-run=client -o yaml
kubectl expose rs --all --port=80 --dry-run=client
kubectl expose rc old --port=80 --dry-run=client -o name
kubectl expose sts db --dry-run=client -o yaml
kubectl expose ds agent --port=80
kubectl expose job once --port=80
kubectl expose pod finished --port=80 --dry-run=client
kubectl expose nosuch x --port=80
kubectl expose deploy web --port=80 --protocol=BAD --dry-run=server
kubectl expose deploy web --port=99999 --dry-run=server --name=z
kubectl run x --image=nginx --port=x --dry-run=client
kubectl run x --image=nginx --port=80 --port=81 --dry-run=client -o yaml
kubectl run x --image=nginx --env=A --dry-run=client
kubectl run x --image=nginx --env=A=b=c --env=B= --dry-run=client -o yaml
kubectl run x --image=nginx --env='A B=c' --dry-run=client
kubectl run x --image=nginx --labels=a --dry-run=client
kubectl run x --image=nginx --labels=a=b,c --dry-run=client
kubectl run x --image=nginx --labels= --dry-run=client -o yaml
kubectl run x --image=nginx --labels='a=b c' --dry-run=client
kubectl run x --image=nginx -l a=b --annotations=c=d --annotations=e=f --dry-run=client -o yaml
kubectl run x --image=nginx --annotations=bad --dry-run=client
kubectl run x --image=nginx --restart=Never --dry-run=client -o jsonpath='{.spec.restartPolicy}'
kubectl run x --image=nginx --image-pull-policy=Bad --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='bad' --dry-run=client
kubectl run x --image=nginx --overrides='{"spec":{"containers":[{"name":"x","resources":{"limits":{"cpu":"1"}}}]}}' --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='{"spec":{"containers":[{"name":"x","resources":{"limits":{"cpu":"1"}}}]}}' --override-type=strategic --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='[{"op":"add","path":"/spec/nodeName","value":"n"}]' --override-type=json --dry-run=client -o yaml
kubectl run x --image=nginx --override-type=nosuch --overrides='{}' --dry-run=client
kubectl run x --image=nginx --overrides='{"apiVersion":"apps/v1"}' --dry-run=client
kubectl run x --image=nginx --overrides='{"nosuch":1}' --dry-run=client -o yaml
kubectl run x --image=nginx --overrides='{"spec":{"containers":"x"}}' --dry-run=client
kubectl run x --image=nginx --rm --dry-run=client
kubectl run x --image=nginx --rm
kubectl run x --image=nginx -t --dry-run=client
kubectl run x --image=nginx --command --dry-run=client -o yaml
kubectl run x --image=nginx --command a b --dry-run=client -o yaml
kubectl run x --image=nginx a b --dry-run=client -o yaml
kubectl run x --image=nginx --expose --dry-run=client
kubectl run x --image=nginx --expose --port=80 --dry-run=client
kubectl run x --image=nginx --privileged --dry-run=client -o yaml
kubectl run x --image=a:b:c --dry-run=client
kubectl run x --image=UP/nginx --dry-run=client
kubectl run x --image=REG.io/nginx --dry-run=client -o name
kubectl run x --image= --dry-run=client
kubectl run 1x --image=nginx --dry-run=client -o yaml
kubectl run x_y --image=nginx --dry-run=server
kubectl run aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --image=nginx --dry-run=server
kubectl run x --image=nginx --grace-period=5 --timeout=1s --dry-run=client -o name
kubectl run x --image=nginx --pod-running-timeout=x --dry-run=client
kubectl run x --image=nginx --dry-run=client -o yaml -- -a --b
kubectl run x --image=nginx --field-manager=z --save-config --dry-run=client -o yaml
`,
  ),
  group(
    'what is looked at first',
    `
kubectl logs nosuch --since=1h --since-time=2020-01-01T00:00:00Z
kubectl logs nosuch --limit-bytes=-1
kubectl logs nosuch --all-containers -c x
kubectl logs nosuch --tail=-5
kubectl autoscale deploy nosuch --max=2 --cpu=abc
kubectl set image deploy nosuch a
kubectl set image deploy/web svc/nosuch nginx=nginx:1.26
kubectl set image --all
kubectl set resources
kubectl set resources deploy/nosuch
kubectl set resources deploy/nosuch --limits=cpu=1x
kubectl set subject
kubectl set subject rolebinding nosuch
kubectl set env deploy web --from=pod/nosuch
kubectl label pods -l nosuch=x a=b --resource-version=1
kubectl taint node node01 a=b:
kubectl taint nosuch x a=b:NoSchedule
kubectl apply -f nosuch.yaml --cascade=x
kubectl apply -f nosuch.yaml --subresource=x
kubectl apply view-last-applied deploy/nosuch -o x
kubectl apply view-last-applied -l app=web
kubectl apply set-last-applied
kubectl create -f a -f b --raw=/x
kubectl create -f nosuch --raw=/x
kubectl expose deploy web --port=80 --session-affinity=x --dry-run=client
kubectl delete pod nosuch --now --force
kubectl delete pod nosuch --cascade=true
kubectl delete pod nosuch --cascade=false
kubectl delete pod nosuch -o yaml
kubectl delete deploy web --interactive --dry-run=client
kubectl delete pod/nosuch -l a=b
kubectl label pod/nosuch a=b -l c=d
kubectl edit deploy/web -o name
kubectl patch deploy web -p '{"spec":{"replicas":2}}' --dry-run=client
kubectl patch deploy web --type=merge -p '{"spec":null}' --dry-run=server
kubectl replace -f nosuch.yaml --force --dry-run=client
kubectl replace -f nosuch.yaml --grace-period=0
kubectl replace -f nosuch.yaml --timeout=5s
kubectl wait deploy/web pod/nosuch --for=condition=Available --timeout=3s
kubectl wait --all --for=delete
kubectl diff -f nosuch.yaml --force-conflicts
kubectl debug nosuch --image=busybox --image-pull-policy=x
kubectl debug nosuch --image=busybox --same-node
kubectl top node x y
kubectl top node x -l a=b
kubectl explain pods..spec.
kubectl alpha x
kubectl auth can-i get /logs --subresource=x
kubectl get --raw nosuch
kubectl get --raw nosuch pods
kubectl patch pod plain -p '{"spec":{"terminationGracePeriodSeconds":5}}' --dry-run=server
`,
  ),
  group(
    'completion',
    String.raw`
kubectl __completeNoDesc ''
kubectl __complete a
kubectl __complete
kubectl __completeNoDesc get ''
kubectl __completeNoDesc get pods,se
kubectl __completeNoDesc get pods ''
kubectl __completeNoDesc get pods/plain deploy/
kubectl __completeNoDesc get pods/plain p
kubectl __completeNoDesc get po,svc ''
kubectl __completeNoDesc get nosuch ''
kubectl __completeNoDesc get pods -
kubectl __completeNoDesc get pods --as-group x --as
kubectl __completeNoDesc get pods -n ''
kubectl __completeNoDesc get pods --namespace=kube-
kubectl __completeNoDesc -n kube-system get pods kube
kubectl __completeNoDesc get pods -o ''
kubectl __completeNoDesc get pods -o=j
kubectl __completeNoDesc get -f ''
kubectl __completeNoDesc get -h ''
kubectl __completeNoDesc get --nosuch ''
kubectl __completeNoDesc get -- -
kubectl __completeNoDesc nosuch ''
kubectl __completeNoDesc help create de
kubectl __completeNoDesc help -
kubectl __completeNoDesc options ''
kubectl __completeNoDesc logs deploy
kubectl __completeNoDesc logs several ''
kubectl __completeNoDesc exec several -c ''
kubectl __completeNoDesc exec plain -- ls ''
kubectl __completeNoDesc port-forward svc/web 8080:
kubectl __completeNoDesc cp ''
kubectl __completeNoDesc cp p
kubectl __completeNoDesc drain controlplane ''
kubectl __completeNoDesc rollout status deploy web ''
kubectl __completeNoDesc rollout undo deployment/
kubectl __completeNoDesc scale deployment --
kubectl __completeNoDesc expose deployment ''
kubectl __completeNoDesc set image ''
kubectl __completeNoDesc create deployment x ''
kubectl __completeNoDesc create clusterrolebinding x --clusterrole=ad
kubectl __completeNoDesc create rolebinding x --user ''
kubectl __completeNoDesc config -
kubectl __completeNoDesc config use-context x ''
kubectl __completeNoDesc config set-context --current --namespace ''
kubectl __completeNoDesc create token ''
kubectl __completeNoDesc patch deploy web --subresource ''
kubectl __completeNoDesc completion b`,
  ),
];
