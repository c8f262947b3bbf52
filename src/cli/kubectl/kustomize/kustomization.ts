/** Reading a kustomization.yaml: sigs.k8s.io/kustomize api/internal/target/kusttarget.go, api/types/kustomization.go. */
import { parseYaml, YamlError } from '../../../apimachinery/yaml.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { isObj, type Obj, obj, objs, text } from '../json.ts';
import type { Target } from './kustomize.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Fields that kustomize has and the lab does not. */
const notHere = new Set('validators helmChartInflationGenerator helmGlobals inventory'.split(' '));
/** The others, by what they hold. */
const fields: Readonly<Record<string, string>> = {
  string: 'apiVersion kind namespace namePrefix nameSuffix',
  '[]string': 'resources bases components configurations crds generators transformers buildMetadata',
  '[]': 'labels images imageTags replicas patches patchesStrategicMerge patchesJson6902 configMapGenerator secretGenerator replacements vars helmCharts',
  map: 'metadata commonLabels commonAnnotations generatorOptions sortOptions openapi',
};
const typeOf: ReadonlyMap<string, string> = new Map(Object.entries(fields).flatMap(([type, names]) => names.split(' ').map((name) => [name, type] as const)));

/** Fields of entries, and Go's name of their type. */
const entryFields: Readonly<Record<string, readonly [goType: string, names: string]>> = {
  labels: ['Label', 'pairs includeSelectors includeTemplates fields'],
  images: ['Image', 'name newName newTag digest tagSuffix'],
  imageTags: ['Image', 'name newName newTag digest tagSuffix'],
  replicas: ['Replica', 'name count'],
  patches: ['Patch', 'path patch target options'],
  vars: ['Var', 'name objref fieldref'],
};

/** Old fields, in the order in which kustomize looks for them, and what came after them. */
const deprecated: Readonly<Record<string, string>> = {
  bases: 'resources',
  commonLabels: 'labels',
  imageTags: 'images',
  patchesJson6902: 'patches',
  patchesStrategicMerge: 'patches',
  vars: 'replacements',
};

/** The kustomization of a folder. Throws KubectlError. */
export function load({ process, base, warnings }: Target): Obj {
  const { fs } = process;
  const file = fileNames.find((name) => fs.exists(`${base}/${name}`));
  if (fs.exists(base) && !fs.isDirectory(base)) throw new KubectlError(`must build at directory: '${base}': file is not directory`);
  if (file === undefined) throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${base}'`);
  const content = fs.read(`${base}/${file}`);
  if (content.trim() === '') throw new KubectlError('kustomization.yaml is empty');
  const spec = obj(readable(() => parseYaml(content), 'invalid Kustomization'));
  for (const problem of problemsOf(spec)) throw problem;
  const kind = text(spec['kind']) || 'Kustomization';
  const version = kind === 'Component' ? 'v1alpha1' : 'v1beta1';
  const wrong: string[] = [];
  if (kind !== 'Kustomization' && kind !== 'Component') wrong.push('kind should be Kustomization or Component');
  else if (![undefined, `kustomize.config.k8s.io/${version}`, 'kustomize.config.k8s.io/v1'].includes(spec['apiVersion'] as string | undefined))
    wrong.push(`apiVersion for ${kind} should be kustomize.config.k8s.io/${version}`);
  for (const [field, now] of Object.entries(deprecated)) {
    const note = field === 'vars' ? ' [EXPERIMENTAL]' : '';
    if (spec[field] !== undefined)
      warnings.push(
        `# Warning: '${field}' is deprecated. Please use '${now}' instead.${note} Run 'kustomize edit fix' to update your Kustomization automatically.\n`,
      );
  }
  if (wrong.length > 0) throw new KubectlError(`Failed to read kustomization file under ${base}:\n${wrong.join('\n')}`);
  return spec;
}

/** What Go's decoder would stumble over. */
function* problemsOf(spec: Obj): Generator<KubectlError> {
  const unmarshal = (value: unknown, field: string, type: string): KubectlError =>
    new KubectlError(`invalid Kustomization: json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${type}`);
  const unknown = (key: string): KubectlError => new KubectlError(`invalid Kustomization: json: unknown field "${key}"`);
  // The decoder reads JSON, whose keys are sorted.
  for (const [key, value] of Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const type = typeOf.get(key);
    if (type === undefined) yield notHere.has(key) ? notSimulated(`kustomize field "${key}"`) : unknown(key);
    if (value === null) continue;
    if (type === 'string' && typeof value !== 'string') yield unmarshal(value, `Kustomization.${key}`, 'string');
    if (type === '[]string' && !Array.isArray(value)) yield unmarshal(value, `Kustomization.${key}`, '[]string');
    const [goType, names = ''] = entryFields[key] ?? [];
    for (const [field, item] of goType === undefined ? [] : objs(value).flatMap((entry) => Object.entries(entry))) {
      if (!names.split(' ').includes(field)) yield unknown(field);
      if (['name', 'newTag', 'newName', 'digest'].includes(field) && typeof item !== 'string') yield unmarshal(item, `${goType}.${key}.${field}`, 'string');
    }
    for (const { name } of key.endsWith('Generator') ? objs(value) : [])
      if (name !== undefined && typeof name !== 'string')
        yield unmarshal(name, `${key === 'secretGenerator' ? 'Secret' : 'ConfigMap'}Args.${key}.GeneratorArgs.name`, 'string');
  }
  const order = obj(spec['sortOptions'])['order'];
  if (order !== undefined && order !== 'fifo' && order !== 'legacy') yield new KubectlError("the field 'sortOptions.order' must be one of [fifo, legacy]");
}

const jsonType = (value: unknown): string => (typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : isObj(value) ? 'object' : typeof value);

/** What a reader gives; what is wrong with the YAML in words of its own. */
export function readable<T>(read: () => T, what: string, where = ''): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new KubectlError(`${what}: ${error.message.replace('error converting YAML to JSON: ', '')}${where}`);
  }
}
