/** What may stand behind commands and flags of kubectl: kubernetes kubectl/pkg/util/completion/completion.go. */
import { type ApiResource, resourceName } from '../../apimachinery/resources.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { Routine } from '../../sim/routine.ts';
import { listInfos, targetsOf } from './builder.ts';
import { podFor } from './commands/containers.ts';
import { ownFlags } from './flag-table.ts';
import { at, nameOf, type Obj, obj, objs, text } from './json.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { Kubectl } from './kubectl.ts';

/** One word to choose, and what it is. */
export type Candidate = { readonly name: string; readonly about?: string };

/** `directive` tells the shell what to do with them. */
export type Choice = { readonly candidates: readonly Candidate[]; readonly directive: number };

/** cobra's ShellCompDirective, bit by bit. */
export const directives = { Error: 1, NoSpace: 2, NoFileComp: 4, FilterFileExt: 8, FilterDirs: 16, KeepOrder: 32 } as const;

const { NoFileComp, NoSpace } = directives;

type Names = Routine<readonly string[]>;
type Offer = (
  k: Kubectl,
  args: readonly string[],
  word: string,
) => Routine<readonly string[] | { readonly names: readonly string[]; readonly directive: number }>;

const choice = (found: readonly string[] | { readonly names: readonly string[]; readonly directive: number }): Choice => {
  const { names, directive } = 'names' in found ? found : { names: found, directive: NoFileComp };
  return { candidates: names.map((name) => ({ name })), directive };
};

/** For the value of a flag; undefined where nobody knows any. */
export function* valuesOfFlag(k: Kubectl, path: string, flag: string, args: readonly string[], word: string): Routine<Choice | undefined> {
  const offer =
    ownFlagOffers[flag === 'subresource' ? flag : `${path} --${flag}`] ??
    (ownFlags(path).some(({ name }) => name === flag) ? undefined : globalFlagOffers[flag]);
  return offer && choice(yield* offer(k, args, word));
}

/** For an argument of a command; undefined where nobody knows any. */
export function* valuesOfArgument(k: Kubectl, path: string, args: readonly string[], word: string): Routine<Choice | undefined> {
  const offer = argumentOffers[path];
  return offer && choice(yield* offer(k, args, word));
}

const starting = (names: readonly string[], word: string): string[] => names.filter((name) => name.startsWith(word));
const fixed = (...names: readonly string[]): Offer =>
  function* (_k, args, word) {
    return args.length === 0 ? starting(names, word) : { names: [], directive: 0 };
  };
const entries = (key: 'contexts' | 'clusters' | 'users', onlyFirst: boolean): Offer =>
  function* (k, args, word) {
    return onlyFirst && args.length > 0 ? [] : starting(Object.keys(loadKubeconfig(k.process, k.flags)[key]), word);
  };
const namesOf = (type: string, onlyFirst = true): Offer =>
  function* (k, args, word) {
    return onlyFirst && args.length > 0 ? [] : yield* named(k, type, word);
  };

/** Names of objects of a type, as `get` would find them. */
function* named(k: Kubectl, type: string, word: string): Names {
  return starting((yield* objectsOf(k, type)).map(nameOf), word);
}

