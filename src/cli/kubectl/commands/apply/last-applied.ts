/** The annotation that remembers what was applied: kubernetes kubectl/pkg/util/apply.go. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import { at, type Obj, obj, text, withoutPath, withPath } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { lastApplied } from '../create/generator.ts';

/** A manifest with its own text as annotation. */
export type Modified = { readonly object: Obj };

/** The object with itself as its own annotation. */
export function modifiedConfiguration(object: Obj): Modified {
  const bare = withoutPath(withPath(object, ['metadata', 'annotations'], obj(at(object, 'metadata.annotations'))), ['metadata', 'annotations', lastApplied]);
  return { object: withPath(bare, ['metadata', 'annotations', lastApplied], `${sortedJson(bare)}\n`) };
}

/** As replace sends it: with its annotation anew, if it has one or is to get one. */
export const withOwnConfiguration = (k: Kubectl, object: Obj): Obj =>
  k.flags.bool('save-config') || originalConfiguration(object) ? modifiedConfiguration(object).object : object;

/** What was applied last time, or nothing. */
export function originalConfiguration(live: Obj): Obj | undefined {
  const saved = text(obj(at(live, 'metadata.annotations'))[lastApplied]);
  return saved === '' ? undefined : obj(JSON.parse(saved));
}
