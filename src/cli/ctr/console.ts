/** ctr's own streams joined to those of a task. */
import { ContainerdError } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { SignalName } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { type ByteStream, newByteStream } from '../../sim/stream.ts';
import { type Context, CtrError } from './context.ts';

/** The streams of a process in the foreground, copied to and from the caller's own. */
export class Console {
  readonly stdio: OciStdio;
  readonly #context: Context;
  readonly #tty: boolean;
  #fibers: { cancel(): void; readonly done: boolean; join(): Routine<unknown> }[] = [];

  constructor(context: Context, tty: boolean) {
    this.#context = context;
    this.#tty = tty;
    const stdout = newByteStream();
    const size = context.process.tty?.size ?? { columns: 80, rows: 24 };
    this.stdio = tty ? { stdin: newByteStream(), stdout, terminal: size } : { stdin: newByteStream(), stdout, stderr: newByteStream() };
  }

  attach(): void {
    const { process } = this.#context;
    const { stdin, stdout, stderr } = this.stdio;
    if (stdout) this.#fibers.push(process.sim.go(copyOut(stdout, process.stdout)));
    if (stderr) this.#fibers.push(process.sim.go(copyOut(stderr, process.stderr)));
    // Without a terminal ctr hands its stdin on too; the script that a shell is reading from there is not meant for the container.
    if (stdin && (process.stdin.tty || process.stdin !== process.parent?.fds.get(0))) process.sim.go(copyIn(process.stdin, stdin));
    if (this.#tty) process.tty?.set({ remote: { mode: () => 'cooked', reader: () => undefined } });
  }

  *finish(): Routine {
    this.stdio.stdin?.break();
    for (const fiber of this.#fibers) if (!fiber.done) yield* fiber.join();
    if (this.#tty) this.#context.process.tty?.set({ remote: null });
  }
}

export function* copyOut(from: ByteStream, to: OpenFile): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) yield* to.write(text);
}

function* copyIn(from: OpenFile, to: ByteStream): Routine {
  for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) if (!to.push(text)) return;
  to.close();
}

/** A background task's output has no reader: it is dropped, as an unconnected fifo's. */
export function nowhere(): OciStdio {
  return {};
}

export function needTerminal(context: Context): void {
  if (!context.process.stdin.tty) throw new CtrError('panic: provided file is not a console\n\ngoroutine 1 [running]:\nmain.main()', 2);
}

/** ^C goes to the task. */
export function forward(context: Context, id: string): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly SignalName[])
    context.process.onSignal(signal, () => {
      try {
        context.client().tasks.kill(context.namespace, id, signal);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error; // It has ended by itself.
      }
    });
}
