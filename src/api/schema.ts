/** The types of the built-in kinds: fields, what is required, merge keys. Parsed on first use; the texts for explain only when they are asked for. */

import { docsText } from './generated/docs-text.ts';
import { schemaText } from './generated/schema-text.ts';

/** More exact than JSON's types: validation, patches and `explain` tell a quantity from a string by it. */
export type ScalarKind = 'string' | 'boolean' | 'int32' | 'int64' | 'double' | 'quantity' | 'int-or-string' | 'time' | 'micro-time' | 'duration' | 'bytes';

/** A type of the API. Structurally a SchemaType of apimachinery/patch. */
export type TypeInfo = {
  /** Without group and version: `Container`; of a scalar its JSON type or `Quantity`, `IntOrString`, `Time`. */
  readonly name: string;
  /** Names the type among all: `V1Container`; empty for lists, maps and scalars. */
  readonly id: string;
  readonly kind: 'object' | 'map' | 'list' | 'scalar' | 'any';
  readonly scalar?: ScalarKind;
  /** Of lists and maps. */
  readonly items?: TypeInfo;
  /** The version in Go's name of the type, `v1` in `v1.PodSpec`. */
  readonly version: string;
  fields(): readonly FieldInfo[];
  field(name: string): FieldInfo | undefined;
};

/** One field of a type as the OpenAPI document tells it; the patch and list entries steer strategic merge and server-side apply. */
export type FieldInfo = {
  readonly name: string;
  readonly type: TypeInfo;
  readonly required: boolean;
  /** `merge`, `retainKeys`; empty: the value is replaced. */
  readonly patchStrategies: readonly string[];
  readonly mergeKey?: string;
  /** Of lists only; an absent one in OpenAPI counts as atomic. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** x-kubernetes-map-type: atomic. */
  readonly atomic?: boolean;
  readonly enum?: readonly string[];
};

type RawField = readonly [name: string, type: string, required: 0 | 1, merge: string | 0, list: string | 0, values: readonly string[] | 0];
type RawSchema = { readonly kinds: Readonly<Record<string, string>>; readonly types: Readonly<Record<string, readonly RawField[]>> };
/** As scripts/generate-schema.mjs writes them: of each type its text and its fields' texts, or the number of a text that was there before. */
type RawDocs = readonly (readonly (string | number)[])[];

/** Computes a constant when it is first needed. */
function lazy<T>(make: () => T): () => T {
  const made: { value?: T } = {};
  return () => {
    made.value ??= make();
    return made.value;
  };
}

const rawSchema = lazy(() => JSON.parse(schemaText()) as RawSchema);
const docs = lazy(() => readDocs(JSON.parse(docsText()) as RawDocs));
const types = lazy(() => new TypeTable(rawSchema()));

/** Versions that are gone, and those with the same fields that they became. */
const became: Readonly<Record<string, string>> = {
  'autoscaling/v2beta2': 'autoscaling/v2',
  'batch/v1beta1': 'batch/v1',
  'discovery.k8s.io/v1beta1': 'discovery.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'flowcontrol.apiserver.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1beta2': 'flowcontrol.apiserver.k8s.io/v1',
  'node.k8s.io/v1beta1': 'node.k8s.io/v1',
  'policy/v1beta1': 'policy/v1',
  'storage.k8s.io/v1beta1': 'storage.k8s.io/v1',
};

/** The type of a kind: `typeOf('apps/v1', 'Deployment')`; undefined for what is not built in. */
export function typeOf(apiVersion: string, kind: string): TypeInfo | undefined {
  const { kinds } = rawSchema();
  const id = kinds[`${apiVersion}/${kind}`] ?? kinds[`${became[apiVersion] ?? ''}/${kind}`];
  return id === undefined ? undefined : types().get(id);
}

/** A type by its id: `typeById('V1ObjectMeta')`. */
export const typeById = (id: string): TypeInfo | undefined => (rawSchema().types[id] ? types().get(id) : undefined);

/** A type that is no part of the API: `fields` has the fields of each type, names by their type: `{ V1beta1Foo: { s: 'name path', '[]s': 'args', V1beta1Bar: 'bar' } }`. */
export function configType(id: string, fields: Readonly<Record<string, Readonly<Record<string, string>>>>): TypeInfo {
  const raw = Object.entries(fields).map(([type, byType]): [string, RawField[]] => [
    type,
    Object.entries(byType).flatMap(([ref, names]) => names.split(' ').map((name): RawField => [name, ref, 0, 0, 0, 0])),
  ]);
  return new TypeTable({ kinds: {}, types: Object.fromEntries(raw) }).get(id);
}

