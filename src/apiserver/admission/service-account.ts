import type { core, Pod, ServiceAccount } from '../../api/types.ts';
import { randomSuffix } from '../../apimachinery/names.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isNewPod } from './pods.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Gives a pod its account, and the account's token as a volume (plugin/pkg/admission/serviceaccount). */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit(context, operation, object) {
    if (!isNewPod(context, operation)) return object;
    const pod = object as Pod;
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return pod;
    const name = pod.spec.serviceAccountName || 'default';
    const account = accountOf(context, name, pod);
    const spec = { ...pod.spec, serviceAccountName: name, serviceAccount: name };
    const mounts = pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
    const secrets = pod.spec.imagePullSecrets?.length ? undefined : account.imagePullSecrets;
    const withSecrets = secrets?.length ? { ...spec, imagePullSecrets: secrets } : spec;
    return { ...pod, spec: mounts ? mountToken(context, withSecrets) : withSecrets };
  },
};

function accountOf({ core, served, info }: RequestContext, name: string, pod: Pod): ServiceAccount {
  const found = core.storage.get<ServiceAccount>(`/registry/serviceaccounts/${info.namespace}/${name}`);
  if (found !== undefined) return found.object;
  throw forbidden(served, pod.metadata.name ?? '', `error looking up service account ${info.namespace}/${name}: serviceaccount "${name}" not found`);
}

function mountToken({ core: { sim } }: RequestContext, spec: Pod['spec']): Pod['spec'] {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const hasOwn = (container: core.Container): boolean => container.volumeMounts?.some((mount) => mount.mountPath === mountPath) === true;
  if (all.every(hasOwn)) return spec;
  const name = `kube-api-access-${randomSuffix(sim.random)}`;
  const mount = { name, readOnly: true, mountPath };
  const mounted = (container: core.Container): core.Container =>
    hasOwn(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
  return {
    ...spec,
    volumes: [...(spec.volumes ?? []), { name, projected: tokenProjection }],
    containers: spec.containers.map(mounted),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
  };
}

/** One hour, and seven seconds that tell this token from one that was asked for. */
const tokenProjection: core.ProjectedVolumeSource = {
  defaultMode: 0o644,
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
};
