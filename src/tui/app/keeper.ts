/** Keeps a learner's progress: soon after each command, at once before an end. */
import { keptLesson } from '../../session/kept.ts';
import type { Session } from '../../session/session.ts';
import type { Services } from '../services.ts';
import type { Trouble } from '../troubles.ts';

const delay = 250;

export class Keeper {
  readonly #services: Services;
  readonly #failed: (trouble: Trouble) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Kinds of trouble that were told: once is enough. */
  readonly #told = new Set<string>();
  /** When the session that is kept began, by the clock on the wall. */
  began = '';
  /** What was handed in or done long ago is only looked at. */
  reading = false;

  constructor(services: Services, failed: (trouble: Trouble) => void) {
    this.#services = services;
    this.#failed = failed;
  }

  soon(key: string | undefined, session: Session | undefined, now: boolean): void {
    if (now) this.now(key, session);
    else this.#timer ??= setTimeout(() => this.now(key, session), delay);
  }

  now(key: string | undefined, session: Session | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!key || !session?.run || this.reading) return;
    const clock = { began: this.began, now: new Date().toISOString() };
    const lesson = keptLesson(session, this.#services.engine, this.#services.kept().lessons[key], clock);
    const trouble = this.#services.keep({ lessons: { [key]: lesson } });
    if (!trouble || this.#told.has(trouble.kind)) return;
    this.#told.add(trouble.kind);
    this.#failed(trouble);
  }
}
