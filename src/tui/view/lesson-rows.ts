/** The lesson pane: story, what was passed, the task, its checks and hints, as rows of a width. */
import type { Language } from '../../lessons/lesson.ts';
import type { CheckView, LessonView, StepView } from '../../session/lesson-view.ts';
import { inline, markdownRows } from '../text/markdown.ts';
import type { Look, Style } from '../text/style.ts';
import { wrapSpans } from '../text/wrap.ts';
import type { Say, WordKey } from '../words.ts';

export type LessonRows = {
  readonly rows: readonly string[];
  /** Where what was passed last begins, and where the present task does. */
  readonly lastStart: number;
  readonly currentStart: number;
  /** Rows at the end that say what was wrong with an answer: those are to be read now. */
  readonly told: number;
};

export type RowContext = { readonly width: number; readonly style: Style; readonly say: Say; readonly language: Language };

export function lessonRows(lesson: LessonView, context: RowContext): LessonRows {
  const { width, style } = context;
  const rows: string[] = [...markdownRows(lesson.story, width, style), ''];
  let lastStart = 0;
  lesson.steps.slice(0, lesson.current).forEach((step, index) => {
    if (index > 0) lastStart = rows.length;
    rows.push(...passedRows(step, index, context), '');
  });
  const currentStart = rows.length;
  const step = lesson.steps[lesson.current];
  if (step) rows.push(...stepRows(step, lesson.current, lesson.steps.length, context));
  return { rows, lastStart, currentStart, told: step ? feedbackRows(step, context).length : 0 };
}

/** The first row to show: the present task whole if it fits, with what was passed last above it where there is room. */
export function firstRow({ rows, lastStart, currentStart, told }: LessonRows, height: number, scroll: number, fresh: boolean): number {
  const most = Math.max(0, rows.length - height);
  // What is new is read from its beginning, as long as the task below it comes into sight.
  const readable = fresh && currentStart - lastStart + 3 <= height;
  const wanted = told > 0 ? most : readable || rows.length - lastStart <= height ? lastStart : rows.length - currentStart <= height ? most : currentStart;
  return Math.max(0, Math.min(most, Math.min(most, wanted) + scroll));
}

const heading = (look: Look, text: string, { width, style }: RowContext): string[] => wrapSpans([{ text, look }], width, style);

function passedRows(step: StepView, index: number, context: RowContext): string[] {
  const { width, style, say } = context;
  const rows = heading('good', `✓ ${say('stepTitle', { n: index + 1 })} · ${say('stepDone', { n: step.points, of: step.of })}`, context);
  if (step.said !== undefined)
    rows.push(...wrapSpans([{ text: say('youSaid', { text: '' }), look: 'faint' }, ...inline(step.said)], width, style, { first: '  ' }));
  if (step.outcome)
    rows.push(
      ...wrapSpans(inline(step.outcome.right ? say('cameTrue') : say('cameOtherwise', { text: step.outcome.came })), width, style, {
        first: '  ',
        rest: '    ',
      }),
    );
  rows.push(...feedbackRows(step, context));
  if (step.note) rows.push(...markdownRows(step.note, width, style, '  '));
  return rows;
}

function stepRows(step: StepView, index: number, of: number, context: RowContext): string[] {
  const { width, style, say } = context;
  const rows = heading('title', `${say('step', { n: index + 1, of })} · ${say(`kind_${step.kind}` as WordKey)} · ${say('points', { n: step.of })}`, context);
  if (step.elsewhere)
    rows.push(...wrapSpans([{ text: '→ ', look: 'note' }, ...inline(say('stepAt', step.elsewhere))], width, style, { first: '', rest: '  ' }));
  if (step.deadEnd !== undefined)
    rows.push(
      ...wrapSpans([{ text: '✗ ', look: 'bad' }, ...inline(step.deadEnd)], width, style, { first: '', rest: '  ' }),
      ...wrapSpans([{ text: say('rewindKeys'), look: 'strong' }], width, style, { first: '  ' }),
      '',
    );
  rows.push(...markdownRows(step.task, width, style));
  if (step.checks.length > 0 && !step.ask) rows.push('', ...step.checks.flatMap((check) => checkRows(check, context)));
  for (const text of step.situations) rows.push('', ...wrapSpans([{ text: '→ ', look: 'note' }, ...inline(text)], width, style, { first: '', rest: '  ' }));
  step.hints.forEach((text, number) => {
    rows.push('', ...wrapSpans([{ text: `${say('hint', { n: number + 1 })}: `, look: 'strong' }, ...inline(text)], width, style, { first: '', rest: '  ' }));
  });
  if (step.hintsLeft > 0) rows.push('', ...wrapSpans([{ text: say('hintsLeft', { n: step.hintsLeft }), look: 'faint' }], width, style));
  const told = feedbackRows(step, context);
  if (told.length > 0) rows.push('', ...told);
  return rows;
}

const marks: Readonly<Record<CheckView['state'], readonly [string, Look]>> = {
  passed: ['✓', 'good'],
  failed: ['✗', 'bad'],
  waiting: ['…', 'plain'],
  open: ['·', 'plain'],
  impossible: ['✗', 'bad'],
};

function checkRows({ text, state, expected, found, where }: CheckView, { width, style, say }: RowContext): string[] {
  const [mark, look] = marks[state];
  const rows = wrapSpans([{ text: `${mark} `, look }, ...inline(text)], width, style, { first: '', rest: '  ' });
  const facts: [WordKey, string | undefined][] = [
    ['expected', expected],
    ['found', found],
    ['where', where],
  ];
  for (const [key, fact] of facts)
    if (fact) rows.push(...wrapSpans([{ text: say(key, { text: fact }), look: 'faint' }], width, style, { first: '  ', rest: '    ' }));
  return rows;
}

function feedbackRows(step: StepView, { width, style, say }: RowContext): string[] {
  if (step.feedback.length === 0) return [];
  const head = step.done ? [] : wrapSpans([{ text: say('wrongAnswer'), look: 'bad' }], width, style);
  return [
    ...head,
    ...step.feedback.flatMap(({ choice, text, right }) => {
      const name = step.choices.find(({ id }) => id === choice)?.text ?? choice;
      return wrapSpans(
        [
          { text: right ? '✓ ' : '✗ ', look: right ? 'good' : 'bad' },
          ...inline(name, 'faint'),
          { text: name && text ? ' ' : '', look: 'plain' },
          ...inline(text),
        ],
        width,
        style,
        { first: '', rest: '  ' },
      );
    }),
  ];
}
