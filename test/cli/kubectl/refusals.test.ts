import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

const files: Readonly<Record<string, string>> = {
  'pod.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  initContainers: [{name: prep, image: busybox}]\n  containers: [{name: main, image: nginx}]\n',
  'list.yaml': 'apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: one}\n- metadata: {name: two}\n',
  'tab.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n\tlabels: {}\n',
  'rest.json': '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}} rest\n',
  'wrong.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {version: 1}, annotations: {on: yes}}\n',
};

/** What kubectl v1.35.2 said and how it ended. */
const recorded: readonly (readonly [line: string, out: string, exit: number])[] = [
  ['get ,pods', 'error: the server doesn\'t have a resource type ""\n', 1],
  [
    'get pods -o wide=x',
    'error: unable to match a printer suitable for the output format "wide=x", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml\n',
    1,
  ],
  [
    'get pods -o custom-column=x',
    'error: unable to match a printer suitable for the output format "custom-column=x", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml\n',
    1,
  ],
  ['get deploy --subresource scale', 'error: subresource cannot be used when bulk resources are specified\n', 1],
  ['get ns default -o NAME', 'namespace/default\n', 0],
  ['get ns default default -o name', 'namespace/default\nnamespace/default\n', 0],
  ['get ns,namespaces -o name -l nosuch=1', '', 0],
  ["get ns default -o go-template='{{.kind|}}'", 'Namespace', 0],
  ["get ns default -o go-template='{{.a-b}}'", "error: error parsing template {{.a-b}}, template: output:1: bad character U+002D '-'\n", 1],
  ["get ns default -o go-template='{{|.kind}}'", 'error: error parsing template {{|.kind}}, template: output:1: unexpected "|" in command\n', 1],
  ['get -f tab.yaml', 'error parsing tab.yaml: error converting YAML to JSON: yaml: line 5: found a tab character that violates indentation\n', 1],
  ['get pods -n a/b', 'invalid namespace "a/b": [may not contain \'/\']\n', 1],
  ['apply -f tab.yaml', 'error: error parsing tab.yaml: error converting YAML to JSON: yaml: line 5: found a tab character that violates indentation\n', 1],
  [
    'apply -f wrong.yaml',
    'error: unable to decode "wrong.yaml": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.annotations of type string\n',
    1,
  ],
  [
    'apply -f rest.json --dry-run=client',
    'configmap/j created (dry run)\nerror: error validating "rest.json": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false\n',
    1,
  ],
  ['apply -f list.yaml --dry-run=client', 'configmap/one created (dry run)\nconfigmap/two created (dry run)\n', 0],
  [
    'apply -f list.yaml --dry-run=client -o yaml',
    'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    annotations:\n      kubectl.kubernetes.io/last-applied-configuration: |\n        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"one","namespace":"default"}}\n    name: one\n    namespace: default\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    annotations:\n      kubectl.kubernetes.io/last-applied-configuration: |\n        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"two","namespace":"default"}}\n    name: two\n    namespace: default\nkind: List\nmetadata: {}\n',
    0,
  ],
  ['apply -f list.yaml --dry-run=server --force', 'error: --dry-run=server cannot be used with --force\n', 1],
  ['apply -f list.yaml --prune --all --prune-allowlist=bad', 'error: invalid GroupVersionKind format: bad, please follow <group/version/kind>\n', 1],
  ['apply -f - -f -', 'error: standard input cannot be used for multiple arguments\n', 1],
  ["apply -f '*.nosuch'", 'error: the path "*.nosuch" does not exist\n', 1],
  ['create deployment x --image=Reg/Nginx:1 --dry-run=client -o jsonpath={..name}', 'x Nginx', 0],
  ['create role x --verb=use --resource=pods', "error: can not perform 'use' on 'pods' in group ''\n", 1],
  ['create role x --verb=get --resource=pods.v1.', 'the server doesn\'t have a resource type "pods" in group "v1."\n', 1],
  ['create role x --verb=impersonate --resource=users --dry-run=client', 'role.rbac.authorization.k8s.io/x created (dry run)\n', 0],
  ["create ingress x --rule='a.com=c:80'", 'error: rule a.com=c:80 is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]\n', 1],
  ['create service clusterip', "error: exactly one NAME is required, got 0\nSee 'kubectl create service clusterip -h' for help and examples\n", 1],
  ['create service clusterip x --tcp=0 --dry-run=client', 'service/x created (dry run)\n', 0],
  [
    'create clusterrole x --aggregation-rule=a',
    'error: invalid argument "a" for "--aggregation-rule" flag: malformed pair, expect string=string\nSee \'kubectl create clusterrole --help\' for usage.\n',
    1,
  ],
  ['create job x --from=cronjob/', 'error: arguments in resource/name form must have a single resource and name\n', 1],
  ['run x --image=a:b:c', 'error: Invalid image name "a:b:c": invalid reference format\n', 1],
  ['run x --image=nginx --env=1A=b --dry-run=client', 'error: invalid env: 1A=b\n', 1],
  ['run x --image=nginx --annotations=bad', 'error: invalid annotations format: bad\n', 1],
  [
    'run x --image=nginx --overrides=\'{"spec":{"containers":"x"}}\' --dry-run=client',
    'error: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container\n',
    1,
  ],
  ['set image --local -f pod.yaml prep=alpine nosuch=x -o jsonpath={..image}', 'nginx alpineerror: unable to find container named "nosuch"\n', 1],
  [
    'set image pod/app main=x --local',
    "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n",
    1,
  ],
  ['set env --local -f pod.yaml A=1 A-', 'error: can not both modify and remove the same environment variable in the same command\n', 1],
  [
    'set env --local -f pod.yaml 1A=1',
    "error: \"1A\" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')\n",
    1,
  ],
  ['set resources --local -f pod.yaml --limits=cpu=1 -o jsonpath={..resources}', '{"limits":{"cpu":"1"}} {"limits":{"cpu":"1"}}', 0],
  ['rollout undo', 'error: required resource not specified\n', 1],
  ['rollout restart', 'error: required resource not specified\n', 1],
  ['label --all -l a=b pods x=y', 'error: cannot set --all and --selector at the same time\n', 1],
  ['label pod x a=b=c', 'error: invalid label spec: a=b=c\n', 1],
  ['annotate pod x a=1 a-', 'error: can not both modify and remove the following annotation(s) in the same command: a\n', 1],
  [
    'taint node n :NoSchedule',
    "error: invalid taint spec: :NoSchedule, name part must be non-empty; name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\nSee 'kubectl taint -h' for help and examples\n",
    1,
  ],
  ['taint node n a=b=c:NoSchedule', "error: invalid taint spec: a=b=c:NoSchedule\nSee 'kubectl taint -h' for help and examples\n", 1],
  ['taint node/n a=b:NoSchedule', 'the server doesn\'t have a resource type "node/n"\n', 1],
  ['taint nodes --all -l a=b a:NoSchedule', "error: setting 'all' parameter with a non empty selector is prohibited\n", 1],
  ['taint node a:NoSchedule', "error: at least one resource name must be specified since 'all' parameter is not set\n", 1],
  ['debug x --image=UPPER', 'error: invalid image name "UPPER": invalid reference format\n', 1],
  [
    'debug x --image=busybox --env=A',
    'error: invalid argument "A" for "--env" flag: A must be formatted as key=value\nSee \'kubectl debug --help\' for usage.\n',
    1,
  ],
  ['debug x --image=busybox --replace', 'error: --replace may only be used with --copy-to.\n', 1],
  ['debug x --image=busybox --custom=nosuch', 'error: must pass a container spec json file for custom profile: open nosuch: no such file or directory\n', 1],
  ['debug x --image=busybox -t', 'error: -i/--stdin is required for containers with -t/--tty=true\n', 1],
  ['debug x --copy-to=y -- sh', 'error: you must specify an existing container or a new image when specifying args.\n', 1],
  [
    'debug x --image=busybox --custom=tab.yaml',
    'error: tab.yaml does not contain a valid container spec: error converting YAML to JSON: yaml: line 5: found a tab character that violates indentation\n',
    1,
  ],
  ['create job x --from=cronjob', 'error: resource(s) were provided, but no name was specified\n', 1],
  [
    'create priorityclass x --value=3000000000',
    'error: invalid argument "3000000000" for "--value" flag: strconv.ParseInt: parsing "3000000000": value out of range\nSee \'kubectl create priorityclass --help\' for usage.\n',
    1,
  ],
  ['proxy --port=0 --unix-socket=x', 'error: cannot set --unix-socket and --port at the same time\n', 1],
  ['describe ns,cm default', 'error: you may only specify a single resource type\n', 1],
  ['describe ns/defau', 'Error from server (NotFound): namespaces "defau" not found\n', 1],
  ['label ns default a=b --list', 'a=b\nkubernetes.io/metadata.name=default\n', 0],
  ['get ns default -o jsonpath={.metadata.labels.a}', '', 0],
  [
    'run x --image=nginx --save-config --dry-run=client -o jsonpath={.metadata.annotations}',
    '{"kubectl.kubernetes.io/last-applied-configuration":"{\\"kind\\":\\"Pod\\",\\"apiVersion\\":\\"v1\\",\\"metadata\\":{\\"name\\":\\"x\\",\\"labels\\":{\\"run\\":\\"x\\"}},\\"spec\\":{\\"containers\\":[{\\"name\\":\\"x\\",\\"image\\":\\"nginx\\",\\"resources\\":{}}],\\"restartPolicy\\":\\"Always\\",\\"dnsPolicy\\":\\"ClusterFirst\\"},\\"status\\":{}}\\n"}',
    0,
  ],
  ["drain x --pod-selector='('", 'error: --pod-selector=<pod_selector> must be a valid label selector\n', 1],
  ['logs x --since=-1s', 'error: error from server (NotFound): pods "x" not found in namespace "default"\n', 1],
  ['logs x -c a b', 'error: error from server (NotFound): pods "x" not found in namespace "default"\n', 1],
  [
    'auth can-i get pod x',
    "error: you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.\n",
    1,
  ],
  ['auth can-i frobnicate pods', "Warning: verb 'frobnicate' is not a known verb\n\nyes\n", 0],
  ['explain .pod', 'error: invalid jsonpath syntax, first node must be field node\n', 1],
  ['explain pod --api-version=a/b/c', 'error: unexpected GroupVersion string: a/b/c\n', 1],
  ['config get-contexts a b', 'CURRENT   NAME   CLUSTER   AUTHINFO   NAMESPACE\ncontext a not found\ncontext b not found\n', 1],
  ['config get-contexts -o yaml', 'error: --output yaml is not available in kubectl config get-contexts; resetting to default output format\n', 1],
  [
    '--kubeconfig=pod.yaml get pods',
    'error: error loading config file "pod.yaml": no kind "Pod" is registered for version "v1" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"\n',
    1,
  ],
  [
    'delete pod x --cascade=false --dry-run=client',
    `warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.\npod "x" deleted from default namespace (dry run)\n`,
    0,
  ],
  ['delete pod/x -l a=b', 'error: selectors and the all flag cannot be used when passing resource/name arguments\n', 1],
  ['set image deploy x a', 'Error from server (NotFound): deployments.apps "x" not found\nError from server (NotFound): deployments.apps "a" not found\n', 1],
  ['replace -f pod.yaml --grace-period=0', 'error: --grace-period must have --force specified\n', 1],
  ['create --dry-run=client -f list.yaml -l a=b', 'error: no objects passed to create\n', 1],
  ['edit ns default -o name', 'error: unable to match a printer suitable for the output format "name", allowed formats are: json,kyaml,yaml\n', 1],
  ['-v get pods', 'Error: flags cannot be placed before plugin name: -v\n', 1],
  ['diff extra', "error: Unexpected args: [extra]\nSee 'kubectl diff -h' for help and examples\n", 2],
];

