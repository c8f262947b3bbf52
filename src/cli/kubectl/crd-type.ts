/** A custom resource's OpenAPI schema as a type that explain can show. */
import { type FieldInfo, type TypeInfo, typeOf } from '../../api/schema.ts';
import { at, type Obj, obj, objs, text } from './json.ts';

/** A type that brings its texts along: those of built-in types stand in a table. */
type DocumentedType = TypeInfo & { readonly doc: string; readonly fieldDocs: ReadonlyMap<string, string> };

/** Of a custom resource; built-in types have their texts in api/schema.ts. */
export const isDocumented = (type: TypeInfo): type is DocumentedType => 'fieldDocs' in type;

/** The type of one version of a CustomResourceDefinition; undefined for a version that it does not have. */
export function typeOfDefinition(definition: Obj, version: string): TypeInfo | undefined {
  const found = objs(at(definition, 'spec.versions')).find((each) => each['name'] === version);
  if (!found) return undefined;
  const root = obj(at(found, 'schema.openAPIV3Schema'));
  const standard = typeOf('v1', 'ConfigMap');
  const own = objectType(text(at(definition, 'spec.names.kind')), root);
  const common = ['apiVersion', 'kind', 'metadata'].flatMap((name) => standard?.field(name) ?? []);
  const fields = [...common, ...own.fields().filter(({ name }) => !common.some((each) => each.name === name))].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...own, fields: () => fields, field: (name) => fields.find((each) => each.name === name) } as TypeInfo;
}

const names: Readonly<Record<string, string>> = { object: 'Object', '': 'Object' };

function schemaType(schema: Obj): TypeInfo {
  const kind = text(schema['type']);
  if (kind === 'array') return { ...objectType('', {}), kind: 'list', items: schemaType(obj(schema['items'])) } as TypeInfo;
  if (kind === 'object' && schema['properties'] === undefined && typeof schema['additionalProperties'] === 'object')
    return { ...objectType('', {}), kind: 'map', items: schemaType(obj(schema['additionalProperties'])) } as TypeInfo;
  if (kind === 'object') return objectType('Object', schema);
  if (schema['x-kubernetes-int-or-string'] === true) return { ...objectType('Object', {}), kind: 'scalar' } as TypeInfo;
  return { ...objectType(names[kind] ?? kind, {}), kind: kind === '' ? 'any' : 'scalar' } as TypeInfo;
}

function objectType(name: string, schema: Obj): DocumentedType {
  const properties = Object.entries(obj(schema['properties'])).sort(([a], [b]) => (a < b ? -1 : 1));
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const fields = properties.map(([field, value]): FieldInfo => {
    const values = obj(value)['enum'];
    return {
      name: field,
      type: schemaType(obj(value)),
      required: required.has(field),
      patchStrategies: [],
      ...(Array.isArray(values) && { enum: values.map(String) }),
    };
  });
  return {
    name,
    id: '',
    kind: 'object',
    version: '',
    doc: text(schema['description']),
    fieldDocs: new Map(properties.map(([field, value]) => [field, text(obj(value)['description'])])),
    fields: () => fields,
    field: (wanted) => fields.find((each) => each.name === wanted),
  };
}
