import { newCertificateRequest } from '../../src/apimachinery/pki.ts';

/** What stands in the world that both kubectls look at: an object of nearly every kind, applied in this order. */
export const manifests: Readonly<Record<string, string>> = {
  'namespaces.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {team: red, pod-security.kubernetes.io/warn: baseline}
  annotations: {owner: somebody}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: limits, namespace: shop}
spec:
  hard: {pods: "20", requests.cpu: "4", requests.memory: 4Gi, services: "10", count/deployments.apps: "8"}
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec:
  limits:
  - type: Container
    default: {cpu: 200m, memory: 128Mi}
    defaultRequest: {cpu: 50m, memory: 64Mi}
    max: {cpu: "1", memory: 1Gi}
  - type: PersistentVolumeClaim
    max: {storage: 5Gi}
`,
  'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data:
  colour: blue
  file.conf: |
    one = 1
    two = "zwei"
binaryData:
  bytes: AAEC/w==
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fixed}
data: {a: "1"}
immutable: true
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {user: admin, password: "s3cr3t"}
---
apiVersion: v1
kind: Secret
metadata: {name: certificate}
type: kubernetes.io/tls
data: {tls.crt: LS0t, tls.key: LS0t}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder, labels: {team: red}}
imagePullSecrets: [{name: registry}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list, watch]}
- {apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [get, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: ServiceAccount, name: builder, namespace: default}
- {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
- {kind: Group, name: developers, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: node-looker, labels: {team: red}}
rules:
- {apiGroups: [""], resources: [nodes], verbs: [get, list]}
- {nonResourceURLs: [/healthz, /metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: node-lookers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: node-looker}
subjects:
- {kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
description: for what matters
preemptionPolicy: Never
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: sandboxed}
handler: runc
overhead:
  podFixed: {cpu: 10m, memory: 16Mi}
scheduling:
  nodeSelector: {disk: ssd}
`,
  'storage.yaml': `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: manual, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
reclaimPolicy: Retain
parameters: {kind: disk}
mountOptions: [noatime]
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-1, labels: {kind: disk}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: plain
  persistentVolumeReclaimPolicy: Retain
  hostPath: {path: /data/1}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk-2}
spec:
  capacity: {storage: 2Gi}
  accessModes: [ReadWriteMany, ReadOnlyMany]
  nfs: {server: 10.0.0.9, path: /exports}
  claimRef: {namespace: shop, name: nobody}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: plain
  resources: {requests: {storage: 500Mi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: waiting}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 5Gi}}
`,
  'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, tier: front}
  annotations: {kubernetes.io/change-cause: first}
spec:
  replicas: 2
  revisionHistoryLimit: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}, annotations: {note: hello}}
    spec:
      serviceAccountName: builder
      containers:
      - name: web
        image: nginx:1.27
        ports: [{name: http, containerPort: 80}, {containerPort: 443, protocol: TCP}]
        env:
        - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password, optional: true}}}
        - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
        - {name: PLAIN, value: "a b"}
        envFrom: [{configMapRef: {name: settings}, prefix: S_}, {secretRef: {name: login, optional: true}}]
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 500m, memory: 128Mi}}
        readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}
        livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 3}
        startupProbe: {exec: {command: [ls, /]}, failureThreshold: 30}
        lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE, CHOWN, SETUID, SETGID]}}
        volumeMounts:
        - {name: conf, mountPath: /etc/settings, readOnly: true}
        - {name: cache, mountPath: /cache, subPath: x}
        - {name: all, mountPath: /all}
      volumes:
      - {name: conf, configMap: {name: settings, items: [{key: colour, path: colour.txt}]}}
      - {name: cache, emptyDir: {sizeLimit: 10Mi}}
      - name: all
        projected:
          sources:
          - secret: {name: login}
          - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
          - serviceAccountToken: {path: token, expirationSeconds: 3600, audience: vault}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}, {name: https, port: 443}]
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec:
  type: NodePort
  selector: {app: web}
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  ports: [{port: 80, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: balanced}
spec:
  type: LoadBalancer
  selector: {app: nobody}
  ports: [{port: 8080, protocol: UDP, nodePort: 30081}]
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: example.com}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 6379}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}}
spec:
  ingressClassName: nginx
  defaultBackend: {service: {name: web, port: {number: 80}}}
  tls: [{hosts: [shop.example.com], secretName: certificate}]
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
      - {path: /old, pathType: Exact, backend: {service: {name: nobody, port: {number: 8080}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only-front}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {tier: front}}
      namespaceSelector: {matchLabels: {team: red}}
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: 6379, protocol: TCP}]
  egress: []
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: percent}
spec:
  maxUnavailable: 25%
  selector: {matchLabels: {app: db}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
  - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}}
