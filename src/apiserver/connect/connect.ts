import type { ContainerSpec, Node, Pod } from '../../api/types.ts';
import { badRequest, failure, internalError, methodNotSupported, notFound, unknownPath } from '../../apimachinery/status.ts';
import { parseTime } from '../../apimachinery/time.ts';
import { type KubeletApi, KubeletError, type LogOptions, type PodRef } from '../../interfaces/kubelet.ts';
import type { RestRequest, RestResponse, UserInfo } from '../../interfaces/rest.ts';
import type { StreamSession } from '../../interfaces/streams.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Core } from '../context.ts';
import { queryFlag, queryValue, type RequestInfo } from '../request-info.ts';
import { keyOf } from '../resource-table.ts';
import { isProxied, proxyResource } from './proxy.ts';

type Call = { readonly ref: PodRef; readonly kubelet: KubeletApi };
type Answer = RestResponse | StreamSession;

/** The subresources that stream: log, exec, attach and port-forward go on to the kubelet of the pod's node (kubernetes pkg/registry/core/pod/rest). */
export function* connectResource(core: Core, request: RestRequest, info: RequestInfo, _user: UserInfo): Routine<Answer> {
  if (isProxied(info)) return yield* proxyResource(core, request, info);
  const served = core.table.get(info.group, info.version, info.resource);
  if (served === undefined) throw unknownPath();
  const stream = served.resource === 'pods' && served.group === '' ? streams[info.subresource] : undefined;
  if (stream === undefined) {
    if (served.api.subresources.some(({ name }) => name === info.subresource)) throw methodNotSupported(served, 'connect');
    throw unknownPath();
  }
  const found = core.storage.get<Pod>(keyOf(served, info.namespace, info.name));
  if (found === undefined) throw notFound(served, info.name);
  return yield* stream(core, request, found.object);
}

const streams: Readonly<Record<string, (core: Core, request: RestRequest, pod: Pod) => Routine<Answer>>> = { log, exec, attach, portforward };

const textHeaders = Object.freeze({ 'content-type': 'text/plain' });

function* log(core: Core, request: RestRequest, pod: Pod): Routine<Answer> {
  const container = chooseContainer(request, pod, false);
  // A pod without a node has no log yet, and that is no error.
  if (!pod.spec.nodeName) return { status: 200, headers: textHeaders, body: '' };
  const given = ['follow', 'previous', 'timestamps', 'tailLines', 'sinceSeconds', 'limitBytes'].filter((key) => request.query?.[key] !== undefined);
  const query = Object.fromEntries(given.map((key) => [key, queryValue(request, key) ?? '']));
  const { kubelet, ref } = dial({ core, pod, method: 'Get', path: `containerLogs/${podPath(pod, container)}`, query });
  return yield* guarded(() => kubelet.containerLogs(ref, container, logOptions(request)));
}

