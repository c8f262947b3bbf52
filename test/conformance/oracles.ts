/** Cases for the real kubectl without a server: patches, output forms, generators, kustomize. */

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, tier: front}
  annotations: {note: hello}
  finalizers: [a.example.com/x, b.example.com/y]
spec:
  replicas: 2
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {disk: ssd}
      tolerations: [{key: a, operator: Exists}, {key: b, value: c}]
      containers:
      - name: web
        image: nginx:1.27
        args: [a, b]
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
        ports: [{name: http, containerPort: 80}, {containerPort: 443}]
      - {name: side, image: busybox}
      volumes:
      - {name: data, emptyDir: {}}
      - {name: conf, configMap: {name: c}}
`;
const strings = [
  'plain',
  'two words',
  'y',
  'yes',
  'no',
  'on',
  '1',
  '1.0',
  '0x1f',
  '1e3',
  '0o17',
  '1:20',
  '2026-01-02',
  '~',
  'null',
  'true',
  '',
  ' lead',
  'trail ',
  'a: b',
  'a #b',
  '- x',
  '{a}',
  '[b]',
  '*c',
  '&d',
  '!e',
  '%f',
  '@g',
  '`h`',
  "it's",
  'say "x"',
  'tab\there',
  'line\nbreak',
  'line\nbreak\n',
  '\n',
  '  two\nlines',
  'ünïcödé',
  '😀',
  'back\\slash',
  '<html>&amp;',
  ':',
  '-',
  '?',
  '.5',
  '+1',
  '1_000',
  'x'.repeat(100),
  'word '.repeat(30).trim(),
  'a,b',
  'é',
];
const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: strings, labels: {app: x}}
data:
${strings.map((text, i) => `  k${i}: ${JSON.stringify(text)}\n`).join('')}`;

const strategic = [
  '{"spec":{"replicas":5}}',
  '{"metadata":{"labels":{"tier":null,"new":"1"}}}',
  '{"metadata":{"annotations":null}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:1.28"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"third","image":"redis"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"$patch":"delete","name":"side"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"only","image":"a"}]}}}}',
  '{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"side"},{"name":"web"}],"containers":[{"name":"web","image":"x"}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"B","value":"3"},{"name":"C","value":"4"}]}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"$patch":"delete","name":"A"}]}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"web","ports":[{"containerPort":80,"name":"web"},{"containerPort":8080}]}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"web","args":["c"]}]}}}}',
  '{"spec":{"template":{"spec":{"containers":[{"image":"noname"}]}}}}',
  '{"spec":{"template":{"spec":{"tolerations":[{"key":"z"}]}}}}',
  '{"spec":{"template":{"spec":{"volumes":[{"name":"data","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}}}',
  '{"spec":{"template":{"spec":{"volumes":[{"name":"data","emptyDir":null,"secret":{"secretName":"s"}}]}}}}',
  '{"spec":{"template":{"spec":{"nodeSelector":{"$patch":"replace","zone":"a"}}}}}',
  '{"spec":{"template":{"spec":{"nodeSelector":null}}}}',
  '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}',
  '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}',
  '{"metadata":{"finalizers":["c.example.com/z"]}}',
  '{"metadata":{"$deleteFromPrimitiveList/finalizers":["a.example.com/x"]}}',
  '{"metadata":{"finalizers":null}}',
  '{"$patch":"replace","kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"}}',
  '{"spec":{"$patch":"delete"}}',
  '{"spec":{"$patch":"nosuch"}}',
  '{}',
  '{"nosuch":1}',
  'spec:\n  replicas: 7',
  'not json: [',
];
const merges = [
  '{"spec":{"replicas":5}}',
  '{"spec":{"template":{"spec":{"containers":[{"name":"only"}]}}}}',
  '{"metadata":{"labels":null}}',
  '{"metadata":{"labels":{"a":"b","app":null}}}',
  '{"spec":{"strategy":null}}',
  '{"spec":{"template":{"spec":{"volumes":[]}}}}',
  '{}',
  '[]',
];
const jsonPatches = [
  '[{"op":"replace","path":"/spec/replicas","value":9}]',
  '[{"op":"add","path":"/metadata/labels/new","value":"x"}]',
  '[{"op":"add","path":"/metadata/labels/a~1b","value":"x"}]',
  '[{"op":"remove","path":"/metadata/annotations"}]',
  '[{"op":"remove","path":"/nosuch"}]',
  '[{"op":"replace","path":"/nosuch","value":1}]',
  '[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"z","image":"y"}}]',
  '[{"op":"add","path":"/spec/template/spec/containers/0","value":{"name":"first","image":"y"}}]',
  '[{"op":"remove","path":"/spec/template/spec/containers/1"}]',
  '[{"op":"remove","path":"/spec/template/spec/containers/7"}]',
  '[{"op":"move","from":"/metadata/labels/app","path":"/metadata/labels/moved"}]',
  '[{"op":"copy","from":"/metadata/labels/app","path":"/metadata/labels/copied"}]',
  '[{"op":"test","path":"/spec/replicas","value":2},{"op":"replace","path":"/spec/replicas","value":3}]',
  '[{"op":"test","path":"/spec/replicas","value":8}]',
  '[{"op":"nosuch","path":"/a"}]',
  '[]',
];
const quoted = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;
const outputs = ['yaml', 'json', 'name', 'jsonpath={.data}', 'jsonpath={.metadata.labels}'];

