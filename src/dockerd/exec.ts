/** docker exec (moby daemon/exec.go). */
import { DockerError, type ExecOptions } from '../interfaces/docker.ts';
import { everyCapability } from '../interfaces/oci-defaults.ts';
import { ServedSession, type StreamSession } from '../interfaces/streams.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import { terminalOf } from './container-io.ts';
import { containerdText, type Engine, moby } from './engine.ts';
import { rootOf } from './layers.ts';
import { resolveUser } from './spec.ts';
import type { Container } from './state.ts';

export function* startExec(engine: Engine, container: Container, options: ExecOptions): Routine<StreamSession> {
  if (container.status === 'paused') throw new DockerError(409, `Container ${container.name} is paused, unpause the container before exec`);
  if (container.status === 'restarting') throw new DockerError(409, `Container ${container.id} is restarting, wait until the container is running`);
  if (!container.running) throw new DockerError(409, `container ${container.id} is not running`);
  yield* sleep(engine.sim.random.between(20, 35));
  const id = engine.sim.random.hex(64);
  const line = options.cmd.join(' ');
  engine.emitContainer(`exec_create: ${line}`, container, { execID: id });
  const session = new ServedSession({ stdin: options.stdin, tty: options.tty });
  const { stdin, stdout, stderr } = session;
  let pid = 0;
  let failure: string | undefined;
  const { process } = engine.containerd.containers.get(moby, container.id).spec;
  const user = options.user === '' ? undefined : resolveUser(rootOf(engine, container.id), options.user);
  engine.sim.go(
    (function* (): Routine {
      try {
        engine.emitContainer(`exec_start: ${line}`, container, { execID: id });
        pid = yield* engine.containerd.tasks.exec(
          moby,
          container.id,
          id,
          {
            ...process,
            args: options.cmd,
            terminal: options.tty,
            cwd: options.workdir || process.cwd,
            env: [
              ...process.env.filter((entry) => !options.env.some((own) => own.split('=')[0] === entry.split('=')[0])),
              ...(options.tty ? ['TERM=xterm'] : []),
              ...options.env,
            ],
            ...(options.privileged ? { capabilities: { bounding: everyCapability, effective: everyCapability, permitted: everyCapability } } : {}),
            ...(user ? { user: { uid: user.uid, gid: user.gid, additionalGids: user.groups } } : {}),
          },
          options.detach
            ? {}
            : { ...(stdin ? { stdin } : {}), stdout, ...(stderr ? { stderr } : {}), ...(options.tty ? { terminal: { columns: 80, rows: 24 } } : {}) },
        );
        container.execs.add(id);
        container.changed.notify();
        session.resize = (size) => engine.containerd.tasks.resize(moby, container.id, size, id);
        const exitCode = yield* engine.containerd.tasks.waitExec(moby, container.id, id);
        engine.emitContainer('exec_die', container, { execID: id, exitCode: String(exitCode) });
        if (!stdout.closed) yield* sleep(1);
        session.end({ exitCode });
      } catch (error) {
        failure = containerdText(error);
        container.changed.notify();
        session.end({ exitCode: /permission denied|is a directory/.test(failure) ? 126 : 127, error: failure });
      } finally {
        container.execs.delete(id);
        session.end({ exitCode: 137 });
      }
    })(),
    `exec:${id.slice(0, 12)}`,
  );
  // Nobody is left to tell who detaches: the answer waits for the process.
  if (options.detach) while (pid === 0 && failure === undefined) yield { on: [container.changed] };
  if (options.detach && failure !== undefined) throw new DockerError(400, failure);
  session.terminal = terminalOf(engine, () => pid);
  return session.face();
}
