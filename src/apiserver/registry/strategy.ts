import type { KubeObject } from '../../api/types.ts';
import type { FieldError } from '../../apimachinery/field-error.ts';
import type { UserInfo } from '../../interfaces/rest.ts';
import type { Sim } from '../../sim/sim.ts';
import type { Storage } from '../storage.ts';
import type { ServiceAllocator } from './service-allocator.ts';

/** What a strategy may look at beside the object. */
export type StrategyContext = {
  readonly sim: Sim;
  readonly storage: Storage;
  readonly allocator: ServiceAllocator;
  readonly user: UserInfo;
  readonly warn: (text: string) => void;
  readonly dryRun: boolean;
  readonly core: { readonly minor: number; readonly uids: { next(): string } };
};

/** One column of a Table; priority 1 is shown with `-o wide` only. */
export type Column<T extends KubeObject = KubeObject> = {
  readonly name: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly wide?: boolean;
  /** What several columns are read from, worked out once a row where they name the same function; the third argument of their `cell`. */
  readonly facts?: (object: T) => unknown;
  readonly cell: (object: T, now: number, facts?: unknown) => string | number | boolean | null;
};

/** Of a CustomResourceDefinition: dotted paths like `.spec.replicas`. */
export type ScalePaths = { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string };

/**
 * What is particular to a resource (kubernetes pkg/registry/…/strategy.go): each member is a step of create, update or delete that the generic
 * store takes. Objects are frozen or the caller's; a step returns a new one.
 */
export type Strategy<T extends KubeObject = KubeObject> = {
  /** Fills in what was left out (pkg/apis/…/defaults.go). */
  readonly defaults?: (object: T) => T;
  readonly prepareForCreate?: (object: T, context: StrategyContext) => T;
  readonly prepareForUpdate?: (object: T, old: T, context: StrategyContext) => T;
  readonly prepareForStatusUpdate?: (object: T, old: T, context: StrategyContext) => T;
  readonly validate?: (object: T, context: StrategyContext) => FieldError[];
  readonly validateUpdate?: (object: T, old: T, context: StrategyContext) => FieldError[];
  readonly validateStatus?: (object: T, old: T) => FieldError[];
  /** What is wrong with a name; default: a DNS subdomain. */
  readonly validateName?: (name: string) => string[];
  /** Changes outside of metadata are counted by metadata.generation; and those of one part of it. */
  readonly generation?: boolean | 'labels too' | 'annotations too';
  /** Status is a subresource: create and update leave it alone. */
  readonly status?: boolean;
  /** PUT of something that does not exist makes it. */
  readonly createOnUpdate?: boolean;
  /** Fields for field selectors beside metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (object: T) => string>>;
  readonly columns?: readonly Column<T>[];
  /** Of a Table; default: as they are listed. */
  readonly rowOrder?: (a: T, b: T) => number;
  /** Rows of a Table when one object is not one row with these columns. */
  readonly conditions?: (object: T) => readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[];
  /** Seconds to wait before the object goes; undefined: it goes at once. */
  readonly gracePeriod?: (object: T, asked: number | undefined) => number | undefined;
  /** Answers a delete with the object rather than with a Status. */
  readonly returnsDeleted?: boolean;
  /** What becomes of dependents when the client does not say. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  readonly beforeDelete?: (object: T, context: StrategyContext) => T;
  /** True when an update leaves nothing that holds the object: it goes then. */
  readonly gone?: (object: T) => boolean;
  readonly afterCreate?: (object: T, context: StrategyContext) => void;
  readonly afterUpdate?: (object: T, old: T, context: StrategyContext) => void;
  readonly afterDelete?: (object: T, context: StrategyContext) => void;
  /** `unknown field "spec.foo"`: of kinds that are not in the schema of the built-in ones. */
  readonly unknownFields?: (object: unknown) => string[];
  /** The same kinds' schema, for OpenAPI. */
  readonly schema?: object;
  /** Where the same kinds have what a Scale shows; absent: as Deployments have it. */
  readonly scale?: ScalePaths | undefined;
  readonly warnings?: (object: T, old?: T) => string[];
};

/** A strategy of one kind among those of all kinds: the table of resources knows which objects it gets. */
export const strategyOf = <T extends KubeObject>(strategy: Strategy<T>): Strategy => strategy as unknown as Strategy;