/** The text of a type. */
export const typeDoc = (type: TypeInfo): string => docs().get(type.id) ?? '';

/** The text of a field, without that of its type. */
export const fieldDoc = (type: TypeInfo, field: string): string => docs().get(`${type.id}.${field}`) ?? '';

/** The texts by `V1Pod` and `V1Pod.spec`. */
function readDocs(raw: RawDocs): ReadonlyMap<string, string> {
  const texts = [''];
  const text = (entry: string | number): string => {
    if (typeof entry === 'string') texts.push(entry);
    return typeof entry === 'string' ? entry : (texts[entry] ?? '');
  };
  const ids = Object.entries(rawSchema().types).map(([id, fields]) => [id, ...fields.map(([name]) => `${id}.${name}`)]);
  return new Map(ids.flatMap((of, type) => of.map((id, at): [string, string] => [id, text(raw[type]?.[at] ?? 0)])));
}

/** How explain names a type: `[]Container`, `map[string]string`, `integer`. */
export function typeText(type: TypeInfo): string {
  if (type.kind === 'list') return `[]${type.items ? typeText(type.items) : 'Object'}`;
  if (type.kind === 'map') return `map[string]${type.items ? typeText(type.items) : 'Object'}`;
  return type.scalar === 'time' || type.scalar === 'micro-time' ? 'string' : type.name;
}

const scalars: Readonly<Record<string, readonly [ScalarKind, string]>> = {
  s: ['string', 'string'],
  b: ['boolean', 'boolean'],
  i32: ['int32', 'integer'],
  i64: ['int64', 'integer'],
  f64: ['double', 'number'],
  q: ['quantity', 'Quantity'],
  intstr: ['int-or-string', 'IntOrString'],
  time: ['time', 'Time'],
  microtime: ['micro-time', 'MicroTime'],
  d: ['duration', 'Duration'],
  bytes: ['bytes', 'string'],
};

const noFields: readonly FieldInfo[] = [];
const noField = (): undefined => undefined;

/** Makes types out of the short form, each once. */
class TypeTable {
  readonly #raw: RawSchema;
  readonly #made = new Map<string, TypeInfo>();

  constructor(raw: RawSchema) {
    this.#raw = raw;
  }

  get(ref: string): TypeInfo {
    const known = this.#made.get(ref);
    if (known) return known;
    const type = this.#make(ref);
    this.#made.set(ref, type);
    return type;
  }

  #make(ref: string): TypeInfo {
    const none = { id: '', version: '', fields: () => noFields, field: noField };
    if (ref.startsWith('[]')) return { ...none, name: '', kind: 'list', items: this.get(ref.slice(2)) };
    if (ref.startsWith('{}')) return { ...none, name: '', kind: 'map', items: this.get(ref.slice(2)) };
    const scalar = scalars[ref];
    if (scalar) return { ...none, name: scalar[1], kind: 'scalar', scalar: scalar[0] };
    if (!this.#raw.types[ref]) return { ...none, name: 'Object', kind: 'any' };
    return this.#object(ref);
  }

  #object(id: string): TypeInfo {
    const [, prefix = '', version = 'V1'] = /^(\w*?)(V\d+(?:(?:alpha|beta)\d+)?)/.exec(id) ?? [];
    const table = lazy(() => new Map((this.#raw.types[id] ?? []).map((raw) => [raw[0], this.#field(raw)])));
    const list = lazy(() => [...table().values()]);
    return {
      id,
      name: id.slice(prefix.length + version.length),
      kind: 'object',
      version: version.toLowerCase(),
      fields: list,
      field: (name) => table().get(name),
    };
  }

  #field([name, ref, required, merge, list, values]: RawField): FieldInfo {
    const [strategies = '', mergeKey = ''] = merge === 0 ? [] : merge.split(':');
    const type = this.get(ref);
    return {
      name,
      type,
      required: required === 1,
      patchStrategies: strategies === '' ? [] : strategies.split(','),
      ...(mergeKey !== '' && { mergeKey }),
      ...listInfo(list, type),
      ...(values !== 0 && { enum: values }),
    };
  }
}

function listInfo(list: string | 0, type: TypeInfo): Pick<FieldInfo, 'listType' | 'listMapKeys' | 'atomic'> {
  if (type.kind !== 'list') return list === 'atomic' ? { atomic: true } : {};
  if (list === 0 || list === 'atomic') return { listType: 'atomic' };
  if (list === 'set') return { listType: 'set' };
  return { listType: 'map', listMapKeys: list.slice('map:'.length).split(',') };
}
