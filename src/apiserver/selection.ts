import type { KubeObject } from '../api/types.ts';
import { type FieldRequirement, FieldSelectorError, matchesFields, parseFieldSelector, requiresExactMatch } from '../apimachinery/field-selector.ts';
import { matches, parseSelector, SelectorError } from '../apimachinery/labels.ts';
import { badRequest } from '../apimachinery/status.ts';
import type { RestRequest } from '../interfaces/rest.ts';
import { own } from '../sim/own.ts';
import type { Strategy } from './registry/strategy.ts';
import { queryValue } from './request-info.ts';
import type { ServedResource } from './resource-table.ts';

/** labelSelector and fieldSelector of a request, as one test of an object; exact matches that an index can use stand apart. */
export type Selection = {
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  readonly name: string | undefined;
  readonly nodeName: string | undefined;
};

/** Reads the selectors of a list, watch or deletecollection. */
export function selectionOf(request: RestRequest, served: ServedResource): Selection {
  const labels = parse(() => parseSelector(queryValue(request, 'labelSelector') ?? ''), SelectorError);
  const text = queryValue(request, 'fieldSelector') ?? '';
  const fields = text === '' ? [] : parse(() => parseFieldSelector(text), FieldSelectorError);
  const known = served.strategy.fields ?? {};
  for (const { field } of fields) {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && served.namespaced) || own(known, field)) continue;
    throw badRequest(unknownField(served, field));
  }
  return {
    matches: labels.length === 0 && fields.length === 0 ? undefined : (object) => matches(labels, object.metadata.labels) && hasFields(fields, object, known),
    name: requiresExactMatch(fields, 'metadata.name'),
    nodeName: served.resource === 'pods' ? requiresExactMatch(fields, 'spec.nodeName') : undefined,
  };
}

const unknownField = (served: ServedResource, field: string): string =>
  served.strategy.fields === undefined
    ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${field}`;

const hasFields = (fields: readonly FieldRequirement[], object: KubeObject, known: NonNullable<Strategy['fields']>): boolean =>
  fields.length === 0 ||
  matchesFields(fields, (path) => {
    if (path === 'metadata.name') return object.metadata.name ?? '';
    if (path === 'metadata.namespace') return object.metadata.namespace ?? '';
    return own(known, path)?.(object) ?? '';
  });

function parse<T>(read: () => T, refusal: new (...args: never[]) => Error): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof refusal) throw badRequest(error.message);
    throw error;
  }
}
