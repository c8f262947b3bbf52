/** Opens sessions for a screen: this is where the simulator is loaded. */
import { join } from 'node:path';
import { UsageError } from '../arguments.ts';
import { isWorldName, type WorldName } from '../cluster/worlds/index.ts';
import { type LoadedLesson, problemText } from '../lessons/lesson.ts';
import { Session } from '../session/session.ts';
import type { Worlds } from '../tui/services.ts';
import { packagedLessons } from './lesson-files.ts';
import { readLesson } from './lessons-folder.ts';

type LessonWorldsOptions = { readonly lessons: string | undefined; readonly seed: number /** Of a shell without a lesson. */; readonly world: string };

export function lessonWorlds({ lessons, seed, world }: LessonWorldsOptions): Worlds {
  const root = lessons ?? packagedLessons();
  const load = (key: string): LoadedLesson => {
    const lesson = readLesson(join(root, ...key.split('/')));
    if ('lesson' in lesson) return lesson;
    throw new UsageError(lesson.map(problemText).join('\n'));
  };
  return {
    open: (key) => {
      if (key === undefined) return Session.opening({ world: worldNamed(world), seed });
      const lesson = load(key);
      return Session.opening({ world: worldNamed(lesson.lesson.world.name), seed, lesson });
    },
    resume: (key, record) => {
      const lesson = load(key);
      const undone = record.undone ? { undone: record.undone } : {};
      return Session.replaying({ world: worldNamed(record.world), seed: record.seed, lesson, ...undone }, record.inputs, record.until);
    },
    *replay(like, inputs, until) {
      const session = yield* Session.replaying(like.goingBackTo(inputs.length), inputs, until);
      // The checks look once a second: what held when this moment was there the first time is to be seen at once.
      session.tick(lookTime);
      return session;
    },
    same: (key, record) => load(key).hash === record.lesson?.hash,
  };
}

/** How often checks look, at the least. */
const lookTime = 1_000;

function worldNamed(name: string): WorldName {
  if (!isWorldName(name)) throw new UsageError(`there is no world "${name}"`);
  return name;
}
