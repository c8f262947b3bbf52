import { expect, test } from 'vitest';
import { newServer } from './server.ts';

const ns = 'namespaces/default';
const container = { name: 'c', image: 'nginx:1.27' };
const pod = (spec: object, more: object = {}) => ({ metadata: { name: 'p' }, spec: { containers: [container], ...spec }, ...more });
const withContainer = (fields: object) => pod({ containers: [{ ...container, ...fields }] });
const probe = (fields: object) => withContainer({ livenessProbe: fields });
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'x' } };
const workload = (spec: object) => ({ metadata: { name: 'w' }, spec: { selector, template, ...spec } });

type Case = readonly [path: string, body: object, message: string];

const pods = `/api/v1/${ns}/pods`;
const podCases: readonly Case[] = [
  [
    pods,
    withContainer({ env: [{ name: 'a=b', value: '1' }] }),
    'spec.containers[0].env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
  ],
  [
    pods,
    withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }] }),
    'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
  ],
  [
    pods,
    withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }] }),
    'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
  ],
  [
    pods,
    withContainer({ env: [{ name: 'A', value: 'x', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }] }),
    'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
  ],
  [pods, withContainer({ envFrom: [{}] }), 'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`'],
  [
    pods,
    withContainer({ resources: { limits: { 'nvidia.com/gpu': '500m' } } }),
    '[spec.containers[0].resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer, spec.containers[0].resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer]',
  ],
  [
    pods,
    withContainer({ resources: { requests: { gpu: '1' } } }),
    '[spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified, spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers]',
  ],
  [
    pods,
    withContainer({ ports: [{ containerPort: 80, name: 'WEB' }] }),
    '[spec.containers[0].ports[0].name: Invalid value: "WEB": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), spec.containers[0].ports[0].name: Invalid value: "WEB": must contain at least one letter (a-z)]',
  ],
  [
    pods,
    pod({
      containers: [
        { ...container, ports: [{ containerPort: 80, hostPort: 80 }] },
        { ...container, name: 'd', ports: [{ containerPort: 81, hostPort: 80 }] },
      ],
    }),
    'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
  ],
  [pods, probe({}), 'spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  [
    pods,
    probe({ httpGet: { port: 80 }, exec: { command: ['a'] } }),
    'spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type',
  ],
  [
    pods,
    probe({ httpGet: { port: 0 }, successThreshold: 2 }),
    '[spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1]',
  ],
  [
    pods,
    pod({ initContainers: [{ ...container, name: 'i', readinessProbe: { exec: { command: ['a'] } } }] }),
    'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
  ],
  [pods, pod({ initContainers: [container] }), 'spec.initContainers[0].name: Duplicate value: "c"'],
  [
    pods,
    pod({ volumes: [{ name: 'v', hostPath: { path: '/a', type: 'Dir' } }] }),
    'spec.volumes[0].hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
  ],
  [
    pods,
    pod({
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    'spec.volumes[1].name: Duplicate value: "v"',
  ],
  [
    pods,
    pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/a' } }] }),
    'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
  ],
  [
    pods,
    pod({ tolerations: [{ key: 'a', operator: 'Equals' }] }),
    'spec.tolerations[0].operator: Unsupported value: "Equals": supported values: "Equal", "Exists"',
  ],
  [
    pods,
    pod({ tolerations: [{ key: 'a', effect: 'NoSchedule', tolerationSeconds: 5 }] }),
    'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
  ],
  [pods, pod({ securityContext: { runAsUser: -1 } }), 'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
  [
    pods,
    withContainer({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
  ],
  [pods, pod({ dnsPolicy: 'None' }), 'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  [
    pods,
    pod({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }] }),
    '[spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero, spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty, spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"]',
  ],
  [
    pods,
    pod({ affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, podAffinityTerm: { topologyKey: 'a' } }] } } }),
    'spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
  ],
];

