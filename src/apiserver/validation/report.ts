/** Small checks that all of validation is made of; each adds what it finds to a list. */
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts';
import { semanticEqual } from '../objects.ts';
import { validateDnsSubdomain } from './names.ts';

/** Filled by the checks in upstream's order, for that is how a message lists them. */
export type Errors = FieldError[];

/** One `Invalid value` for each text that a rule had to say. */
export function invalidAll(errors: Errors, path: string, value: unknown, texts: readonly string[]): void {
  for (const text of texts) errors.push(invalidValue(path, value, text));
}

/** A value outside its enumeration; an absent one is somebody else's business. */
export function oneOf(errors: Errors, path: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

/** A name that must be there and must follow a rule. */
export function requiredName(errors: Errors, path: string, value: string | undefined, rule: (value: string) => string[]): void {
  if (!value) errors.push(required(path));
  else invalidAll(errors, path, value, rule(value));
}

/** A name that may be left out. */
export function optionalName(errors: Errors, path: string, value: string | undefined, rule: (value: string) => string[]): void {
  if (value) invalidAll(errors, path, value, rule(value));
}

/** validation.IsDomainPrefixedPath: `acme.io/foo` */
export function checkDomainPrefixedPath(errors: Errors, path: string, value: string): void {
  const [, host = '', rest = ''] = /^([^/]*)\/?(.*)$/s.exec(value) ?? [];
  if (value === '') errors.push(required(path));
  else if (host === '' || rest === '') errors.push(invalidValue(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else {
    invalidAll(errors, path, host, validateDnsSubdomain(host));
    if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest))
      errors.push(invalidValue(path, rest, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"));
  }
}

/** validation.ValidateNonnegativeField */
export function notNegative(errors: Errors, path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalidValue(path, value, 'must be greater than or equal to 0'));
}

/** validation.ValidateImmutableField; `shown` is what the message says the value is, where Go would write it otherwise than JSON. */
export function immutable(errors: Errors, path: string, is: unknown, was: unknown, shown: unknown = is): void {
  if (!semanticEqual(is, was)) errors.push(invalidValue(path, shown, 'field is immutable'));
}

/** What a check that adds to a list found. */
export function collect(check: (errors: Errors) => void): FieldError[] {
  const errors: Errors = [];
  check(errors);
  return errors;
}
