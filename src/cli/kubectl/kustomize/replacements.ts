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
    const found = out.filter((each) => isSelected(each, source));
    if (found.length === 0) throw new KubectlError(`nothing selected by ${describe(source)}`);
    if (found.length > 1) throw new KubectlError(`multiple matches for selector ${describe(source)}`);
    const path = text(source['fieldPath']) || 'metadata.name';
    const whole = read(found[0]?.object, split(path));
    if (whole === undefined) throw new KubectlError(`fieldPath \`${path}\` is missing for replacement source ${describe(source)}`);
    const value = part(whole, obj(source['options']));
    for (const where of objs(entry['targets'])) {
      const rejected = objs(where['reject']);
      out = out.map((each) =>
        isSelected(each, obj(where['select'])) && !rejected.some((one) => isSelected(each, one))
          ? withObject(
              each,
              texts(where['fieldPaths']).reduce((object, field) => obj(write(object, split(field), value, obj(where['options']))), each.object),
            )
          : each,
      );
    }
  }
  return out;
}

function fromFile({ process, base }: Target, entry: Obj): readonly Obj[] {
  const path = text(entry['path']);
  if (path === '') return [entry];
  const parsed = parseYaml(process.fs.read(process.path(`${base}/${path}`)));
  return Array.isArray(parsed) ? objs(parsed) : [obj(parsed)];
}

const describe = (selector: Obj): string => {
  const group = [text(selector['kind']), text(selector['version']), text(selector['group'])].filter((each) => each !== '').join('.');
  return `${group || '[noKind].[noVer].[noGrp]'}/${text(selector['name']) || '[noName]'}.${text(selector['namespace']) || '[noNs]'}`;
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

function write(value: unknown, path: readonly string[], to: unknown, options: Obj): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return spliced(value, to, options);
  if (Array.isArray(value)) {
    const chosen = indexOf(value, key);
    return value.map((item, i) => (chosen.includes(i) ? write(item, rest, to, options) : item));
  }
  const object = obj(value);
  if (object[key] === undefined && options['create'] !== true) {
    if (rest.length === 0 && isObj(value)) throw new KubectlError(`unable to find field "${path.join('.')}" in replacement target`);
    return value;
  }
  return { ...object, [key]: write(object[key], rest, to, options) };
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
