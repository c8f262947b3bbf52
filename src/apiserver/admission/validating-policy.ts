/** ValidatingAdmissionPolicy: rules in CEL, bound to what they are for (apiserver/pkg/admission/plugin/policy/validating). */
import type { KubeObject, Namespace } from '../../api/types.ts';
import { matchesLabelSelector } from '../../apimachinery/labels.ts';
import { resourceOfKind } from '../../apimachinery/resources.ts';
import { failure, type StatusReason } from '../../apimachinery/status.ts';
import type { RequestContext } from '../context.ts';
import { AuthorizerValue } from './cel/authorizer.ts';
import { CelError, toCel } from './cel/environment.ts';
import type { AdmissionPlugin } from './chain.ts';
import { isMatched, type Subject } from './matching.ts';
import type { MatchResources, Policy, PolicyBinding, Validation } from './policy-types.ts';

const own = 'admissionregistration.k8s.io';

/** Refuses with the policy's own reason and message; an error of an expression counts by failurePolicy. All are asked before the first denial counts. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(context, operation, object, old) {
    const { admission } = context.core;
    if (admission.bindings.size === 0 || context.served.group === own) return;
    const subject = { operation, object, old };
    const denials: Denial[] = [];
    for (const policy of admission.policies.values()) {
      const bindings = [...admission.bindings.values()].filter(({ spec }) => spec?.policyName === policy.metadata.name);
      if (bindings.length > 0 && matched(context, subject, policy.spec?.matchConstraints)) denials.push(...enforce(context, subject, policy, bindings));
    }
    const [first] = denials;
    if (first) throw refusal(context, subject, `${first.by} denied request: ${first.message}`, first.reason);
  },
};

/** `index` is that of the validation; a configuration that is wrong denies whatever the binding's actions are. */
type Decision = { readonly message: string; readonly reason: string | undefined; readonly index: number };
type Denial = Omit<Decision, 'index'> & { readonly by: string };
/** What one binding comes to: decisions by its actions, denials at once, and notes for the audit log. */
type Verdict = { readonly decisions: Decision[]; readonly denials: string[]; readonly notes: [string, string][] };

function enforce(context: RequestContext, subject: Subject, policy: Policy, bindings: readonly PolicyBinding[]): Denial[] {
  const denials: Denial[] = [];
  const notes = new Map<string, Set<string>>();
  const { admission } = context.core;
  const unknown = unknownParamKind(context, policy);
  const name = `ValidatingAdmissionPolicy '${policy.metadata.name}'`;
  if (unknown !== undefined) return fails(policy) ? [{ by: name, message: `failed to configure policy: ${unknown}`, reason: undefined }] : [];
  for (const binding of bindings) {
    if (!bound(context, subject, binding.spec?.matchResources)) continue;
    const verdict = decide(context, subject, policy, binding);
    const by = `${name} with binding '${binding.metadata.name}'`;
    const actions = binding.spec?.validationActions ?? ['Deny'];
    for (const decision of verdict.decisions) {
      const { message, reason, index } = decision;
      if (actions.includes('Warn')) context.warn(`Validation failed for ${by}: ${message}`);
      if (actions.includes('Audit')) {
        const found = { message, policy: policy.metadata.name, binding: binding.metadata.name, expressionIndex: index, validationActions: actions };
        admission.annotate('validation.policy.admission.k8s.io/validation_failure', JSON.stringify([found]));
      }
      if (actions.includes('Deny')) denials.push({ by, message, reason });
    }
    for (const message of verdict.denials) denials.push({ by, message, reason: undefined });
    for (const [key, value] of verdict.notes) notes.set(key, (notes.get(key) ?? new Set()).add(value));
  }
  for (const [key, values] of notes) admission.annotate(`${policy.metadata.name}/${key}`, [...values].join(', '));
  return denials;
}

const fails = ({ spec }: Policy): boolean => (spec?.failurePolicy ?? 'Fail') === 'Fail';

const matched = (context: RequestContext, subject: Subject, constraints: MatchResources | undefined): boolean =>
  isMatched(context, subject, { ...selectors(constraints), rules: constraints?.resourceRules ?? [] });

/** A binding may narrow down what its policy is for; without rules of its own it takes all. */
const bound = (context: RequestContext, subject: Subject, narrowed: MatchResources | undefined): boolean =>
  narrowed === undefined ||
  isMatched(context, subject, { ...selectors(narrowed), rules: narrowed.resourceRules?.length ? narrowed.resourceRules : everything });

const everything = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }];

const selectors = (from: MatchResources | undefined) => ({
  ...(from?.excludeResourceRules && { excluded: from.excludeResourceRules }),
  ...(from?.namespaceSelector && { namespaceSelector: from.namespaceSelector }),
  ...(from?.objectSelector && { objectSelector: from.objectSelector }),
});

const codes: Readonly<Record<string, number>> = { Invalid: 422, Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };

function refusal({ served, info }: RequestContext, { object, old }: Subject, message: string, reason = 'Invalid') {
  const name = object?.metadata.name ?? old?.metadata.name ?? info.name;
  const resource = served.group === '' ? served.resource : `${served.resource}.${served.group}`;
  const details = { name, ...(served.group !== '' && { group: served.group }), kind: served.resource, causes: [{ message }] };
  return failure(codes[reason] ?? 422, reason as StatusReason, `${resource} "${name}" is forbidden: ${message}`, details);
}