function logOptions(request: RestRequest): LogOptions {
  const number = (key: string): number | undefined => (queryValue(request, key) === undefined ? undefined : Number(queryValue(request, key)));
  const [tailLines, sinceSeconds, limitBytes] = [number('tailLines'), number('sinceSeconds'), number('limitBytes')];
  const sinceTime = queryValue(request, 'sinceTime');
  return {
    follow: queryFlag(request, 'follow'),
    previous: queryFlag(request, 'previous'),
    timestamps: queryFlag(request, 'timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceTime !== undefined && { sinceTime: parseTime(sinceTime) }),
  };
}

function* exec(core: Core, request: RestRequest, pod: Pod): Routine<Answer> {
  const container = chooseContainer(request, pod, true);
  const given = request.query?.['command'] ?? [];
  const command = typeof given === 'string' ? [given] : given;
  if (command.length === 0) throw badRequest('you must specify at least 1 command for the container');
  const query = { command, ...streamQuery(request) };
  const { kubelet, ref } = dial({ core, pod, method: 'Post', path: `exec/${podPath(pod, container)}`, query });
  return yield* guarded(() => kubelet.exec(ref, container, { command, stdin: queryFlag(request, 'stdin'), tty: queryFlag(request, 'tty') }));
}

function* attach(core: Core, request: RestRequest, pod: Pod): Routine<Answer> {
  const container = chooseContainer(request, pod, true);
  const { kubelet, ref } = dial({ core, pod, method: 'Post', path: `attach/${podPath(pod, container)}`, query: streamQuery(request) });
  return yield* guarded(() => kubelet.attach(ref, container, { stdin: queryFlag(request, 'stdin'), tty: queryFlag(request, 'tty') }));
}

function* portforward(core: Core, request: RestRequest, pod: Pod): Routine<Answer> {
  const port = Number(queryValue(request, 'ports') ?? 0);
  const { kubelet, ref } = dial({ core, pod, method: 'Post', path: `portForward/${pod.metadata.namespace}/${pod.metadata.name}` });
  return yield* guarded(() => kubelet.portForward(ref, port));
}

/** The container asked for, or the only one; a stream needs a pod that has a node. */
function chooseContainer(request: RestRequest, pod: Pod, needsHost: boolean): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  const name = pod.metadata.name ?? '';
  const all = [...containers, ...initContainers, ...ephemeralContainers].map((container) => (container as ContainerSpec).name);
  const asked = queryValue(request, 'container');
  if (asked) {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    if (needsHost) requireHost(pod);
    return asked;
  }
  if (needsHost) requireHost(pod);
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only.name;
  const others = initContainers.length > 0 ? ` or one of the init containers: [${initContainers.map((each) => each.name).join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.map((each) => each.name).join(' ')}]${others}`);
}

function requireHost(pod: Pod): void {
  if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}

type Way = {
  readonly core: Core;
  readonly pod: Pod;
  readonly method: 'Get' | 'Post';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
};

/** The kubelet of the pod's node. Without a way to it the refusal names the URL, as Go's HTTP client does. */
function dial({ core, pod, method, path, query = {} }: Way): Call {
  requireHost(pod);
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const nodeName = pod.spec.nodeName ?? '';
  const node = core.storage.get<Node>(`/registry/minions/${nodeName}`)?.object;
  if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName);
  try {
    return { ref: { namespace, name, uid }, kubelet: core.options.dialKubelet(nodeName) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!text.startsWith('dial ')) throw internalError(text);
    const host = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? nodeName;
    const url = `https://${host}:${node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250}/${path}${queryText(query)}`;
    if (method === 'Get') throw failure(500, '', `Get "${url}": ${text}`);
    throw internalError(`error sending request: Post "${url}": ${text}`);
  }
}

function queryText(query: NonNullable<Way['query']>): string {
  const pairs = Object.keys(query)
    .sort()
    .flatMap((key) => [query[key] ?? []].flat().map((value) => `${key}=${encodeURIComponent(value)}`));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

const podPath = ({ metadata }: Pod, container: string): string => `${metadata.namespace}/${metadata.name}/${container}`;

/** What the kubelet's URL says of the streams. */
const streamQuery = (request: RestRequest): Readonly<Record<string, string>> => ({
  output: '1',
  ...(queryFlag(request, 'tty') ? { tty: '1' } : { error: '1' }),
  ...(queryFlag(request, 'stdin') && { input: '1' }),
});

/** What the kubelet refuses comes back under the kubelet's status. */
function* guarded(call: () => Routine<StreamSession>): Routine<Answer> {
  try {
    return yield* call();
  } catch (error) {
    if (!(error instanceof KubeletError)) throw error;
    if (error.status === 400) throw badRequest(error.message);
    if (error.status === 404)
      return {
        status: 404,
        headers: textHeaders,
        body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: error.message, reason: 'NotFound', code: 404 },
      };
    throw internalError(error.message);
  }
}
