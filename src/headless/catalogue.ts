/** What the menu lists: made when the lab is built, so that the first frame reads one small file; a folder of the user's own is read as it is. */
import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../arguments.ts';
import type { TrackEntry } from '../tui/services.ts';

const built = new URL('catalogue.json', import.meta.url);

type Catalogue = { readonly tracks: readonly TrackEntry[] /** Of lessons that are broken, and left out. */; readonly problems: readonly string[] };

/** `folder`: lessons of the user's own. */
export async function readCatalogue(folder: string | undefined): Promise<Catalogue> {
  if (folder === undefined && existsSync(built)) return { tracks: JSON.parse(readFileSync(built, 'utf8')) as TrackEntry[], problems: [] };
  const [{ packagedLessons }, { readTracks }, { problemText }] = await Promise.all([
    import('./lesson-files.ts'),
    import('./lessons-folder.ts'),
    import('../lessons/lesson.ts'),
  ]);
  const root = folder ?? packagedLessons();
  const { tracks, problems } = readTracks(root);
  const entries = tracks.map(({ id, title, lessons }) => ({
    id,
    title,
    lessons: lessons.map(({ lesson, prose }) => ({
      key: `${id}/${lesson.id}`,
      minutes: lesson.minutes,
      title: { en: prose.en.title, ko: prose.ko.title },
      world: lesson.world.name,
    })),
  }));
  return { tracks: entries, problems: problems.map(problemText) };
}

/** The key of `track/lesson`, or of a lesson's id where only one has it. */
export function lessonKey({ tracks, problems }: Catalogue, name: string): string {
  const keys = tracks.flatMap(({ lessons }) => lessons.map(({ key }) => key));
  const found = keys.filter((key) => key === name || key.endsWith(`/${name}`));
  if (found.length === 1 && found[0]) return found[0];
  const broken = problems.length > 0 ? `; these are broken:\n${problems.join('\n')}` : '';
  throw new UsageError(`there is no lesson "${name}"; there are ${keys.join(', ') || 'none'}${broken}`);
}
