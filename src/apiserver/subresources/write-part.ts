import type { KubeObject } from '../../api/types.ts';
import type { FieldError } from '../../apimachinery/field-error.ts';
import { methodNotSupported, notFound } from '../../apimachinery/status.ts';
import type { RestResponse } from '../../interfaces/rest.ts';
import { jsonResponse, type RequestContext } from '../context.ts';
import { decode } from '../decode.ts';
import { strategyOf } from '../registry/strategy.ts';
import { keyOf } from '../resource-table.ts';
import { patched } from '../verbs/patch.ts';
import { checkName, replace } from '../verbs/update.ts';

type Part<T extends KubeObject> = {
  /** The stored object with what may be written here of the one that was sent. */
  readonly part: (given: T, old: T) => T;
  readonly validate: (object: T, old: T) => FieldError[];
};

/** A subresource that reads as the whole object and writes a part of it, in its resource's own way but for the part. */
export function writePart<T extends KubeObject>(context: RequestContext, { part, validate }: Part<T>): RestResponse {
  const { served, info, core } = context;
  const found = core.storage.get(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  if (info.verb === 'get') return jsonResponse(200, found.object);
  if (info.verb !== 'update' && info.verb !== 'patch') throw methodNotSupported(served, info.verb);
  const given = info.verb === 'patch' ? patched(context, found.object) : decode(context, context.request.body);
  checkName(given, info.name);
  const prepareForUpdate = (next: T, old: T): T => ({ ...part(next, old), metadata: { ...old.metadata, managedFields: next.metadata.managedFields } });
  const { warnings: _none, ...whole } = served.strategy;
  const strategy = { ...whole, ...strategyOf<T>({ prepareForUpdate, validateUpdate: validate }) };
  return jsonResponse(200, replace({ ...context, served: { ...served, strategy } }, found, given));
}
