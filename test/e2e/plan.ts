/** What a lesson's solution does, line by line, by the engine alone. */
import { isWorldName } from '../../src/cluster/worlds/index.ts';
import type { LoadedLesson, Step } from '../../src/lessons/lesson.ts';
import { fillAll } from '../../src/lessons/variables.ts';
import { playScript } from '../../src/session/play.ts';
import { Session } from '../../src/session/session.ts';

type Move = {
  readonly text: string;
  /** The step that is open once the line has done its work. */
  readonly step: number;
};

export type Plan = { readonly moves: readonly Move[]; readonly steps: readonly Step[]; readonly id: string };

export function planOf(loaded: LoadedLesson, seed: number): Plan {
  const { lesson } = loaded;
  const [solution] = lesson.solutions;
  if (!solution || !isWorldName(lesson.world.name)) throw new Error(`${lesson.id} cannot be played`);
  const session = new Session({ world: lesson.world.name, seed, lesson: loaded });
  const moves = fillAll(solution.script, session.values)
    .replace(/\n+$/, '')
    .split('\n')
    .map((text) => {
      const { stuckAt } = playScript(session, text);
      if (stuckAt !== undefined) throw new Error(`"${stuckAt}" never came back`);
      return { text, step: session.run?.current ?? 0 };
    });
  if (!session.run?.finished) throw new Error(`the solution ${solution.name} of ${lesson.id} stays at ${session.run?.step?.id}`);
  return { moves, steps: session.run.lesson.steps, id: `${lesson.track}/${lesson.id}` };
}
