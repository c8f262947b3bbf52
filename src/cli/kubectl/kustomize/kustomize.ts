/** kustomize build, the part that exercises use: sigs.k8s.io/kustomize api/internal/target/kusttarget.go. */
import { parseYaml, parseYamlDocuments, YamlError } from '../../../apimachinery/yaml.ts';
import type { Process } from '../../../linux/process.ts';
import { contentHash } from '../content-hash.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { at, isObj, nameOf, type Obj, obj, objs, text, texts } from '../json.ts';
import { addGenerated } from './generators.ts';
import { patched } from './patches.ts';
import { fixReferences } from './references.ts';
import { replaced } from './replacements.ts';
import { idText, type Resource, rename } from './resource.ts';
import { annotated, imaged, inNamespace, labelled, renamed, scaled } from './transformers.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Fields that kustomize has and the lab does not. */
const notHere = new Set(
  'openapi configurations crds generators transformers validators helmCharts helmChartInflationGenerator helmGlobals inventory buildMetadata vars imageTags'.split(
    ' ',
  ),
);
const known = new Set(
  'apiVersion kind metadata resources bases components namespace namePrefix nameSuffix commonLabels labels commonAnnotations images replicas patches patchesStrategicMerge patchesJson6902 configMapGenerator secretGenerator generatorOptions replacements sortOptions'.split(
    ' ',
  ),
);
/** Old fields, in the order in which kustomize looks for them, and what came after them. */
const deprecated: Readonly<Record<string, string>> = {
  bases: 'resources',
  commonLabels: 'labels',
  patchesJson6902: 'patches',
  patchesStrategicMerge: 'patches',
};

/** What `kubectl kustomize` and `-k` give, in the order in which a cluster takes it, and what is said on the way. */
type Kustomized = {
  readonly objects: readonly Obj[];
  readonly warnings: string /** The kustomization itself says in which order. */;
  readonly sorted: boolean;
};

/** Throws KubectlError. */
export function kustomized(process: Process, folder: string): Kustomized {
  const warnings: string[] = [];
  const base = process.path(folder);
  if (!process.fs.exists(base)) throw new KubectlError(`must build at directory: ${notThere(folder, base)}`);
  const built = tellingFirst(() => build({ process, base, warnings, above: [] }, []), warnings);
  // Content shows in a name only at the very end.
  const hashed = fixReferences(built.map((each) => (each.hash ? rename(each, `${nameOf(each.object)}-${contentHash(each.object, '')}`) : each)));
  const objects = hashed.map(({ object }) => object);
  const sorting = obj(at(load({ process, base, warnings: [], above: [] }), 'sortOptions'));
  const sorted = sorting['order'] !== undefined;
  if (sorting['order'] === 'fifo') return { objects, warnings: warnings.join(''), sorted };
  const ranked = objects.sort((a, b) => rank(a, sorting) - rank(b, sorting) || compareTexts(idOf(a), idOf(b)));
  return { objects: ranked, warnings: warnings.join(''), sorted };
}

/** What was said before it went wrong is said before that. */
function tellingFirst<T>(run: () => T, warnings: readonly string[]): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof KubectlError) || error.bare || warnings.length === 0) throw error;
    throw new KubectlError(`${warnings.join('')}error: ${error.message}`, { bare: true });
  }
}

/** One kustomization being built. */
export type Target = {
  readonly process: Process;
  readonly base: string;
  readonly warnings: string[] /** The folders that led here. */;
  readonly above: readonly string[];
};

const notThere = (path: string, full: string): string => `not a valid directory: evalsymlink failure on '${path}' : lstat ${full}: no such file or directory`;

/** Everything that a folder's kustomization comes to; a component works on what is there already. */
function build(target: Target, before: readonly Resource[]): readonly Resource[] {
  const spec = load(target);
  let resources = [...before];
  for (const path of [...texts(spec['resources']), ...texts(spec['bases'])]) {
    const more = accumulate(target, path);
    const taken = more.find(({ object }) => resources.some((each) => idText(each.object) === idText(object)));
    if (taken) throw registered(target, path, idText(taken.object));
    resources.push(...more);
  }
  resources = [...addGenerated(target, spec, resources)];
  for (const path of texts(spec['components'])) resources = [...build({ ...target, base: target.process.path(`${target.base}/${path}`) }, resources)];
  const first = patched(target, [...objs(spec['patches']), ...strategicPatches(spec)], resources);
  let out = renamed(spec, inNamespace(spec, first));
  out = fixReferences(annotated(spec, labelled(spec, out)));
  out = patched(target, objs(spec['patchesJson6902']), out);
  return replaced(target, objs(spec['replacements']), imaged(spec, scaled(spec, out)));
}

