/** Flow schemas and priority levels: kubernetes pkg/apis/flowcontrol/validation/validation.go. */
import type { KubeObject } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateDnsSubdomain } from '../../apimachinery/names.ts';
import { collect, type Errors, invalidAll } from './report.ts';

type List = readonly string[] | undefined;
type Named = { readonly name?: string; readonly namespace?: string };
type Subject = { readonly kind: string; readonly user?: Named; readonly group?: Named; readonly serviceAccount?: Named };
type ResourceRule = {
  readonly verbs?: List;
  readonly apiGroups?: List;
  readonly resources?: List;
  readonly namespaces?: List;
  readonly clusterScope?: boolean;
};
type Rule = {
  readonly subjects?: readonly Subject[];
  readonly resourceRules?: readonly ResourceRule[];
  readonly nonResourceRules?: readonly { readonly verbs?: List; readonly nonResourceURLs?: List }[];
};
export type FlowSchema = KubeObject & {
  readonly spec: {
    readonly matchingPrecedence?: number | undefined;
    readonly distinguisherMethod?: { readonly type: string };
    readonly priorityLevelConfiguration?: Named;
    readonly rules?: readonly Rule[];
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] };
};
type Shares = { readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number; readonly borrowingLimitPercent?: number };
type Queuing = { readonly queues?: number; readonly handSize?: number; readonly queueLengthLimit?: number };
export type PriorityLevel = KubeObject & {
  readonly spec: {
    readonly type?: string;
    readonly exempt?: Shares;
    readonly limited?: Shares & { readonly limitResponse?: { readonly type?: string; readonly queuing?: Queuing } };
  };
};

export const validateFlowSchema = ({ metadata, spec }: FlowSchema): FieldError[] =>
  collect((errors) => {
    const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration } = spec;
    const wrong = (text: string): number => errors.push(invalidValue('spec.matchingPrecedence', matchingPrecedence, text));
    if (matchingPrecedence <= 0) wrong('must be a positive value');
    if (matchingPrecedence > 10000) wrong('must not be greater than 10000');
    if (matchingPrecedence === 1 && metadata.name !== 'exempt') wrong("only the schema named 'exempt' may have matchingPrecedence 1");
    if (distinguisherMethod && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type))
      errors.push(notSupported('spec.distinguisherMethod.type', { Type: distinguisherMethod.type }, ['ByNamespace', 'ByUser']));
    const level = priorityLevelConfiguration?.name;
    if (level) invalidAll(errors, 'spec.priorityLevelConfiguration.name', level, validateDnsSubdomain(level));
    else errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
    for (const [i, rule] of (spec.rules ?? []).entries()) checkRule(errors, `spec.rules[${i}]`, rule);
  });

function checkRule(errors: Errors, path: string, { subjects = [], resourceRules = [], nonResourceRules = [] }: Rule): void {
  for (const [i, subject] of subjects.entries()) checkSubject(errors, `${path}.subjects[${i}]`, subject);
  if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  if (resourceRules.length + nonResourceRules.length === 0)
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  for (const [i, rule] of resourceRules.entries()) {
    const at = `${path}.resourceRules[${i}]`;
    checkVerbs(errors, `${at}.verbs`, rule.verbs);
    checkWild(errors, `${at}.apiGroups`, rule.apiGroups, 'resource rules must supply at least one api group', 'api groups');
    checkWild(errors, `${at}.resources`, rule.resources, 'resource rules must supply at least one resource', 'resources');
    const { namespaces = [], clusterScope } = rule;
    const lacking = clusterScope ? undefined : 'resource rules that are not cluster scoped must supply at least one namespace';
    if (checkWild(errors, `${at}.namespaces`, namespaces, lacking, 'namespaces')) continue;
    for (const [j, name] of namespaces.entries())
      invalidAll(
        errors,
        `${at}.namespaces[${j}]`,
        name,
        validateDnsLabel(name).map((text) => `each member of this list must be '*' or a DNS-1123 label; ${text}`),
      );
  }
  for (const [i, { verbs, nonResourceURLs }] of nonResourceRules.entries()) {
    const at = `${path}.nonResourceRules[${i}]`;
    checkVerbs(errors, `${at}.verbs`, verbs);
    checkWild(errors, `${at}.nonResourceURLs`, nonResourceURLs, 'nonResourceURLs must contain at least one value', 'non-resource URLs');
  }
}

