/** How pods and their containers are written into Docker's names and labels (kubernetes pkg/kubelet/dockershim/naming.go, helpers.go). */
import type { ContainerConfig, ContainerMetadata, Labels, PodSandboxConfig, PodSandboxMetadata } from '../interfaces/cri.ts';

const prefix = 'k8s';
const sandboxName = 'POD';
const annotationPrefix = 'annotation.';

/** `podsandbox` or `container`. */
export const containerTypeLabel = 'io.kubernetes.docker.type';
/** Where the kubelet looks for the log. */
export const logPathLabel = 'io.kubernetes.container.logpath';
/** On containers: their pod's. */
export const sandboxIdLabel = 'io.kubernetes.sandbox.id';
const containerNameLabel = 'io.kubernetes.container.name';

/** `k8s_POD_web_default_<uid>_0` */
export const makeSandboxName = ({ metadata }: PodSandboxConfig): string =>
  [prefix, sandboxName, metadata.name, metadata.namespace, metadata.uid, metadata.attempt].join('_');

/** `k8s_nginx_web_default_<uid>_0` */
export const makeContainerName = ({ metadata: pod }: PodSandboxConfig, { metadata }: ContainerConfig): string =>
  [prefix, metadata.name, pod.name, pod.namespace, pod.uid, metadata.attempt].join('_');

/** `k8s_POD_web_default_<uid>_0` in its parts. */
export const parseSandboxName = (name: string): PodSandboxMetadata => {
  const [, , pod = '', namespace = '', uid = '', attempt = '0'] = name.replace(/^\//, '').split('_');
  return { name: pod, namespace, uid, attempt: Number(attempt) };
};

/** `k8s_nginx_web_default_<uid>_0`: the container's part. */
export const parseContainerName = (name: string): ContainerMetadata => {
  const [, container = '', , , , attempt = '0'] = name.replace(/^\//, '').split('_');
  return { name: container, attempt: Number(attempt) };
};

/** Docker has labels only: annotations go in with a prefix. */
export function makeLabels(type: 'podsandbox' | 'container', labels: Labels = {}, annotations: Labels = {}): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`${annotationPrefix}${key}`, value])),
    ...(type === 'podsandbox' ? { [containerNameLabel]: sandboxName } : {}),
    ...labels,
    [containerTypeLabel]: type,
  };
}

const internal = new Set([containerTypeLabel, logPathLabel, sandboxIdLabel]);

/** The labels and annotations that were given to `makeLabels`. */
export function extractLabels(all: Labels): { readonly labels: Labels; readonly annotations: Labels } {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(all)) {
    if (internal.has(key) || (key === containerNameLabel && value === sandboxName)) continue;
    if (key.startsWith(annotationPrefix)) annotations[key.slice(annotationPrefix.length)] = value;
    else labels[key] = value;
  }
  return { labels, annotations };
}
