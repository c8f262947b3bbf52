/** Webhook configurations and admission policies: kubernetes pkg/apis/admissionregistration/validation/validation.go. */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts';
import { validateQualifiedName } from '../../apimachinery/names.ts';
import { Cel } from '../admission/cel/environment.ts';
import type { Rule } from '../admission/matching.ts';
import type { MatchResources, Named, Policy, PolicyBinding, Validation } from '../admission/policy-types.ts';
import type { Webhook, WebhookConfiguration } from '../admission/webhook-types.ts';
import { checkSelector } from './labels.ts';
import { validateDns1035, validateDnsSubdomain } from './names.ts';
import { collect, type Errors, invalidAll, oneOf } from './report.ts';
import { checkWebhookClient } from './webhook-client.ts';

/** Of either kind of webhook. */
export const validateWebhooks = ({ webhooks }: WebhookConfiguration): FieldError[] =>
  collect((errors) => {
    const names = new Set<string>();
    for (const [i, webhook] of (webhooks ?? []).entries()) {
      checkWebhook(errors, `webhooks[${i}]`, webhook);
      unique(errors, `webhooks[${i}].name`, webhook.name, names);
    }
  });

const failurePolicies = ['Fail', 'Ignore'];
const matchPolicies = ['Equivalent', 'Exact'];
const sideEffectClasses = ['None', 'NoneOnDryRun'];
const reviewVersions = ['v1', 'v1beta1'];

function checkWebhook(errors: Errors, path: string, webhook: Webhook): void {
  const { name, timeoutSeconds, sideEffects, reinvocationPolicy } = webhook;
  const wrong = name ? validateDnsSubdomain(name) : [];
  if (!name) errors.push(required(`${path}.name`));
  else if (wrong.length > 0) errors.push(invalidValue(`${path}.name`, name, wrong.join(',')));
  else if (name.split('.').length < 3) errors.push(invalidValue(`${path}.name`, name, 'should be a domain with at least three segments separated by dots'));
  for (const [i, rule] of (webhook.rules ?? []).entries()) checkRule(errors, `${path}.rules[${i}]`, rule);
  oneOf(errors, `${path}.failurePolicy`, webhook.failurePolicy, failurePolicies);
  oneOf(errors, `${path}.matchPolicy`, webhook.matchPolicy, matchPolicies);
  if (sideEffects === undefined) errors.push(required(`${path}.sideEffects`, `must specify one of ${sideEffectClasses.join(', ')}`));
  oneOf(errors, `${path}.sideEffects`, sideEffects, sideEffectClasses);
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1))
    errors.push(invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'));
  checkSelector(errors, `${path}.namespaceSelector`, webhook.namespaceSelector);
  checkSelector(errors, `${path}.objectSelector`, webhook.objectSelector);
  oneOf(errors, `${path}.reinvocationPolicy`, reinvocationPolicy, ['IfNeeded', 'Never']);
  checkWebhookClient(errors, `${path}.clientConfig`, webhook.clientConfig);
  checkConditions(errors, `${path}.matchConditions`, webhook.matchConditions);
  checkReviewVersions(errors, `${path}.admissionReviewVersions`, webhook.admissionReviewVersions ?? []);
}

function unique(errors: Errors, path: string, name: string | undefined, seen: Set<string>): void {
  if (!name) return;
  if (seen.has(name)) errors.push(duplicate(path, name));
  seen.add(name);
}

