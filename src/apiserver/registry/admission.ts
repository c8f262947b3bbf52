/** Webhook configurations and admission policies: kubernetes pkg/apis/admissionregistration v1/defaults.go, validation/validation.go, printers.go. */
import type { KubeObject } from '../../api/types.ts';
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { Cel, CelError } from '../admission/cel/environment.ts';
import type { Rule } from '../admission/matching.ts';
import type { MatchResources, Policy, PolicyBinding } from '../admission/policy-types.ts';
import type { Webhook, WebhookConfiguration } from '../admission/webhook-types.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { fill, mapField } from './fill.ts';
import { type Strategy, strategyOf } from './strategy.ts';

const scoped = (rules: readonly Rule[]): Rule[] => mapKept(rules, (rule) => fill(rule, { scope: '*' }));

function withWebhookDefaults(kind: string): (webhook: Webhook) => Webhook {
  const extra = kind === 'MutatingWebhookConfiguration' ? { reinvocationPolicy: 'Never' } : {};
  return (webhook) => {
    const filled = fill(webhook as Webhook & { matchPolicy?: string; reinvocationPolicy?: string }, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...extra,
    });
    const ruled = mapField(filled, 'rules', scoped);
    return mapField(ruled, 'clientConfig', (config) => mapField(config, 'service', (service) => fill(service, { port: 443 })));
  };
}

function validateWebhooks({ webhooks = [] }: WebhookConfiguration): FieldError[] {
  const seen = new Set<string>();
  return webhooks.flatMap((webhook, i) => {
    const path = `webhooks[${i}]`;
    const errors: FieldError[] = [];
    const { name = '', clientConfig, sideEffects, admissionReviewVersions, timeoutSeconds = 10 } = webhook;
    if (name.split('.').length < 3) errors.push(invalidValue(`${path}.name`, name, 'should be a domain with at least three segments separated by dots'));
    if (seen.has(name)) errors.push(duplicate(`${path}.name`, name));
    seen.add(name);
    if (!admissionReviewVersions?.length) errors.push(required(`${path}.admissionReviewVersions`, 'must specify one of v1, v1beta1'));
    if (sideEffects === undefined) errors.push(required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
    else if (sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') errors.push(notSupported(`${path}.sideEffects`, sideEffects, ['None', 'NoneOnDryRun']));
    if (timeoutSeconds < 1 || timeoutSeconds > 30)
      errors.push(invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
    if ((clientConfig?.url === undefined) === (clientConfig?.service === undefined))
      errors.push(required(`${path}.clientConfig`, 'exactly one of url or service is required'));
    return errors;
  });
}

const webhooks: Strategy<WebhookConfiguration> = {
  generation: true,
  defaults: (object) => mapField(object, 'webhooks', (list) => mapKept(list, withWebhookDefaults(object.kind ?? ''))),
  validate: validateWebhooks,
  validateUpdate: validateWebhooks,
  columns: [nameColumn, { name: 'Webhooks', type: 'integer', cell: ({ webhooks: list }) => list?.length ?? 0 }, ageColumn],
};

const withMatchDefaults = (match: MatchResources): MatchResources => {
  const filled = fill(match as MatchResources & { matchPolicy?: string }, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  return mapField(mapField(filled, 'resourceRules', scoped), 'excludeResourceRules', scoped);
};

function validatePolicy({ spec }: Policy): FieldError[] {
  const errors: FieldError[] = [];
  const cel = new Cel();
  const compiled = (path: string, expression: string | undefined): void => {
    if (!expression?.trim()) return void errors.push(required(path, 'expression is not specified'));
    try {
      cel.compile(expression);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      errors.push(invalidValue(path, expression, `compilation failed: ERROR: <input>: ${error.message}`));
    }
  };
  if (!spec?.matchConstraints) errors.push(required('spec.matchConstraints'));
  else if (!spec.matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
  if (!spec?.validations?.length && !spec?.auditAnnotations?.length)
    errors.push(required('spec.validations', 'validations or auditAnnotations must contain at least one item'));
  for (const [i, { expression }] of (spec?.matchConditions ?? []).entries()) compiled(`spec.matchConditions[${i}].expression`, expression);
  for (const [i, { expression }] of (spec?.variables ?? []).entries()) compiled(`spec.variables[${i}].expression`, expression);
  for (const [i, { expression, messageExpression }] of (spec?.validations ?? []).entries()) {
    compiled(`spec.validations[${i}].expression`, expression);
    if (messageExpression) compiled(`spec.validations[${i}].messageExpression`, messageExpression);
  }
  return errors;
}

const policy: Strategy<Policy> = {
  generation: true,
  status: true,
  defaults: (object) => mapField(object, 'spec', (spec) => mapField(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', withMatchDefaults)),
  validate: validatePolicy,
  validateUpdate: validatePolicy,
  columns: [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: ({ spec }) => spec?.validations?.length ?? 0 },
    { name: 'ParamKind', cell: ({ spec }) => (spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>') },
    ageColumn,
  ],
};

const actions = ['Audit', 'Deny', 'Warn'];

function validateBinding({ spec }: PolicyBinding): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.policyName) errors.push(required('spec.policyName'));
  if (!spec?.validationActions?.length) errors.push(required('spec.validationActions', 'at least one validation action is required'));
  for (const [i, action] of (spec?.validationActions ?? []).entries())
    if (!actions.includes(action)) errors.push(notSupported(`spec.validationActions[${i}]`, action, actions));
  if (spec?.validationActions?.includes('Deny') && spec.validationActions.includes('Warn'))
    errors.push(
      invalidValue(
        'spec.validationActions',
        spec.validationActions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  if (spec?.paramRef && !spec.paramRef.parameterNotFoundAction) errors.push(required('spec.paramRef.parameterNotFoundAction'));
  return errors;
}

const paramText = ({ spec }: PolicyBinding): string => {
  const ref = spec?.paramRef;
  if (!ref) return '<unset>';
  return ref.name ? `${ref.namespace ? `${ref.namespace}/` : '*/'}${ref.name}` : '*';
};

const binding: Strategy<PolicyBinding> = {
  generation: true,
  defaults: (object) => mapField(object, 'spec', (spec) => mapField(spec, 'matchResources', withMatchDefaults)),
  validate: validateBinding,
  validateUpdate: validateBinding,
  columns: [nameColumn, { name: 'PolicyName', cell: ({ spec }) => spec?.policyName ?? '' }, { name: 'ParamRef', cell: paramText }, ageColumn],
};

/** Validating and mutating ones alike. */
export const webhookconfigurations = strategyOf(webhooks as Strategy<WebhookConfiguration & KubeObject>);
/** Expressions are compiled here: an error of CEL is an Invalid. */
export const validatingadmissionpolicies = strategyOf(policy);
/** Deny and Warn exclude each other. */
export const validatingadmissionpolicybindings = strategyOf(binding);
