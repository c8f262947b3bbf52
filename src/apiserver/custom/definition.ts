import type { KubeObject } from '../../api/types.ts';
import { type ScalePaths, type Strategy, type StrategyContext, strategyOf } from '../registry/strategy.ts';
import type { WebhookClient } from '../validation/webhook-client.ts';
import { validateDefinition, validateDefinitionUpdate } from './definition-validation.ts';
import type { JsonSchema } from './json-schema.ts';
import { reconsider, withNames } from './names.ts';

/** One entry of spec.versions; `storage` is true in one only. */
export type CrdVersion = {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly priority?: number;
    readonly format?: string;
  }[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
};

type Conversion = {
  readonly strategy: string;
  readonly webhook?: {
    readonly clientConfig?: WebhookClient;
    readonly conversionReviewVersions?: readonly string[];
  };
};

/** A CustomResourceDefinition as it is stored, defaults filled in. */
export type Crd = KubeObject & {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly plural: string;
      readonly singular?: string;
      readonly kind: string;
      readonly listKind?: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly CrdVersion[];
    readonly conversion?: Conversion;
    readonly preserveUnknownFields?: boolean;
  };
  readonly status?: {
    readonly acceptedNames?: Partial<Crd['spec']['names']>;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
      readonly lastTransitionTime: string;
    }[];
    readonly storedVersions?: readonly string[];
  };
};

/** apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go */
function defaults(crd: Crd): Crd {
  const { names = {}, conversion = { strategy: 'None' }, ...spec } = (crd.spec ?? {}) as Partial<Crd['spec']>;
  const { kind, singular, listKind } = names as Partial<Crd['spec']['names']>;
  const made = { ...((singular || kind) && { singular: singular || kind?.toLowerCase() }), ...((listKind || kind) && { listKind: listKind || `${kind}List` }) };
  return { ...crd, spec: { ...spec, conversion, names: { ...names, ...made } } as Crd['spec'] };
}

/** The version that objects are stored in joins those that were before. */
function withStored(crd: Crd): Crd {
  const before = crd.status?.storedVersions ?? [];
  const now = crd.spec?.versions?.find(({ storage }) => storage)?.name;
  return { ...crd, status: { ...crd.status, storedVersions: now === undefined || before.includes(now) ? before : [...before, now] } };
}

/** What was made of a definition goes with it. */
function afterDelete(crd: Crd, context: StrategyContext): void {
  const { spec } = crd;
  const { storage } = context;
  const { kvs } = storage.range(`/registry/${spec.group}/${spec.names.plural}/`);
  for (const { key, value, modRevision } of kvs) storage.delete(key, { object: value as KubeObject, revision: modRevision });
  reconsider(crd, context);
}

const strategy: Strategy<Crd> = {
  defaults,
  prepareForCreate: ({ status: _status, ...crd }, context) => withNames(withStored(crd), context),
  prepareForUpdate: (crd, _old, context) => withNames(withStored(crd), context),
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  generation: true,
  status: true,
  afterDelete,
};

/** CustomResourceDefinitions: kinds that clients make at run time. */
export const customresourcedefinitions = strategyOf(strategy);