const patching = [
  ...strategic.map((patch) => ['strategic', patch] as const),
  ...merges.map((patch) => ['merge', patch] as const),
  ...jsonPatches.map((patch) => ['json', patch] as const),
].flatMap(([type, patch]) => ['yaml', 'json'].map((form) => `kubectl patch --local -f deployment.yaml --type=${type} -p ${quoted(patch)} -o ${form}`));

const printing = [
  ...outputs.map((form) => `kubectl label --local -f strings.yaml new=1 -o ${quoted(form)}`),
  ...strings.map((_, i) => `kubectl label --local -f strings.yaml new=1 -o jsonpath={.data.k${i}}`),
  ...strings.slice(0, 20).map((_, i) => `kubectl annotate --local -f strings.yaml n=1 -o go-template=${quoted(`{{.data.k${i}}}|{{printf "%q" .data.k${i}}}`)}`),
  ...[
    '{{range $k, $v := .data}}{{$k}}={{len $v}} {{end}}',
    '{{.metadata}}',
    '{{.metadata.labels.app | html}}',
    '{{js .data.k30}}',
    '{{urlquery .data.k1}}',
    '{{index .data "k3"}}',
    '{{slice .data.k1 0 3}}',
    '{{if and .kind .nosuch}}a{{else}}b{{end}}',
    '{{not .nosuch}} {{or .nosuch "x"}}',
    '{{eq .kind "ConfigMap" "x"}} {{ne .kind "a"}} {{lt 1 2}}',
    '{{- .kind -}} x',
    '{{/* note */}}z',
    '{{define "t"}}[{{.}}]{{end}}{{template "t" .kind}}',
    '{{$x := .kind}}{{$x}}{{$x = "b"}}{{$x}}',
    '{{range .nosuch}}a{{else}}none{{end}}',
    '{{printf "%v %s %d %t" .kind "s" 3 true}}',
    '{{break}}',
    '{{.kind.x}}',
    '{{nosuch}}',
    '{{"a" | printf "%s-%s" "b"}}',
  ].map((template) => `kubectl label --local -f strings.yaml new=1 -o go-template=${quoted(template)}`),
  ...['app=y', 'app-', 'a=1 b=2', 'app=x', 'x/y=z', 'bad key=1', 'a=bad value'].map(
    (pairs) =>
      `kubectl label --local --overwrite -f strings.yaml ${pairs.includes(' ') && pairs.includes('bad') ? quoted(pairs) : pairs} -o jsonpath={.metadata.labels}`,
  ),
  ...['nginx=nginx', 'web=nginx:1.28', '*=redis', 'web=a side=b'].map(
    (pairs) => `kubectl set image --local -f deployment.yaml ${pairs.replace('*', '\\*')} -o jsonpath='{.spec.template.spec.containers[*].image}'`,
  ),
  ...['A=9', 'C=3', 'A-', 'B- D=4', 'A=9 --containers=side'].map((pairs) => `kubectl set env --local -f deployment.yaml ${pairs} -o yaml`),
  ...['--limits=cpu=1', '--requests=memory=1Gi --limits=cpu=2,memory=2Gi', '--limits=cpu=1 -c side'].map(
    (flags) => `kubectl set resources --local -f deployment.yaml ${flags} -o yaml`,
  ),
  'kubectl set serviceaccount --local -f deployment.yaml robot -o yaml',
];

