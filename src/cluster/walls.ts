/** How each wall's calls read in the X-ray. */

import type { ContainerdApi } from '../interfaces/containerd.ts';
import type { CriServer } from '../interfaces/cri.ts';
import type { DockerApi } from '../interfaces/docker.ts';
import type { Compare, RangeRequest, TxnOperation } from '../interfaces/etcd.ts';
import type { RestRequest, RestResponse } from '../interfaces/rest.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { Describe, Trace, Wall } from './trace.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const short = (id: unknown): string => text(id).slice(0, 13);
const nameIn = (config: unknown): string => (config as { metadata?: { name?: string } } | undefined)?.metadata?.name ?? '';

/** Who calls, from the user agent: `kubectl/v1.35.2 (linux/amd64)` → `kubectl`. */
const agent = (request: RestRequest): string | undefined => request.headers?.['user-agent']?.split('/')[0];

const query = (request: RestRequest): string => {
  const shown = Object.entries(request.query ?? {}).map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`);
  return shown.length === 0 ? '' : `?${shown.join('&')}`;
};

/** Discovery and what keeps the machinery alive is no part of a story. */
const background = /^\/(apis?|openapi\/v3)?(\/[^/]+)?$|\/leases\/|^\/version/;

/** Health checks, leases and the like are left out. */
export const describeRest: Describe = (method, args) => {
  if (method !== 'handle' && method !== 'connect') return undefined;
  const request = args[0] as RestRequest;
  if (background.test(request.path)) return undefined;
  const from = agent(request);
  return {
    call: `${request.query?.['watch'] === 'true' ? 'WATCH' : request.method} ${request.path}${query(request)}`,
    ...(from ? { from } : {}),
    outcome: (response) => ('status' in (response as object) ? String((response as RestResponse).status) : 'streaming'),
  };
};

/** Reads that every request makes for its own sake: who may what, and etcd's housekeeping. */
const tellsNothing =
  /^\/registry\/(clusterroles|roles|clusterrolebindings|rolebindings|namespaces|serviceaccounts|priorityclasses|limitranges|resourcequotas)\/|^compact_rev_key/;

const operation = (each: TxnOperation): string =>
  'put' in each ? `put ${each.put.key}` : 'delete' in each ? `delete ${each.delete.key}` : `range ${each.range.key}`;

type RangeOutcome = { readonly count: number; readonly revision: number };
/** A list is answered from the watch cache: etcd is only asked how new the cache has to be. */
const readOutcome = (key: string, { count, revision }: RangeOutcome): string => (key.endsWith('/') ? `revision ${revision}` : `${count} found`);

/** Reads of the apiserver are left out: guarded writes tell the story. */
export const describeEtcd: Describe = (method, args) => {
  if (method === 'txn') {
    const [compares, success] = args as [readonly Compare[], readonly TxnOperation[]];
    if (success.every((each) => 'range' in each)) return undefined;
    const guard = compares[0] ? ` if ${compares[0].target}_revision ${compares[0].is} ${compares[0].than}` : '';
    return {
      call: `txn ${success.map(operation).join(', ')}${guard}`,
      outcome: (result) => ((result as { succeeded: boolean }).succeeded ? `revision ${(result as { revision: number }).revision}` : 'compare failed'),
    };
  }
  if (method === 'put' || method === 'deleteRange') return { call: `${method === 'put' ? 'put' : 'delete'} ${text(args[0])}` };
  if (method === 'range' && tellsNothing.test((args[0] as RangeRequest).key)) return undefined;
  if (method === 'range' && (args[0] as RangeRequest).rangeEnd === undefined)
    return { call: `range ${(args[0] as RangeRequest).key}`, outcome: (result) => readOutcome((args[0] as RangeRequest).key, result as RangeOutcome) };
  return undefined;
};

/** By part of the API: methods that change something, and what of their arguments says which thing. */
type PartCalls = Readonly<Record<string, Readonly<Record<string, (args: readonly unknown[]) => string>>>>;

const capital = (method: string): string => method.charAt(0).toUpperCase() + method.slice(1);

/** Calls that change something, and what of their arguments says which thing. */
const criCalls: PartCalls[string] = {
  runPodSandbox: ([config]) => nameIn(config),
  stopPodSandbox: ([id]) => short(id),
  removePodSandbox: ([id]) => short(id),
  createContainer: ([sandbox, config]) => `${nameIn(config)} in ${short(sandbox)}`,
  startContainer: ([id]) => short(id),
  stopContainer: ([id, seconds]) => `${short(id)} timeout=${String(seconds)}s`,
  removeContainer: ([id]) => short(id),
  pullImage: ([image]) => (image as { image: string }).image,
  removeImage: ([image]) => (image as { image: string }).image,
  exec: ([request]) => (request as { cmd: readonly string[] }).cmd.join(' '),
  execSync: ([id, cmd]) => `${short(id)} ${(cmd as readonly string[]).join(' ')}`,
  attach: ([request]) => short((request as { containerId: string }).containerId),
};

const ociCalls = new Set(['create', 'start', 'kill', 'delete', 'exec']);
/** `list`, `state` and the like are left out. */
export const describeOci: Describe = (method, args) =>
  ociCalls.has(method)
    ? {
        call: `${method} ${short(args[1])}${method === 'kill' ? ` ${text(args[2])}` : ''}`,
        outcome: (result) => (typeof result === 'object' && result !== null && 'pid' in result ? `pid ${String(result.pid)}` : 'ok'),
      }
    : undefined;

/** ADD and DEL, with the address that was given. */
export const describeCni: Describe = (method, args) =>
  method === 'add' || method === 'del'
    ? {
        call: `${method.toUpperCase()} ${(args[1] as { ifName: string }).ifName} in ${(args[1] as { netns: string }).netns}`,
        outcome: (result) => (result as { ips?: readonly { address: string }[] } | undefined)?.ips?.[0]?.address ?? 'ok',
      }
    : undefined;

const distributionCalls: Readonly<Record<string, readonly [verb: string, kind: string]>> = {
  manifest: ['GET', 'manifests'],
  blob: ['GET', 'blobs'],
  upload: ['PUT', 'blobs'],
  putManifest: ['PUT', 'manifests'],
};
/** As the HTTP request that a real client would send. */
export const describeDistribution: Describe = (method, args) => {
  const [verb, kind] = distributionCalls[method] ?? [];
  if (verb === undefined) return undefined;
  const what = method === 'upload' ? (args[1] as { digest: string }).digest : args[1];
  return { call: `${verb} /v2/${text(args[0])}/${kind}/${short(what)}`, outcome: () => (verb === 'GET' ? '200' : '201') };
};

/** Logs, exec, attach and port-forward. */
export const describeKubelet: Describe = (method, args) =>
  ['containerLogs', 'exec', 'attach', 'portForward'].includes(method)
    ? { call: `${method} ${(args[0] as { namespace: string; name: string }).namespace}/${(args[0] as { name: string }).name}`, outcome: () => 'streaming' }
    : undefined;

const firstArgument = ([id]: readonly unknown[]): string => short(id);

const dockerCalls: PartCalls = {
  containers: {
    create: ([options]) => text((options as { name?: string }).name),
    start: firstArgument,
    stop: firstArgument,
    kill: firstArgument,
    remove: firstArgument,
    exec: ([id, options]) => `${short(id)} ${(options as { cmd: readonly string[] }).cmd.join(' ')}`,
  },
  images: { pull: ([name]) => text(name), build: ([options]) => (options as { tags: readonly string[] }).tags.join(' '), remove: ([name]) => text(name) },
};

const secondArgument = ([namespace, id]: readonly unknown[]): string => `${text(namespace)}/${short(id)}`;

const containerdCalls: PartCalls = {
  containers: { create: ([namespace, container]) => `${text(namespace)}/${short((container as { id: string }).id)}`, delete: secondArgument },
  tasks: { create: secondArgument, start: secondArgument, kill: secondArgument, exec: secondArgument, delete: secondArgument },
  images: { pull: ([namespace, name]) => `${text(namespace)}/${text(name)}` },
};

/** Words of a call that only looks: the first two that name something, as `k8s.io/web`. */
function looked(args: readonly unknown[]): string {
  const named = args.slice(0, 2).filter((each): each is string => typeof each === 'string' && each !== '');
  return named.map((each) => each.replace(/^((?:sha256:)?[0-9a-f]{12})[0-9a-f]{52}$/, '$1')).join('/');
}

/** Methods of `calls` by their own words; with `reads` every other one as well. */
const describeCalls =
  (calls: PartCalls[string], reads: boolean, name: (method: string) => string): Describe =>
  (method, args) =>
    calls[method] || reads ? { call: `${name(method)} ${(calls[method] ?? looked)(args)}`.trimEnd() } : undefined;

/** The API with the calls of its parts recorded: `containers.create`, `tasks.start` … */
function tracedParts<Api extends object>(trace: Trace, api: Api, wall: Wall, from: string, to: string, calls: PartCalls, reads = false): Api {
  const parts = new Map<string | symbol, { readonly given: object; readonly traced: object }>();
  return new Proxy(
    reads
      ? trace.around(
          api,
          wall,
          from,
          to,
          describeCalls({}, true, (method) => method),
        )
      : api,
    {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value === 'function') return value.bind(target);
        if (typeof value !== 'object' || value === null || typeof name === 'symbol') return value;
        let part = parts.get(name);
        if (part?.given !== value) {
          const describe = describeCalls(calls[name] ?? {}, reads, (method) => `${name}.${method}`);
          part = { given: value, traced: trace.around(value, wall, from, to, describe) };
          parts.set(name, part);
        }
        return part.traced;
      },
    },
  );
}

/** The API with every call written down that a learner set off. */
export const tracedDocker = (trace: Trace, api: DockerApi, from: string, to: string, reads = false): DockerApi =>
  tracedParts(trace, api, 'docker', from, to, dockerCalls, reads);
/** The same for containerd's clients. */
export const tracedContainerd = (trace: Trace, api: ContainerdApi, from: string, to: string, reads = false): ContainerdApi =>
  tracedParts(trace, api, 'containerd', from, to, containerdCalls, reads);
/** The same for clients of the Container Runtime Interface; `reads`: what only looks as well. */
export const tracedCri = (trace: Trace, server: CriServer, from: string, to: string, reads = false): CriServer => {
  const describe = describeCalls(criCalls, reads, capital);
  return { runtime: trace.around(server.runtime, 'cri', from, to, describe), image: trace.around(server.image, 'cri', from, to, describe) };
};

/** Who listens at a socket, by its usual name: `/run/crio/crio.sock` → `crio`. */
export const serverName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.sock$/, '');

/** What a person's tools say to daemons of their machine, to look or to change: `nerdctl → containerd (node01)`. */
export function traceTools(trace: Trace, kernel: Kernel): void {
  const traced: Readonly<Record<string, (server: never, from: string, to: string) => object>> = {
    containerd: (server, from, to) => tracedContainerd(trace, server, from, to, true),
    docker: (server, from) => tracedDocker(trace, server, from, `dockerd (${kernel.hostname})`, true),
    cri: (server, from, to) => tracedCri(trace, server, from, to, true),
  };
  kernel.onDial = ({ comm }, path, protocol, server) =>
    kernel.sim.cause === 0 ? server : (traced[protocol]?.(server as never, comm, `${serverName(path)} (${kernel.hostname})`) ?? server);
}
