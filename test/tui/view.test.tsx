import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { LessonView, StepView } from '../../src/session/lesson-view.ts';
import { xray } from '../../src/session/xray.ts';
import { route } from '../../src/tui/app/route.ts';
import { type AppState, type LessonState, newLessonState, newlyTold, toldBefore } from '../../src/tui/app/state.ts';
import { Store } from '../../src/tui/app/store.ts';
import { App } from '../../src/tui/components/app.tsx';
import stringWidth from '../../src/tui/fast-width.ts';
import { layoutOf, type Shown } from '../../src/tui/layout.ts';
import type { Kept, TrackEntry } from '../../src/tui/services.ts';
import { plainText, unstyled } from '../../src/tui/text/style.ts';
import { keysIn, statusRow } from '../../src/tui/view/chrome.ts';
import { type LessonRows, lessonRows } from '../../src/tui/view/lesson-rows.ts';
import { lessonSpan, shownRows } from '../../src/tui/view/lesson-window.ts';
import { answerOf, newMany, pressMany } from '../../src/tui/view/many.ts';
import { firstChoice, menuEntries, menuRows } from '../../src/tui/view/menu-view.ts';
import { xrayRows } from '../../src/tui/view/xray-rows.ts';
import { newSay } from '../../src/tui/words.ts';

const step = (change: Partial<StepView> = {}): StepView => ({
  id: 'one',
  kind: 'do',
  task: 'Make a pod called `web`.',
  note: 'It runs.',
  done: false,
  points: 0,
  of: 10,
  checks: [],
  hints: [],
  hintsLeft: 0,
  situations: [],
  ask: undefined,
  choices: [],
  feedback: [],
  outcome: undefined,
  said: undefined,
  ...change,
});
const lesson = (change: Partial<LessonView> = {}): LessonView => ({
  title: 'A lesson',
  story: 'Once upon a time.',
  steps: [step(), step({ id: 'two' })],
  current: 0,
  finished: false,
  points: 0,
  pointsPossible: 20,
  debrief: ['That was it.'],
  ...change,
});
const context = (width = 60, language: 'en' | 'ko' = 'en') => ({ width, style: unstyled, say: newSay(language), language });
const window = (text: LessonRows, height: number, change: Partial<Pick<LessonState, 'scroll' | 'fresh' | 'told' | 'heard'>> = {}) =>
  shownRows(text, { height, scroll: 0, fresh: true, told: undefined, heard: undefined, ...change }, unstyled, newSay('en'));
const tracks: readonly TrackEntry[] = [
  {
    id: 'a',
    title: { en: 'Track A', ko: '트랙 가' },
    lessons: [
      { key: 'a/x', minutes: 5, title: { en: 'First', ko: '첫째' }, world: 'node' },
      { key: 'a/y', minutes: 15, title: { en: 'Second', ko: '둘째' }, world: 'node' },
    ],
  },
];