const makers = [
  'deployment x --image=nginx',
  'deployment x --image=nginx --replicas=3',
  'deployment x --image=nginx --port=80',
  'deployment x --image=nginx --image=redis:7',
  'deployment x --image=registry.example.com/a/b:v1 -- cmd a b',
  'deployment x-y.z --image=nginx',
  'configmap x',
  'configmap x --from-literal=a=b',
  'configmap x --from-literal=a=b=c --from-literal="d=e f"',
  'configmap x --from-file=deployment.yaml',
  'configmap x --from-file=key=list.env',
  'configmap x --from-env-file=list.env',
  'configmap x --from-file=folder',
  'configmap x --from-literal=a=b --append-hash',
  "configmap x --from-literal=a='1\n2'",
  'secret generic x',
  'secret generic x --from-literal=a=b',
  'secret generic x --from-file=list.env',
  'secret generic x --from-env-file=list.env',
  'secret generic x --type=my/type --from-literal=a=b',
  'secret docker-registry x --docker-server=r.example.com --docker-username=u --docker-password=p',
  'secret docker-registry x --docker-server=r.example.com --docker-username=u --docker-password=p --docker-email=a@b.c',
  'service clusterip x --tcp=80',
  'service clusterip x --tcp=80:8080 --tcp=443',
  'service clusterip x --clusterip=None',
  'service nodeport x --tcp=80:80 --node-port=30000',
  'service loadbalancer x --tcp=5678:8080',
  'service externalname x --external-name=a.example.com',
  'namespace x',
  'serviceaccount x',
  'role x --verb=get --resource=pods',
  'role x --verb=get,list --verb=watch --resource=pods,deployments.apps --resource-name=a',
  'role x --verb="*" --resource=pods/log',
  'clusterrole x --verb=get --resource=nodes',
  'clusterrole x --verb=get --non-resource-url=/a --non-resource-url=/b/*',
  'clusterrole x --aggregation-rule=a=b',
  'rolebinding x --role=a --user=u',
  'rolebinding x --clusterrole=a --group=g --serviceaccount=n:s',
  'clusterrolebinding x --clusterrole=a --user=u --user=v',
  'quota x',
  'quota x --hard=cpu=1,memory=1G,pods=2',
  'quota x --hard=pods=1 --scopes=BestEffort',
  'poddisruptionbudget x --selector=a=b --min-available=1',
  'poddisruptionbudget x --selector=a=b --max-unavailable=50%',
  'priorityclass x --value=1000 --description=text',
  'priorityclass x --value=5 --global-default --preemption-policy=Never',
  'ingress x --rule=a.b/c=svc:80',
  'ingress x --rule=a.b/c*=svc:http,tls=sec --class=k',
  'ingress x --default-backend=d:80 --annotation=a=b',
  'ingress x --rule="/=svc:80"',
  'job x --image=busybox',
  'job x --image=busybox -- date -u',
  'cronjob x --image=busybox --schedule="* * * * *"',
  'cronjob x --image=busybox --schedule="0 1 * * *" --restart=Never -- echo a',
];
const generating = [
  ...makers.flatMap((words) => [`kubectl create ${words.replace(/ -- .*/, '')} --dry-run=client -o yaml${/ -- .*/.exec(words)?.[0] ?? ''}`]),
  ...makers
    .filter((_, i) => i % 4 === 0)
    .map((words) => `kubectl create ${words.replace(/ -- .*/, '')} --dry-run=client -o json${/ -- .*/.exec(words)?.[0] ?? ''}`),
  ...makers.filter((_, i) => i % 3 === 0).map((words) => `kubectl create ${words.replace(/ -- .*/, '')} --dry-run=client${/ -- .*/.exec(words)?.[0] ?? ''}`),
  ...[
    '',
    '--port=80',
    '--port=80 --expose',
    '--env=A=1 --env=B=2',
    '--labels=a=b,c=d',
    '--restart=Never',
    '--restart=OnFailure',
    '--command -- sh -c "x y"',
    '-- a b',
    '--image-pull-policy=Never',
    '--privileged',
    '--annotations=x=y',
    '--overrides={"spec":{"hostNetwork":true}}',
    '-it --rm --restart=Never',
  ].map((flags) => {
    const [before, after] = flags.startsWith('-- ') ? ['', flags] : (flags.split(/(?= -- )/) as [string, string?]);
    return `kubectl run x --image=nginx:1.27 ${before} --dry-run=client -o yaml ${after ?? ''}`
      .replace('{"spec":{"hostNetwork":true}}', `'{"spec":{"hostNetwork":true}}'`)
      .trim();
  }),
];

