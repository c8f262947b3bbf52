/** kustomize build, the part that exercises use: sigs.k8s.io/kustomize api/internal/target/kusttarget.go. */
import { dumpYaml, parseNewerYaml } from '../../../apimachinery/yaml.ts';
import type { Process } from '../../../linux/process.ts';
import { contentHash } from '../content-hash.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { at, isObj, nameOf, type Obj, obj, objs, text, texts } from '../json.ts';
import { addGenerated } from './generators.ts';
import { load, readable } from './kustomization.ts';
import { fromFile, type Origin, originBelow } from './origin.ts';
import { patched } from './patches.ts';
import { configurationOf, withPlugins } from './plugins.ts';
import { fixReferences } from './references.ts';
import { replaced } from './replacements.ts';
import { idText, type Resource, rename } from './resource.ts';
import { annotated, imaged, inNamespace, labelled, renamed, scaled } from './transformers.ts';
import { mergeVars, withVars } from './vars.ts';

/** What `kubectl kustomize` and `-k` give, in the order in which a cluster takes it, and what is said on the way. */
type Kustomized = {
  readonly objects: readonly Obj[];
  readonly warnings: string /** The kustomization itself says in which order. */;
  readonly sorted: boolean;
};

/** What `kubectl kustomize` takes as flags; two of them are deprecated. */
type BuildFlags = { readonly unrestricted?: boolean; readonly helm?: boolean; readonly reorder?: string; readonly managedBy?: boolean };

const managedByKustomize = { labels: [{ pairs: { 'app.kubernetes.io/managed-by': 'kustomize-v5.7.1' } }] };

/** Throws KubectlError. */
export function kustomized(
  process: Process,
  folder: string,
  { unrestricted = false, helm = false, reorder = 'legacy', managedBy = false }: BuildFlags = {},
): Kustomized {
  const warnings: string[] = [];
  const base = process.path(folder);
  if (!process.fs.exists(base)) throw new KubectlError(`must build at directory: ${notThere(process, folder, base)}`);
  const whole = process.fs.isDirectory(base) ? base : folder;
  const first: Target = { process, base: whole, warnings, above: [], vars: [], references: [], variables: [], origin: undefined, unrestricted, helm };
  const asked = texts(load({ ...first, warnings: [] })['buildMetadata']).includes('originAnnotations');
  const top: Target = { ...first, origin: asked ? '' : undefined };
  const objects = tellingFirst(() => finished(top, managedBy ? labelled(managedByKustomize, build(top, [])) : build(top, [])), warnings);
  const sorting = obj(at(load({ ...top, warnings: [] }), 'sortOptions'));
  const sorted = sorting['order'] !== undefined;
  if (sorting['order'] === 'fifo' || (!sorted && reorder === 'none')) return { objects, warnings: warnings.join(''), sorted };
  const ranked = objects.sort((a, b) => rank(a, sorting) - rank(b, sorting) || compareTexts(idOf(a), idOf(b)));
  return { objects: ranked, warnings: warnings.join(''), sorted };
}

/** Content shows in a name only at the very end, and so do the values of variables. */
function finished(top: Target, built: readonly Resource[]): Obj[] {
  const hashed = built.map((each) => (each.hash ? rename(each, `${nameOf(each.object)}-${contentHash(each.object, '')}`) : each));
  const { resources, said } = withVars(top.process, top.vars, fixReferences(hashed, top.references), top.variables);
  if (said !== '') top.warnings.push(said);
  return resources.map(({ object }) => object);
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
  /** What all of them have together: variables, and more places of names and of variables. */
  readonly vars: Obj[];
  readonly references: Obj[];
  readonly variables: Obj[];
  readonly origin: Origin;
  /** Files may lie anywhere: --load-restrictor=LoadRestrictionsNone. */
  readonly unrestricted: boolean;
  /** --enable-helm */
  readonly helm: boolean;
};

/** A folder that is not there, told by the first one on the way that is missing. */
function notThere({ fs }: Process, path: string, full: string): string {
  let missing = full;
  for (let above = full; above !== '' && !fs.exists(above); above = above.slice(0, above.lastIndexOf('/'))) missing = above;
  return `not a valid directory: evalsymlink failure on '${path}' : lstat ${missing}: no such file or directory`;
}

