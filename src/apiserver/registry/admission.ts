/** Webhook configurations and admission policies: kubernetes pkg/apis/admissionregistration v1/defaults.go, printers.go. */
import type { KubeObject } from '../../api/types.ts';
import type { Rule } from '../admission/matching.ts';
import type { MatchResources, Policy, PolicyBinding } from '../admission/policy-types.ts';
import type { Webhook, WebhookConfiguration } from '../admission/webhook-types.ts';
import { mapKept } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { validateBinding, validatePolicy, validateWebhooks } from '../validation/admission.ts';
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
