/** Any object, field by field: kubernetes kubectl/pkg/describe genericDescriber. */
import { at, isObj, list, nameOf, namespaceOf, type Obj, text } from '../json.ts';
import type { Describer } from './describer.ts';
import { annotationLines, labelLines, type Writer } from './writer.ts';

const hidden = new Set(['.metadata.managedFields', '.metadata.name', '.metadata.namespace', '.metadata.labels', '.metadata.annotations']);

export const describeGeneric: Describer = {
  *page(w, object) {
    w.field('Name', nameOf(object));
    w.field('Namespace', namespaceOf(object));
    labelLines(w, 'Labels', at(object, 'metadata.labels'));
    annotationLines(w, at(object, 'metadata.annotations'));
    content(w, 0, object, '');
  },
  events: true,
};

function content(w: Writer, level: number, object: Obj, path: string): void {
  for (const field of Object.keys(object).sort()) {
    const value = object[field];
    const here = `${path}.${field}`;
    if (hidden.has(here) || value === undefined) continue;
    if (Array.isArray(value)) {
      w.write(level, `${label(field)}:\n`);
      for (const item of list(value))
        if (isObj(item)) content(w, level + 1, item, here);
        else w.write(level + 1, `${text(item)}\n`);
    } else if (isObj(value)) {
      w.write(level, `${label(field)}:\n`);
      content(w, level + 1, value, here);
    } else w.write(level, `${label(field)}:\t${value === null ? '<nil>' : text(value)}\n`);
  }
}

const acronyms = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `creationTimestamp` → `Creation Timestamp`. */
const label = (field: string): string =>
  /^[A-Za-z-]+$/.test(field)
    ? (field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|-+/g) ?? [field])
        .map((part) => (acronyms.has(part.toUpperCase()) ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1).toLowerCase()))
        .join(' ')
    : field;
