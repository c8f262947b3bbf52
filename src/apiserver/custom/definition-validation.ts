/** CustomResourceDefinitions (apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go). */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts';
import { Cel } from '../admission/cel/environment.ts';
import { equal } from '../objects.ts';
import { internalForm } from '../validation/internal-form.ts';
import { validateDns1035, validateDnsSubdomain } from '../validation/names.ts';
import { collect, type Errors, immutable, oneOf } from '../validation/report.ts';
import { checkWebhookClient } from '../validation/webhook-client.ts';
import type { Crd, CrdVersion } from './definition.ts';
import type { JsonSchema } from './json-schema.ts';
import { schemaProblems } from './schema-validation.ts';

/** A new definition. */
export const validateDefinition = (crd: Crd): FieldError[] =>
  collect((errors) => {
    const { group, names } = crd.spec;
    const { name = '' } = crd.metadata;
    if (name !== `${names?.plural ?? ''}.${group ?? ''}`) errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
    specErrors(errors, crd.spec);
    storedVersions(errors, crd);
    approval(errors, crd);
    preserving(errors, crd);
  });

/** A changed one: what the objects are stored by stays. */
export const validateDefinitionUpdate = (crd: Crd, old: Crd): FieldError[] =>
  collect((errors) => {
    const { spec } = crd;
    specErrors(errors, spec);
    immutable(errors, 'spec.scope', spec.scope, old.spec.scope);
    immutable(errors, 'spec.names.kind', spec.names.kind, old.spec.names.kind);
    immutable(errors, 'spec.group', spec.group, old.spec.group);
    immutable(errors, 'spec.names.plural', spec.names.plural, old.spec.names.plural);
    storedVersions(errors, crd);
    if (crd.metadata.annotations?.[approved] !== old.metadata.annotations?.[approved]) approval(errors, crd);
    if (old.spec.preserveUnknownFields !== true) preserving(errors, crd);
  });

type Spec = Crd['spec'];
type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

/** What all versions have alike stands above them in the internal type, and messages call it by its place there (v1/conversion.go). */
const shared = (versions: readonly CrdVersion[], part: Part): boolean => versions.every((version) => equal(version[part], versions[0]?.[part]));

