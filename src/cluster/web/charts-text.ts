/** The charts that courses install, small: the names and values of the well-known ones, and templates that make the same objects. */
import { metricsServerComponents } from './metrics-server-text.ts';

/** `files` are beside Chart.yaml, which is made of the rest. */
export type ChartText = {
  readonly name: string;
  readonly description: string;
  readonly home: string;
  /** Version of the chart and of what it installs, newest first. */
  readonly versions: readonly (readonly [chart: string, app: string])[];
  readonly files: Readonly<Record<string, string>>;
};

const helpers = (name: string): string => `{{- define "${name}.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "${name}.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "${name}.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "${name}.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
`;

/** What the manifest of a release has, with values in their places. */
function metricsServerTemplates(): Record<string, string> {
  const fullname = '{{ include "metrics-server.fullname" . }}';
  const parts = metricsServerComponents('VERSION')
    .replace(/^ {2}labels:\n {4}k8s-app: metrics-server\n/gm, '  labels:\n    {{- include "metrics-server.labels" . | nindent 4 }}\n')
    .replace(/^( +)k8s-app: metrics-server$/gm, '$1app.kubernetes.io/name: {{ .Chart.Name }}\n$1app.kubernetes.io/instance: {{ .Release.Name }}')
    .replace(/^( +)namespace: kube-system$/gm, '$1namespace: {{ .Release.Namespace }}')
    .replace(/(name: metrics-server-auth-reader\n +namespace:) .*/, '$1 kube-system')
    .replace(/^( {2}name:| {2}name: system:| {4}name:| {2}name: system:metrics-server) metrics-server$/gm, `$1 ${fullname}`)
    .replace('serviceAccountName: metrics-server', `serviceAccountName: ${fullname}`)
    .replace(
      /^ {8}- --cert-dir[\s\S]*?(?=^ {8}image:)/m,
      '        - --secure-port={{ .Values.containerPort }}\n        {{- range concat .Values.defaultArgs .Values.args }}\n        - {{ . }}\n        {{- end }}\n',
    )
    .replace(/image: .*/, 'image: {{ .Values.image.repository }}:{{ .Values.image.tag | default (printf "v%s" .Chart.AppVersion) }}')
    .replace(/imagePullPolicy: .*/, 'imagePullPolicy: {{ .Values.image.pullPolicy }}')
    .replace('containerPort: 10250', 'containerPort: {{ .Values.containerPort }}')
    .replace(/resources:\n {10}requests:\n.*\n.*/, 'resources:\n          {{- toYaml .Values.resources | nindent 10 }}')
    .replace(/^spec:\n {2}selector:\n {4}matchLabels:/m, 'spec:\n  replicas: {{ .Values.replicas }}\n  selector:\n    matchLabels:')
    .split('---\n');
  const names = [
    'serviceaccount',
    'clusterrole-aggregated-reader',
    'clusterrole',
    'rolebinding',
    'clusterrolebinding-auth-delegator',
    'clusterrolebinding',
    'service',
    'deployment',
    'apiservice',
  ];
  return Object.fromEntries(parts.map((part, i) => [`templates/${names[i] ?? i}.yaml`, part]));
}

const metricsServer: ChartText = {
  name: 'metrics-server',
  description: 'Figures of nodes and pods for autoscaling and kubectl top.',
  home: 'https://github.com/kubernetes-sigs/metrics-server',
  versions: [
    ['3.13.0', '0.8.0'],
    ['3.12.2', '0.7.2'],
    ['3.12.1', '0.7.1'],
  ],
  files: {
    'values.yaml': `image:
  repository: registry.k8s.io/metrics-server/metrics-server
  # "v" and the chart's appVersion where this is empty.
  tag: ""
  pullPolicy: IfNotPresent

nameOverride: ""
fullnameOverride: ""

replicas: 1
containerPort: 10250

defaultArgs:
  - --cert-dir=/tmp
  - --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
  - --kubelet-use-node-status-port
  - --metric-resolution=15s

# More of them, such as --kubelet-insecure-tls.
args: []

resources:
  requests:
    cpu: 100m
    memory: 200Mi
`,
    'README.md':
      '# metrics-server\n\nInstalls metrics-server with its APIService. Kubelets with certificates of their own need `--set args={--kubelet-insecure-tls}`.\n',
    'templates/_helpers.tpl': helpers('metrics-server'),
    ...metricsServerTemplates(),
    'templates/NOTES.txt': `metrics-server {{ .Chart.AppVersion }} was installed as {{ include "metrics-server.fullname" . }} in the namespace {{ .Release.Namespace }}.
  kubectl top nodes
`,
  },
};

