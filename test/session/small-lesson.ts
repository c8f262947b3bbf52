/** Lessons for tests, through the loader as all are. */
import type { LoadedLesson } from '../../src/lessons/lesson.ts';
import { loadLesson } from '../../src/lessons/load.ts';

export type SmallStep = { readonly id: string; readonly facts: object; readonly prose?: object };

/** What the loader makes of it: JSON is YAML too. */
export function load(steps: readonly SmallStep[], world = 'node') {
  const lesson = {
    apiVersion: 'k8s-lab/v1',
    kind: 'Lesson',
    id: 'small',
    track: 'test',
    minutes: 1,
    world: { name: world },
    steps: steps.map(({ id, facts }) => ({ id, kind: 'do', ...facts })),
    solutions: [{ name: 'none', script: 'true' }],
    wrong: [{ name: 'none', script: 'true', fails: steps[0]?.id }],
    debrief: ['why'],
  };
  const prose = {
    title: 'Small',
    summary: 'Small.',
    story: 'A story.',
    steps: Object.fromEntries(steps.map(({ id, prose: text }) => [id, { task: `Task ${id}.`, ...text }])),
    debrief: { why: 'Because.' },
  };
  return loadLesson({
    folder: 'test/small',
    files: { 'lesson.yaml': JSON.stringify(lesson), 'en.yaml': JSON.stringify(prose), 'ko.yaml': JSON.stringify(prose) },
  });
}

export function smallLesson(steps: readonly SmallStep[], world = 'node'): LoadedLesson {
  const loaded = load(steps, world);
  if (!('lesson' in loaded)) throw new Error(JSON.stringify(loaded));
  return loaded;
}

/** A step that a file passes. */
export const fileStep = (id: string, path: string, facts: object = {}, prose: object = {}): SmallStep => ({
  id,
  facts: { checks: [{ id: `${id}-made`, file: { node: 'node01', path } }], ...facts },
  prose: { checks: { [`${id}-made`]: `${path} is there` }, ...prose },
});
