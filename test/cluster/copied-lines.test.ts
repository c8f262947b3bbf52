/** Lines as courses have them, in one world: what they print or leave behind. */
import { expect, test } from 'vitest';
import { parseYamlDocuments } from '../../src/apimachinery/yaml.ts';
import { exampleRows } from '../../src/cluster/web/k8s-example-rows.ts';
import { kubernetesExample } from '../../src/cluster/web/k8s-examples.ts';
import { typeIn } from './type-in.ts';

test('lines that a learner copies', () => {
  const { type } = typeIn('kubeadm-3');
  type('kubectl create cm conf --from-literal=x=one --dry-run=client -o yaml > cm.yaml');
  expect(type('KUBE_EDITOR="sed -i s/one/two/" kubectl create -f cm.yaml --edit')).toBe('configmap/conf created\n');
  expect(type('KUBE_EDITOR=true kubectl create -f cm.yaml --edit')).toBe('Edit cancelled, no changes made.\n');
  expect(type("kubectl get cm conf -o jsonpath='{.data.x}'")).toBe('two');
  expect(type(`echo '{"items":[{"e":null},{"e":[{"n":1}]},{"e":5}]}' | jq -c '.items[].e[]?.n'`)).toBe('1\n');
  expect(type('kubectl create svc externalname e --external-name=a.example.com; kubectl patch svc e -p \'{"spec":{"selector":null}}\'')).toContain('patched');
  expect(type('kubectl logs svc/e')).toBe("error: cannot get the logs from *v1.Service: invalid service 'e': Service is defined without a selector\n");
  expect(type('kubectl autoscale node node01 --max=3')).toBe(
    'error: cannot autoscale a Node: could not find scale subresource for /v1, Resource=nodes in discovery information\n',
  );
  expect(type('kubectl apply --server-side -n nosuch -f cm.yaml')).toBe('Error from server (NotFound): namespaces "nosuch" not found\n');
});

test('the examples of kubernetes.io, and what capabilities a container has', () => {
  const { type } = typeIn('kubeadm-3');
  expect(type('kubectl apply -f https://k8s.io/examples/application/deployment.yaml')).toBe('deployment.apps/nginx-deployment created\n');
  expect(type('kubectl apply -f https://k8s.io/examples/application/deployment-scale.yaml')).toBe('deployment.apps/nginx-deployment configured\n');
  expect(type('kubectl get deploy nginx-deployment -o jsonpath={.spec.replicas}/{..image}')).toBe('4/nginx:1.16.1');
  expect(type('kubectl apply -f https://raw.githubusercontent.com/kubernetes/website/main/content/en/examples/pods/simple-pod.yaml')).toBe(
    'pod/nginx created\n',
  );
  expect(type('kubectl apply -f https://k8s.io/examples/application/web/web.yaml')).toBe('service/nginx created\nstatefulset.apps/web created\n');
  expect(type('curl -sL https://k8s.io/examples/configmap/ui.properties | head -1')).toBe('color.good=purple\n');
  type('for f in kubectl kubectl.sha256; do curl -sLO https://dl.k8s.io/release/v1.34.1/bin/linux/amd64/$f; done');
  expect(type('echo "$(cat kubectl.sha256)  kubectl" | sha256sum --check')).toBe('kubectl: OK\n');
  expect(type('chmod +x kubectl; ./kubectl version --client')).toContain('Client Version: v1.34.1\n');
  expect(type('kubectl apply -f https://k8s.io/examples/nosuch.yaml')).toContain('k8s-lab: https://kubernetes.io/examples/nosuch.yaml is not simulated');
  expect(type('kubectl apply -f https://k8s.io/examples/pods/security/security-context.yaml')).toBe('pod/security-context-demo created\n');
  type('kubectl wait --for=condition=Ready pod/nginx pod/security-context-demo --timeout=120s');
  expect(type('kubectl exec nginx -- grep Cap /proc/1/status').split('\n').slice(1, 4)).toEqual([
    'CapPrm:\t00000000a80425fb',
    'CapEff:\t00000000a80425fb',
    'CapBnd:\t00000000a80425fb',
  ]);
  expect(type('kubectl exec security-context-demo -- grep CapEff /proc/1/status')).toBe('CapEff:\t0000000000000000\n');
  expect(type('grep CapEff /proc/self/status')).toBe('CapEff:\t000001ffffffffff\n');
});

