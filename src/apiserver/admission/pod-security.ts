import type { KubeObject, Namespace, PodSpec } from '../../api/types.ts';
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts';
import { forbidden, invalid } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import { semanticEqual } from '../objects.ts';
import type { AdmissionPlugin } from './chain.ts';
import { type Level, type Subject, violations } from './pod-security-checks.ts';
import { isFor } from './pods.ts';

type Mode = 'enforce' | 'warn' | 'audit';
type WithTemplate = KubeObject & {
  readonly spec?: { readonly template?: Template; readonly jobTemplate?: { readonly spec?: { readonly template?: Template } } };
};
type Template = { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }; readonly spec?: PodSpec };

const templated = new Set(['replicationcontrollers', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'podtemplates']);

/** The Pod Security Standards that a namespace's labels ask for: pods are refused or warned of, workloads warned of (pod-security-admission). */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(context, operation, object, old) {
    if (object === undefined || (operation !== 'create' && operation !== 'update')) return;
    const { served, info } = context;
    if (served.group === '' && served.resource === 'pods' && (info.subresource === '' || info.subresource === 'ephemeralcontainers'))
      checkPod(context, object as WithSpec, old as WithSpec | undefined);
    else if (info.subresource !== '') return;
    else if (isFor(context, 'namespaces')) checkNamespace(context, object, old);
    else if (templated.has(served.resource)) checkWorkload(context, object as WithTemplate);
  },
};

type WithSpec = KubeObject & { readonly spec: PodSpec };
type Labels = Readonly<Record<string, string>> | undefined;
type Asked = { readonly level: Level; readonly version: string };

const levels: readonly string[] = ['privileged', 'baseline', 'restricted'];
const prefix = 'pod-security.kubernetes.io/';

/** What a mode asks for. Who does not say what to be warned of is warned of what is enforced (pod-security-admission api/helpers.go, PolicyToEvaluate). */
function asked(labels: Labels, mode: Mode): Asked {
  const own = labels?.[prefix + mode];
  const of = mode === 'warn' && own === undefined ? 'enforce' : mode;
  const level = labels?.[prefix + of] ?? 'privileged';
  const version = labels?.[`${prefix}${mode}-version`] ?? labels?.[`${prefix}${of}-version`] ?? 'latest';
  return { level: levels.includes(level) ? (level as Level) : mode === 'enforce' ? 'restricted' : 'privileged', version };
}

function labelErrors(labels: Labels): FieldError[] {
  return (['enforce', 'audit', 'warn'] as const).flatMap((mode) => {
    const [level, version] = [labels?.[prefix + mode], labels?.[`${prefix}${mode}-version`]];
    const wrong = (name: string, value: string, text: string): FieldError => invalidValue(`metadata.labels[${prefix}${name}]`, value, text);
    return [
      ...(level !== undefined && !levels.includes(level) ? [wrong(mode, level, `must be one of ${levels.join(', ')}`)] : []),
      ...(version !== undefined && !/^(?:latest|v1\.(?:0|[1-9]\d*))$/.test(version) ? [wrong(`${mode}-version`, version, 'must be "latest" or "v1.x"')] : []),
    ];
  });
}

/** A namespace that asks for more from now on: what runs there is looked at, and stays. */
function checkNamespace(context: RequestContext, object: KubeObject, old: KubeObject | undefined): void {
  const { name = '', labels } = object.metadata;
  const errors = labelErrors(labels);
  if (errors.length > 0 && !(old && semanticEqual(errors, labelErrors(old.metadata.labels)))) throw invalid(context.served, name, errors);
  if (old === undefined) return;
  const { level, version } = asked(labels, 'enforce');
  const before = asked(old.metadata.labels, 'enforce');
  if (level === 'privileged' || (version === before.version && levels.indexOf(level) <= levels.indexOf(before.level))) return;
  const found = new Map<string, string[]>();
  for (const pod of context.core.storage.list<WithSpec>(`/registry/pods/${name}/`)) {
    const reasons = violations(subjectOf(pod), level, version).map(({ reason }) => reason);
    if (reasons.length > 0) found.set(reasons.join(', '), [...(found.get(reasons.join(', ')) ?? []), pod.metadata.name ?? '']);
  }
  if (found.size === 0) return;
  context.warn(`existing pods in namespace "${name}" violate the new PodSecurity enforce level "${level}:${version}"`);
  const others = (count: number): string => (count === 0 ? '' : ` (and ${count} other pod${count > 1 ? 's' : ''})`);
  const lines = [...found].map(([reasons, names]) => `${names.sort()[0]}${others(names.length - 1)}: ${reasons}`);
  for (const line of lines.sort()) context.warn(line);
}

const subjectOf = ({ metadata, spec }: WithSpec): Subject => ({ spec, annotations: metadata.annotations });

function checkPod(context: RequestContext, object: WithSpec, old: WithSpec | undefined): void {
  if (old !== undefined && imagesOf(object) === imagesOf(old)) return; // What else may change of a pod's spec does not matter to security.
  const spec = subjectOf(object);
  audit(context, spec);
  const refused = find(context, 'enforce', spec);
  if (refused !== undefined) throw forbidden(context.served, object.metadata.name ?? '', `violates PodSecurity ${refused}`);
  const warned = find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

const imagesOf = ({ spec }: WithSpec): string =>
  JSON.stringify([spec.containers, spec.initContainers, spec.ephemeralContainers].map((list) => list?.map(({ name, image }) => [name, image])));

function checkWorkload(context: RequestContext, object: WithTemplate): void {
  const template = object.spec?.template ?? object.spec?.jobTemplate?.spec?.template;
  const spec = template?.spec && { spec: template.spec, annotations: template.metadata?.annotations };
  if (spec) audit(context, spec);
  const warned = spec && find(context, 'warn', spec);
  if (warned !== undefined) context.warn(`would violate PodSecurity ${warned}`);
}

function audit(context: RequestContext, spec: Subject): void {
  const found = find(context, 'audit', spec);
  if (found !== undefined) context.core.admission.annotate('pod-security.kubernetes.io/audit-violations', `would violate PodSecurity ${found}`);
}

/** `"restricted:latest": privileged (…), …`, or undefined when all is well. */
function find({ core, info }: RequestContext, mode: Mode, spec: Subject): string | undefined {
  const labels = core.storage.get<Namespace>(`/registry/namespaces/${info.namespace}`)?.object.metadata.labels;
  const { level, version } = asked(labels, mode);
  const found = violations(spec, level, version).map(({ reason, detail }) => `${reason} (${detail})`);
  return found.length === 0 ? undefined : `"${level}:${version}": ${found.join(', ')}`;
}
