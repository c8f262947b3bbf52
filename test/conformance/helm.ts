/** A chart of ten kinds, and what is done with it. */

const metadata = (name: string): string => `metadata:\n  name: {{ .Release.Name }}-${name}\n  labels: {app: {{ .Release.Name }}, chart: {{ .Chart.Name }}}\n`;

export const chart: Readonly<Record<string, string>> = {
  'chart/Chart.yaml':
    'apiVersion: v2\nname: shop\ndescription: ten kinds\nicon: https://example.com/icon.png\ntype: application\nversion: 0.1.0\nappVersion: "1.0"\n',
  'chart/values.yaml': 'replicas: 2\nimage: nginx:1.27\ncolour: blue\n',
  'chart/templates/NOTES.txt': 'The shop is {{ .Values.colour }}.\n',
  'chart/templates/configmap.yaml': `apiVersion: v1\nkind: ConfigMap\n${metadata('conf')}data:\n  colour: {{ .Values.colour | quote }}\n`,
  'chart/templates/secret.yaml': `apiVersion: v1\nkind: Secret\n${metadata('login')}stringData: {password: secret}\n`,
  'chart/templates/serviceaccount.yaml': `apiVersion: v1\nkind: ServiceAccount\n${metadata('robot')}`,
  'chart/templates/role.yaml': `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n${metadata('reader')}rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]\n`,
  'chart/templates/rolebinding.yaml': `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n${metadata('readers')}roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Release.Name }}-reader}\nsubjects: [{kind: ServiceAccount, name: {{ .Release.Name }}-robot, namespace: {{ .Release.Namespace }}}]\n`,
  'chart/templates/deployment.yaml': `apiVersion: apps/v1\nkind: Deployment\n${metadata('web')}spec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {app: {{ .Release.Name }}}}\n  template:\n    metadata: {labels: {app: {{ .Release.Name }}}}\n    spec:\n      containers: [{name: web, image: {{ .Values.image | quote }}, ports: [{containerPort: 80}]}]\n`,
  'chart/templates/service.yaml': `apiVersion: v1\nkind: Service\n${metadata('web')}spec:\n  selector: {app: {{ .Release.Name }}}\n  ports: [{port: 80}]\n`,
  'chart/templates/ingress.yaml': `apiVersion: networking.k8s.io/v1\nkind: Ingress\n${metadata('web')}spec:\n  rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: {{ .Release.Name }}-web, port: {number: 80}}}}]}}]\n`,
  'chart/templates/pdb.yaml': `apiVersion: policy/v1\nkind: PodDisruptionBudget\n${metadata('web')}spec:\n  minAvailable: 1\n  selector: {matchLabels: {app: {{ .Release.Name }}}}\n`,
  'chart/templates/cronjob.yaml': `apiVersion: batch/v1\nkind: CronJob\n${metadata('tick')}spec:\n  schedule: "0 0 * * *"\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: tick, image: "busybox:1.36", command: [date]}]}}}}\n`,
};

export const helmLines: readonly { readonly line: string; readonly shows?: RegExp }[] = [
  { line: 'helm lint chart', shows: /0 chart\(s\) failed/ },
  { line: 'helm template shop chart', shows: /kind: CronJob/ },
  { line: 'helm install shop chart', shows: /STATUS: deployed[\s\S]*The shop is blue/ },
  { line: 'helm list', shows: /shop\s+default\s+1\s.*deployed\s+shop-0.1.0\s+1.0/ },
  { line: 'helm status shop', shows: /REVISION: 1/ },
  { line: 'helm get values shop --all', shows: /colour: blue/ },
  { line: 'helm get manifest shop', shows: /kind: PodDisruptionBudget/ },
  { line: 'helm upgrade shop chart --set colour=red,replicas=1 --wait --timeout 60s', shows: /REVISION: 2[\s\S]*The shop is red/ },
  { line: 'helm history shop', shows: /1\s.*superseded[\s\S]*2\s.*deployed/ },
  { line: 'helm rollback shop 1 --wait --timeout 60s', shows: /Rollback was a success/ },
  { line: 'helm history shop', shows: /3\s.*deployed\s.*Rollback to 1/ },
  { line: 'helm list -o json', shows: /"revision":"3"/ },
  { line: 'helm install other chart --dry-run=server', shows: /other-web/ },
  { line: 'helm uninstall shop', shows: /release "shop" uninstalled/ },
  { line: 'helm list -q', shows: /^$/ },
];
