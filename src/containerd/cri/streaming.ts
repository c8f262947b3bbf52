/** exec, attach and port-forward: sessions with processes at a distance (internal/cri/server/streaming.go). */
import { CriError, type ExecRequest, type ExecSyncResponse } from '../../interfaces/cri.ts';
import type { OciProcess, OciSpec } from '../../interfaces/oci.ts';
import type { StreamOutcome, StreamSession } from '../../interfaces/streams.ts';
import { connect, NetworkError } from '../../linux/network.ts';
import { type ByteServer, byteProtocol } from '../../linux/protocols.ts';
import { Condition, type Routine, sleep } from '../../sim/routine.ts';
import { type ByteStream, newByteStream } from '../../sim/stream.ts';
import { textOf } from './errors.ts';
import { criNamespace } from './image-store.ts';
import type { Plugin } from './plugin.ts';
import type { CriContainer } from './store.ts';

/** How long after its process a session waits for children that still hold its streams. */
const drain = 20;

export class Streaming {
  readonly #plugin: Plugin;

  constructor(plugin: Plugin) {
    this.#plugin = plugin;
  }

  *exec(request: ExecRequest): Routine<StreamSession> {
    const container = this.#running(request.containerId);
    yield* sleep(this.#plugin.sim.random.between(5, 12));
    const session = new Session({ stdin: request.stdin, tty: request.tty });
    this.#plugin.sim.go(this.#runExec(container, request, session), `exec:${container.id.slice(0, 12)}`);
    return session.face();
  }

  *execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Routine<ExecSyncResponse> {
    const container = this.#running(containerId);
    const stdout = newByteStream();
    const stderr = newByteStream();
    const process = yield* this.#start(container, cmd, { stdout, stderr }, 'failed to exec in container: ');
    const output = { stdout: '', stderr: '' };
    const readers = [
      this.#plugin.sim.go(collect(stdout, (text) => (output.stdout += text))),
      this.#plugin.sim.go(collect(stderr, (text) => (output.stderr += text))),
    ];
    const until = timeoutSeconds > 0 ? this.#plugin.now() + timeoutSeconds * 1000 : Number.POSITIVE_INFINITY;
    while (process.exitStatus() === undefined) {
      const left = until - this.#plugin.now();
      if (left <= 0) {
        this.#plugin.kernel.processes.get(process.pid)?.signal('SIGKILL');
        for (const reader of readers) reader.cancel();
        throw new CriError('DeadlineExceeded', `failed to exec in container: timeout ${timeoutSeconds}s exceeded: context deadline exceeded`);
      }
      yield Number.isFinite(left) ? { on: [process.exited], timeout: left } : { on: [process.exited] };
    }
    const drained = this.#plugin.now() + drain;
    for (const reader of readers) while (!reader.done && this.#plugin.now() < drained) yield { on: [reader.exited], timeout: drain };
    for (const reader of readers) reader.cancel();
    return { ...output, exitCode: process.exitStatus() ?? 255 };
  }

  *attach(request: Omit<ExecRequest, 'cmd'>): Routine<StreamSession> {
    const container = this.#plugin.container(request.containerId);
    if (!container) throw new CriError('NotFound', 'failed to find container in store: not found');
    if (container.state !== 'CONTAINER_RUNNING') throw new CriError('Unknown', `container is in ${container.state} state`);
    const task = this.#plugin.tasks.find(criNamespace, container.id);
    const session = new Session({ stdin: request.stdin && container.io.stdin !== undefined, tty: container.config.tty === true });
    session.process = task?.process;
    const client = { stdout: session.stdout, ...(session.stderr ? { stderr: session.stderr } : {}) };
    container.io.attached.add(client);
    this.#plugin.sim.go(this.#runAttach(container, session, client), `attach:${container.id.slice(0, 12)}`);
    if (session.stdin && container.io.stdin) this.#plugin.sim.go(copyIn(session.stdin, container, container.io.stdin), 'attach-stdin');
    return session.face();
  }

  *portForward(podSandboxId: string, port: number): Routine<StreamSession> {
    const sandbox = this.#plugin.sandbox(podSandboxId);
    if (!sandbox) throw new CriError('NotFound', `failed to find sandbox ${JSON.stringify(podSandboxId)}: not found`);
    if (!sandbox.ready) throw new CriError('Unknown', 'sandbox container is not running');
    yield* sleep(this.#plugin.sim.random.between(2, 6));
    const { kernel } = this.#plugin;
    const namespace = sandbox.netns === '' ? kernel.host.network : (kernel.networkNamespaces.get(sandbox.netns) ?? kernel.host.network);
    const session = new Session({ stdin: true, tty: false });
    try {
      const listener = connect(namespace, '127.0.0.1', port, this.#plugin.sim.random);
      session.servers = listener.servers;
      const bytes = listener.servers.get(byteProtocol.name) as ByteServer | undefined;
      if (bytes) this.#plugin.sim.go(bytes.accept({ fromClient: session.stdin as ByteStream, toClient: session.stdout }), 'port-forward');
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const where = sandbox.netns === '' ? 'host' : `/var${sandbox.netns}`;
      session.end({
        exitCode: 1,
        error: `failed to execute portforward in network namespace ${JSON.stringify(where)}: failed to connect to localhost:${port} inside namespace ${JSON.stringify(sandbox.id)}, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `,
      });
    }
    return session.face();
  }

  #running(id: string): CriContainer {
    const container = this.#plugin.container(id);
    if (!container) throw new CriError('NotFound', `failed to find container ${JSON.stringify(id)} in store: not found`);
    if (container.state !== 'CONTAINER_RUNNING') throw new CriError('Unknown', `container is in ${container.state} state`);
    return container;
  }

  *#runExec(container: CriContainer, request: ExecRequest, session: Session): Routine {
    const { stdin, stdout, stderr } = session;
    const stdio = { ...(stdin ? { stdin } : {}), stdout, ...(stderr ? { stderr } : {}), ...(request.tty ? { terminal: { columns: 80, rows: 24 } } : {}) };
    try {
      const process = yield* this.#start(
        container,
        request.cmd,
        stdio,
        'Internal error occurred: error executing command in container: failed to exec in container: ',
        request.tty,
      );
      session.process = process;
      session.closed = () => {
        // A terminal that goes away takes its command along; without one it runs on.
        if (request.tty) this.#plugin.kernel.processes.get(process.pid)?.signal('SIGKILL');
      };
      while (process.exitStatus() === undefined) yield { on: [process.exited] };
      if (!stdout.closed) yield* sleep(1);
      session.end({ exitCode: process.exitStatus() ?? 255 });
    } catch (error) {
      const text = textOf(error);
      if (text === undefined) throw error;
      session.end({ exitCode: 1, error: text });
    } finally {
      session.end({ exitCode: 1, error: 'error reading from error stream: EOF' });
    }
  }

  *#runAttach(container: CriContainer, session: Session, client: { readonly stdout: ByteStream; readonly stderr?: ByteStream }): Routine {
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

  *#start(container: CriContainer, cmd: readonly string[], stdio: Parameters<Plugin['tasks']['exec']>[4], prefix: string, tty = false): Routine<OciProcess> {
    const execId = this.#plugin.sim.random.hex(64);
    const { process } = container.spec;
    const env = tty && !process.env.some((entry) => entry.startsWith('TERM=')) ? [...process.env, 'TERM=xterm'] : process.env;
    const spec: OciSpec['process'] = { ...process, args: cmd, env, terminal: tty };
    try {
      return yield* this.#plugin.tasks.exec(criNamespace, container.id, execId, spec, stdio);
    } catch (error) {
      const text = textOf(error);
      if (text === undefined) throw error;
      throw new CriError('Unknown', `${prefix}failed to start exec ${JSON.stringify(execId)}: ${text}`);
    } finally {
      // The record goes with the process; nobody asks for it again.
      this.#plugin.tasks.find(criNamespace, container.id)?.execs.delete(execId);
    }
  }
}

