import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts';

/** validation.ValidateNonnegativeField */
export const nonNegative = (value: number | undefined, path: string): FieldError[] =>
  value !== undefined && value < 0 ? [invalidValue(path, value, 'must be greater than or equal to 0')] : [];

/** A whole number above zero. */
export const positive = (value: number | undefined, path: string): FieldError[] =>
  value !== undefined && value <= 0 ? [invalidValue(path, value, 'must be greater than 0')] : [];
