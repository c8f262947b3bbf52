import type { Pod } from '../../api/types.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Storage } from '../storage.ts';
import type { Attributes } from './authorizer.ts';

/** What kubelets may do to resources that do not depend on which node asks: bootstrappolicy NodeRules. */
const rules: Readonly<Record<string, readonly string[]>> = {
  services: ['get', 'list', 'watch'],
  nodes: ['create', 'get', 'list', 'watch', 'update', 'patch'],
  'nodes/status': ['update', 'patch'],
  events: ['create', 'update', 'patch'],
  pods: ['get', 'list', 'watch', 'create', 'delete'],
  'pods/status': ['update', 'patch'],
  'pods/eviction': ['create'],
  'leases.coordination.k8s.io': ['get', 'create', 'update', 'patch', 'delete'],
  'csinodes.storage.k8s.io': ['get', 'create', 'update', 'patch', 'delete'],
  'csidrivers.storage.k8s.io': ['get', 'list', 'watch'],
  'volumeattachments.storage.k8s.io': ['get'],
  persistentvolumeclaims: ['get'],
  persistentvolumes: ['get'],
  'runtimeclasses.node.k8s.io': ['get', 'list', 'watch'],
  'certificatesigningrequests.certificates.k8s.io': ['create', 'get', 'list', 'watch'],
  'localsubjectaccessreviews.authorization.k8s.io': ['create'],
  'subjectaccessreviews.authorization.k8s.io': ['create'],
  'tokenreviews.authentication.k8s.io': ['create'],
};

const readVerbs = new Set(['get', 'list', 'watch']);

/** The Node authorizer (kubernetes plugin/pkg/auth/authorizer/node), lightly: secrets and configmaps only when a pod on the node uses them. */
export function nodeAllows(user: UserInfo, attributes: Attributes, storage: Storage): boolean {
  if (!attributes.isResource || !user.name.startsWith('system:node:')) return false;
  const node = user.name.slice('system:node:'.length);
  const { group, resource, subresource, verb, namespace, name } = attributes;
  if (group === '' && (resource === 'secrets' || resource === 'configmaps'))
    return readVerbs.has(verb) && name !== '' && somePodOn(storage, node, namespace, (pod) => uses(pod, resource, name));
  if (group === '' && resource === 'serviceaccounts' && subresource === 'token')
    return verb === 'create' && somePodOn(storage, node, namespace, (pod) => pod.spec.serviceAccountName === name);
  const full = `${subresource === '' ? resource : `${resource}/${subresource}`}${group === '' ? '' : `.${group}`}`;
  return rules[full]?.includes(verb) === true;
}

/** Looks at a namespace's pods a few at a time: most often one of the first is on the node and uses what all use (`kube-root-ca.crt`). */
function somePodOn(storage: Storage, node: string, namespace: string, test: (pod: Pod) => boolean): boolean {
  const prefix = `/registry/pods/${namespace}/`;
  for (let from = prefix; ; ) {
    const { kvs, more } = storage.range(prefix, { from, limit: 16 });
    for (const { value } of kvs) {
      const pod = value as unknown as Pod;
      if (pod.spec.nodeName === node && test(pod)) return true;
    }
    const last = kvs.at(-1);
    if (!more || last === undefined) return false;
    from = `${last.key}\0`;
  }
}

/** Whether a pod's spec names a Secret or ConfigMap, anywhere (volumes, env, pull secrets). */
function uses(pod: Pod, resource: string, name: string): boolean {
  const { volumes = [], containers, initContainers = [], imagePullSecrets = [] } = pod.spec;
  const secret = resource === 'secrets';
  if (secret && imagePullSecrets.some((reference) => reference.name === name)) return true;
  const inVolumes = volumes.some(
    (volume) =>
      (secret ? volume.secret?.secretName : volume.configMap?.name) === name ||
      volume.projected?.sources?.some((source) => (secret ? source.secret?.name : source.configMap?.name) === name),
  );
  if (inVolumes) return true;
  return [...containers, ...initContainers].some(
    ({ env = [], envFrom = [] }) =>
      env.some(({ valueFrom }) => (secret ? valueFrom?.secretKeyRef?.name : valueFrom?.configMapKeyRef?.name) === name) ||
      envFrom.some((source) => (secret ? source.secretRef?.name : source.configMapRef?.name) === name),
  );
}
