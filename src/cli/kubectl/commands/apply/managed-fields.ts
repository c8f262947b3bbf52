/** From client-side to server-side apply: kubernetes client-go/util/csaupgrade/upgrade.go. */
import { at, isObj, type Obj, obj, objs, text } from '../../json.ts';
import { lastApplied } from '../create/generator.ts';

const clientSide = 'kubectl-client-side-apply';

/** JSON patch that hands the fields of client-side apply to a manager; undefined when there are none. */
export function upgradedManagedFields(object: Obj, manager: string): readonly Obj[] | undefined {
  const entries = objs(at(object, 'metadata.managedFields'));
  const updates = entries.filter((entry) => entry['operation'] === 'Update' && entry['subresource'] === undefined);
  // Whoever wrote the annotation last, and for kubectl's own manager what its client-side half has.
  const names = new Set([...(manager === 'kubectl' ? [clientSide] : []), ...updates.filter(ownsAnnotation).map((entry) => text(entry['manager']))]);
  const old = updates.filter((entry) => names.has(text(entry['manager'])));
  if (old.length === 0) return undefined;
  const own = entries.find((entry) => entry['manager'] === manager && entry['operation'] === 'Apply' && entry['subresource'] === undefined);
  const fields = [own, ...old].reduce<Obj>((all, entry) => union(all, obj(entry?.['fieldsV1'])), {});
  const upgraded = { ...(own ?? old[0]), manager, operation: 'Apply', fieldsV1: fields };
  const kept = entries.filter((entry) => entry !== own && !old.includes(entry));
  return [
    { op: 'replace', path: '/metadata/managedFields', value: [upgraded, ...kept] },
    { op: 'replace', path: '/metadata/resourceVersion', value: text(at(object, 'metadata.resourceVersion')) },
  ];
}

/** Whether a manager has the annotation of client-side apply. */
export const ownsAnnotation = (entry: Obj): boolean => `f:${lastApplied}` in obj(at(entry, 'fieldsV1.f:metadata.f:annotations'));

const union = (a: Obj, b: Obj): Obj => {
  const out: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) out[key] = isObj(out[key]) && isObj(value) ? union(out[key], value) : value;
  return out;
};
