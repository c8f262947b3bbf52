import type { ContainerSpec, core, Pod } from '../api/types.ts';

/** What the apiserver would fill in: a static pod never passed it (kubernetes pkg/apis/core/v1/defaults.go). */
export function defaultPod(pod: Pod): Pod {
  const { spec } = pod;
  const containers = spec.containers.map((container) => defaultContainer(container));
  return {
    ...pod,
    spec: {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      ...spec,
      ...(spec.priorityClassName === 'system-node-critical' && { priority: 2_000_001_000 }),
      ...(spec.priorityClassName === 'system-cluster-critical' && { priority: 2_000_000_000 }),
      containers,
      ...(spec.initContainers && { initContainers: spec.initContainers.map((container) => defaultContainer(container)) }),
      ...(spec.volumes && { volumes: spec.volumes.map(defaultVolume) }),
    },
  };
}

function defaultContainer(container: ContainerSpec): ContainerSpec {
  const image = container.image ?? '';
  const latest = !/[:@][^/]*$/.test(image) || image.endsWith(':latest');
  return {
    imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...container,
    ...(container.livenessProbe && { livenessProbe: defaultProbe(container.livenessProbe) }),
    ...(container.readinessProbe && { readinessProbe: defaultProbe(container.readinessProbe) }),
    ...(container.startupProbe && { startupProbe: defaultProbe(container.startupProbe) }),
    ...(container.ports && { ports: container.ports.map((port) => ({ protocol: 'TCP', ...port })) }),
  };
}

const defaultProbe = (probe: core.Probe): core.Probe => ({ failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1, ...probe });

const defaultVolume = (volume: core.Volume): core.Volume => (volume.hostPath ? { ...volume, hostPath: { type: '', ...volume.hostPath } } : volume);
