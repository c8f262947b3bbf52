/** ctr's own streams joined to those of a task. */
import { ContainerdError } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import { Foreground, forwardedSignals } from '../streams.ts';
import { type Context, CtrError } from './context.ts';

/** Without a terminal ctr hands its stdin on too; the script that a shell is reading from there is not meant for the container. */
export const foreground = ({ process }: Context, tty: boolean): Foreground =>
  new Foreground(process, { tty, stdin: process.stdin.tty !== undefined || process.stdin !== process.parent?.fds.get(0) });

/** A background task's output has no reader: it is dropped, as an unconnected fifo's. */
export function nowhere(): OciStdio {
  return {};
}

/** Throws CtrError: ctr panics there. */
export function needTerminal(context: Context): void {
  if (!context.process.stdin.tty) throw new CtrError('panic: provided file is not a console\n\ngoroutine 1 [running]:\nmain.main()', 2);
}

/** ^C goes to the task. */
export function forward(context: Context, id: string): void {
  for (const signal of forwardedSignals)
    context.process.onSignal(signal, () => {
      try {
        context.client().tasks.kill(context.namespace, id, signal);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error; // It has ended by itself.
      }
    });
}