const deployment = (name: string, port: string, container: string, more: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "${name}.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "${name}.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      {{- include "${name}.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "${name}.labels" . | nindent 8 }}
    spec:
      containers:
        - name: ${container}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ ${port} }}
              protocol: TCP
${more}          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
`;

const service = (name: string, ports: string): string => `apiVersion: v1
kind: Service
metadata:
  name: {{ include "${name}.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "${name}.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  ports:
${ports}  selector:
    {{- include "${name}.selectorLabels" . | nindent 4 }}
`;

const nginx: ChartText = {
  name: 'nginx',
  description: 'NGINX is a web server, reverse proxy and load balancer.',
  home: 'https://bitnami.com',
  versions: [
    ['22.1.1', '1.29.1'],
    ['21.1.23', '1.29.1'],
    ['18.3.6', '1.27.5'],
  ],
  files: {
    'values.yaml': `nameOverride: ""
fullnameOverride: ""

image:
  registry: docker.io
  repository: bitnami/nginx
  tag: latest
  pullPolicy: IfNotPresent

replicaCount: 1

containerPorts:
  http: 8080

resources: {}

# A server block instead of the default one.
serverBlock: ""

livenessProbe:
  enabled: true
readinessProbe:
  enabled: true

service:
  type: LoadBalancer
  ports:
    http: 80
  nodePorts:
    http: ""

ingress:
  enabled: false
  hostname: nginx.local
  ingressClassName: ""
  path: /
  pathType: ImplementationSpecific
`,
    'README.md': '# nginx\n\nA web server behind a Service of type LoadBalancer; `--set service.type=ClusterIP` or `NodePort` for clusters that have none.\n',
    'templates/_helpers.tpl': helpers('nginx'),
    'templates/deployment.yaml': deployment(
      'nginx',
      '.Values.containerPorts.http',
      'nginx',
      `          image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- if .Values.livenessProbe.enabled }}
          livenessProbe:
            tcpSocket:
              port: http
            initialDelaySeconds: 30
          {{- end }}
          {{- if .Values.readinessProbe.enabled }}
          readinessProbe:
            httpGet:
              path: /
              port: http
            initialDelaySeconds: 5
            periodSeconds: 5
          {{- end }}
          {{- if .Values.serverBlock }}
          volumeMounts:
            - name: server-block
              mountPath: /etc/nginx/conf.d
      volumes:
        - name: server-block
          configMap:
            name: {{ include "nginx.fullname" . }}-server-block
          {{- end }}
`,
    ),
    'templates/server-block-configmap.yaml': `{{- if .Values.serverBlock }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "nginx.fullname" . }}-server-block
  labels:
    {{- include "nginx.labels" . | nindent 4 }}
data:
  default.conf: |-
    {{- tpl .Values.serverBlock . | nindent 4 }}
{{- end }}
`,
    'templates/svc.yaml': service(
      'nginx',
      `    - name: http
      port: {{ .Values.service.ports.http }}
      targetPort: http
      {{- if and (ne .Values.service.type "ClusterIP") .Values.service.nodePorts.http }}
      nodePort: {{ .Values.service.nodePorts.http }}
      {{- end }}
`,
    ),
    'templates/ingress.yaml': `{{- if .Values.ingress.enabled }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "nginx.fullname" . }}
  labels:
    {{- include "nginx.labels" . | nindent 4 }}
