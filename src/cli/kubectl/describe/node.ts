import { humanDuration } from '../../../apimachinery/duration.ts';
import { parseQuantity, type Quantity, zero } from '../../../apimachinery/quantity.ts';
import { isReason } from '../../../apimachinery/status.ts';
import { tryParseTime } from '../../../apimachinery/time.ts';
import { podTotal } from '../../../client/component-helpers/pod-resources.ts';
import type { Routine } from '../../../sim/routine.ts';
import { at, entriesOf, nameOf, namespaceOf, type Obj, obj, objs, text } from '../json.ts';
import type { Kubectl } from '../kubectl.ts';
import type { Describer } from './describer.ts';
import { annotationLines, labelLines, rfc1123, type Writer } from './writer.ts';

const rolePrefix = 'node-role.kubernetes.io/';

/** kubernetes kubectl/pkg/describe NodeDescriber. */
export const describeNode: Describer = {
  *page(w, node, { k, now }) {
    w.field('Name', nameOf(node));
    const roles = entriesOf(at(node, 'metadata.labels'))
      .map(([key, value]) => (key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : key === 'kubernetes.io/role' ? value : ''))
      .filter((role) => role !== '');
    w.field('Roles', roles.length === 0 ? '<none>' : [...new Set(roles)].sort().join(','));
    labelLines(w, 'Labels', at(node, 'metadata.labels'));
    annotationLines(w, at(node, 'metadata.annotations'));
    w.field('CreationTimestamp', rfc1123(at(node, 'metadata.creationTimestamp')));
    taints(w, node);
    w.field('Unschedulable', at(node, 'spec.unschedulable') === true);
    yield* lease(w, k, node);
    status(w, node);
    if (text(at(node, 'spec.podCIDR')) !== '') w.field('PodCIDR', at(node, 'spec.podCIDR'));
    const cidrs = at(node, 'spec.podCIDRs');
    if (Array.isArray(cidrs) && cidrs.length > 0) w.field('PodCIDRs', cidrs.join(','));
    if (text(at(node, 'spec.providerID')) !== '') w.field('ProviderID', at(node, 'spec.providerID'));
    const answer = yield* k.api.request({
      method: 'GET',
      path: '/api/v1/pods',
      query: { fieldSelector: `spec.nodeName=${nameOf(node)},status.phase!=Succeeded,status.phase!=Failed`, limit: '500' },
    });
    podTable(w, objs(at(answer, 'items')), obj(at(node, 'status.allocatable') ?? at(node, 'status.capacity')), now);
  },
  events: true,
};

/** NoExecute before NoSchedule before PreferNoSchedule. */
function taints(w: Writer, node: Obj): void {
  const all = [...objs(at(node, 'spec.taints'))].sort((a, b) => (`${text(a['effect'])}${text(a['key'])}` < `${text(b['effect'])}${text(b['key'])}` ? -1 : 1));
  w.write(0, `Taints:\t${all.length === 0 ? '<none>\n' : ''}`);
  all.forEach((taint, i) => {
    w.write(0, `${i > 0 ? '\t' : ''}${text(taint['key'])}${taint['value'] ? `=${text(taint['value'])}` : ''}:${text(taint['effect'])}\n`);
  });
}

