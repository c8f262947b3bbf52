/** The manifests that the pages of kubernetes.io have their readers apply, by their paths below /examples/: the same names, images and numbers. */
import { dumpYaml } from '../../apimachinery/yaml.ts';

type Json = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, name: string, rest: Json, metadata: Json = {}): Json => ({
  apiVersion,
  kind,
  metadata: { name, ...metadata },
  ...rest,
});
const pod = (name: string, spec: Json, metadata: Json = {}): Json => object('v1', 'Pod', name, { spec }, metadata);
const shell = (name: string, script: string, rest: Json = {}): Json => ({ name, image: 'busybox:1.28', args: ['/bin/sh', '-c', script], ...rest });
const web = { name: 'nginx', image: 'nginx:1.14.2', ports: [{ containerPort: 80 }] };

const workload = (kind: string, name: string, { app, replicas, container }: { app: Json; replicas?: number; container: Json }, labels?: Json): Json =>
  object(
    'apps/v1',
    kind,
    name,
    {
      spec: {
        ...(replicas !== undefined && { replicas }),
        selector: { matchLabels: app },
        template: { metadata: { labels: app }, spec: { containers: [container] } },
      },
    },
    labels ? { labels } : {},
  );
const deployment = (replicas: number, image: string, labels?: Json): Json =>
  workload('Deployment', 'nginx-deployment', { app: { app: 'nginx' }, replicas, container: { ...web, image } }, labels);
const service = (name: string, selector: Json, port: Json, spec: Json = {}, labels?: Json): Json =>
  object('v1', 'Service', name, { spec: { selector, ports: [port], ...spec } }, labels ? { labels } : {});
const memoryPod = (name: string, limit: string, bytes: string): Json =>
  pod(
    name,
    {
      containers: [
        {
          name: `${name}-ctr`,
          image: 'polinux/stress',
          resources: { requests: { memory: limit === '200Mi' ? '100Mi' : '50Mi' }, limits: { memory: limit } },
          command: ['stress'],
          args: ['--vm', '1', '--vm-bytes', bytes, '--vm-hang', '1'],
        },
      ],
    },
    { namespace: 'mem-example' },
  );

const liveness = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 };
const claim = { storageClassName: 'manual', accessModes: ['ReadWriteOnce'] };
const countdown = 'i=0; while true; do echo "$i: $(date)"; i=$((i+1)); sleep 1; done';

