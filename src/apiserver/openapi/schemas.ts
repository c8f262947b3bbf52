/** The built-in types as schemas of OpenAPI v3, as kube-openapi makes them from Go's. */
import { type FieldInfo, fieldDoc, type TypeInfo, typeDoc, typeOf } from '../../api/schema.ts';
import type { ServedResource } from '../resource-table.ts';

type Schema = Readonly<Record<string, unknown>>;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** Types of apimachinery, which all groups share. */
const metaTypes = new Set(
  'ObjectMeta ListMeta OwnerReference ManagedFieldsEntry LabelSelector LabelSelectorRequirement Status StatusDetails StatusCause DeleteOptions Preconditions Condition GroupVersionForDiscovery FieldSelectorRequirement'.split(
    ' ',
  ),
);
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

/** Go packages whose name is not the first word of the group. */
const packages: Readonly<Record<string, string>> = {
  '': 'io.k8s.api.core',
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/** `io.k8s.api.apps.v1`: where the types of a group and version stand. */
const packageOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  `${packages[group] ?? `io.k8s.api.${group.split('.')[0]}`}.${version}`;

/** Collects the schemas that one document needs. */
export class Schemas {
  readonly #made: Record<string, Schema> = {};
  readonly #own: { readonly group: string; readonly version: string };

  constructor(own: { readonly group: string; readonly version: string }) {
    this.#own = own;
  }

  get all(): Readonly<Record<string, Schema>> {
    return Object.fromEntries(Object.entries(this.#made).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The name under which a resource's kind stands, undefined for a kind without a known type. */
  addKind({ apiVersion, kind, group, version, custom, strategy, api }: ServedResource): string {
    const gvk = { group, kind, version };
    const type = custom ? undefined : typeOf(apiVersion, kind);
    const name = custom ? `${group.split('.').reverse().join('.')}.${version}.${kind}` : this.#nameOf(kind, type?.version ?? version);
    if (type) this.#add(name, type, gvk);
    else this.#made[name] = this.#unknownKind((strategy.schema ?? { type: 'object' }) as Schema, gvk);
    this.#addList(name, api.listKind, gvk);
    return name;
  }

  /** A kind that is sent to a subresource or used by all (`DeleteOptions`). */
  addType(type: TypeInfo, gvk?: object): string {
    const name = this.#nameOf(type.name, type.version);
    if (!this.#made[name]) this.#add(name, type, gvk);
    return name;
  }

  #addList(item: string, listKind: string, { group, version }: { readonly group: string; readonly version: string }): void {
    const name = item.replace(/[^.]+$/, listKind);
    const listMeta = typeOf('v1', 'Status')?.field('metadata')?.type;
    if (listMeta) this.addType(listMeta);
    this.#made[name] = {
      description: `${listKind} is a list of ${item.split('.').at(-1)}`,
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { description: apiVersionDoc, type: 'string' },
        items: { type: 'array', items: { allOf: [reference(item)], default: {} } },
        kind: { description: kindDoc, type: 'string' },
        metadata: { allOf: [reference(`${meta}.ListMeta`)], default: {} },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
    };
  }

  #unknownKind(schema: Schema, gvk: object): Schema {
    const objectMeta = typeOf('v1', 'Pod')?.field('metadata')?.type;
    if (objectMeta) this.addType(objectMeta);
    const properties = {
      apiVersion: { description: apiVersionDoc, type: 'string' },
      kind: { description: kindDoc, type: 'string' },
      ...(schema['properties'] as object | undefined),
      metadata: { description: metadataDoc, allOf: [reference(`${meta}.ObjectMeta`)] },
    };
    return { ...schema, type: 'object', properties, 'x-kubernetes-group-version-kind': [gvk] };
  }

  /** Types of other groups are mostly core's. */
  #nameOf(name: string, version: string): string {
    if (metaTypes.has(name)) return `${meta}.${name}`;
    const { group } = this.#own;
    const own = group !== '' && typeOf(`${group}/${this.#own.version}`, name) !== undefined;
    return own || coreTypes[name] === undefined ? `${packageOf({ group, version })}.${name}` : `${coreTypes[name]}.${name}`;
  }

  #add(name: string, type: TypeInfo, gvk?: object): void {
    this.#made[name] = {}; // Types may hold themselves.
    const fields = type.fields();
    const required = fields.filter((field) => field.required).map((field) => field.name);
    const description = typeDoc(type);
    this.#made[name] = {
      ...(description !== '' && { description }),
      type: 'object',
      ...(required.length > 0 && { required }),
      properties: Object.fromEntries(fields.map((field) => [field.name, this.#field(type, field)])),
      ...(gvk !== undefined && { 'x-kubernetes-group-version-kind': [gvk] }),
    };
  }

  #field(owner: TypeInfo, field: FieldInfo): Schema {
    const description = fieldDoc(owner, field.name);
    const { patchStrategies, mergeKey, listType, listMapKeys, atomic } = field;
    return {
      ...(description !== '' && { description }),
      ...this.#type(field.type),
      ...(field.enum && { enum: field.enum }),
      ...(listType && { 'x-kubernetes-list-type': listType }),
      ...(listMapKeys && { 'x-kubernetes-list-map-keys': listMapKeys }),
      ...(atomic && { 'x-kubernetes-map-type': 'atomic' }),
      ...(mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': mergeKey }),
      ...(patchStrategies.length > 0 && { 'x-kubernetes-patch-strategy': patchStrategies.join(',') }),
    };
  }

  #type(type: TypeInfo): Schema {
    if (type.kind === 'list') return { type: 'array', items: type.items ? this.#item(type.items) : {} };
    if (type.kind === 'map') return { type: 'object', additionalProperties: type.items ? this.#item(type.items) : {} };
    if (type.kind === 'any') return { type: 'object' };
    if (type.kind === 'object') return { allOf: [reference(this.addType(type))], default: {} };
    return this.#scalar(type);
  }

  #item(type: TypeInfo): Schema {
    const schema = this.#type(type);
    return type.kind === 'scalar' && schema['type'] === 'string' ? { ...schema, default: '' } : schema;
  }

  #scalar(type: TypeInfo): Schema {
    switch (type.scalar) {
      case 'quantity':
        this.#made[quantity] ??= { description: quantityDoc, oneOf: [{ type: 'string' }, { type: 'number' }] };
        return { allOf: [reference(quantity)] };
      case 'int-or-string':
        // Fields of this type have its description as their own.
        this.#made[intOrString] ??= { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
        return { allOf: [reference(intOrString)] };
      case 'time':
      case 'micro-time': {
        const name = `${meta}.${type.scalar === 'time' ? 'Time' : 'MicroTime'}`;
        this.#made[name] ??= { description: type.scalar === 'time' ? timeDoc : microTimeDoc, type: 'string', format: 'date-time' };
        return { allOf: [reference(name)] };
      }
      default:
        return scalarSchemas[type.scalar ?? 'string'] ?? { type: 'string' };
    }
  }
}

/** A reference to a schema of the same document. */
export const reference = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

const scalarSchemas: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
};