function checkReviewVersions(errors: Errors, path: string, versions: readonly string[]): void {
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${reviewVersions.join(', ')}`));
    return;
  }
  for (const [i, version] of versions.entries())
    if (versions.indexOf(version) < i) errors.push(invalidValue(`${path}[${i}]`, version, 'duplicate version'));
    else invalidAll(errors, `${path}[${i}]`, version, validateDns1035(version));
  if (!versions.some((version) => reviewVersions.includes(version)))
    errors.push(invalidValue(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function checkRule(errors: Errors, path: string, rule: Rule): void {
  some(errors, `${path}.operations`, rule.operations, 'operations');
  for (const [i, operation] of (rule.operations ?? []).entries()) oneOf(errors, `${path}.operations[${i}]`, operation, operations);
  some(errors, `${path}.apiGroups`, rule.apiGroups, 'API groups');
  some(errors, `${path}.apiVersions`, rule.apiVersions, 'API versions');
  for (const [i, version] of (rule.apiVersions ?? []).entries()) if (version === '') errors.push(required(`${path}.apiVersions[${i}]`));
  checkResources(errors, `${path}.resources`, rule.resources ?? []);
  oneOf(errors, `${path}.scope`, rule.scope, ['*', 'Cluster', 'Namespaced']);
}

/** At least one; `*` stands alone. */
function some(errors: Errors, path: string, values: readonly string[] | undefined, what: string): void {
  if (!values?.length) errors.push(required(path));
  else if (values.length > 1 && values.includes('*')) errors.push(invalidValue(path, values, `if '*' is present, must not specify other ${what}`));
}

function checkResources(errors: Errors, path: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(path));
  const [allOf, everywhere] = [new Set<string>(), new Set<string>()];
  for (const [i, each] of resources.entries()) {
    const at = `${path}[${i}]`;
    const slash = each.indexOf('/');
    if (each === '') errors.push(required(at));
    if (slash < 0) continue;
    const [resource, sub] = [each.slice(0, slash), each.slice(slash + 1)];
    if (allOf.has(resource)) errors.push(invalidValue(at, each, `if '${resource}/*' is present, must not specify ${each}`));
    if (everywhere.has(sub)) errors.push(invalidValue(at, each, `if '*/${sub}' is present, must not specify ${each}`));
    if (sub === '*') allOf.add(resource);
    if (resource === '*') everywhere.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*')) errors.push(invalidValue(path, resources, "if '*/*' is present, must not specify other resources"));
  const last = resources.filter((each) => each !== '' && !each.includes('/')).at(-1);
  if (resources.includes('*') && last !== undefined && last !== '*')
    errors.push(invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources"));
}

/** What is wrong with an expression, if anything is. */
type Compiler = (expression: string) => string | undefined;

const compilerOf = (variables: string): Compiler => {
  const cel = new Cel();
  return (expression) => cel.problem(expression, variables);
};

const requestVariables = 'object oldObject request authorizer namespaceObject';

function checkExpression(errors: Errors, path: string, expression: string, compile: Compiler): void {
  const problem = compile(expression);
  if (problem !== undefined) errors.push(invalidValue(path, expression, problem));
}

function checkConditions(errors: Errors, path: string, conditions: readonly Named[] | undefined, compile = compilerOf(requestVariables)): void {
  const names = new Set<string>();
  const { length } = conditions ?? [];
  if (length > 64) errors.push(tooMany(path, length, 64));
  for (const [i, { name, expression }] of (conditions ?? []).entries()) {
    const at = `${path}[${i}]`;
    if (!expression?.trim()) errors.push(required(`${at}.expression`));
    else checkExpression(errors, `${at}.expression`, expression.trim(), compile);
    if (!name) errors.push(required(`${at}.name`));
    else invalidAll(errors, `${at}.name`, name, validateQualifiedName(name));
    unique(errors, `${at}.name`, name, names);
  }
}

/** Expressions are compiled here: an error of CEL is an Invalid. */
export const validatePolicy = ({ metadata, spec = {} }: Policy): FieldError[] =>
  collect((errors) => {
    const compile = compilerOf(`${requestVariables} variables${spec.paramKind ? ' params' : ''}`);
    if (!spec.failurePolicy) errors.push(required('spec.failurePolicy'));
    else oneOf(errors, 'spec.failurePolicy', spec.failurePolicy, failurePolicies);
    if (spec.paramKind) checkParamKind(errors, 'spec.paramKind', spec.paramKind);
    if (!spec.matchConstraints) errors.push(required('spec.matchConstraints'));
    else {
      checkMatch(errors, 'spec.matchConstraints', spec.matchConstraints);
      if (!spec.matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
    }
    checkConditions(errors, 'spec.matchConditions', spec.matchConditions, compile);
    for (const [i, variable] of (spec.variables ?? []).entries()) checkVariable(errors, `spec.variables[${i}]`, variable, compile);
    const { validations = [], auditAnnotations = [] } = spec;
    if (validations.length === 0 && auditAnnotations.length === 0)
      for (const name of ['validations', 'auditAnnotations'])
        errors.push(required(`spec.${name}`, 'validations or auditAnnotations must contain at least one item'));
    for (const [i, validation] of validations.entries()) checkValidation(errors, `spec.validations[${i}]`, validation, compile);
    if (auditAnnotations.length > 20) errors.push(invalidValue('spec.auditAnnotations', auditAnnotations, 'must not have more than 20 auditAnnotations'));
    const keys = new Set<string>();
    for (const [i, { key, valueExpression }] of auditAnnotations.entries()) {
      const at = `spec.auditAnnotations[${i}]`;
      invalidAll(errors, `${at}.key`, `${metadata.name}/${key}`, validateQualifiedName(`${metadata.name}/${key}`));
      if (!valueExpression?.trim()) errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
      else checkExpression(errors, `${at}.valueExpression`, valueExpression, compile);
      unique(errors, `${at}.key`, key, keys);
    }
  });

function checkParamKind(errors: Errors, path: string, { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): void {
  const at = `${path}.apiVersion`;
  const parts = (apiVersion ?? '').split('/');
  const [group, version] = parts.length > 1 ? parts : ['', parts[0]];
  const labelled = (value: string, shown: string, field: string, before: string, texts: readonly string[]): void => {
    if (value !== '' && texts.length > 0) errors.push(invalidValue(field, shown, `${before}${texts.join(',')}`));
  };
  if (!apiVersion) errors.push(required(at));
  else if (parts.length > 2) errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    labelled(group ?? '', group ?? '', at, '', validateDnsSubdomain(group ?? ''));
    if (!version) errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else labelled(version, version, at, '', validateDns1035(version));
  }
  if (!kind) errors.push(required(`${path}.kind`));
  else labelled(kind, kind, `${path}.kind`, 'may have mixed case, but should otherwise match: ', validateDns1035(kind.toLowerCase()));
}

function checkMatch(errors: Errors, path: string, match: MatchResources): void {
  oneOf(errors, `${path}.matchPolicy`, match.matchPolicy, matchPolicies);
  checkSelector(errors, `${path}.namespaceSelector`, match.namespaceSelector);
  checkSelector(errors, `${path}.objectSelector`, match.objectSelector);
  for (const list of ['resourceRules', 'excludeResourceRules'] as const)
    for (const [i, rule] of (match[list] ?? []).entries()) {
      const names = new Set<string>();
      for (const [n, name] of (rule.resourceNames ?? []).entries()) unique(errors, `${path}.${list}[${i}].resourceNames[${n}]`, name, names);
      checkRule(errors, `${path}.${list}[${i}]`, rule);
    }
}

const reserved = 'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' ');

function checkVariable(errors: Errors, path: string, { name, expression }: Named, compile: Compiler): void {
  if (!name?.trim()) errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z]\w*$/.test(name) || reserved.includes(name)) errors.push(invalidValue(`${path}.name`, name, 'name is not a valid CEL identifier'));
  if (!expression?.trim()) errors.push(required(`${path}.expression`, 'expression is not specified'));
  else checkExpression(errors, `${path}.expression`, expression, compile);
}

function checkValidation(errors: Errors, path: string, { expression, message, messageExpression, reason }: Validation, compile: Compiler): void {
  if (!expression?.trim()) errors.push(required(`${path}.expression`, 'expression is not specified'));
  else checkExpression(errors, `${path}.expression`, expression, compile);
  if (messageExpression && !messageExpression.trim())
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression) checkExpression(errors, `${path}.messageExpression`, messageExpression, compile);
  if (message && !message.trim()) errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (/[\n\r]/.test(message?.trim() ?? '')) errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  oneOf(errors, `${path}.reason`, reason, ['Forbidden', 'Invalid', 'RequestEntityTooLarge']);
}

const actions = ['Audit', 'Deny', 'Warn'];

/** Deny and Warn exclude each other; `matchResouces` is how upstream writes it. */
export const validateBinding = ({ spec = {} }: PolicyBinding): FieldError[] =>
  collect((errors) => {
    const { policyName, paramRef, matchResources, validationActions = [] } = spec;
    const at = 'spec.validationActions';
    if (!policyName) errors.push(required('spec.policyName'));
    else invalidAll(errors, 'spec.policyName', policyName, validateDnsSubdomain(policyName));
    if (paramRef) checkParamRef(errors, 'spec.paramRef', paramRef);
    if (matchResources) checkMatch(errors, 'spec.matchResouces', matchResources);
    for (const [i, action] of validationActions.entries()) {
      oneOf(errors, `${at}[${i}]`, action, actions);
      if (validationActions.indexOf(action) < i) errors.push(duplicate(`${at}[${i}]`, action));
    }
    if (validationActions.includes('Deny') && validationActions.includes('Warn')) errors.push(invalidValue(at, validationActions, bothActions));
    if (validationActions.length === 0) errors.push(required(at, 'at least one validation action is required'));
  });

const bothActions = 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

type ParamRef = NonNullable<NonNullable<PolicyBinding['spec']>['paramRef']>;

function checkParamRef(errors: Errors, path: string, { name, selector, parameterNotFoundAction: action }: ParamRef): void {
  const exclusive = 'name and selector are mutually exclusive';
  if (name && selector) errors.push(forbiddenField(`${path}.name`, exclusive));
  checkSelector(errors, `${path}.selector`, selector);
  if (name && selector) errors.push(forbiddenField(`${path}.selector`, exclusive));
  if (!name && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  if (!action) errors.push(required(`${path}.parameterNotFoundAction`));
  else if (action !== 'Deny' && action !== 'Allow') errors.push(notSupported(`${path}.parameterNotFoundAction`, action, ['Deny', 'Allow']));
}