/** Both ends of one session; `face` is what the caller gets. */
class Session {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteStream = newByteStream();
  readonly stderr: ByteStream | undefined;
  readonly ended = new Condition();
  process: OciProcess | undefined;
  servers: ReadonlyMap<string, unknown> | undefined;
  closed: () => void = () => {};
  readonly #tty: boolean;
  #outcome: StreamOutcome | undefined;

  constructor(options: { readonly stdin: boolean; readonly tty: boolean }) {
    this.#tty = options.tty;
    this.stdin = options.stdin ? newByteStream() : undefined;
    this.stderr = options.tty ? undefined : newByteStream();
  }

  /** Only the first outcome counts. */
  end(outcome: StreamOutcome): void {
    if (this.#outcome) return;
    this.stdout.close();
    this.stderr?.close();
    this.stdin?.break();
    this.#outcome = outcome;
    this.ended.notify();
  }

  face(): StreamSession {
    const { stdin, stdout, stderr, servers, ended } = this;
    return {
      session: true,
      ...(stdin ? { stdin } : {}),
      stdout,
      ...(stderr ? { stderr } : {}),
      ...(servers ? { servers } : {}),
      ...(this.#tty ? { terminal: { mode: () => this.process?.terminal?.mode() ?? 'cooked', reader: () => this.process?.terminal?.reader() } } : {}),
      resize: (size) => this.process?.resize(size),
      close: () => {
        stdin?.close();
        stdout.break();
        stderr?.break();
        this.closed();
      },
      outcome: () => this.#outcome,
      ended,
    };
  }
}

function* collect(stream: ByteStream, add: (text: string) => void): Routine {
  for (let text = yield* stream.receive(); text !== undefined; text = yield* stream.receive()) add(text);
}

/** `stdinOnce`: the container's stdin ends with the first session that had it. */
function* copyIn(from: ByteStream, container: CriContainer, to: ByteStream): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) to.push(text);
  if (container.config.stdinOnce) to.close();
}
