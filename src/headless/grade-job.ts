/** The work of grading one file, as a worker and the main thread do it alike. */
import type { Budget } from '../grading/budget.ts';
import { ExpressionError } from '../grading/cel.ts';
import type { Policy } from '../grading/findings.ts';
import type { FileReport, LessonGrade } from '../grading/grade.ts';
import { historyOf } from '../grading/history.ts';
import { problemWords } from '../grading/problem-words.ts';
import { normalLine, type Traits } from '../grading/similarity.ts';
import { parseSubmission, type Submission, type SubmittedLesson } from '../grading/submission.ts';
import type { Language } from '../lessons/lesson.ts';
import { drawVariables } from '../lessons/variables.ts';
import { blankGrade, type Graded, gradeLesson, unjudged } from '../session/grade-lesson.ts';
import { WorldError } from '../session/prepare.ts';
import type { LessonShelf } from './lesson-shelf.ts';
import { type Found, readSubmissionFile } from './submission-files.ts';

/** Goes to the workers as it is: plain data only. */
export type GradeOptions = {
  readonly lessons: string;
  readonly policy: Policy;
  readonly engine: string;
  readonly budget: Budget;
  readonly since?: number;
  readonly due?: number;
  /** Of what failed checks say. */
  readonly language?: Language;
};

/** What one file gave. */
export type Outcome = { readonly file: string; readonly grades: readonly LessonGrade[]; readonly traits: readonly Traits[]; readonly problem?: FileReport };

/** `alive` is told between lessons: whoever waits sees that it goes on. */
export function gradeFile(found: Found, shelf: LessonShelf, options: GradeOptions, alive: () => void = () => {}): Outcome {
  const { file, path } = found;
  const none = (problem: Omit<FileReport, 'file'>): Outcome => ({ file, grades: [], traits: [], problem: { file, ...problem } });
  const text = readSubmissionFile(path, options.language);
  if (typeof text !== 'string') return none(text);
  const submission = parseSubmission(text, options.language);
  if ('code' in submission) return none(submission);
  const done = submission.lessons.map((submitted, index) => {
    if (index > 0) alive();
    const graded = gradeOne(submission, submitted, file, shelf, options);
    return { grade: withTiming(graded.grade, options), traits: traitsOf(submission, submitted, file, shelf, graded) };
  });
  return { file, grades: done.map(({ grade }) => grade), traits: done.map(({ traits }) => traits) };
}

function gradeOne(
  submission: Submission,
  submitted: SubmittedLesson,
  file: string,
  shelf: LessonShelf,
  { policy, engine, budget, language = 'en' }: GradeOptions,
): Graded {
  const lesson = shelf.get(submitted.lesson);
  const blank = blankGrade({ submission, submitted, file });
  const words = problemWords(language);
  const none = (code: string, message: string): Graded => ({ grade: unjudged(blank, code, message), mistakes: [] });
  if (typeof lesson === 'string') return none('broken-lesson', words.brokenLesson(lesson));
  try {
    return gradeLesson({ submission, submitted, file, lesson, policy, engine, budget, language });
  } catch (error) {
    // A world that cannot be made, an expression that is none: `lesson check` says so before.
    if (error instanceof WorldError || error instanceof ExpressionError) return none('broken-lesson', words.brokenLesson(error.message));
    // One learner's misfortune is not the class's.
    return none('lab-bug', words.replayFailed(error instanceof Error ? error.message : String(error)));
  }
}

function withTiming(grade: LessonGrade, { since, due }: GradeOptions): LessonGrade {
  const moment = Date.parse(grade.lastEvent);
  if (since !== undefined && moment < since) return { ...grade, timing: 'early' };
  return due !== undefined && moment > due ? { ...grade, timing: 'late' } : grade;
}

function traitsOf({ who }: Submission, submitted: SubmittedLesson, file: string, shelf: LessonShelf, { mistakes }: Graded): Traits {
  const lesson = shelf.get(submitted.lesson);
  const history = historyOf(submitted);
  const values = typeof lesson === 'object' ? drawVariables(lesson.loaded.lesson, submitted.seed) : {};
  const typed =
    'message' in history ? [] : history.standing.flatMap((event) => ('line' in event ? [{ text: normalLine(event.line, values), at: event.at }] : []));
  return { who, file, lesson: submitted.lesson, lines: typed.map((line, index) => ({ ...line, failed: mistakes.includes(index + 1) })) };
}
