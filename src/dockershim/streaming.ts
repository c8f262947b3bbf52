/** exec, attach and port-forward through Docker (kubernetes pkg/kubelet/dockershim/docker_streaming.go, exec.go). */
import { forwardPort } from '../cri/streaming.ts';
import { CriError, type ExecRequest, type ExecSyncResponse } from '../interfaces/cri.ts';
import type { ExecOptions } from '../interfaces/docker.ts';
import type { StreamOutcome, StreamSession } from '../interfaces/streams.ts';
import type { Routine } from '../sim/routine.ts';
import { eachText } from '../sim/stream.ts';
import type { Shim } from './shim.ts';

/** The sessions with Docker's containers. */
export class Streaming {
  readonly #shim: Shim;

  constructor(shim: Shim) {
    this.#shim = shim;
  }

  *exec({ containerId, cmd, tty, stdin }: ExecRequest): Routine<StreamSession> {
    this.#mustRun(containerId);
    return yield* this.#shim.run((docker) => docker.containers.exec(containerId, execOptions(cmd, { tty, stdin })));
  }

  *execSync(containerId: string, cmd: readonly string[], timeoutSeconds: number): Routine<ExecSyncResponse> {
    this.#mustRun(containerId);
    const session = yield* this.#shim.run((docker) => docker.containers.exec(containerId, execOptions(cmd, { tty: false, stdin: false })));
    const output = { stdout: '', stderr: '' };
    const readers = [
      this.#shim.sim.go(eachText(session.stdout, (text) => (output.stdout += text))),
      ...(session.stderr ? [this.#shim.sim.go(eachText(session.stderr, (text) => (output.stderr += text)))] : []),
    ];
    const until = timeoutSeconds > 0 ? this.#shim.sim.now + timeoutSeconds * 1000 : Number.POSITIVE_INFINITY;
    try {
      while (!session.outcome()) {
        const left = until - this.#shim.sim.now;
        if (left <= 0) throw new CriError('DeadlineExceeded', `command ${JSON.stringify(cmd.join(' '))} timed out`);
        yield Number.isFinite(left) ? { on: [session.ended], timeout: left } : { on: [session.ended] };
      }
    } finally {
      if (!session.outcome()) session.close();
    }
    for (const reader of readers) if (!reader.done) yield* reader.join();
    const { exitCode, error } = session.outcome() as StreamOutcome;
    if (error !== undefined) throw new CriError('Unknown', error);
    return { ...output, exitCode };
  }

  *attach({ containerId, stdin }: Omit<ExecRequest, 'cmd'>): Routine<StreamSession> {
    this.#mustRun(containerId);
    return this.#shim.call((docker) => docker.containers.attach(containerId, { stdin }));
  }

  *portForward(sandboxId: string, port: number): Routine<StreamSession> {
    const { State } = this.#shim.inspect(sandboxId);
    if (!State.Running) throw new CriError('Unknown', `container not running (${sandboxId})`);
    const namespace = this.#shim.network(State.Pid) ?? this.#shim.kernel.host.network;
    const refused = `exit status 1: socat E connect(5, AF=2 127.0.0.1:${port}, 16): Connection refused`;
    const session = forwardPort(this.#shim.sim, namespace, port, refused);
    session.closed = () => session.end({ exitCode: 0 });
    return session.face();
  }

  #mustRun(id: string): void {
    if (!this.#shim.inspect(id).State.Running) throw new CriError('Unknown', `container not running (${id})`);
  }
}

const execOptions = (cmd: readonly string[], options: { readonly tty: boolean; readonly stdin: boolean }): ExecOptions => ({
  cmd,
  ...options,
  detach: false,
  env: [],
  user: '',
  workdir: '',
  privileged: false,
});
