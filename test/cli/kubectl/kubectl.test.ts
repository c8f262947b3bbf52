import { expect, test } from 'vitest';
import { completeKubectl } from '../../../src/cli/kubectl/index.ts';
import { newWorld } from './world.ts';

test('tables come from the server, and what is not there is said as kubectl says it', () => {
  const { k } = newWorld();
  expect(k('get pods')).toEqual({ out: 'No resources found in default namespace.\n', exit: 0 });
  expect(k('get ns').out).toContain('NAME              STATUS   AGE\ndefault           Active   0s\n');
  expect(k('get deploy nosuch')).toEqual({ out: 'Error from server (NotFound): deployments.apps "nosuch" not found\n', exit: 1 });
  expect(k('get nosuch').out).toBe('error: the server doesn\'t have a resource type "nosuch"\n');
});

test('a deployment from a generator to its deletion', () => {
  const { k } = newWorld();
  expect(k('create deployment web --image=nginx --replicas=2').out).toBe('deployment.apps/web created\n');
  expect(k('create deployment web --image=nginx').out).toBe('error: failed to create deployment: deployments.apps "web" already exists\n');
  expect(k('scale deploy/web --replicas=3').out).toBe('deployment.apps/web scaled\n');
  expect(k("get deploy web -o jsonpath='{.spec.replicas}'").out).toBe('3');
  expect(k('label deploy web tier=front').out).toBe('deployment.apps/web labeled\n');
  expect(k('label deploy web tier=back').out).toBe("error: 'tier' already has a value (front), and --overwrite is false\n");
  expect(k('set image deploy/web nginx=nginx:1.27').out).toBe('deployment.apps/web image updated\n');
  expect(k('set image deploy/web nginx=nginx:1.27').out).toBe('');
  expect(k('delete deploy web').out).toBe('deployment.apps "web" deleted from default namespace\n');
});

test('a dry run of the client sends nothing', () => {
  const { k } = newWorld();
  const { out } = k('run web --image=nginx --env=A=1 --dry-run=client -o yaml -- sleep 3600');
  expect(out).toBe(`apiVersion: v1
kind: Pod
metadata:
  labels:
    run: web
  name: web
spec:
  containers:
  - args:
    - sleep
    - "3600"
    env:
    - name: A
      value: "1"
    image: nginx
    name: web
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
`);
  expect(k('get pods -o name').out).toBe('');
});