`,
  'workloads.yaml': `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - {name: redis, image: "redis:7", ports: [{containerPort: 6379}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]
      nodeSelector: {kubernetes.io/os: linux}
      containers:
      - {name: agent, image: "busybox:1.36", command: [sh, -c, "while true; do sleep 3600; done"]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  completions: 2
  parallelism: 1
  backoffLimit: 3
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: once, image: "busybox:1.36", command: [echo, done]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: failing}
spec:
  backoffLimit: 0
  activeDeadlineSeconds: 100
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: failing, image: "busybox:1.36", command: ["false"]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
          - {name: nightly, image: "busybox:1.36", args: [date]}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 1
  selector: {app: old}
  template:
    metadata: {labels: {app: old}}
    spec:
      containers:
      - {name: old, image: "nginx:1.27"}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: template}
template:
  metadata: {labels: {app: template}}
  spec:
    containers:
    - {name: t, image: nginx}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: leader}
spec: {holderIdentity: me, leaseDurationSeconds: 15}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec, description: the schedule}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A cron tab.
        properties:
          spec:
            type: object
            required: [cronSpec]
            properties:
              cronSpec: {type: string, description: when}
              image: {type: string}
              replicas: {type: integer, minimum: 1, default: 1}
`,
  'pods.yaml': `apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: tab}
spec: {cronSpec: "* * * * */5", image: img}
---
apiVersion: v1
kind: Pod
metadata: {name: plain, labels: {run: plain}}
spec:
  containers:
  - {name: main, image: "busybox:1.36", command: [sh, -c, "echo one; echo two; sleep 36000"], stdin: true}
---
apiVersion: v1
kind: Pod
metadata: {name: several, labels: {run: several}}
spec:
  priorityClassName: high
  hostAliases: [{ip: 1.2.3.4, hostnames: [a, b]}]
  dnsPolicy: None
  dnsConfig: {nameservers: [1.1.1.1], searches: [x.y], options: [{name: ndots, value: "2"}]}
  securityContext: {runAsUser: 1000, fsGroup: 2000}
  initContainers:
  - {name: first, image: "busybox:1.36", command: [echo, first]}
  - {name: side, image: "busybox:1.36", restartPolicy: Always, command: [sleep, "36000"]}
  containers:
  - {name: a, image: "busybox:1.36", command: [sleep, "36000"], resources: {requests: {cpu: 10m}, limits: {cpu: 10m, memory: 20Mi}}}
  - {name: b, image: "busybox:1.36", command: [sleep, "36000"], volumeMounts: [{name: claim, mountPath: /data}]}
  volumes:
  - {name: claim, persistentVolumeClaim: {claimName: data}}
  - {name: host, hostPath: {path: /tmp, type: Directory}}
---
apiVersion: v1
kind: Pod
metadata: {name: nowhere}
spec:
  nodeSelector: {disk: ssd}
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 5
        podAffinityTerm: {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}
  topologySpreadConstraints:
  - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: x}}}
  tolerations:
  - {key: a, operator: Equal, value: b, effect: NoExecute, tolerationSeconds: 60}
  containers:
  - {name: main, image: nginx}
---
apiVersion: v1
kind: Pod
metadata: {name: badimage}
spec:
  containers:
  - {name: main, image: "nginx:nosuchtag"}
---
apiVersion: v1
kind: Pod
metadata: {name: finished}
spec:
  restartPolicy: Never
  containers:
  - {name: main, image: "busybox:1.36", command: [sh, -c, "exit 3"]}
---
apiVersion: v1
kind: Pod
metadata: {name: nosecret}
spec:
  containers:
  - {name: main, image: "busybox:1.36", envFrom: [{secretRef: {name: absent}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gated}
spec:
  schedulingGates: [{name: example.com/wait}]
  containers:
  - {name: main, image: nginx}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: small, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: small}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: small}}
    spec:
      containers:
      - {name: small, image: "busybox:1.36", command: [sleep, "36000"]}
---
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec:
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400
  request: ${Buffer.from(newCertificateRequest({ commonName: 'jane', organizations: ['developers'] }).request).toString('base64')}
  usages: [client auth]
`,
};
