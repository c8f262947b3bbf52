/** Lives a submission again in a fresh world, and says how far it comes. What the file claims is never read. */
import { isWorldName } from '../cluster/worlds/index.ts';
import { type Budget, defaultBudget } from '../grading/budget.ts';
import type { History, StandingEvent } from '../grading/history.ts';
import type { SubmittedLesson } from '../grading/submission.ts';
import type { Language, LoadedLesson } from '../lessons/lesson.ts';
import type { Milliseconds } from '../sim/routine.ts';
import { OutOfWork } from '../sim/sim.ts';
import type { Input, StampedInput } from './inputs.ts';
import { Session } from './session.ts';

/** What there may be too much of. */
type Resource = 'steps' | 'memory' | 'processor time' | 'work';

/** A submission lived again; `session` stands where the learner's stood. */
export type Replay = {
  readonly session: Session;
  /** Where it ended early: at which typed line (0: before the first), and what there was too much of. */
  readonly exceeded: { readonly line: number; readonly what: Resource } | undefined;
  /** By step and check (`step/check`): lines typed when it first held. */
  readonly passedAt: ReadonlyMap<string, number>;
  /** Lines that ended with a failure, by their number. */
  readonly mistakes: ReadonlySet<number>;
  /** Of what failed checks say; default: English. */
  readonly language?: Language;
};

/** Work between two looks at the budget. */
const piece = 200;
/** What a step's checks are given at the end when they name no time of their own. */
const settleTime: Milliseconds = 2_000;

/** Types what still stands in `history`, moment by moment, within the budget. */
export function replaySubmission(loaded: LoadedLesson, submitted: SubmittedLesson, history: History, budget: Budget = defaultBudget): Replay {
  const session = submittedSession(loaded, submitted.seed);
  const driver = new Driver(session, budget);
  driver.run(history.standing, submitted.until);
  return { session, exceeded: driver.exceeded, passedAt: driver.passedAt, mistakes: session.failedLines() };
}

/** The learner's world as it was when so many events had come, up to the next one: for a teacher to look around in. */
export function openAtEvent(loaded: LoadedLesson, submitted: SubmittedLesson, { standing }: History, count: number): Session {
  const session = submittedSession(loaded, submitted.seed);
  new Driver(session).run(standing.slice(0, count), standing[count]?.at ?? submitted.until, false);
  return session;
}

/** The world and lesson of a submission, before anything was typed. */
export function submittedSession(loaded: LoadedLesson, seed: number): Session {
  const world = loaded.lesson.world.name;
  if (!isWorldName(world)) throw new Error(`there is no world "${world}"`);
  return new Session({ world, seed, lesson: loaded });
}

/** Types a submission in its world, within a budget. */
export class Driver {
  exceeded: Replay['exceeded'];
  readonly passedAt = new Map<string, number>();
  readonly #session: Session;
  readonly #budget: Budget;
  readonly #lastStep: number;
  readonly #cpuAtStart: number;
  readonly #strainAtStart: number;
  #line = 0;

  constructor(session: Session, budget: Budget = defaultBudget) {
    this.#session = session;
    this.#budget = budget;
    this.#lastStep = session.cluster.sim.steps + budget.steps;
    this.#cpuAtStart = this.#cpuSeconds();
    this.#strainAtStart = session.cluster.sim.strain;
    this.#allow();
  }

  run(events: readonly StandingEvent[], until: Milliseconds, settle = true): void {
    for (const _before of this.playing(events));
    this.end(until, settle);
  }

  /** Each event in its turn; gives its number when all that comes before it has happened. */
  *playing(events: readonly StandingEvent[]): Generator<number> {
    for (const [index, event] of events.entries()) {
      if (!this.#advance(event.at)) return;
      yield index;
      const { at: _at, link: _link, ...input } = event as StampedInput & { readonly link?: string };
      if ('line' in input) this.#line++;
      this.#allow();
      if (!this.#within(() => this.#session.input(input as Input))) return;
      this.#note();
    }
  }

  end(until: Milliseconds, settle: boolean): void {
    if (!this.exceeded && this.#advance(until) && settle) this.#settle();
  }

  /** Up to a moment since the start; false when the budget is used up. */
  #advance(at: Milliseconds): boolean {
    const { sim } = this.#session.cluster;
    const moment = sim.now - this.#session.elapsed + at;
    let there = false;
    const advance = (): void => {
      there = sim.advanceTo(moment, piece);
    };
    while (!there) {
      if (!this.#within(advance)) return false;
      this.#note();
      this.#allow();
      if (sim.steps >= this.#lastStep) return this.#exceed('steps');
      if (this.#processes() > this.#budget.processes) return this.#exceed('memory');
      const { base, line, most } = this.#budget.cpuSeconds;
      if (this.#cpuSeconds() - this.#cpuAtStart > Math.min(most, base + line * this.#line)) return this.#exceed('processor time');
    }
    return true;
  }

  /** Each line may do so much, and what it left running. */
  #allow(): void {
    const { base, line, second, most } = this.#budget.strain;
    this.#session.cluster.sim.allow(this.#strainAtStart + Math.min(most, base + line * this.#line + (second * this.#session.elapsed) / 1000));
  }

  /** Runs the world; false when that took more work than it may. */
  #within(run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!(error instanceof OutOfWork)) throw error;
      return this.#exceed('work');
    }
  }

  #exceed(what: Resource): false {
    this.#note();
    this.exceeded = { line: this.#line, what };
    return false;
  }

  #processes(): number {
    let count = 0;
    for (const { kernel } of this.#session.cluster.machines.values()) count += kernel.processes.size;
    return count;
  }

  #cpuSeconds(): number {
    let micros = 0;
    for (const { kernel } of this.#session.cluster.machines.values()) micros += kernel.rootCgroup.burnedMicros;
    return micros / 1e6;
  }

  /** The world is given the time that open checks grant it, as it was when the lesson was learnt. */
  #settle(): void {
    const { run } = this.#session;
    if (!run) return;
    const granted = (): Milliseconds => this.#session.elapsed + Math.max(settleTime, run.granted);
    let [step, end] = [run.current, granted()];
    while (run.open && this.#session.elapsed < end) {
      if (!this.#advance(Math.min(end, this.#session.elapsed + 1_000))) return;
      if (!this.#within(() => this.#session.look())) return;
      // The next step has its own time.
      if (run.current !== step) [step, end] = [run.current, granted()];
    }
    this.#note();
  }

  #note(): void {
    for (const state of this.#session.run?.steps ?? [])
      for (const [id, verdict] of state.verdicts) {
        const key = `${state.id}/${id}`;
        if (verdict.state === 'passed' && !this.passedAt.has(key)) this.passedAt.set(key, this.#line);
      }
  }
}
