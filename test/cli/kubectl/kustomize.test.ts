import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

const files: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': `resources: [web.yaml]
configMapGenerator: [{name: conf, literals: [a=1]}]
`,
  'base/web.yaml': `apiVersion: v1
kind: Service
metadata: {name: web, annotations: {y: yes}}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one}
spec: {containers: [{name: a, image: "nginx:1.27", args: [$(WEB), "--x=$(WEB)"], envFrom: [{configMapRef: {name: conf}}]}]}
`,
  'over/kustomization.yaml': `resources: [../base]
components: [../part]
namePrefix: a-
images: [{name: nginx, newTag: "2"}]
labels: [{pairs: {team: red}, fields: [{path: spec/selector, kind: Service, create: true}]}]
vars: [{name: WEB, objref: {kind: Service, name: web, apiVersion: v1}}]
configurations: [places.yaml]
configMapGenerator: [{name: conf, behavior: merge, literals: [b=2]}]
`,
  'over/places.yaml': `nameReference: [{kind: Service, version: v1, fieldSpecs: [{path: metadata/annotations/svc, kind: Pod}]}]
`,
  'part/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches: [{target: {kind: Pod}, patch: "- {op: add, path: /metadata/annotations, value: {svc: web}}"}]
`,
  'kind/kustomization.yaml': 'resources: [../part]\n',
  'number/kustomization.yaml': 'images: [{name: a, newTag: 1.5}]\n',
  'nowhere/kustomization.yaml': 'resources: [../base]\npatches: [{target: {kind: Pod}, patch: "- {op: replace, path: /spec/no/a, value: 1}"}]\n',
};

/** What kubectl 1.35.2 gives. */
const built = `apiVersion: v1
data:
  a: "1"
  b: "2"
kind: ConfigMap
metadata:
  labels:
    team: red
  name: a-conf-7gdc49gk6d
---
apiVersion: v1
kind: Service
metadata:
  annotations:
    "y": "yes"
  labels:
    team: red
  name: a-web
spec:
  ports:
  - port: 80
  selector:
    app: web
    team: red
---
apiVersion: v1
kind: Pod
metadata:
  annotations:
    svc: a-web
  labels:
    team: red
  name: a-one
spec:
  containers:
  - args:
    - a-web
    - --x=a-web
    envFrom:
    - configMapRef:
        name: a-conf-7gdc49gk6d
    image: nginx:2
    name: a
`;

test('kustomize: a component, variables, configurations, label fields and a merged generator; refusals', () => {
  const { k, write, parent } = newWorld();
  for (const name of ['base', 'over', 'part', 'kind', 'number', 'nowhere']) parent.fs.mkdir(`/root/${name}`);
  for (const [name, content] of Object.entries(files)) write(`/root/${name}`, content);
  const warning =
    "# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run 'kustomize edit fix' to update your Kustomization automatically.\n";
  expect(k('kustomize over')).toEqual({ out: warning + built, exit: 0 });
  const refused = (name: string): string => k(`kustomize ${name}`).out;
  expect(refused('kind')).toContain("expected kind != 'Component' for path '/root/part'");
  expect(refused('number')).toBe('error: invalid Kustomization: json: cannot unmarshal number into Go struct field Image.images.newTag of type string\n');
  expect(refused('nowhere')).toBe('error: replace operation does not apply: doc is missing path: /spec/no/a: missing value\n');
});
