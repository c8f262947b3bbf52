/** A lesson (or a free shell) on the screen: the session behind it, its time, its typing, what is looked at. Decides nothing about lessons: the session does. */
import { lessonView } from '../../session/lesson-view.ts';
import type { Session } from '../../session/session.ts';
import { type Focus, type Layout, layoutOf, type Pane } from '../layout.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Overlay } from '../terminal/painter.ts';
import { newStyle } from '../text/style.ts';
import { newSay, type Say } from '../words.ts';
import { changed, lookedAt, markOf } from './looks.ts';
import { Pump } from './pump.ts';
import { scrollBounds } from './scrolling.ts';
import { type AppState, isAsking, isStuck, type LessonState, newLessonState, shownOf } from './state.ts';
import type { Store } from './store.ts';
import { Typing } from './typing.ts';

type LessonEvents = {
  /** Draw the terminal; at once after a key. */
  readonly paint: (now: boolean) => void;
  /** Something worth keeping has happened. */
  readonly keep: (now: boolean) => void;
  readonly finished: () => void;
  readonly ended: () => void;
};

/** The panes of facts are looked at anew this often at most. */
const lookEvery = 250;
/** After so long without a key a question may take the keys without stealing one. */
const quiet = 300;
/** The line that ended a lesson may still be writing. */
const ending = 400;
/** How long a notice hides the keys. */
const noticeTime = 4_000;

export class LessonScreen {
  readonly pump: Pump;
  readonly #store: Store<AppState>;
  readonly #events: LessonEvents;
  #session: Session;
  #typing: Typing;
  #lookedAt = 0;
  #keyAt = 0;
  #step = -1;
  /** Inputs there were when the step began: later ones are tries at it. */
  #stepInputs = 0;
  #linesEnded = 0;
  #wasAtPrompt = true;
  #asked = -1;
  #toldAt = 0;
  #ended = false;
  #finishedAt: number | undefined;

