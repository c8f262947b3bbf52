/** One learner's way through one lesson: which step, what holds already, hints taken, answers given, points. */
import { Expressions } from '../grading/cel.ts';
import { evaluate, meets } from '../grading/evaluate.ts';
import { gates, scoreStep } from '../grading/score.ts';
import type { Verdict } from '../grading/verdict.ts';
import type { WorldView } from '../grading/world-view.ts';
import { type Check, hintKey, type Lesson, pointsOf, type Step } from '../lessons/lesson.ts';
import type { Milliseconds } from '../sim/routine.ts';
import { isRight } from './answers.ts';
import { withinOf } from './within.ts';

/** Changed in place as the lesson goes on. */
export type StepState = {
  readonly id: string;
  done: boolean;
  /** The world has been looked at for it. */
  looked: boolean;
  /** It held at the first look: nothing was typed for it. */
  doneAtOnce: boolean;
  /** The answer of each check, by its id. */
  readonly verdicts: Map<string, Verdict>;
  /** Keys of the hints uncovered, in that order. */
  readonly hints: string[];
  /** Keys of situations met, in the order in which they were met. */
  readonly situations: string[];
  /** Those of them that hold now. */
  holding: readonly string[];
  /** The newest of them was met after the last command that was typed: it may have yet to be read. */
  unread: boolean;
  /** Commands there had been when the newest was met. */
  metAfter: number;
  /** The dead end in which the world stands now, by its key, and all that were met. */
  deadEnd: string | undefined;
  readonly deadEndsMet: Set<string>;
  /** What was answered last in a quiz or prediction. */
  answer: readonly string[] | undefined;
  attempts: number;
};

const newStepState = ({ id }: Step): StepState => ({
  id,
  done: false,
  looked: false,
  doneAtOnce: false,
  verdicts: new Map(),
  hints: [],
  situations: [],
  holding: [],
  unread: false,
  metAfter: 0,
  deadEnd: undefined,
  deadEndsMet: new Set(),
  answer: undefined,
  attempts: 0,
});

/** Keys of the hints after those that were uncovered, less those that tell of what is done already. */
export function hintsAhead({ hints = [] }: Step, { hints: taken, verdicts }: StepState): readonly string[] {
  const after = hints.findIndex((hint) => hintKey(hint) === taken.at(-1)) + 1;
  return hints
    .slice(after)
    .filter((hint) => typeof hint === 'string' || verdicts.get(hint.until)?.state !== 'passed')
    .map(hintKey);
}

/** A check that gates nothing, and may still come true after its step was passed. */
type Pending = { readonly check: Check; readonly verdicts: Map<string, Verdict>; readonly passedAt: Milliseconds };

/** Looks at the world when told to; the session tells it after each command and while time passes. */
export class LessonRun {
  readonly lesson: Lesson;
  readonly steps: readonly StepState[];
  readonly #expressions = new Expressions();
  #current = 0;
  #pending: Pending[] = [];
  readonly #answers = new Map<string, readonly string[]>();
  /** When the world was last looked at. */
  #now: Milliseconds = 0;

  constructor(lesson: Lesson) {
    this.lesson = lesson;
    this.steps = lesson.steps.map(newStepState);
  }

  /** Index of the step that is worked on; equals the number of steps when the lesson is done. */
  get current(): number {
    return this.#current;
  }

  get finished(): boolean {
    return this.#current >= this.steps.length;
  }

