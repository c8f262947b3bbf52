/** A learner hands in on the screen, a teacher looks through it: the real bundle in a real terminal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt, keys, Screen, type ScreenOptions, stateFolder } from './terminal.ts';

beforeAll(ensureBuilt);
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});
function open(options: ScreenOptions): Screen {
  const screen = new Screen(options);
  opened.push(screen);
  return screen;
}

describe('handing in, and looking through it', () => {
  test('a learner hands in on the screen; a teacher replays it event by event', async () => {
    let screen = open({ arguments: ['tools/one-pod-six-views'] });
    await screen.until((rows) => rows.some((row) => row.includes('root@controlplane:~#')), 40_000);
    await screen.line('echo I was here');
    await screen.until((rows) => rows.some((row) => row.startsWith('I was here')));
    screen.type(keys.ctrlQ);
    await screen.until('Back to the lessons');
    screen.type(keys.enter);
    await screen.until('Enter open');
    // To the last entry, and one up.
    screen.type(keys.end);
    await screen.until(/❯ +Quit/);
    screen.type(keys.up);
    await screen.until(/❯ +Hand in what you did/);
    screen.type(keys.enter);
    await screen.until('Your name or id:');
    screen.type('kim');
    await screen.until('submission-kim.json');
    const file = join(stateFolder(), 'kim.json');
    screen.type(keys.enter);
    await screen.until(/❯ Write it to the file/);
    const empty = (): boolean => screen.rows.some((row) => /Write it to the file:\s*$/.test(row));
    for (let i = 0; i < 60 && !empty(); i++) {
      screen.type('\x7f');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    screen.type(file);
    await screen.until('kim.json');
    screen.type(keys.enter);
    await screen.until(/✓ .*kim\.json is written: kim, lessons: 1\./);
    const [lesson] = (JSON.parse(readFileSync(file, 'utf8')) as { lessons: { began: string; ended: string; events: object[] }[] }).lessons;
    expect(Date.parse(lesson!.began)).toBeLessThanOrEqual(Date.parse(lesson!.ended));
    screen.close();
    screen = open({ columns: 120, rows: 30, arguments: ['grade', '--open', file] });
    await screen.until(/kim · tools\/one-pod-six-views/, 40_000);
    await screen.until('the beginning');
    expect(screen.text).not.toMatch(/│ I was here/);
    screen.type('\x1b[F');
    await screen.until((rows) => rows.some((row) => /│ I was here/.test(row)));
    screen.type('q');
    expect((await screen.exited).exitCode).toBe(0);
  });
});
