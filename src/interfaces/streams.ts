/** A running command or log at a distance: exec, attach, logs -f, port-forward. */

import { Condition, type Routine } from '../sim/routine.ts';
import { type ByteStream, newByteStream } from '../sim/stream.ts';

type TerminalSize = { readonly columns: number; readonly rows: number };

/** How the terminal at the other end treats keys now: what `Tty.set({ remote })` of the near one takes. */
export type FarTerminal = {
  readonly mode: () => 'cooked' | 'raw';
  readonly reader: () => LineReader | undefined;
};

/** Structurally the LineReader of linux/tty.ts, which this folder may not import. */
type LineReader = {
  history(): readonly string[];
  complete(line: string, cursor: number): { readonly from: number; readonly candidates: readonly string[] };
};

/**
 * What the caller of an exec, attach, `logs -f` or port-forward holds while it runs. The server's end is a ServedSession; the apiserver and the
 * kubelet hand the same object through.
 */
export type StreamSession = {
  readonly session: true;
  /** The caller sends and closes; absent when no stdin was asked for. */
  readonly stdin?: ByteStream;
  /** The caller receives; breaking it tells the other side that nobody listens. */
  readonly stdout: ByteStream;
  /** Absent with a terminal: all comes on stdout. */
  readonly stderr?: ByteStream;
  /** SIGWINCH for the far terminal; absent where there is none. */
  resize?(size: TerminalSize): void;
  /** With a terminal: the far one. */
  readonly terminal?: FarTerminal;
  /** port-forward: what listens behind the port, by protocol name, for the caller to offer at its own end. */
  readonly servers?: ReadonlyMap<string, unknown>;
  /** Ends the session from the caller's side, as a closed connection does. */
  close(): void;
  /** Set when the command has ended; `ended` is notified then. Streams are closed before. */
  outcome(): StreamOutcome | undefined;
  readonly ended: Condition;
};

/** `error` is a text for the user when the command could not run (then exitCode is 1 or as the runtime says). */
export type StreamOutcome = { readonly exitCode: number; readonly error?: string };

/** Tells a session from a RestResponse: `RestServer.connect` gives either. */
export const isSession = (value: object): value is StreamSession => 'session' in value;

/** All that it says on stdout, once it has ended. */
export function* wholeText({ stdout }: StreamSession): Routine<string> {
  let text = '';
  for (let part = yield* stdout.receive(); part !== undefined; part = yield* stdout.receive()) text += part;
  return text;
}

/** Both ends of a session, for the server that has the process; `face` is what the caller gets. */
export class ServedSession {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteStream = newByteStream();
  readonly stderr: ByteStream | undefined;
  readonly ended = new Condition();
  /** Set when there is a process, which may be after the session has begun. */
  resize: (size: TerminalSize) => void = () => {};
  terminal: FarTerminal | undefined;
  servers: StreamSession['servers'];
  /** Called once the caller closes; the server ends the process then. */
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

  /** The caller's end, to be given out once. */
  face(): StreamSession {
    const { stdin, stdout, stderr, servers, ended } = this;
    return {
      session: true,
      ...(stdin ? { stdin } : {}),
      stdout,
      ...(stderr ? { stderr } : {}),
      ...(servers ? { servers } : {}),
      ...(this.#tty ? { terminal: { mode: () => this.terminal?.mode() ?? 'cooked', reader: () => this.terminal?.reader() } } : {}),
      resize: (size) => this.resize(size),
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