describe('the lesson pane', () => {
  test('story, task, checks with what was expected and found, hints', () => {
    const checks = [
      { id: 'pod-made', text: 'the pod was made', state: 'passed' as const },
      {
        id: 'pod-runs',
        text: 'the pod runs',
        state: 'failed' as const,
        expected: 'pods web',
        found: 'there is none',
        where: 'object pods web',
      },
      { id: 'later', text: 'later', state: 'open' as const },
      { id: 'asked', text: 'asked', state: 'waiting' as const },
    ];
    const { rows } = lessonRows(lesson({ steps: [step({ checks, hints: ['Use `run`.'], hintsLeft: 2, situations: ['Not that one.'] })] }), context());
    expect(rows).toEqual(
      expect.arrayContaining([
        'Once upon a time.',
        'Step 1 of 1 · task · 10 points',
        '✓ the pod was made',
        '✗ the pod runs',
        '  expected: pods web',
        '  found: there is none',
        '· later',
        '… asked',
        '→ Not that one.',
        'Hint 1: Use run.',
      ]),
    );
  });

  test('what was passed stays above, with its note and what a prediction came to', () => {
    const steps = [step({ done: true, points: 8, said: 'It stays.', outcome: { said: 'It stays.', came: 'It goes.', right: false } }), step({ id: 'two' })];
    const { rows } = lessonRows(lesson({ steps, current: 1 }), context());
    expect(rows).toEqual(
      expect.arrayContaining(['✓ Step 1 · done, 8 of 10 points', '  You expected: It stays.', '  ✗ It came otherwise: It goes.', '  It runs.']),
    );
  });

  test('in Korean', () => {
    const checks = [{ id: 'x', text: 'x', state: 'failed' as const, found: '아직 실행하지 않음' }];
    expect(lessonRows(lesson({ steps: [step({ checks })] }), context(60, 'ko')).rows).toEqual(
      expect.arrayContaining(['1단계 중 1단계 · 실습 · 10점', '  실제: 아직 실행하지 않음']),
    );
  });

  test('what was wrong with an answer is in sight', () => {
    const text = lessonRows(
      lesson({ steps: [step({ task: 'Long.\n\n'.repeat(9), feedback: [{ choice: '', text: 'No, since…', right: false }] })] }),
      context(),
    );
    expect(text.rows.at(-1)).toBe('✗ No, since…');
    expect(window(text, 4)).toContain('✗ No, since…');
  });

  test('the present task is in sight, whatever the height', () => {
    const steps = [step({ done: true }), step({ id: 'two', task: 'Second task.' })];
    const rows = lessonRows(lesson({ story: 'long '.repeat(100), steps, current: 1 }), context());
    for (const height of [4, 6, 10, 40]) {
      expect(window(rows, height, { fresh: false })).toContain('Second task.');
      expect(window(rows, height)).toContain('Second task.');
    }
  });

  test('a prediction that was just settled is in sight, where there is room', () => {
    const settled = step({ kind: 'predict', done: true, note: undefined, said: 'It stays.', outcome: { said: 'It stays.', came: 'It goes.', right: false } });
    const steps = [step({ done: true }), settled, step({ done: true }), step({ id: 'now', task: 'Now.\n\nThen.\n\nAt last.' })];
    const text = lessonRows(lesson({ story: 'long '.repeat(100), steps, current: 3 }), context());
    expect(window(text, 13)[0]).toContain('✓ Step 2');
    expect(window(text, 10)[0]).toContain('✓ Step 3');
    // Less room: one row for what was done, another for what was expected; the task is whole all the same.
    expect(window(text, 8)).toEqual([expect.stringContaining('✓ Step 3 · done'), '  ✗ It came otherwise: It goes.', ...text.rows.slice(text.currentStart)]);
    expect(window(text, 7)).toEqual([expect.stringMatching(/✓ Step 3 .* Alt-↑/), ...text.rows.slice(text.currentStart)]);
    expect(window(text, 7, { fresh: false })).toEqual(text.rows.slice(text.currentStart));
    const long = lessonRows(lesson({ steps: [step({ done: true }), step({ id: 'now', task: 'Now.\n\nThen.\n\nAt last.\n\nDone.' })], current: 1 }), context());
    expect(window(long, 6)).toEqual([
      expect.stringContaining('✓ Step 1'),
      ...long.rows.slice(long.currentStart, long.currentStart + 4),
      '↓ 4 more rows · Alt-↓',
    ]);
    expect(window(text, 4)).toEqual([...text.rows.slice(text.currentStart, text.currentStart + 3), '↓ 3 more rows · Alt-↓']);
  });

  test('a new step begins at the top of the pane; the one before is reached by scrolling, and no further', () => {
    const long = step({ done: true, note: 'It runs, and so on.\n\n'.repeat(6) });
    const text = lessonRows(lesson({ steps: [long, step({ id: 'two', task: 'Do this.', hintsLeft: 3 })], current: 1 }), context());
    // What counts the hints need not find room.
    expect(window(text, 3)).toEqual([expect.stringContaining('✓ Step 1'), 'Step 2 of 2 · task · 10 points', 'Do this.']);
    const [least, most] = lessonSpan(text, { height: 6, fresh: true, told: undefined, heard: undefined });
    expect(window(text, 6, { scroll: least })[0]).toBe('Once upon a time.');
    expect(least).toBe(-text.currentStart);
    expect(most).toBe(0);
  });

  test('a lesson begins with its story', () => {
    const text = lessonRows(lesson({ story: 'Once.\n\n'.repeat(5), steps: [step({ task: 'Do this.' })] }), context());
    expect(window(text, 6)[0]).toBe('Once.');
    expect(window(text, 6, { fresh: false })).toEqual(['Step 1 of 1 · task · 10 points', 'Do this.']);
  });

  test('a hint, and a word on what was done, come into sight when they are new, however small the pane', () => {
    const checks = ['a', 'b', 'c'].map((id) => ({ id, text: `Check ${id}`, state: 'failed' as const, found: 'nothing' }));
    const before = lesson({ steps: [step({ checks, hints: ['One.'], hintsLeft: 2, situations: ['Not that one.', 'Nor that.'] })] });
    const text = lessonRows(before, context());
    for (const height of [4, 6, 8])
      for (const [said, words] of [
        ['situation', '→ Nor that.'],
        ['hint', 'Hint 1: One.'],
      ] as const) {
        expect(window(text, height, { fresh: false, told: said })).toContain(words);
        // With the next line there is less room: it stays below the task's beginning.
        const later = window(text, height, { fresh: false, heard: said });
        expect(later[0]).toBe('Make a pod called web.');
        expect(later.at(-1)).toBe(words);
        expect(later.length).toBe(height);
        expect(window(text, height, { fresh: false, heard: said, scroll: 1 })).not.toEqual(later);
      }
    const state = { ...newLessonState(''), view: before };
    const next = (change: Partial<StepView>) => lesson({ steps: [{ ...(before.steps[0] as StepView), ...change }] });
    expect(newlyTold(state, next({ hints: ['One.', 'Two.'] }))).toBe('hint');
    expect(newlyTold(state, next({ situations: ['Not that one.', 'Nor that.', 'And?'] }))).toBe('situation');
    expect(newlyTold(state, next({ points: 3 }))).toBeUndefined();
    expect([before, next({ situations: [] }), next({ situations: [], hints: [] })].map(toldBefore)).toEqual(['situation', 'hint', undefined]);
    expect(newlyTold(state, { ...next({ hints: ['One.', 'Two.'] }), current: 1 })).toBeUndefined();
  });
});

