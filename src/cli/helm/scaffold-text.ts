/** The chart that `helm create` begins with: an nginx, and what most charts need around it. NAME stands for the chart's. */

const labels = (indent: number): string => `{{- include "NAME.labels" . | nindent ${indent} }}`;
const head = (apiVersion: string, kind: string, name = 'fullname'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: {{ include "NAME.${name}" . }}\n  labels:\n    ${labels(4)}\n`;
/** A value that is only there where something is set. */
const optional = (indent: number, value: string, key = value): string => {
  const pad = ' '.repeat(indent);
  return `${pad}{{- with .Values.${value} }}\n${pad}${key}:\n${pad}  {{- toYaml . | nindent ${indent + 2} }}\n${pad}{{- end }}\n`;
};

const chartYaml = `apiVersion: v2
name: NAME
description: A Helm chart for Kubernetes

# application: can be installed. library: only has templates for other charts to include.
type: application

# Version of the chart; raise it with every change (https://semver.org/).
version: 0.1.0

# Version of what the chart installs; any text, best in quotes.
appVersion: "1.16.0"
`;

const values = `# Default values of NAME. Every one can be set anew with -f or --set.

# How many pods.
replicaCount: 1

# Which image the container runs.
image:
  repository: nginx
  # When the kubelet pulls it.
  pullPolicy: IfNotPresent
  # The chart's appVersion where this is empty.
  tag: ""

# Secrets for a private registry.
imagePullSecrets: []
# Instead of the chart's name, and instead of the whole name of the objects.
nameOverride: ""
fullnameOverride: ""

serviceAccount:
  # Whether the chart makes one.
  create: true
  # Whether its token is mounted into the pods.
  automount: true
  annotations: {}
  # Empty: the full name where one is made, "default" otherwise.
  name: ""

podAnnotations: {}
podLabels: {}

podSecurityContext: {}
  # fsGroup: 2000

securityContext: {}
  # capabilities:
  #   drop:
  #   - ALL
  # readOnlyRootFilesystem: true
  # runAsNonRoot: true
  # runAsUser: 1000

service:
  type: ClusterIP
  port: 80

ingress:
  enabled: false
  className: ""
  annotations: {}
    # kubernetes.io/ingress.class: nginx
  hosts:
    - host: chart-example.local
      paths:
        - path: /
          pathType: ImplementationSpecific
  tls: []
    # - secretName: chart-example-tls
    #   hosts:
    #     - chart-example.local

# The service behind a Gateway; needs the Gateway API and a controller for it.
httpRoute:
  enabled: false
  annotations: {}
  # The Gateways that the route belongs to.
  parentRefs:
  - name: gateway
    sectionName: http
    # namespace: default
  hostnames:
  - chart-example.local
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /headers

# Nothing is asked for by default, so that the chart fits on small clusters too.
resources: {}
  # limits:
  #   cpu: 100m
  #   memory: 128Mi
  # requests:
  #   cpu: 100m
  #   memory: 128Mi

livenessProbe:
  httpGet:
    path: /
    port: http
readinessProbe:
  httpGet:
    path: /
    port: http

autoscaling:
  enabled: false
  minReplicas: 1
  maxReplicas: 100
  targetCPUUtilizationPercentage: 80
  # targetMemoryUtilizationPercentage: 80

# More volumes of the pod, and where its container mounts them.
volumes: []
  # - name: foo
  #   secret:
  #     secretName: mysecret
  #     optional: false
volumeMounts: []
  # - name: foo
  #   mountPath: "/etc/foo"
  #   readOnly: true

nodeSelector: {}

tolerations: []

affinity: {}
`;

const helpers = `{{/*
The chart's name.
*/}}
{{- define "NAME.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
The name of the objects: of the release and the chart, or of the release alone where that names the chart already.
Names may have 63 letters.
*/}}
{{- define "NAME.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Name and version of the chart, as a label has them.
*/}}
{{- define "NAME.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Labels of all objects.
*/}}
{{- define "NAME.labels" -}}
helm.sh/chart: {{ include "NAME.chart" . }}
{{ include "NAME.selectorLabels" . }}
{{- if .Chart.AppVersion }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
Labels that pods are chosen by.
*/}}
{{- define "NAME.selectorLabels" -}}
app.kubernetes.io/name: {{ include "NAME.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
The ServiceAccount of the pods.
*/}}
{{- define "NAME.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "NAME.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}
`;

const deployment = `${head('apps/v1', 'Deployment')}spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "NAME.selectorLabels" . | nindent 6 }}
  template:
    metadata:
