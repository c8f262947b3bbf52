/** exec, attach and port-forward: sessions with processes at a distance (k8s.io/kubelet pkg/cri/streaming, which containerd and CRI-O both use). */
import { CriError, type ExecRequest, type ExecSyncResponse } from '../interfaces/cri.ts';
import type { OciProcess, OciSpec, OciStdio } from '../interfaces/oci.ts';
import { ServedSession, type StreamSession } from '../interfaces/streams.ts';
import type { Kernel } from '../linux/kernel.ts';
import { connect, NetworkError, type NetworkNamespace } from '../linux/network.ts';
import { type ByteServer, byteProtocol } from '../linux/protocols.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Sim } from '../sim/sim.ts';
import { type ByteStream, eachText, newByteStream } from '../sim/stream.ts';
import type { CriContainer, Sandbox } from './records.ts';

/** How long after its process a session waits for children that still hold its streams. */
const drain = 20;

/** What a runtime has to bring: its containers, a way to start processes in them, its own words for what goes wrong. */
export type StreamingHost = {
  readonly kernel: Kernel;
  /** Ends with the daemon. */
  readonly sim: Sim;
  container(id: string): CriContainer | undefined;
  sandbox(id: string): Sandbox | undefined;
  /** Throws CriError. */
  exec(container: CriContainer, process: OciSpec['process'], stdio: OciStdio): Routine<OciProcess>;
  /** The container's first process. */
  init(container: CriContainer): OciProcess | undefined;
  readonly texts: {
    noContainer(id: string, verb: 'exec' | 'attach'): CriError;
    notRunning(container: CriContainer, verb: 'exec' | 'attach'): CriError;
    noSandbox(id: string): CriError;
    sandboxNotReady(sandbox: Sandbox): CriError;
    timeout(seconds: number): CriError;
    /** Before what went wrong with a process: asked for with ExecSync, or in a session. */
    readonly execSync: string;
    readonly exec: string;
    refused(sandbox: Sandbox, port: number): string;
  };
};

/** The sessions of a CRI server. */
export class Streaming {
  readonly #host: StreamingHost;

  constructor(host: StreamingHost) {
    this.#host = host;
  }