const kustomizations: Readonly<Record<string, string>> = {
  plain: 'resources: [../base]\n',
  names: 'resources: [../base]\nnamePrefix: a-\nnameSuffix: -z\nnamespace: other\n',
  labels: 'resources: [../base]\nlabels: [{pairs: {team: red}, includeSelectors: true}]\ncommonAnnotations: {owner: me}\n',
  common: 'resources: [../base]\ncommonLabels: {team: red}\n',
  images: 'resources: [../base]\nimages: [{name: nginx, newTag: "2"}, {name: busybox, newName: registry.example.com/box}]\n',
  digest: 'resources: [../base]\nimages: [{name: nginx, digest: "sha256:abc"}]\n',
  replicas: 'resources: [../base]\nreplicas: [{name: web, count: 9}]\n',
  generators: 'resources: [../base]\nconfigMapGenerator: [{name: c, literals: [a=1, b=2]}]\nsecretGenerator: [{name: s, literals: [p=q], type: Opaque}]\n',
  fixed: 'configMapGenerator: [{name: c, literals: [a=1]}]\ngeneratorOptions: {disableNameSuffixHash: true, labels: {g: h}}\n',
  files: 'configMapGenerator: [{name: c, files: [list.env, k=list.env]}, {name: e, envs: [list.env]}]\n',
  merge: 'resources: [../base]\npatches: [{patch: "apiVersion: apps/v1\\nkind: Deployment\\nmetadata: {name: web}\\nspec: {replicas: 4}"}]\n',
  json: 'resources: [../base]\npatches: [{target: {kind: Deployment, name: web}, patch: "- {op: replace, path: /spec/replicas, value: 6}"}]\n',
  file: 'resources: [../base]\npatches: [{path: patch.yaml}]\n',
  everywhere: 'resources: [../base, pods.yaml]\ncommonLabels: {team: red}\nimages: [{name: nginx, tagSuffix: -x}]\n',
  templates:
    'resources: [../base]\nlabels: [{pairs: {team: red}, includeTemplates: true}, {pairs: {a: b}, fields: [{path: spec/labels, kind: Service, create: true}]}]\n',
  vars: 'resources: [../base]\nnamePrefix: a-\nvars: [{name: WEB, objref: {kind: Service, name: web, apiVersion: v1}}]\npatches: [{path: args.yaml}]\n',
  novar: 'resources: [../base]\nvars: [{name: WEB, objref: {kind: Service, name: nosuch, apiVersion: v1}}]\n',
  idle: 'resources: [../base]\nvars: [{name: WEB, objref: {kind: Service, name: web, apiVersion: v1}}, {name: WEB, objref: {kind: Service, name: web}}]\n',
  replacing:
    'resources: [../base]\nreplacements: [{source: {kind: Service, name: web}, targets: [{select: {kind: Deployment}, fieldPaths: ["spec.template.spec.containers.*.args.0"]}]}]\n',
  nowhere: 'resources: [../base]\nreplacements: [{source: {kind: Service}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.x.y]}]}]\n',
  configured: 'resources: [../base]\nnamePrefix: a-\nconfigurations: [places.yaml]\n',
  transformed:
    'resources: [../base]\ntransformers: ["{apiVersion: builtin, kind: PrefixTransformer, metadata: {name: p}, prefix: t-}\\n"]\ngenerators: ["{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: made}, literals: [a=b]}\\n"]\n',
  managed: 'resources: [../base]\nbuildMetadata: [managedByLabel]\n',
  component: 'resources: [../base]\ncomponents: [../part]\n',
  nopart: 'resources: [../base]\ncomponents: [../plain]\n',
  partly: 'resources: [../part]\n',
  nofield: 'resources: [../base]\npatches: [{target: {kind: Deployment}, patch: "- {op: replace, path: /spec/nosuch/a, value: 1}"}]\n',
  nopatch: 'resources: [../base]\npatches: [{}]\n',
  twice: 'resources: [../base, ../base]\n',
  twins: 'resources: [../names2, ../generators]\n',
  names2: 'resources: [../generators]\nnamePrefix: a-\n',
  exists: 'resources: [../generators]\nconfigMapGenerator: [{name: c, literals: [a=1]}]\n',
  literal: 'configMapGenerator: [{name: c, literals: [a]}]\n',
  kinds: 'kind: What\nresources: [../base]\n',
  nothing: ' ',
  number: 'resources: [../base]\nimages: [{name: nginx, newTag: 1.5}]\n',
  order: 'resources: [../base]\nsortOptions: {order: what}\n',
  broken: 'resources: [nosuch.yaml]\n',
  unknown: 'resources: [../base]\nnosuchField: 1\n',
};
const kustomizing = Object.keys(kustomizations).map((name) => `kubectl kustomize overlays/${name}`);

