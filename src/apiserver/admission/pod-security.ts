import type { KubeObject, Namespace, PodSpec } from '../../api/types.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { type Level, violations } from './pod-security-checks.ts';
import { isFor } from './pods.ts';

type Mode = 'enforce' | 'warn';
type WithTemplate = KubeObject & {
  readonly spec?: {
    readonly template?: { readonly spec?: PodSpec };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };
  };
};

const templated = new Set(['replicationcontrollers', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'podtemplates']);

/** The Pod Security Standards that a namespace's labels ask for: pods are refused or warned of, workloads warned of (pod-security-admission). */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(context, operation, object, old) {
    if (object === undefined || (operation !== 'create' && operation !== 'update') || context.info.subresource !== '') return;
    if (isFor(context, 'pods')) checkPod(context, object, old);
    else if (templated.has(context.served.resource)) checkWorkload(context, object as WithTemplate);
  },
};

function checkPod(context: RequestContext, object: KubeObject, old: KubeObject | undefined): void {
  const { spec } = object as KubeObject & { readonly spec: PodSpec };
  if (old !== undefined) return; // What may change of a pod's spec does not matter to security.
  const refused = find(context, 'enforce', spec);
  if (refused !== undefined) throw forbidden(context.served, object.metadata.name ?? '', `violates PodSecurity ${refused}`);
  const warned = find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

function checkWorkload(context: RequestContext, object: WithTemplate): void {
  const spec = object.spec?.template?.spec ?? object.spec?.jobTemplate?.spec?.template?.spec;
  const warned = spec && find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

/** `"restricted:latest": privileged (…), …`, or undefined when all is well. */
function find({ core, info }: RequestContext, mode: Mode, spec: PodSpec): string | undefined {
  const labels = core.storage.get<Namespace>(`/registry/namespaces/${info.namespace}`)?.object.metadata.labels;
  const level = labels?.[`pod-security.kubernetes.io/${mode}`];
  if (level !== 'baseline' && level !== 'restricted') return undefined;
  const version = labels?.[`pod-security.kubernetes.io/${mode}-version`] ?? 'latest';
  const text = violations(spec, level satisfies Level);
  return text === '' ? undefined : `"${level}:${version}": ${text}`;
}