const configMap = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  a: "${value}"\n`;

test('apply creates, leaves alone, changes', () => {
  const { k, write } = newWorld();
  write('/root/app.yaml', configMap('1'));
  expect(k('apply -f app.yaml').out).toBe('configmap/app created\n');
  expect(k('apply -f app.yaml').out).toBe('configmap/app unchanged\n');
  write('/root/app.yaml', configMap('2'));
  expect(k('diff -f app.yaml')).toMatchObject({ exit: 1, out: expect.stringContaining('-  a: "1"\n+  a: "2"\n') });
  expect(k('apply -f app.yaml').out).toBe('configmap/app configured\n');
  expect(k('apply -f -', { stdin: 'apiVersion: v1\n' }).out).toContain('error: error validating "STDIN": error validating data: kind not set;');
  expect(k('apply -f nosuch.yaml')).toEqual({ out: 'error: the path "nosuch.yaml" does not exist\n', exit: 1 });
  expect(k('delete -f app.yaml').out).toBe('configmap "app" deleted from default namespace\n');
});

test('apply --overwrite=false undoes no change of others', () => {
  const { k, write } = newWorld();
  write('/root/app.yaml', configMap('1'));
  k('apply -f app.yaml');
  expect(k('apply -f app.yaml --overwrite=false').out).toBe('configmap/app unchanged\n');
  k(`patch cm app -p '{"data":{"b":"2"}}'`);
  expect(k('apply -f app.yaml --overwrite=false').out).toBe('configmap/app unchanged\n');
  k(`patch cm app -p '{"data":{"a":"3"}}'`);
  const { out, exit } = k('apply -f app.yaml --overwrite=false');
  const conflict = 'patch:\ndata:\n  a: "1"\n\nconflicts with changes made from original to current:\ndata:\n  a: "3"\n  b: "2"\nmetadata:\n';
  expect(out.startsWith(`warning: error calculating patch from openapi v3 spec: ${conflict}`)).toBe(true);
  expect(out).toContain('\n\n\nerror: error when applying patch:\n\nto:\n');
  expect(out).toContain('for: "app.yaml": error when patching "app.yaml": creating patch with:\noriginal:\n{"apiVersion"');
  expect(out).toContain(`\n\nfor: ${conflict}`);
  expect(exit).toBe(1);
  expect(k('apply -f app.yaml').out).toBe('configmap/app configured\n');
});

test('edit runs the editor and sends what it changed', () => {
  const { k, programs, parent } = newWorld();
  const editor = parent.fs;
  editor.write('/usr/local/bin/editor', '');
  editor.chmod('/usr/local/bin/editor', 0o755);
  const inode = editor.stat('/usr/local/bin/editor');
  if (inode.type === 'file') Object.assign(inode, { program: 'editor' });
  expect(programs.has('editor')).toBe(true);
  k('create cm conf --from-literal=a=1');
  expect(k('edit cm conf', { env: { EDITOR: 'editor', FROM: 'nothing', TO: '' } }).out).toBe('Edit cancelled, no changes made.\n');
  expect(k('edit cm conf', { env: { EDITOR: 'editor', FROM: 'a: "1"', TO: 'a: nine' } }).out).toBe('configmap/conf edited\n');
  expect(k("get cm conf -o jsonpath='{.data.a}'").out).toBe('nine');
});

test('wrong calls', () => {
  const { k } = newWorld();
  expect(k('gett pods').out).toBe('error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n');
  expect(k('get pods -z')).toEqual({ out: "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.\n", exit: 1 });
  expect(k('get pods --output').out).toBe("error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.\n");
  expect(k('create deployment x --image=nginx --replicas=x').out).toContain(
    'error: invalid argument "x" for "-r, --replicas" flag: strconv.ParseInt: parsing "x": invalid syntax',
  );
  expect(k('rollout nosuch').out).toBe('error: unknown command "nosuch"\nSee \'kubectl rollout -h\' for help and examples\n');
});

test('a server that is not there', () => {
  const { k } = newWorld();
  k('get ns');
  const { out, exit } = k('get pods --server=https://127.0.0.1:6444');
  expect(exit).toBe(1);
  expect(out.split('\n').filter((line) => line.includes('memcache.go:265'))).toHaveLength(5);
  expect(out).toContain('The connection to the server 127.0.0.1:6444 was refused - did you specify the right host or port?\n');
});

test('config works on the file', () => {
  const { k, parent } = newWorld();
  expect(k('config set-context dev --cluster=kubernetes --user=kubernetes-admin --namespace=dev').out).toBe('Context "dev" created.\n');
  expect(k('config use-context dev').out).toBe('Switched to context "dev".\n');
  expect(k('get pods').out).toBe('No resources found in dev namespace.\n');
  expect(k('config view').out).toContain('client-key-data: DATA+OMITTED');
  expect(parent.fs.read('/root/.kube/config')).toContain('current-context: dev');
  expect(k('config use-context nosuch')).toEqual({ out: 'error: no context exists with the name: "nosuch"\n', exit: 1 });
});

test('credential plugins are checked as kubectl does, and not run', () => {
  const { k, parent } = newWorld();
  const config = parent.fs.read('/root/.kube/config');
  const exec = (fields: string) => parent.fs.write('/root/.kube/config', config.replace(/(users:\n- name: .*\n {2}user:\n)/, `$1    exec: {${fields}}\n`));
  const must = (field: string) => `${field} must be specified for kubernetes-admin to use exec authentication plugin`;
  exec('');
  expect(k('get ns').out).toBe(`Error in configuration: \n* ${must('command')}\n* ${must('apiVersion')}\n* ${must('interactiveMode')}\n`);
  exec('command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Bad');
  expect(k('get ns')).toEqual({ out: 'error: invalid interactiveMode for kubernetes-admin: "Bad"\n', exit: 1 });
  exec('command: x, apiVersion: client.authentication.k8s.io/v1beta1');
  expect(k('get ns')).toEqual({ out: 'k8s-lab: the exec credential plugin x is not simulated\n', exit: 70 });
});

test('describe aligns what belongs together', () => {
  const { k } = newWorld();
  k('create cm app --from-literal=color=blue');
  expect(k('describe cm app').out).toBe(
    'Name:         app\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\ncolor:\n----\nblue\n\n\nBinaryData\n====\n\nEvents:  <none>\n',
  );
});

test('Tab offers commands, flags, types and names', () => {
  const { k, parent } = newWorld();
  k('create ns team-a');
  const complete = (line: string): string[] | undefined => {
    const words = line.split(' ');
    return completeKubectl(words, words.length - 1, parent);
  };
  expect(complete('kubectl desc')).toEqual(['describe']);
  expect(complete('kubectl get deploym')).toEqual(['deployments.apps']);
  expect(complete('kubectl get ns team')).toEqual(['team-a']);
  expect(complete('kubectl -n team')).toEqual(['team-a']);
  expect(complete('kubectl get pods --all-n')).toEqual(['--all-namespaces']);
  expect(complete('kubectl get pods -o js')).toEqual(['json', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file']);
  expect(complete('kubectl apply -f ')).toBeUndefined();
});

test('__complete answers a shell that asks', () => {
  const { k } = newWorld();
  k('create ns team-a');
  const ending = (text: string): string => `Completion ended with directive: ShellCompDirective${text}\n`;
  expect(k('__complete get ns team').out).toBe(`team-a\n:4\n${ending('NoFileComp')}`);
  expect(k('__complete alp').out).toBe(`alpha\tCommands for features in alpha\n:4\n${ending('NoFileComp')}`);
  expect(k('__completeNoDesc alp').out).toBe(`alpha\n:4\n${ending('NoFileComp')}`);
  expect(k('__complete -f nosuch').out).toContain("[Debug] [Error] Error while parsing flags from args [-f]: unknown shorthand flag: 'f' in -f\n:0\n");
  expect(k('completion bash').out).toContain('complete -o default -F __start_kubectl kubectl\n');
});

test('a descriptor that is not open is no manifest', () => {
  const { k } = newWorld();
  expect(k('create -f /dev/fd/77').out).toBe('error: the path "/dev/fd/77" does not exist\n');
});
