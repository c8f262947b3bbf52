/** nerdctl's own streams joined to those of a task. */

import { ContainerdError } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import type { OpenFile } from '../../linux/open-file.ts';
import type { SignalName } from '../../linux/signals.ts';
import type { Routine } from '../../sim/routine.ts';
import { type ByteStream, newByteStream } from '../../sim/stream.ts';
import { type Context, NerdctlError } from './context.ts';

/** The streams of a process in the foreground, copied to and from the caller's own. */
export class Console {
  readonly stdio: OciStdio;
  readonly #context: Context;
  readonly #tty: boolean;
  readonly #interactive: boolean;
  #fibers: { cancel(): void; readonly done: boolean; join(): Routine<unknown> }[] = [];

  constructor(context: Context, options: { readonly tty: boolean; readonly interactive: boolean }) {
    this.#context = context;
    this.#tty = options.tty;
    this.#interactive = options.interactive;
    const stdout = newByteStream(Number.POSITIVE_INFINITY);
    const size = context.process.tty?.size ?? { columns: 80, rows: 24 };
    const stdin = newByteStream();
    if (!options.interactive && !options.tty) stdin.close();
    this.stdio = options.tty ? { stdin, stdout, terminal: size } : { stdin, stdout, stderr: newByteStream(Number.POSITIVE_INFINITY) };
  }

  attach(): void {
    const { process } = this.#context;
    const { stdin, stdout, stderr } = this.stdio;
    if (stdout) this.#fibers.push(process.sim.go(copyOut(stdout, process.stdout)));
    if (stderr) this.#fibers.push(process.sim.go(copyOut(stderr, process.stderr)));
    if (stdin && this.#interactive) process.sim.go(copyIn(process.stdin, stdin));
    if (this.#tty) process.tty?.set({ remote: { mode: () => 'cooked', reader: () => undefined } });
  }

  *finish(): Routine {
    this.stdio.stdin?.break();
    for (const fiber of this.#fibers) if (!fiber.done) yield* fiber.join();
    if (this.#tty) this.#context.process.tty?.set({ remote: null });
  }
}

function* copyOut(from: ByteStream, to: OpenFile): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) yield* to.write(text);
}

function* copyIn(from: OpenFile, to: ByteStream): Routine {
  for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) if (!to.push(text)) return;
  to.close();
}

export function needTerminal({ process }: Context): void {
  if (!process.stdin.tty) throw new NerdctlError('provided file is not a console');
}

/** ^C goes to the task. */
export function forwardSignals(context: Context, id: string): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly SignalName[])
    context.process.onSignal(signal, () => {
      try {
        context.client().tasks.kill(context.namespace, id, signal);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error; // It has ended by itself.
      }
    });
}