/** What it costs to read a resource and to take it through the transformers, in each folder above it: see Sim.toil. */
const resourceSteps = 10;

/** Everything that a folder's kustomization comes to; a component works on what is there already. */
function build(target: Target, before: readonly Resource[], component = false): readonly Resource[] {
  const spec = load(target);
  checkSchemas(target, spec);
  if (component !== (spec['kind'] === 'Component')) throw wrongKind(target, component);
  let resources = [...before];
  const ids = new Set(before.map(({ object }) => idText(object)));
  for (const path of [...texts(spec['resources']), ...texts(spec['bases'])]) {
    const more = accumulate(target, path);
    const taken = more.find(({ object }) => ids.has(idText(object)));
    if (taken) throw registered(target, path, idText(taken.object));
    for (const { object } of more) ids.add(idText(object));
    resources.push(...more);
  }
  target.process.toil(resources.length * resourceSteps);
  const config = configurationOf(texts(spec['configurations']).map((path) => obj(fileAt(target, path)[0])));
  target.references.push(...objs(config['nameReference']));
  target.variables.push(...objs(config['varReference']));
  resources = [...addGenerated(target, spec, resources)];
  if (objs(spec['helmCharts']).length > 0) throw helmNeeded(target, obj(objs(spec['helmCharts'])[0]));
  const configs = (path: string): readonly Obj[] => accumulate(target, path).map(({ object }) => object);
  resources = [...withPlugins(target, texts(spec['generators']), resources, configs)];
  for (const path of texts(spec['components'])) resources = [...withComponent(target, path, resources)];
  const out = transformed(target, spec, { resources, config });
  mergeVars(target.vars, objs(spec['vars']));
  return fixReferences(withPlugins(target, texts(spec['transformers']), out, configs), target.references);
}

function transformed(target: Target, spec: Obj, { resources, config }: { readonly resources: readonly Resource[]; readonly config: Obj }): readonly Resource[] {
  const first = patched(target, [...objs(spec['patches']), ...strategicPatches(spec)], resources);
  let out = renamed(spec, inNamespace(spec, first));
  out = fixReferences(annotated(spec, labelled(spec, out, objs(config['commonLabels']))), target.references);
  out = patched(target, objs(spec['patchesJson6902']), out);
  out = [
    ...replaced(
      target,
      objs(spec['replacements']),
      imaged({ images: [...objs(spec['images']), ...objs(spec['imageTags'])] }, scaled(spec, out), objs(config['images'])),
    ),
  ];
  const metadata = texts(spec['buildMetadata']);
  if (metadata.includes('transformerAnnotations')) throw notSimulated('kustomize buildMetadata transformerAnnotations');
  return metadata.includes('managedByLabel') ? labelled(managedByKustomize, out) : out;
}

/** Schemas would say what merges how and which field names what: only that they are there is looked at. */
function checkSchemas(target: Target, spec: Obj): void {
  const { version, path } = obj(spec['openapi']);
  if (version !== undefined && version !== 'v1.21.2') throw new KubectlError('the specified OpenAPI version is not built in');
  if (path !== undefined) fileAt(target, text(path));
  const crds = texts(spec['crds']);
  try {
    for (const crd of crds) fileAt(target, crd);
  } catch (error) {
    throw error instanceof KubectlError ? new KubectlError(`loading CRDs [${crds.join(' ')}]: ${error.message}`) : error;
  }
  if (path !== undefined || crds.length > 0) throw notSimulated(`kustomize field "${path === undefined ? 'crds' : 'openapi'}"`);
}

/** Charts are asked for by a flag of its own; what would come then is not simulated. */
function helmNeeded({ helm }: Target, chart: Obj): Error {
  if (helm) return notSimulated('kustomize field "helmCharts"');
  const config = dumpYaml(Object.fromEntries(Object.entries(chart).sort(([a], [b]) => (a < b ? -1 : 1))));
  return new KubectlError(`trouble configuring builtin HelmChartInflationGenerator with config: \`\n${config}\`: must specify --enable-helm`);
}

