/** Label selectors: kubernetes apimachinery/pkg/labels. */

import { quote } from './go-text.ts';
import { validateLabelValue, validateQualifiedName } from './names.ts';
import { type Operator, parseRequirements, type Requirement, SelectorError } from './selector-parser.ts';

export { type Operator, type Requirement, SelectorError };

/** metadata.labels. */
type Labels = Readonly<Record<string, string>>;

/** The part of metav1.LabelSelector that counts here. */
type LabelSelectorLike = {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
};

const noLabels: Labels = {};

/** The selector that matches nothing: labels.Nothing. */
const nothing: readonly Requirement[] = [{ key: '', operator: 'in', values: [] }];

/** Reads `-l`'s argument: `app=web,tier in (a, b),!legacy`. Throws SelectorError. */
export const parseSelector = (text: string): Requirement[] => parseRequirements(text).map(parsedRequirement).sort(byKey);

function parsedRequirement(requirement: Requirement): Requirement {
  const errors = validateQualifiedName(requirement.key);
  const prefix = 'unable to parse requirement: ';
  // Upstream names the field by a path that is nil here, and prints it.
  if (errors.length > 0) throw new SelectorError(`${prefix}<nil>: Invalid value: ${quote(requirement.key)}: ${errors.join('; ')}`);
  try {
    return newRequirement(requirement);
  } catch (error) {
    throw error instanceof SelectorError ? new SelectorError(prefix + error.message) : error;
  }
}

const byKey = (a: Requirement, b: Requirement): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Whether labels satisfy all requirements. */
export function matches(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  const set = labels ?? noLabels;
  for (const requirement of requirements) if (!matchesOne(requirement, set)) return false;
  return true;
}

function matchesOne({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
      return value === values[0];
    case '!=':
      return value !== values[0];
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    default:
      return compares(operator, value, values[0]);
  }
}

function compares(operator: 'gt' | 'lt', value: string | undefined, bound: string | undefined): boolean {
  if (value === undefined || !/^[-+]?\d+$/.test(value)) return false;
  return operator === 'gt' ? BigInt(value) > BigInt(bound ?? '0') : BigInt(value) < BigInt(bound ?? '0');
}

/** Whether labels contain every pair of a map: a Service's selector. An empty map matches everything. */
export function matchesMap(set: Labels | undefined, labels: Labels | undefined): boolean {
  for (const key in set) if (labels?.[key] !== set[key]) return false;
  return true;
}

/** Whether labels satisfy a LabelSelector: none matches nothing, an empty one everything. Allocates nothing for matchLabels. */
export function matchesLabelSelector(selector: LabelSelectorLike | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  if (!matchesMap(selector.matchLabels, labels)) return false;
  if (!selector.matchExpressions?.length) return true;
  return matches(selectorFromLabelSelector({ matchExpressions: selector.matchExpressions }), labels);
}

const operators: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** metav1.LabelSelectorAsSelector: none matches nothing, an empty one everything. Throws SelectorError. */
export function selectorFromLabelSelector(selector: LabelSelectorLike | undefined): readonly Requirement[] {
  if (!selector) return nothing;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? noLabels)) requirements.push({ key, operator: '=', values: [value] });
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = operators[operator];
    if (!known) throw new SelectorError(`${quote(operator)} is not a valid label selector operator`);
    requirements.push(newRequirement({ key, operator: known, values: [...(values ?? [])].sort() }));
  }
  return requirements.sort(byKey);
}

function newRequirement(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const keyErrors = validateQualifiedName(key);
  if (keyErrors.length > 0) throw new SelectorError(`key: Invalid value: ${quote(key)}: ${keyErrors.join('; ')}`);
  const wrong = wrongValues(operator, values);
  if (wrong) throw new SelectorError(wrong);
  values.forEach((value, i) => {
    const errors = validateLabelValue(value);
    if (errors.length > 0) throw new SelectorError(`values[${i}][${key}]: Invalid value: ${quote(value)}: ${errors.join('; ')}`);
  });
  return requirement;
}

function wrongValues(operator: Operator, values: readonly string[]): string | undefined {
  const list = `values: Invalid value: ${JSON.stringify(values)}: `;
  if ((operator === 'in' || operator === 'notin') && values.length === 0) return `${list}for 'in', 'notin' operators, values set can't be empty`;
  if ((operator === 'exists' || operator === '!') && values.length > 0) return `${list}values set must be empty for exists and does not exist`;
  if (operator !== 'gt' && operator !== 'lt') return undefined;
  if (values.length !== 1) return `${list}for 'Gt', 'Lt' operators, exactly one value is required`;
  return /^[-+]?\d+$/.test(values[0] ?? '')
    ? undefined
    : `values[0]: Invalid value: ${quote(values[0] ?? '')}: for 'Gt', 'Lt' operators, the value must be an integer`;
}

/** A selector as text: labels.Selector.String, `app=web,tier in (a,b)`. */
export const formatSelector = (requirements: readonly Requirement[]): string => (requirements === nothing ? '' : requirements.map(formatRequirement).join(','));

function formatRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key;
  if (operator === '!') return `!${key}`;
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${[...values].sort().join(',')})`;
  return `${key}${operator === 'gt' ? '>' : operator === 'lt' ? '<' : operator}${values.join(',')}`;
}

/** metav1.FormatLabelSelector: `<none>` when it is empty. */
export function formatLabelSelector(selector: LabelSelectorLike | undefined): string {
  try {
    return formatSelector(selectorFromLabelSelector(selector)) || '<none>';
  } catch (error) {
    if (error instanceof SelectorError) return '<error>';
    throw error;
  }
}

/** labels.FormatLabels: `a=1,b=2`, or `<none>`. */
export function formatLabels(labels: Labels | undefined): string {
  const keys = Object.keys(labels ?? noLabels);
  if (keys.length === 0) return '<none>';
  return keys
    .sort()
    .map((key) => `${key}=${labels?.[key]}`)
    .join(',');
}

export { validateLabelValue };