${optional(6, 'podAnnotations', 'annotations')}      labels:
        ${labels(8)}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
${optional(6, 'imagePullSecrets')}      serviceAccountName: {{ include "NAME.serviceAccountName" . }}
${optional(6, 'podSecurityContext', 'securityContext')}      containers:
        - name: {{ .Chart.Name }}
${optional(10, 'securityContext')}          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ .Values.service.port }}
              protocol: TCP
${['livenessProbe', 'readinessProbe', 'resources', 'volumeMounts'].map((key) => optional(10, key)).join('')}${['volumes', 'nodeSelector', 'affinity', 'tolerations'].map((key) => optional(6, key)).join('')}`;

const utilization = (resource: 'cpu' | 'memory', value: string): string => `    {{- if .Values.autoscaling.${value} }}
    - type: Resource
      resource:
        name: ${resource}
        target:
          type: Utilization
          averageUtilization: {{ .Values.autoscaling.${value} }}
    {{- end }}
`;

const hpa = `{{- if .Values.autoscaling.enabled }}
${head('autoscaling/v2', 'HorizontalPodAutoscaler')}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "NAME.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
${utilization('cpu', 'targetCPUUtilizationPercentage')}${utilization('memory', 'targetMemoryUtilizationPercentage')}{{- end }}
`;

const httpRoute = `{{- if .Values.httpRoute.enabled -}}
${head('gateway.networking.k8s.io/v1', 'HTTPRoute')}${optional(2, 'httpRoute.annotations', 'annotations')}spec:
  parentRefs:
    {{- with .Values.httpRoute.parentRefs }}
      {{- toYaml . | nindent 4 }}
    {{- end }}
${optional(2, 'httpRoute.hostnames', 'hostnames')}  rules:
    {{- range .Values.httpRoute.rules }}
    {{- with .matches }}
    - matches:
      {{- toYaml . | nindent 8 }}
    {{- end }}
    {{- with .filters }}
      filters:
      {{- toYaml . | nindent 8 }}
    {{- end }}
      backendRefs:
        - name: {{ include "NAME.fullname" $ }}
          port: {{ $.Values.service.port }}
          weight: 1
    {{- end }}
{{- end }}
`;

const ingress = `{{- if .Values.ingress.enabled -}}
${head('networking.k8s.io/v1', 'Ingress')}${optional(2, 'ingress.annotations', 'annotations')}spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if .Values.ingress.tls }}
  tls:
    {{- range .Values.ingress.tls }}
    - hosts:
        {{- range .hosts }}
        - {{ . | quote }}
        {{- end }}
      secretName: {{ .secretName }}
    {{- end }}
  {{- end }}
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path }}
            {{- with .pathType }}
            pathType: {{ . }}
            {{- end }}
            backend:
              service:
                name: {{ include "NAME.fullname" $ }}
                port:
                  number: {{ $.Values.service.port }}
          {{- end }}
    {{- end }}
{{- end }}
`;

const service = `${head('v1', 'Service')}spec:
  type: {{ .Values.service.type }}
  ports:
    - port: {{ .Values.service.port }}
      targetPort: http
      protocol: TCP
      name: http
  selector:
    {{- include "NAME.selectorLabels" . | nindent 4 }}
