/** nerdctl's own terminal and signals. */

import { ContainerdError } from '../../interfaces/containerd.ts';
import { forwardedSignals } from '../streams.ts';
import { type Context, NerdctlError } from './context.ts';

/** Throws NerdctlError with containerd/console's text. */
export function needTerminal({ process }: Context): void {
  if (!process.stdin.tty) throw new NerdctlError('provided file is not a console');
}

/** ^C goes to the task. */
export function forwardSignals(context: Context, id: string): void {
  for (const signal of forwardedSignals)
    context.process.onSignal(signal, () => {
      try {
        context.client().tasks.kill(context.namespace, id, signal);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error; // It has ended by itself.
      }
    });
}
