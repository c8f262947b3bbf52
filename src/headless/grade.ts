/** `k8s-lab grade FILES|FOLDER…`: lives submissions again and says what they are worth. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { newBudget } from '../grading/budget.ts';
import { exporters, type Format, isFormat } from '../grading/exports/export.ts';
import { defaultPolicy, type Policy } from '../grading/findings.ts';
import { compareGrades, type FileReport, forLearner, type LessonGrade } from '../grading/grade.ts';
import { problemWords } from '../grading/problem-words.ts';
import { visible } from '../grading/visible.ts';
import type { Language } from '../lessons/lesson.ts';
import { buildId, engineVersion } from './engine-version.ts';
import type { GradeOptions } from './grade-job.ts';
import { gradeAll } from './grade-pool.ts';
import { GradeProgress } from './grade-progress.ts';
import { type Entry, GradeState, runId } from './grade-state.ts';
import { gradeWords } from './grade-words.ts';
import { languageOf } from './language.ts';
import { isFolder, lessonFolders, lessonTexts, packagedLessons } from './lesson-files.ts';
import { stateFolder } from './progress.ts';
import { type Found, findSubmissions } from './submission-files.ts';
import { WriteError, writeError, writeWhole } from './write-whole.ts';

type Values = Arguments['values'];

const tell = (text: string): void => void process.stderr.write(`${text.split('\n').map(visible).join('\n')}\n`);

/** Gives the exit status; the report goes to stdout or to --output. */
export async function gradeCommand(values: Values, names: readonly string[]): Promise<number> {
  if (names.length === 0) throw new UsageError('grade takes files, or folders of files, that k8s-lab submit wrote');
  const format = formatOf(values);
  // Programs read English.
  const language = format === 'table' || format === 'markdown' ? languageOf(values.lang) : 'en';
  const options = optionsOf(values, language);
  if (values.open) return (await import('./grade-open.ts')).openSubmission(values, names, options);
  const jobs = whole(values.jobs, '--jobs', 1, 64) ?? Math.min(4, availableParallelism());
  const failUnder = whole(values['fail-under'], '--fail-under', 0, 1000);
  // Whoever sits before the terminal reads their own language.
  const spoken = languageOf(values.lang);
  const words = gradeWords(spoken);
  const { found, problems } = findSubmissions(names, options.language);
  const state = openState(values, options, names, spoken);
  if (typeof state === 'string') {
    tell(`k8s-lab: ${state}`);
    return 3;
  }
  const open = found.filter((each) => !state.has(each));
  if (open.length < found.length) tell(words.resumed(found.length - open.length, open.length));
  const end = await gradeOpen(open, options, jobs, state, spoken);
  if (end !== 'done') {
    state.close(true);
    tell(words[end](state.path));
    return end === 'interrupted' ? 130 : 3;
  }
  try {
    const report = summaryOf(state, problems, found, options.language);
    writeOut(values, format, language, report);
    if (values.similar !== undefined) (await import('./similarity-file.ts')).writeSimilarity(values.similar, report, options.lessons, spoken);
    const status = exitStatus(report, failUnder);
    state.close(false);
    return status;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    state.close(true);
    tell(`k8s-lab: ${error.told(spoken)}\n${words.kept(state.path)}`);
    return 3;
  }
}

function formatOf({ format = 'table' }: Values): Format {
  if (!isFormat(format)) throw new UsageError(`--format takes ${Object.keys(exporters).join(', ')}, not "${format}"`);
  return format;
}

function optionsOf(values: Values, language: Language): GradeOptions {
  const lessons = values.lessons ?? packagedLessons();
  if (!isFolder(lessons)) throw new UsageError(`--lessons: ${lessons}: no such folder`);
  const since = momentOf(values.since, '--since', 'T00:00:00Z');
  const due = momentOf(values.due, '--due', 'T23:59:59.999Z');
  return {
    lessons,
    policy: policyOf(values),
    engine: engineVersion(),
    budget: newBudget(whole(values.budget, '--budget', 1_000, 1_000_000_000)),
    ...(since === undefined ? {} : { since }),
    ...(due === undefined ? {} : { due }),
    ...(language === 'ko' ? { language } : {}),
  };
}

function policyOf(values: Values): Policy {
  if (values.seed !== undefined) return { seeds: seedOf(values) };
  const { seeds } = values;
  if (seeds === undefined) return defaultPolicy;
  if (seeds === 'learner' || seeds === 'common' || seeds === 'any') return { seeds };
  throw new UsageError(`--seeds takes learner, common or any, not "${seeds}"`);
}

function whole(text: string | undefined, name: string, smallest: number, largest: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < smallest || value > largest)
    throw new UsageError(`${name} takes a whole number from ${smallest} to ${largest}, not "${text}"`);
  return value;
}

/** A day in UTC, or a moment with its zone. */
function momentOf(text: string | undefined, name: string, ofDay: string): number | undefined {
  if (text === undefined) return undefined;
  const moment = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? text + ofDay : /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? text : '');
  if (Number.isNaN(moment)) throw new UsageError(`${name} takes a day (2026-11-22) or a moment with its zone (2026-11-22T18:00:00+09:00), not "${text}"`);
  return moment;
}