function* lease(w: Writer, k: Kubectl, node: Obj): Routine {
  try {
    const spec = obj(
      at(yield* k.api.request({ method: 'GET', path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${nameOf(node)}` }), 'spec'),
    );
    w.write(0, 'Lease:\n');
    w.field('HolderIdentity', spec['holderIdentity'] ?? '<unset>', 1);
    w.field('AcquireTime', spec['acquireTime'] === undefined ? '<unset>' : rfc1123(spec['acquireTime']), 1);
    w.field('RenewTime', spec['renewTime'] === undefined ? '<unset>' : rfc1123(spec['renewTime']), 1);
  } catch (error) {
    if (!isReason(error, 'NotFound') && !isReason(error, 'Forbidden')) throw error;
    w.field('Lease', `Failed to get lease: ${error.message}`);
  }
}

const systemInfo: readonly (readonly [string, string])[] = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
  ['Kube-Proxy Version', 'kubeProxyVersion'],
];

function status(w: Writer, node: Obj): void {
  const conditions = objs(at(node, 'status.conditions'));
  if (conditions.length > 0) {
    w.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
    w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n');
    for (const each of conditions) {
      w.write(
        1,
        `${text(each['type'])} \t${text(each['status'])} \t${rfc1123(each['lastHeartbeatTime'])} \t${rfc1123(each['lastTransitionTime'])} \t${text(each['reason'])} \t${text(each['message'])}\n`,
      );
    }
  }
  w.write(0, 'Addresses:\n');
  for (const address of objs(at(node, 'status.addresses'))) w.field(text(address['type']), address['address'], 1);
  for (const [title, key] of [
    ['Capacity', 'capacity'],
    ['Allocatable', 'allocatable'],
  ] as const) {
    const pairs = entriesOf(at(node, `status.${key}`));
    if (pairs.length === 0) continue;
    w.write(0, `${title}:\n`);
    for (const [name, value] of pairs) w.field(name, value, 1);
  }
  w.write(0, 'System Info:\n');
  for (const [title, key] of systemInfo) w.field(title, at(node, `status.nodeInfo.${key}`), 1);
}

type Sums = { readonly requests: Map<string, Quantity>; readonly limits: Map<string, Quantity> };

function podTable(w: Writer, pods: readonly Obj[], allocatable: Obj, now: number): void {
  w.write(0, `Non-terminated Pods:\t(${pods.length} in total)\n`);
  w.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n');
  w.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n');
  const total: Sums = { requests: new Map(), limits: new Map() };
  for (const pod of pods) {
    const sums = podSums(pod);
    for (const kind of ['requests', 'limits'] as const)
      for (const [name, value] of sums[kind]) total[kind].set(name, (total[kind].get(name) ?? zero).add(value));
    const share = (kind: 'requests' | 'limits', name: string): string => shareText(sums[kind].get(name), allocatable[name], name);
    const created = tryParseTime(text(at(pod, 'metadata.creationTimestamp'))) ?? now;
    w.write(
      1,
      `${namespaceOf(pod)}\t${nameOf(pod)}\t\t${share('requests', 'cpu')}\t${share('limits', 'cpu')}\t${share('requests', 'memory')}\t${share('limits', 'memory')}\t${humanDuration(now - created)}\n`,
    );
  }
  w.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  w.write(1, 'Resource\tRequests\tLimits\n');
  w.write(1, '--------\t--------\t------\n');
  const names = [
    'cpu',
    'memory',
    'ephemeral-storage',
    ...Object.keys(allocatable)
      .filter((name) => name.startsWith('hugepages-'))
      .sort(),
  ];
  for (const name of names)
    w.write(1, `${name}\t${shareText(total.requests.get(name), allocatable[name], name)}\t${shareText(total.limits.get(name), allocatable[name], name)}\n`);
  const own = Object.keys(allocatable)
    .filter((name) => !names.includes(name) && name.includes('/'))
    .sort();
  for (const name of own) w.write(1, `${name}\t${total.requests.get(name)?.toString() ?? '0'}\t${total.limits.get(name)?.toString() ?? '0'}\n`);
}

/** `100m (5%)` of what the node can give. */
function shareText(quantity: Quantity | undefined, allocatable: unknown, name: string): string {
  const value = quantity ?? zero;
  const whole = allocatable === undefined ? undefined : parseQuantity(text(allocatable));
  const number = (each: Quantity): number => (name === 'cpu' ? each.milliValue() : each.value());
  const percent = whole && number(whole) > 0 ? Math.floor((number(value) / number(whole)) * 100) : 0;
  return `${value.toString()} (${percent}%)`;
}

const podSums = (pod: Obj): Sums => {
  const spec = pod['spec'] as Parameters<typeof podTotal>[0];
  return { requests: new Map(Object.entries(podTotal(spec, 'requests'))), limits: new Map(Object.entries(podTotal(spec, 'limits'))) };
};
