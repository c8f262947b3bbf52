/** What a node has and what of it pods may use: kubernetes pkg/kubelet/nodestatus/setters.go, cm/node_container_manager.go. */
import { newQuantity, parseQuantity, Quantity } from '../../apimachinery/quantity.ts';
import type { Context } from '../context.ts';

type NodeCapacity = Readonly<Record<string, string>>;
/** Quantities as texts, by resource: capacity less what is reserved and the hard eviction thresholds. */
export type NodeAllocatable = Readonly<Record<string, string>>;

const reservedNames = ['cpu', 'memory', 'ephemeral-storage', 'pid'] as const;

/** Quantities as the node's status shows them. */
export function nodeCapacity({ kernel, config }: Context): NodeCapacity {
  return {
    cpu: String(kernel.cpus),
    'ephemeral-storage': newQuantity(kernel.disk.capacityBytes, 'BinarySI').toString(),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: newQuantity(kernel.memoryBytes, 'BinarySI').toString(),
    pods: String(config.maxPods),
  };
}

/** What admission and the scheduler may give to pods. */
export function nodeAllocatable(context: Context, capacity: NodeCapacity): NodeAllocatable {
  const { config } = context;
  const result: Record<string, string> = { ...capacity };
  const evictable: Readonly<Record<string, string | undefined>> = {
    memory: config.evictionHard['memory.available'],
    'ephemeral-storage': config.evictionHard['nodefs.available'],
  };
  for (const name of reservedNames) {
    const whole = capacity[name];
    if (whole === undefined) continue;
    const total = parseQuantity(whole);
    let left = total;
    for (const reserved of [config.systemReserved[name], config.kubeReserved[name], evictable[name]]) {
      if (reserved !== undefined) left = left.sub(thresholdOf(reserved, total));
    }
    // Disk is written in plain bytes once a share of it is taken away.
    result[name] = name === 'ephemeral-storage' ? String(left.value()) : left.toString();
  }
  return result;
}

/** `100Mi`, or `10%` of the whole. */
export function thresholdOf(text: string, total: Quantity): Quantity {
  if (!text.endsWith('%')) return parseQuantity(text);
  const share = BigInt(Math.round(Number(text.slice(0, -1)) * 1000));
  return new Quantity((total.nanos * share) / 100_000n, total.format);
}
