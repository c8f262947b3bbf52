import type { KubeObject } from '../../api/types.ts';
import type { FieldError } from '../../apimachinery/field-error.ts';
import { findResults, JsonPathError, parseJsonPath } from '../../apimachinery/jsonpath.ts';
import type { ApiResource } from '../../apimachinery/resources.ts';
import { type EtcdApi, EtcdError } from '../../interfaces/etcd.ts';
import { Cel } from '../admission/cel/environment.ts';
import { Mirror } from '../mirror.ts';
import { renamed } from '../registry/conversions.ts';
import type { Column, Strategy } from '../registry/strategy.ts';
import type { ResourceTable } from '../resource-table.ts';
import { age, ageColumn, nameColumn } from '../table.ts';
import { validateDnsSubdomain } from '../validation/names.ts';
import type { Crd, CrdVersion } from './definition.ts';
import { type JsonSchema, prune, schemaErrors, withDefaults } from './json-schema.ts';
import { definitionsPrefix, isEstablished } from './names.ts';
import { allRules, ruleErrors } from './rules.ts';

const verbs: readonly string[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Keeps the table of resources up to date with the CustomResourceDefinitions in etcd. */
export class CustomResources {
  readonly #mirror: Mirror<Crd>;

  constructor(etcd: EtcdApi, table: ResourceTable) {
    this.#mirror = new Mirror<Crd>(etcd, definitionsPrefix, (before, after) => {
      if (before && isEstablished(before)) for (const { name } of before.spec.versions) table.remove(before.spec.group, name, before.spec.names.plural);
      if (after && isEstablished(after)) for (const version of after.spec.versions) if (version.served) serve(table, after, version);
    });
  }

  refresh(): void {
    this.#mirror.refresh();
  }
}

function serve(table: ResourceTable, { spec }: Crd, version: CrdVersion): void {
  const { names, group } = spec;
  const { status, scale } = version.subresources ?? {};
  const api: ApiResource = {
    group,
    version: version.name,
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    namespaced: spec.scope === 'Namespaced',
    verbs,
    categories: names.categories ?? [],
    subresources: [
      ...(status ? [{ name: 'status', verbs: ['get', 'patch', 'update'] }] : []),
      ...(scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }] : []),
    ],
  };
  const storage = spec.versions.find((each) => each.storage)?.name ?? version.name;
  const conversion = spec.versions.length > 1 ? renamed(`${group}/${version.name}`, `${group}/${storage}`) : undefined;
  table.add(api, strategyFor(version, status !== undefined), `${group}/${names.plural}`, true, conversion);
}

/** etcd --max-request-bytes. */
const maxRequestBytes = 1.5 * 1024 * 1024;

function strategyFor(version: CrdVersion, hasStatus: boolean): Strategy {
  const schema: JsonSchema = version.schema?.openAPIV3Schema ?? {};
  const cel = allRules(schema, '').length > 0 ? new Cel() : undefined;
  // Rules are asked of what has the right form.
  const checked = (object: KubeObject, old?: KubeObject): FieldError[] => {
    const errors = schemaErrors(object, schema, '', old);
    if (JSON.stringify(object).length > maxRequestBytes) throw new EtcdError('invalid', 'etcdserver: request is too large');
    return errors.length > 0 || !cel ? errors : ruleErrors(object, old, schema, '', cel);
  };
  return {
    defaults: (object) => withDefaults(prune(object, schema, '', []), schema) as KubeObject,
    prepareForCreate: (object) => (hasStatus ? withoutStatus(object) : object),
    validate: (object) => checked(object),
    validateUpdate: checked,
    validateName: validateDnsSubdomain,
    status: hasStatus,
    generation: true,
    columns: columnsOf(version),
    fields: selectable(version),
    unknownFields: (object) => unknownCustomFields(schema, object),
    schema,
    scale: version.subresources?.scale,
  };
}

function withoutStatus(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  return rest;
}

function columnsOf({ additionalPrinterColumns }: CrdVersion): readonly Column[] {
  if (!additionalPrinterColumns?.length) return [nameColumn, ageColumn];
  const columns = additionalPrinterColumns.map(
    ({ name, type, jsonPath, priority = 0 }): Column => ({
      name,
      type: type === 'date' ? 'date' : 'string',
      wide: priority > 0,
      cell: (object, now) => {
        const value = valueAt(object, jsonPath);
        if (type === 'date') return typeof value === 'string' ? age(value, now) : '<none>';
        if (value === undefined || value === null) return '';
        return typeof value === 'object' ? JSON.stringify(value) : typeof value === 'boolean' ? String(value) : (value as string | number);
      },
    }),
  );
  return [nameColumn, ...columns];
}

/** What a field selector may ask of them besides the name and the namespace. */
const selectable = ({ selectableFields = [] }: CrdVersion): NonNullable<Strategy['fields']> =>
  Object.fromEntries(selectableFields.map(({ jsonPath }) => [jsonPath.slice(1), (object) => String(valueAt(object, jsonPath) ?? '')]));

/** Fields of a custom resource that its schema does not know, for strict decoding. */
function unknownCustomFields(schema: JsonSchema, object: unknown): string[] {
  const unknown: string[] = [];
  prune(object, schema, '', unknown);
  return unknown.map((path) => `unknown field "${path}"`);
}

/** The first thing a column's path finds. */
function valueAt(object: KubeObject, jsonPath: string): unknown {
  try {
    return findResults(parseJsonPath(`{${jsonPath}}`, { allowMissingKeys: true }), object)[0]?.[0];
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}
