/** Where transformers write: sigs.k8s.io/kustomize api/filters/fieldspec, api/internal/konfig/builtinpluginconsts. */
import { isObj, type Obj, objs, text } from '../json.ts';
import { groupVersion } from './resource.ts';

/** Changes every place that a path names; lists on the way are gone through. What is not there is made only with `create`. */
export function changeAt(value: unknown, path: readonly string[], create: boolean, change: (old: unknown) => unknown): unknown {
  if (path.length === 0) return change(value);
  if (Array.isArray(value)) return value.map((item) => changeAt(item, path, create, change));
  if (!isObj(value)) return value;
  const [first = '', ...rest] = path;
  const key = first.replace(/\[\]$/, '');
  if (value[key] === undefined || value[key] === null) {
    if (!create || key !== first) return value;
    return { ...value, [key]: changeAt(rest.length > 0 ? {} : undefined, rest, create, change) };
  }
  return { ...value, [key]: changeAt(value[key], rest, create, change) };
}

/** All field specs that are for the object, one after another. */
export function changeFields(object: Obj, specs: readonly Obj[], change: (old: unknown) => unknown): Obj {
  const [group, version] = groupVersion(text(object['apiVersion']));
  const facts: Obj = { group, version, kind: object['kind'] };
  const isFor = (spec: Obj): boolean => ['group', 'version', 'kind'].every((key) => text(spec[key]) === '' || spec[key] === facts[key]);
  const split = (spec: Obj): readonly string[] =>
    text(spec['path'])
      .split(/(?<!\\)\//)
      .map((key) => key.replaceAll('\\/', '/'));
  return specs.filter(isFor).reduce((out, spec) => changeAt(out, split(spec), spec['create'] === true, change) as Obj, object);
}

const spread = 'spec/template/spec/';
const affinities = ['podAffinity', 'podAntiAffinity'].flatMap((each) => [
  `${spread}affinity/${each}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `${spread}affinity/${each}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);
const spreading = [...affinities, `${spread}topologySpreadConstraints/labelSelector/matchLabels`];
const jobTemplate = 'spec/jobTemplate/';

/** Of each kind: paths that are made where they are missing, and those that are not. */
const labelPaths: Readonly<Record<string, readonly [made: readonly string[], found: readonly string[]]>> = {
  Service: [['spec/selector'], []],
  ReplicationController: [['spec/selector', 'spec/template/metadata/labels'], []],
  Deployment: [['spec/selector/matchLabels', 'spec/template/metadata/labels'], spreading],
  ReplicaSet: [['spec/selector/matchLabels', 'spec/template/metadata/labels'], []],
  DaemonSet: [['spec/selector/matchLabels', 'spec/template/metadata/labels'], []],
  StatefulSet: [['spec/selector/matchLabels', 'spec/template/metadata/labels', 'spec/volumeClaimTemplates[]/metadata/labels'], spreading],
  Job: [['spec/template/metadata/labels'], ['spec/selector/matchLabels']],
  CronJob: [[`${jobTemplate}metadata/labels`, `${jobTemplate}spec/template/metadata/labels`], [`${jobTemplate}spec/selector/matchLabels`]],
  PodDisruptionBudget: [[], ['spec/selector/matchLabels']],
  NetworkPolicy: [[], ['spec/podSelector/matchLabels', 'spec/ingress/from/podSelector/matchLabels', 'spec/egress/to/podSelector/matchLabels']],
};

const specsOf = (paths: typeof labelPaths): readonly Obj[] =>
  Object.entries(paths).flatMap(([kind, [made, found]]) => [...made.map((path) => ({ path, kind, create: true })), ...found.map((path) => ({ path, kind }))]);

const everywhere: Obj = { path: 'metadata/labels', create: true };

/** The field specs of an entry of `labels`. */
export function labelSpecs(entry: Obj, configured: readonly Obj[]): readonly Obj[] {
  const all = [...specsOf(labelPaths), ...configured];
  const chosen =
    entry['includeSelectors'] === true ? all : entry['includeTemplates'] === true ? all.filter(({ path }) => text(path).endsWith('metadata/labels')) : [];
  return [everywhere, ...chosen, ...objs(entry['fields'])];
}
