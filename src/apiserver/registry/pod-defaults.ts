/** Defaults of pods and of pod templates: kubernetes pkg/apis/core/v1/defaults.go. */
import type { ContainerSpec, core, PodSpec, PodTemplateSpec } from '../../api/types.ts';
import { containersTotal, isPodLevelResource, podLevelResources } from '../../client/component-helpers/pod-resources.ts';
import { mapKept } from '../objects.ts';
import { fill, mapField } from './fill.ts';

const emptyObject = Object.freeze({});

/** Fills in a pod's spec. */
function defaultPodSpec(spec: PodSpec): PodSpec {
  let filled = fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: emptyObject,
    schedulerName: 'default-scheduler',
  });
  // Both names are the same field, one of them old.
  const account = filled.serviceAccountName ?? filled.serviceAccount;
  if (account !== undefined && (filled.serviceAccountName !== account || filled.serviceAccount !== account)) {
    filled = { ...filled, serviceAccountName: account, serviceAccount: account };
  }
  filled = mapField(filled, 'containers', (containers) =>
    Array.isArray(containers) ? mapKept(containers, (container) => defaultContainer(container, filled)) : containers,
  );
  filled = mapField(filled, 'initContainers', (containers) => mapKept(containers, (container) => defaultContainer(container, filled)));
  filled = mapField(filled, 'ephemeralContainers', (containers) => mapKept(containers, (container) => defaultContainer(container, filled)));
  return mapField(filled, 'volumes', (volumes) => mapKept(volumes, defaultVolume));
}

/** A template of a workload: as a pod, less what only real pods get. */
export const defaultTemplate = (template: PodTemplateSpec): PodTemplateSpec => {
  const metadata = template.metadata ?? {};
  const spec = template.spec === undefined ? undefined : defaultPodSpec(template.spec);
  return spec === template.spec && metadata === template.metadata ? template : { ...template, metadata, ...(spec && { spec }) };
};

/** A real pod: requests follow limits, and links to services are on (SetDefaults_Pod). */
export function defaultPod(spec: PodSpec): PodSpec {
  const filled = fill(defaultPodSpec(spec), { enableServiceLinks: true });
  const withRequests = mapField(filled, 'containers', (containers) => (Array.isArray(containers) ? mapKept(containers, requestsFromLimits) : containers));
  return podLevelRequests(mapField(withRequests, 'initContainers', (containers) => mapKept(containers, requestsFromLimits)));
}

/** Requests of the pod itself: what its containers ask for, else its limits (defaultPodRequests). */
function podLevelRequests(spec: PodSpec): PodSpec {
  const { limits, requests } = podLevelResources(spec) ?? {};
  if (limits === undefined || Object.keys(limits).length === 0) return spec;
  const asked = Object.entries(containersTotal(spec, 'requests')).filter(([name]) => name === 'cpu' || name === 'memory');
  const limited = Object.entries(limits).filter(([name]) => isPodLevelResource(name));
  const filled = { ...Object.fromEntries(limited), ...Object.fromEntries(asked.map(([name, amount]) => [name, amount.toString()])), ...requests };
  return { ...spec, resources: { ...podLevelResources(spec), requests: filled } } as PodSpec;
}

function requestsFromLimits(container: core.Container): core.Container {
  const { limits, requests } = container.resources ?? {};
  if (limits === undefined) return container;
  const missing = Object.keys(limits).filter((name) => requests?.[name] === undefined);
  if (missing.length === 0) return container;
  return {
    ...container,
    resources: { ...container.resources, requests: { ...Object.fromEntries(missing.map((name) => [name, limits[name] as string])), ...requests } },
  };
}

function defaultContainer<T extends core.Container | core.EphemeralContainer>(container: T, spec: PodSpec): T {
  const base = fill<ContainerSpec>(container as ContainerSpec, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: container.imagePullPolicy ?? pullPolicy(container.image ?? ''),
    resources: emptyObject,
  });
  let filled = mapField(base, 'ports', (ports) =>
    mapKept(ports, (port) => fill(port, { protocol: 'TCP', hostPort: spec.hostNetwork ? port.containerPort : undefined })),
  );
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) filled = mapField(filled, probe, defaultProbe);
  filled = mapField(filled, 'lifecycle', (lifecycle) => mapField(mapField(lifecycle, 'postStart', defaultHandler), 'preStop', defaultHandler));
  filled = mapField(filled, 'env', (env) => mapKept(env, defaultEnv));
  return filled as unknown as T;
}

/** Always for `:latest` or no tag, else IfNotPresent (parsers.ParseImageName). */
function pullPolicy(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  if (name.includes('@')) return 'IfNotPresent';
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: core.Probe): core.Probe {
  const filled = fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  const withGrpc = mapField(filled as core.Probe & { grpc?: { service?: string; port: number } }, 'grpc', (grpc) => fill(grpc, { service: '' }));
  return defaultHandler(withGrpc as core.Probe);
}

const defaultHandler = <T extends { httpGet?: core.HTTPGetAction }>(handler: T): T =>
  mapField(handler, 'httpGet', (httpGet) => fill(httpGet as core.HTTPGetAction, { path: '/', scheme: 'HTTP' }) as NonNullable<T['httpGet']>);

const defaultEnv = (variable: core.EnvVar): core.EnvVar => mapField(variable, 'valueFrom', defaultReferences);

type References = { fieldRef?: core.ObjectFieldSelector; resourceFieldRef?: core.ResourceFieldSelector };

/** A divisor is an amount, which Go writes even when it is none. */
const defaultReferences = <T extends References>(source: T): T =>
  mapField(
    mapField(source as References, 'fieldRef', (field) => fill(field, { apiVersion: 'v1' })),
    'resourceFieldRef',
    (field) => fill(field, { divisor: '0' }),
  ) as T;

const defaultMode = 0o644;

function defaultVolume(volume: core.Volume): core.Volume {
  if (Object.keys(volume).length <= 1) return { ...volume, emptyDir: {} };
  let filled = mapField(volume, 'secret', (source) => fill(source, { defaultMode }));
  filled = mapField(filled, 'configMap', (source) => fill(source, { defaultMode }));
  filled = mapField(filled, 'ephemeral', (source) =>
    mapField(source, 'volumeClaimTemplate', (template) => mapField(template, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' }))),
  );
  filled = defaultSource(filled);
  filled = mapField(filled, 'downwardAPI', (source) => mapField(fill(source, { defaultMode }), 'items', (items) => mapKept(items, defaultDownwardItem)));
  return mapField(filled, 'projected', (source) =>
    mapField(fill(source, { defaultMode }), 'sources', (sources) =>
      mapKept(sources, (projection) => {
        const withToken = mapField(projection, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: 3600 }));
        return mapField(withToken, 'downwardAPI', (api) => mapField(api, 'items', (items) => mapKept(items, defaultDownwardItem)));
      }),
    ),
  );
}

/** Of what volumes of pods and PersistentVolumes can be alike (kubernetes pkg/apis/core/v1/defaults.go). */
const sourceDefaults: Readonly<Record<string, object>> = {
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

/** The volume, or the spec of a PersistentVolume, with what was left out of its source. */
export function defaultSource<T extends object>(volume: T): T {
  const type = Object.keys(volume).find((key) => Object.hasOwn(sourceDefaults, key));
  return type === undefined ? volume : mapField(volume, type as keyof T, (source) => fill(source, sourceDefaults[type] as object) as T[keyof T]);
}

const defaultDownwardItem = (item: core.DownwardAPIVolumeFile): core.DownwardAPIVolumeFile => defaultReferences(item);
