/** Every lesson's first solution through the real screen, in both languages: `K8S_LAB_E2E=all`, or a part of a lesson's name. By default two lessons. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lessonFolders, packagedLessons } from '../../src/headless/lesson-files.ts';
import { readLesson } from '../../src/headless/lessons-folder.ts';
import { type Language, languages, problemText } from '../../src/lessons/lesson.ts';
import { bundled } from '../bundled.ts';
import { ensureBuilt, Screen } from './terminal.ts';
import { walk } from './walk.ts';

const { planOf } = bundled<typeof import('./plan.ts')>('test/e2e/plan.ts');

beforeAll(ensureBuilt);
let screen: Screen | undefined;
afterEach(() => screen?.close());

const byDefault: Readonly<Record<string, readonly Language[]>> = { 'architecture/life-of-a-pod': ['en'], 'tools/one-pod-six-views': ['ko'] };
const asked = process.env['K8S_LAB_E2E'];
const languagesOf = (id: string): readonly Language[] => (asked === undefined ? (byDefault[id] ?? []) : asked === 'all' || id.includes(asked) ? languages : []);

const folders = lessonFolders(packagedLessons()).map((folder) => ({ folder, id: folder.slice(packagedLessons().length + 1) }));

describe.each(folders.filter(({ id }) => languagesOf(id).length > 0))('$id', ({ folder, id }) => {
  test.each(languagesOf(id))('in %s at 80×24', { timeout: 300_000 }, async (language) => {
    const lesson = readLesson(folder);
    if (!('lesson' in lesson)) throw new Error(lesson.map(problemText).join('\n'));
    const plan = planOf(lesson, 1);
    screen = new Screen({ arguments: [id, '--lang', language, '--seed', '1'] });
    await walk(screen, plan, language);
    expect(screen.progress().lessons[id]).toMatchObject({ done: true });
    // No half syllables.
    expect(screen.text).not.toContain('\ufffd');
  });
});