describe('layout', () => {
  const shown: Shown = { pane: 'lesson', focus: 'terminal', asking: false, fresh: false, opening: false, heard: false, hasLesson: true };
  test('every pane stands inside the window, and the terminal has room', () => {
    for (let columns = 40; columns <= 240; columns += 7)
      for (let rows = 10; rows <= 70; rows += 3)
        for (const pane of ['lesson', 'xray', 'cluster', 'help'] as const)
          for (const focus of ['terminal', 'pane'] as const)
            for (const asking of [true, false]) {
              const layout = layoutOf({ columns, rows }, { ...shown, pane, focus, asking });
              for (const area of [layout.lesson, layout.extra, layout.terminal]) {
                if (!area) continue;
                expect(area.column + area.columns).toBeLessThanOrEqual(columns);
                expect(area.row + area.rows).toBeLessThanOrEqual(rows - 1);
                expect(area.rows).toBeGreaterThan(1);
              }
              expect(layout.terminal.columns).toBeGreaterThanOrEqual(40);
            }
  });
  test.each([
    [200, 60, 'side'],
    [100, 24, 'side'],
    [80, 24, 'stacked'],
    [60, 18, 'stacked'],
    [59, 18, 'alone'],
    [40, 10, 'alone'],
    [39, 10, 'none'],
    [20, 5, 'none'],
  ])('%i×%i: %s', (columns, rows, kind) => expect(layoutOf({ columns, rows }, shown).kind).toBe(kind));
  test('in a small window the terminal gets the most, while it is typed in', () => {
    for (const rows of [18, 24, 40]) {
      const { lesson: pane, terminal } = layoutOf({ columns: 80, rows }, shown);
      expect(terminal.rows).toBeGreaterThan(pane?.rows ?? 99);
    }
  });
});

