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

/** The Node authorizer (kubernetes plugin/pkg/auth/authorizer/node): undefined when it allows, else why it has no opinion ('' when it does not say). */
export function nodeRefusal(user: UserInfo, attributes: Attributes, storage: Storage, minor: number): string | undefined {
  if (!attributes.isResource || !user.name.startsWith('system:node:')) return '';
  const node = user.name.slice('system:node:'.length);
  const { group, resource, subresource, verb } = attributes;
  const full = `${subresource === '' ? resource : `${resource}/${subresource}`}${group === '' ? '' : `.${group}`}`;
  const special = group === '' ? subdivided[resource] : undefined;
  // Since 1.32 a node reads itself and its own pods only (AuthorizeNodeWithSelectors).
  if (special && (minor >= 32 || !bySelector.has(resource))) {
    return special(attributes, node, (test) => somePodOn(storage, node, attributes.namespace, test));
  }
  return rules[full]?.includes(verb) === true ? undefined : '';
}

const bySelector = new Set(['nodes', 'pods']);

type Subdivided = (attributes: Attributes, node: string, somePod: (test: (pod: Pod) => boolean) => boolean) => string | undefined;

const unrelated = (node: string): string => `no relationship found between node '${node}' and this object`;

const readOne: Subdivided = ({ verb, subresource, namespace, name, resource }, node, somePod) => {
  if (!readVerbs.has(verb)) return 'can only read resources of this type';
  if (subresource !== '') return 'cannot read subresource';
  if (namespace === '') return 'can only read namespaced object of this type';
  if (name === '') return 'No Object name found';
  return somePod((pod) => uses(pod, resource, name)) ? undefined : unrelated(node);
};

const subdivided: Readonly<Record<string, Subdivided>> = {
  secrets: readOne,
  configmaps: readOne,
  serviceaccounts: ({ verb, name, subresource }, node, somePod) => {
    if (verb !== 'create' || name === '') return 'can only create tokens for individual service accounts';
    if (subresource !== 'token') return 'can only create token subresource of serviceaccount';
    return somePod((pod) => pod.spec.serviceAccountName === name) ? undefined : unrelated(node);
  },
  nodes: ({ verb, name, subresource }, node) => {
    if (subresource !== '' || !readVerbs.has(verb)) return allowedBy(rules[subresource === '' ? 'nodes' : `nodes/${subresource}`], verb);
    if (name === node) return undefined;
    return `node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`;
  },
  pods: ({ verb, name, subresource, ofNode }, node, somePod) => {
    if (subresource !== '' || !readVerbs.has(verb)) return allowedBy(rules[subresource === '' ? 'pods' : `pods/${subresource}`], verb);
    if (verb !== 'get' && ofNode === node) return undefined;
    if (name === '') return 'can only list/watch pods with spec.nodeName field selector';
    return somePod(({ metadata }) => metadata.name === name) ? undefined : unrelated(node);
  },
};

const allowedBy = (verbs: readonly string[] | undefined, verb: string): string | undefined => (verbs?.includes(verb) ? undefined : '');

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
