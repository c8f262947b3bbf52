/** The kubelet: makes what the API wants of this node happen in the container runtime (kubernetes pkg/kubelet/kubelet.go). */
import type { Node, Pod } from '../api/types.ts';
import type { BuildInfo } from '../apimachinery/metrics.ts';
import { type Client, isRetriable } from '../client/client.ts';
import type { EventRecorder } from '../client/recorder.ts';
import { SharedInformers } from '../client/shared-informers.ts';
import { CriError, type CriServer } from '../interfaces/cri.ts';
import type { KubeletApi } from '../interfaces/kubelet.ts';
import type { FileSystem } from '../linux/file-system.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { HttpServer } from '../linux/protocols.ts';
import type { Sim } from '../sim/sim.ts';
import { Admission } from './admission.ts';
import { readConfig } from './config.ts';
import { ConfigObjects } from './config-objects.ts';
import { type Context, Klog } from './context.ts';
import { Housekeeping } from './housekeeping.ts';
import { MirrorPods } from './mirror.ts';
import { EvictionManager } from './node/eviction.ts';
import { ImageGc } from './node/image-gc.ts';
import { NodeReporter } from './node/node-reporter.ts';
import { nodeAllocatable, nodeCapacity } from './node/resources.ts';
import { RuntimeState } from './node/runtime-state.ts';
import { uidOf } from './pod.ts';
import { PodManager } from './pod-manager.ts';
import { KubeletPodSyncer } from './pod-syncer.ts';
import { PodWorkers } from './pod-workers.ts';
import { ProbeManager } from './probes/probe-manager.ts';
import { Resizer } from './resizer.ts';
import { ContainerEvents } from './runtime/events.ts';
import { ImageManager } from './runtime/image-manager.ts';
import { Killer } from './runtime/kill.ts';
import { Pleg, type PodLifecycleEvent } from './runtime/pleg.ts';
import { ReasonCache } from './runtime/reason-cache.ts';
import { RuntimeManager } from './runtime/runtime-manager.ts';
import { ContainerStarter } from './runtime/start-container.ts';
import { kubeletHttp } from './server/http.ts';
import { KubeletServer } from './server/kubelet-server.ts';
import { KubeletCounters } from './server/metrics.ts';
import { StaticPods } from './static-pods.ts';
import { StatusManager } from './status/status-manager.ts';
import { VolumeManager } from './volumes/volume-manager.ts';

