/** What patches need to know about types. `src/api/schema.ts` has it for the built-in kinds; custom resources make theirs. */

/** Asked lazily, so that types may contain themselves. `items` is set for lists and maps only. */
export type SchemaType = {
  /** The name without group and version: `Container`. */
  readonly name: string;
  readonly kind: 'object' | 'map' | 'list' | 'scalar' | 'any';
  /** A field of an object. */
  field(name: string): SchemaField | undefined;
  /** What a list or map holds. */
  readonly items?: SchemaType;
};

/** What the OpenAPI document says of one field beyond its type. */
export type SchemaField = {
  readonly name: string;
  readonly type: SchemaType;
  /** x-kubernetes-patch-strategy, split: merge, retainKeys, replace. */
  readonly patchStrategies: readonly string[];
  /** x-kubernetes-patch-merge-key. */
  readonly mergeKey?: string;
  /** x-kubernetes-list-type, for server-side apply. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** x-kubernetes-map-type: atomic. */
  readonly atomic?: boolean;
};

/** A patch that cannot be applied; the text is upstream's. */
export class PatchError extends Error {}
