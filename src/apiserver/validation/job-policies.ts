/** A Job's rules for failed pods and for success: kubernetes pkg/apis/batch/validation/validation.go. */
import type { batch } from '../../api/types.ts';
import { duplicate, invalidUnseen, invalidValue, notSupported, required, tooLong, tooMany } from '../../apimachinery/field-error.ts';
import { quote } from '../../apimachinery/go-text.ts';
import { validateQualifiedName } from '../../apimachinery/names.ts';
import { type Errors, invalidAll, notNegative } from './report.ts';

type JobSpec = batch.JobSpec;

const mostRules = 20;
const mostPatterns = 20;
const mostExitCodes = 255;
const longestIndexes = 64 * 1024;

/** A word of an enumeration that must be there. */
function requiredWord(errors: Errors, path: string, value: string | undefined, allowed: readonly string[]): void {
  if (!value) errors.push(required(path, `valid values: [${allowed.map(quote).join(' ')}]`));
  else if (!allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

/** validatePodFailurePolicy */
export function checkFailurePolicy(errors: Errors, path: string, { rules = [] }: batch.PodFailurePolicy, spec: JobSpec): void {
  if (rules.length > mostRules) errors.push(tooMany(`${path}.rules`, rules.length, mostRules));
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = [...containers, ...initContainers].map(({ name }) => name);
  for (const [i, { action, onExitCodes, onPodConditions = [] }] of rules.entries()) {
    const at = `${path}.rules[${i}]`;
    requiredWord(errors, `${at}.action`, action, ['Count', 'FailIndex', 'FailJob', 'Ignore']);
    if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
      errors.push(invalidValue(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set'));
    if (onExitCodes) checkExitCodes(errors, `${at}.onExitCodes`, onExitCodes, names);
    checkConditions(errors, `${at}.onPodConditions`, onPodConditions);
    if (onExitCodes && onPodConditions.length > 0) errors.push(invalidUnseen(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
    if (!onExitCodes && onPodConditions.length === 0) errors.push(invalidUnseen(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
}

function checkConditions(errors: Errors, path: string, patterns: readonly batch.PodFailurePolicyOnPodConditionsPattern[]): void {
  if (patterns.length > mostPatterns) errors.push(tooMany(path, patterns.length, mostPatterns));
  for (const [i, { type = '', status }] of patterns.entries()) {
    invalidAll(errors, `${path}[${i}].type`, type, validateQualifiedName(type));
    requiredWord(errors, `${path}[${i}].status`, status, ['False', 'True', 'Unknown']);
  }
}

function checkExitCodes(
  errors: Errors,
  path: string,
  { operator, containerName, values = [] }: batch.PodFailurePolicyOnExitCodesRequirement,
  names: readonly string[],
): void {
  requiredWord(errors, `${path}.operator`, operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.includes(containerName))
    errors.push(invalidValue(`${path}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template'));
  if (values.length === 0) errors.push(invalidValue(`${path}.values`, values, 'at least one value is required'));
  else if (values.length > mostExitCodes) errors.push(tooMany(`${path}.values`, values.length, mostExitCodes));
  for (const [i, code] of values.entries()) {
    if (operator === 'In' && code === 0) errors.push(invalidValue(`${path}.values[${i}]`, code, 'must not be 0 for the In operator'));
    if (values.indexOf(code) < i) errors.push(duplicate(`${path}.values[${i}]`, code));
  }
  if (values.some((code, i) => code < (values[i - 1] ?? code))) errors.push(invalidValue(`${path}.values`, values, 'must be ordered'));
}

/** validateSuccessPolicy */
export function checkSuccessPolicy(errors: Errors, path: string, policy: batch.SuccessPolicy, { completionMode, completions = 0 }: JobSpec): void {
  if (completionMode !== 'Indexed') return void errors.push(invalidValue(path, policy, 'requires indexed completion mode'));
  const { rules = [] } = policy;
  if (rules.length === 0) errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > mostRules) errors.push(tooMany(`${path}.rules`, rules.length, mostRules));
  for (const [i, { succeededCount, succeededIndexes }] of rules.entries()) {
    const at = `${path}.rules[${i}]`;
    if (succeededCount === undefined && succeededIndexes === undefined)
      errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
    if ((succeededIndexes?.length ?? 0) > longestIndexes) errors.push(tooLong(`${at}.succeededIndexes`, '', longestIndexes));
    const total = countIndexes(succeededIndexes ?? '', completions);
    if (typeof total === 'string') errors.push(invalidValue(`${at}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${total}`));
    if (succeededCount === undefined) continue;
    const most = (count: number, what: string): void => {
      const text = `must be less than or equal to ${count} (the number of ${what})`;
      if (succeededCount > count) errors.push(invalidValue(`${at}.succeededCount`, succeededCount, text));
    };
    notNegative(errors, `${at}.succeededCount`, succeededCount);
    most(completions, 'specified completions');
    if (succeededIndexes !== undefined) most(typeof total === 'number' ? total : 0, 'indexes in the specified succeededIndexes field');
  }
}

/** How many indexes `0-2,5` names, or what is wrong with the text (validateIndexesFormat). */
function countIndexes(text: string, completions: number): number | string {
  let [total, last] = [0, -1];
  for (const part of text === '' ? [] : text.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2) return `the fragment ${quote(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const limit of limits) {
      if (!/^[+]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${quote(limit)}`;
      if (Number(limit) >= completions) return `too large index: ${quote(limit)}`;
    }
    const [first = 0, end = first] = limits.map(Number);
    if (limits.length === 2 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (total > 0 && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}
