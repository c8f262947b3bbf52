/** A terminal: the line discipline between whoever types and the processes behind it. */
import { Channel } from '../sim/channel.ts';
import { Condition, type Milliseconds, type Routine } from '../sim/routine.ts';
import { OpenFile } from './open-file.ts';
import type { SignalName } from './signals.ts';

/** In characters, as TIOCGWINSZ gives it. */
export type Size = { readonly columns: number; readonly rows: number };

/** Output that nobody takes is kept up to here; then the oldest goes. */
const mostUnread = 8 * 1024 * 1024;
const burstUnits = 64 * 1024;
/** About a million characters a second. */
const unitsPerMillisecond = 1024;

/** What a program that reads lines (a shell) offers the line editor. */
export type LineReader = {
  /** The newest last. */
  history(): readonly string[];
  /** Candidates for the word before the cursor; `from` is where that word begins. */
  complete(line: string, cursor: number): { readonly from: number; readonly candidates: readonly string[] };
  /** Whose kernel it runs on, and whether inside of a container there. */
  place?(): { readonly kernel: object; readonly container: boolean };
};

/**
 * cooked: whoever draws the screen edits the line and sends it whole. raw: every key goes to the program (vi, less, watch).
 * A client that has put its terminal at the service of another one (ssh, `kubectl exec -it`) sets `remote`; the line is then still edited here.
 */
export class Tty {
  readonly name: string;
  /** All that was written to the screen since it was made is pushed here; the screen takes it out. */
  readonly output = new Channel<string>({ capacity: mostUnread, sizeOf: (text) => text.length });
  readonly resized = new Condition();
  /** Told when mode, reader or foreground change: the prompt may look different now. */
  readonly changed = new Condition();
  size: Size;
  #mode: 'cooked' | 'raw' = 'cooked';
  #echo = true;
  #reader: LineReader | undefined;
  #remote: { readonly mode: () => 'cooked' | 'raw'; readonly reader: () => LineReader | undefined } | undefined;
  readonly #input = new Channel<string>();
  /** Sends a signal to the foreground process group; set by the kernel. */
  signal: (signal: SignalName) => void = () => {};
  /** The foreground process group. */
  foreground = 0;

  constructor(name: string, size: Size = { columns: 80, rows: 24 }) {
    this.name = name;
    this.size = size;
  }

  /** How keys are to be treated now, seen from whoever draws the screen. */
  get mode(): 'cooked' | 'raw' {
    return this.#remote?.mode() ?? this.#mode;
  }

  /** Set by the foreground shell while it waits for a line. */
  get reader(): LineReader | undefined {
    return this.#reader;
  }

  set reader(reader: LineReader | undefined) {
    this.#reader = reader;
    this.changed.notify();
  }

  get activeReader(): LineReader | undefined {
    return this.#remote ? this.#remote.reader() : this.reader;
  }

  get remote(): boolean {
    return this.#remote !== undefined;
  }

  get echo(): boolean {
    return this.#echo;
  }

  /** A program takes every key (raw) or gives the terminal back (cooked). `echo: false` is for passwords. */
  set(options: {
    readonly mode?: 'cooked' | 'raw';
    readonly echo?: boolean;
    readonly remote?: { readonly mode: () => 'cooked' | 'raw'; readonly reader: () => LineReader | undefined } | null;
  }): void {
    if (options.mode) this.#mode = options.mode;
    if (options.echo !== undefined) this.#echo = options.echo;
    if (options.remote !== undefined) this.#remote = options.remote ?? undefined;
    this.changed.notify();
  }

  // ── the side of whoever types ──

  /** A whole line, without its newline; it is echoed. */
  typeLine(line: string): void {
    if (this.#echo) this.output.push(`${line}\n`);
    else this.output.push('\n');
    this.#input.push(`${line}\n`);
  }

  /** Keys, in raw mode, or bytes that come from a remote terminal's owner. Ctrl-C, Ctrl-Z, Ctrl-\ and Ctrl-D are seen to in cooked mode. */
  type(keys: string): void {
    if (this.#mode === 'raw' || this.#remote) {
      this.#input.push(keys);
      return;
    }
    // ^Q and ^S stop and start a screen that scrolls; here it waits for nobody.
    for (const part of keys.replace(/[\x11\x13]/g, '').split(/([\x03\x04\x1a\x1c])/)) {
      if (part === '\x03') this.interrupt();
      else if (part === '\x1a') this.#control('^Z', 'SIGTSTP');
      else if (part === '\x1c') this.#control('^\\', 'SIGQUIT');
      else if (part === '\x04') this.#input.push('\x04');
      else if (part !== '') this.#input.push(part);
    }
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.#mode === 'raw' || this.#remote) {
      this.#input.push('\x03');
      return;
    }
    this.#control('^C\n', 'SIGINT');
  }

  #control(shown: string, signal: SignalName): void {
    if (this.#echo) this.output.push(shown);
    this.signal(signal);
  }

  /** Ctrl-D on an empty line. */
  endOfFile(): void {
    this.#input.push('\x04');
  }

  resize(size: Size): void {
    this.size = size;
    this.resized.notify();
    this.signal('SIGWINCH');
  }

  // ── the side of the processes ──

  write(text: string): void {
    // What nobody has looked at for so long is off the screen.
    while (this.output.full) this.output.take();
    this.output.push(text);
  }

  #burst = 0;

  /** How long whoever wrote so much has to wait, now and then, for the terminal to keep up. */
  owes(units: number): Milliseconds {
    this.#burst += units;
    if (this.#burst < burstUnits) return 0;
    const time = this.#burst / unitsPerMillisecond;
    this.#burst = 0;
    return time;
  }

  /** A line or a piece of one; undefined for end of file (which a terminal can have many of). */
  *read(): Routine<string | undefined> {
    const text = yield* this.#input.receive();
    return text === '\x04' && this.#mode === 'cooked' && !this.#remote ? undefined : text;
  }

  get waiting(): number {
    return this.#input.length;
  }

  /** The terminal has gone (a closed session): readers see the end. */
  hangUp(): void {
    this.#input.close();
    this.signal('SIGHUP');
  }
}

/** A descriptor on a terminal. */
export class TerminalFile extends OpenFile {
  override readonly tty: Tty;
  constructor(tty: Tty) {
    super();
    this.tty = tty;
  }
  protected *readMore(): Routine<string | undefined> {
    return yield* this.tty.read();
  }
  /** A terminal takes only so much at a time: a program that floods it waits, and the clock goes on. */
  *write(text: string): Routine {
    this.tty.write(text);
    const time = this.tty.owes(text.length);
    if (time > 0) yield { timeout: time };
  }
}