const wrongKind = ({ base }: Target, component: boolean): KubectlError =>
  new KubectlError(component ? `expected kind 'Component' for path '${base}' but got 'Kustomization'` : `expected kind != 'Component' for path '${base}'`);

function withComponent(target: Target, path: string, resources: readonly Resource[]): readonly Resource[] {
  const base = target.process.path(`${target.base}/${path}`);
  const problem = (how: string, message: string): KubectlError => new KubectlError(`accumulating components: ${how} "${message}"`);
  if (!target.process.fs.exists(base))
    throw problem('loader.New', `must build at directory: not a valid directory: evalsymlink failure on '${base}' : lstat ${base}: no such file or directory`);
  try {
    return build({ ...target, base, origin: originBelow(target.origin, path) }, resources, true);
  } catch (error) {
    if (!(error instanceof KubectlError) || error.bare) throw error;
    throw problem('accumulateDirectory:', error.message);
  }
}

/** The objects of a file. */
function fileAt({ process, base }: Target, path: string): readonly unknown[] {
  const full = process.path(`${base}/${path}`);
  if (!process.fs.exists(full)) throw new KubectlError(`evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`);
  return readable(() => parseNewerYaml(process.fs.read(full)), `loading ${path}`);
}

function registered({ process, base }: Target, path: string, id: string): KubectlError {
  const full = process.path(`${base}/${path}`);
  const taken = `may not add resource with an already registered id: ${id}`;
  const isFile = !process.fs.isDirectory(full);
  return new KubectlError(
    isFile
      ? `accumulating resources: accumulation err='merging resources from '${path}': ${taken}': must build at directory: '${full}': file is not directory`
      : `accumulating resources: accumulation err='accumulating resources from '${path}': '${full}' must resolve to a file': recursed merging from path '${full}': ${taken}`,
  );
}

/** An entry is a file, or a patch written out. */
const strategicPatches = (spec: Obj): readonly Obj[] =>
  (Array.isArray(spec['patchesStrategicMerge']) ? spec['patchesStrategicMerge'] : []).map((entry) => ({ fileOrPatch: entry }));

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
      return build({ ...target, base: full, above: [base, ...target.above], origin: originBelow(target.origin, path) }, []);
    } catch (error) {
      if (!(error instanceof KubectlError) || error.bare) throw error;
      const kept = error.message.startsWith('expected kind');
      if (kept) throw failed(`'${full}' must resolve to a file`, error.message);
      const how = error.message.startsWith('unable to find one of') ? "couldn't make target for path" : 'recursed accumulation of path';
      throw failed(`'${full}' must resolve to a file`, `${how} '${full}': ${error.message}`);
    }
  }
  if (!target.unrestricted && !full.startsWith(`${base}/`))
    throw failed(`security; file '${full}' is not in or below '${base}'`, `must build at directory: '${full}': file is not directory`);
  const documents = readable(
    () => parseNewerYaml(process.fs.read(full)),
    `accumulating resources: accumulating resources from '${path}': MalformedYAMLError`,
    ` in File: ${path}`,
  );
  return documents
    .filter(isObj)
    .flatMap((each) => (Array.isArray(each['items']) && text(each['kind']).endsWith('List') ? objs(each['items']) : [each]))
    .map((object) => {
      const [kind, name] = [text(object['kind']), nameOf(object)];
      const lacking = kind === '' ? 'kind' : name === '' ? 'metadata.name' : undefined;
      if (lacking === undefined) return fromFile(target.origin, path, { object, names: [], hash: false });
      const shown = `{{${text(object['apiVersion'])} ${kind}} {{${name} ${text(at(object, 'metadata.namespace'))}} map[] map[]}}`;
      throw failed(`missing ${lacking} in object ${shown}`, `must build at directory: '${full}': file is not directory`);
    });
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

const idOf = (object: Obj): string => `${text(object['apiVersion'])}|${text(object['kind'])}\0${text(at(object, 'metadata.namespace'))}|${nameOf(object)}`;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
