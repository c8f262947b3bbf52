/** Events of a submission, as a learner or a teacher reads them. */
import type { SubmittedEvent } from '../grading/submission.ts';
import { visible, visibleJson } from '../grading/visible.ts';
import type { Language } from '../lessons/lesson.ts';

/** Virtual time since the start, as a clock shows it. */
export const clock = (at: number): string => {
  const seconds = Math.floor(at / 1000);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
};

type EventWords = {
  readonly keys: string;
  readonly window: string;
  readonly answer: (step: string, answer: string) => string;
  readonly hint: (step: string) => string;
  readonly read: (step: string) => string;
  readonly undone: (count: number) => string;
};

const words: Readonly<Record<Language, EventWords>> = {
  en: {
    keys: 'keys',
    window: 'window',
    answer: (step, answer) => `answer to ${step}: ${answer}`,
    hint: (step) => `hint for ${step}`,
    read: (step) => `read ${step}`,
    undone: (count) => `took back ${count}`,
  },
  ko: {
    keys: '키',
    window: '창 크기',
    answer: (step, answer) => `${step}에 답함: ${answer}`,
    hint: (step) => `${step}의 힌트를 봄`,
    read: (step) => `${step} 읽음`,
    undone: (count) => `${count}개 되돌림`,
  },
};

/** What somebody did, for people. */
export function eventText(event: SubmittedEvent, language: Language = 'en'): string {
  const say = words[language];
  if ('line' in event) return `$ ${event.line.split('\n').map(visible).join('\n              ')}`;
  if ('keys' in event) return `${say.keys} ${visibleJson(event.keys)}`;
  if ('interrupt' in event) return 'Ctrl-C';
  if ('endOfFile' in event) return 'Ctrl-D';
  if ('resize' in event) return `${say.window} ${event.resize.join('×')}`;
  if ('answer' in event) return visible(say.answer(event.step, event.answer.join(', ')));
  if ('hint' in event) return visible(say.hint(event.hint));
  return 'next' in event ? visible(say.read(event.next)) : say.undone(event.undo);
}
