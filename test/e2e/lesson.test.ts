/** A learner's whole way through a lesson, in both languages, with the real bundle in a real terminal. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt, keys, Screen } from './terminal.ts';

beforeAll(ensureBuilt);
let screen: Screen;
afterEach(() => screen?.close());

type Words = {
  readonly title: string;
  readonly step: (n: number) => string;
  readonly done: string;
  readonly next: string;
  readonly ask: RegExp;
};
const english: Words = {
  title: 'A tour of the control plane',
  step: (n) => `Step ${n} of 9`,
  done: 'Lesson done: ',
  next: 'Next lesson',
  ask: /Enter answer/,
};
const korean: Words = {
  title: '컨트롤 플레인 둘러보기',
  step: (n) => `9단계 중 ${n}단계`,
  done: '레슨 완료',
  next: '다음 레슨',
  ask: /Enter 답하기/,
};

/** The name of the pod that the lesson asks for is drawn from the seed. */
const podAsked = (text: string): string => /\b(web|shop|blog|radio)\b/.exec(text)?.[1] ?? 'web';

/** The row of the pointer; its text may still be on its way. */
const pointerIn = (rows: readonly string[]): number => rows.findIndex((row) => row.includes('❯'));

/** Down the menu to an entry, one key at a time. */
async function choose(title: string): Promise<void> {
  const isChosen = (rows: readonly string[]): boolean => rows.some((row) => row.includes('❯') && row.includes(title));
  for (let presses = 0; presses < 20 && !isChosen(screen.rows); presses++) {
    // The pointer must have moved: other rows may still be on their way.
    const before = pointerIn(await screen.until((rows) => pointerIn(rows) >= 0));
    screen.type(keys.down);
    await screen.until((rows) => ![-1, before].includes(pointerIn(rows)));
  }
  await screen.until(isChosen);
}

async function walk(words: Words): Promise<void> {
  await screen.until(words.title);
  await choose(words.title);
  screen.type(keys.enter);
  await screen.until((rows) => rows.join('\n').includes(words.step(1)) && rows.some((row) => row.includes('root@controlplane:~#')));
  await screen.line('kubectl get pods -n kube-system');
  await screen.until(words.step(2));
  await screen.until(words.ask);
  // A command typed at the question goes to the shell, with its Enter, and answers nothing.
  screen.type('kubectl --help >x; echo $((40 + 2))\r');
  await screen.until((rows) => rows.some((row) => row === '42' || /│ 42$/.test(row)));
  expect(screen.text).toContain(words.step(2));
  screen.type(keys.escape);
  await screen.until(words.ask);
  screen.type('2');
  await screen.until(words.step(3));
  await screen.line('kubectl delete pod kube-scheduler-controlplane -n kube-system');
  await screen.until(words.step(4));
  await screen.line('crictl ps');
  await screen.until(words.step(5));
  await screen.line('mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/');
  await screen.until(words.step(6));
  const pod = podAsked(screen.text);
  await screen.line(`kubectl run ${pod} --image=nginx:1.27`);
  await screen.until(words.step(7));
  await screen.until(words.ask);
  for (const key of [keys.down, keys.down, keys.down, keys.enter]) screen.type(key);
  await screen.until(words.step(8));
  await screen.line('mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/');
  // Time can be hurried.
  screen.type(keys.f6);
  await screen.until('×10');
  await screen.until(words.step(9), 60_000);
  await screen.until(words.ask);
  // The second, third and fourth are right.
  for (const key of [keys.down, ' ', keys.down, ' ', keys.down, ' ', keys.enter]) screen.type(key);
  await screen.until(words.done);
  await screen.until(words.next);
}

describe('the control-plane tour', () => {
  test('in English at 80×24', async () => {
    screen = new Screen();
    await walk(english);
    expect(screen.progress().lessons['architecture/control-plane-tour']).toMatchObject({ done: true });
    expect(screen.progress().lessons['architecture/control-plane-tour']?.points).toBeGreaterThan(90);
    // On from here: the list shows what was done.
    screen.type(keys.down);
    screen.type(keys.enter);
    await screen.until(/✓ A tour of the control plane .* points/);
    screen.type('q');
    expect((await screen.exited).exitCode).toBe(0);
  });

  test('in Korean at 200×60', async () => {
    screen = new Screen({ columns: 200, rows: 60, env: { LANG: 'ko_KR.UTF-8' } });
    await walk(korean);
    // No half syllables, no border out of line.
    expect(screen.text).not.toContain('\ufffd');
  });
});

describe('a learner who is stuck', () => {
  test('is told what was off, and gets hints one by one', async () => {
    screen = new Screen({ columns: 120, rows: 40, arguments: ['architecture/control-plane-tour', '--lang', 'en'] });
    await screen.until('root@controlplane:~#');
    await screen.line('kubectl get pods');
    await screen.until('→ That was the namespace default');
    screen.type(keys.f4);
    await screen.until('Hint 1: ');
    expect(screen.text).toContain('F4: hint (2 left');
    screen.type(keys.f4);
    await screen.until('Hint 2: ');
  });
});
