/** A running command or log at a distance: exec, attach, logs -f, port-forward. */

import type { Condition } from '../sim/routine.ts';
import type { ByteStream } from '../sim/stream.ts';

export type TerminalSize = { readonly columns: number; readonly rows: number };

export type StreamSession = {
  readonly session: true;
  /** The caller sends and closes; absent when no stdin was asked for. */
  readonly stdin?: ByteStream;
  /** The caller receives; breaking it tells the other side that nobody listens. */
  readonly stdout: ByteStream;
  /** Absent with a terminal: all comes on stdout. */
  readonly stderr?: ByteStream;
  resize?(size: TerminalSize): void;
  /** Ends the session from the caller's side, as a closed connection does. */
  close(): void;
  /** Set when the command has ended; `ended` is notified then. Streams are closed before. */
  outcome(): StreamOutcome | undefined;
  readonly ended: Condition;
};

/** `error` is a text for the user when the command could not run (then exitCode is 1 or as the runtime says). */
export type StreamOutcome = { readonly exitCode: number; readonly error?: string };

export const isSession = (value: object): value is StreamSession => 'session' in value;
