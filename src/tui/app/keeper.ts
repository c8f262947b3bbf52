/** Keeps a learner's progress: soon after each command, at once before an end. */
import type { Session } from '../../session/session.ts';
import type { Services } from '../services.ts';

const delay = 250;

export class Keeper {
  readonly #services: Services;
  readonly #failed: (problem: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #told = false;

  constructor(services: Services, failed: (problem: string) => void) {
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
    if (!key || !session?.run) return;
    const before = this.#services.kept().lessons[key];
    const { finished, points } = session.run;
    const best = before?.done ? Math.max(before.points, finished ? points : 0) : points;
    const record = session.record(this.#services.engine);
    // What was finished is kept too, to be handed in.
    const kept = finished ? { record } : { ...(before?.record ? { record: before.record } : {}), session: record };
    const lesson = { done: finished || (before?.done ?? false), points: best, ...kept };
    const problem = this.#services.keep({ lessons: { [key]: lesson } });
    if (problem && !this.#told) {
      this.#told = true;
      this.#failed(problem);
    }
  }
}
