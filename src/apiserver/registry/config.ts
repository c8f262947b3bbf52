/** ConfigMaps, Secrets and ServiceAccounts. */
import type { ConfigMap, Secret, ServiceAccount } from '../../api/types.ts';
import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts';
import { validateConfigMapKey } from '../../apimachinery/names.ts';
import { requestEntityTooLarge } from '../../apimachinery/status.ts';
import { isObject, semanticEqual } from '../objects.ts';
import { ageColumn, nameColumn } from '../table.ts';
import { fill } from './fill.ts';
import { accountWarnings } from './object-warnings.ts';
import { type Strategy, strategyOf } from './strategy.ts';

const size = (map: object | undefined): number => Object.keys(map ?? {}).length;

function validateKeys(map: object | undefined, path: string): FieldError[] {
  return Object.keys(map ?? {})
    .sort()
    .flatMap((key) => validateConfigMapKey(key).map((text) => invalidValue(`${path}[${key}]`, key, text)));
}

/** `immutable: true` stays, and so does the data. */
function validateImmutable(object: ConfigMap | Secret, old: ConfigMap | Secret): FieldError[] {
  if (!old.immutable) return [];
  const errors: FieldError[] = [];
  const text = 'field is immutable when `immutable` is set';
  if (!object.immutable) errors.push(forbiddenField('immutable', text));
  if (!semanticEqual(object.data, old.data)) errors.push(forbiddenField('data', text));
  const [is, was] = [(object as ConfigMap).binaryData, (old as ConfigMap).binaryData];
  if (!semanticEqual(is, was)) errors.push(forbiddenField('binaryData', text));
  return errors;
}

/** The most that a config map or a secret may hold. */
const maxBytes = 1024 * 1024;
/** No body of a request is longer: such values came in none. */
const maxBody = 3 * 1024 * 1024;
function bytesOf(map: Readonly<Record<string, string>> | undefined, share = 1): number {
  const values = Object.values(map ?? {});
  if (values.reduce((sum, { length }) => sum + length, 0) > maxBody) throw requestEntityTooLarge(`limit is ${maxBody}`);
  return values.reduce((sum, value) => sum + Math.floor(value.length * share), 0);
}

function validateConfigMap({ data, binaryData }: ConfigMap): FieldError[] {
  const errors = [...validateKeys(data, 'data'), ...validateKeys(binaryData, 'binaryData')];
  for (const key of Object.keys(data ?? {}))
    if (binaryData && key in binaryData) errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  if (bytesOf(data) + bytesOf(binaryData, 0.75) > maxBytes) errors.push(tooLong('[]', '', maxBytes));
  return errors;
}

/** kubernetes pkg/registry/core/configmap/strategy.go */
const configMap: Strategy<ConfigMap> = {
  validate: validateConfigMap,
  validateUpdate: (object, old) => [...validateImmutable(object, old), ...validateConfigMap(object)],
  columns: [nameColumn, { name: 'Data', cell: ({ data, binaryData }) => size(data) + size(binaryData) }, ageColumn],
};

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** What Go's decoder says of a registry's credentials that are no JSON object. */
function jsonProblem(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) || value === null) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const trimmed = text.trimStart();
    if (trimmed === '') return 'unexpected end of JSON input';
    return /^[[{"\d-]|^(?:true|false|null)/.test(trimmed) ? 'unexpected end of JSON input' : `invalid character '${trimmed[0]}' looking for beginning of value`;
  }
}

function validateSecret({ data, type, metadata }: Secret): FieldError[] {
  const errors = validateKeys(data, 'data');
  for (const key of requiredKeys[type ?? ''] ?? []) if (data?.[key] === undefined) errors.push(required(`data[${key}]`));
  if (bytesOf(data, 0.75) > maxBytes) errors.push(tooLong('data', '', maxBytes));
  for (const key of ['.dockerconfigjson', '.dockercfg']) {
    const problem = requiredKeys[type ?? '']?.includes(key) && data?.[key] !== undefined ? jsonProblem(data[key]) : undefined;
    if (problem !== undefined) errors.push(invalidValue(`data[${key}]`, '<secret contents redacted>', problem));
  }
  if (type === 'kubernetes.io/basic-auth' && data?.['username'] === undefined && data?.['password'] === undefined)
    errors.push(required('data[username]'), required('data[password]'));
  const account = metadata.annotations?.['kubernetes.io/service-account.name'];
  if (type === 'kubernetes.io/service-account-token' && !account) errors.push(required('metadata.annotations[kubernetes.io/service-account.name]'));
  for (const [key, value] of Object.entries(data ?? {})) {
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) errors.push(invalidValue(`data[${key}]`, '<secret contents redacted>', 'illegal base64 data'));
  }
  return errors;
}

/** What stands in stringData is written into data. */
function mergeStringData(secret: Secret): Secret {
  if (secret.stringData === undefined) return secret;
  const { stringData, ...rest } = secret;
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]));
  return { ...rest, data: { ...secret.data, ...encoded } };
}

/** kubernetes pkg/registry/core/secret/strategy.go */
const secret: Strategy<Secret> = {
  defaults: (object) => fill(mergeStringData(object), { type: 'Opaque' }),
  validate: validateSecret,
  validateUpdate: (object, old) => {
    const errors = validateImmutable(object, old);
    if (object.type !== old.type) errors.push(invalidValue('type', object.type, 'field is immutable'));
    return [...errors, ...validateSecret(object)];
  },
  fields: { type: ({ type }) => type ?? '' },
  columns: [nameColumn, { name: 'Type', cell: ({ type }) => type ?? '' }, { name: 'Data', cell: ({ data }) => size(data) }, ageColumn],
};

/** kubernetes pkg/registry/core/serviceaccount/strategy.go; the table's SECRETS column went in 1.33. */
const serviceAccount: Strategy<ServiceAccount> = { returnsDeleted: true, warnings: accountWarnings, columns: [nameColumn, ageColumn] };

/** `immutable` cannot be taken back, nor the data changed then. */
export const configmaps = strategyOf(configMap);
/** stringData is merged into data; the type cannot be changed. */
export const secrets = strategyOf(secret);
/** Columns alone; tokens are a subresource. */
export const serviceaccounts = strategyOf(serviceAccount);
