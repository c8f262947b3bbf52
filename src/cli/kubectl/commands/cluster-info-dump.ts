/** kubectl cluster-info dump: kubernetes kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go. */
import { isSession } from '../../../interfaces/streams.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, isObj, nameOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { objectPrinter, splitFormat } from '../printers/object-printer.ts';

/** Lists of each namespace: path, file. */
const lists = [
  ['/api/v1', 'events', 'events'],
  ['/api/v1', 'replicationcontrollers', 'replication-controllers'],
  ['/api/v1', 'services', 'services'],
  ['/apis/apps/v1', 'daemonsets', 'daemonsets'],
  ['/apis/apps/v1', 'deployments', 'deployments'],
  ['/apis/apps/v1', 'replicasets', 'replicasets'],
  ['/api/v1', 'pods', 'pods'],
] as const;

export const clusterInfoDump: CommandEntry = {
  path: 'cluster-info dump',
  short: 'Dump relevant information for debugging and diagnosis',
  long: 'Everything of kube-system and the current namespace, to standard output or to files in a directory.',
  examples: '# To standard output\nkubectl cluster-info dump\n\n# To files\nkubectl cluster-info dump --output-directory=/tmp/dump',
  *run(k) {
    if (k.flags.duration('pod-running-timeout') <= 0) throw new KubectlError('--pod-running-timeout must be higher than zero');
    const folder = k.flags.text('output-directory');
    const write = writer(k, folder === '-' ? '' : folder);
    const { format } = splitFormat(k);
    const print = objectPrinter(k, { typed: true }) ?? (() => '');
    const extension = format === 'json' || format === 'yaml' ? `.${format}` : '.txt';
    const show = (body: unknown): string => {
      if (format === 'name')
        throw new KubectlError(
          `list types are not supported by name printing: *${text(obj(body)['apiVersion']).replace(/.*\//, '')}.${text(obj(body)['kind'])}`,
        );
      return print(asStruct(obj(body)));
    };
    const list = function* (path: string): Routine<unknown> {
      return yield* k.api.request({ method: 'GET', path });
    };
    yield* write(`nodes${extension}`, show(yield* list('/api/v1/nodes')));
    for (const namespace of yield* namespacesOf(k)) {
      for (const [root, resource, file] of lists) {
        const body = yield* list(`${root}/namespaces/${namespace}/${resource}`);
        yield* write(`${namespace}/${file}${extension}`, show(body));
        if (resource !== 'pods') continue;
        for (const pod of objs(at(obj(body), 'items')))
          yield* write(
            `${namespace}/${nameOf(pod)}/logs.txt`,
            yield* logsOf(
              k,
              namespace,
              nameOf(pod),
              objs(at(pod, 'spec.containers')).map((each) => text(each['name'])),
            ),
          );
      }
    }
    if (folder !== '' && folder !== '-') yield* k.print(`Cluster info dumped to ${folder}\n`);
  },
};

function* namespacesOf(k: Kubectl): Routine<readonly string[]> {
  if (k.flags.bool('all-namespaces')) return objs(at(obj(yield* k.api.request({ method: 'GET', path: '/api/v1/namespaces' })), 'items')).map(nameOf);
  const named = k.flags.list('namespaces');
  return named.length > 0 ? named : ['kube-system', k.namespace];
}

function* logsOf(k: Kubectl, namespace: string, pod: string, containers: readonly string[]): Routine<string> {
  let out = '';
  for (const container of containers) {
    out += `==== START logs for container ${container} of pod ${namespace}/${pod} ====\n`;
    try {
      const session = yield* k.api.connect({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${pod}/log`, query: { container } });
      if (typeof session === 'object' && session !== null && isSession(session))
        for (let part = yield* session.stdout.receive(); part !== undefined; part = yield* session.stdout.receive()) out += part;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      out += `Failed to get logs: ${error.message}\n`;
    }
    out += `==== END logs for container ${container} of pod ${namespace}/${pod} ====\n`;
  }
  return out;
}

const metadataOrder =
  'name generateName namespace uid resourceVersion generation creationTimestamp deletionTimestamp deletionGracePeriodSeconds labels annotations'.split(' ');

/** Kind first, metadata in the order of Go's struct, maps sorted. */
function asStruct(object: Obj): Obj {
  const { kind, apiVersion, metadata, items, ...rest } = object;
  const meta = obj(metadata);
  const named = metadataOrder.flatMap((key) => (meta[key] === undefined ? [] : [[key, sorted(meta[key])] as const]));
  const list = Array.isArray(items) && { items: objs(items).map((item) => asStruct({ kind: text(kind).replace(/List$/, ''), apiVersion, ...item })) };
  const always =
    kind === 'Event' ? { source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '' } : {};
  return { kind, apiVersion, metadata: { ...Object.fromEntries(named), ...meta, ...Object.fromEntries(named) }, ...list, ...always, ...rest };
}

const sorted = (value: unknown): unknown => (isObj(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);

/** To standard output one after the other, or each into its file. */
function writer(k: Kubectl, folder: string): (name: string, content: string) => Routine {
  return function* (name, content) {
    if (folder === '') return yield* k.print(content);
    const path = `${folder.replace(/\/$/, '')}/${name}`;
    k.process.fs.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true });
    k.process.fs.write(path, content);
  };
}