type KubeletOptions = {
  /** Everything the kubelet does ends with this scope. */
  readonly sim: Sim;
  readonly kernel: Kernel;
  /** The node's files, seen as root. */
  readonly fs: FileSystem;
  readonly nodeName: string;
  readonly nodeIp: string;
  /** The KubeletConfiguration of /var/lib/kubelet/config.yaml. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Who answers at the container runtime's socket; throws CriError Unavailable when nobody does. Asked anew for each call. */
  readonly cri: () => CriServer;
  /** As system:node:<name>. */
  readonly client: () => Client;
  readonly recorder: EventRecorder;
  /** A line for the journal. */
  readonly log: (text: string) => void;
  readonly pid?: number;
  /** `v1.35.6`. */
  readonly version: string;
  /** What is wrong with a static pod, field by field: nobody else looks at it before it runs. */
  readonly validatePod?: (pod: Pod) => readonly string[];
  /** What `/version` would say of this kubelet: the labels of kubernetes_build_info. */
  readonly build?: BuildInfo;
  /** `--node-labels`. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
};

/** What a running kubelet offers on port 10250; the rest of it is fibers. */
export type Kubelet = {
  /** What listens on port 10250. */
  readonly server: KubeletApi;
  /** The same port for whoever speaks plain HTTP: health, metrics. */
  readonly http: HttpServer;
};

/** Starts a kubelet in `options.sim`; stopping that scope stops it, and the containers run on. */
export function runKubelet(options: KubeletOptions): Kubelet {
  const config = readConfig(options.config);
  const klog = new Klog(options.sim, options.pid ?? 1, options.log, () => options.kernel.now);
  const context: Context = {
    ...options,
    config,
    klog,
    counters: new KubeletCounters(),
    runtimeName: runtimeNameOf(options.cri),
    minor: Number(/^v1\.(\d+)/.exec(options.version)?.[1] ?? 0),
  };
  const parts = assemble(context, options);
  klog.info('server.go:1257', 'Started kubelet');
  parts.start();
  const facts = { pods: () => parts.server.pods(), startedAt: options.sim.now, build: options.build, config: options.config };
  return { server: parts.server, http: kubeletHttp(context, parts.server, facts) };
}

/** Asked once: a kubelet does not change its runtime while it runs. */
function runtimeNameOf(cri: () => CriServer): string {
  try {
    return cri().runtime.version().runtimeName;
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return 'containerd';
  }
}

function assemble(context: Context, options: KubeletOptions) {
  const { sim, nodeName } = context;
  const events = new ContainerEvents(context);
  // What comes from the runtime is told to parts that are made after it.
  const wired: { pleg?: (event: PodLifecycleEvent) => void } = {};
  const pleg = new Pleg(context, (event) => wired.pleg?.(event));
  const objects = new ConfigObjects(context, (uid) => {
    volumes.outdate(uid);
    // Upstream's pod is synced again once a minute, and some: that is when it sees the change.
    workers.wakeAt(uid, sim.now + context.config.syncFrequency * sim.random.between(0, 1.5));
  });
  const probes = new ProbeManager(context, events, (pod) => workers.wake(uidOf(pod)));
  const informers = new SharedInformers(sim, context.client());
  const pods = informers.of('pods', { fieldSelector: `spec.nodeName=${nodeName}` });
  const services = informers.of('services');
  const nodes = informers.of('nodes', { fieldSelector: `metadata.name=${nodeName}` });
  const node = () => nodes.get({ namespace: '', name: nodeName });
  const mirrors = new MirrorPods(context, () => node()?.metadata.uid);
  const statuses = new StatusManager(context, (pod) => mirrors.of(pod));
  const killer = new Killer(context, events);
  const images = new ImageManager(context, objects, events);
  const listServices = () => (services.synced ? services.list() : undefined);
  const starter = new ContainerStarter({ context, images, objects, events, killer, services: listServices });
  const runtime = new RuntimeManager(context, starter, killer, events, probes.results);
  const volumes: VolumeManager = new VolumeManager(context, objects, events);
  const state = new RuntimeState(context, pleg);
  const allocatableNow = nodeAllocatable(context, nodeCapacity(context));
  const allocatable = () => allocatableNow;
  const ensureMirror = (pod: Pod): void => {
    if (!mirrors.ensure(pod)) workers.wakeAt(uidOf(pod), sim.now + mirrorRetry);
  };
  const reasons = new ReasonCache();
  const wake = (uids: readonly string[]): void => manager.wakeByPriority(uids);
  const resizer: Resizer = new Resizer({ context, events, killer, allocatable, wake, admit: (pod) => admission.resize(pod) });
  const syncer = new KubeletPodSyncer({
    context,
    pleg,
    runtime,
    reasons,
    statuses,
    probes,
    volumes,
    events,
    state,
    allocatable,
    ensureMirror,
    images,
    resizer,
  });
  const workers: PodWorkers = new PodWorkers(context, pleg, syncer);
  const imageGc = new ImageGc(context);
  const eviction = new EvictionManager({
    context,
    events,
    activePods: () => manager.active(),
    evict: (pod, final) => workers.kill(pod, { gracePeriod: 1, final }),
    isGone: (pod) => !workers.isKnown(uidOf(pod)) || workers.isFinished(uidOf(pod)),
    reclaimImages: () => imageGc.reclaimAll(),
  });
  const admission = new Admission(
    allocatable,
    (fresh) => (fresh ? askForNode(context, nodeName) : undefined) ?? node(),
    () => ({ memory: eviction.under('memory'), disk: eviction.under('disk'), pid: eviction.under('pid') }),
    context.config.allowedUnsafeSysctls,
  );
  const known = {
    ready: () => pods.synced,
    isKnown: (uid: string) => workers.isKnown(uid),
    contentShouldBeRemoved: (uid: string) => workers.contentShouldBeRemoved(uid),
  };
  const housekeeping = new Housekeeping(context, pleg, known);
  const staticPods: StaticPods = new StaticPods(context, { added: (pod) => manager.addStatic(pod), removed: (pod) => manager.removeStatic(pod) });
  const manager: PodManager = new PodManager({ context, workers, statuses, admission, mirrors, events, housekeeping, resizer }, staticPods);
  const facts = () => ({ runtimeErrors: state.errors(), pressure: eviction.synchronize(), imagesVersion: images.version });
  const reporter = new NodeReporter(context, { version: options.version, labels: options.nodeLabels ?? {}, facts, node });
  const server = new KubeletServer({
    context,
    pleg,
    pods: () => manager.list(),
    find: (namespace, name) => manager.find(namespace, name),
    status: (pod) => statuses.get(uidOf(pod)),
    healthy: () => true,
  });
  wired.pleg = (event) => {
    probes.update(event.uid, pleg.get(event.uid));
    if (event.type === 'ContainerDied') housekeeping.containerDied(event.uid, event.id);
    housekeeping.request();
    if (event.type !== 'ContainerRemoved') workers.wake(event.uid);
  };
  const start = (): void => {
    // What runs already is known before any pod is looked at: a restart must not start it twice.
    pleg.relist();
    pleg.start();
    state.start();
    statuses.start();
    reporter.start();
    housekeeping.start();
    imageGc.start();
    staticPods.start();
    manager.follow(pods);
    nodes.addHandler({
      add: () => {
        // Only now can the mirrors of static pods name their owner.
        for (const pod of staticPods.list()) workers.wake(uidOf(pod));
      },
    });
  };
  return { start, server };
}

const mirrorRetry = 10_000;

/** Past the informer; undefined while the API cannot be reached. */
function askForNode({ client }: Pick<Context, 'client'>, name: string): Node | undefined {
  try {
    return client().get('nodes', { namespace: '', name });
  } catch (error) {
    if (!isRetriable(error)) throw error;
    return undefined;
  }
}
