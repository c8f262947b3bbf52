/** A tool's own streams joined to those of a process in a container: what ctr run, nerdctl exec, docker attach and runc run do in the foreground. */
import type { FarTerminal } from '../interfaces/streams.ts';
import type { OpenFile } from '../linux/open-file.ts';
import type { Process } from '../linux/process.ts';
import type { Fiber } from '../sim/fiber.ts';
import type { Routine } from '../sim/routine.ts';
import { type ByteStream, newByteStream } from '../sim/stream.ts';

/** What a runtime is handed: the same shape for containerd's tasks and runc's processes. */
type TaskStreams = {
  readonly stdin: ByteStream;
  readonly stdout: ByteStream;
  readonly stderr?: ByteStream;
  readonly terminal?: { readonly columns: number; readonly rows: number };
};

type ForegroundOptions = {
  readonly tty: boolean;
  /** Whether the tool's standard input is handed on. */
  readonly stdin: boolean;
};

/** The streams of a process in the foreground, copied to and from the caller's own. */
export class Foreground {
  readonly stdio: TaskStreams;
  readonly #process: Process;
  readonly #options: ForegroundOptions;
  #fibers: Fiber<void>[] = [];

  constructor(process: Process, options: ForegroundOptions) {
    this.#process = process;
    this.#options = options;
    const stdin = newByteStream();
    if (!options.stdin && !options.tty) stdin.close();
    const stdout = newByteStream(Number.POSITIVE_INFINITY);
    const size = process.tty?.size ?? { columns: 80, rows: 24 };
    this.stdio = options.tty ? { stdin, stdout, terminal: size } : { stdin, stdout, stderr: newByteStream(Number.POSITIVE_INFINITY) };
  }

  /** `terminal` is the far one, where it is known: how it reads a line decides what the near one shows. */
  attach(terminal?: FarTerminal): void {
    const process = this.#process;
    const { stdin, stdout, stderr } = this.stdio;
    this.#fibers.push(process.sim.go(copyOut(stdout, process.stdout)));
    if (stderr) this.#fibers.push(process.sim.go(copyOut(stderr, process.stderr)));
    if (this.#options.stdin) process.sim.go(copyIn(process.stdin, stdin));
    if (this.#options.tty) process.tty?.set({ remote: terminal ?? { mode: () => 'cooked', reader: () => undefined } });
  }

  *finish(): Routine {
    this.stdio.stdin.break();
    for (const fiber of this.#fibers) if (!fiber.done) yield* fiber.join();
    if (this.#options.tty) this.#process.tty?.set({ remote: null });
  }
}

/** The terminal that a process of this machine runs on. */
export const terminalOf = ({ kernel }: Process, pid: number): FarTerminal => ({
  mode: () => kernel.processes.get(pid)?.tty?.mode ?? 'cooked',
  reader: () => kernel.processes.get(pid)?.tty?.activeReader,
});

/** Until the stream ends; throws Errno EPIPE once nobody reads `to`. */
export function* copyOut(from: ByteStream, to: OpenFile): Routine {
  for (let text = yield* from.receive(); text !== undefined; text = yield* from.receive()) yield* to.write(text);
}

/** Until the input ends, which closes `to`, or until nobody reads there any more. */
export function* copyIn(from: OpenFile, to: ByteStream): Routine {
  for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) if (!to.push(text)) return;
  to.close();
}

/** The same until an escape sequence was typed: what may be its beginning is held back (moby term.EscapeProxy). Gives whether it was. */
export function* copyUntil(keys: string, from: OpenFile, to: ByteStream): Routine<boolean> {
  let held = '';
  for (let text = yield* from.read(); text !== undefined; text = yield* from.read()) {
    let out = '';
    for (const each of text) {
      held += each;
      if (held === keys) return true;
      if (keys.startsWith(held)) continue;
      out += held;
      held = '';
    }
    if (out !== '' && !to.push(out)) return false;
  }
  to.close();
  return false;
}

/** `ctrl-p,ctrl-q` as it is typed (moby term.ToBytes); undefined for what is no sequence. */
export function keysOf(sequence: string): string | undefined {
  const keys = sequence.split(',').map((each) => {
    const code = each.length === 1 ? each.charCodeAt(0) : /^ctrl-[a-z@[\\\]^_]$/.test(each) ? each.toUpperCase().charCodeAt(5) - 64 : Number.NaN;
    return Number.isNaN(code) ? undefined : String.fromCharCode(code);
  });
  return keys.includes(undefined) ? undefined : keys.join('');
}

/** The signals that a tool in the foreground hands on. */
export const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
