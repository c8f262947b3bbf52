/** kustomize build, the part that exercises use: sigs.k8s.io/kustomize. */

import { typeOf } from '../../api/schema.ts';
import { type JsonPatchOperation, jsonPatch } from '../../apimachinery/patch/json-patch.ts';
import { strategicMerge } from '../../apimachinery/patch/strategic-merge.ts';
import { dumpYaml, parseYaml, parseYamlDocuments } from '../../apimachinery/yaml.ts';
import type { Process } from '../../linux/process.ts';
import { contentHash } from './content-hash.ts';
import { KubectlError, notSimulated } from './errors.ts';
import { at, entriesOf, isObj, list, nameOf, type Obj, obj, objs, text, texts, withPath } from './json.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
const simulated = new Set([
  ...[
    'apiVersion',
    'kind',
    'metadata',
    'resources',
    'bases',
    'namespace',
    'namePrefix',
    'nameSuffix',
    'commonLabels',
    'labels',
    'commonAnnotations',
    'images',
    'replicas',
  ],
  ...['patches', 'patchesStrategicMerge', 'patchesJson6902', 'configMapGenerator', 'secretGenerator', 'generatorOptions'],
]);

/** Fields that kustomize has and the lab does not. */
const known = new Set(
  'openapi configurations components crds generators transformers validators helmCharts helmChartInflationGenerator helmGlobals inventory buildMetadata replacements sortOptions vars'.split(
    ' ',
  ),
);

/** All objects of a kustomization. Throws KubectlError. */
export function buildKustomization(process: Process, folder: string): readonly Obj[] {
  const { fs } = process;
  const base = process.path(folder);
  if (!fs.exists(base))
    throw new KubectlError(`must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${base}: no such file or directory`);
  const file = fileNames.find((name) => fs.exists(`${base}/${name}`));
  if (file === undefined) throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${base}'`);
  const spec = obj(parseYaml(fs.read(`${base}/${file}`)));
  const unknown = Object.keys(spec).find((key) => !simulated.has(key));
  if (unknown !== undefined)
    throw known.has(unknown) ? notSimulated(`kustomize field "${unknown}"`) : new KubectlError(`invalid Kustomization: json: unknown field "${unknown}"`);
  let objects = [...texts(spec['resources']), ...texts(spec['bases'])].flatMap((path) => resourcesAt(process, base, path));
  const made = generated(process, base, spec);
  objects.push(...made);
  objects = patched(process, base, spec, objects);
  // What names a generator means what it made.
  const entries = [...objs(spec['configMapGenerator']), ...objs(spec['secretGenerator'])];
  return transformed(spec, objects, new Map(entries.map((entry, i) => [text(entry['name']), nameOf(made[i] ?? {})])));
}

/** What `kubectl kustomize` and `-k` give: in the order in which a cluster takes them (kustomize api/internal/utils legacy order). */
export const kustomized = (process: Process, folder: string): readonly Obj[] =>
  [...buildKustomization(process, folder)].sort((a, b) => rank(a) - rank(b) || compareTexts(idOf(a), idOf(b)));

const firstKinds =
  'Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget'.split(
    ' ',
  );
const lastKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

function rank(object: Obj): number {
  const kind = text(object['kind']);
  const first = firstKinds.indexOf(kind);
  return first >= 0 ? first - firstKinds.length : lastKinds.indexOf(kind) + 1;
}

