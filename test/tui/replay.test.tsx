import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { historyOf } from '../../src/grading/history.ts';
import { type Frames, framesOf } from '../../src/session/frames.ts';
import { openAtEvent } from '../../src/session/regrade.ts';
import { Replay, type ReplayEnd } from '../../src/tui/app/replay.ts';
import { ReplayPage } from '../../src/tui/components/replay-page.tsx';
import stringWidth from '../../src/tui/fast-width.ts';
import { plainText, unstyled } from '../../src/tui/text/style.ts';
import { replayRows } from '../../src/tui/view/replay-rows.ts';
import { newSay } from '../../src/tui/words.ts';
import { grade, handIn, notes } from '../headless/course.ts';

const submission = handIn('kim', 'ls -l /etc\necho hello {{word}} > {{word}}.txt\ncat nothing\nls\n@answer ask disk');
const submitted = submission.lessons[0]!;
const history = historyOf(submitted);
if ('message' in history) throw new Error(history.message);
const judged = grade(submission).grades[0]!;
const found = { en: ['another version'], ko: ['다른 버전'] };

function play(): Frames {
  const playing = framesOf(notes, submitted, history as Exclude<typeof history, { message: string }>);
  for (;;) {
    const { done, value } = playing.next();
    if (done) return value;
    expect(value).toBeLessThanOrEqual(1);
  }
}
const played = play();

describe('frames', () => {
  test('one before anything, and one an event: what was typed, what came of it, what held', () => {
    expect(played.frames).toHaveLength(submitted.events.length + 1);
    expect(played.frames.map(({ line }) => line)).toEqual([0, 1, 2, 3, 4, 4]);
    expect(played.frames[3]?.output).toContain('cat: nothing: No such file or directory');
    const states = played.frames[1]?.checks.map(({ id, hidden, verdict }) => [id, hidden, verdict?.state]);
    expect(states).toEqual([
      ['written', false, 'failed'],
      ['listed', false, 'passed'],
      ['private-note', true, 'failed'],
      ['greeting', false, 'failed'],
    ]);
    expect(played.frames.map(({ step }) => step)).toEqual([0, 0, 1, 1, 1, 2]);
    expect(played.frames.at(-1)).toMatchObject({ step: 2, steps: 3 });
    expect(play()).toEqual(played);
    // What the checks say has the learner's own words in it.
    const texts = played.frames.flatMap(({ checks }) => checks.map(({ text }) => text));
    expect(JSON.stringify(texts)).not.toContain('{{');
  });

  test('a teacher sits down in the world as it was then', () => {
    const session = openAtEvent(notes, submitted, history as Exclude<typeof history, { message: string }>, 2);
    expect(session.inputs).toHaveLength(2);
    session.input({ line: 'cat *.txt' });
    session.cluster.sim.advanceUntil(() => !session.atPrompt, 1_000);
    session.untilPrompt(5_000);
    const texts: string[] = [];
    for (let text = session.tty.output.take(); text !== undefined; text = session.tty.output.take()) texts.push(text);
    expect(texts.join('')).toContain(`hello ${session.values['word']}`);
    expect(texts.join('')).not.toContain('cat nothing');
  });
});

describe('the page', () => {
  const rows = (at: number, columns: number, height: number, language: 'en' | 'ko' = 'en') =>
    replayRows({ ...played, grade: judged, notes: found, at, back: 0 }, { size: { columns, rows: height }, style: unstyled, say: newSay(language), language });

  test.each([
    [80, 24],
    [200, 60],
    [60, 18],
    [40, 10],
  ])('every moment fits %i×%i, in both languages', (columns, height) => {
    for (const language of ['en', 'ko'] as const)
      for (let at = 0; at < played.frames.length; at++) {
        const shown = rows(at, columns, height, language);
        expect(shown.length).toBeLessThanOrEqual(height);
        for (const row of shown) expect(stringWidth(plainText(row))).toBeLessThanOrEqual(columns);
        if (height >= 18) expect(plainText(shown.join('\n'))).toContain(language === 'en' ? 'Checks of step' : '단계의 점검');
      }
  });

  test('who, what, when; the terminal as it was; what was found', () => {
    const text = plainText(rows(3, 200, 60).join('\n'));
    expect(text).toContain('kim · files/notes');
    expect(text).toContain('3 of 5');
    expect(text).toMatch(/❯ 00:00:0\d {2}\$ cat nothing/);
    expect(text).toContain('cat: nothing: No such file or directory');
    expect(text).not.toMatch(/root@node01:~# ls\s*$/m);
    expect(plainText(rows(0, 200, 60).join('\n'))).toContain('private note (hidden)');
    expect(text).toContain('another version');
    expect(plainText(rows(3, 200, 60, 'ko').join('\n'))).toContain('다른 버전');
  });

  test.each([80, 100])('at %i columns the points are there, however long the names are', (columns) => {
    const shown = { ...judged, who: '김'.repeat(30), lesson: 'a-long-track/a-very-long-lesson-name' };
    for (const language of ['en', 'ko'] as const) {
      const state = { ...played, grade: shown, notes: found, at: 1, back: 0 };
      const [head = ''] = replayRows(state, { size: { columns, rows: 24 }, style: unstyled, say: newSay(language), language });
      expect(plainText(head)).toMatch(language === 'en' ? / · [\d.]+ of 120 points / : / · 120점 중 [\d.]+점 /);
      expect(stringWidth(plainText(head))).toBeLessThanOrEqual(columns);
    }
  });

  test('what a stranger typed steers no terminal', () => {
    const controls = '\u001b]52;c;eA==\u0007\u009b31m\u202e\r';
    const events = [{ line: `ls ${controls}` }, { keys: controls }, { answer: [controls], step: controls }, { hint: controls }, { next: controls }] as const;
    const frame = played.frames[1]!;
    const frames = [frame, ...events.map((event) => ({ ...frame, event: { at: 0, ...event } as typeof frame.event }))];
    const state = { grade: judged, notes: found, exceeded: undefined, frames, at: 3, back: 0 };
    const all = replayRows(state, { size: { columns: 80, rows: 60 }, style: unstyled, say: newSay('en'), language: 'en' });
    expect(all.join('\n')).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });

  test('arrows move through the events; Enter sits down; q leaves', async () => {
    const ends: ReplayEnd[] = [];
    const lesson = { grade: judged, notes: found, frames: () => framesOf(notes, submitted, history as Exclude<typeof history, { message: string }>) };
    const screen = { size: { columns: 100, rows: 30 }, language: 'en', colours: false } as const;
    const replay = new Replay([lesson, lesson], screen, { lesson: 0, frame: 1 }, (end) => ends.push(end));
    const app = render(createElement(ReplayPage, { store: replay.store }));
    await replay.show(1);
    const press = (...names: string[]) => replay.keys(names.map((name) => ({ type: 'key', name, raw: '' })));
    const frame = () => plainText(app.lastFrame() ?? '');
    await vi.waitFor(() => expect(frame()).toContain('1 of 5'));
    press('right', 'right');
    await vi.waitFor(() => expect(frame()).toContain('cat: nothing'));
    press('home', 'left');
    await vi.waitFor(() => expect(frame()).toContain('0 of 5'));
    press('end', 'right', 'f10');
    await vi.waitFor(() => expect(frame()).toContain('5개 중 5번째'));
    press('tab');
    await vi.waitFor(() => expect(replay.store.get().shown?.at).toBe(0), { timeout: 20_000 });
    press('right', 'enter', 'q');
    expect(ends).toEqual([{ lesson: 1, frame: 1 }, 'quit']);
    app.unmount();
  });
});