export const oracleGroups: readonly { readonly name: string; readonly lines: readonly string[] }[] = [
  { name: 'patch --local', lines: patching },
  { name: 'label, annotate, set --local', lines: printing },
  { name: 'create and run --dry-run=client', lines: generating },
  { name: 'kustomize', lines: kustomizing },
];

const env = 'A=1\n# note\nB=two words\n\nC=\n';
export const oracleFiles: Readonly<Record<string, string>> = {
  'deployment.yaml': deployment,
  'strings.yaml': configMap,
  'list.env': env,
  'folder/one.txt': 'one\n',
  'folder/two.txt': 'two',
  'overlays/base/kustomization.yaml': 'resources: [web.yaml, service.yaml]\n',
  'overlays/base/web.yaml': deployment,
  'overlays/base/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n',
  ...Object.fromEntries(Object.entries(kustomizations).map(([name, text]) => [`overlays/${name}/kustomization.yaml`, text])),
  'overlays/files/list.env': env,
  'overlays/part/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\npatches: [{target: {kind: Service}, patch: "- {op: remove, path: /spec/selector}"}]\n',
  'overlays/vars/args.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {y: $(WEB)}}\nspec: {template: {spec: {containers: [{name: web, args: ["--a=$(WEB)", $(WEB), $(NO)]}]}}}\n',
  'overlays/configured/places.yaml':
    'nameReference: [{kind: Service, version: v1, fieldSpecs: [{path: metadata/annotations/note, kind: Deployment}, {path: spec/selector/app, kind: Service}]}]\n',
  'overlays/everywhere/pods.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: one, annotations: {x: y, z: no}}\nspec: {containers: [{name: a, image: nginx}]}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {matchLabels: {a: b}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]}\n',
  'overlays/file/patch.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: web, image: "nginx:patched"}\n',
};
