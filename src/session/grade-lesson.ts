/** One learner's one lesson: looked at, lived again, and judged check by check. */
import { type Budget, defaultBudget } from '../grading/budget.ts';
import { findingsOf, type KnownLesson, type Policy } from '../grading/findings.ts';
import { type CheckGrade, type Finding, type LessonGrade, round, type StepGrade, trialPrefix } from '../grading/grade.ts';
import { answersGiven, type History, hintsUncovered, historyOf } from '../grading/history.ts';
import { problemWords } from '../grading/problem-words.ts';
import { isHidden, scoreStep, weightsOf } from '../grading/score.ts';
import type { Submission, SubmittedLesson } from '../grading/submission.ts';
import type { Verdict } from '../grading/verdict.ts';
import { type Check, type Language, type LoadedLesson, pointsOf, type Step } from '../lessons/lesson.ts';
import { type Replay, replaySubmission } from './regrade.ts';
import { runTrial } from './trials.ts';

type GradeRequest = {
  readonly submission: Submission;
  readonly submitted: SubmittedLesson;
  readonly file: string;
  /** undefined: the grader's folder has no such lesson. */
  readonly lesson: (KnownLesson & { readonly loaded: LoadedLesson }) | undefined;
  readonly policy: Policy;
  readonly engine: string;
  readonly budget?: Budget;
  /** Of what failed checks say. */
  readonly language?: Language;
};

/** With the lines that ended with a failure, for the similarity report. */
export type Graded = { readonly grade: LessonGrade; readonly mistakes: readonly number[] };

/** Never throws for what a file says: a submission that cannot be judged is a grade that says so. */
export function gradeLesson(request: GradeRequest): Graded {
  const { submission, submitted, lesson, policy, engine, budget = defaultBudget, language = 'en' } = request;
  const blank = blankGrade(request);
  if (!lesson) return { grade: unjudged(blank, 'missing-lesson', problemWords(language).noSuchLesson(submitted.lesson)), mistakes: [] };
  const findings = findingsOf(submission, submitted, lesson, policy, engine, language);
  const history = historyOf(submitted);
  const possible = possibleOf(lesson.loaded);
  if ('message' in history || findings.some(({ effect }) => effect === 'refuses'))
    return { grade: { ...blank, state: 'refused', possible, findings }, mistakes: [] };
  const replay = { ...replaySubmission(lesson.loaded, submitted, history, budget), language };
  return { grade: { ...blank, possible, ...judge(replay, history, findings, budget) }, mistakes: [...replay.mistakes].sort((a, b) => a - b) };
}

/** Why a whole file's lesson has no grade. */
export const unjudged = (grade: LessonGrade, code: string, message: string): LessonGrade => ({
  ...grade,
  state: 'unjudged',
  findings: [...grade.findings, { code, effect: 'notes', message }],
});

/** Without points, for what is refused or cannot be replayed. */
export function blankGrade({ submission, submitted, file }: Pick<GradeRequest, 'submission' | 'submitted' | 'file'>): LessonGrade {
  const { events, lesson, ended } = submitted;
  return {
    who: submission.who,
    lesson,
    file,
    state: 'graded',
    finished: false,
    points: 0,
    possible: 0,
    bonus: 0,
    steps: [],
    checks: [],
    findings: [],
    lines: events.filter((event) => 'line' in event).length,
    hints: events.filter((event) => 'hint' in event).length,
    undos: events.filter((event) => 'undo' in event).length,
    lastEvent: ended ?? submission.made,
    made: submission.made,
  };
}

const possibleOf = ({ lesson }: LoadedLesson): number =>
  lesson.steps.reduce((sum, step) => sum + pointsOf(step), 0) + (lesson.trials ?? []).reduce((sum, { points }) => sum + points, 0);

function judge(replay: Replay, history: History, findings: readonly Finding[], budget: Budget): Partial<LessonGrade> {
  const { run } = replay.session;
  if (!run) return {};
  const words = problemWords(replay.language);
  const elsewhere = findings.some(({ code }) => code === 'other-engine') ? words.elsewhere : undefined;
  const reached = run.current;
  const steps = run.lesson.steps.map((step, index) => stepGrade(replay, history, step, index));
  const checks = run.lesson.steps.flatMap((step, index) => checkGrades(replay, step, index, elsewhere));
  const trials = trialGrades(replay, reached >= run.steps.length, elsewhere, budget.strain.base);
  const all = [...steps, ...trials.steps];
  const { exceeded } = replay;
  return {
    finished: run.finished,
    points: all.reduce((sum, { earned }) => sum + earned, 0),
    bonus: all.reduce((sum, { bonus }) => sum + bonus, 0),
    steps: all,
    checks: [...checks, ...trials.checks],
    findings: exceeded
      ? [...findings, { code: 'exceeded-budget', effect: 'notes', message: words.before(words.exceeded(exceeded.what, exceeded.line)) }]
      : findings,
  };
}

