/** dockershim as a part of an old kubelet's process, and as a daemon of its own: cri-dockerd. */
import { Cni } from '../../cni/cni.ts';
import { newDockershim } from '../../dockershim/dockershim.ts';
import { type CriServer, criProtocol } from '../../interfaces/cri.ts';
import { type DockerApi, DockerError, dockerProtocol } from '../../interfaces/docker.ts';
import { Errno } from '../../linux/errno.ts';
import { SpecialNode } from '../../linux/inode.ts';
import { dialUnix, listenUnix, serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { Exit, type Program } from '../../linux/program.ts';
import type { Routine } from '../../sim/routine.ts';
import type { Trace } from '../trace.ts';
import { describeCni, tracedDocker } from '../walls.ts';
import { fatal, logger, untilTerminated } from './component.ts';

const dockerSocket = '/var/run/docker.sock';

type Serving = {
  readonly socket: string;
  /** As the trace names the process: `kubelet (node01)`. */
  readonly owner: string;
  readonly trace: Trace;
  readonly sandboxImage: string;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
};

/** A CRI server over Docker, listening at a socket until the process ends. */
export function serveDockershim(process: Process, { socket, owner, trace, ...options }: Serving): CriServer {
  const { kernel, sim, fs } = process;
  const cni = trace.around(new Cni({ kernel, sim: kernel.sim }), 'cni', owner, 'CNI plugins', describeCni);
  const server = newDockershim({ sim, kernel, files: fs, docker: dockerAt(process, trace, owner), cni, ...options });
  const inode = new SpecialNode('socket', { mode: 0o660, uid: 0, gid: 0, mtime: sim.now });
  listenUnix(inode, new Map([serve(criProtocol, server)]));
  if (fs.find(socket)) fs.unlink(socket);
  fs.mknod(socket, inode);
  sim.go(
    (function* (): Routine {
      try {
        for (;;) yield { timeout: 1e12 };
      } finally {
        inode.listener = undefined;
        if (fs.find(socket) === inode) fs.unlink(socket);
      }
    })(),
  );
  return server;
}

/** dockerd as it listens now. */
function dockerAt(process: Process, trace: Trace, owner: string): () => DockerApi {
  let last: { readonly api: DockerApi; readonly traced: DockerApi } | undefined;
  return () => {
    try {
      const api = dialUnix(dockerProtocol, process.fs.stat(dockerSocket));
      if (last?.api !== api) last = { api, traced: tracedDocker(trace, api, owner, `dockerd (${process.kernel.hostname})`) };
      return last.traced;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      throw new DockerError(503, `Cannot connect to the Docker daemon at unix://${dockerSocket}. Is the docker daemon running?`);
    }
  };
}

const flags = new Set([
  'container-runtime-endpoint',
  'network-plugin',
  'pod-infra-container-image',
  'cni-bin-dir',
  'cni-conf-dir',
  'docker-endpoint',
  'log-level',
]);

/** cri-dockerd 0.3: `--container-runtime-endpoint fd://` is the socket that its systemd unit opens. */
export const newCriDockerd = (trace: Trace): Program =>
  function* (argv, process) {
    const set = new Map<string, string>();
    for (let i = 1; i < argv.length; i++) {
      const [name = '', inline] = (argv[i] as string).replace(/^--?/, '').split('=');
      if (name === 'version') {
        yield* process.print('cri-dockerd 0.3.21 (HEAD)\n');
        throw new Exit(0);
      }
      if (!flags.has(name)) {
        yield* process.printError(`Error: unknown flag: --${name}\n`);
        throw new Exit(1);
      }
      set.set(name, inline ?? argv[++i] ?? '');
    }
    const endpoint = set.get('container-runtime-endpoint') ?? 'fd://';
    const node = process.kernel.hostname;
    const server = serveDockershim(process, {
      socket: endpoint.startsWith('unix://') ? endpoint.slice(7) : '/run/cri-dockerd.sock',
      owner: `cri-dockerd (${node})`,
      trace,
      sandboxImage: set.get('pod-infra-container-image') ?? 'registry.k8s.io/pause:3.10',
      cniConfDir: set.get('cni-conf-dir') ?? '/etc/cni/net.d',
      cniBinDir: set.get('cni-bin-dir') ?? '/opt/cni/bin',
    });
    process.allocate(30 * 1024 * 1024);
    const log = logger(process);
    log('I', 'docker_service.go:264', '"Docker cri networking managed by network plugin cni"');
    const problem = server.runtime.status(false).conditions.find(({ type }) => type === 'RuntimeReady');
    if (!problem?.status) return yield* fatal(process, 'docker.go:47', `${problem?.message.replace(/^docker: /, '') ?? ''}`);
    log('I', 'cri_dockerd.go:77', `"Start cri-dockerd grpc backend"`);
    return yield* untilTerminated(process, () => {});
  };