describe('keys go', () => {
  const at = { screen: 'lesson', choice: false, focus: 'terminal', extra: false, raw: false, asking: undefined, strayed: false } as const;
  const press = (name: string, change: object = {}) => route({ type: 'key', name, raw: '' }, { ...at, ...change });
  const type = (text: string, change: object = {}) => route({ type: 'text', text }, { ...at, ...change });
  test.each([
    ['Tab completes in the terminal', press('tab'), 'terminal'],
    ['and leads back from the lesson', press('tab', { focus: 'pane' }), 'switch'],
    ['Esc changes the side', press('escape'), 'switch'],
    ['but belongs to vi', press('escape', { raw: true }), 'terminal'],
    ['as does Ctrl-X', press('ctrl-x', { raw: true }), 'terminal'],
    ['F2 never does', press('f2', { raw: true }), 'xray'],
    ['arrows scroll the lesson', press('up', { focus: 'pane' }), 'scrollUp'],
    ['or choose an answer', press('up', { focus: 'pane', asking: 'list' }), 'ink'],
    ['typing goes on in the terminal', type('kubectl', { focus: 'pane' }), 'terminalFocus'],
    ['q in the lesson leaves', type('q', { focus: 'pane' }), 'leave'],
    ['but in the help it closes it', type('q', { focus: 'pane', extra: true }), 'switch'],
    ['Ctrl-U in an answer is none', press('ctrl-u', { focus: 'pane', asking: 'field' }), 'none'],
    ['q in an answer is a letter', type('q', { focus: 'pane', asking: 'field' }), 'ink'],
    ['a command typed at a list goes to the shell', type('nerdctl ps', { focus: 'pane', asking: 'list' }), 'terminalFocus'],
    ['with its first letter, even where lists know it', type('k', { focus: 'pane', asking: 'list' }), 'terminalFocus'],
    ['a number chooses', type('2', { focus: 'pane', asking: 'list' }), 'ink'],
    ['but not among boxes, which the space bar ticks', type('2', { focus: 'pane', asking: 'boxes' }), 'terminalFocus'],
    ['the space bar', type(' ', { focus: 'pane', asking: 'boxes' }), 'ink'],
    ['letters over a choice are nobody’s', type('ls', { choice: true }), 'stray'],
    ['and the Enter after them chooses nothing', press('enter', { screen: 'debrief', strayed: true }), 'none'],
    ['nor does their q end the program', type('q', { screen: 'menu', strayed: true }), 'stray'],
    ['Ctrl-C in the menu ends', press('ctrl-c', { screen: 'menu' }), 'quit'],
    ['Esc answers no', press('escape', { choice: true }), 'back'],
  ])('%s', (_name, command, wanted) => expect(command).toBe(wanted));
});