  *exec(request: ExecRequest): Routine<StreamSession> {
    const container = this.#running(request.containerId, 'exec');
    yield* sleep(this.#host.sim.random.between(5, 12));
    const session = new ServedSession({ stdin: request.stdin, tty: request.tty });
    this.#host.sim.go(this.#runExec(container, request, session), `exec:${container.id.slice(0, 12)}`);
    return session.face();
  }

  *execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Routine<ExecSyncResponse> {
    const container = this.#running(containerId, 'exec');
    const stdout = newByteStream();
    const stderr = newByteStream();
    const process = yield* this.#start(container, cmd, { stdout, stderr }, this.#host.texts.execSync);
    const output = { stdout: '', stderr: '' };
    const readers = [
      this.#host.sim.go(eachText(stdout, (text) => (output.stdout += text))),
      this.#host.sim.go(eachText(stderr, (text) => (output.stderr += text))),
    ];
    const until = timeoutSeconds > 0 ? this.#host.sim.now + timeoutSeconds * 1000 : Number.POSITIVE_INFINITY;
    while (process.exitStatus() === undefined) {
      const left = until - this.#host.sim.now;
      if (left <= 0) {
        this.#host.kernel.processes.get(process.pid)?.signal('SIGKILL');
        for (const reader of readers) reader.cancel();
        throw this.#host.texts.timeout(timeoutSeconds);
      }
      yield Number.isFinite(left) ? { on: [process.exited], timeout: left } : { on: [process.exited] };
    }
    const drained = this.#host.sim.now + drain;
    for (const reader of readers) while (!reader.done && this.#host.sim.now < drained) yield { on: [reader.exited], timeout: drain };
    for (const reader of readers) reader.cancel();
    return { ...output, exitCode: process.exitStatus() ?? 255 };
  }

  *attach(request: Omit<ExecRequest, 'cmd'>): Routine<StreamSession> {
    const container = this.#running(request.containerId, 'attach');
    const session = new ServedSession({ stdin: request.stdin && container.io.stdin !== undefined, tty: container.config.tty === true });
    follow(session, this.#host.init(container));
    const client = { stdout: session.stdout, ...(session.stderr ? { stderr: session.stderr } : {}) };
    container.io.attached.add(client);
    this.#host.sim.go(this.#runAttach(container, session, client), `attach:${container.id.slice(0, 12)}`);
    if (session.stdin && container.io.stdin) this.#host.sim.go(copyIn(session.stdin, container, container.io.stdin), 'attach-stdin');
    return session.face();
  }

  *portForward(podSandboxId: string, port: number): Routine<StreamSession> {
    const sandbox = this.#host.sandbox(podSandboxId);
    if (!sandbox) throw this.#host.texts.noSandbox(podSandboxId);
    if (!sandbox.ready) throw this.#host.texts.sandboxNotReady(sandbox);
    yield* sleep(this.#host.sim.random.between(2, 6));
    const { kernel } = this.#host;
    const namespace = sandbox.netns === '' ? kernel.host.network : (kernel.networkNamespaces.get(sandbox.netns) ?? kernel.host.network);
    const refused = `error forwarding port ${port} to pod ${sandbox.id}, uid : ${this.#host.texts.refused(sandbox, port)}`;
    return forwardPort(this.#host.sim, namespace, port, refused).face();
  }

  #running(id: string, verb: 'exec' | 'attach'): CriContainer {
    const container = this.#host.container(id);
    if (!container) throw this.#host.texts.noContainer(id, verb);
    if (container.state !== 'CONTAINER_RUNNING') throw this.#host.texts.notRunning(container, verb);
    return container;
  }

  *#runExec(container: CriContainer, request: ExecRequest, session: ServedSession): Routine {
    const { stdin, stdout, stderr } = session;
    const stdio = { ...(stdin ? { stdin } : {}), stdout, ...(stderr ? { stderr } : {}), ...(request.tty ? { terminal: { columns: 80, rows: 24 } } : {}) };
    try {
      const process = yield* this.#start(container, request.cmd, stdio, this.#host.texts.exec, request.tty);
      follow(session, process);
      session.closed = () => {
        // A terminal that goes away takes its command along; without one it runs on.
        if (request.tty) this.#host.kernel.processes.get(process.pid)?.signal('SIGKILL');
      };
      while (process.exitStatus() === undefined) yield { on: [process.exited] };
      if (!stdout.closed) yield* sleep(1);
      session.end({ exitCode: process.exitStatus() ?? 255 });
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      session.end({ exitCode: 1, error: error.desc });
    } finally {
      session.end({ exitCode: 1, error: 'error reading from error stream: EOF' });
    }
  }

  *#runAttach(container: CriContainer, session: ServedSession, client: { readonly stdout: ByteStream; readonly stderr?: ByteStream }): Routine {
    try {
      while (container.state === 'CONTAINER_RUNNING' && !session.stdout.broken) yield { on: [container.changed, session.stdout.changed] };
      // What it said last may still be on its way through the log.
      yield* sleep(1);
      session.end({ exitCode: 0 });
    } finally {
      container.io.attached.delete(client);
      session.end({ exitCode: 0 });
    }
  }

  *#start(container: CriContainer, cmd: readonly string[], stdio: OciStdio, prefix: string, tty = false): Routine<OciProcess> {
    const { process } = container.spec;
    const env = tty && !process.env.some((entry) => entry.startsWith('TERM=')) ? [...process.env, 'TERM=xterm'] : process.env;
    try {
      return yield* this.#host.exec(container, { ...process, args: cmd, env, terminal: tty }, stdio);
    } catch (error) {
      throw error instanceof CriError ? new CriError('Unknown', `${prefix}${error.desc}`) : error;
    }
  }
}

/** A session with what listens at a port; it ends at once, with these words, where nothing does. */
export function forwardPort(sim: Sim, namespace: NetworkNamespace, port: number, refused: string): ServedSession {
  const session = new ServedSession({ stdin: true, tty: false });
  try {
    session.servers = connect(namespace, '127.0.0.1', port, sim.random).servers;
    const bytes = session.servers.get(byteProtocol.name) as ByteServer | undefined;
    if (bytes) sim.go(bytes.accept({ fromClient: session.stdin as ByteStream, toClient: session.stdout }), 'port-forward');
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    session.end({ exitCode: 1, error: refused });
  }
  return session;
}

function follow(session: ServedSession, process: OciProcess | undefined): void {
  session.resize = (size) => process?.resize(size);
  session.terminal = process?.terminal;
}

/** `stdinOnce`: the container's stdin ends with the first session that had it. */
function* copyIn(from: ByteStream, container: CriContainer, to: ByteStream): Routine {
  yield* eachText(from, (text) => to.push(text));
  if (container.config.stdinOnce) to.close();
}
