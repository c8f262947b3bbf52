/** `k8s-lab lesson export --for learners [DIR] -o FOLDER`: the copy of a course that learners get, and the proof that nothing hidden is in it. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Arguments, UsageError } from '../arguments.ts';
import { leaks, learnerCopy, withoutComments } from '../lessons/learner-copy.ts';
import { type Problem, problemText } from '../lessons/lesson.ts';
import { loadLesson } from '../lessons/load.ts';
import { isFolder, lessonFolders, lessonTexts, packagedLessons, readLessonFile } from './lesson-files.ts';
import { WriteError, writeInFolder } from './write-whole.ts';

type Copy = { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly hidden: number };

export function exportLessons(values: Arguments['values'], [root = values.lessons ?? packagedLessons()]: readonly string[]): number {
  if (values.for !== 'learners') throw new UsageError('lesson export takes --for learners');
  const { output } = values;
  if (output === undefined) throw new UsageError('lesson export takes -o FOLDER');
  if (!isFolder(root)) throw new UsageError(`${root}: no such folder`);
  const folders = lessonFolders(root);
  const copies = folders.map(copyOf);
  const own = new Set(folders.map((folder) => realpathSync(folder)));
  const isOwn = (folder: string): boolean => existsSync(folder) && own.has(realpathSync(folder));
  if (copies.some((copy) => 'files' in copy && isOwn(join(output, copy.name))))
    throw new UsageError(`${output}: the lessons themselves are there; give -o another folder`);
  if (copies.length === 0) throw new UsageError(`there is no lesson.yaml below ${root}`);
  const problems = copies.flatMap((copy) => ('problems' in copy ? copy.problems : []));
  const tracks = join(root, 'tracks.yaml');
  const order = existsSync(tracks) ? orderIn(tracks) : undefined;
  if (typeof order === 'object') problems.push(...order);
  for (const problem of problems) process.stderr.write(`${problemText(problem)}\n`);
  // All or nothing: half a course without leaks is no course.
  if (problems.length > 0) return 1;
  try {
    for (const copy of copies) if ('files' in copy) for (const [name, text] of Object.entries(copy.files)) writeInFolder(join(output, copy.name, name), [text]);
    if (typeof order === 'string') writeInFolder(join(output, 'tracks.yaml'), [order]);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    process.stderr.write(`k8s-lab: ${error.message}\n`);
    return 3;
  }
  for (const copy of copies) if ('files' in copy) process.stdout.write(`${copy.name}: ${copy.hidden} hidden left out\n`);
  process.stdout.write(`${copies.length} ${copies.length === 1 ? 'lesson' : 'lessons'} for learners in ${output}; nothing hidden was found in them\n`);
  return 0;
}

/** The file that orders the tracks, without comments. */
function orderIn(path: string): string | readonly Problem[] {
  const read = readLessonFile(path);
  return 'text' in read ? withoutComments(path, read.text) : [read];
}

function copyOf(folder: string): Copy | { readonly problems: readonly Problem[] } {
  const { files, problems: unread } = lessonTexts(folder);
  if (unread.length > 0) return { problems: unread };
  const loaded = loadLesson({ folder, files });
  if (!('lesson' in loaded)) return { problems: loaded };
  const { lesson } = loaded;
  const copy = learnerCopy(files);
  const problems = leaks(lesson, { folder: `${folder} (copy for learners)`, files: copy });
  if (problems.length > 0) return { problems };
  const hidden = lesson.steps.flatMap((step) => step.checks ?? []).filter(({ visibility }) => visibility === 'grader').length + (lesson.trials?.length ?? 0);
  return { name: `${lesson.track}/${lesson.id}`, files: copy, hidden };
}
