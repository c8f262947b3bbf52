/** The grader's lessons. */
import { normalLine } from '../grading/similarity.ts';
import { learnerCopy } from '../lessons/learner-copy.ts';
import type { LoadedLesson } from '../lessons/lesson.ts';
import { loadLesson } from '../lessons/load.ts';
import { lessonFolders, lessonTexts } from './lesson-files.ts';

type Known = { readonly loaded: LoadedLesson; readonly world: string; readonly hashes: readonly string[] };

/** The grader's lessons, read when they are first needed. */
export class LessonShelf {
  readonly #folders = new Map<string, string>();
  readonly #known = new Map<string, Known | string>();

  constructor(root: string) {
    for (const folder of lessonFolders(root)) {
      const name = folder.split(/[\\/]/).slice(-2).join('/');
      this.#folders.set(name, folder);
    }
  }

  get folders(): ReadonlyMap<string, string> {
    return this.#folders;
  }

  /** The lesson; a text says why it cannot be used; undefined: there is none. */
  get(name: string): Known | string | undefined {
    const folder = this.#folders.get(name);
    if (!folder) return undefined;
    const known = this.#known.get(name) ?? readKnown(folder);
    this.#known.set(name, known);
    return known;
  }
}

function readKnown(folder: string): Known | string {
  const { files, problems } = lessonTexts(folder);
  const loaded = problems.length > 0 ? problems : loadLesson({ folder, files });
  if (!('lesson' in loaded)) return loaded.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('; ');
  const copy = loadLesson({ folder, files: learnerCopy(files) });
  return { loaded, world: loaded.lesson.world.name, hashes: [loaded.hash, ...('lesson' in copy ? [copy.hash] : [])] };
}

/** Lines that a lesson itself gives: of solutions, wrong samples and hints, in every language. */
export function explainedLines({ lesson, prose }: LoadedLesson): ReadonlySet<string> {
  const scripts = [...lesson.solutions, ...lesson.wrong].flatMap(({ script }) => script.split('\n'));
  const code = Object.values(prose).flatMap(({ steps }) =>
    Object.values(steps).flatMap(({ task, hints }) =>
      [task, ...Object.values(hints ?? {})].flatMap((text) => [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')),
    ),
  );
  // The placeholders are what a learner's values are turned into.
  return new Set([...scripts, ...code].map((line) => normalLine(line.replace(/\{\{\s*(\w+)\s*\}\}/g, '{{$1}}'), {})));
}