spec:
  {{- with .Values.ingress.ingressClassName }}
  ingressClassName: {{ . }}
  {{- end }}
  rules:
    - host: {{ .Values.ingress.hostname }}
      http:
        paths:
          - path: {{ .Values.ingress.path }}
            pathType: {{ .Values.ingress.pathType }}
            backend:
              service:
                name: {{ include "nginx.fullname" . }}
                port:
                  name: http
{{- end }}
`,
    'templates/NOTES.txt': `CHART NAME: {{ .Chart.Name }}
CHART VERSION: {{ .Chart.Version }}
APP VERSION: {{ .Chart.AppVersion }}

In the cluster nginx answers at {{ include "nginx.fullname" . }}.{{ .Release.Namespace }}.svc.cluster.local (port {{ .Values.service.ports.http }}).
{{- if contains "LoadBalancer" .Values.service.type }}

Its address from outside, once a load balancer has given it one:
  kubectl get svc --namespace {{ .Release.Namespace }} {{ include "nginx.fullname" . }} -w
{{- end }}
`,
  },
};

const podinfo: ChartText = {
  name: 'podinfo',
  description: 'Podinfo: a small web application to try Kubernetes with',
  home: 'https://github.com/stefanprodan/podinfo',
  versions: [
    ['6.9.2', '6.9.2'],
    ['6.9.0', '6.9.0'],
    ['6.5.0', '6.5.0'],
  ],
  files: {
    'values.yaml': `replicaCount: 1

nameOverride: ""
fullnameOverride: ""

image:
  repository: ghcr.io/stefanprodan/podinfo
  # The chart's appVersion where this is empty.
  tag: ""
  pullPolicy: IfNotPresent

ui:
  # What it greets with.
  message: ""

service:
  enabled: true
  type: ClusterIP
  externalPort: 9898
  nodePort: ""

hpa:
  enabled: false
  maxReplicas: 10
  # Percent of the requested CPU.
  cpu: 80

resources:
  limits: null
  requests:
    cpu: 1m
    memory: 16Mi
`,
    'README.md': '# podinfo\n\nA small web application that tells about its pod; it answers on port 9898.\n',
    'templates/_helpers.tpl': helpers('podinfo'),
    'templates/deployment.yaml': deployment(
      'podinfo',
      '9898',
      '{{ .Chart.Name }}',
      `          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          {{- with .Values.ui.message }}
          env:
            - name: PODINFO_UI_MESSAGE
              value: {{ . | quote }}
          {{- end }}
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
`,
    ),
    'templates/service.yaml': `{{- if .Values.service.enabled }}
${service(
  'podinfo',
  `    - name: http
      port: {{ .Values.service.externalPort }}
      targetPort: http
      protocol: TCP
      {{- if and (eq .Values.service.type "NodePort") .Values.service.nodePort }}
      nodePort: {{ .Values.service.nodePort }}
      {{- end }}
`,
)}{{- end }}
`,
    'templates/hpa.yaml': `{{- if .Values.hpa.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "podinfo.fullname" . }}
  labels:
    {{- include "podinfo.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "podinfo.fullname" . }}
  minReplicas: {{ .Values.replicaCount }}
  maxReplicas: {{ .Values.hpa.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .Values.hpa.cpu }}
{{- end }}
`,
    'templates/NOTES.txt': `podinfo answers at port {{ .Values.service.externalPort }} of its service:
  kubectl -n {{ .Release.Namespace }} port-forward deploy/{{ include "podinfo.fullname" . }} 8080:9898
`,
  },
};

/** What is served below a host and a path. */
export const chartRepositories: readonly { readonly host: string; readonly path: string; readonly charts: readonly ChartText[] }[] = [
  { host: 'kubernetes-sigs.github.io', path: '/metrics-server', charts: [metricsServer] },
  { host: 'charts.bitnami.com', path: '/bitnami', charts: [nginx] },
  { host: 'stefanprodan.github.io', path: '/podinfo', charts: [podinfo] },
];
