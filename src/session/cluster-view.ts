/** The cluster as the cluster pane shows it: nodes, pods, containers. From the API while it answers, from the runtimes for what really runs. */
import type { Sandbox } from './node-containers.ts';
import type { Session } from './session.ts';

/** `attempt` counts from 0. */
export type ContainerView = { readonly name: string; readonly state: 'created' | 'running' | 'exited' | 'unknown'; readonly attempt: number };
/** `ready` as kubectl's READY (`1/2`). */
export type PodView = {
  readonly namespace: string;
  readonly name: string;
  /** What kubectl's STATUS says, roughly; empty for a sandbox that the API does not know (or cannot be asked about). */
  readonly status: string;
  readonly ready: string;
  readonly containers: readonly ContainerView[];
};
type NodePaneView = {
  readonly name: string;
  readonly status: 'Ready' | 'NotReady' | 'Unknown' | '';
  readonly runtime: boolean;
  readonly pods: readonly PodView[];
};
/** With the API down the pods come from the container runtimes. */
export type ClusterView = {
  readonly apiAnswers: boolean;
  /** A machine of this world is meant for Kubernetes. */
  readonly kubernetes: boolean;
  readonly nodes: readonly NodePaneView[] /** Pods that have no node yet. */;
  readonly unplaced: readonly PodView[];
};

type Pod = {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string; readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string; readonly containers?: readonly unknown[] };
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly containerStatuses?: readonly ContainerStatus[] };
};
type ContainerStatus = {
  readonly ready?: boolean;
  readonly state?: { readonly waiting?: { readonly reason?: string }; readonly terminated?: { readonly reason?: string } };
};
type Node = {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

/** Sees the world as its administrator does, and changes nothing in it. */
export function clusterView(session: Session): ClusterView {
  const { rest, nodes: machines } = session.worldView();
  const list = <Item>(path: string): readonly Item[] | undefined => (rest({ method: 'GET', path })?.body as { items?: readonly Item[] } | undefined)?.items;
  const nodes = list<Node>('/api/v1/nodes');
  const pods = list<Pod>('/api/v1/pods') ?? [];
  return {
    apiAnswers: nodes !== undefined,
    kubernetes: [...machines.values()].some(({ kernel }) => kernel.systemd?.units.has('kubelet.service')),
    nodes: [...machines.keys()].map((name) => {
      const running = session.containersOn(name);
      const known = pods.filter((pod) => pod.spec?.nodeName === name);
      const orphans = [...(running?.values() ?? [])].filter(
        (sandbox) =>
          nodes === undefined || !known.some((pod) => pod.metadata.name === sandbox.name && (pod.metadata.namespace ?? 'default') === sandbox.namespace),
      );
      return {
        name,
        status: statusOf(nodes?.find((each) => each.metadata.name === name)),
        runtime: running !== undefined,
        pods: [
          ...known.map((pod) => podView(pod, byName(running, pod))),
          ...orphans.map(({ namespace, name, containers }) => ({ namespace, name, status: '', ready: '', containers })),
        ],
      };
    }),
    unplaced: pods.filter((pod) => !pod.spec?.nodeName).map((pod) => podView(pod, [])),
  };
}

/** Containers of a pod; a static pod's sandbox has the uid of its file, so name and namespace decide. */
const byName = (sandboxes: ReadonlyMap<string, Sandbox> | undefined, pod: Pod): readonly ContainerView[] => {
  const all = [...(sandboxes?.values() ?? [])].filter(
    ({ name, namespace }) => name === pod.metadata.name && namespace === (pod.metadata.namespace ?? 'default'),
  );
  // Of several attempts at one container the newest counts.
  const newest = new Map<string, ContainerView>();
  for (const container of all.flatMap(({ containers }) => containers)) {
    const other = newest.get(container.name);
    if (!other || other.attempt < container.attempt) newest.set(container.name, container);
  }
  return [...newest.values()];
};

function podView(pod: Pod, containers: readonly ContainerView[]): PodView {
  const statuses = pod.status?.containerStatuses ?? [];
  const reason = statuses.map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason).find((each) => each !== undefined);
  return {
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    status: pod.metadata.deletionTimestamp ? 'Terminating' : (pod.status?.reason ?? reason ?? pod.status?.phase ?? ''),
    ready: `${statuses.filter(({ ready }) => ready).length}/${pod.spec?.containers?.length ?? 0}`,
    containers,
  };
}

function statusOf(node: Node | undefined): NodePaneView['status'] {
  if (!node) return '';
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return ready === 'True' ? 'Ready' : ready === 'Unknown' ? 'Unknown' : 'NotReady';
}
