/** A step's question as its components draw it: choices already wrapped, and how many rows it all takes. */
import type { StepView } from '../../session/lesson-view.ts';
import { inline, withoutMarks } from '../text/markdown.ts';
import type { Style } from '../text/style.ts';
import { cut, wrapSpans } from '../text/wrap.ts';
import type { Say } from '../words.ts';

/** Labels may have several rows. */
export type QuestionView = {
  readonly id: string;
  readonly kind: 'single' | 'multi' | 'order' | 'match' | 'text' | 'read';
  readonly items: readonly { readonly value: string; readonly label: string }[];
  /** What is matched to the items, each in one row. */
  readonly matches: readonly { readonly value: string; readonly label: string }[];
  /** Only a number answers it. */
  readonly number: boolean;
  /** Only a single word does. */
  readonly word: boolean;
  readonly keys: string;
  readonly rows: number;
};

const keysOf = {
  single: 'quizKeysSingle',
  multi: 'quizKeysMulti',
  order: 'quizKeysOrder',
  match: 'quizKeysMatch',
  text: 'quizKeysText',
  read: 'pressEnter',
} as const;

/** undefined where nothing is asked. `focused` is false while the terminal has the keys. */
export function questionView(step: StepView | undefined, width: number, style: Style, say: Say, focused: boolean): QuestionView | undefined {
  if (!step || (!step.ask && step.kind !== 'read')) return undefined;
  const type = step.ask?.type;
  const kind = type === undefined ? 'read' : type === 'fill' || type === 'number' ? 'text' : type;
  // Before a choice stand a pointer, and a box where several can be ticked.
  const room = Math.max(8, width - (kind === 'single' ? 4 : 8));
  const items =
    kind === 'read'
      ? [{ value: 'next', label: say('goOn') }]
      : step.choices.map(({ id, text }) => ({ value: id, label: wrapSpans(inline(text), room, style).join('\n') }));
  const matches = (step.matches ?? []).map(({ id, text }) => ({ value: id, label: cut(withoutMarks(text), width - 8) }));
  const more = kind === 'text' ? 2 : kind === 'match' ? items.length : 0;
  const rows = items.reduce((sum, { label }) => sum + label.split('\n').length, 0) + more + 2;
  return {
    id: step.id,
    kind,
    items,
    matches,
    number: type === 'number',
    word: step.ask?.type === 'fill' && [step.ask.answer].flat().every((answer) => !/\s/.test(answer.trim())),
    keys: focused ? say(type === 'number' ? 'quizKeysNumber' : keysOf[kind]) : say('answerHere'),
    rows,
  };
}
