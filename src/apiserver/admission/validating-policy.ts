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

/** Refuses with the policy's own reason and message; an error of an expression counts by failurePolicy. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  validate(context, operation, object, old) {
    const { admission } = context.core;
    if (admission.bindings.size === 0 || context.served.group === own) return;
    const subject = { operation, object, old };
    for (const binding of admission.bindings.values()) {
      const policy = admission.policies.get(binding.spec?.policyName ?? '');
      if (policy) enforce(context, subject, policy, binding);
    }
  },
};

type Decision = { readonly message: string; readonly reason: string | undefined };

function enforce(context: RequestContext, subject: Subject, policy: Policy, binding: PolicyBinding): void {
  if (!matched(context, subject, policy.spec?.matchConstraints) || !bound(context, subject, binding.spec?.matchResources)) return;
  const decision = decide(context, subject, policy, binding);
  if (decision === undefined) return;
  const actions = binding.spec?.validationActions ?? ['Deny'];
  const about = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (actions.includes('Warn')) context.warn(`Validation failed for ${about}: ${decision.message}`);
  if (actions.includes('Audit'))
    context.core.admission.annotate(
      'validation.policy.admission.k8s.io/validation_failure',
      JSON.stringify([
        { message: decision.message, policy: policy.metadata.name, binding: binding.metadata.name, expressionIndex: 0, validationActions: actions },
      ]),
    );
  if (actions.includes('Deny')) throw refusal(context, subject, `${about} denied request: ${decision.message}`, decision.reason);
}

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

/** The first thing that is wrong, for each of the parameters; undefined when all is well. */
function decide(context: RequestContext, subject: Subject, policy: Policy, binding: PolicyBinding): Decision | undefined {
  const fails = (policy.spec?.failurePolicy ?? 'Fail') === 'Fail';
  const failed = (message: string): Decision | undefined => (fails ? { message, reason: undefined } : undefined);
  const params = paramsOf(context, policy, binding);
  if (params === 'missing') {
    if (binding.spec?.paramRef?.parameterNotFoundAction !== 'Deny') return undefined;
    return failed('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  for (const each of params) {
    const scope = scopeOf(context, subject, each);
    try {
      if (
        !policy.spec?.matchConditions?.every(({ expression }) => context.core.admission.cel.compile(expression)(scope) === true) &&
        policy.spec?.matchConditions?.length
      )
        continue;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      const decision = failed(error.message);
      if (decision) return decision;
      continue;
    }
    const whole = { ...scope, variables: variablesOf(context, policy, scope) };
    for (const validation of policy.spec?.validations ?? []) {
      const decision = judge(context, validation, whole, failed);
      if (decision) return decision;
    }
  }
  return undefined;
}

function judge(
  context: RequestContext,
  validation: Validation,
  scope: Record<string, unknown>,
  failed: (message: string) => Decision | undefined,
): Decision | undefined {
  const { cel } = context.core.admission;
  try {
    if (cel.compile(validation.expression)(scope) === true) return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return failed(`expression '${validation.expression}' resulted in error: ${error.message}`);
  }
  return { message: messageOf(context, validation, scope), reason: validation.reason };
}

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

function paramsOf({ core, info }: RequestContext, { spec }: Policy, binding: PolicyBinding): readonly (KubeObject | null)[] | 'missing' {
  const { paramRef } = binding.spec ?? {};
  if (!spec?.paramKind || !paramRef) return [null];
  const { apiVersion, kind } = spec.paramKind;
  const served = [...core.table.all()].find((each) => each.apiVersion === apiVersion && each.kind === kind) ?? resourceOfKind(apiVersion, kind);
  if (!served) return 'missing';
  const table = core.table.get(served.group, served.version, served.resource);
  if (!table) return 'missing';
  const namespace = table.namespaced ? `${paramRef.namespace || info.namespace}/` : '';
  const all = core.storage.list(`${table.prefix}${namespace}`);
  const found = all.filter(({ metadata }) =>
    paramRef.name ? metadata.name === paramRef.name : matchesLabelSelector(paramRef.selector ?? {}, metadata.labels),
  );
  return found.length > 0 ? found : 'missing';
}
