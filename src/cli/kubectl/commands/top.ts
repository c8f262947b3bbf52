/** kubectl top: kubernetes kubectl/pkg/cmd/top, metricsutil/metrics_printer.go. */

import { formatGoDuration } from '../../../apimachinery/duration.ts';
import { cpuMillis, wholeValue } from '../../../apimachinery/quantity.ts';
import type { Routine } from '../../../sim/routine.ts';
import type { CommandEntry } from '../command.ts';
import { KubectlError } from '../errors.ts';
import { at, nameOf, namespaceOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import { alignRows } from '../printers/tab-writer.ts';

const root = '/apis/metrics.k8s.io/v1beta1';
/** Pods younger than this may well have no figures yet. */
const creationDelay = 120_000;

type Amount = { readonly cpuMillis: number; readonly memoryBytes: number };

const amountOf = (usage: Obj): Amount => ({ cpuMillis: cpuMillis(text(usage['cpu'])), memoryBytes: wholeValue(text(usage['memory'])) });
const cpuText = ({ cpuMillis: millis }: Amount): string => `${millis}m`;
const memoryText = ({ memoryBytes }: Amount): string => `${Math.floor(memoryBytes / (1024 * 1024))}Mi`;
const sum = (amounts: readonly Amount[]): Amount => ({
  cpuMillis: amounts.reduce((total, each) => total + each.cpuMillis, 0),
  memoryBytes: amounts.reduce((total, each) => total + each.memoryBytes, 0),
});

export const top: CommandEntry = {
  path: 'top',
  short: 'Display resource (CPU/memory) usage',
  long: 'Display resource (CPU/memory) usage.\n\n This command provides a view of recent resource consumption for nodes and pods. It requires Metrics Server to be correctly configured and working on the server.',
};

function* checked(k: Kubectl): Routine {
  const sortBy = k.flags.text('sort-by');
  if (!['', 'cpu', 'memory'].includes(sortBy)) throw new KubectlError('--sort-by accepts only cpu or memory');
  const { resources } = yield* k.discoveryAnew();
  if (!resources.some((each) => each.group === 'metrics.k8s.io')) throw new KubectlError('Metrics API not available');
}

/** The largest first, or by name. */
function sorted<T extends { readonly name: string; readonly total: Amount | undefined }>(k: Kubectl, rows: readonly T[]): T[] {
  const sortBy = k.flags.text('sort-by');
  const value = ({ total }: T): number => (total === undefined ? -1 : sortBy === 'cpu' ? total.cpuMillis : total.memoryBytes);
  return [...rows].sort((a, b) => (sortBy === '' ? (a.name < b.name ? -1 : 1) : value(b) - value(a)));
}

const itemsAt = (k: Kubectl, path: string, name: string | undefined, query: Record<string, string>): Routine<readonly Obj[]> =>
  (function* (): Routine<readonly Obj[]> {
    if (name !== undefined) return [obj(yield* k.api.request({ method: 'GET', path: `${path}/${name}` }))];
    return objs(at(obj(yield* k.api.request({ method: 'GET', path, query })), 'items'));
  })();

function selection(k: Kubectl): Record<string, string> {
  const query: Record<string, string> = {};
  if (k.flags.text('selector') !== '') query['labelSelector'] = k.flags.text('selector');
  return query;
}

function only(k: Kubectl, selectors: readonly string[]): string | undefined {
  const [name, ...more] = k.args;
  if (more.length > 0) throw k.usage(`${k.path.slice(4)} [NAME | -l label]`);
  if (name !== undefined && selectors.some((each) => k.flags.text(each) !== ''))
    throw new KubectlError(`only one of NAME or ${selectors.length > 1 ? 'selector' : '--selector'} can be provided`);
  return name;
}

export const topNode: CommandEntry = {
  path: 'top node',
  aliases: ['nodes', 'no'],
  short: 'Display resource (CPU/memory) usage of nodes',
  examples: '# All nodes\nkubectl top node\n\n# One of them\nkubectl top node node01',
  *run(k) {
    const name = only(k, ['selector']);
    yield* checked(k);
    const metrics = yield* itemsAt(k, `${root}/nodes`, name, selection(k));
    if (metrics.length === 0) throw new KubectlError('metrics not available yet');
    const nodes = yield* itemsAt(k, '/api/v1/nodes', name, selection(k));
    const field = k.flags.bool('show-capacity') ? 'status.capacity' : 'status.allocatable';
    const rows = nodes.map((node) => {
      const measured = metrics.find((each) => nameOf(each) === nameOf(node));
      return { name: nameOf(node), total: measured && amountOf(obj(measured['usage'])), whole: amountOf(obj(at(node, field))) };
    });
    // Nodes without figures come last.
    const known = sorted(
      k,
      rows.filter(({ total }) => total !== undefined),
    );
    const unknown = rows.filter(({ total }) => total === undefined);
    const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.floor((part / whole) * 100)}%`;
    const cells = [...known, ...unknown].map(({ name: node, total, whole }) =>
      total === undefined
        ? [node, '<unknown>', '<unknown>', '<unknown>', '<unknown>']
        : [node, cpuText(total), percent(total.cpuMillis, whole.cpuMillis), memoryText(total), percent(total.memoryBytes, whole.memoryBytes)],
    );
    const head = k.flags.bool('no-headers') ? [] : [['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)']];
    yield* k.print(alignRows([...head, ...cells]));
  },
};

type PodRow = {
  readonly name: string;
  readonly namespace: string;
  readonly total: Amount;
  readonly containers: readonly { readonly name: string; readonly total: Amount }[];
};

export const topPod: CommandEntry = {
  path: 'top pod',
  aliases: ['pods', 'po'],
  short: 'Display resource (CPU/memory) usage of pods',
  examples: '# Of the namespace\nkubectl top pod\n\n# With their containers\nkubectl top pod web --containers',
  *run(k) {
    const name = only(k, ['selector', 'field-selector']);
    const everywhere = k.flags.bool('all-namespaces');
    yield* checked(k);
    const where = everywhere && name === undefined ? '' : `/namespaces/${k.namespace}`;
    const chosen = k.flags.text('field-selector') === '' ? undefined : yield* chosenPods(k, where);
    const metrics = (yield* itemsAt(k, `${root}${where}/pods`, name, selection(k))).filter(
      (each) => chosen === undefined || chosen.has(`${namespaceOf(each)}/${nameOf(each)}`),
    );
    if (metrics.length === 0) return yield* nothing(k, where, name, everywhere);
    const rows = metrics.map((pod): PodRow => {
      const containers = objs(pod['containers']).map((each) => ({ name: text(each['name']), total: amountOf(obj(each['usage'])) }));
      return { name: nameOf(pod), namespace: namespaceOf(pod), total: sum(containers.map(({ total }) => total)), containers };
    });
    yield* k.print(alignRows(table(k, rows, everywhere)));
  },
};

function table(k: Kubectl, rows: readonly PodRow[], everywhere: boolean): string[][] {
  const byContainer = k.flags.bool('containers');
  const head = [...(everywhere ? ['NAMESPACE'] : []), ...(byContainer ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)'];
  const order =
    everywhere && k.flags.text('sort-by') === ''
      ? [...rows].sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
      : sorted(k, rows);
  const cells = order.flatMap((pod) => {
    const lead = everywhere ? [pod.namespace] : [];
    if (!byContainer) return [[...lead, pod.name, cpuText(pod.total), memoryText(pod.total)]];
    return sorted(k, pod.containers).map(({ name, total }) => [...lead, pod.name, name, cpuText(total), memoryText(total)]);
  });
  const blank = head.slice(0, -2).map(() => '');
  const total = sum(rows.map((pod) => pod.total));
  const foot = k.flags.bool('sum')
    ? [
        [...blank, '________', '________'],
        [...blank, cpuText(total), memoryText(total)],
      ]
    : [];
  return [...(k.flags.bool('no-headers') ? [] : [head]), ...cells, ...foot];
}

/** `--field-selector` is asked of the pods: the metrics know no fields. */
function* chosenPods(k: Kubectl, where: string): Routine<ReadonlySet<string>> {
  const query = { ...selection(k), fieldSelector: k.flags.text('field-selector') };
  return new Set((yield* itemsAt(k, `/api/v1${where}/pods`, undefined, query)).map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`));
}

/** No figures: because there are no pods, because they are too young, or because something is wrong. */
function* nothing(k: Kubectl, where: string, name: string | undefined, everywhere: boolean): Routine {
  const query = { ...selection(k), ...(k.flags.text('field-selector') !== '' && { fieldSelector: k.flags.text('field-selector') }) };
  const pods = yield* itemsAt(k, `/api/v1${where}/pods`, name, query);
  for (const pod of pods) {
    const lived = k.now - Date.parse(text(at(pod, 'metadata.creationTimestamp')));
    if (lived > creationDelay) throw new KubectlError(`Metrics not available for pod ${namespaceOf(pod)}/${nameOf(pod)}, age: ${formatGoDuration(lived)}`);
  }
  if (pods.length > 0) throw new KubectlError('metrics not available yet');
  yield* k.printError(everywhere ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`);
}