`;

const serviceAccount = `{{- if .Values.serviceAccount.create -}}
${head('v1', 'ServiceAccount', 'serviceAccountName')}${optional(2, 'serviceAccount.annotations', 'annotations')}automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
{{- end }}
`;

const test = `apiVersion: v1
kind: Pod
metadata:
  name: "{{ include "NAME.fullname" . }}-test-connection"
  labels:
    ${labels(4)}
  annotations:
    "helm.sh/hook": test
spec:
  containers:
    - name: wget
      image: busybox
      command: ['wget']
      args: ['{{ include "NAME.fullname" . }}:{{ .Values.service.port }}']
  restartPolicy: Never
`;

const kubectl = 'kubectl get --namespace {{ .Release.Namespace }}';
const notes = `1. Get the application URL by running these commands:
{{- if .Values.httpRoute.enabled }}
    export APP_HOSTNAME={{ .Values.httpRoute.hostnames | first }}
    echo "Visit http://$APP_HOSTNAME to use your application"
{{- else if .Values.ingress.enabled }}
{{- range $host := .Values.ingress.hosts }}
  {{- range .paths }}
  http{{ if $.Values.ingress.tls }}s{{ end }}://{{ $host.host }}{{ .path }}
  {{- end }}
{{- end }}
{{- else if contains "NodePort" .Values.service.type }}
  export NODE_PORT=$(${kubectl} -o jsonpath="{.spec.ports[0].nodePort}" services {{ include "NAME.fullname" . }})
  export NODE_IP=$(kubectl get nodes --namespace {{ .Release.Namespace }} -o jsonpath="{.items[0].status.addresses[0].address}")
  echo http://$NODE_IP:$NODE_PORT
{{- else if contains "LoadBalancer" .Values.service.type }}
     NOTE: It may take a few minutes for the LoadBalancer IP to be available.
           You can watch its status by running 'kubectl get --namespace {{ .Release.Namespace }} svc -w {{ include "NAME.fullname" . }}'
  export SERVICE_IP=$(kubectl get svc --namespace {{ .Release.Namespace }} {{ include "NAME.fullname" . }} --template "{{"{{ range (index .status.loadBalancer.ingress 0) }}{{.}}{{ end }}"}}")
  echo http://$SERVICE_IP:{{ .Values.service.port }}
{{- else if contains "ClusterIP" .Values.service.type }}
  export POD_NAME=$(kubectl get pods --namespace {{ .Release.Namespace }} -l "app.kubernetes.io/name={{ include "NAME.name" . }},app.kubernetes.io/instance={{ .Release.Name }}" -o jsonpath="{.items[0].metadata.name}")
  export CONTAINER_PORT=$(kubectl get pod --namespace {{ .Release.Namespace }} $POD_NAME -o jsonpath="{.spec.containers[0].ports[0].containerPort}")
  echo "Visit http://127.0.0.1:8080 to use your application"
  kubectl --namespace {{ .Release.Namespace }} port-forward $POD_NAME 8080:$CONTAINER_PORT
{{- end }}
`;

const ignored = `# What does not belong into a package, one pattern a line.
.DS_Store
.git/
.gitignore
.bzr/
.bzrignore
.hg/
.hgignore
.svn/
*.swp
*.bak
*.tmp
*.orig
*~
.project
.idea/
*.tmproj
.vscode/
`;

/** The files below the chart's folder. */
export const scaffold = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({
      '.helmignore': ignored,
      'Chart.yaml': chartYaml,
      'values.yaml': values,
      ...Object.fromEntries(
        Object.entries({
          ...{ 'NOTES.txt': notes, '_helpers.tpl': helpers, 'deployment.yaml': deployment, 'hpa.yaml': hpa, 'httproute.yaml': httpRoute },
          ...{ 'ingress.yaml': ingress, 'service.yaml': service, 'serviceaccount.yaml': serviceAccount, 'tests/test-connection.yaml': test },
        }).map(([path, content]) => [`templates/${path}`, content]),
      ),
    }).map(([path, content]) => [path, content.replace(/\bNAME\b/g, name)]),
  );