function* objectsOf(k: Kubectl, type: string): Routine<readonly Obj[]> {
  const found: Obj[] = [];
  for (const target of yield* targetsOf(k, { args: [type], selectAll: true })) {
    try {
      if (target.kind === 'list') found.push(...(yield* listInfos(k, target.resource, target.namespace)).map(({ object }) => object));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
  return found;
}

/** Types that can be got, as `api-resources -o name` lists them; the last of several with commas. */
function* types(k: Kubectl, word: string): Names {
  const comma = word.lastIndexOf(',') + 1;
  const key = (each: ApiResource): string => `${each.group}\u0000${each.resource}`;
  const all = (yield* k.discovery()).resources.filter(({ verbs }) => verbs.includes('get')).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return starting([...new Set(all.map(resourceName))], word.slice(comma)).map((name) => word.slice(0, comma) + name);
}

/** TYPE NAME…, or TYPE/NAME…; `allowed` types only, and with `once` no second object. */
const objects = (allowed: readonly string[] = [], once = false): Offer =>
  function* (k, args, word) {
    const [first] = args;
    const slash = word.indexOf('/');
    if (first !== undefined && !first.includes('/'))
      return once && args.length > 1 ? [] : (yield* named(k, first, word)).filter((name) => !args.includes(name, 1));
    if (once && first !== undefined) return [];
    if (slash >= 0) {
      const type = word.slice(0, slash);
      return (yield* named(k, type, word.slice(slash + 1))).map((name) => `${type}/${name}`).filter((name) => !args.includes(name));
    }
    const found = allowed.length > 0 ? starting(allowed, word) : yield* types(k, word);
    return first === undefined ? found : { names: found.map((name) => `${name}/`), directive: NoFileComp | NoSpace };
  };

const withPods = ['daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services', 'statefulsets'];

/** Pods, and types that have pods. */
const pods: Offer = function* (k, args, word) {
  if (args.length > 0) return [];
  const slash = word.indexOf('/');
  if (slash >= 0) return (yield* named(k, word.slice(0, slash), word.slice(slash + 1))).map((name) => word.slice(0, slash + 1) + name);
  const found = yield* named(k, 'pod', word);
  return { names: [...found, ...starting(withPods, word).map((type) => `${type}/`)], directive: found.length === 0 ? NoFileComp | NoSpace : NoFileComp };
};

function* containers(k: Kubectl, pod: string, word: string): Names {
  const spec = at(yield* podFor(k, pod), 'spec');
  return starting(
    [...objs(at(spec, 'initContainers')), ...objs(at(spec, 'containers'))].map(({ name }) => text(name)),
    word,
  );
}

const podsThenContainers: Offer = function* (k, args, word) {
  const [pod] = args;
  return pod === undefined ? yield* pods(k, args, word) : args.length === 1 ? yield* containers(k, pod, word) : [];
};

/** `8080:80`; what is typed stays before the colon. */
const podsThenPorts: Offer = function* (k, args, word) {
  const [target] = args;
  if (target === undefined) return yield* pods(k, args, word);
  if (args.length > 1) return [];
  const [type = '', name = ''] = target.split('/');
  const ports = /^(service|services|svc)$/.test(type) && target.includes('/') ? yield* servicePorts(k, name) : yield* podPorts(k, target);
  return starting(
    ports.map((port) => `${word.split(':')[0] || port}:${port}`),
    word,
  );
};

function* servicePorts(k: Kubectl, name: string): Names {
  const service = yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${k.namespace}/services/${name}` });
  return objs(at(service, 'spec.ports')).map(({ port }) => text(port));
}

function* podPorts(k: Kubectl, target: string): Names {
  return objs(at(yield* podFor(k, target), 'spec.containers')).flatMap(({ ports }) => objs(ports).map(({ containerPort }) => text(containerPort)));
}

/** Namespaces, pods and files; what comes after a colon is nobody's to know. */
const copied: Offer = function* (k, args, word) {
  const directive = NoSpace;
  if (args.length > 0 || /^[/.~]/.test(word) || word.includes(':')) return { names: [], directive };
  const slash = word.indexOf('/');
  if (slash > 0) {
    const list = obj(yield* k.api.request({ method: 'GET', path: `/api/v1/namespaces/${word.slice(0, slash)}/pods` }));
    return {
      names: starting(
        objs(list['items']).map((pod) => `${word.slice(0, slash)}/${nameOf(pod)}:`),
        word,
      ),
      directive,
    };
  }
  const found = [...(yield* named(k, 'namespace', word)).map((name) => `${name}/`), ...(yield* named(k, 'pod', word)).map((name) => `${name}:`)];
  if (word === '') return { names: [...found, './', '/'], directive };
  return { names: found.length === 0 ? [] : [...found, ...filesHere(k, word)], directive };
};

function filesHere({ process }: Kubectl, word: string): string[] {
  const names = [...process.fs.list(process.cwd)].map(([name]) => (process.fs.isDirectory(process.path(name)) ? `${name}/` : name));
  return starting(names, word).sort();
}

const scalable = ['deployment', 'replicaset', 'replicationcontroller', 'statefulset'];
const rolling = ['deployment', 'daemonset', 'statefulset'];
const nodes = namesOf('node');

const argumentOffers: Readonly<Record<string, Offer>> = {
  ...Object.fromEntries(
    ['get', 'describe', 'delete', 'edit', 'label', 'annotate', 'patch', 'debug', 'apply edit-last-applied', 'apply view-last-applied'].map((path) => [
      path,
      objects(),
    ]),
  ),
  ...Object.fromEntries(['rollout history', 'rollout restart', 'rollout undo'].map((path) => [path, objects(rolling)])),
  'rollout status': objects(rolling, true),
  'rollout pause': objects(['deployment']),
  'rollout resume': objects(['deployment']),
  scale: objects(scalable),
  autoscale: objects(scalable),
  expose: objects(['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset']),
  'set image': objects(['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers', 'statefulsets'], true),
  taint: objects(['node']),
  drain: nodes,
  cordon: nodes,
  uncordon: nodes,
  'top node': nodes,
  'top pod': namesOf('pod'),
  'create token': namesOf('serviceaccount'),
  exec: pods,
  attach: pods,
  logs: podsThenContainers,
  'port-forward': podsThenPorts,
  cp: copied,
  'config use-context': entries('contexts', true),
  'config delete-context': entries('contexts', true),
  'config rename-context': entries('contexts', true),
  'config set-context': entries('contexts', true),
  'config delete-cluster': entries('clusters', true),
  'config delete-user': entries('users', true),
  completion: fixed('bash', 'zsh', 'fish', 'powershell'),
};

const getFormats = [
  ...['json', 'yaml', 'kyaml', 'name', 'go-template', 'go-template-file', 'template', 'templatefile', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file'],
  ...['custom-columns', 'custom-columns-file', 'wide'],
];

const globalFlagOffers: Readonly<Record<string, Offer>> = {
  namespace: namesOf('namespace', false),
  context: entries('contexts', false),
  cluster: entries('clusters', false),
  user: entries('users', false),
};

/** By command and flag. */
const ownFlagOffers: Readonly<Record<string, Offer>> = {
  *subresource() {
    return ['status', 'scale', 'resize'];
  },
  *'get --output'(_k, _args, word) {
    return starting(getFormats, word);
  },
  *'exec --container'(k, [pod], word) {
    return pod === undefined ? [] : yield* containers(k, pod, word);
  },
  'create clusterrolebinding --clusterrole': namesOf('clusterrole', false),
  'config set-context --namespace': namesOf('namespace', false),
};