describe('small views', () => {
  test('the X-ray tells neighbours as one hop and repeats once', () => {
    const crossing = { at: 1000, cause: 1, wall: 'etcd', from: 'kube-apiserver', to: 'etcd', call: 'range /x', outcome: '1 found' } as const;
    const hops = xray([
      { ...crossing, wall: 'rest', from: 'kubectl', to: 'kube-apiserver', call: 'GET /api', outcome: '200' },
      crossing,
      crossing,
      { ...crossing, at: 1020, call: 'put /y' },
    ]);
    expect(hops.map(({ calls }) => calls.length)).toEqual([1, 2]);
    const rows = xrayRows(hops, 78, unstyled, newSay('en'));
    expect(rows[0]).toContain('■ rest 1 ─ ■ etcd 3 ─ □ kubelet');
    expect(rows[1]).toContain('kubectl → kube-apiserver [rest]');
    expect(rows[4]).toContain('range /x ×2 → 1 found');
    for (const row of rows) expect(stringWidth(row)).toBeLessThanOrEqual(78);
  });

  test('ticking and ordering', () => {
    const ticked = pressMany(pressMany(pressMany(newMany(['a', 'b', 'c']), 'space', false), 'down', false), 'space', false);
    expect(answerOf(ticked, false)).toEqual(['a', 'b']);
    const carried = pressMany(pressMany(newMany(['a', 'b', 'c']), 'space', true), 'down', true);
    expect(answerOf(carried, true)).toEqual(['b', 'a', 'c']);
  });

  test('the menu begins where one left off', () => {
    const lessons = ['x', 'y', 'z'].map((key) => ({ key: `a/${key}`, minutes: 5, title: { en: key, ko: key }, world: 'node' }));
    const context = {
      tracks: [{ id: 'a', title: { en: 'A', ko: '가' }, lessons }],
      language: 'en' as const,
      size: { columns: 80, rows: 24 },
      style: unstyled,
      say: newSay('en'),
    };
    const record = (ended: string) => ({ version: 1 as const, engine: '1', world: 'node', seed: 1, inputs: [], until: 0, ended });
    const at = (kept: Kept['lessons']) => firstChoice(menuEntries({ ...context, kept: { lessons: kept } }), { lessons: kept });
    expect(at({})).toBe(0);
    expect(at({ 'a/y': { done: true, points: 9, record: record('2026-02') } })).toBe(2);
    expect(at({ 'a/y': { done: false, points: 9, session: record('2026-02') }, 'a/x': { done: true, points: 9, record: record('2026-01') } })).toBe(1);
    expect(at({ 'a/z': { done: true, points: 9, record: record('2026-02') } })).toBe(0);
  });

  test('the menu fits the window, shows what was done, and says how many entries are hidden', () => {
    const kept = { lessons: { 'a/x': { done: true, points: 80 } } };
    const lessons = Array.from({ length: 12 }, (_, n) => ({ key: `b/${n}`, minutes: 5, title: { en: `Number ${n}`, ko: `${n}번째` }, world: 'node' }));
    const many = [...tracks, { id: 'b', title: { en: 'B', ko: '비' }, lessons }];
    for (const [columns, rows] of [
      [60, 18],
      [80, 24],
      [200, 60],
      [20, 5],
      [40, 10],
    ] as const) {
      const context = { tracks: many, kept, language: 'ko' as const, size: { columns, rows }, style: unstyled, say: newSay('ko') };
      const entries = menuEntries(context);
      expect(entries[0]?.text).toMatch(/^✓ 첫째 .*5분 {2}80점/);
      for (let at = 0; at < entries.length; at++) {
        const shown = menuRows(entries, at, undefined, context);
        expect(shown.length).toBeLessThanOrEqual(rows);
        if (columns >= 60) for (const row of shown) expect(stringWidth(row)).toBeLessThanOrEqual(columns - 2);
        expect(shown.filter((row) => row.startsWith('❯'))).toHaveLength(1);
        const hidden = [...shown.join('\n').matchAll(/[↑↓] (\d+)개 더/g)].reduce((sum, [, count]) => sum + Number(count), 0);
        const lines = shown.filter((row) => entries.some(({ text }) => row.endsWith(text))).length;
        if (rows >= 6) expect(lines + hidden).toBe(entries.length);
      }
    }
  });

  test('keys that do not find room are left out whole', () => {
    const keys = newSay('en')('keysTerminal');
    expect(keysIn(keys, 200)).toBe(keys);
    expect(keysIn(keys, 54)).toBe('F1 help · Esc lesson · F2 X-ray · F4 hint · F7 skip');
    expect(keysIn(keys, 34)).toBe('F1 help · Esc lesson · F4 hint');
  });

  test.each(['en', 'ko'] as const)('80 columns tell the way out of vi and less (%s)', (language) => {
    const row = statusRow({ ...newLessonState('T'), clock: '09:00:05', raw: true }, 80, (_look, text) => text, newSay(language));
    for (const way of [':wq', ':q!', 'less: q', 'F1–F10']) expect(row).toContain(way);
    expect(row).not.toContain('…');
  });

  test.each(['en', 'ko'] as const)('80 columns tell of time and undo (%s)', (language) => {
    const row = statusRow({ ...newLessonState('T'), clock: '09:00:05' }, 80, (_look, text) => text, newSay(language));
    expect(row).toContain('F5–7');
    expect(row).toContain('F8');
    expect(stringWidth(row)).toBeLessThanOrEqual(80);
  });
});

