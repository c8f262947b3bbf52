/** generators and transformers that are configured as objects: sigs.k8s.io/kustomize api/internal/plugins/builtinhelpers. */
import { parseNewerYaml } from '../../../apimachinery/yaml.ts';
import { KubectlError, notSimulated } from '../errors.ts';
import { at, isObj, nameOf, type Obj, obj, objs, text } from '../json.ts';
import { changeFields } from './field-spec.ts';
import { addGenerated } from './generators.ts';
import type { Target } from './kustomize.ts';
import { patched } from './patches.ts';
import { replaced } from './replacements.ts';
import { idText, type Resource, withObject } from './resource.ts';
import { annotated, imaged, inNamespace, labelled, renamed, scaled } from './transformers.ts';

type Plugin = (target: Target, config: Obj, resources: readonly Resource[]) => readonly Resource[];

const named = ({ apiVersion: _v, kind: _k, metadata, ...entry }: Obj): Obj => ({ ...obj(metadata), ...entry });

const plugins: Readonly<Record<string, Plugin>> = {
  ConfigMapGenerator: (target, config, all) => addGenerated(target, { configMapGenerator: [named(config)] }, all),
  SecretGenerator: (target, config, all) => addGenerated(target, { secretGenerator: [named(config)] }, all),
  PrefixTransformer: (_, config, all) => affixed(config, text(config['prefix']), '', all),
  SuffixTransformer: (_, config, all) => affixed(config, '', text(config['suffix']), all),
  PrefixSuffixTransformer: (_, config, all) => affixed(config, text(config['prefix']), text(config['suffix']), all),
  NamespaceTransformer: (_, config, all) => inNamespace({ namespace: at(config, 'metadata.namespace') }, all),
  LabelTransformer: (_, { labels, fieldSpecs }, all) => labelled({ labels: [{ pairs: labels, fields: fieldSpecs, only: true }] }, all),
  AnnotationsTransformer: (_, { annotations, fieldSpecs }, all) => annotated({ commonAnnotations: annotations, fieldSpecs }, all),
  ImageTagTransformer: (_, { imageTag }, all) => imaged({ images: [imageTag] }, all),
  ReplicaCountTransformer: (_, { replica }, all) => scaled({ replicas: [replica] }, all),
  PatchTransformer: (target, { path, patch, target: selector, options }, all) => patched(target, [{ path, patch, target: selector, options }], all),
  PatchJson6902Transformer: (target, { path, jsonOp, target: selector }, all) => patched(target, [{ path, patch: jsonOp, target: selector }], all),
  ReplacementTransformer: (target, { replacements }, all) => replaced(target, objs(replacements), all),
};

/** The name itself changes in the way that references follow; other fields are texts. */
function affixed(config: Obj, prefix: string, suffix: string, resources: readonly Resource[]): readonly Resource[] {
  if (!Array.isArray(config['fieldSpecs'])) throw new KubectlError(`plugin ${idText(config)} fails configuration: fieldSpecs is not expected to be nil`);
  const specs = objs(config['fieldSpecs']);
  const others = specs.filter(({ path }) => path !== 'metadata/name');
  const put = (old: unknown): unknown => (typeof old === 'string' ? `${prefix}${old}${suffix}` : old);
  const out = specs.length > others.length ? renamed({ namePrefix: prefix, nameSuffix: suffix }, resources) : resources;
  return others.length === 0 ? out : out.map((each) => withObject(each, changeFields(each.object, others, put)));
}

/** Runs what a list of files, folders or texts configures. */
export function withPlugins(
  target: Target,
  entries: readonly string[],
  resources: readonly Resource[],
  load: (entry: string) => readonly Obj[],
): readonly Resource[] {
  return entries.reduce<readonly Resource[]>((all, entry) => {
    const configs = entry.includes('\n') ? parseNewerYaml(entry).filter(isObj) : load(entry);
    return configs.reduce<readonly Resource[]>((some, config) => run(target, config, some), all);
  }, resources);
}

function run(target: Target, config: Obj, resources: readonly Resource[]): readonly Resource[] {
  const kind = text(config['kind']);
  if (config['apiVersion'] !== 'builtin') throw notSimulated(`the kustomize plugin ${kind}`);
  const plugin = plugins[kind];
  if (!plugin) throw new KubectlError(`unable to load builtin ${idText(config).split('/')[0]}`);
  if (kind.endsWith('Generator') && nameOf(config) === '') throw new KubectlError(`a ${kind.slice(0, -9).toLowerCase()} must have a name`);
  return plugin(target, config, resources);
}

/** Lists of field specs that `configurations` name, together. */
export function configurationOf(files: readonly Obj[]): Obj {
  const keys = [...new Set(files.flatMap((file) => Object.keys(file)))];
  return Object.fromEntries(keys.map((key) => [key, files.flatMap((file) => objs(file[key]))]));
}
