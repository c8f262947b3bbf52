/** `k8s-lab grade --open FILE [LESSON]`: a teacher looks through a submission, event by event, and may sit down in the world as it was. */

import { type Arguments, UsageError } from '../arguments.ts';
import { reportWords } from '../grading/exports/report-words.ts';
import { findingsOf } from '../grading/findings.ts';
import type { CheckGrade, LessonGrade } from '../grading/grade.ts';
import { type History, historyOf } from '../grading/history.ts';
import { parseSubmission, type SubmittedLesson } from '../grading/submission.ts';
import { visible } from '../grading/visible.ts';
import type { Language, LoadedLesson } from '../lessons/lesson.ts';
import { drawVariables, fill } from '../lessons/variables.ts';
import { clock, eventText } from '../session/event-text.ts';
import { framesOf } from '../session/frames.ts';
import { openAtEvent } from '../session/regrade.ts';
import { Session } from '../session/session.ts';
import type { ReplayEnd, ReplayLesson } from '../tui/app/replay.ts';
import type { Services } from '../tui/services.ts';
import { coloursOf } from '../tui/text/style.ts';
import { engineVersion } from './engine-version.ts';
import { type GradeOptions, gradeFile } from './grade-job.ts';
import { gradeWords } from './grade-words.ts';
import { languageOf } from './language.ts';
import { LessonShelf } from './lesson-shelf.ts';
import { readProgress } from './progress.ts';
import { readSubmissionFile } from './submission-files.ts';

type Opened = {
  readonly loaded: LoadedLesson;
  readonly submitted: SubmittedLesson;
  readonly history: History;
  readonly grade: LessonGrade;
  readonly notes: ReplayLesson['notes'];
};

export async function openSubmission(values: Arguments['values'], names: readonly string[], options: GradeOptions): Promise<number> {
  const [file, name, ...more] = names;
  const language = (values.lang === undefined ? readProgress().language : undefined) ?? languageOf(values.lang);
  const words = gradeWords(language);
  if (file === undefined || more.length > 0) throw new UsageError(words.openOne);
  if (values.plain) return tellAll(openedLessons(file, { ...options, language }), language);
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new UsageError(words.openTerminal);
  const lessons = openedLessons(file, { ...options, language });
  const first = name === undefined ? 0 : lessons.findIndex(({ submitted }) => submitted.lesson === name || submitted.lesson.endsWith(`/${name}`));
  if (first < 0) throw new UsageError(words.openOther(file, name ?? '', lessons.map(({ submitted }) => submitted.lesson).join(', ')));
  const colours = coloursOf(process.env);
  if (!colours) process.env['FORCE_COLOR'] = '0';
  const [{ runReplay }, { runTui }] = await Promise.all([import('../tui/replay.ts'), import('../tui/index.ts')]);
  const shown = lessons.map(({ grade, notes, loaded, submitted, history }) => ({
    grade,
    notes,
    frames: () => framesOf(loaded, submitted, history, options.budget),
  }));
  for (let from: Exclude<ReplayEnd, 'quit'> = { lesson: first, frame: 0 }; ; ) {
    const end = await runReplay(shown, { language, colours, from });
    if (end === 'quit') return 0;
    from = end;
    const opened = lessons[end.lesson];
    if (opened) await runTui(sittingDown(opened, end.frame, { language, colours }));
  }
}

/** In lines: what was typed when, what held then for the first time, and what does not hold in the end. */
function tellAll(lessons: readonly Opened[], language: Language): number {
  const words = reportWords(language);
  const tell = (text: string): void => void process.stdout.write(`${text}\n`);
  for (const { grade, notes, loaded, submitted, history } of lessons) {
    const values = drawVariables(loaded.lesson, submitted.seed);
    const tellCheck = ({ step, id, state, expected, found, hidden }: CheckGrade): void => {
      const text = fill(loaded.prose[language].steps[step]?.checks?.[id] ?? `${step}: ${id}`, values);
      tell(
        visible(
          `          ${words.marks[state]}: ${text}${hidden ? ` (${words.hidden})` : ''}${expected === undefined ? '' : `; ${words.failed(expected, found ?? '', '')}`}`,
        ),
      );
    };
    tell(`${grade.who} · ${grade.lesson}: ${words.points(grade.points + grade.bonus, grade.possible)}`);
    for (const note of notes[language]) tell(visible(note));
    let line = 0;
    for (const event of history.standing) {
      tell(`${clock(event.at)}  ${eventText(event, language)}`);
      if (!('line' in event)) continue;
      line++;
      for (const check of grade.checks) if (check.line === line) tellCheck(check);
    }
    for (const check of grade.checks) if (check.state === 'failed' || check.state === 'unjudged') tellCheck(check);
  }
  return 0;
}

/** Those of the file that can be played, graded first. */
function openedLessons(file: string, options: GradeOptions): Opened[] {
  const text = readSubmissionFile(file, options.language);
  const submission = typeof text === 'string' ? parseSubmission(text, options.language) : text;
  if ('code' in submission) throw new UsageError(`${file}: ${submission.message}. ${submission.remedy}`);
  const shelf = new LessonShelf(options.lessons);
  const { grades } = gradeFile({ path: file, file }, shelf, options);
  const opened = submission.lessons.flatMap((submitted): Opened[] => {
    const known = shelf.get(submitted.lesson);
    const history = historyOf(submitted);
    const grade = grades.find(({ lesson }) => lesson === submitted.lesson);
    if (typeof known !== 'object' || 'message' in history || !grade) return [];
    const notes = (language: Language): string[] =>
      findingsOf(submission, submitted, known, options.policy, options.engine, language).map(({ message }) => message);
    return [{ loaded: known.loaded, submitted, history, grade, notes: { en: notes('en'), ko: notes('ko') } }];
  });
  if (opened.length > 0) return opened;
  const why = grades.flatMap(({ lesson, findings }) => findings.map(({ message }) => `${lesson}: ${message}`));
  throw new UsageError(gradeWords(options.language).openNothing(file, why.join('; ')));
}

/** The learner's world at that moment, as a lesson of its own: nothing that is done in it is kept. */
function sittingDown({ loaded, submitted, history }: Opened, frame: number, look: Pick<Services, 'language' | 'colours'>): Services {
  const session = () => openAtEvent(loaded, submitted, history, frame);
  const none = (): never => {
    throw new UsageError('this world is only looked at');
  };
  return {
    ...look,
    tracks: [],
    visiting: true,
    target: { lesson: submitted.lesson },
    worlds: async () => ({
      *open() {
        return session();
      },
      resume: none,
      replay: (like, inputs, until) => Session.replaying(like.goingBackTo(inputs.length), inputs, until),
      same: () => true,
    }),
    kept: () => ({ lessons: {} }),
    keep: () => undefined,
    engine: engineVersion(),
    handIn: () => ({ problem: 'this world is only looked at' }),
  };
}