/** Types of core and of autoscaling that other groups hold. */
const coreTypes: Readonly<Record<string, string>> = Object.fromEntries([
  ...'PodTemplateSpec PodSpec Container EphemeralContainer Volume Affinity Toleration ObjectReference LocalObjectReference NodeSelector NodeSelectorTerm NodeSelectorRequirement TypedLocalObjectReference PersistentVolumeClaim PersistentVolumeClaimSpec PersistentVolumeClaimStatus PersistentVolumeClaimCondition PersistentVolumeClaimTemplate VolumeResourceRequirements PersistentVolumeSpec EventSource TopologySelectorTerm TopologySelectorLabelRequirement SecurityContext PodSecurityContext ResourceRequirements Probe Lifecycle EnvVar EnvFromSource ContainerPort VolumeMount VolumeDevice'
    .split(' ')
    .map((name) => [name, 'io.k8s.api.core.v1']),
  ['Scale', 'io.k8s.api.autoscaling.v1'],
  ['Eviction', 'io.k8s.api.policy.v1'],
  ['TokenRequest', 'io.k8s.api.authentication.v1'],
]);

const kindDoc =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';
const apiVersionDoc =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const metadataDoc = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
const quantityDoc = 'Quantity is a fixed-point representation of a number. It provides convenient marshaling/unmarshaling in JSON and YAML.';
const timeDoc =
  'Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON.  Wrappers are provided for many of the factory methods that the time package offers.';
const microTimeDoc = 'MicroTime is version of Time with microsecond level precision.';
