/** The Node object as this kubelet sees it: kubernetes pkg/kubelet/nodestatus/setters.go. */
import type { core, Node } from '../../api/types.ts';
import { rfc3339 } from '../../apimachinery/time.ts';
import { CriError } from '../../interfaces/cri.ts';
import type { Context } from '../context.ts';
import { nodeAllocatable, nodeCapacity } from './resources.ts';

/** The node's MemoryPressure, DiskPressure and PIDPressure. */
export type Pressure = { readonly memory: boolean; readonly disk: boolean; readonly pid: boolean };
/** What the status is made of beside the machine itself. */
export type NodeFacts = {
  readonly runtimeErrors: readonly string[];
  readonly pressure: Pressure;
  /** Counts the pulls of images: what is listed may then be another. */
  readonly imagesVersion: number;
};

const maxImages = 50;

type ConditionFacts = { readonly type: string; readonly status: 'True' | 'False'; readonly reason: string; readonly message: string };

/** Condition texts: [type, field, reason and message when well, the same under pressure]. */
const pressures = [
  [
    'MemoryPressure',
    'memory',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
    'KubeletHasInsufficientMemory',
    'kubelet has insufficient memory available',
  ],
  ['DiskPressure', 'disk', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure', 'KubeletHasDiskPressure', 'kubelet has disk pressure'],
  [
    'PIDPressure',
    'pid',
    'KubeletHasSufficientPID',
    'kubelet has sufficient PID available',
    'KubeletHasInsufficientPID',
    'kubelet has insufficient PID available',
  ],
] as const;

function nodeConditions({ runtimeErrors, pressure }: NodeFacts): ConditionFacts[] {
  const conditions = pressures.map(
    ([type, field, well, wellText, bad, badText]): ConditionFacts =>
      pressure[field] ? { type, status: 'True', reason: bad, message: badText } : { type, status: 'False', reason: well, message: wellText },
  );
  const [first] = runtimeErrors;
  const ready: ConditionFacts =
    first === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: runtimeErrors.length === 1 ? first : `[${runtimeErrors.join(', ')}]` };
  return [...conditions, ready];
}

/** The whole status, its times carried over from `before`. */
export function nodeStatus(context: Context, version: string, facts: NodeFacts, before: Node | undefined): core.NodeStatus {
  const capacity = nodeCapacity(context);
  const now = rfc3339(context.kernel.now);
  const old = before?.status?.conditions ?? [];
  const made = nodeConditions(facts).map((condition) => {
    const last = old.find(({ type }) => type === condition.type);
    return {
      lastHeartbeatTime: now,
      lastTransitionTime: last?.status === condition.status ? (last.lastTransitionTime ?? now) : now,
      message: condition.message,
      reason: condition.reason,
      status: condition.status,
      type: condition.type,
    };
  });
  const others = old.filter(({ type }) => !made.some((each) => each.type === type));
  return {
    addresses: [
      { address: context.nodeIp, type: 'InternalIP' },
      { address: context.nodeName, type: 'Hostname' },
    ],
    allocatable: nodeAllocatable(context, capacity),
    capacity,
    conditions: [...others, ...made],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    images: images(context),
    nodeInfo: nodeInfo(context, version),
    ...(context.minor < 31 ? {} : newer),
  } as core.NodeStatus; // features and runtimeHandlers are newer than kubernetes-types.
}

const newer = {
  features: { supplementalGroupsPolicy: true },
  runtimeHandlers: ['', 'runc'].map((name) => ({ features: { recursiveReadOnlyMounts: true, userNamespaces: true }, name })),
};

function images(context: Context): core.ContainerImage[] {
  try {
    return [...context.cri().image.listImages()]
      .sort((a, b) => b.size - a.size)
      .slice(0, maxImages)
      .map(({ repoDigests, repoTags, size }) => ({ names: [...repoDigests, ...repoTags], sizeBytes: size }));
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return [];
  }
}

function nodeInfo({ kernel, fs, cri, minor }: Context, version: string): core.NodeSystemInfo {
  let runtime = '://Unknown';
  try {
    const answer = cri().runtime.version();
    runtime = `${answer.runtimeName}://${answer.runtimeVersion.replace(/^v/, '')}`;
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
  }
  const release = fs.exists('/etc/os-release') ? fs.read('/etc/os-release') : '';
  const swap = minor < 34 ? {} : { swap: { capacity: 0 } };
  return {
    architecture: 'amd64',
    bootID: kernel.bootId,
    containerRuntimeVersion: runtime,
    kernelVersion: kernel.release,
    kubeProxyVersion: minor < 33 ? version : '',
    kubeletVersion: version,
    machineID: kernel.machineId,
    operatingSystem: 'linux',
    osImage: /^PRETTY_NAME="?([^"\n]*)"?/m.exec(release)?.[1] ?? 'Linux',
    ...swap,
    systemUUID: systemUuid(kernel.machineId),
  };
}

const systemUuid = (id: string): string => `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20, 32)}`;

/** The object a kubelet registers itself with. */
export function initialNode(context: Context, labels: Readonly<Record<string, string>>): Omit<Node, 'status'> {
  const { nodeName, config } = context;
  const own = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName, labels: { ...own, ...labels }, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } },
    spec: { ...(config.registerWithTaints.length > 0 && { taints: config.registerWithTaints.map((taint) => ({ ...taint })) }) },
  };
}
