/** Looking through a submission: which lesson, which event, and what keys do. */

import type { Language } from '../../lessons/lesson.ts';
import type { Frames } from '../../session/frames.ts';
import type { WindowSize } from '../layout.ts';
import type { KeyEvent } from '../terminal/keys.ts';
import type { Colours } from '../text/style.ts';
import type { ReplayState } from '../view/replay-rows.ts';
import { Store } from './store.ts';

/** One lesson of what was handed in, with the work of playing it. */
export type ReplayLesson = Pick<ReplayState, 'grade' | 'notes'> & { readonly frames: () => Generator<number, Frames> };

/** All that the report page draws. */
export type ReplayScreen = {
  readonly size: WindowSize;
  readonly language: Language;
  readonly colours: Colours;
  readonly shown: ReplayState | undefined;
  readonly loading: { readonly name: string; readonly n: number };
};

/** Where a teacher wants to sit down, or that it is enough. */
export type ReplayEnd = 'quit' | { readonly lesson: number; readonly frame: number };

const page = 10;
/** Work between two looks at the keyboard. */
const slice = 25;

/** Lessons are played when they are first looked at. */
export class Replay {
  readonly store: Store<ReplayScreen>;
  readonly #lessons: readonly ReplayLesson[];
  readonly #played = new Map<number, Frames>();
  readonly #end: (end: ReplayEnd) => void;
  #lesson: number;
  #loading = false;

  constructor(
    lessons: readonly ReplayLesson[],
    screen: Pick<ReplayScreen, 'size' | 'language' | 'colours'>,
    from: Exclude<ReplayEnd, 'quit'>,
    end: (end: ReplayEnd) => void,
  ) {
    this.#lessons = lessons;
    this.#lesson = from.lesson;
    this.#end = end;
    this.store = new Store<ReplayScreen>({ ...screen, shown: undefined, loading: { name: '', n: 0 } });
  }

  /** Plays the lesson that is chosen; a frame is drawn between the pieces. */
  async show(at: number | 'end'): Promise<void> {
    const number = this.#lesson;
    const lesson = this.#lessons[number];
    if (!lesson) return;
    this.#loading = true;
    const played = this.#played.get(number) ?? (await this.#play(lesson));
    this.#played.set(number, played);
    this.#loading = false;
    const last = played.frames.length - 1;
    this.store.set({ shown: { ...played, grade: lesson.grade, notes: lesson.notes, at: at === 'end' ? last : Math.min(at, last), back: 0 } });
  }

  keys(events: readonly KeyEvent[]): void {
    for (const event of events) {
      const name = event.type === 'key' ? event.name : event.text;
      if (name === 'q' || name === 'escape' || name === 'ctrl-c' || name === 'ctrl-q') this.#end('quit');
      else if (!this.#loading) this.#commands[name]?.();
    }
  }

  readonly #commands: Readonly<Record<string, () => void>> = {
    left: () => this.#move(-1),
    right: () => this.#move(1),
    pageup: () => this.#move(-page),
    pagedown: () => this.#move(page),
    home: () => this.#move(Number.NEGATIVE_INFINITY),
    end: () => this.#move(Number.POSITIVE_INFINITY),
    up: () => this.#look(1),
    down: () => this.#look(-1),
    tab: () => void this.#next(),
    f10: () => this.store.set({ language: this.store.get().language === 'en' ? 'ko' : 'en' }),
    enter: () => {
      const { shown } = this.store.get();
      if (shown) this.#end({ lesson: this.#lesson, frame: shown.at });
    },
  };

  #move(by: number): void {
    const { shown } = this.store.get();
    if (shown) this.store.set({ shown: { ...shown, at: Math.max(0, Math.min(shown.frames.length - 1, shown.at + by)), back: 0 } });
  }

  #look(by: number): void {
    const { shown } = this.store.get();
    if (shown) this.store.set({ shown: { ...shown, back: Math.max(0, shown.back + by) } });
  }

  async #next(): Promise<void> {
    if (this.#lessons.length < 2) return;
    this.#lesson = (this.#lesson + 1) % this.#lessons.length;
    await this.show(0);
  }

  async #play({ grade, frames }: ReplayLesson): Promise<Frames> {
    const playing = frames();
    this.store.set({ shown: undefined, loading: { name: grade.who, n: 0 } });
    await new Promise((resolve) => setTimeout(resolve, 15));
    for (let deadline = performance.now() + slice; ; ) {
      const { done, value } = playing.next();
      if (done) return value;
      if (performance.now() < deadline) continue;
      this.store.set({ loading: { name: grade.who, n: Math.round(value * 100) } });
      await new Promise((resolve) => setTimeout(resolve, 5));
      deadline = performance.now() + slice;
    }
  }
}