/** Made when they are asked for. */
const examples: Readonly<Record<string, () => readonly Json[]>> = {
  'application/deployment.yaml': () => [deployment(2, 'nginx:1.14.2')],
  'application/deployment-update.yaml': () => [deployment(2, 'nginx:1.16.1')],
  'application/deployment-scale.yaml': () => [deployment(4, 'nginx:1.16.1')],
  'controllers/nginx-deployment.yaml': () => [deployment(3, 'nginx:1.14.2', { app: 'nginx' })],
  'controllers/job.yaml': () => [
    object('batch/v1', 'Job', 'pi', {
      spec: {
        template: {
          spec: { containers: [{ name: 'pi', image: 'perl:5.34.0', command: ['perl', '-Mbignum=bpi', '-wle', 'print bpi(2000)'] }], restartPolicy: 'Never' },
        },
        backoffLimit: 4,
      },
    }),
  ],
  'application/job/cronjob.yaml': () => [
    object('batch/v1', 'CronJob', 'hello', {
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'hello',
                    image: 'busybox:1.28',
                    imagePullPolicy: 'IfNotPresent',
                    command: ['/bin/sh', '-c', 'date; echo Hello from the Kubernetes cluster'],
                  },
                ],
                restartPolicy: 'OnFailure',
              },
            },
          },
        },
      },
    }),
  ],
  'pods/simple-pod.yaml': () => [pod('nginx', { containers: [web] })],
  'pods/pod-nginx.yaml': () => [
    pod(
      'nginx',
      { containers: [{ name: 'nginx', image: 'nginx', imagePullPolicy: 'IfNotPresent' }], nodeSelector: { disktype: 'ssd' } },
      { labels: { env: 'test' } },
    ),
  ],
  'pods/probe/exec-liveness.yaml': () => [
    pod(
      'liveness-exec',
      {
        containers: [
          shell('liveness', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600', {
            image: 'registry.k8s.io/busybox:1.27.2',
            livenessProbe: liveness,
          }),
        ],
      },
      { labels: { test: 'liveness' } },
    ),
  ],
  'pods/security/security-context.yaml': () => [
    pod('security-context-demo', {
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] },
      volumes: [{ name: 'sec-ctx-vol', emptyDir: {} }],
      containers: [
        {
          name: 'sec-ctx-demo',
          image: 'busybox:1.28',
          command: ['sh', '-c', 'sleep 1h'],
          volumeMounts: [{ name: 'sec-ctx-vol', mountPath: '/data/demo' }],
          securityContext: { allowPrivilegeEscalation: false },
        },
      ],
    }),
  ],
  'pods/storage/pv-volume.yaml': () => [
    object(
      'v1',
      'PersistentVolume',
      'task-pv-volume',
      { spec: { ...claim, capacity: { storage: '10Gi' }, hostPath: { path: '/mnt/data' } } },
      { labels: { type: 'local' } },
    ),
  ],
  'pods/storage/pv-claim.yaml': () => [
    object('v1', 'PersistentVolumeClaim', 'task-pv-claim', { spec: { ...claim, resources: { requests: { storage: '3Gi' } } } }),
  ],
  'pods/storage/pv-pod.yaml': () => [
    pod('task-pv-pod', {
      volumes: [{ name: 'task-pv-storage', persistentVolumeClaim: { claimName: 'task-pv-claim' } }],
      containers: [
        {
          name: 'task-pv-container',
          image: 'nginx',
          ports: [{ containerPort: 80, name: 'http-server' }],
          volumeMounts: [{ mountPath: '/usr/share/nginx/html', name: 'task-pv-storage' }],
        },
      ],
    }),
  ],
  'pods/resource/memory-request-limit.yaml': () => [memoryPod('memory-demo', '200Mi', '150M')],
  'pods/resource/memory-request-limit-2.yaml': () => [memoryPod('memory-demo-2', '100Mi', '250M')],
  'pods/init-containers.yaml': () => [
    pod('init-demo', {
      containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], volumeMounts: [{ name: 'workdir', mountPath: '/usr/share/nginx/html' }] }],
      initContainers: [
        {
          name: 'install',
          image: 'busybox:1.28',
          command: ['wget', '-O', '/work-dir/index.html', 'http://info.cern.ch'],
          volumeMounts: [{ name: 'workdir', mountPath: '/work-dir' }],
        },
      ],
      dnsPolicy: 'Default',
      volumes: [{ name: 'workdir', emptyDir: {} }],
    }),
  ],
  'debug/counter-pod.yaml': () => [pod('counter', { containers: [shell('count', countdown)] })],
  'application/php-apache.yaml': () => [
    workload('Deployment', 'php-apache', {
      app: { run: 'php-apache' },
      container: {
        name: 'php-apache',
        image: 'registry.k8s.io/hpa-example',
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: '500m' }, requests: { cpu: '200m' } },
      },
    }),
    service('php-apache', { run: 'php-apache' }, { port: 80 }, {}, { run: 'php-apache' }),
  ],
  'admin/resource/quota-mem-cpu.yaml': () => [
    object('v1', 'ResourceQuota', 'mem-cpu-demo', {
      spec: { hard: { 'requests.cpu': '1', 'requests.memory': '1Gi', 'limits.cpu': '2', 'limits.memory': '2Gi' } },
    }),
  ],
  'admin/resource/memory-defaults.yaml': () => [
    object('v1', 'LimitRange', 'mem-limit-range', {
      spec: { limits: [{ default: { memory: '512Mi' }, defaultRequest: { memory: '256Mi' }, type: 'Container' }] },
    }),
  ],
  'service/networking/nginx-policy.yaml': () => [
    object('networking.k8s.io/v1', 'NetworkPolicy', 'access-nginx', {
      spec: { podSelector: { matchLabels: { app: 'nginx' } }, ingress: [{ from: [{ podSelector: { matchLabels: { access: 'true' } } }] }] },
    }),
  ],
};

/** The text of an example; undefined for those that the lab does not have. */
export const kubernetesExample = (path: string): string | undefined => examples[path]?.().map(dumpYaml).join('---\n');
