/** A small course, and learners who hand in what they did in it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newBudget } from '../../src/grading/budget.ts';
import { chainOf, learnerSeed, sealOf } from '../../src/grading/chain.ts';
import { type Submission, type SubmittedEvent, type SubmittedLesson, submissionText } from '../../src/grading/submission.ts';
import { type GradeOptions, gradeFile, type Outcome } from '../../src/headless/grade-job.ts';
import { lessonTexts } from '../../src/headless/lesson-files.ts';
import { LessonShelf } from '../../src/headless/lesson-shelf.ts';
import type { LoadedLesson } from '../../src/lessons/lesson.ts';
import { loadLesson } from '../../src/lessons/load.ts';
import { fillAll } from '../../src/lessons/variables.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';
import { newSubmission } from '../../src/session/submit.ts';

export const course = 'test/grading/course';
export const engine = '0.1.0';
export const made = '2026-11-22T10:00:00.000Z';

export const options: GradeOptions = { lessons: course, policy: { seeds: 'common' }, engine, budget: newBudget(undefined) };
export const shelf = new LessonShelf(course);

export const notes: LoadedLesson = (() => {
  const loaded = loadLesson({ folder: course, files: lessonTexts(`${course}/files/notes`).files });
  if (!('lesson' in loaded)) throw new Error(JSON.stringify(loaded));
  return loaded;
})();

export const solution = 'echo hello {{word}} > {{word}}.txt\nls\n@answer ask disk\nmv {{word}}.txt /tmp/kept';

/** A session in which the script was typed. */
export function played(seed: number, script: string): Session {
  const session = new Session({ world: 'node', seed, lesson: notes });
  playScript(session, fillAll(script, session.values));
  return session;
}

export const handIn = (who: string, script = solution, seed = learnerSeed(who)): Submission => newSubmission(who, [played(seed, script).record(engine)], made);

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'k8s-lab-grade-'));
export function put(folder: string, name: string, content: Submission | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : submissionText(content));
  return path;
}

const scratch = newFolder();
let counter = 0;
export function grade(content: Submission | string, change: Partial<GradeOptions> = {}): Outcome {
  const file = `s${counter++}.json`;
  return gradeFile({ path: put(scratch, file, content), file }, shelf, { ...options, ...change });
}

/** What somebody does who knows the format: every hash is made anew. */
export function rechained(submission: Submission, who: string, change: (lesson: SubmittedLesson) => Partial<SubmittedLesson>): Submission {
  const lessons = submission.lessons.map((lesson) => {
    const changed = { ...lesson, ...change(lesson) };
    const { links, chain } = chainOf(who, changed, changed.events, changed);
    return { ...changed, events: changed.events.map((event, index) => ({ ...event, link: links[index] }) as SubmittedEvent), chain };
  });
  return {
    ...submission,
    who,
    lessons,
    seal: sealOf(
      who,
      submission.made,
      lessons.map(({ chain }) => chain),
    ),
  };
}
