import type { KubeObject } from '../../api/types.ts';
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { Cel } from '../admission/cel/environment.ts';
import { type ScalePaths, type Strategy, type StrategyContext, strategyOf } from '../registry/strategy.ts';
import type { JsonSchema } from './json-schema.ts';
import { ruleProblems } from './rules.ts';

/** One entry of spec.versions; `storage` is true in one only. */
export type CrdVersion = {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly priority?: number;
    readonly format?: string;
  }[];
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
    readonly conversion?: object;
  };
  readonly status?: object;
};

function defaults(crd: Crd): Crd {
  if (crd.spec?.names === undefined) return crd;
  const { names } = crd.spec;
  const full = { ...names, singular: names.singular ?? names.kind?.toLowerCase(), listKind: names.listKind ?? `${names.kind}List` };
  return { ...crd, spec: { ...crd.spec, conversion: crd.spec.conversion ?? { strategy: 'None' }, names: full } };
}

/** Names are taken at once; in reality a controller inside the apiserver does this within a moment. */
function accept(crd: Crd, { sim }: StrategyContext): Crd {
  const lastTransitionTime = rfc3339(sim.now);
  const conditions = [
    { lastTransitionTime, message: 'no conflicts found', reason: 'NoConflicts', status: 'True', type: 'NamesAccepted' },
    { lastTransitionTime, message: 'the initial names have been accepted', reason: 'InitialNamesAccepted', status: 'True', type: 'Established' },
  ];
  const storedVersions = (crd.spec.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name);
  return { ...crd, status: { acceptedNames: crd.spec.names, conditions, storedVersions } };
}

/** apiextensions-apiserver/pkg/apis/apiextensions/validation */
function validate({ metadata, spec }: Crd): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.group) errors.push(required('spec.group'));
  if (!spec?.scope) errors.push(required('spec.scope'));
  if (!spec?.names?.plural) errors.push(required('spec.names.plural'));
  if (!spec?.names?.kind) errors.push(required('spec.names.kind'));
  if (spec?.group && spec.names?.plural && metadata.name !== `${spec.names.plural}.${spec.group}`)
    errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  const cel = new Cel();
  const versions = spec?.versions ?? [];
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'));
  for (const [i, { schema }] of versions.entries())
    if (schema?.openAPIV3Schema === undefined) errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...ruleProblems(schema.openAPIV3Schema, cel));
  return errors;
}

/** What was made of a definition goes with it. */
function removeObjects({ spec }: Crd, { storage }: StrategyContext): void {
  const { kvs } = storage.range(`/registry/${spec.group}/${spec.names.plural}/`);
  for (const { key, value, modRevision } of kvs) storage.delete(key, { object: value as KubeObject, revision: modRevision });
}

const strategy: Strategy<Crd> = {
  defaults,
  prepareForCreate: accept,
  validate,
  validateUpdate: (crd) => validate(crd),
  generation: true,
  status: true,
  afterDelete: removeObjects,
};

/** CustomResourceDefinitions: kinds that clients make at run time. */
export const customresourcedefinitions = strategyOf(strategy);
