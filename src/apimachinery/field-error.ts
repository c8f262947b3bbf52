/** What is wrong with one field of an object: kubernetes apimachinery/pkg/util/validation/field/errors.go. */

import { goJson, quote, quoteAll } from './go-text.ts';

type ErrorKind = { readonly text: string; readonly cause: string; readonly hidesValue: boolean };

const kinds = {
  NotFound: { text: 'Not found', cause: 'FieldValueNotFound', hidesValue: false },
  Required: { text: 'Required value', cause: 'FieldValueRequired', hidesValue: true },
  Duplicate: { text: 'Duplicate value', cause: 'FieldValueDuplicate', hidesValue: false },
  Invalid: { text: 'Invalid value', cause: 'FieldValueInvalid', hidesValue: false },
  NotSupported: { text: 'Unsupported value', cause: 'FieldValueNotSupported', hidesValue: false },
  Forbidden: { text: 'Forbidden', cause: 'FieldValueForbidden', hidesValue: true },
  TooLong: { text: 'Too long', cause: 'FieldValueTooLong', hidesValue: true },
  TooMany: { text: 'Too many', cause: 'FieldValueTooMany', hidesValue: false },
  Internal: { text: 'Internal error', cause: 'InternalError', hidesValue: true },
  TypeInvalid: { text: 'Invalid value', cause: 'FieldValueTypeInvalid', hidesValue: false },
} satisfies Record<string, ErrorKind>;

/** Stands for a value that no message shows. */
const unseen = Symbol('unseen');

type FieldErrorType = keyof typeof kinds;

/** `field` is a path (`spec.containers[0].name`). `invalid` of status.ts makes one cause of each. */
export type FieldError = { readonly type: FieldErrorType; readonly field: string; readonly badValue?: unknown; readonly detail?: string };

/** A field that must be given. */
export const required = (field: string, detail = ''): FieldError => ({ type: 'Required', field, detail });
/** A value that breaks a rule; `detail` names the rule. */
export const invalidValue = (field: string, badValue: unknown, detail: string): FieldError => ({ type: 'Invalid', field, badValue, detail });
/** A value that breaks a rule and is too much to be shown (field.OmitValueType). */
export const invalidUnseen = (field: string, detail: string): FieldError => ({ type: 'Invalid', field, badValue: unseen, detail });
/** A list of `count` where `most` may be. */
export const tooMany = (field: string, count: number, most: number): FieldError => ({
  type: 'TooMany',
  field,
  badValue: count,
  detail: `must have at most ${most} items`,
});
/** A value that must be unique and is not. */
export const duplicate = (field: string, badValue: unknown): FieldError => ({ type: 'Duplicate', field, badValue });
/** A field that may not be set here, or not changed. */
export const forbiddenField = (field: string, detail: string): FieldError => ({ type: 'Forbidden', field, detail });
/** A reference to something that does not exist. */
export const notFoundField = (field: string, badValue: unknown): FieldError => ({ type: 'NotFound', field, badValue });

/** A value outside an enumeration; upstream prints the allowed ones in the order given. */
export const notSupported = (field: string, badValue: unknown, allowed: readonly string[]): FieldError => ({
  type: 'NotSupported',
  field,
  badValue,
  detail: allowed.length > 0 ? `supported values: ${quoteAll(allowed)}` : '',
});
/** A text that is longer than allowed. */
export const tooLong = (field: string, badValue: unknown, maxBytes: number): FieldError => ({
  type: 'TooLong',
  field,
  badValue,
  detail: maxBytes >= 0 ? `may not be more than ${maxBytes} bytes` : 'value is too long',
});

/** The text without the field's name, as it stands in a Status cause. */
export function toBody(error: FieldError): string {
  const kind = kinds[error.type];
  const text = kind.hidesValue || error.badValue === unseen ? kind.text : `${kind.text}: ${valueText(error.badValue)}`;
  return error.detail ? `${text}: ${error.detail}` : text;
}

/** The whole text: `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export const toText = (error: FieldError): string => `${error.field}: ${toBody(error)}`;

/** The reason a Status cause gives, e.g. FieldValueRequired. */
export const causeType = (error: FieldError): string => kinds[error.type].cause;

/** One text for many errors: the text itself when there is one, `[a, b]` otherwise; equal texts once. */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(toText))];
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' ? goJson(value) : String(value);
}
