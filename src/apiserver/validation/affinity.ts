/** Where a pod may run: kubernetes pkg/apis/core/validation/validation.go validateAffinity, ValidateTolerations, validateTopologySpreadConstraints. */
import type { core, LabelSelector } from '../../api/types.ts';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { validateDnsLabel, validateDnsSubdomain, validateLabelValue } from '../../apimachinery/names.ts';
import { checkKey, checkSelector } from './labels.ts';
import { type Errors, invalidAll, oneOf } from './report.ts';

const requiredField = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredField = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Adds to `errors`; `path` is `spec.affinity` of a pod or the same of a template. */
export function checkAffinity(errors: Errors, path: string, { nodeAffinity, podAffinity, podAntiAffinity }: core.Affinity): void {
  if (nodeAffinity?.[requiredField]) checkNodeSelector(errors, `${path}.nodeAffinity.${requiredField}`, nodeAffinity[requiredField]);
  for (const [i, { weight, preference }] of (nodeAffinity?.[preferredField] ?? []).entries()) {
    const at = `${path}.nodeAffinity.${preferredField}[${i}]`;
    checkWeight(errors, at, weight);
    checkNodeTerm(errors, `${at}.preference`, preference ?? {}, false);
  }
  if (podAffinity) checkPodAffinity(errors, `${path}.podAffinity`, podAffinity);
  if (podAntiAffinity) checkPodAffinity(errors, `${path}.podAntiAffinity`, podAntiAffinity);
}

function checkWeight(errors: Errors, path: string, weight: number | undefined): void {
  if (!((weight ?? 0) > 0 && (weight ?? 0) <= 100)) errors.push(invalidValue(`${path}.weight`, weight ?? 0, 'must be in the range 1-100'));
}

/** Terms that a node must meet, of a pod or a volume. */
export function checkNodeSelector(errors: Errors, path: string, { nodeSelectorTerms }: core.NodeSelector): void {
  const at = `${path}.nodeSelectorTerms`;
  if (!nodeSelectorTerms?.length) return void errors.push(required(at, 'must have at least one node selector term'));
  for (const [i, term] of nodeSelectorTerms.entries()) checkNodeTerm(errors, `${at}[${i}]`, term, true);
}

function checkNodeTerm(errors: Errors, path: string, { matchExpressions = [], matchFields = [] }: core.NodeSelectorTerm, strict: boolean): void {
  for (const [i, requirement] of matchExpressions.entries()) checkRequirement(errors, `${path}.matchExpressions[${i}]`, requirement, strict);
  for (const [i, { key, operator, values = [] }] of matchFields.entries()) {
    const at = `${path}.matchFields[${i}]`;
    if (operator !== 'In' && operator !== 'NotIn') errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
    else if (values.length !== 1) errors.push(required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
    if (key !== 'metadata.name') errors.push(invalidValue(`${at}.key`, key ?? '', 'not a valid field selector key'));
    else for (const [j, value] of values.entries()) invalidAll(errors, `${at}.values[${j}]`, value, validateDnsSubdomain(value));
  }
}

function checkRequirement(errors: Errors, path: string, { key, operator, values = [] }: core.NodeSelectorRequirement, strict: boolean): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  checkKey(errors, `${path}.key`, key);
  if (strict) for (const [i, value] of values.entries()) invalidAll(errors, `${path}.values[${i}]`, value, validateLabelValue(value));
}

function checkPodAffinity(errors: Errors, path: string, affinity: core.PodAffinity): void {
  for (const [i, term] of (affinity[requiredField] ?? []).entries()) checkPodTerm(errors, `${path}.${requiredField}[${i}]`, term);
  for (const [i, { weight, podAffinityTerm }] of (affinity[preferredField] ?? []).entries()) {
    const at = `${path}.${preferredField}[${i}]`;
    checkWeight(errors, at, weight);
    checkPodTerm(errors, `${at}.podAffinityTerm`, podAffinityTerm ?? { topologyKey: '' });
  }
}