function specErrors(errors: Errors, spec: Spec): void {
  groupErrors(errors, spec.group);
  if (!spec.scope) errors.push(required('spec.scope'));
  else oneOf(errors, 'spec.scope', spec.scope, ['Cluster', 'Namespaced']);
  const versions = spec.versions ?? [];
  for (const [i, { schema }] of versions.entries()) if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`));
  versionErrors(errors, versions);
  namesErrors(errors, spec.names);
  partErrors(errors, versions, true);
  conversionErrors(errors, spec);
}

function groupErrors(errors: Errors, group: string | undefined): void {
  if (!group) {
    errors.push(required('spec.group'));
    return;
  }
  const wrong = validateDnsSubdomain(group);
  if (wrong.length > 0) errors.push(invalidValue('spec.group', group, wrong.join(',')));
  else if (!group.includes('.')) errors.push(invalidValue('spec.group', group, 'should be a domain with at least one dot'));
}

function label(errors: Errors, path: string, value: string, before = '', checked = value): void {
  const wrong = validateDns1035(checked);
  if (wrong.length > 0) errors.push(invalidValue(path, value, `${before}${wrong.join(',')}`));
}

function versionErrors(errors: Errors, versions: readonly CrdVersion[]): void {
  for (const [i, { name = '', deprecated, deprecationWarning }] of versions.entries()) {
    label(errors, `spec.versions[${i}].name`, name);
    const at = `spec.versions[${i}].deprecationWarning`;
    if (deprecationWarning === undefined) continue;
    if (!deprecated) errors.push(invalidValue(at, deprecationWarning, 'can only be set for deprecated versions'));
    else if (deprecationWarning === '') errors.push(invalidValue(at, deprecationWarning, 'must not be an empty string'));
    else if (deprecationWarning.length > 256) errors.push(invalidValue(at, deprecationWarning, 'must be <= 256 characters long'));
  }
  partErrors(errors, versions, false);
  const shown = internalVersions(versions);
  if (new Set(versions.map(({ name }) => name)).size < versions.length) errors.push(invalidValue('spec.versions', shown, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', shown, 'must have exactly one version marked as storage version'));
  if (versions[0]?.name) label(errors, 'spec.version', versions[0].name);
}

function internalVersions(versions: readonly CrdVersion[]): object | null {
  if (versions.length === 0) return null;
  const parts: readonly Part[] = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'];
  const alike = Object.fromEntries(parts.filter((part) => shared(versions, part)).map((part) => [part, undefined]));
  return versions.map((version) => internalForm('CrdVersion', { ...version, ...alike }));
}

function namesErrors(errors: Errors, names: Spec['names'] | undefined): void {
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const) if (!names?.[name]) errors.push(required(`spec.names.${name}`));
  if (!names) return;
  const mixed = 'may have mixed case, but should otherwise match: ';
  if (names.plural) label(errors, 'spec.names.plural', names.plural);
  if (names.singular) label(errors, 'spec.names.singular', names.singular);
  if (names.kind) label(errors, 'spec.names.kind', names.kind, mixed, names.kind.toLowerCase());
  if (names.listKind) label(errors, 'spec.names.listKind', names.listKind, mixed, names.listKind.toLowerCase());
  for (const [i, name] of (names.shortNames ?? []).entries()) label(errors, `spec.names.shortNames[${i}]`, name);
  if (names.kind && names.kind === names.listKind) errors.push(invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  for (const [i, name] of (names.categories ?? []).entries()) label(errors, `spec.names.categories[${i}]`, name);
}

/** Schemas, subresources and columns: those that versions have of their own, or those that all share. */
function partErrors(errors: Errors, versions: readonly CrdVersion[], above: boolean): void {
  const at = (part: Part, name: string): (readonly [CrdVersion, string])[] => {
    if (shared(versions, part) !== above) return [];
    return above ? versions.slice(0, 1).map((version) => [version, `spec.${name}`]) : versions.map((version, i) => [version, `spec.versions[${i}].${part}`]);
  };
  const cel = new Cel();
  for (const [{ schema, subresources }, path] of at('schema', 'validation')) {
    const hasStatus = above ? versions.some((version) => version.subresources?.status) : subresources?.status !== undefined;
    if (schema?.openAPIV3Schema) errors.push(...schemaProblems(schema.openAPIV3Schema, `${path}.openAPIV3Schema`, hasStatus, cel));
  }
  for (const [{ subresources }, path] of at('subresources', 'subresources')) scaleErrors(errors, subresources?.scale, `${path}.scale`);
  for (const [{ additionalPrinterColumns = [] }, path] of at('additionalPrinterColumns', 'additionalPrinterColumns'))
    for (const [i, column] of additionalPrinterColumns.entries()) columnErrors(errors, column, `${path}[${i}]`);
  for (const [{ selectableFields = [], schema }, path] of at('selectableFields', 'selectableFields'))
    selectableErrors(errors, selectableFields, schema?.openAPIV3Schema, path);
}

const simplePath = (errors: Errors, path: string, value: string): boolean => {
  if (value.startsWith('.')) return true;
  errors.push(invalidValue(path, value, 'must be a simple json path starting with .'));
  return false;
};

function scaleErrors(errors: Errors, scale: NonNullable<CrdVersion['subresources']>['scale'], path: string): void {
  if (!scale) return;
  for (const [name, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const value = scale[name];
    const at = `${path}.${name}`;
    if (!value) errors.push(required(at));
    else if (simplePath(errors, at, value) && !value.startsWith(`${root}.`)) errors.push(invalidValue(at, value, `should be a json path under ${root}`));
  }
  const { labelSelectorPath: selector } = scale;
  const at = `${path}.labelSelectorPath`;
  if (selector && simplePath(errors, at, selector) && !/^\.(spec|status)\./.test(selector))
    errors.push(invalidValue(at, selector, 'should be a json path under either .spec or .status'));
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnErrors(errors: Errors, column: NonNullable<CrdVersion['additionalPrinterColumns']>[number], path: string): void {
  const { name, type, format, jsonPath } = column;
  if (!name) errors.push(required(`${path}.name`));
  if (!type) errors.push(required(`${path}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(type)) errors.push(invalidValue(`${path}.type`, type, `must be one of ${columnTypes.join(',')}`));
  if (format && !columnFormats.includes(format)) errors.push(invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  if (!jsonPath) errors.push(required(`${path}.JSONPath`));
  else simplePath(errors, `${path}.JSONPath`, jsonPath);
}