  get step(): Step | undefined {
    return this.lesson.steps[this.#current];
  }

  get answers(): ReadonlyMap<string, readonly string[]> {
    return this.#answers;
  }

  /** Something may still change: a step is open, or a hidden or bonus check has time left. */
  get open(): boolean {
    return !this.finished || this.#pending.length > 0;
  }

  /** How long what is open may still take: the step's own checks, and those of earlier ones that hold nobody up. */
  get granted(): Milliseconds {
    const left = this.#pending.map(({ check, passedAt }) => passedAt + withinOf(check) - this.#now);
    return Math.max(0, ...(this.step?.checks ?? []).map(withinOf), ...left);
  }

  /** Looks at the world; true when the step is passed by it. Steps that are answered or read are not. */
  look(world: WorldView): boolean {
    const { step, state } = this.#here();
    this.#lookAtPending(world);
    if (!step || !state) return false;
    for (const check of step.checks ?? []) state.verdicts.set(check.id ?? '', evaluate(check, world, this.#expressions));
    state.holding = (step.situations ?? []).filter(({ when }) => this.#holds(when, world)).map(({ say }) => say);
    const met = state.holding.filter((say) => !state.situations.includes(say));
    state.situations.push(...met);
    if (met.length > 0) state.metAfter = world.commands.length;
    state.unread = world.commands.length <= state.metAfter;
    state.deadEnd = step.deadEnds?.find(({ when }) => this.#holds(when, world))?.say;
    if (state.deadEnd !== undefined) state.deadEndsMet.add(state.deadEnd);
    const passed = this.#settle(step, state);
    state.doneAtOnce = passed && !state.looked;
    state.looked = true;
    return passed;
  }

  /** An answer to a quiz or a prediction; true when the step is passed by it. A prediction passes whatever was said: the world corrects it. */
  answer(stepId: string, values: readonly string[]): boolean {
    const { step, state } = this.#here();
    if (!step || !state || step.id !== stepId || (step.kind !== 'quiz' && step.kind !== 'predict')) return false;
    state.answer = values;
    this.#answers.set(stepId, values);
    state.attempts++;
    return this.#settle(step, state);
  }

  /** Uncovers the next hint that is of use. */
  hint(stepId: string): void {
    const { step, state } = this.#here();
    if (!step || !state || step.id !== stepId) return;
    const [next] = hintsAhead(step, state);
    if (next !== undefined) state.hints.push(next);
  }

  /** Goes on from a step that has only to be read. */
  next(stepId: string): boolean {
    const { step, state } = this.#here();
    if (!step || !state || step.id !== stepId || step.kind !== 'read') return false;
    state.done = true;
    this.#current++;
    return true;
  }

  /** Points of a step so far: all of them less what hints and wrong answers cost; part of them for part of the checks. */
  pointsEarned(index: number): number {
    const step = this.lesson.steps[index];
    const state = this.steps[index];
    if (!step || !state) return 0;
    const holds = (check: Check): boolean => state.verdicts.get(check.id ?? '')?.state === 'passed';
    const { earned, bonus } = scoreStep(step, { done: state.done, hints: state.hints.length, wrongAnswers: this.wrongAnswers(index), holds }, false);
    return earned + bonus;
  }

  /** Wrong answers that cost points. */
  wrongAnswers(index: number): number {
    const step = this.lesson.steps[index];
    const state = this.steps[index];
    if (!step || !state) return 0;
    return step.kind === 'predict' ? (state.done && state.answer?.[0] !== step.answer ? 1 : 0) : Math.max(0, state.attempts - (state.done ? 1 : 0));
  }

  get points(): number {
    return this.steps.reduce((sum, _state, index) => sum + this.pointsEarned(index), 0);
  }

  get pointsPossible(): number {
    return this.lesson.steps.reduce((sum, step) => sum + pointsOf(step), 0);
  }

  #here(): { readonly step: Step | undefined; readonly state: StepState | undefined } {
    return { step: this.lesson.steps[this.#current], state: this.steps[this.#current] };
  }

  #holds(check: Check, world: WorldView): boolean {
    return meets(check, world, this.#expressions);
  }

  #settle(step: Step, state: StepState): boolean {
    const checksHold = (step.checks ?? []).filter(gates).every((check) => state.verdicts.get(check.id ?? '')?.state === 'passed');
    const answered =
      step.kind === 'quiz'
        ? state.answer !== undefined && step.quiz !== undefined && isRight(step.quiz, state.answer)
        : step.kind === 'predict'
          ? state.answer !== undefined
          : step.kind !== 'read';
    if (!checksHold || !answered) return false;
    state.done = true;
    this.#current++;
    const open = (step.checks ?? []).filter((check) => !gates(check) && withinOf(check) > 0 && state.verdicts.get(check.id ?? '')?.state !== 'passed');
    this.#pending.push(...open.map((check) => ({ check, verdicts: state.verdicts, passedAt: this.#now })));
    return true;
  }

  #lookAtPending(world: WorldView): void {
    this.#now = [...world.nodes.values()][0]?.kernel.sim.now ?? 0;
    this.#pending = this.#pending.filter(({ check, verdicts, passedAt }) => {
      if (this.#now - passedAt > withinOf(check)) return false;
      const verdict = evaluate(check, world, this.#expressions);
      verdicts.set(check.id ?? '', verdict);
      return verdict.state !== 'passed';
    });
  }
}