function stepGrade({ session }: Replay, history: History, step: Step, index: number): StepGrade {
  const state = session.run?.steps[index];
  const hints = Math.min(step.hints?.length ?? 0, hintsUncovered(history, step.id));
  const done = state?.done ?? false;
  // A quiz that was answered, undone and answered again was answered twice.
  const wrongAnswers = Math.max(
    session.run?.wrongAnswers(index) ?? 0,
    step.kind === 'quiz' && state && state.attempts > 0 ? answersGiven(history, step.id) - (done ? 1 : 0) : 0,
  );
  const holds = (check: Check): boolean => state?.verdicts.get(check.id ?? '')?.state === 'passed';
  const score = scoreStep(step, { done, hints, wrongAnswers, holds }, true);
  return { id: step.id, done, ...score, hints, wrongAnswers };
}

function checkGrades(replay: Replay, step: Step, index: number, elsewhere: string | undefined): CheckGrade[] {
  const { run } = replay.session;
  const state = run?.steps[index];
  const checks = step.checks ?? [];
  const counted = checks.filter(({ bonus }) => bonus !== true);
  const weights = weightsOf(counted, pointsOf(step));
  const total = weights.reduce((sum, each) => sum + each, 0);
  const worth = (check: Check): number =>
    check.bonus ? (check.points ?? 0) : total === 0 ? 0 : round(((weights[counted.indexOf(check)] ?? 0) * pointsOf(step)) / total);
  const reached = run !== undefined && index <= run.current;
  const context = { reached, elsewhere, budget: index === run?.current ? replay.exceeded : undefined, language: replay.language };
  const judged = checks.map((check) => {
    const id = check.id ?? '';
    const line = replay.passedAt.get(`${step.id}/${id}`);
    return checkGrade(step.id, check, state?.verdicts.get(id), worth(check), { ...context, line });
  });
  return checks.length > 0 ? judged : [answerGrade(step, state?.done ?? false, state?.answer, context)];
}

type JudgeContext = {
  readonly reached: boolean;
  readonly elsewhere: string | undefined;
  readonly budget: Replay['exceeded'];
  readonly line?: number | undefined;
  readonly language: Language | undefined;
};

function checkGrade(step: string, check: Check, verdict: Verdict | undefined, possible: number, context: JudgeContext): CheckGrade {
  const marks = { ...(isHidden(check) ? { hidden: true as const } : {}), ...(check.bonus ? { bonus: true as const } : {}) };
  const base = { step, id: check.id ?? '', points: 0, possible, ...marks };
  if (verdict?.state === 'passed') return { ...base, state: 'passed', points: possible, ...(context.line === undefined ? {} : { line: context.line }) };
  const reason = whyUnjudged(verdict, context);
  if (reason !== undefined && context.reached) return { ...base, state: 'unjudged', reason };
  if (!context.reached || !verdict) return { ...base, state: 'not-reached' };
  if (verdict.state !== 'failed') return { ...base, state: 'unjudged', reason: problemWords(context.language).unanswered };
  const { expected, found, where } = context.language === 'ko' ? verdict.ko : verdict;
  return { ...base, state: 'failed', expected, found, where };
}

function whyUnjudged(verdict: Verdict | undefined, { elsewhere, budget, language }: JudgeContext): string | undefined {
  if (elsewhere) return elsewhere;
  if (budget) return problemWords(language).exceeded(budget.what, budget.line);
  return verdict?.state === 'impossible' ? verdict.reason : undefined;
}

/** A step without checks is answered or read. The right answer stays untold. */
function answerGrade(step: Step, done: boolean, answer: readonly string[] | undefined, context: JudgeContext): CheckGrade {
  const base = { step: step.id, id: step.kind === 'read' ? 'read' : 'answer', points: done ? pointsOf(step) : 0, possible: pointsOf(step) };
  if (done) return { ...base, state: 'passed' };
  const reason = context.reached ? whyUnjudged(undefined, context) : undefined;
  if (reason !== undefined) return { ...base, state: 'unjudged', reason };
  if (!context.reached || answer === undefined) return { ...base, state: 'not-reached' };
  const words = problemWords(context.language);
  return { ...base, state: 'failed', expected: words.rightAnswer, found: answer.join(' '), where: words.question(step.id) };
}

function trialGrades(
  { session, exceeded, language }: Replay,
  finished: boolean,
  elsewhere: string | undefined,
  strain: number,
): { readonly steps: StepGrade[]; readonly checks: CheckGrade[] } {
  const steps: StepGrade[] = [];
  const checks: CheckGrade[] = [];
  for (const trial of session.run?.lesson.trials ?? []) {
    const id = `${trialPrefix}${trial.id}`;
    const verdicts = finished && !exceeded ? runTrial(session, trial, strain) : new Map<string, Verdict>();
    const worth = trial.points / trial.checks.length;
    const judged = trial.checks.map(
      (check): CheckGrade => ({
        ...checkGrade(id, check, verdicts.get(check.id ?? ''), round(worth), { reached: finished && !exceeded, elsewhere, budget: undefined, language }),
        hidden: true,
      }),
    );
    const passed = judged.filter(({ state }) => state === 'passed').length;
    steps.push({ id, done: passed === judged.length, earned: Math.floor(worth * passed), possible: trial.points, bonus: 0, hints: 0, wrongAnswers: 0 });
    checks.push(...judged);
  }
  return { steps, checks };
}