function selectableErrors(errors: Errors, fields: NonNullable<CrdVersion['selectableFields']>, schema: JsonSchema | undefined, path: string): void {
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const at = `${path}[${i}].jsonPath`;
    if (!jsonPath) {
      errors.push(required(at));
      continue;
    }
    const found = jsonPath
      .split('.')
      .slice(1)
      .reduce<JsonSchema | undefined>((inner, name) => inner?.properties?.[name], schema);
    if (jsonPath.startsWith('.metadata.')) errors.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'));
    else if (!['string', 'boolean', 'integer'].includes(found?.type ?? ''))
      errors.push(
        invalidValue(at, jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'),
      );
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath));
    seen.add(jsonPath);
  }
  if (seen.size > 8) errors.push(tooMany(path, seen.size, 8));
}

function conversionErrors(errors: Errors, { conversion }: Spec): void {
  if (!conversion) return;
  const { strategy, webhook } = conversion;
  const at = 'spec.conversion';
  const { clientConfig, conversionReviewVersions: versions = [] } = webhook ?? {};
  if (!strategy) errors.push(required(`${at}.strategy`));
  else if (!['None', 'Webhook'].includes(strategy)) errors.push(notSupported(`${at}.strategy`, strategy, ['None', 'Webhook']));
  if (strategy !== 'Webhook') {
    const text = 'should not be set when strategy is not set to Webhook';
    if (clientConfig) errors.push(forbiddenField(`${at}.webhookClientConfig`, text));
    if (versions.length > 0) errors.push(forbiddenField(`${at}.conversionReviewVersions`, text));
    return;
  }
  if (!clientConfig) errors.push(required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  else checkWebhookClient(errors, `${at}.webhookClientConfig`, clientConfig);
  if (versions.length === 0) errors.push(required(`${at}.conversionReviewVersions`));
  else if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    errors.push(invalidValue(`${at}.conversionReviewVersions`, versions, 'must include at least one of v1, v1beta1'));
}

function storedVersions(errors: Errors, { spec, status }: Crd): void {
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) errors.push(invalidValue('status.storedVersions', null, 'must have at least one stored version'));
  const names = (spec.versions ?? []).map(({ name }) => name);
  for (const [i, name] of stored.entries())
    if (!names.includes(name)) {
      const why = `${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
      errors.push(invalidValue(`status.storedVersions[${i}]`, name, `missing from spec.versions; ${why}`));
    }
}

const approved = 'api-approved.kubernetes.io';

/** apiextensions-apiserver/pkg/apihelpers: groups of the project itself. */
function approval(errors: Errors, { metadata, spec }: Crd): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? '')) return;
  const value = metadata.annotations?.[approved];
  const at = `metadata.annotations[${approved}]`;
  if (!value)
    errors.push(required(at, `protected groups must have approval annotation "${approved}", see https://github.com/kubernetes/enhancements/pull/1111`));
  else if (!value.startsWith('unapproved') && !/^[a-z]+:\/\/[^/]+/.test(value))
    errors.push(
      invalidValue(
        at,
        value,
        `protected groups must have approval annotation "${approved}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    );
}

function preserving(errors: Errors, { spec }: Crd): void {
  if (spec.preserveUnknownFields)
    errors.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
}