test(`${recorded.length} calls that are refused or shown only`, () => {
  const { k, write } = newWorld();
  for (const [name, content] of Object.entries(files)) write(`/root/${name}`, content);
  for (const [line, out, exit] of recorded) expect.soft({ line, ...k(line) }).toEqual({ line, out, exit });
});

test('a manifest without a name reaches nobody else, and fields that a kind does not have are not kept', () => {
  const { k, write } = newWorld();
  write('/root/noname.yaml', 'apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n');
  write('/root/typo.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: typo}\ndata: {a: b}\nspce: 1\n');
  expect(k('create cm kept --from-literal=a="x"').exit).toBe(0);
  expect(k('delete -f noname.yaml')).toEqual({ out: 'error: error when deleting "noname.yaml": resource name may not be empty\n', exit: 1 });
  expect(k('replace -f noname.yaml')).toEqual({ out: 'error: error when replacing "noname.yaml": resource name may not be empty\n', exit: 1 });
  expect(k('get cm kept -o name').out).toBe('configmap/kept\n');
  expect(k('create -f typo.yaml --validate=ignore').out).toBe('configmap/typo created\n');
  expect(k(`patch cm typo -p '{"nosuch":1}'`).out).toBe('Warning: unknown field "nosuch"\nconfigmap/typo patched (no change)\n');
  expect(k('get cm typo -o yaml').out).not.toMatch(/spce|nosuch/);
  expect(k('get pods --profile=cpu')).toEqual({ out: 'k8s-lab: kubectl --profile=cpu is not simulated\n', exit: 70 });
});
