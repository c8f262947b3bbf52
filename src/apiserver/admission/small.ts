/** Plugins of few lines: runtime classes, and those that an administrator may switch on. */
import type { Ingress, KubeObject, Pod, PodSpec } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isFor, isNewPod } from './pods.ts';
import { newestFirst } from './storage.ts';

type RuntimeClass = {
  readonly metadata: Pod['metadata'];
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: { readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: PodSpec['tolerations'] };
};

/** A pod gets what its RuntimeClass says of overhead and nodes (plugin/pkg/admission/runtimeclass). */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  admit(context, operation, object) {
    const { runtimeClassName } = (object as Pod).spec ?? {};
    if (!isNewPod(context, operation) || !runtimeClassName) return object;
    const found = context.core.storage.get<RuntimeClass & Pod>(`/registry/runtimeclasses/${runtimeClassName}`)?.object as RuntimeClass | undefined;
    const pod = object as Pod;
    if (!found) throw forbidden(context.served, pod.metadata.name ?? '', `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
    const { nodeSelector, tolerations } = found.scheduling ?? {};
    for (const [key, value] of Object.entries(nodeSelector ?? {}))
      if (pod.spec.nodeSelector?.[key] !== undefined && pod.spec.nodeSelector[key] !== value)
        throw forbidden(
          context.served,
          pod.metadata.name ?? '',
          `pod rejected: conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${pod.spec.nodeSelector[key]}`,
        );
    const spec = {
      ...pod.spec,
      ...(found.overhead?.podFixed && { overhead: found.overhead.podFixed }),
      ...(nodeSelector && { nodeSelector: { ...pod.spec.nodeSelector, ...nodeSelector } }),
      ...(tolerations && { tolerations: [...(pod.spec.tolerations ?? []), ...tolerations] }),
    };
    return { ...pod, spec } as Pod;
  },
};

/** An Ingress that names no class gets the default one, the newest if there are several (plugin/pkg/admission/network/defaultingressclass). */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  admit(context, operation, object) {
    if (operation !== 'create' || !isFor(context, 'ingresses', 'networking.k8s.io')) return object;
    const ingress = object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return ingress;
    const isDefault = ({ metadata }: KubeObject): boolean => metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true';
    const name = context.core.storage.list<KubeObject>('/registry/ingressclasses/').filter(isDefault).sort(newestFirst)[0]?.metadata.name;
    return name === undefined ? ingress : ({ ...ingress, spec: { ...ingress.spec, ingressClassName: name } } as Ingress);
  },
};

/** Region and zone of a node, which its pods carry too since v1.35 (plugin/pkg/admission/podtopologylabels). */
export function topologyLabels({ core }: RequestContext, node: string): Record<string, string> {
  const labels = (core.minor >= 35 && core.storage.get<KubeObject>(`/registry/minions/${node}`)?.object.metadata.labels) || {};
  return Object.fromEntries(Object.entries(labels).filter(([key]) => /^topology\.kubernetes\.io\/(?:zone|region)$/.test(key)));
}

/** For a pod that comes with its node; the others get them when they are bound. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  admit(context, operation, object) {
    const { nodeName } = (object as Pod).spec ?? {};
    const labels = isNewPod(context, operation) && nodeName ? topologyLabels(context, nodeName) : {};
    return Object.keys(labels).length === 0 ? object : { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
  },
};

/** Every image is asked for at its registry, so that nobody uses what others have pulled. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  admit(context, operation, object) {
    if (!isNewPod(context, operation)) return object;
    const pod = object as Pod;
    const pulled = <T extends { imagePullPolicy?: string }>(container: T): T => ({ ...container, imagePullPolicy: 'Always' });
    const { initContainers, containers } = pod.spec;
    return { ...pod, spec: { ...pod.spec, containers: containers.map(pulled), ...(initContainers && { initContainers: initContainers.map(pulled) }) } } as Pod;
  },
};

/** A namespace that is missing is made when something is to go into it. */
export const namespaceAutoProvision: AdmissionPlugin = {
  name: 'NamespaceAutoProvision',
  admit({ core, info, served, dryRun }, operation, object) {
    if (operation !== 'create' || !served.namespaced || info.namespace === '' || dryRun) return object;
    const key = `/registry/namespaces/${info.namespace}`;
    if (core.storage.get(key) !== undefined) return object;
    const metadata = {
      name: info.namespace,
      labels: { 'kubernetes.io/metadata.name': info.namespace },
      uid: core.uids.next(),
      creationTimestamp: core.stamp(),
    };
    core.storage.create(key, { apiVersion: 'v1', kind: 'Namespace', metadata, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as never);
    return object;
  },
};

/** Nobody gives a Service external addresses. */
export const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  validate(context, operation, object, old) {
    if ((operation !== 'create' && operation !== 'update') || !isFor(context, 'services')) return;
    const ips = (of: unknown): readonly string[] =>
      (of as { readonly spec?: { readonly externalIPs?: readonly string[] } } | undefined)?.spec?.externalIPs ?? [];
    if (ips(object).some((ip) => !ips(old).includes(ip)))
      throw forbidden(context.served, object?.metadata.name ?? '', 'Use of external IPs is denied by admission control.');
  },
};
