import type { RequestContext } from '../context.ts';
import { deleteOptions, removeObject } from './delete.ts';
import { list, type ObjectList } from './read.ts';

/** DELETE of a collection: everything the selectors choose, one by one. */
export function removeCollection(context: RequestContext): ObjectList {
  const found = list(context);
  const options = deleteOptions(context);
  const items = found.items.map((object) => {
    const { namespace = '', name = '' } = object.metadata;
    const info = { ...context.info, namespace: context.served.namespaced ? namespace : context.info.namespace, name };
    const existing = { object, revision: Number(object.metadata.resourceVersion) };
    return removeObject({ ...context, info }, existing, options).object;
  });
  return { ...found, items };
}