  constructor(store: Store<AppState>, session: Session, title: string, events: LessonEvents) {
    this.#store = store;
    this.#events = events;
    this.#session = session;
    this.pump = new Pump(session, { onTick: () => this.#tick(), mark: () => markOf(this.#session), onSkipped: (found) => this.#skipped(found) });
    store.set({ lesson: newLessonState(title) });
    this.#typing = new Typing(session, session.tty.size);
    this.#begin();
  }

  get session(): Session {
    return this.#session;
  }

  get state(): LessonState {
    return this.#store.get().lesson ?? newLessonState('');
  }

  get layout(): Layout {
    return layoutOf(this.#store.get().size, shownOf(this.state));
  }

  /** Another session in the place of this one: undone, restarted. */
  replace(session: Session): void {
    this.#session = session;
    this.#step = -1;
    this.#ended = false;
    this.pump.session = session;
    this.#typing = new Typing(session, session.tty.size);
    this.#begin();
  }

  #begin(): void {
    this.#typing.drain();
    this.refresh();
    this.#cut();
    this.pump.start();
    this.#events.paint(true);
  }

  /** The window or what is shown in it has changed: the terminal gets the room that is left. */
  #cut(): void {
    const { columns, rows } = this.layout.terminal;
    if (this.layout.kind !== 'none') this.#typing.resize(columns, rows);
    this.#events.paint(true);
  }

  /** The terminal's rows as they are laid over the frame. */
  overlay(): Overlay | undefined {
    const { layout } = this;
    if (layout.kind === 'none') return undefined;
    const { rows, cursor } = this.#typing.placed(newStyle(this.#store.get().colours), (count) => this.#say('rowsBelow', { n: count }));
    return { row: layout.terminal.row, column: layout.terminal.column, rows, cursor: this.state.focus === 'terminal' ? cursor : undefined };
  }

  /** Some key was pressed, whoever it was for: no question takes the keys just now. */
  touched(): void {
    this.#keyAt = performance.now();
  }

  key(event: KeyEvent): void {
    const done = this.#typing.key(event);
    if (done === 'line' || done === 'input') {
      const { told, heard } = this.state;
      this.set({ notice: undefined, ...(done === 'line' ? { fresh: false, told: undefined, heard: told ?? heard, scroll: 0 } : {}) });
      // A quick command is over before anybody looks: it is kept all the same.
      this.#wasAtPrompt = false;
      this.pump.kick();
      this.#typing.drain();
    }
    if (done !== 'none') this.#events.paint(true);
  }

  get raw(): boolean {
    return this.#typing.raw;
  }

  set(change: Partial<LessonState>): void {
    const before = this.state;
    this.#store.set({ lesson: { ...before, ...change } });
    if (change.pane !== undefined || change.focus !== undefined || change.view !== undefined || change.fresh !== undefined || 'told' in change) this.#cut();
  }

  show(pane: Pane): void {
    if (this.layout.kind === 'alone') return this.#tellTooSmall();
    const same = this.state.pane === pane;
    this.set({ pane: same ? 'lesson' : pane, scroll: 0, focus: same || pane !== 'help' ? 'terminal' : 'pane' });
    this.refresh();
  }

  focus(focus: Focus): void {
    if (focus === 'pane' && !this.#showsPane) return;
    this.set({ focus, scroll: 0 });
  }

  /** To the pane and back; what stands in the lesson's place is closed. */
  switchSide(): void {
    if (this.state.focus === 'terminal') this.focus('pane');
    else if (this.state.pane === 'lesson') this.focus('terminal');
    else this.show(this.state.pane);
  }

  /** As far as there is something. */
  scroll(rows: number): void {
    const [least, most] = scrollBounds(this.#store.get());
    this.set({ scroll: Math.max(least, Math.min(most, this.state.scroll + rows)) });
  }

  /** Says something in the status line, for a while. */
  tell(notice: string): void {
    this.#toldAt = performance.now();
    this.set({ notice });
  }

  /** There is something beside the terminal that could take the keys. */
  get #showsPane(): boolean {
    return this.layout.lesson !== undefined || this.layout.extra !== undefined;
  }

  resized(): void {
    if (!this.#showsPane) this.set({ focus: 'terminal' });
    this.#cut();
  }

  answer(values: readonly string[]): void {
    const { view } = this.state;
    const step = view?.steps[view.current];
    if (!step) return;
    this.#session.input(step.kind === 'read' ? { next: step.id } : { answer: values, step: step.id });
    this.pump.kick();
    this.refresh();
    if (!isAsking(this.state)) this.focus('terminal');
    this.#events.keep(true);
  }

  hint(): void {
    const { view } = this.state;
    const step = view?.steps[view.current];
    // A hint that cannot be read must not cost anything.
    if (this.layout.kind === 'alone' || this.layout.kind === 'none') return this.#tellTooSmall();
    if (!step || step.hintsLeft === 0) return this.tell(this.#say('noHints'));
    this.#session.input({ hint: step.id });
    this.set({ pane: 'lesson', scroll: 0 });
    this.refresh();
  }

  #tellTooSmall(): void {
    this.tell(this.#say('tooSmall', this.#store.get().size));
  }

  togglePause(): void {
    this.pump.paused = !this.pump.paused;
    this.refresh();
  }

  toggleSpeed(): void {
    this.pump.speed = this.pump.speed === 1 ? 10 : 1;
    this.refresh();
  }

  skip(): void {
    this.pump.skip();
    this.refresh();
  }

  // ── the world goes on ──

  #tick(): void {
    if (this.#typing.drain()) this.#events.paint(false);
    const atPrompt = this.#session.atPrompt;
    const returned = atPrompt && !this.#wasAtPrompt;
    this.#wasAtPrompt = atPrompt;
    if (returned) this.#events.keep(false);
    const now = performance.now();
    if (returned || now - this.#lookedAt >= lookEvery) {
      this.#lookedAt = now;
      if (this.state.notice && now - this.#toldAt > noticeTime) this.set({ notice: undefined });
      this.refresh();
    }
    this.#endWhenQuiet(now);
    if (this.#session.ended && !this.#ended) {
      this.#ended = true;
      this.#events.ended();
    }
  }

  refresh(): void {
    const { language } = this.#store.get();
    const { run } = this.#session;
    if (run && run.current !== this.#step) this.#stepBegan(run.current);
    const before = this.state;
    const view = lessonView(this.#session, language, this.#tried());
    const next = lookedAt(before, view, this.#session, this.pump);
    if (changed(next, before)) this.#store.set({ lesson: next });
    if (next.told !== before.told) this.#cut();
    if (isStuck(next) && !isStuck(before)) this.tell(this.#say('rewindKeys'));
    this.#askWhenQuiet();
  }

  #stepBegan(current: number): void {
    const passed = this.#step >= 0 && current > this.#step;
    this.#step = current;
    this.#stepInputs = this.#session.inputs.length;
    if (passed) {
      this.tell(this.#say('statusPassed'));
      this.set({ scroll: 0, fresh: true, told: undefined, heard: undefined });
      this.#events.keep(true);
    }
    this.#finishedAt = this.#session.run?.finished ? performance.now() : undefined;
  }

  /** A line that still runs is no try yet: nothing has failed before it has ended. */
  #tried(): boolean {
    if (this.#session.atPrompt) this.#linesEnded = this.#session.inputs.length;
    return this.#session.inputs.slice(this.#stepInputs, this.#linesEnded).some((input) => 'line' in input && input.line.trim() !== '');
  }

  /** A question takes the keys by itself, but never in the middle of typing. */
  #askWhenQuiet(): void {
    const { state } = this;
    if (!isAsking(state) || this.#asked === this.#step || this.raw || state.pane !== 'lesson' || !this.#showsPane) return;
    if (!this.#typing.empty || !this.#session.atPrompt || performance.now() - this.#keyAt < quiet) return;
    this.#asked = this.#step;
    this.set({ focus: 'pane', pane: 'lesson', scroll: 0 });
  }

  /** What follows a lesson takes the keys too. */
  #endWhenQuiet(now: number): void {
    if (this.#finishedAt === undefined || now - Math.max(this.#finishedAt, this.#keyAt) < ending || !this.#typing.empty) return;
    this.#finishedAt = undefined;
    this.#events.finished();
  }

  #skipped(found: boolean): void {
    this.#typing.drain();
    this.refresh();
    if (!found) this.tell(this.#say('noSkip'));
    this.#events.paint(true);
  }

  get #say(): Say {
    return newSay(this.#store.get().language);
  }
}
