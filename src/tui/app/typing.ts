/** The terminal pane's own state: what the world has written, the line being typed, how far one looks back. */
import type { Session } from '../../session/session.ts';
import { type Effect, emptyPrompt, found, type LineSource, lineText, nextQueued, type Prompt, press } from '../prompt.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import { promptKey } from '../terminal/prompt-keys.ts';
import { mostBack, type Placed, terminalRows } from '../terminal/terminal-rows.ts';
import type { Style } from '../text/style.ts';
import { VtScreen } from '../vt/screen.ts';

type TypingEvent = 'line' | 'input' | 'edit' | 'none';

export class Typing {
  readonly session: Session;
  readonly vt: VtScreen;
  #prompt: Prompt = emptyPrompt;
  #back = 0;
  /** The key before. */
  #last = '';

  constructor(session: Session, size: { readonly columns: number; readonly rows: number }) {
    this.session = session;
    this.vt = new VtScreen(size.columns, size.rows);
  }

  get raw(): boolean {
    return this.session.tty.mode === 'raw';
  }

  /** Nothing is typed yet. */
  get empty(): boolean {
    return this.#prompt.line.length === 0 && this.#prompt.queued.length === 0 && !this.#prompt.search;
  }

  resize(columns: number, rows: number): void {
    this.vt.resize(columns, rows);
    const { size } = this.session.tty;
    if (size.columns !== columns || size.rows !== rows) this.session.input({ resize: [columns, rows] });
  }

  /** Takes what the world has written; true when there was something. Lines of a paste follow when the shell waits. */
  drain(): boolean {
    const { output } = this.session.tty;
    if (output.length === 0 && (this.#prompt.queued.length === 0 || !this.session.atPrompt)) return false;
    for (let text = output.take(); text !== undefined; text = output.take()) this.vt.write(text);
    if (this.#prompt.queued.length > 0 && this.session.atPrompt) this.#apply(nextQueued(this.#prompt));
    return true;
  }

  /** A key for the terminal. */
  key(event: KeyEvent): TypingEvent {
    if (this.raw) return this.#rawKey(event);
    if (event.type === 'key' && this.#look(event.name)) return 'edit';
    this.#back = 0;
    const name = event.type === 'key' ? event.name : '';
    const controlled = this.#control(name);
    this.#last = name;
    if (controlled) return 'input';
    const key = promptKey(event);
    if (!key) return 'none';
    const before = this.#prompt;
    const step = press(before, key, this.#source());
    // Bash leaves the line that was given up on the screen.
    if (step.effect && 'interrupt' in step.effect && !before.search) this.vt.write(lineText(before));
    return this.#apply(step);
  }

  placed(style: Style, more: (rows: number) => string): Placed {
    const line = this.raw ? undefined : { prompt: this.#prompt, found: found(this.#prompt, this.#source()), hidden: !this.session.tty.echo };
    this.#back = Math.min(this.#back, mostBack(this.vt));
    return terminalRows(this.vt, line, this.#back, style, more);
  }

  #apply(step: { readonly state: Prompt; readonly effect?: Effect }): TypingEvent {
    this.#prompt = step.state;
    const { effect } = step;
    if (!effect) return 'edit';
    if ('send' in effect) this.session.input({ line: effect.send });
    else if ('interrupt' in effect) this.session.input({ interrupt: true });
    else this.session.input({ endOfFile: true });
    return 'send' in effect ? 'line' : 'input';
  }

  #source(): LineSource {
    const reader = this.session.tty.activeReader;
    return { history: reader?.history() ?? [], complete: (line, cursor) => reader?.complete(line, cursor) ?? { from: cursor, candidates: [] } };
  }

  /** Looking back through what has scrolled away. */
  #look(name: string): boolean {
    const page = Math.max(1, this.vt.height - 2);
    const step = { pageup: page, 'shift-pageup': page, pagedown: -page, 'shift-pagedown': -page, 'shift-up': 1, 'shift-down': -1 }[name];
    if (step === undefined) return false;
    this.#back = Math.max(0, Math.min(mostBack(this.vt), this.#back + step));
    return true;
  }

  #control(name: string): boolean {
    if (name === 'ctrl-z' || name === 'ctrl-\\') this.session.input({ keys: name === 'ctrl-z' ? '\x1a' : '\x1c' });
    else if (name === 'ctrl-l') this.#clear();
    // The way out of a container's terminal: ^P alone goes back in the shell's history.
    else if (name === 'ctrl-q' && this.session.tty.remote) this.session.input({ keys: this.#last === 'ctrl-p' ? '\x10\x11' : '\x11' });
    else return false;
    return true;
  }

  /** The prompt's row goes to the top; what stood above it scrolls away. */
  #clear(): void {
    const { vt } = this;
    const above = vt.cursor.row;
    vt.scroll(above);
    vt.cursor.row = 0;
  }

  #rawKey(event: KeyEvent): TypingEvent {
    const keys = event.type === 'key' ? this.#asProgramWants(event.raw) : event.text;
    this.session.input({ keys });
    return 'input';
  }

  /** Arrow keys as the program has asked for them. */
  #asProgramWants(raw: string): string {
    if (this.vt.applicationKeys) return raw.replace(/^\x1b\[([A-DHF])$/, '\x1bO$1');
    return raw.replace(/^\x1bO([A-DHF])$/, '\x1b[$1');
  }
}
