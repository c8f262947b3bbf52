import type { SchemaType } from '../apimachinery/patch/patch-schema.ts';
import type { ServedResource } from './resource-table.ts';

/** What patches need to know of a resource's type; undefined when the schema does not have it. */
export function patchTypeOf(_served: ServedResource): SchemaType | undefined {
  return undefined;
}