/** What is wrong, for each of the parameters; nothing when all is well. */
function decide(context: RequestContext, subject: Subject, policy: Policy, binding: PolicyBinding): Verdict {
  const verdict: Verdict = { decisions: [], denials: [], notes: [] };
  const params = paramsOf(context, policy, binding);
  if (typeof params === 'string') {
    if (fails(policy)) verdict.denials.push(`failed to configure binding: ${params}`);
    return verdict;
  }
  for (const each of params) {
    const scope = scopeOf(context, subject, each);
    // What cannot be worked out counts against the request, or not at all.
    const attempt = <T>(work: () => T, failed: (message: string) => void): T | undefined => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        if (fails(policy)) failed(error.message);
        return undefined;
      }
    };
    const compile = (text: string) => context.core.admission.cel.compile(text);
    const conditions = policy.spec?.matchConditions ?? [];
    const wanted = attempt(
      () => conditions.every(({ expression }) => compile(expression)(scope) === true),
      (message) => verdict.decisions.push({ message, reason: undefined, index: 0 }),
    );
    if (wanted !== true) continue;
    const whole = { ...scope, variables: variablesOf(context, policy, scope) };
    for (const [index, validation] of (policy.spec?.validations ?? []).entries()) {
      const { expression, reason } = validation;
      const wrong = (message: string) =>
        verdict.decisions.push({ message: `expression '${expression}' resulted in error: ${message}`, reason: undefined, index });
      const valid = attempt(() => compile(expression)(whole) === true, wrong);
      if (valid === false) verdict.decisions.push({ message: messageOf(context, validation, whole), reason, index });
    }
    for (const { key, valueExpression } of policy.spec?.auditAnnotations ?? []) {
      const value = attempt(
        () => compile(valueExpression)(whole),
        (message) => verdict.denials.push(`expression '${valueExpression}' resulted in error: ${message}`),
      );
      if (typeof value === 'string' && value.trim() !== '') verdict.notes.push([key, value.trim().slice(0, maxNote)]);
    }
  }
  return verdict;
}

const maxNote = 10 * 1024;

function messageOf({ core }: RequestContext, { expression, message, messageExpression }: Validation, scope: Record<string, unknown>): string {
  if (messageExpression) {
    try {
      const text = core.admission.cel.compile(messageExpression)(scope);
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim();
    } catch (error) {
      // Whatever is wrong with it, the plain message stands in.
      if (!(error instanceof CelError)) throw error;
    }
  }
  return message?.trim() || `failed expression: ${expression.trim()}`;
}

/** What expressions may name. */
export function scopeOf(
  { core, info, served, user, dryRun }: RequestContext,
  { operation, object, old }: Subject,
  params: KubeObject | null,
): Record<string, unknown> {
  const kind = { group: served.group, version: served.version, kind: served.kind };
  const resource = { group: served.group, version: served.version, resource: served.resource };
  const namespaceObject = info.namespace === '' ? null : (core.storage.get<Namespace>(`/registry/namespaces/${info.namespace}`)?.object ?? null);
  const request = {
    kind,
    resource,
    subResource: info.subresource,
    requestKind: kind,
    requestResource: resource,
    name: object?.metadata.name ?? old?.metadata.name ?? info.name,
    namespace: info.namespace,
    operation: operation.toUpperCase(),
    userInfo: { username: user.name, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
  };
  return {
    object: operation === 'delete' ? null : toCel(object ?? null),
    oldObject: toCel(old ?? null),
    request: toCel(request),
    params: toCel(params),
    namespaceObject: toCel(namespaceObject),
    authorizer: new AuthorizerValue(core.authorizer, user, info),
  };
}

/** Each is worked out when it is first used; one may use those before it. */
function variablesOf({ core }: RequestContext, { spec }: Policy, scope: Record<string, unknown>): object {
  const variables = {};
  for (const { name, expression } of spec?.variables ?? []) {
    let value: { readonly is: unknown } | undefined;
    const get = (): unknown => {
      value ??= { is: core.admission.cel.compile(expression)({ ...scope, variables }) };
      return value.is;
    };
    Object.defineProperty(variables, name, { enumerable: true, get });
  }
  return variables;
}

const servedKind = ({ core }: RequestContext, { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) => {
  const found = [...core.table.all()].find((each) => each.apiVersion === apiVersion && each.kind === kind) ?? resourceOfKind(apiVersion, kind);
  return found && core.table.get(found.group, found.version, found.resource);
};

function unknownParamKind(context: RequestContext, { spec }: Policy): string | undefined {
  if (!spec?.paramKind || servedKind(context, spec.paramKind)) return undefined;
  const { apiVersion, kind } = spec.paramKind;
  return `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`;
}

/** CollectParams: null where there are none to be had, or why they cannot be. */
function paramsOf(context: RequestContext, { spec }: Policy, binding: PolicyBinding): readonly (KubeObject | null)[] | string {
  const { core, info } = context;
  const { paramRef } = binding.spec ?? {};
  if (!spec?.paramKind || !paramRef) return [null];
  const table = servedKind(context, spec.paramKind);
  if (!table) return `paramKind kind \`${spec.paramKind.kind}\` not known`;
  if (!table.namespaced && paramRef.namespace) return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`';
  const namespace = paramRef.namespace || info.namespace;
  if (table.namespaced && namespace === '') return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  const all = core.storage.list(`${table.prefix}${table.namespaced ? `${namespace}/` : ''}`);
  const found = all.filter(({ metadata }) =>
    paramRef.name ? metadata.name === paramRef.name : matchesLabelSelector(paramRef.selector ?? {}, metadata.labels),
  );
  if (found.length > 0 || paramRef.parameterNotFoundAction !== 'Deny') return found;
  return 'no params found for policy binding with `Deny` parameterNotFoundAction';
}
