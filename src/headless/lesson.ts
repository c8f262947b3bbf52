/** `k8s-lab lesson list | new | check | play | export`. */
import { type Arguments, seedOf, UsageError } from '../arguments.ts';
import { isWorldName } from '../cluster/worlds/index.ts';
import { type Problem, pointsOf, problemText, type Track } from '../lessons/lesson.ts';
import { fillAll } from '../lessons/variables.ts';
import { checkLesson } from '../session/lesson-check.ts';
import { standardProblems } from '../session/lesson-standard.ts';
import { playScript } from '../session/play.ts';
import { Session } from '../session/session.ts';
import { engineVersion } from './engine-version.ts';
import { languageOf } from './language.ts';
import { lessonSeedOf } from './learner-seed.ts';
import { exportLessons } from './lesson-export.ts';
import { isFolder, lessonFolders, packagedLessons } from './lesson-files.ts';
import { newLesson } from './lesson-new.ts';
import { readLesson, readTracks } from './lessons-folder.ts';
import { changeProgress, type LessonProgress, readProgress } from './progress.ts';
import { readText } from './read-text.ts';

type Values = Arguments['values'];

const print = (text: string): void => void process.stdout.write(`${text}\n`);

export function lessonCommand(values: Values, [verb, ...rest]: readonly string[]): number {
  if (verb === 'list') return list(values);
  if (verb === 'check') return check(values, rest);
  if (verb === 'play') return play(values, rest);
  if (verb === 'export') return exportLessons(values, rest);
  if (verb === 'new') return newLesson(rest, values.dir ?? values.output ?? '.');
  throw new UsageError(`lesson takes list, new, check, play, edit or export, not "${verb ?? ''}"`);
}

function list(values: Values): number {
  const { tracks, problems } = readTracks(values.lessons ?? packagedLessons());
  const language = languageOf(values.lang);
  const progress = readProgress();
  const rows = tracks.flatMap((track) =>
    track.lessons.map(({ lesson, prose }) => ({
      id: `${track.id}/${lesson.id}`,
      title: prose[language].title,
      minutes: lesson.minutes,
      done: progress.lessons[`${track.id}/${lesson.id}`]?.done ?? false,
      points: progress.lessons[`${track.id}/${lesson.id}`]?.points ?? 0,
    })),
  );
  if (values.json) print(JSON.stringify(rows, null, 2));
  else for (const row of rows) print(`${row.done ? '✓' : ' '} ${row.id.padEnd(36)} ${String(row.minutes).padStart(3)} min  ${row.title}`);
  return report(problems);
}

function report(problems: readonly Problem[]): number {
  for (const problem of problems) process.stderr.write(`${problemText(problem)}\n`);
  return problems.length > 0 ? 1 : 0;
}

function check(values: Values, folders: readonly string[]): number {
  const roots = folders.length > 0 ? folders : [values.lessons ?? packagedLessons()];
  for (const root of roots) if (!isFolder(root)) throw new UsageError(`${root}: no such folder`);
  const seeds = seedsToCheck(values);
  // The lab's own lessons are held to more than lessons of one's own need be.
  const standard = values.standard ?? (folders.length === 0 && values.lessons === undefined);
  const rows = roots.flatMap(lessonFolders).map((folder) => {
    const began = Date.now();
    const loaded = readLesson(folder);
    const failures =
      'lesson' in loaded ? [...checkLesson(loaded, seeds).failures, ...(standard ? standardProblems(loaded) : []).map(problemText)] : loaded.map(problemText);
    const row = { lesson: folder, ok: failures.length === 0, failures, seconds: (Date.now() - began) / 1000 };
    if (!values.json) print(`${row.ok ? 'ok  ' : 'FAIL'} ${folder} (${row.seconds.toFixed(1)} s)${failures.map((each) => `\n     ${each}`).join('')}`);
    return row;
  });
  if (values.json) print(JSON.stringify(rows, null, 2));
  if (rows.length === 0) throw new UsageError(`there is no lesson.yaml below ${roots.join(', ')}`);
  return rows.every((row) => row.ok) ? 0 : 1;
}

const mostSeeds = 1_000;

/** `--seed N` is that one, `--seeds N` the first N. */
function seedsToCheck(values: Values): readonly number[] {
  if (values.seed !== undefined) return [seedOf(values)];
  const count = Number(values.seeds ?? 3);
  if (!Number.isInteger(count) || count < 1 || count > mostSeeds)
    throw new UsageError(`--seeds of lesson check takes a number from 1 to ${mostSeeds}, not "${values.seeds}"`);
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** `track/lesson`, or the lesson's id alone where only one has it. */
function findLesson(tracks: readonly Track[], name: string): Track['lessons'][number] {
  const all = tracks.flatMap((track) => track.lessons);
  const found = all.filter(({ lesson }) => name === `${lesson.track}/${lesson.id}` || name === lesson.id);
  if (found.length === 1 && found[0]) return found[0];
  throw new UsageError(`there is no lesson "${name}"; there are ${all.map(({ lesson }) => `${lesson.track}/${lesson.id}`).join(', ')}`);
}

function play(values: Values, [name]: readonly string[]): number {
  if (!name || values.script === undefined) throw new UsageError('lesson play takes a lesson and --script FILE');
  const lesson = findLesson(readTracks(values.lessons ?? packagedLessons()).tracks, name);
  const world = lesson.lesson.world.name;
  if (!isWorldName(world)) throw new UsageError(`the lesson wants a world "${world}", which is not there`);
  const began = new Date().toISOString();
  const session = new Session({ world, seed: values.save ? lessonSeedOf(values) : seedOf(values), lesson });
  const { finished, stuckAt } = playScript(session, fillAll(readText(values.script), session.values));
  if (values.save) save(session, began);
  let screen = '';
  for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) screen += text;
  const steps = lesson.lesson.steps.map((step, index) => ({
    id: step.id,
    done: session.run?.steps[index]?.done ?? false,
    points: session.run?.pointsEarned(index) ?? 0,
    of: pointsOf(step),
    checks: [...(session.run?.steps[index]?.verdicts ?? [])].map(([id, verdict]) => ({ id, ...verdict })),
  }));
  if (values.json) print(JSON.stringify({ lesson: name, finished, ...(stuckAt ? { stuckAt } : {}), steps, screen }, null, 2));
  else {
    print(screen.trimEnd());
    for (const step of steps) print(`${step.done ? '✓' : '·'} ${step.id} ${step.points}/${step.of}`);
    if (stuckAt) print(`k8s-lab: "${stuckAt}" never came back to a prompt`);
  }
  return finished ? 0 : 1;
}

/** Keeps what was played as if it had been typed. */
function save(session: Session, began: string): void {
  const { run } = session;
  if (!run) return;
  const key = `${run.lesson.track}/${run.lesson.id}`;
  const record = { ...session.record(engineVersion()), began, ended: new Date().toISOString() };
  const entry = (before: LessonProgress | undefined): LessonProgress => ({
    done: run.finished || (before?.done ?? false),
    points: Math.max(run.points, before?.points ?? 0),
    ...(run.finished ? { record } : { ...(before?.record ? { record: before.record } : {}), session: record }),
  });
  const { problem } = changeProgress((now) => ({ ...now, lessons: { ...now.lessons, [key]: entry(now.lessons[key]) } }));
  if (problem) process.stderr.write(`k8s-lab: progress was not saved: ${problem}\n`);
}
