/** `k8s-lab submit [LESSON…] -o FILE [--name WHO] [--show]`: hands in what was recorded. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { type Arguments, UsageError } from '../arguments.ts';
import { learnerSeed } from '../grading/chain.ts';
import { commonSeed } from '../grading/findings.ts';
import { type Submission, submissionText } from '../grading/submission.ts';
import type { Language } from '../lessons/lesson.ts';
import { clock, eventText } from '../session/event-text.ts';
import type { SessionRecord } from '../session/inputs.ts';
import { newSubmission } from '../session/submit.ts';
import type { HandedIn } from '../tui/services.ts';
import { type GradeWords, gradeWords } from './grade-words.ts';
import { languageOf } from './language.ts';
import { rememberName } from './learner-seed.ts';
import { type Progress, readProgress } from './progress.ts';
import { WriteError, writeWhole } from './write-whole.ts';

/** Gives the exit status; throws UsageError where nobody has said who it is. */
export function submitCommand(values: Arguments['values'], names: readonly string[]): number {
  const language = languageOf(values.lang);
  const words = gradeWords(language);
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  const who = rememberName(values.name) ?? readProgress().name;
  const progress = readProgress(undefined, warn);
  if (who === undefined) throw new UsageError(words.nobody);
  if (values.output === undefined && !values.show) throw new UsageError(words.nowhere);
  const records = recordsOf(progress, names, words);
  const submission = newSubmission(who, records, new Date().toISOString());
  if (values.show) process.stdout.write(values.json ? submissionText(submission) : shownText(submission, language));
  for (const { lesson, seed } of submission.lessons)
    if (seed !== learnerSeed(who) && !values.show) warn(words.otherSeed(lesson, seed, seed === commonSeed, who));
  if (values.output === undefined) return 0;
  try {
    writeWhole(values.output, [submissionText(submission)]);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    warn(`k8s-lab: ${error.told(language)}`);
    return 3;
  }
  warn(words.submitted(values.output, submission.lessons.length, who));
  return 0;
}

/** The same for the screen: nothing is printed, and nothing that is there is written over unless that was asked for. */
export function handIn(progress: Progress, given: string, path: string, over: boolean): HandedIn {
  try {
    const who = rememberName(given) ?? given;
    const file = resolve(path.replace(/^~(?=\/|$)/, homedir()));
    if (!over && existsSync(file)) return 'exists';
    const submission = newSubmission(who, recordsOf(progress, [], gradeWords('en')), new Date().toISOString());
    writeWhole(file, [submissionText(submission)]);
    return { file, lessons: submission.lessons.length };
  } catch (error) {
    if (error instanceof WriteError) return { problem: error.message, code: error.code };
    if (error instanceof UsageError) return { problem: error.message, code: 'nothing' };
    throw error;
  }
}

/** What is kept of each lesson: the finished session, else the one in progress. */
function recordsOf({ lessons }: Progress, names: readonly string[], words: GradeWords): SessionRecord[] {
  const recorded = Object.entries(lessons).flatMap(([key, { record, session }]) => {
    const kept = record ?? session;
    return kept?.lesson && kept.inputs.length > 0 ? [{ key, kept }] : [];
  });
  if (recorded.length === 0) throw new UsageError(words.nothing);
  if (names.length === 0) return recorded.map(({ kept }) => kept);
  return names.map((name) => {
    const found = recorded.filter(({ key }) => key === name || key.endsWith(`/${name}`));
    if (found.length === 1 && found[0]) return found[0].kept;
    throw new UsageError(words.nothingOf(name, recorded.map(({ key }) => key).join(', ')));
  });
}

/** All that is in the file, as its learner reads it. */
function shownText({ who, made, lessons }: Submission, language: Language): string {
  const words = gradeWords(language);
  const parts = lessons.map(({ lesson, world, seed, engine, events, until }) => {
    const lines = events.map((event) => `  ${clock(event.at)}  ${eventText(event, language)}\n`);
    return `\n${words.shownLesson(lesson, `${world}, seed ${seed}, k8s-lab ${engine}`, clock(until).trim())}\n${lines.join('')}`;
  });
  return `${words.shownHead(who, made)}\n${parts.join('')}`;
}