const idOf = (object: Obj): string => `${text(object['apiVersion'])}|${text(object['kind'])}|${text(at(object, 'metadata.namespace'))}|${nameOf(object)}`;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function resourcesAt(process: Process, base: string, path: string): readonly Obj[] {
  if (/^https?:\/\//.test(path)) throw notSimulated(`reading ${path}`);
  const full = `${base}/${path}`;
  if (!process.fs.exists(full))
    throw new KubectlError(
      `accumulating resources: accumulation err='accumulating resources from '${path}': evalsymlink failure on '${full}' : lstat ${full}: no such file or directory'`,
    );
  if (process.fs.isDirectory(full)) return buildKustomization(process, full);
  return parseYamlDocuments(process.fs.read(full)).filter(isObj);
}

function generated(process: Process, base: string, spec: Obj): readonly Obj[] {
  const options = obj(spec['generatorOptions']);
  const make = (entry: Obj, kind: 'ConfigMap' | 'Secret'): Obj => {
    const data: Record<string, string> = {};
    for (const pair of texts(entry['literals'])) data[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1).replace(/^(["'])(.*)\1$/s, '$2');
    for (const source of texts(entry['files'])) {
      const [key, path] = source.includes('=') ? (source.split('=', 2) as [string, string]) : [source.slice(source.lastIndexOf('/') + 1), source];
      data[key] = process.fs.read(`${base}/${path}`);
    }
    for (const path of [...texts(entry['envs']), ...(entry['env'] ? [text(entry['env'])] : [])]) {
      for (const line of process.fs.read(`${base}/${path}`).split('\n'))
        if (line.includes('=') && !line.startsWith('#')) data[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
    const stored = kind === 'Secret' ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) : data;
    let bare: Obj = {
      apiVersion: 'v1',
      kind,
      metadata: { name: text(entry['name']), ...(entry['namespace'] ? { namespace: entry['namespace'] } : {}) },
      data: stored,
      ...(kind === 'Secret' ? { type: text(entry['type']) || 'Opaque' } : {}),
    };
    const labels = { ...obj(options['labels']), ...obj(at(entry, 'options.labels')) };
    const annotations = { ...obj(options['annotations']), ...obj(at(entry, 'options.annotations')) };
    bare = withMetadata(bare, labels, annotations);
    const plain = options['disableNameSuffixHash'] === true || at(entry, 'options.disableNameSuffixHash') === true;
    return plain ? bare : withPath(bare, ['metadata', 'name'], `${text(entry['name'])}-${contentHash(bare, '')}`);
  };
  return [...objs(spec['configMapGenerator']).map((entry) => make(entry, 'ConfigMap')), ...objs(spec['secretGenerator']).map((entry) => make(entry, 'Secret'))];
}

function withMetadata(object: Obj, labels: Obj, annotations: Obj): Obj {
  const labelled = Object.keys(labels).length > 0 ? withPath(object, ['metadata', 'labels'], labels) : object;
  return Object.keys(annotations).length > 0 ? withPath(labelled, ['metadata', 'annotations'], annotations) : labelled;
}

function patched(process: Process, base: string, spec: Obj, objects: readonly Obj[]): Obj[] {
  const patches = [
    ...objs(spec['patches']).map((entry) => ({ target: entry['target'], source: text(entry['patch']) || process.fs.read(`${base}/${text(entry['path'])}`) })),
    ...objs(spec['patchesJson6902']).map((entry) => ({
      target: entry['target'],
      source: text(entry['patch']) || process.fs.read(`${base}/${text(entry['path'])}`),
    })),
    ...list(spec['patchesStrategicMerge']).map((entry) => ({
      target: undefined,
      source: isObj(entry) ? dumpYaml(entry) : process.fs.exists(`${base}/${text(entry)}`) ? process.fs.read(`${base}/${text(entry)}`) : text(entry),
    })),
  ];
  let out = [...objects];
  for (const { target, source } of patches) {
    const parsed = parseYaml(source);
    const wanted = isObj(target) ? target : { kind: at(parsed, 'kind'), name: at(parsed, 'metadata.name') };
    if (!isObj(target) && !out.some((object) => fitsTarget(object, wanted)))
      throw new KubectlError(
        `no resource matches strategic merge patch "${text(wanted['kind'])}.${text(at(parsed, 'apiVersion'))}/${text(wanted['name'])}.[noNs]": no matches for Id ${text(wanted['kind'])}.${text(at(parsed, 'apiVersion'))}/${text(wanted['name'])}.[noNs]; failed to find unique target for patch`,
      );
    out = out.map((object) => {
      if (!fitsTarget(object, wanted)) return object;
      return obj(
        Array.isArray(parsed)
          ? jsonPatch(object, parsed as readonly JsonPatchOperation[])
          : strategicMerge(
              object,
              { ...obj(parsed), metadata: { ...obj(at(parsed, 'metadata')), name: nameOf(object) } },
              typeOf(text(object['apiVersion']), text(object['kind'])),
            ),
      );
    });
  }
  return out;
}

const fitsTarget = (object: Obj, target: Obj): boolean =>
  (!target['kind'] || target['kind'] === object['kind']) && (!target['name'] || target['name'] === nameOf(object));

function transformed(spec: Obj, objects: readonly Obj[], made: ReadonlyMap<string, string>): readonly Obj[] {
  const [prefix, suffix] = [text(spec['namePrefix']), text(spec['nameSuffix'])];
  const renamed = new Map(objects.map((object) => [nameOf(object), `${prefix}${nameOf(object)}${suffix}`]));
  for (const [name, hashed] of made) renamed.set(name, renamed.get(hashed) ?? hashed);
  const labels = [{ pairs: spec['commonLabels'], includeSelectors: true }, ...objs(spec['labels'])].filter((each) => each.pairs !== undefined) as readonly {
    readonly pairs?: unknown;
    readonly includeSelectors?: unknown;
    readonly includeTemplates?: unknown;
  }[];
  return objects.map((original) => {
    let object = withPath(original, ['metadata', 'name'], renamed.get(nameOf(original)));
    if (spec['namespace'] !== undefined && !clusterScoped.has(text(object['kind']))) object = withPath(object, ['metadata', 'namespace'], spec['namespace']);
    for (const { pairs, includeSelectors, includeTemplates } of labels)
      object = labelled(object, obj(pairs), includeSelectors === true, includeTemplates === true);
    object = annotated(object, spec['commonAnnotations']);
    const replicas = objs(spec['replicas']).find((each) => text(each['name']) === nameOf(original));
    if (replicas && scalable.has(text(object['kind']))) object = withPath(object, ['spec', 'replicas'], replicas['count']);
    return obj(rewritten(object, spec, renamed));
  });
}

const scalable = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

/** commonAnnotations reach into pod templates, as commonLabels do. */
function annotated(object: Obj, annotations: unknown): Obj {
  let out = object;
  for (const [key, value] of entriesOf(annotations)) {
    out = withPath(out, ['metadata', 'annotations', key], value);
    if (at(object, 'spec.template.spec') !== undefined) out = withPath(out, ['spec', 'template', 'metadata', 'annotations', key], value);
  }
  return out;
}

const clusterScoped = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'CustomResourceDefinition',
  'PriorityClass',
  'IngressClass',
]);

function labelled(object: Obj, pairs: Obj, selectors: boolean, templates: boolean): Obj {
  const add = (target: Obj, path: readonly string[]): Obj => withPath(target, path, { ...obj(at(target, path.join('.'))), ...pairs });
  let out = add(object, ['metadata', 'labels']);
  const template = at(object, 'spec.template') !== undefined;
  if (template && (selectors || templates)) out = add(out, ['spec', 'template', 'metadata', 'labels']);
  if (!selectors) return out;
  if (object['kind'] === 'Service' && at(object, 'spec.selector') !== undefined) out = add(out, ['spec', 'selector']);
  if (template && ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].includes(text(object['kind']))) out = add(out, ['spec', 'selector', 'matchLabels']);
  return out;
}

/** Images, and names of config maps, secrets and claims that were renamed, wherever they stand. */
function rewritten(value: unknown, spec: Obj, renamed: ReadonlyMap<string, string>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, spec, renamed, key));
  if (!isObj(value)) return value;
  const references: Readonly<Record<string, string>> = {
    configMapRef: 'name',
    configMapKeyRef: 'name',
    configMap: 'name',
    secretRef: 'name',
    secretKeyRef: 'name',
    secret: 'secretName',
    persistentVolumeClaim: 'claimName',
    scaleTargetRef: 'name',
    roleRef: 'name',
  };
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (name === 'image' && typeof item === 'string') return [name, image(item, objs(spec['images']))];
      if (references[key] === name && typeof item === 'string') return [name, renamed.get(item) ?? item];
      return [name, rewritten(item, spec, renamed, name)];
    }),
  );
}

function image(reference: string, changes: readonly Obj[]): string {
  const [, name = reference, rest = ''] = /^(.*?)((?::[^/:]+)?(?:@.+)?)$/.exec(reference) ?? [];
  const change = changes.find((each) => each['name'] === name);
  if (!change) return reference;
  const tag = change['digest'] ? `@${text(change['digest'])}` : change['newTag'] !== undefined ? `:${text(change['newTag'])}` : rest;
  return `${text(change['newName']) || name}${tag}`;
}
