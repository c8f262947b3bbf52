/** The lesson pane: story, what was passed, the task, its checks and hints, as rows of a width. */
import type { Language } from '../../lessons/lesson.ts';
import type { CheckView, LessonView, StepView } from '../../session/lesson-view.ts';
import stringWidth from '../fast-width.ts';
import { inline, markdownRows } from '../text/markdown.ts';
import type { Look, Style } from '../text/style.ts';
import { cut, wrapSpans } from '../text/wrap.ts';
import type { Say, WordKey } from '../words.ts';

export type LessonRows = {
  readonly rows: readonly string[];
  /** Where what is new begins: a prediction that the step passed last has settled, and that step itself; and where the present task does. */
  readonly settledStart: number;
  readonly lastStart: number;
  readonly currentStart: number;
  /** Behind the last row that the present task needs: below it stands only how many hints are left. */
  readonly currentEnd: number;
  /** The step passed last in short, for panes where its rows find no room: that it is done, and what a prediction came to. */
  readonly passed: readonly string[];
  /** Rows at the end that say what was wrong with an answer: those are to be read now. */
  readonly told: number;
  /** Where the newest word on what was done stands, and the newest hint: rows from, to. */
  readonly newest: { readonly situation: Span; readonly hint: Span };
};

/** Rows from, to. */
export type Span = readonly [from: number, to: number];

type RowContext = {
  readonly width: number;
  readonly style: Style;
  readonly say: Say;
  readonly language: Language;
  /** Little room: facts of the first check that fails only, and the newest word on what was done, so that all checks come into sight. */
  readonly compact?: boolean;
};

/** With the row at which each step begins. */
export function lessonRows(lesson: LessonView, context: RowContext): LessonRows {
  const { width, style } = context;
  const rows: string[] = [...markdownRows(lesson.story, width, style), ''];
  const starts: number[] = [];
  lesson.steps.slice(0, lesson.current).forEach((step, index) => {
    starts.push(rows.length);
    rows.push(...passedRows(step, index, context), '');
  });
  const currentStart = rows.length;
  const lastStart = starts.at(-1) ?? 0;
  const settledStart = lesson.steps[lesson.current - 2]?.outcome ? (starts.at(-2) ?? lastStart) : lastStart;
  const settled = lesson.steps.slice(Math.max(0, lesson.current - 2), lesson.current).flatMap((step) => outcomeRows(step, context));
  const step = lesson.steps[lesson.current];
  const shown = step && stepRows(step, lesson.current, lesson.steps.length, context);
  if (shown) rows.push(...shown.rows);
  const within = ([from, to]: Span = [0, 0]): Span => [currentStart + from, currentStart + to];
  return {
    rows,
    settledStart,
    lastStart,
    currentStart,
    currentEnd: currentStart + (shown?.needed ?? 0),
    passed: lesson.current === 0 ? [] : [doneTitle(lesson.steps[lesson.current - 1] as StepView, lesson.current - 1, context), ...settled],
    told: step ? feedbackRows(step, context).length : 0,
    newest: { situation: within(shown?.situation), hint: within(shown?.hint) },
  };
}

const heading = (look: Look, text: string, { width, style }: RowContext): string[] => wrapSpans([{ text, look }], width, style);

function passedRows(step: StepView, index: number, context: RowContext): string[] {
  const { width, style, say } = context;
  const rows = heading('good', doneText(step, index, say), context);
  if (step.said !== undefined)
    rows.push(...wrapSpans([{ text: say('youSaid', { text: '' }), look: 'faint' }, ...inline(step.said)], width, style, { first: '  ' }));
  rows.push(...outcomeRows(step, context), ...feedbackRows(step, context));
  if (step.note) rows.push(...markdownRows(step.note, width, style, '  '));
  return rows;
}

const doneText = (step: StepView, index: number, say: Say): string =>
  `✓ ${say('stepTitle', { n: index + 1 })} · ${say('stepDone', { n: step.points, of: step.of })}`;

/** One row, which also says how to get to what it stands for. */
function doneTitle(step: StepView, index: number, { width, style, say }: RowContext): string {
  const way = ` · ${say('readAbove')}`;
  return style('good', cut(doneText(step, index, say), width - stringWidth(way))) + style('faint', cut(way, width));
}

function outcomeRows({ outcome }: StepView, { width, style, say }: RowContext): string[] {
  if (!outcome) return [];
  return wrapSpans(inline(outcome.right ? say('cameTrue') : say('cameOtherwise', { text: outcome.came })), width, style, { first: '  ', rest: '    ' });
}

/** `needed`: rows without what only counts the hints. */
type StepRows = { readonly rows: readonly string[]; readonly situation: Span; readonly hint: Span; readonly needed: number };

function stepRows(step: StepView, index: number, of: number, context: RowContext): StepRows {
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
  if (step.checks.length > 0 && !step.ask) {
    const first = step.checks.find(({ found }) => found !== undefined);
    rows.push('', ...step.checks.flatMap((check) => checkRows(check, context, !context.compact || check === first)));
  }
  const add = (label: string, look: Look, text: string): Span => {
    rows.push('');
    const from = rows.length;
    rows.push(...wrapSpans([{ text: label, look }, ...inline(text)], width, style, { first: '', rest: '  ' }));
    return [from, rows.length];
  };
  // With little room, what was said before gives way to what is said now.
  const situations = context.compact ? step.situations.slice(-1) : step.situations;
  const situation = situations.map((text) => add('→ ', 'note', text)).at(-1) ?? [0, 0];
  const hint = step.hints.map((text, number) => add(`${say('hint', { n: number + 1 })}: `, 'strong', text)).at(-1) ?? [0, 0];
  let needed = rows.length;
  if (step.hintsLeft > 0) rows.push('', ...wrapSpans([{ text: say('hintsLeft', { n: step.hintsLeft }), look: 'faint' }], width, style));
  const told = feedbackRows(step, context);
  if (told.length > 0) needed = rows.push('', ...told);
  return { rows, situation, hint, needed };
}

const marks: Readonly<Record<CheckView['state'], readonly [string, Look]>> = {
  passed: ['✓', 'good'],
  failed: ['✗', 'bad'],
  waiting: ['…', 'plain'],
  open: ['·', 'plain'],
  impossible: ['✗', 'bad'],
};

function checkRows({ text, state, expected, found, where }: CheckView, { width, style, say }: RowContext, withFacts: boolean): string[] {
  const [mark, look] = marks[state];
  const rows = wrapSpans([{ text: `${mark} `, look }, ...inline(text)], width, style, { first: '', rest: '  ' });
  const facts: [WordKey, string | undefined][] = [
    ['expected', expected],
    ['found', found],
    ['where', where],
  ];
  for (const [key, fact] of facts)
    if (fact && withFacts) rows.push(...wrapSpans([{ text: say(key, { text: fact }), look: 'faint' }], width, style, { first: '  ', rest: '    ' }));
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
          { text: name && text ? ' — ' : '', look: 'plain' },
          ...inline(text),
        ],
        width,
        style,
        { first: '', rest: '  ' },
      );
    }),
  ];
}