const otherCases: readonly Case[] = [
  [
    `/apis/apps/v1/${ns}/deployments`,
    workload({ strategy: { type: 'Rolling' } }),
    'spec.strategy: Unsupported value: {"Type":"Rolling","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    `/apis/apps/v1/${ns}/deployments`,
    workload({ template: { spec: template.spec } }),
    'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
  ],
  [
    `/apis/apps/v1/${ns}/deployments`,
    workload({ progressDeadlineSeconds: 10, minReadySeconds: 10 }),
    'spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds',
  ],
  [
    `/apis/apps/v1/${ns}/daemonsets`,
    workload({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } }),
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    `/apis/apps/v1/${ns}/statefulsets`,
    workload({ podManagementPolicy: 'Serial' }),
    "spec.podManagementPolicy: Invalid value: \"Serial\": must be 'OrderedReady' or 'Parallel'",
  ],
  [
    `/apis/batch/v1/${ns}/cronjobs`,
    {
      metadata: { name: 'c' },
      spec: { schedule: '* * * * *', timeZone: 'Mars/Base', jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } } },
    },
    'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
  ],
  [
    `/api/v1/${ns}/services`,
    { metadata: { name: 's' }, spec: { ports: [{ port: 80 }], externalTrafficPolicy: 'Local' } },
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ],
  [
    `/api/v1/${ns}/services`,
    {
      metadata: { name: 's' },
      spec: {
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      },
    },
    'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
  ],
  [
    `/api/v1/${ns}/services`,
    { metadata: { name: 's' }, spec: { ports: [{ port: 0 }] } },
    '[spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]',
  ],
  [
    `/apis/networking.k8s.io/v1/${ns}/ingresses`,
    {
      metadata: { name: 'i' },
      spec: { rules: [{ host: '1.2.3.4', http: { paths: [{ path: 'a', pathType: 'Prefix', backend: { service: { name: 's' } } }] } }] },
    },
    '[spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address, spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path, spec.rules[0].http.paths[0].backend: Required value: port name or number is required]',
  ],
  [
    `/apis/networking.k8s.io/v1/${ns}/networkpolicies`,
    { metadata: { name: 'n' }, spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] } },
    'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
  ],
  [
    `/api/v1/${ns}/limitranges`,
    { metadata: { name: 'l' }, spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } },
    '[spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1, spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1, spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1]',
  ],
  [
    `/api/v1/${ns}/resourcequotas`,
    { metadata: { name: 'q' }, spec: { hard: { pod: '1' } } },
    '[spec.hard[pod]: Invalid value: "pod": must be a standard resource type or fully qualified, spec.hard[pod]: Invalid value: "pod": must be a standard resource for quota]',
  ],
  [
    `/apis/policy/v1/${ns}/poddisruptionbudgets`,
    { metadata: { name: 'b' }, spec: { minAvailable: 1, maxUnavailable: 1, selector } },
    'spec: Invalid value: {"MinAvailable":1,"Selector":{"matchLabels":{"app":"x"}},"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
  ],
  [
    `/apis/autoscaling/v2/${ns}/horizontalpodautoscalers`,
    {
      metadata: { name: 'h' },
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { kind: 'Deployment', name: 'w' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }],
      },
    },
    'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
  ],
  [
    '/api/v1/persistentvolumes',
    { metadata: { name: 'v' }, spec: { accessModes: ['RWO'], capacity: { storage: '1Gi' } } },
    '[spec.accessModes: Unsupported value: "RWO": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", spec: Required value: must specify a volume type]',
  ],
  [`/api/v1/${ns}/secrets`, { metadata: { name: 's' }, type: 'kubernetes.io/basic-auth' }, '[data[username]: Required value, data[password]: Required value]'],
  [
    `/api/v1/${ns}/endpoints`,
    { metadata: { name: 'e' }, subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] },
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
];

test('what validation says of new objects', () => {
  const { refused } = newServer();
  const seen = (cases: readonly Case[]) => cases.map(([path, body]) => refused('POST', `${path}?dryRun=All`, body).replace(/^.*? is invalid: /s, ''));
  expect(seen(podCases)).toEqual(podCases.map(([, , message]) => message));
  expect(seen(otherCases)).toEqual(otherCases.map(([, , message]) => message));
});

test('what may not change', () => {
  const { ok, refused } = newServer();
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
  const change = (path: string, patch: object) =>
    refused('PATCH', path, patch, merge)
      .replace(/^.*? is invalid: /s, '')
      .split('\n')[0];
  const jobs = `/apis/batch/v1/${ns}/jobs`;
  ok('POST', jobs, { metadata: { name: 'j' }, spec: { completions: 2, template: { spec: { ...template.spec, restartPolicy: 'Never' } } } });
  expect(change(`${jobs}/j`, { spec: { completions: 3 } })).toBe('spec.completions: Invalid value: 3: field is immutable');
  expect(change(`${jobs}/j`, { spec: { template: { spec: { hostNetwork: true } } } })).toContain('"SecurityContext":{"HostNetwork":true,"HostPID":false');
  ok('POST', `/api/v1/${ns}/persistentvolumeclaims`, {
    metadata: { name: 'd' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  expect(change(`/api/v1/${ns}/persistentvolumeclaims/d`, { spec: { resources: { requests: { storage: '2Gi' } } } })).toBe(
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  );
  ok('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 100 });
  expect(change('/apis/scheduling.k8s.io/v1/priorityclasses/high', { value: 200 })).toBe('value: Forbidden: may not be changed in an update.');
  ok('POST', '/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'fast' }, provisioner: 'a.b/c' });
  expect(change('/apis/storage.k8s.io/v1/storageclasses/fast', { volumeBindingMode: 'WaitForFirstConsumer' })).toBe(
    'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
  );
  ok('POST', pods, pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }));
  expect(change(`${pods}/p`, { spec: { tolerations: [] } })).toBe(
    'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
  );
  expect(change(`${pods}/p`, { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'q' }] } })).toBe(
    'metadata.ownerReferences[0].uid: Required value: must not be empty',
  );
  expect(change(`${pods}/p`, { spec: { hostname: 'x' } })).toMatch(/^spec: Forbidden: pod updates may not change fields other than/);
});
