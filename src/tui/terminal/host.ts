/** The real terminal: taken over for the whole screen, and always given back, however the program ends. */
import { writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { KeyReader } from './key-reader.ts';
import type { KeyEvent } from './keys.ts';

type HostOptions = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly onKeys: (events: readonly KeyEvent[]) => void;
  /** The screen was away and is back (SIGCONT). */
  readonly onResume: () => void;
  readonly onSuspend: () => void;
  /** Last thing before an end that nobody asked for: keep what must be kept. */
  readonly onEnd: () => void;
};

/** What has the screen: keys go to it, and it is told of ends. */
export type Holder = {
  readonly keys: (events: readonly KeyEvent[]) => void;
  readonly keepNow: () => void;
  readonly suspend: () => void;
  readonly resume: () => void;
};

// Alternate screen, bracketed paste; on the way out also what a broken frame may have left on.
const enter = '\x1b[?1049h\x1b[?2004h\x1b[2J\x1b[H';
const leave = '\x1b[?2026l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l';
/** After a lone ESC so long a wait tells the Escape key from a sequence in pieces. */
const escapeWait = 35;

/** Raw mode and the alternate screen; given back on signals and errors too. */
export class Host {
  readonly #options: HostOptions;
  readonly #decoder = new StringDecoder('utf8');
  readonly #reader = new KeyReader();
  #escapeTimer: NodeJS.Timeout | undefined;
  #entered = false;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  open(): void {
    const { stdin } = this.#options;
    process.on('exit', this.#restore);
    process.on('SIGTERM', this.#terminated);
    process.on('SIGHUP', this.#hungUp);
    process.on('SIGINT', this.#interrupted);
    process.on('SIGTSTP', this.#stopped);
    process.on('SIGCONT', this.#continued);
    process.on('uncaughtException', this.#crashed);
    process.on('unhandledRejection', this.#crashed);
    this.#enter();
    stdin.on('data', this.#data);
    stdin.on('end', this.#hungUp);
    stdin.on('error', this.#hungUp);
    stdin.resume();
  }

  close(): void {
    const { stdin } = this.#options;
    clearTimeout(this.#escapeTimer);
    stdin.off('data', this.#data);
    stdin.off('end', this.#hungUp);
    stdin.pause();
    this.#restore();
    for (const [event, listener] of [
      ['exit', this.#restore],
      ['SIGTERM', this.#terminated],
      ['SIGHUP', this.#hungUp],
      ['SIGINT', this.#interrupted],
      ['SIGTSTP', this.#stopped],
      ['SIGCONT', this.#continued],
      ['uncaughtException', this.#crashed],
      ['unhandledRejection', this.#crashed],
    ] as const)
      process.off(event, listener as () => void);
  }

  #enter(): void {
    this.#options.stdin.setRawMode?.(true);
    this.#options.stdout.write(enter);
    this.#entered = true;
  }

  readonly #restore = (): void => {
    if (!this.#entered) return;
    this.#entered = false;
    try {
      this.#options.stdin.setRawMode?.(false);
      // Straight to the descriptor: at exit nothing that waits is written any more.
      writeSync(1, leave);
    } catch {
      // The terminal has gone; there is nothing to give back.
    }
  };

  readonly #data = (chunk: Buffer): void => {
    clearTimeout(this.#escapeTimer);
    this.#take(this.#reader.read(this.#decoder.write(chunk)));
    if (this.#reader.waiting) this.#escapeTimer = setTimeout(() => this.#take(this.#reader.read('', true)), escapeWait);
  };

  #take(events: readonly KeyEvent[]): void {
    if (events.length > 0) this.#options.onKeys(events);
  }

  #end(status: number, message?: string): void {
    try {
      this.#options.onEnd();
    } finally {
      this.#restore();
      if (message) process.stderr.write(message);
      process.exit(status);
    }
  }

  readonly #terminated = (): void => this.#end(143);
  readonly #hungUp = (): void => this.#end(129);
  readonly #interrupted = (): void => this.#end(130);
  readonly #crashed = (error: unknown): void =>
    this.#end(70, `k8s-lab: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nYour progress is kept.\n`);

  readonly #stopped = (): void => {
    this.#options.onSuspend();
    this.#restore();
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #continued = (): void => {
    if (this.#entered) return;
    this.#enter();
    this.#options.onResume();
  };
}
