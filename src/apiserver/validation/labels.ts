/** Labels and label selectors: kubernetes apimachinery/pkg/apis/meta/v1/validation/validation.go. */
import type { LabelSelector } from '../../api/types.ts';
import { forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts';
import { validateLabelKey, validateLabelValue } from './names.ts';
import { type Errors, invalidAll } from './report.ts';

/** Keys and values of labels. */
export function checkLabels(errors: Errors, path: string, labels: Readonly<Record<string, string>> | undefined): void {
  if (labels === undefined) return;
  for (const key of Object.keys(labels).sort()) {
    invalidAll(errors, path, key, validateLabelKey(key));
    const value = labels[key] ?? '';
    invalidAll(errors, path, value, validateLabelValue(value));
  }
}

/** A selector's labels and expressions. */
export function checkSelector(errors: Errors, path: string, selector: LabelSelector | undefined): void {
  if (selector === undefined) return;
  checkLabels(errors, `${path}.matchLabels`, selector.matchLabels);
  for (const [i, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
    checkKey(errors, `${at}.key`, key);
    for (const [j, value] of values.entries()) invalidAll(errors, `${at}.values[${j}]`, value, validateLabelValue(value));
  }
}

/** A label's key by itself. */
export const checkKey = (errors: Errors, path: string, key: string | undefined): void => invalidAll(errors, path, key ?? '', validateLabelKey(key ?? ''));
