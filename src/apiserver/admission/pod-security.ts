import type { KubeObject, Namespace, PodSpec } from '../../api/types.ts';
import { invalidValue } from '../../apimachinery/field-error.ts';
import { forbidden, invalid } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import type { AdmissionPlugin } from './chain.ts';
import { type Level, violations } from './pod-security-checks.ts';
import { isFor } from './pods.ts';

type Mode = 'enforce' | 'warn' | 'audit';
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
    if (isFor(context, 'namespaces')) checkNamespace(context, object, old);
    else if (isFor(context, 'pods')) checkPod(context, object, old);
    else if (templated.has(context.served.resource)) checkWorkload(context, object as WithTemplate);
  },
};

const enforce = 'pod-security.kubernetes.io/enforce';

/** A namespace that asks for more from now on: what runs there is looked at, and stays. */
function checkNamespace(context: RequestContext, object: KubeObject, old: KubeObject | undefined): void {
  const { name = '', labels } = object.metadata;
  const level = labels?.[enforce];
  const version = labels?.[`${enforce}-version`] ?? 'latest';
  if (level !== undefined && !levels.includes(level))
    throw invalid(context.served, name, [invalidValue(`metadata.labels[${enforce}]`, level, `must be one of ${levels.join(', ')}`)]);
  if (old === undefined || (level !== 'baseline' && level !== 'restricted')) return;
  if (old.metadata.labels?.[enforce] === level && (old.metadata.labels?.[`${enforce}-version`] ?? 'latest') === version) return;
  const byText = new Map<string, string[]>();
  for (const pod of context.core.storage.list<KubeObject & { readonly spec: PodSpec }>(`/registry/pods/${name}/`)) {
    const text = violations(pod.spec, level);
    if (text !== '') byText.set(text, [...(byText.get(text) ?? []), pod.metadata.name ?? '']);
  }
  if (byText.size === 0) return;
  context.warn(`existing pods in namespace "${name}" violate the new PodSecurity enforce level "${level}:${version}"`);
  for (const [text, [first = '', ...others]] of byText)
    context.warn(`${first}${others.length === 0 ? '' : ` (and ${others.length} other pod${others.length > 1 ? 's' : ''})`}: ${namesOf(text)}`);
}

const levels = ['privileged', 'baseline', 'restricted'];

/** The checks without their details. */
const namesOf = (text: string): string => text.replace(/ \((?:[^()]|\([^()]*\))*\)/g, '');

function checkPod(context: RequestContext, object: KubeObject, old: KubeObject | undefined): void {
  const { spec } = object as KubeObject & { readonly spec: PodSpec };
  if (old !== undefined) return; // What may change of a pod's spec does not matter to security.
  audit(context, spec);
  const refused = find(context, 'enforce', spec);
  if (refused !== undefined) throw forbidden(context.served, object.metadata.name ?? '', `violates PodSecurity ${refused}`);
  const warned = find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

function checkWorkload(context: RequestContext, object: WithTemplate): void {
  const spec = object.spec?.template?.spec ?? object.spec?.jobTemplate?.spec?.template?.spec;
  if (spec) audit(context, spec);
  const warned = spec && find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

function audit(context: RequestContext, spec: PodSpec): void {
  const found = find(context, 'audit', spec);
  if (found !== undefined) context.core.admission.annotate('pod-security.kubernetes.io/audit-violations', `would violate PodSecurity ${found}`);
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