test('each example is a manifest', () => {
  const names = exampleRows.match(/^[\w/.-]+(?= [A-Z])/gm) ?? [];
  expect(names.length).toBeGreaterThan(100);
  for (const name of names) {
    const objects = parseYamlDocuments(kubernetesExample(`${name}.yaml`) ?? '');
    for (const object of objects)
      expect(object, name).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String), metadata: { name: expect.any(String) } });
  }
  expect(parseYamlDocuments(kubernetesExample('application/guestbook/frontend-deployment.yaml') ?? '')).toHaveLength(1);
  expect(kubernetesExample('application/guestbook.yaml')).toBeUndefined();
});

test('a Job past its deadline: its pods are deleted, counted once, and only when they have gone it has failed', () => {
  const { type } = typeIn('kubeadm-3');
  type(`cat <<Y | kubectl apply -f -
apiVersion: batch/v1
kind: Job
metadata: {name: slow}
spec:
  parallelism: 2
  activeDeadlineSeconds: 10
  template:
    spec:
      terminationGracePeriodSeconds: 3
      restartPolicy: Never
      containers: [{name: c, image: "busybox:1.36", command: [sleep, "100"]}]
Y
sleep 11`);
  expect(type("kubectl get job slow -o jsonpath='{.status.conditions[*].type} {.status.terminating}'")).toBe('FailureTarget 2');
  type('sleep 10');
  expect(type("kubectl get job slow -o jsonpath='{.status.conditions[*].type} {.status.terminating} {.status.failed}'; kubectl get pods --no-headers")).toBe(
    'FailureTarget Failed 0 2No resources found in default namespace.\n',
  );
});

test('examples of kubectl and of the pages of kubernetes.io, word by word', () => {
  const { type } = typeIn('kubeadm-3');
  type(`cat <<Y | kubectl apply -f -
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shirts.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: shirts, kind: Shirt}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {color: {type: string}, size: {type: integer}}}}}}
    selectableFields: [{jsonPath: .spec.color}, {jsonPath: .spec.size}]
Y
sleep 3
for n in 1 2 3; do printf 'apiVersion: stable.example.com/v1\nkind: Shirt\nmetadata: {name: s%s}\nspec: {color: blue, size: %s}\n' $n $n | kubectl apply -f -; done`);
  expect(type('kubectl get shirts --field-selector spec.color=blue,spec.size=2 -o name')).toBe('shirt.stable.example.com/s2\n');
  expect(type('kubectl get shirts --field-selector constructor=x')).toContain('field label not supported: constructor\n');
  const refused = 'error: context "nosuch" does not exist\n';
  for (const line of ['cluster-info', 'version', 'run a --image=b', 'create ns a', 'auth whoami', 'get --raw /'])
    expect(type(`kubectl --context nosuch ${line}`)).toBe(refused);
  expect(type('kubectl --context nosuch create token a')).toBe('Error in configuration: context was not found for specified context: nosuch\n');
  expect(type('kubectl --cluster nosuch api-versions')).toBe('error: cluster "nosuch" does not exist\n');
  expect(type('kubectl convert -f pod.yaml')).toBe('error: unknown command "convert" for "kubectl"\n');
  expect(type('kubectl describe pods ""')).toBe('error: resource name may not be empty\n');
  expect(type('kubectl exec "" -- env')).toBe('error: pod, type/name or --filename must be specified\n');
  type('kubectl run web --image=nginx; kubectl wait --for=condition=Ready pod/web');
  expect(type('kubectl debug web --copy-to=copy --container=nosuch -- sh')).toContain('error: you must specify image when creating new container\n');
  type('kubectl run said --image=busybox -- false; kubectl debug said --copy-to=said-copy --container=said -- sleep 40');
  expect(type("kubectl get pod said-copy -o jsonpath='{.spec.containers[0].command} {.spec.containers[0].args}'")).toBe('["sleep","40"] ');
  expect(type('kubectl debug web --image=busybox --profile=general -q')).toBe('');
  expect(type('kubectl run web --image=nginx --dry-run=client -o yaml | kubectl replace -f -')).toContain(
    '- "EphemeralContainers": [\n-  {\n-   "Name": "debugger-',
  );
  type('echo k > key; kubectl config set users.a.client-key-data c2VjcmV0; kubectl config set-credentials a --client-key=key');
  expect(type(`kubectl config view -o jsonpath='{.users[?(@.name=="a")].user}'`)).toBe('{"client-key":"/root/key"}');
  type('kubectl alpha kuberc set --section aliases --name getn --command get --prependarg nodes --option output=wide');
  expect(type('kubectl alpha kuberc view -o json | tr -d " \\n"')).toBe(
    '{"kind":"Preference","apiVersion":"kubectl.config.k8s.io/v1beta1","defaults":[],"aliases":[{"name":"getn","command":"get","prependArgs":["nodes"],"options":[{"name":"output","default":"wide"}]}]}',
  );
});

