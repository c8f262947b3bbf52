/** What Tab offers behind `kubectl`: kubernetes kubectl/pkg/util/completion. */

import { apiResources } from '../../apimachinery/resources.ts';
import { type RestServer, restProtocol } from '../../interfaces/rest.ts';
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { hostAndPort } from './api.ts';
import { childrenOf, nameOfCommand } from './command.ts';
import { commands } from './commands/registry.ts';
import { Discovery } from './discovery.ts';
import { findCommand } from './dispatch.ts';
import { KubectlError } from './errors.ts';
import { allFlags } from './flag-table.ts';
import { type ParsedArguments, parseArguments } from './flags.ts';
import { at, nameOf, objs, text } from './json.ts';
import { type ClientConfig, clientConfig, loadKubeconfig } from './kubeconfig.ts';
import { pathOf } from './kubectl.ts';

type Line = { readonly path: string; readonly parsed: ParsedArguments; readonly process: Process };

/** Candidates for words[index] of a command line; undefined where kubectl has nothing to offer (file names are then up to the shell). */
export function completeKubectl(words: readonly string[], index: number, process: Process): string[] | undefined {
  const before = words.slice(1, index);
  const word = words[index] ?? '';
  const { path, rest } = findCommand(commands, before);
  try {
    const found = candidates(path, rest, word, process);
    return found?.filter((each) => each.startsWith(word)).sort();
  } catch (error) {
    if (error instanceof KubectlError || error instanceof NetworkError) return undefined;
    throw error;
  }
}

function candidates(path: string, rest: readonly string[], word: string, process: Process): string[] | undefined {
  const flags = allFlags(path);
  const previous = rest.at(-1) ?? '';
  if (word.startsWith('-') && !word.includes('=')) return flags.flatMap((flag) => (flag.type === 'bool' ? [`--${flag.name}`] : [`--${flag.name}=`]));
  const waiting = /^--?[\w-]+$/.test(previous)
    ? flags.find((flag) => (`--${flag.name}` === previous || `-${flag.short}` === previous) && flag.type !== 'bool')
    : undefined;
  const line: Line = { path, parsed: parseArguments(waiting ? rest.slice(0, -1) : rest, flags), process };
  if (waiting) return flagValues(waiting.name, line);
  const children = childrenOf(commands, path).filter((each) => !each.hidden);
  if (children.length > 0 && line.parsed.args.length === 0) return children.map(nameOfCommand);
  return argumentsOf(line, word);
}

const outputs = [
  'json',
  'yaml',
  'kyaml',
  'name',
  'wide',
  'go-template',
  'go-template-file',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'custom-columns',
  'custom-columns-file',
];

function flagValues(name: string, line: Line): string[] | undefined {
  if (name === 'namespace') return names(line, 'namespaces');
  if (name === 'output') return outputs;
  if (name === 'container') return containers(line);
  const config = (key: 'contexts' | 'clusters' | 'users'): string[] => Object.keys(loadKubeconfig(line.process, line.parsed.flags)[key]);
  if (name === 'context') return config('contexts');
  if (name === 'cluster') return config('clusters');
  if (name === 'user') return config('users');
  return name === 'dry-run' ? ['none', 'server', 'client'] : undefined;
}

const typed = new Set([
  'get',
  'describe',
  'delete',
  'edit',
  'label',
  'annotate',
  'patch',
  'wait',
  'expose',
  'autoscale',
  'scale',
  'explain',
  'set image',
  'set env',
  'set resources',
  'set serviceaccount',
  'apply view-last-applied',
]);
const ofPods = new Set(['logs', 'exec', 'attach', 'port-forward', 'debug', 'cp']);
const ofNodes = new Set(['cordon', 'uncordon', 'drain', 'top node']);
const rolling = new Set(['rollout status', 'rollout history', 'rollout undo', 'rollout restart', 'rollout pause', 'rollout resume']);
const ofContexts = new Set(['config use-context', 'config delete-context', 'config rename-context', 'config get-contexts']);

function argumentsOf(line: Line, word: string): string[] | undefined {
  const { path, parsed } = line;
  const [first] = parsed.args;
  if (word.includes('/') && !path.startsWith('config')) return names(line, word.split('/')[0] ?? '')?.map((name) => `${word.split('/')[0]}/${name}`);
  if (ofContexts.has(path)) return Object.keys(loadKubeconfig(line.process, parsed.flags).contexts);
  if (ofNodes.has(path)) return names(line, 'nodes');
  if (path === 'taint') return first === undefined ? ['node'] : names(line, 'nodes');
  if (path === 'top pod') return names(line, 'pods');
  if (ofPods.has(path)) return first === undefined ? names(line, 'pods') : path === 'logs' ? containers(line) : undefined;
  if (rolling.has(path)) return first === undefined ? ['daemonset', 'deployment', 'statefulset'] : names(line, first);
  if (!typed.has(path)) return undefined;
  if (first === undefined) return [...new Set(apiResources.filter((each) => each.verbs.includes('get')).map((each) => each.resource))];
  return names(line, first)?.filter((name) => !parsed.args.slice(1).includes(name));
}

function server(line: Line): { readonly api: RestServer; readonly config: ClientConfig } | undefined {
  const config = clientConfig(line.process, line.parsed.flags);
  const { host, port } = hostAndPort(config.server);
  if (!/^[\d.]+$/.test(host)) return undefined;
  return { api: dial(restProtocol, line.process.namespaces.network, host, port, line.process.sim.random), config };
}

/** Names from the live API; nothing when it refuses. */
function names(line: Line, word: string): string[] | undefined {
  const found = server(line);
  const resource = new Discovery(apiResources).find(word);
  if (!found || !resource) return undefined;
  const answer = found.api.handle({
    method: 'GET',
    path: pathOf(resource, resource.namespaced ? found.config.namespace : ''),
    headers: { accept: 'application/json' },
    credentials: credentials(found.config),
  });
  return answer.status === 200 ? objs(at(answer.body, 'items')).map(nameOf) : undefined;
}

function containers(line: Line): string[] | undefined {
  const found = server(line);
  const pod = line.parsed.args[0]?.replace(/^pods?\//, '');
  if (!found || pod === undefined) return undefined;
  const answer = found.api.handle({
    method: 'GET',
    path: `/api/v1/namespaces/${found.config.namespace}/pods/${pod}`,
    headers: { accept: 'application/json' },
    credentials: credentials(found.config),
  });
  if (answer.status !== 200) return undefined;
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) => objs(at(answer.body, `spec.${key}`)).map((each) => text(each['name'])));
}

const credentials = ({ clientCertificate, token }: ClientConfig) => ({
  ...(clientCertificate !== undefined && { clientCertificate }),
  ...(token !== undefined && { token }),
});
