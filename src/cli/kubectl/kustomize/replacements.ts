/** replacements: sigs.k8s.io/kustomize api/filters/replacement. */
import { parseYaml } from '../../../apimachinery/yaml.ts';
import { KubectlError } from '../errors.ts';
import { isObj, type Obj, obj, objs, text, texts } from '../json.ts';
import type { Target } from './kustomize.ts';
import { isSelected, type Resource, withObject } from './resource.ts';

/** Copies a field of one resource into fields of others. */
export function replaced(target: Target, entries: readonly Obj[], resources: readonly Resource[]): readonly Resource[] {
  let out = resources;
  for (const entry of entries.flatMap((each) => fromFile(target, each))) {
    const source = obj(entry['source']);
    const targets = objs(entry['targets']);
    if (targets.some((where) => !isObj(where['select']))) throw new KubectlError('target must specify resources to select');
    if (entry['sourceValue'] !== undefined) {
      out = written(out, targets, entry['sourceValue']);
      continue;
    }
    const found = out.filter((each) => isSelected(each, source));
    if (found.length === 0) throw new KubectlError(`nothing selected by ${describe(source)}`);
    if (found.length > 1)
      throw new KubectlError(`multiple matches for selector ${describe(source)}${text(source['fieldPath']) && `:${text(source['fieldPath'])}`}`);
    const path = text(source['fieldPath']) || 'metadata.name';
    const whole = read(found[0]?.object, split(path));
    if (whole === undefined) throw new KubectlError(`fieldPath \`${path}\` is missing for replacement source ${describe(source)}`);
    const value = part(whole, obj(source['options']));
    out = written(out, targets, value);
  }
  return out;
}

function written(resources: readonly Resource[], targets: readonly Obj[], value: unknown): readonly Resource[] {
  return targets.reduce((all, where) => {
    const rejected = objs(where['reject']);
    const chosen = (each: Resource): boolean => isSelected(each, obj(where['select'])) && !rejected.some((one) => isSelected(each, one));
    const put = (object: Obj, field: string): Obj => {
      const how = { options: obj(where['options']), places: 0 };
      const after = obj(write(object, split(field), value, how));
      if (how.places === 0) throw new KubectlError(`unable to find field "${field}" in replacement target`);
      return after;
    };
    return all.map((each) => (chosen(each) ? withObject(each, texts(where['fieldPaths']).reduce(put, each.object)) : each));
  }, resources);
}

/** A field by its path; undefined where there is none. */
export const readField = (object: unknown, path: string): unknown => read(object, split(path));

function fromFile({ process, base }: Target, entry: Obj): readonly Obj[] {
  const path = text(entry['path']);
  if (path === '') return [entry];
  const parsed = parseYaml(process.fs.read(process.path(`${base}/${path}`)));
  return Array.isArray(parsed) ? objs(parsed) : [obj(parsed)];
}

const describe = (selector: Obj): string => {
  const gvk = `${text(selector['kind']) || '[noKind]'}.${text(selector['version']) || '[noVer]'}.${text(selector['group']) || '[noGrp]'}`;
  return `${gvk}/${text(selector['name']) || '[noName]'}.${text(selector['namespace']) || '[noNs]'}`;
};

/** `spec.containers.[name=a].image`; a dot within a key is written `\.`. */
const split = (path: string): readonly string[] => (path.match(/\[[^\]]*\]|(?:\\.|[^.\\])+/g) ?? []).map((key) => key.replaceAll('\\.', '.'));

/** The entry of a list that `[key=value]` or a number names. */
function indexOf(items: readonly unknown[], key: string): readonly number[] {
  if (key === '*') return items.map((_, i) => i);
  const [, field = '', value = ''] = /^\[([^=]+)=(.*)\]$/.exec(key) ?? [];
  if (field !== '') return items.flatMap((item, i) => (isObj(item) && String(item[field]) === value ? [i] : []));
  return /^\d+$/.test(key) && Number(key) < items.length ? [Number(key)] : [];
}

function read(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) return read(value[indexOf(value, key)[0] ?? -1], rest);
  return isObj(value) ? read(value[key], rest) : undefined;
}

/** `delimiter` and `index` take a part of a text. */
function part(value: unknown, options: Obj): unknown {
  const delimiter = text(options['delimiter']);
  return delimiter === '' ? value : (String(value).split(delimiter)[Number(options['index'] ?? 0)] ?? '');
}

type Writing = { readonly options: Obj; places: number };

function write(value: unknown, path: readonly string[], to: unknown, how: Writing): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    how.places++;
    // A scalar keeps its kind: what was a text stays one.
    return spliced(value, typeof value === 'string' && !isObj(to) && !Array.isArray(to) ? String(to) : to, how.options);
  }
  if (Array.isArray(value)) {
    const chosen = indexOf(value, key);
    return value.map((item, i) => (chosen.includes(i) ? write(item, rest, to, how) : item));
  }
  const object = obj(value);
  if (object[key] === undefined && how.options['create'] !== true) return value;
  return { ...object, [key]: write(object[key], rest, to, how) };
}

function spliced(value: unknown, to: unknown, options: Obj): unknown {
  const delimiter = text(options['delimiter']);
  if (delimiter === '') return to;
  const parts = String(value ?? '').split(delimiter);
  const index = Number(options['index'] ?? 0);
  if (index < 0) return [to, ...parts].join(delimiter);
  if (index >= parts.length) return [...parts, to].join(delimiter);
  return parts.map((each, i) => (i === index ? to : each)).join(delimiter);
}
