/** What grading says: per learner and lesson, per check; every exporter writes it in its own way. */

/** Of a check: `not-reached` lies behind a step that was not passed. */
type CheckState = 'passed' | 'failed' | 'not-reached' | 'unjudged';

/** Points are whole or fractions of the step's. */
export type CheckGrade = {
  readonly step: string;
  readonly id: string;
  readonly state: CheckState;
  readonly points: number;
  readonly possible: number;
  /** Learners do not see it: neither its name nor what it found. */
  readonly hidden?: true;
  readonly bonus?: true;
  readonly expected?: string;
  readonly found?: string;
  readonly where?: string;
  /** Why it could not be judged. */
  readonly reason?: string;
  /** Typed lines there were when it held. */
  readonly line?: number;
};

/** `earned` has hints and wrong answers taken off, `bonus` is beyond `possible`. */
export type StepGrade = {
  readonly id: string;
  readonly done: boolean;
  readonly earned: number;
  readonly possible: number;
  readonly bonus: number;
  readonly hints: number;
  readonly wrongAnswers: number;
};

/** `refuses`: no points; `notes`: for the teacher's eyes. */
export type Finding = { readonly code: string; readonly effect: 'refuses' | 'notes'; readonly message: string };

/** One line of a report; refused and unjudged ones have no points. */
export type LessonGrade = {
  readonly who: string;
  readonly lesson: string;
  readonly file: string;
  /** `refused` has findings that say why; `unjudged` could not be replayed at all. */
  readonly state: 'graded' | 'refused' | 'unjudged';
  readonly finished: boolean;
  readonly points: number;
  readonly possible: number;
  readonly bonus: number;
  readonly steps: readonly StepGrade[];
  readonly checks: readonly CheckGrade[];
  readonly findings: readonly Finding[];
  readonly lines: number;
  readonly hints: number;
  readonly undos: number;
  /** Of the last event, by the learner's own clock; else when the file was made. */
  readonly lastEvent: string;
  readonly made: string;
  readonly timing?: 'early' | 'late';
};

/** A file, or part of one, that gave no grade. */
export type FileReport = { readonly file: string; readonly code: string; readonly message: string; readonly remedy: string };

/** In one order, whatever order the files came in. */
export const compareGrades = (a: GradeKey, b: GradeKey): number =>
  compare(a.who, b.who) || compare(a.lesson, b.lesson) || compare(a.made, b.made) || compare(a.file, b.file);
/** Tells one judged submission from all others, and how it was judged. */
export type GradeKey = Pick<LessonGrade, 'who' | 'lesson' | 'made' | 'file' | 'state'>;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As its learner may see it: hidden checks are one line of points without a word on what they look at. */
export function forLearner(grade: LessonGrade): LessonGrade {
  const hidden = grade.checks.filter((check) => check.hidden);
  if (hidden.length === 0) return grade;
  const passed = hidden.filter(({ state }) => state === 'passed').length;
  const further: CheckGrade = {
    step: 'further',
    id: `further-checks-${passed}-of-${hidden.length}`,
    state: passed === hidden.length ? 'passed' : 'failed',
    points: round(hidden.reduce((sum, { points }) => sum + points, 0)),
    possible: round(hidden.reduce((sum, { possible }) => sum + possible, 0)),
  };
  return { ...grade, steps: withoutTrials(grade.steps), checks: [...grade.checks.filter((check) => !check.hidden), further] };
}

/** Steps of trials begin so; their names are hidden too. */
export const trialPrefix = 'trial:';

function withoutTrials(steps: readonly StepGrade[]): readonly StepGrade[] {
  const trials = steps.filter(({ id }) => id.startsWith(trialPrefix));
  if (trials.length === 0) return steps;
  const sum = (of: (step: StepGrade) => number): number => trials.reduce((total, step) => total + of(step), 0);
  const together: StepGrade = {
    id: 'further',
    done: trials.every(({ done }) => done),
    earned: sum(({ earned }) => earned),
    possible: sum(({ possible }) => possible),
    bonus: 0,
    hints: 0,
    wrongAnswers: 0,
  };
  return [...steps.filter(({ id }) => !id.startsWith(trialPrefix)), together];
}

/** To a hundredth: parts of points add up without noise. */
export const round = (value: number): number => Math.round(value * 100) / 100;
