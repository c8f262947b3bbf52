/** configMapGenerator and secretGenerator: sigs.k8s.io/kustomize api/internal/generators. */
import { KubectlError } from '../errors.ts';
import { at, nameOf, type Obj, obj, objs, text, texts, withPath } from '../json.ts';
import type { Target } from './kustomize.ts';
import { fromGenerator } from './origin.ts';
import { isCalled, kindOf, type Resource } from './resource.ts';

/** What is there and what the generators make; `behavior: merge` and `replace` change what a base has made. */
export function addGenerated(target: Target, spec: Obj, resources: readonly Resource[]): Resource[] {
  let all = [...resources];
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const)
    for (const entry of objs(spec[field])) {
      const bare = make(target, obj(spec['generatorOptions']), entry, kind);
      const made = fromGenerator(target.origin, kind, bare);
      const behavior = text(entry['behavior']);
      const old = all.find((each) => kindOf(each) === kind && isCalled(each, text(entry['name'])));
      if (behavior !== 'merge' && behavior !== 'replace') {
        if (old)
          throw new KubectlError(
            `merging from generator &{0xc000${target.process.sim.random
              .int(2 ** 24)
              .toString(16)
              .padStart(
                6,
                '0',
              )} <nil>}: id resid.ResId{Gvk:resid.Gvk{Group:"", Version:"v1", Kind:"${kind}", isClusterScoped:false}, Name:"${text(entry['name'])}", Namespace:"${text(entry['namespace'])}"} exists; behavior must be merge or replace`,
          );
        all.push(made);
        continue;
      }
      if (!old)
        throw new KubectlError(
          `merging from generator &{0xc000${target.process.sim.random
            .int(2 ** 24)
            .toString(16)
            .padStart(
              6,
              '0',
            )} <nil>}: id resid.ResId{Gvk:resid.Gvk{Group:"", Version:"v1", Kind:"${kind}", isClusterScoped:false}, Name:"${text(entry['name'])}", Namespace:"${text(entry['namespace'])}"} does not exist; cannot merge or replace`,
        );
      all = all.map((each) => (each === old ? merged(old, bare, behavior === 'merge') : each));
    }
  return all;
}

function merged(old: Resource, made: Resource, keep: boolean): Resource {
  const [a, b] = [old.object, made.object];
  const both = (path: string): Obj => ({ ...(keep ? obj(at(a, path)) : {}), ...obj(at(b, path)) });
  let object: Obj = { ...a, ...b, metadata: { ...obj(a['metadata']), ...obj(b['metadata']), name: nameOf(a) }, data: both('data') };
  for (const path of ['labels', 'annotations']) {
    const value = { ...obj(at(a, `metadata.${path}`)), ...obj(at(b, `metadata.${path}`)) };
    if (Object.keys(value).length > 0) object = withPath(object, ['metadata', path], value);
  }
  return { ...old, object, hash: old.hash || made.hash };
}

function make(target: Target, options: Obj, entry: Obj, kind: 'ConfigMap' | 'Secret'): Resource {
  if (text(entry['name']) === '') throw new KubectlError(`a ${kind.toLowerCase()} must have a name`);
  const data = dataOf(target, entry, kind);
  const stored = kind === 'Secret' ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) : data;
  let object: Obj = {
    apiVersion: 'v1',
    kind,
    metadata: { name: text(entry['name']), ...(entry['namespace'] ? { namespace: entry['namespace'] } : {}) },
    ...(Object.keys(stored).length > 0 || kind === 'Secret' ? { data: stored } : {}),
    ...(kind === 'Secret' ? { type: text(entry['type']) || 'Opaque' } : {}),
  };
  for (const path of ['labels', 'annotations']) {
    const value = { ...obj(options[path]), ...obj(at(entry, `options.${path}`)) };
    if (Object.keys(value).length > 0) object = withPath(object, ['metadata', path], value);
  }
  const option = (name: string): boolean => options[name] === true || at(entry, `options.${name}`) === true;
  if (option('immutable')) object = { ...object, immutable: true };
  return { object, names: [], hash: !option('disableNameSuffixHash') };
}

function dataOf({ process, base }: Target, entry: Obj, kind: string): Record<string, string> {
  const data: Record<string, string> = {};
  const set = (key: string, value: string): void => {
    if (key in data) throw new KubectlError(`${kind.toLowerCase()} ${text(entry['name'])} illegally repeats the key \`${key}\``);
    data[key] = value;
  };
  const read = (path: string): string => {
    const full = process.path(`${base}/${path}`);
    if (!process.fs.exists(full))
      throw new KubectlError(`loading KV pairs: file sources: [${path}]: evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`);
    return process.fs.read(full);
  };
  for (const path of [...texts(entry['envs']), ...(entry['env'] ? [text(entry['env'])] : [])])
    for (const line of read(path).split('\n')) {
      const plain = line.trimStart();
      if (plain === '' || plain.startsWith('#')) continue;
      const equals = plain.indexOf('=');
      set(equals < 0 ? plain : plain.slice(0, equals), equals < 0 ? (process.env[plain] ?? '') : plain.slice(equals + 1));
    }
  const literals = texts(entry['literals']);
  const bad = literals.find((pair) => !/^[^=]/.test(pair) || !pair.includes('='));
  if (bad !== undefined) throw new KubectlError(`loading KV pairs: literal sources [${literals.join(' ')}]: invalid literal source ${bad}, expected key=value`);
  for (const pair of literals) set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1).replace(/^(["'])(.*)\1$/s, '$2'));
  for (const source of texts(entry['files'])) {
    const [key, path] = source.includes('=') ? (source.split('=', 2) as [string, string]) : [source.slice(source.lastIndexOf('/') + 1), source];
    set(key, read(path));
  }
  return data;
}
