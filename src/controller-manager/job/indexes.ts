import type { Job, Pod } from '../../api/types.ts';

/** Completion indexes of an Indexed Job: pkg/controller/job/indexed_job_utils.go. */

/** Of pods of indexed Jobs, and their environment's JOB_COMPLETION_INDEX. */
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** Each completion has a number of its own. */
export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

/** -1 when the pod has none. */
export const indexOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[indexAnnotation] ?? -1);

/** `0-2,5` → 0, 1, 2, 5. */
export function parseIndexes(text: string | undefined): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const part of text ? text.split(',') : []) {
    const [first = '', last = first] = part.split('-');
    for (let index = Number(first); index <= Number(last); index++) indexes.add(index);
  }
  return indexes;
}

/** The shortest text for a set of indexes. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const parts: string[] = [];
  const sorted = [...indexes].sort((a, b) => a - b);
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    parts.push(end === i ? String(sorted[i]) : end === i + 1 ? `${sorted[i]},${sorted[end]}` : `${sorted[i]}-${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

/** The lowest indexes that are neither done nor worked on. */
export function nextIndexes(job: Job, done: ReadonlySet<number>, active: readonly Pod[], count: number): readonly number[] {
  const taken = new Set(active.map(indexOf));
  const out: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && out.length < count; index++) if (!done.has(index) && !taken.has(index)) out.push(index);
  return out;
}