/** A list that has something in it, or the asterisk alone; true when it has the asterisk. */
function checkWild(errors: Errors, path: string, list: List = [], lacking: string | undefined, what: string): boolean {
  if (list.length === 0 && lacking !== undefined) errors.push(required(path, lacking));
  else if (list.length > 1 && list.includes('*')) errors.push(invalidValue(path, list, `if '*' is present, must not specify other ${what}`));
  return list.includes('*');
}

const verbNames = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function checkVerbs(errors: Errors, path: string, verbs: List): void {
  if (checkWild(errors, path, verbs, 'verbs must contain at least one value', 'verbs')) return;
  if (verbs?.some((verb) => !verbNames.includes(verb))) errors.push(notSupported(path, verbs, verbNames));
}

const kinds = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function checkSubject(errors: Errors, path: string, subject: Subject): void {
  const own = Object.hasOwn(kinds, subject.kind) ? kinds[subject.kind as keyof typeof kinds] : undefined;
  if (own === undefined) return void errors.push(notSupported(`${path}.kind`, subject.kind, Object.keys(kinds)));
  const given = subject[own];
  if (given === undefined) errors.push(required(`${path}.${own}`, `${own} is required when subject kind is '${subject.kind}'`));
  else {
    if (!given.name) errors.push(required(`${path}.${own}.name`));
    else if (own === 'serviceAccount' && given.name !== '*') invalidAll(errors, `${path}.${own}.name`, given.name, validateDnsSubdomain(given.name));
    if (own === 'serviceAccount' && !given.namespace) errors.push(required(`${path}.${own}.namespace`, 'must specify namespace for service account'));
    else if (own === 'serviceAccount') invalidAll(errors, `${path}.${own}.namespace`, given.namespace ?? '', validateDnsLabel(given.namespace ?? ''));
  }
  for (const [kind, field] of Object.entries(kinds).reverse())
    if (field !== own && subject[field] !== undefined)
      errors.push(forbiddenField(`${path}.${field}`, `${field} is forbidden when subject kind is not '${kind}'`));
}

export const validatePriorityLevel = ({ metadata, spec }: PriorityLevel): FieldError[] =>
  collect((errors) => {
    const { type = '', limited, exempt } = spec;
    if ((metadata.name === 'exempt') !== (type === 'Exempt'))
      errors.push(invalidValue('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
    if (type === 'Exempt') {
      if (limited) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
      if (exempt) checkShares(errors, 'spec.exempt', exempt, () => undefined);
    } else if (type === 'Limited') {
      if (exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
      if (limited) checkShares(errors, 'spec.limited', limited, () => checkResponse(errors, 'spec.limited.limitResponse', limited.limitResponse));
      else errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    } else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  });

function checkShares(errors: Errors, path: string, shares: Shares, between: () => void): void {
  const { nominalConcurrencyShares = 0, lendablePercent = 0, borrowingLimitPercent = 0 } = shares;
  const wrong = (field: string, value: number, text: string): number => errors.push(invalidValue(`${path}.${field}`, value, text));
  if (nominalConcurrencyShares < 0) wrong('nominalConcurrencyShares', nominalConcurrencyShares, 'must be a non-negative integer');
  between();
  if (lendablePercent < 0 || lendablePercent > 100) wrong('lendablePercent', lendablePercent, 'must be between 0 and 100, inclusive');
  if (borrowingLimitPercent < 0) wrong('borrowingLimitPercent', borrowingLimitPercent, 'if specified, must be a non-negative integer');
}

function checkResponse(errors: Errors, path: string, { type = '', queuing }: { readonly type?: string; readonly queuing?: Queuing } = {}): void {
  const at = `${path}.queuing`;
  if (type === 'Reject') {
    if (queuing) errors.push(forbiddenField(at, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (type !== 'Queue') errors.push(notSupported(`${path}.type`, type, ['Queue', 'Reject']));
  else if (!queuing) errors.push(required(at, 'must not be empty if limited.limitResponse.type is Limited'));
  else {
    const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
    const wrong = (field: string, value: number, text: string): number => errors.push(invalidValue(`${at}.${field}`, value, text));
    if (queueLengthLimit <= 0) wrong('queueLengthLimit', queueLengthLimit, 'must be positive');
    if (queues <= 0) wrong('queues', queues, 'must be positive');
    else if (queues > 10_000_000) wrong('queues', queues, 'must not be greater than 10000000');
    if (handSize <= 0) wrong('handSize', handSize, 'must be positive');
    else if (handSize > queues) wrong('handSize', handSize, `should not be greater than queues (${queues})`);
    else {
      // shufflesharding.RequiredEntropyBits
      const bits = Math.ceil(Math.log2(queues) * handSize);
      if (bits > 60) wrong('handSize', handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than 60`);
    }
  }
}
