/** Lessons on disk: those that come with the lab, or a folder that the user names. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import tracksSchema from '../../lessons/schema/tracks.schema.json' with { type: 'json' };
import { UsageError } from '../arguments.ts';
import type { Language, LoadedLesson, Problem, Track } from '../lessons/lesson.ts';
import { loadLesson } from '../lessons/load.ts';
import { schemaProblems } from '../lessons/schema-problems.ts';
import { readYaml } from '../lessons/yaml-source.ts';
import { foldersIn, lessonTexts, readLessonFile } from './lesson-files.ts';

type TrackEntry = { readonly id: string; readonly title: Readonly<Record<Language, string>>; readonly lessons: readonly string[] };

/**
 * The curriculum as tracks.yaml orders it; lessons that are only planned are not listed there. A course without that file has its folders as tracks.
 * Broken lessons are left out and reported.
 */
export function readTracks(folder: string): { readonly tracks: readonly Track[]; readonly problems: readonly Problem[] } {
  const tracks = trackEntries(folder);
  if ('problems' in tracks) return { tracks: [], ...tracks };
  const problems: Problem[] = [];
  return {
    tracks: tracks.map(({ id, title, lessons }) => ({
      id,
      title,
      lessons: lessons.flatMap((name) => {
        const lesson = readLesson(join(folder, id, name));
        if ('lesson' in lesson) return [lesson];
        problems.push(...lesson);
        return [];
      }),
    })),
    problems,
  };
}

function trackEntries(folder: string): readonly TrackEntry[] | { readonly problems: readonly Problem[] } {
  const path = join(folder, 'tracks.yaml');
  if (!existsSync(path)) return foldersAsTracks(folder);
  const read = readLessonFile(path);
  if ('message' in read) return { problems: [read] };
  const source = readYaml(path, read.text);
  if (!('data' in source)) return { problems: source };
  const problems = schemaProblems(source, tracksSchema);
  return problems.length > 0 ? { problems } : (source.data as { tracks: readonly TrackEntry[] }).tracks;
}

function foldersAsTracks(folder: string): readonly TrackEntry[] {
  const isLesson = (track: string) => (name: string) => existsSync(join(folder, track, name, 'lesson.yaml'));
  const tracks = existsSync(folder)
    ? foldersIn(folder).map((id) => ({ id, title: { en: id, ko: id }, lessons: foldersIn(join(folder, id)).filter(isLesson(id)) }))
    : [];
  const some = tracks.filter(({ lessons }) => lessons.length > 0);
  if (some.length === 0) throw new UsageError(`${folder}: there is no tracks.yaml, and no TRACK/LESSON/lesson.yaml`);
  return some;
}

/** The lesson, or what is wrong with its files; a folder without any is a problem too. */
export function readLesson(folder: string): LoadedLesson | readonly Problem[] {
  const { files, problems } = lessonTexts(folder);
  return problems.length > 0 ? problems : loadLesson({ folder, files });
}
