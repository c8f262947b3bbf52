/** Lets the world go on, beside the screen: twenty times a second, a few milliseconds of work each, at the speed that was asked for. */
import type { Session } from '../../session/session.ts';

const every = 50;
/** Work in one go; a key must not wait longer than this. */
const budget = 9;
/** While skipping, nearly all the time is the world's. */
const skipBudget = 30;
/** Routines between two looks at the clock. */
const steps = 4;
/** A machine that slept has not missed an hour of the world. */
const longestGap = 250;
/** A skip goes no further than this in virtual time. */
const longestSkip = 2 * 3600_000;
const idleSkip = 10 * 60_000;

type PumpOptions = {
  readonly onTick: () => void;
  /** What changes when something happens; a skip at the prompt ends then. */
  readonly mark: () => string;
  readonly onSkipped: (found: boolean) => void;
};

type Skip = { readonly until: number; readonly command: boolean; readonly mark: string };

export class Pump {
  readonly #options: PumpOptions;
  #session: Session;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  #skip: Skip | undefined;
  paused = false;
  speed: 1 | 10 = 1;

  constructor(session: Session, options: PumpOptions) {
    this.#session = session;
    this.#options = options;
  }

  set session(session: Session) {
    this.#session = session;
    this.#skip = undefined;
  }

  get skipping(): boolean {
    return this.#skip !== undefined;
  }

  start(): void {
    this.#last = performance.now();
    this.#timer ??= setInterval(() => this.#tick(), every);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** What was typed is taken up at once, not with the next tick. */
  kick(): void {
    if (!this.paused) this.#run(0, budget);
  }

  /** To the end of the command that runs, or, at the prompt, to the next thing that happens. Again: stops skipping. */
  skip(): void {
    if (this.#skip) {
      this.#skip = undefined;
      return;
    }
    this.paused = false;
    const command = !this.#session.atPrompt;
    this.#skip = { until: this.#session.elapsed + (command ? longestSkip : idleSkip), command, mark: this.#options.mark() };
  }

  #tick(): void {
    const now = performance.now();
    const gap = Math.min(longestGap, now - this.#last);
    this.#last = now;
    if (this.#skip) this.#skipOn(this.#skip);
    else if (!this.paused) this.#run(gap * this.speed, budget);
    this.#options.onTick();
  }

  /** True when all of the time has passed; what could not be done in the budget is let go, the world is then slower than the clock. */
  #run(duration: number, milliseconds: number): boolean {
    const session = this.#session;
    const until = session.elapsed + Math.round(duration);
    const deadline = performance.now() + milliseconds;
    while (!session.tick(Math.max(0, until - session.elapsed), steps)) if (performance.now() > deadline) return false;
    return true;
  }

  #skipOn(skip: Skip): void {
    const deadline = performance.now() + skipBudget;
    const session = this.#session;
    const arrived = (): boolean => session.ended || (skip.command ? session.atPrompt : this.#options.mark() !== skip.mark);
    for (;;) {
      if (arrived() || session.elapsed >= skip.until) {
        this.#skip = undefined;
        this.#options.onSkipped(arrived());
        return;
      }
      this.#run(skip.command ? 100 : 500, Math.max(1, deadline - performance.now()));
      if (performance.now() > deadline) return;
    }
  }
}
