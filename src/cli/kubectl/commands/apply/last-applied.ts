/** The annotation that remembers what was applied: kubernetes kubectl/pkg/util/apply.go. */
import { sortedJson } from '../../../../apimachinery/json.ts';
import { at, type Obj, obj, text, withoutPath, withPath } from '../../json.ts';
import type { Kubectl } from '../../kubectl.ts';
import { lastApplied } from '../create/generator.ts';

/** A manifest with its own text as annotation, and without it. */
export type Modified = { readonly object: Obj; readonly bare: Obj };

/** The object with itself as its own annotation. */
export function modifiedConfiguration(object: Obj): Modified {
  const bare = withoutPath(withPath(object, ['metadata', 'annotations'], obj(at(object, 'metadata.annotations'))), ['metadata', 'annotations', lastApplied]);
  return { object: withPath(bare, ['metadata', 'annotations', lastApplied], `${sortedJson(bare)}\n`), bare };
}

/** As replace sends it: with its annotation anew, if it has one or is to get one. */
export const withOwnConfiguration = (k: Kubectl, object: Obj): Obj =>
  k.flags.bool('save-config') || originalConfiguration(object) ? modifiedConfiguration(object).object : object;

/** What was applied last time, or nothing. Where the same is applied again, it is that very object: there is nothing to read and nothing to compare. */
export function originalConfiguration(live: Obj, again?: Modified): Obj | undefined {
  const saved = savedIn(live);
  if (again && saved === savedIn(again.object)) return again.bare;
  return saved === '' ? undefined : obj(JSON.parse(saved));
}

const savedIn = (object: Obj): string => text(obj(at(object, 'metadata.annotations'))[lastApplied]);
