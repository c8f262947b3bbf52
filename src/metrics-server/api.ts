/** The API metrics.k8s.io/v1beta1 (metrics-server pkg/api). */
import type { KubeObject, Node, Pod } from '../api/types.ts';
import { matches, parseSelector } from '../apimachinery/labels.ts';
import { failure, notFound, StatusError } from '../apimachinery/status.ts';
import { rfc3339 } from '../apimachinery/time.ts';
import type { RestRequest, RestResponse, RestServer } from '../interfaces/rest.ts';
import type { MetricsStore, Usage } from './store.ts';

type MetricsView = {
  readonly now: () => number;
  readonly nodes: () => readonly Node[];
  /** Of a namespace, or all. */
  readonly pods: (namespace?: string) => readonly Pod[];
  readonly store: MetricsStore;
};

const apiVersion = 'metrics.k8s.io/v1beta1';
const root = `/apis/${apiVersion}`;
const json = { 'content-type': 'application/json' };

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersion,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
};

/** The server that the aggregator hands requests to. */
export const metricsApi = (view: MetricsView): RestServer => ({
  handle(request) {
    try {
      return respond(view, request);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { status: error.code, headers: json, body: error.status };
    }
  },
  *connect() {
    return { status: 404, headers: json, body: {} };
  },
});

function respond(view: MetricsView, request: RestRequest): RestResponse {
  if (request.path === root) return { status: 200, headers: json, body: resourceList };
  const match = /^\/apis\/metrics\.k8s\.io\/v1beta1(?:\/namespaces\/([^/]+))?\/(nodes|pods)(?:\/([^/]+))?$/.exec(request.path);
  if (!match) throw failure(404, 'NotFound', 'the server could not find the requested resource', {});
  if (request.method !== 'GET') throw failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
  const [, namespace, resource = '', name] = match;
  const kind = resource === 'nodes' ? 'NodeMetrics' : 'PodMetrics';
  const selector = parseSelector(String(request.query?.['labelSelector'] ?? ''));
  const objects = resource === 'nodes' ? view.nodes() : view.pods(namespace);
  const measure = (object: KubeObject): Metrics | undefined => (resource === 'nodes' ? nodeMetrics(view, object as Node) : podMetrics(view, object as Pod));
  if (name !== undefined) {
    const object = objects.find(({ metadata }) => metadata.name === name);
    const measured = object && measure(object);
    if (!measured) throw notFound({ group: 'metrics.k8s.io', resource: kind.toLowerCase() }, namespace === undefined ? name : `${namespace}/${name}`);
    return { status: 200, headers: json, body: asked(request, [{ kind, apiVersion, ...measured }]) ?? { kind, apiVersion, ...measured } };
  }
  const items = objects
    .filter(({ metadata }) => matches(selector, metadata.labels))
    .map(measure)
    .filter((each) => each !== undefined)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { status: 200, headers: json, body: asked(request, items) ?? { kind: `${kind}List`, apiVersion, metadata: {}, items } };
}

type Metrics = {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: KubeObject['metadata'];
  readonly timestamp: string;
  readonly window: string;
} & ({ readonly usage: Amounts } | { readonly containers: readonly { readonly name: string; readonly usage: Amounts }[] });
type Amounts = { readonly cpu: string; readonly memory: string };

const keyOf = ({ metadata }: Metrics): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function metadataOf({ now }: MetricsView, { metadata }: KubeObject): KubeObject['metadata'] {
  const { name, namespace, labels } = metadata;
  return { name, ...(namespace && { namespace }), creationTimestamp: rfc3339(now()), ...(labels && { labels }) };
}

const amounts = ({ cores, memoryBytes }: Usage): Amounts => ({
  cpu: cores === 0 ? '0' : `${Math.round(cores * 1e9)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});
const windowText = (milliseconds: number): string => `${Math.round(milliseconds) / 1000}s`;

function nodeMetrics(view: MetricsView, node: Node): Metrics | undefined {
  const usage = view.store.node(node.metadata.name ?? '');
  return usage && { metadata: metadataOf(view, node), timestamp: rfc3339(usage.at), window: windowText(usage.window), usage: amounts(usage) };
}

function podMetrics(view: MetricsView, pod: Pod): Metrics | undefined {
  if (pod.status?.phase !== 'Running') return undefined;
  const usages = view.store.pod(pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  const [first] = usages?.values() ?? [];
  if (!usages || !first) return undefined;
  const containers = [...usages].map(([name, usage]) => ({ name, usage: amounts(usage) }));
  return { metadata: metadataOf(view, pod), timestamp: rfc3339(first.at), window: windowText(first.window), containers };
}

/** A Table for those who ask for one: `kubectl get pods.metrics.k8s.io`. */
function asked(request: RestRequest, items: readonly Metrics[]): object | undefined {
  if (!request.headers?.['accept']?.includes('as=Table')) return undefined;
  const columnDefinitions = ['Name', 'cpu', 'memory', 'Window'].map((name) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority: 0,
  }));
  const rows = items.map((item) => {
    const usages = 'usage' in item ? [item.usage] : item.containers.map(({ usage }) => usage);
    const sum = (pick: (usage: Amounts) => string, unit: string): string =>
      `${usages.reduce((total, usage) => total + Number.parseInt(pick(usage), 10), 0)}${unit}`;
    return {
      cells: [item.metadata.name, sum(({ cpu }) => cpu, 'n'), sum(({ memory }) => memory, 'Ki'), item.window],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
    };
  });
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {}, columnDefinitions, rows };
}
