/** Whom the kubelet of each release speaks to: a socket, or up to 1.23 the dockershim in its own process (cmd/kubelet/app/server.go, pkg/kubelet/kubelet.go). */
import { CriError, type CriServer, criProtocol } from '../../interfaces/cri.ts';
import { Errno } from '../../linux/errno.ts';
import { dialUnix } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Routine } from '../../sim/routine.ts';
import { minorOf } from '../releases.ts';
import type { Trace } from '../trace.ts';
import { serverName, tracedCri } from '../walls.ts';
import type { Flags } from './component.ts';
import { fatal } from './component.ts';
import { serveDockershim } from './dockershim.ts';

/** The last release with a dockershim. */
const lastWithDockershim = 23;
const dockershimSocket = '/var/run/dockershim.sock';
const containerdSocket = 'unix:///run/containerd/containerd.sock';

type Wanted = {
  readonly process: Process;
  readonly set: Flags;
  readonly config: Readonly<Record<string, unknown>>;
  readonly version: string;
  readonly trace: Trace;
  readonly nodeName: string;
};

/** The runtime that flags and configuration ask for; ends the kubelet when it does not answer. */
export function* containerRuntime(wanted: Wanted): Routine<() => CriServer> {
  const { process, set, config, version, trace, nodeName } = wanted;
  const kind = set.get('container-runtime') ?? (minorOf(version) <= lastWithDockershim ? 'docker' : 'remote');
  if (kind === 'docker' && minorOf(version) <= lastWithDockershim) return yield* inTreeDockershim(wanted);
  if (kind !== 'remote') return yield* failed(process, version, `unsupported CRI runtime: ${JSON.stringify(kind)}`);
  const endpoint =
    set.get('container-runtime-endpoint') ??
    String(config['containerRuntimeEndpoint'] ?? (minorOf(version) <= lastWithDockershim ? `unix://${dockershimSocket}` : containerdSocket));
  const socket = endpoint.replace('unix://', '');
  const cri = runtimeAt(process, socket, trace, nodeName);
  yield* validate(process, version, socket, cri);
  return cri;
}

function* inTreeDockershim({ process, set, config, version, trace, nodeName }: Wanted): Routine<() => CriServer> {
  const server = serveDockershim(process, {
    socket: dockershimSocket,
    owner: `kubelet (${nodeName})`,
    trace,
    sandboxImage: set.get('pod-infra-container-image') ?? 'k8s.gcr.io/pause:3.6',
    cniConfDir: set.get('cni-conf-dir') ?? '/etc/cni/net.d',
    cniBinDir: set.get('cni-bin-dir') ?? '/opt/cni/bin',
  });
  try {
    server.runtime.version();
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    yield* failed(process, version, `failed to get docker version: ${error.desc.replace(/^failed to get docker version: /, '')}`);
  }
  const theirs = server.runtime.runtimeConfig().cgroupDriver.toLowerCase();
  const ours = set.get('cgroup-driver') ?? String(config['cgroupDriver'] ?? 'cgroupfs');
  if (ours !== theirs)
    yield* failed(
      process,
      version,
      `misconfiguration: kubelet cgroup driver: ${JSON.stringify(ours)} is different from docker cgroup driver: ${JSON.stringify(theirs)}`,
    );
  const traced = tracedCri(trace, server, `kubelet (${nodeName})`, `dockershim (${nodeName})`);
  return () => traced;
}

/** A kubelet that finds nobody behind its socket does not start: cri-client pkg/remote_runtime.go, validateServiceConnection. */
function* validate(process: Process, version: string, socket: string, cri: () => CriServer): Routine {
  try {
    cri();
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    if (minorOf(version) >= 26)
      yield* failed(process, version, `validate service connection: validate CRI v1 runtime API for endpoint "unix://${socket}": ${error.message}`);
    // Before 1.26 a server without v1 was taken for one of v1alpha2, and found wanting later.
    if (error.code === 'Unimplemented') {
      const text = error.message.replace('runtime.v1.', 'runtime.v1alpha2.');
      yield* failed(process, version, `failed to create kubelet: get remote runtime typed version failed: ${text}`);
    }
    yield* failed(process, version, `unable to determine runtime API version: ${error.message}`);
  }
}

/** Why a kubelet does not start. */
export const failed = (process: Process, version: string, text: string): Routine<never> =>
  minorOf(version) <= lastWithDockershim
    ? fatal(process, 'server.go:302', `"Failed to run kubelet" err=${JSON.stringify(`failed to run Kubelet: ${text}`)}`)
    : fatal(process, minorOf(version) < 26 ? 'run.go:74' : 'run.go:72', `"command failed" err=${JSON.stringify(`failed to run Kubelet: ${text}`)}`);

/** The container runtime behind a socket, whoever listens there now. */
function runtimeAt(process: Process, path: string, trace: Trace, nodeName: string): () => CriServer {
  let last: { readonly server: CriServer; readonly traced: CriServer } | undefined;
  return () => {
    try {
      const server = dialUnix(criProtocol, process.fs.stat(path));
      if (last?.server !== server) last = { server, traced: tracedCri(trace, server, `kubelet (${nodeName})`, `${serverName(path)} (${nodeName})`) };
      return last.traced;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code === 'EPROTO') throw new CriError('Unimplemented', 'unknown service runtime.v1.RuntimeService');
      throw new CriError(
        'Unavailable',
        `connection error: desc = "transport: Error while dialing: dial unix ${path}: connect: ${error.message.toLowerCase()}"`,
      );
    }
  };
}
