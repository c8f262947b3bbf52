/** `grade --similar FILE`: the report on pairs that are more alike than their lesson explains; as JSON where the name says so. */
import { type Pair, similarityReport, similarPairs, type Traits } from '../grading/similarity.ts';
import { visibleJson } from '../grading/visible.ts';
import type { Language } from '../lessons/lesson.ts';
import type { Entry, GradeState } from './grade-state.ts';
import { explainedLines, LessonShelf } from './lesson-shelf.ts';
import { writeWhole } from './write-whole.ts';

export function writeSimilarity(
  path: string,
  { grades, state }: { readonly grades: readonly Entry[]; readonly state: GradeState },
  lessons: string,
  language: Language,
): void {
  const shelf = new LessonShelf(lessons);
  const byLesson = new Map<string, Traits[]>();
  for (const entry of grades) {
    const traits = state.outcomeOf(entry).traits[entry.index];
    if (traits) byLesson.set(traits.lesson, [...(byLesson.get(traits.lesson) ?? []), traits]);
  }
  const pairs = [...byLesson].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, traits]) => pairsOf(name, traits, shelf));
  writeWhole(path, [path.endsWith('.json') ? `${visibleJson({ format: 'k8s-lab/similarity', version: 1, pairs }, 1)}\n` : similarityReport(pairs, language)]);
}

function pairsOf(name: string, traits: readonly Traits[], shelf: LessonShelf): Pair[] {
  const lesson = shelf.get(name);
  const pairs = similarPairs(traits, typeof lesson === 'object' ? explainedLines(lesson.loaded) : new Set());
  // What one person hands in twice is alike, and no news.
  return pairs.filter(({ a, b }) => a.who !== b.who);
}