function registered({ process, base }: Target, path: string, id: string): KubectlError {
  const full = process.path(`${base}/${path}`);
  const merging = `merging resources from '${path}': may not add resource with an already registered id: ${id}`;
  const isFile = !process.fs.isDirectory(full);
  return new KubectlError(
    `accumulating resources: accumulation err='${merging}': ${isFile ? `must build at directory: '${full}': file is not directory` : merging}`,
  );
}

/** An entry is a file, or a patch written out. */
const strategicPatches = (spec: Obj): readonly Obj[] =>
  (Array.isArray(spec['patchesStrategicMerge']) ? spec['patchesStrategicMerge'] : []).map((entry) => ({ fileOrPatch: entry }));

function load({ process, base, warnings }: Target): Obj {
  const { fs } = process;
  const file = fileNames.find((name) => fs.exists(`${base}/${name}`));
  if (fs.exists(base) && !fs.isDirectory(base)) throw new KubectlError(`must build at directory: '${base}': file is not directory`);
  if (file === undefined) throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${base}'`);
  const spec = obj(readable(() => parseYaml(fs.read(`${base}/${file}`)), 'invalid Kustomization'));
  const other = Object.keys(spec).find((key) => !known.has(key));
  if (other !== undefined)
    throw notHere.has(other) ? notSimulated(`kustomize field "${other}"`) : new KubectlError(`invalid Kustomization: json: unknown field "${other}"`);
  for (const [field, now] of Object.entries(deprecated))
    if (spec[field] !== undefined)
      warnings.push(`# Warning: '${field}' is deprecated. Please use '${now}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.\n`);
  return spec;
}

function readable<T>(read: () => T, what: string, where = ''): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`${what}: ${error.message.replace('error converting YAML to JSON: ', '')}${where}`);
  }
}

/** A file, or another kustomization's folder. */
function accumulate(target: Target, path: string): readonly Resource[] {
  const { process, base } = target;
  if (/^https?:\/\//.test(path)) throw notSimulated(`reading ${path}`);
  const full = process.path(`${base}/${path}`);
  const failed = (asFile: string, asFolder: string): KubectlError =>
    new KubectlError(`accumulating resources: accumulation err='accumulating resources from '${path}': ${asFile}': ${asFolder}`);
  if (!process.fs.exists(full)) {
    const lstat = `evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`;
    throw failed(lstat, `must build at directory: not a valid directory: ${lstat}`);
  }
  if (process.fs.isDirectory(full)) {
    const visited = [base, ...target.above].find((each) => each === full || each.startsWith(`${full}/`));
    if (visited !== undefined) throw failed(`'${full}' must resolve to a file`, `cycle detected: candidate root '${full}' contains visited root '${visited}'`);
    try {
      return build({ ...target, base: full, above: [base, ...target.above] }, []);
    } catch (error) {
      if (!(error instanceof KubectlError) || error.bare) throw error;
      const how = error.message.startsWith('unable to find one of') ? "couldn't make target for path" : 'recursed accumulation of path';
      throw failed(`'${full}' must resolve to a file`, `${how} '${full}': ${error.message}`);
    }
  }
  if (!full.startsWith(`${base}/`))
    throw failed(`security; file '${full}' is not in or below '${base}'`, `must build at directory: '${full}': file is not directory`);
  const documents = readable(
    () => [...parseYamlDocuments(process.fs.read(full))],
    `accumulating resources: accumulating resources from '${path}': MalformedYAMLError`,
    ` in File: ${path}`,
  );
  return documents
    .filter(isObj)
    .flatMap((each) => (Array.isArray(each['items']) && text(each['kind']).endsWith('List') ? objs(each['items']) : [each]))
    .map((object) => ({ object, names: [], hash: false }));
}

const firstKinds =
  'Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget'.split(
    ' ',
  );
const lastKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** kustomize api/internal/utils, the legacy order. */
function rank(object: Obj, sorting: Obj): number {
  const own = obj(sorting['legacySortOptions']);
  const [first, last] = own['orderFirst'] === undefined ? [firstKinds, lastKinds] : [texts(own['orderFirst']), texts(own['orderLast'])];
  const at = first.indexOf(text(object['kind']));
  return at >= 0 ? at - first.length : last.indexOf(text(object['kind'])) + 1;
}

const idOf = (object: Obj): string => `${text(object['apiVersion'])}|${text(object['kind'])}|${text(at(object, 'metadata.namespace'))}|${nameOf(object)}`;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