function checkPodTerm(errors: Errors, path: string, term: core.PodAffinityTerm): void {
  checkSelector(errors, `${path}.labelSelector`, term.labelSelector);
  checkSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const name of term.namespaces ?? []) invalidAll(errors, `${path}.namespace`, name, validateDnsLabel(name));
  checkLabelKeys(errors, path, term);
  if (!term.topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkKey(errors, `${path}.topologyKey`, term.topologyKey);
}

type LabelKeys = { readonly labelSelector?: LabelSelector; readonly matchLabelKeys?: readonly string[]; readonly mismatchLabelKeys?: readonly string[] };

/** ValidateMatchLabelKeysAndMismatchLabelKeys; of a pod the selector has the keys' own expressions by then. */
function checkLabelKeys(errors: Errors, path: string, { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: LabelKeys): void {
  for (const [field, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    if (keys.length === 0) continue;
    if (labelSelector === undefined) errors.push(forbiddenField(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    else for (const [i, key] of keys.entries()) checkKey(errors, `${path}.${field}[${i}]`, key);
  }
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const i = matchLabelKeys.lastIndexOf(key);
    if (i >= 0 && seen.has(key)) errors.push(invalidValue(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  for (const [i, key] of matchLabelKeys.entries())
    if (mismatchLabelKeys.includes(key)) errors.push(invalidValue(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
}

/** Adds to `errors`; operator, value and tolerationSeconds must go together. */
export function checkTolerations(errors: Errors, path: string, tolerations: readonly core.Toleration[]): void {
  for (const [i, { key, operator, value = '', effect, tolerationSeconds }] of tolerations.entries()) {
    const at = `${path}[${i}]`;
    const wrong = (field: string, given: string, text: string): number => errors.push(invalidValue(`${at}.${field}`, given, text));
    if (key) checkKey(errors, `${at}.key`, key);
    else if (operator !== 'Exists')
      wrong('operator', operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"');
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') wrong('effect', effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    if (!operator || operator === 'Equal') {
      const texts = validateLabelValue(value);
      if (texts.length > 0) wrong('operator', value, texts.join(';'));
    } else if (operator === 'Exists') {
      if (value) wrong('operator', value, "value must be empty when `operator` is 'Exists'");
    } else errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    if (effect) oneOf(errors, `${at}.effect`, effect, taintEffects);
  }
}

/** Of taints and tolerations. */
export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const actions = ['DoNotSchedule', 'ScheduleAnyway'];

/** Adds to `errors`; two constraints may not share topology key and whenUnsatisfiable. */
export function checkSpread(errors: Errors, path: string, constraints: readonly core.TopologySpreadConstraint[]): void {
  for (const [i, each] of constraints.entries()) {
    const at = `${path}[${i}]`;
    if (!(each.maxSkew > 0)) errors.push(invalidValue(`${at}.maxSkew`, each.maxSkew ?? 0, 'must be greater than zero'));
    if (!each.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    else checkKey(errors, `${at}.topologyKey`, each.topologyKey);
    if (!actions.includes(each.whenUnsatisfiable)) errors.push(notSupported(`${at}.whenUnsatisfiable`, each.whenUnsatisfiable ?? '', actions));
    const again = constraints.slice(i + 1).some((other) => other.topologyKey === each.topologyKey && other.whenUnsatisfiable === each.whenUnsatisfiable);
    if (again) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${each.topologyKey}, ${each.whenUnsatisfiable}}`));
    if (each.minDomains !== undefined) {
      if (each.minDomains <= 0) errors.push(invalidValue(`${at}.minDomains`, each.minDomains, 'must be greater than zero'));
      if (each.whenUnsatisfiable !== 'DoNotSchedule')
        errors.push(
          invalidValue(`${at}.minDomains`, each.minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${each.whenUnsatisfiable}`),
        );
    }
    oneOf(errors, `${at}.nodeAffinityPolicy`, each.nodeAffinityPolicy, ['Honor', 'Ignore']);
    oneOf(errors, `${at}.nodeTaintsPolicy`, each.nodeTaintsPolicy, ['Honor', 'Ignore']);
    checkLabelKeys(errors, at, each as LabelKeys);
    checkSelector(errors, `${at}.labelSelector`, each.labelSelector);
  }
}
