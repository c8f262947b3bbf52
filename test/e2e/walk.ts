/** Plays a lesson's solution through the real screen, line by line, as far as the engine alone says that it leads. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language, Step } from '../../src/lessons/lesson.ts';
import type { Plan } from './plan.ts';
import { keys, type Screen } from './terminal.ts';

const stepText: Readonly<Record<Language, (step: number, of: number) => string>> = {
  en: (step, of) => `Step ${step} of ${of}`,
  ko: (step, of) => `${of}단계 중 ${step}단계`,
};
const doneText: Readonly<Record<Language, string>> = { en: 'Lesson done: ', ko: '레슨 완료' };
/** The question has the keys. */
const asks = /Enter answer|type(?: a number)?, then Enter|Enter 답하기|적고 Enter/;
/** Real time that a step may take; the world is hurried meanwhile. */
const patience = 60_000;

export async function walk(screen: Screen, { moves, steps, id }: Plan, language: Language): Promise<void> {
  let open = 0;
  const shown = (step: number): string => (step >= steps.length ? doneText[language] : stepText[language](step + 1, steps.length));
  await screen.until(shown(0), patience);
  keepScreen(screen, `${id}.${language}.1`);
  if (!asks.test(screen.text)) await atPrompt(screen);
  // Ten times as fast: commands that wait are skipped besides.
  screen.type(keys.f6);
  for (const { text, step } of moves) {
    // The world may have gone further on the screen than in the plan: real time runs between two lines.
    if (isDone(screen)) return;
    await move(screen, text, steps[open]);
    if (step === open) continue;
    await hurried(screen, () => screen.text.includes(shown(step)) || isDone(screen));
    open = step;
    keepScreen(screen, `${id}.${language}.${open + 1}`);
  }
}

async function move(screen: Screen, text: string, step: Step | undefined): Promise<void> {
  const [word = '', id = '', ...values] = text.trim().split(/\s+/);
  if (word === '@answer') {
    if (id !== step?.id) throw new Error(`${text}: the screen stands at ${step?.id}`);
    // The terminal has the keys where a line was typed in between.
    await hurried(
      screen,
      () => asks.test(screen.text),
      () => keys.escape,
    );
    return answer(screen, step, values);
  }
  if (word === '@next') return screen.type(keys.enter);
  if (word === '@hint') return screen.type(keys.f4);
  if (word === '@wait') return new Promise((resolve) => setTimeout(resolve, Number(id) * 100));
  if (asks.test(screen.text)) screen.type(keys.escape);
  await atPrompt(screen);
  if (isDone(screen)) return;
  screen.type(`${text}\r`);
  await new Promise((resolve) => setTimeout(resolve, 60));
}

/** Keys that give an answer, as the screen tells them. */
function answer(screen: Screen, step: Step, values: readonly string[]): void {
  const choices = step.choices ?? (step.quiz && 'choices' in step.quiz ? step.quiz.choices : []);
  if (step.kind === 'predict' || step.quiz?.type === 'single') return screen.type(String(choices.indexOf(values[0] ?? '') + 1));
  if (step.quiz?.type === 'multi') for (const choice of choices) screen.type(`${values.includes(choice) ? ' ' : ''}${keys.down}`);
  else if (step.quiz?.type === 'order') for (const key of carries(choices, values)) screen.type(key);
  else if (step.quiz?.type === 'match') for (const key of matchings(step.quiz.choices, step.quiz.matches, values)) screen.type(key);
  else screen.type(values.join(' '));
  screen.type(keys.enter);
}

/** Each in turn is turned to its match. */
const matchings = (choices: readonly string[], matches: readonly string[], pairs: readonly string[]): string[] =>
  choices.flatMap((choice) => {
    const match = pairs.find((pair) => pair.startsWith(`${choice}=`))?.slice(choice.length + 1) ?? '';
    return [...Array<string>(matches.indexOf(match) + 1).fill(keys.right), keys.down];
  });

/** Each in turn is walked to, taken, and carried up to its place. */
function carries(choices: readonly string[], wanted: readonly string[]): string[] {
  let order = [...choices];
  let at = 0;
  return wanted.flatMap((value, place) => {
    const from = order.indexOf(value);
    const walked = Array<string>(Math.abs(from - at)).fill(from > at ? keys.down : keys.up);
    const carried = [' ', ...Array<string>(from - place).fill(keys.up), ' '];
    order = order.toSpliced(from, 1).toSpliced(place, 0, value);
    at = place;
    return [...walked, ...carried];
  });
}

const waitsForInput = (screen: Screen): boolean => {
  const { active } = screen.terminal.buffer;
  return /[#$>] ?$/.test(screen.rows[active.cursorY]?.slice(0, active.cursorX) ?? '');
};

const isDone = (screen: Screen): boolean => Object.values(doneText).some((text) => screen.text.includes(text));

/** A question may take the keys meanwhile: they are taken back. */
const atPrompt = (screen: Screen): Promise<void> =>
  hurried(
    screen,
    () => waitsForInput(screen) || isDone(screen),
    () => (asks.test(screen.text) ? keys.escape : keys.f7),
  );

/** Waits, and presses a key as long as nothing comes: by default the one that skips the world's time. */
async function hurried(screen: Screen, there: () => boolean, key: () => string = () => keys.f7): Promise<void> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    try {
      await screen.until(there, 1_500);
      return;
    } catch {
      if (!/skipping|건너뛰는/.test(screen.text)) screen.type(key());
    }
  }
  await screen.until(there, 1);
}

/** For authors who want to read what a learner reads: `K8S_LAB_E2E_SCREENS=FOLDER`. */
function keepScreen(screen: Screen, name: string): void {
  const folder = process.env['K8S_LAB_E2E_SCREENS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name.replaceAll('/', '.')}.txt`), `${screen.text}\n`);
}