test('images whose entrypoint has a program of its own, nginx before others, and folders mounted over files', () => {
  const { type } = typeIn('kubeadm-3');
  type(`kubectl run mongo --image=mongo:4.2 -- --bind_ip 0.0.0.0
kubectl run red --image=redis -- --appendonly yes
kubectl run maria --image=mariadb --env MARIADB_ROOT_PASSWORD=x -- --character-set-server=utf8
kubectl create deploy hello --image=gcr.io/google-samples/hello-go-gke:1.0; kubectl expose deploy hello --port 80
kubectl create deploy front --image=gcr.io/google-samples/hello-frontend:1.0
kubectl run simple --image=quay.io/openshiftlabs/simpleservice:0.5.0
kubectl create cm conf --from-literal=nginx.conf=x
kubectl run users --image=busybox --overrides='{"spec":{"hostUsers":false}}' -- sleep 600
kubectl run over --image=nginx --overrides='{"spec":{"containers":[{"name":"over","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/etc/nginx/nginx.conf"}]}],"volumes":[{"name":"v","configMap":{"name":"conf"}}]}}'
kubectl wait --for=condition=Ready pod mongo red maria simple users; kubectl rollout status deploy front; sleep 5`);
  expect(type('kubectl run --rm -iq --image=mysql:9 --restart=Never c -- mysql --version')).toContain('k8s-lab: mysql is not simulated\n');
  expect(type('kubectl exec deploy/front -- curl -s localhost')).toBe('{"message":"Hello"}\n');
  expect(type('kubectl logs simple')).toContain('INFO This is simple service in version v0.5.0 listening on port 9876');
  expect(type('kubectl exec users -- cat /proc/self/uid_map')).toMatch(/^ {9}0 +\d*[1-9]\d* {6}65536\n$/);
  expect(type('kubectl exec users -- readlink /proc/self/ns/user')).not.toBe('user:[4026531837]\n');
  expect(type('readlink /proc/self/ns/user')).toBe('user:[4026531837]\n');
  expect(type('curl http://$NOBODY')).toBe('curl: (3) URL rejected: No host part in the URL\n');
  expect(type("kubectl get pod over -o jsonpath='{.status.containerStatuses[0].lastState.terminated.message}'")).toMatch(
    /error mounting "(\/var\/lib\/kubelet\/pods\/.*~configmap\/v)" to rootfs at "\/etc\/nginx\/nginx.conf": mount src=\1, dst=\/etc\/nginx\/nginx.conf, dstFd=\/proc\/thread-self\/fd\/\d+, flags=MS_BIND\|MS_REC: not a directory$/,
  );
});