describe('screens', () => {
  let unmount: () => void = () => {};
  afterEach(() => unmount());
  const state = (change: Partial<AppState> = {}): AppState => ({
    size: { columns: 80, rows: 24 },
    language: 'en',
    colours: false,
    screen: 'menu',
    tracks,
    kept: { lessons: {} },
    opening: { title: 'First', stage: 'stageBoot', share: 0 },
    choice: undefined,
    lesson: { ...newLessonState('A lesson'), view: lesson() },
    notice: undefined,
    handedIn: undefined,
    ...change,
  });
  function draw(change: Partial<AppState> = {}) {
    const actions = { menu: vi.fn(), name: vi.fn(), handIn: vi.fn(), choose: vi.fn(), answer: vi.fn() };
    const store = new Store(state(change));
    const app = render(createElement(App, { store, actions }));
    unmount = app.unmount;
    return { actions, store, app, frame: () => plainText(app.lastFrame() ?? '') };
  }
  const until = (holds: () => void) => vi.waitFor(holds, 2000);

  test('the menu opens what is chosen', async () => {
    const { app, actions, frame } = draw();
    expect(frame()).toContain('Track A  0/2');
    await until(() => {
      app.stdin.write('\x1b[B');
      expect(frame()).toContain('❯   Second');
    });
    // End and PgUp leap, and a step goes on from there.
    await until(() => {
      app.stdin.write('\x1b[F');
      expect(frame()).toContain('❯   Quit');
    });
    await until(() => {
      app.stdin.write('\x1b[H');
      expect(frame()).toContain('❯   First');
    });
    await until(() => {
      app.stdin.write('\x1b[B');
      expect(frame()).toContain('❯   Second');
    });
    await until(() => {
      app.stdin.write('\r');
      expect(actions.menu).toHaveBeenCalledWith('a/y');
    });
  });

  test('the language changes at run time', async () => {
    const { store, frame } = draw();
    store.set({ language: 'ko' });
    await until(() => expect(frame()).toContain('트랙 가'));
  });

  test('a single-choice question is answered', async () => {
    const ask = { type: 'single' as const, choices: ['a', 'b'], answer: 'b' };
    const asking = step({
      kind: 'quiz',
      ask,
      choices: [
        { id: 'a', text: 'one' },
        { id: 'b', text: 'two' },
      ],
    });
    const { app, actions, frame } = draw({ screen: 'lesson', lesson: { ...newLessonState('x'), focus: 'pane', view: lesson({ steps: [asking] }) } });
    // An Enter that was meant for the shell brings the pointer, no more.
    expect(frame()).not.toContain('❯');
    await until(() => {
      if (!frame().includes('❯')) app.stdin.write('\r');
      expect(frame()).toContain('❯ one');
    });
    await until(() => {
      app.stdin.write('2');
      expect(actions.answer).toHaveBeenCalledWith(['b']);
    });
  });

  test('several are ticked with the space bar', async () => {
    const ask = { type: 'multi' as const, choices: ['a', 'b'], answer: ['a'] };
    const asking = step({
      kind: 'quiz',
      ask,
      choices: [
        { id: 'a', text: 'one' },
        { id: 'b', text: 'two' },
      ],
    });
    const { app, actions, frame } = draw({ screen: 'lesson', lesson: { ...newLessonState('x'), focus: 'pane', view: lesson({ steps: [asking] }) } });
    await until(() => {
      if (!frame().includes('[x]')) app.stdin.write(' ');
      expect(frame()).toContain('[x] one');
    });
    await until(() => {
      app.stdin.write('\r');
      expect(actions.answer).toHaveBeenCalledWith(['a']);
    });
  });

  const record = { version: 1 as const, engine: '0.1.0', world: 'node', seed: 7, inputs: [{ line: 'ls', at: 5 }], until: 10 };
  const played = { lessons: { 'a/x': { done: true, points: 80, record }, 'a/y': { done: false, points: 0, session: record } } };

  test.each(['en', 'ko'] as const)('handing in (%s): a name, what is in it, where it goes', async (language) => {
    const { app, store, actions, frame } = draw({ screen: 'submit', language, kept: played });
    expect(frame()).toContain(language === 'en' ? '✓ First: 80 points, entries: 1' : '✓ 첫째: 80점, 기록 1개');
    expect(frame()).toContain(language === 'en' ? '· Second: not finished, entries: 1' : '· 둘째: 끝나지 않음, 기록 1개');
    await until(() => {
      if (!frame().includes('김민수')) app.stdin.write('김민수');
      expect(frame()).toContain('submission-김민수.json');
    });
    // Both were played before the name was given.
    expect(frame().match(language === 'en' ? /played before this name/g : /적기 전에 한 레슨/g)).toHaveLength(2);
    await until(() => {
      app.stdin.write('\r');
      expect(actions.handIn).toHaveBeenCalledWith('김민수', 'submission-김민수.json');
    });
    store.set({ handedIn: 'exists' });
    await until(() => expect(frame()).toContain(language === 'en' ? 'There is such a file already' : '같은 파일이 이미 있습니다'));
    store.set({ handedIn: { problem: 'o was not written: the disk is full; make room and run it again' } });
    await until(() => expect(frame()).toContain('✗ o was not written: the disk is full'));
    store.set({ handedIn: { file: '/home/kim/s.json', lessons: 2 } });
    await until(() => expect(frame()).toContain('✓ /home/kim/s.json'));
    const calls = actions.handIn.mock.calls.length;
    app.stdin.write('\r');
    expect(actions.handIn.mock.calls).toHaveLength(calls);
  });

  test('handing in without a name, or with nothing to hand in, says so', async () => {
    const { app, actions, frame } = draw({ screen: 'submit' });
    expect(frame()).toContain('Nothing is recorded yet');
    await until(() => {
      app.stdin.write('\t');
      expect(frame()).toContain('Say who hands it in.');
    });
    app.stdin.write('\r');
    expect(actions.handIn).not.toHaveBeenCalled();
  });

  test('the end of a lesson says what it was about and leads on', () => {
    const { frame } = draw({ screen: 'debrief', lesson: { ...newLessonState('First'), title: 'First', view: lesson({ finished: true, points: 18 }) } });
    expect(frame()).toContain('Lesson done: 18 of 20 points');
    expect(frame()).toContain('That was it.');
    expect(frame()).toContain('Next lesson: Second');
  });

  test.each([
    [200, 60],
    [80, 24],
    [60, 18],
    [40, 10],
    [20, 5],
    [5, 2],
  ])('every screen can be drawn at %i×%i', (columns, rows) => {
    for (const screen of ['menu', 'name', 'submit', 'opening', 'lesson', 'debrief', 'blank'] as const)
      for (const pane of ['lesson', 'xray', 'cluster', 'help'] as const) {
        const { frame } = draw({ screen, size: { columns, rows }, lesson: { ...newLessonState('x'), pane, view: lesson() } });
        expect(frame().split('\n').length).toBeLessThanOrEqual(Math.max(rows, 5));
        unmount();
      }
  });

  test('without colours no colour is sent', () => {
    const { app } = draw({ screen: 'lesson' });
    expect(app.lastFrame()).not.toMatch(/\x1b\[3\dm/);
  });
});
