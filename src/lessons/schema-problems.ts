/** What a JSON Schema has against a file, in words for whoever wrote it. */
import { type OutputUnit, Validator } from '@cfworker/json-schema';
import type { Problem } from './lesson.ts';
import type { Source } from './yaml-source.ts';

export function schemaProblems(source: Source, schema: object): Problem[] {
  const { errors } = new Validator(schema, '2020-12', false).validate(source.data);
  // The deepest errors say what is wrong; those above repeat that something below is.
  const deepest = errors.filter((error) => !errors.some((other) => other !== error && other.instanceLocation.startsWith(`${error.instanceLocation}/`)));
  const seen = new Set<string>();
  return deepest.flatMap((error) => {
    if (above.has(error.keyword)) return [];
    const pointer = error.instanceLocation.replace(/^#/, '');
    const { what, remedy } = explain(error, source.data, schema, errors);
    const message = `${pointer === '' ? 'the file' : readable(pointer)}: ${what}`;
    if (seen.has(message)) return [];
    seen.add(message);
    return [{ file: source.file, line: source.lineOf(pointer), message, remedy }];
  });
}

/** Keywords whose errors only say that there is another one further down. */
const above = new Set(['properties', 'items', '$ref', 'additionalProperties']);

const readable = (pointer: string): string => pointer.slice(1).split('/').map(unescaped).join('.');
const unescaped = (part: string): string => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');

type Explanation = { readonly what: string; readonly remedy: string };

const inWords: Readonly<Record<string, (found: unknown, wanted: unknown) => Explanation>> = {
  type: (found, wanted) => ({ what: `found ${shown(found)}, expected ${typeNames(wanted)}`, remedy: `Give ${typeNames(wanted)}` }),
  enum: (found, wanted) => ({ what: `${shown(found)} is not known`, remedy: `Use one of ${(wanted as readonly unknown[]).join(', ')}` }),
  const: (found, wanted) => ({ what: `found ${shown(found)}, expected ${shown(wanted)}`, remedy: `Write ${shown(wanted)}` }),
  pattern: (found, wanted) => ({ what: `${shown(found)} is not written as it has to be`, remedy: `It has to match ${String(wanted)}` }),
  minLength: () => ({ what: 'the text is empty', remedy: 'Write it' }),
  minItems: (found, wanted) => ({ what: `there are ${(found as readonly unknown[]).length}, ${String(wanted)} at least`, remedy: 'Add what is missing' }),
  maxItems: (found, wanted) => ({ what: `there are ${(found as readonly unknown[]).length}, ${String(wanted)} at most`, remedy: 'Take some out' }),
  minimum: (found, wanted) => ({ what: `${shown(found)} is too small`, remedy: `${String(wanted)} at least` }),
  maximum: (found, wanted) => ({ what: `${shown(found)} is too large`, remedy: `${String(wanted)} at most` }),
};

function explain(error: OutputUnit, data: unknown, schema: object, errors: readonly OutputUnit[]): Explanation {
  const key = unescaped(error.instanceLocation.slice(error.instanceLocation.lastIndexOf('/') + 1));
  if (error.keyword === 'false') return { what: 'there is no such key', remedy: nearest(key, ownerOf(error, schema, errors)) };
  if (error.keyword === 'required') {
    const name = /property "([^"]*)"/.exec(error.error)?.[1] ?? '';
    return { what: `"${name}" is missing`, remedy: `Add ${name}` };
  }
  const words = inWords[error.keyword];
  if (!words) return { what: error.error.replace(/^Instance /, '').replace(/\.$/, ''), remedy: 'See lessons/schema' };
  const explained = words(at(data, error.instanceLocation), keywordOf(error, schema));
  // A time without its unit is a number for YAML: how it is written says more than that it has to be a text.
  const pattern = inSchema(schema, [...parts(error.keywordLocation).slice(0, -1), 'pattern']);
  return error.keyword === 'type' && typeof pattern === 'string' ? { ...explained, remedy: `It has to match ${pattern}` } : explained;
}

const names: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  null: 'nothing',
};
const typeNames = (wanted: unknown): string =>
  [wanted]
    .flat()
    .map((each) => names[String(each)] ?? String(each))
    .join(' or ');

function shown(found: unknown): string {
  if (found === null || found === undefined) return 'nothing';
  if (typeof found === 'object') return Array.isArray(found) ? 'a list' : 'keys with values';
  const text = JSON.stringify(found);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

const at = (data: unknown, location: string): unknown =>
  parts(location).reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined), data);

const parts = (location: string): string[] => location.replace(/^#/, '').split('/').slice(1).map(unescaped);

/** What the schema says under the keyword that failed; references are followed. */
const keywordOf = (error: OutputUnit, schema: object): unknown => inSchema(schema, parts(error.keywordLocation));

function inSchema(schema: object, path: readonly string[]): unknown {
  let value: unknown = schema;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
    if (part === '$ref' && typeof value === 'string') value = inSchema(schema, parts(value));
  }
  return value;
}

/** What the schema says of the keys around a wrong one. The error of the wrong key itself does not say where: the one of all of them does. */
function ownerOf({ instanceLocation }: OutputUnit, schema: object, errors: readonly OutputUnit[]): unknown {
  const around = instanceLocation.slice(0, instanceLocation.lastIndexOf('/'));
  const error = errors.find((each) => each.keyword === 'additionalProperties' && each.instanceLocation === around);
  return error && inSchema(schema, parts(error.keywordLocation).slice(0, -1));
}

/** The known key that is most like a wrong one. */
function nearest(key: string, owner: unknown): string {
  const known = Object.keys((owner as { properties?: object } | undefined)?.properties ?? {});
  const close = known.map((name) => ({ name, distance: distance(name, key) })).sort((a, b) => a.distance - b.distance)[0];
  return close && close.distance <= 2
    ? `Did you mean ${close.name}?`
    : `Take it out, or correct its spelling${known.length > 0 ? `; known here: ${known.join(', ')}` : ''}`;
}

/** Letters to change, add, drop or swap to make one word of another. */
function distance(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j] ?? 0, (before[j - 2] ?? 0) + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
