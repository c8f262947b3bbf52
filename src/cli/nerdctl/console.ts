/** nerdctl's own terminal. */
import { type Context, NerdctlError } from './context.ts';

/** Throws NerdctlError with containerd/console's text. */
export function needTerminal({ process }: Context): void {
  if (!process.stdin.tty) throw new NerdctlError('provided file is not a console');
}
