import type { ObjectMeta } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts';
import type { ServedResource } from '../resource-table.ts';
import { checkLabels } from './labels.ts';
import { validateDnsSubdomain, validateLabelKey } from './names.ts';

/** Metadata of a new object: kubernetes apimachinery/pkg/api/validation/objectmeta.go. */
export function validateMeta(metadata: ObjectMeta, served: ServedResource): FieldError[] {
  const errors: FieldError[] = [];
  const validName = served.strategy.validateName ?? validateDnsSubdomain;
  if (metadata.generateName)
    for (const text of validName(maskTrailingDash(metadata.generateName))) errors.push(invalidValue('metadata.generateName', metadata.generateName, text));
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else for (const text of validName(metadata.name)) errors.push(invalidValue('metadata.name', metadata.name, text));
  return [...errors, ...validateCommon(metadata)];
}

/** Metadata of an update. What clients cannot change was already taken from the stored object. */
export function validateMetaUpdate(metadata: ObjectMeta, old: ObjectMeta, _served: ServedResource): FieldError[] {
  const same = metadata.labels === old.labels && metadata.annotations === old.annotations && metadata.finalizers === old.finalizers;
  if (same && metadata.ownerReferences === old.ownerReferences) return [];
  const errors = validateCommon(metadata);
  if (old.deletionTimestamp !== undefined) {
    const fresh = (metadata.finalizers ?? []).filter((name) => !old.finalizers?.includes(name));
    if (fresh.length > 0) {
      const text = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${fresh.map((name) => `"${name}"`).join(', ')}}`;
      errors.push(forbiddenField('metadata.finalizers', text));
    }
  }
  return errors;
}

function validateCommon(metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  checkLabels(errors, 'metadata.labels', metadata.labels);
  if (metadata.ownerReferences) checkOwners(errors, metadata.ownerReferences);
  if (metadata.annotations) errors.push(...validateAnnotations(metadata.annotations, 'metadata.annotations'));
  for (const [i, name] of (metadata.finalizers ?? []).entries()) {
    for (const text of validateLabelKey(name)) errors.push(invalidValue('metadata.finalizers', name, text));
    if (!name.includes('/') && !standardFinalizers.has(name)) {
      errors.push(invalidValue(`metadata.finalizers[${i}]`, name, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  }
  return errors;
}

/** validateOwnerReferences */
function checkOwners(errors: FieldError[], owners: NonNullable<ObjectMeta['ownerReferences']>): void {
  let first: string | undefined;
  for (const [i, owner] of owners.entries()) {
    const at = `metadata.ownerReferences[${i}]`;
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) if (!owner[field]) errors.push(required(`${at}.${field}`, 'must not be empty'));
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first === undefined) first = name;
    else
      errors.push(
        invalidValue(
          'metadata.ownerReferences',
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`,
        ),
      );
  }
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

const totalAnnotationSize = 256 * 1024;

/** Keys of annotations, and their size in all. */
export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key of Object.keys(annotations).sort()) {
    for (const text of validateLabelKey(key.toLowerCase())) errors.push(invalidValue(path, key, text));
    size += key.length + (annotations[key]?.length ?? 0);
  }
  if (size > totalAnnotationSize) errors.push(tooLong(path, '', totalAnnotationSize));
  return errors;
}

/** A generated name goes on after its dash. */
const maskTrailingDash = (name: string): string => (name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);