/** The state is of this set of options and lessons, wherever they stand; another's is begun anew. A text says why there can be none. */
function openState(values: Values, options: GradeOptions, names: readonly string[], spoken: Language): GradeState | string {
  const lessons = lessonFolders(options.lessons).map((folder) => JSON.stringify([folder.split(/[\\/]/).slice(-2), lessonTexts(folder)]));
  const run = runId({ ...options, lessons: '' }, buildId(), lessons);
  const place = names.map((name) => resolve(name));
  const path =
    values.output === undefined ? join(stateFolder(), `grade-${runId(options, resolve(options.lessons), place).slice(0, 16)}.state`) : `${values.output}.state`;
  try {
    return new GradeState(path, run);
  } catch (error) {
    const told = writeError(path, error);
    return told instanceof WriteError ? told.told(spoken) : String(told);
  }
}

async function gradeOpen(
  files: ReturnType<typeof findSubmissions>['found'],
  options: GradeOptions,
  jobs: number,
  state: GradeState,
  spoken: Language,
): Promise<'done' | 'interrupted' | 'unwritten'> {
  const words = gradeWords(spoken);
  const progress = new GradeProgress(files.length, process.stderr, () => performance.now(), words);
  let stopped = false;
  let failure: unknown;
  const stop = (): void => {
    stopped = true;
    tell(words.stopping);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await gradeAll({
    files,
    options,
    jobs,
    stopped: () => stopped || failure !== undefined,
    done: (outcome, found) => {
      try {
        state.add(outcome, found);
      } catch (error) {
        failure ??= error;
      }
      progress.step();
    },
  });
  process.removeListener('SIGINT', stop);
  process.removeListener('SIGTERM', stop);
  progress.end();
  if (failure !== undefined) {
    const told = writeError(state.path, failure);
    if (!(told instanceof WriteError)) throw told;
    tell(`k8s-lab: ${told.told(spoken)}`);
    return 'unwritten';
  }
  return stopped ? 'interrupted' : 'done';
}

/** What an exporter's file is made of. */
export type Report = {
  readonly grades: readonly Entry[];
  readonly problems: readonly FileReport[];
  readonly lessons: readonly string[];
  readonly learners: number;
  readonly state: GradeState;
};

/** In their final order; of what a learner handed in twice the later one, but what is refused takes the place of nothing: anyone can make such a file. */
function summaryOf(state: GradeState, unfound: readonly FileReport[], found: readonly Found[], language: Language | undefined): Report {
  const { entries, problems: broken } = state.of(found);
  const counts = new Map<string, Entry>();
  const keyOf = ({ who, lesson }: Entry): string => JSON.stringify([who, lesson]);
  for (const entry of entries.sort(compareGrades))
    if (entry.state !== 'refused' || (counts.get(keyOf(entry))?.state ?? 'refused') === 'refused') counts.set(keyOf(entry), entry);
  const twice = entries.flatMap((entry): FileReport[] => {
    const counted = counts.get(keyOf(entry));
    if (!counted || counted === entry) return [];
    const refused = entry.state === 'refused' && counted.state !== 'refused';
    return [{ file: entry.file, code: 'duplicate', ...problemWords(language).duplicate(entry.who, entry.lesson, counted.file, counted.made, refused) }];
  });
  const grades = [...counts.values()].sort(compareGrades);
  const problems = [...unfound, ...broken, ...twice].sort((a, b) => (`${a.file} ${a.message}` < `${b.file} ${b.message}` ? -1 : 1));
  return { grades, problems, lessons: [...new Set(grades.map(({ lesson }) => lesson))].sort(), learners: new Set(grades.map(({ who }) => who)).size, state };
}

/** Grades from the state, one at a time. */
function* read({ grades, state }: Report, learner: boolean): Generator<LessonGrade> {
  for (const entry of grades) {
    const grade = state.outcomeOf(entry).grades[entry.index];
    if (grade) yield learner ? forLearner(grade) : grade;
  }
}

function writeOut(values: Values, format: Format, language: Language, report: Report): void {
  if (values.for !== undefined && values.for !== 'learners') throw new UsageError(`--for takes learners, not "${values.for}"`);
  const { lessons, learners, problems } = report;
  const context = { engine: engineVersion(), lessons, learners, environment: process.env, language };
  const text = exporters[format](read(report, values.for === 'learners'), problems, context);
  if (values.output === undefined) for (const piece of text) process.stdout.write(piece);
  else writeWhole(values.output, text);
  tell(gradeWords(languageOf(values.lang)).summary(report.grades.length, learners, problems.length));
  if (format !== 'table' || values.output !== undefined) for (const { file, message, remedy } of problems) tell(`  ${file}: ${message}. ${remedy}`);
}

/** 0: everything has its grade; 1: something has none, was refused, or is below what --fail-under asks. */
function exitStatus(report: Report, failUnder: number | undefined): number {
  if (report.problems.length > 0) return 1;
  for (const { state, points, bonus, possible } of read(report, false))
    if (state !== 'graded' || (failUnder !== undefined && 100 * (points + bonus) < failUnder * possible)) return 1;
  return 0;
}
