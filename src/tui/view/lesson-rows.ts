/** The lesson pane: story, what was passed, the task, its checks and hints, as rows of a width. */
import type { Language } from '../../lessons/lesson.ts';
import type { CheckView, LessonView, StepView } from '../../session/lesson-view.ts';
import { inline, markdownRows } from '../text/markdown.ts';
import type { Look, Style } from '../text/style.ts';
import { wrapSpans } from '../text/wrap.ts';
import type { Say, WordKey } from '../words.ts';

type LessonRows = {
  readonly rows: readonly string[];
  /** Where what is new begins: a prediction that the step passed last has settled, and that step itself; and where the present task does. */
  readonly settledStart: number;
  readonly lastStart: number;
  readonly currentStart: number;
  /** Rows at the end that say what was wrong with an answer: those are to be read now. */
  readonly told: number;
  /** Where the newest word on what was done stands, and the newest hint: rows from, to. */
  readonly newest: { readonly situation: Span; readonly hint: Span };
};

type Span = readonly [from: number, to: number];

type RowContext = {
  readonly width: number;
  readonly style: Style;
  readonly say: Say;
  readonly language: Language;
  /** Little room: facts of the first check that fails only, so that all checks come into sight. */
  readonly compact?: boolean;
};

/** With the row at which each step begins. */
export function lessonRows(lesson: LessonView, context: RowContext): LessonRows {
  const { width, style } = context;
  const rows: string[] = [...markdownRows(lesson.story, width, style), ''];
  const starts: number[] = [];
  lesson.steps.slice(0, lesson.current).forEach((step, index) => {
    starts.push(index > 0 ? rows.length : 0);
    rows.push(...passedRows(step, index, context), '');
  });
  const currentStart = rows.length;
  const lastStart = starts.at(-1) ?? 0;
  const settledStart = lesson.steps[lesson.current - 2]?.outcome ? (starts.at(-2) ?? lastStart) : lastStart;
  const step = lesson.steps[lesson.current];
  const shown = step && stepRows(step, lesson.current, lesson.steps.length, context);
  if (shown) rows.push(...shown.rows);
  const within = ([from, to]: Span = [0, 0]): Span => [currentStart + from, currentStart + to];
  return {
    rows,
    settledStart,
    lastStart,
    currentStart,
    told: step ? feedbackRows(step, context).length : 0,
    newest: { situation: within(shown?.situation), hint: within(shown?.hint) },
  };
}

/** The first row to show: the present task whole if it fits, with what was passed last above it where there is room; but what was just said to the learner always. */
export function firstRow(text: LessonRows, height: number, scroll: number, fresh: boolean, said?: 'situation' | 'hint'): number {
  const { rows, settledStart, lastStart, currentStart, told } = text;
  const most = Math.max(0, rows.length - height);
  // What is new is read from its beginning, as long as the task below it comes into sight.
  const fits = (start: number): boolean => (fresh && currentStart - start + 3 <= height) || rows.length - start <= height;
  const recent = fits(settledStart) ? settledStart : fits(lastStart) ? lastStart : undefined;
  const wanted = told > 0 ? most : (recent ?? (rows.length - currentStart <= height ? most : currentStart));
  const first = Math.min(most, wanted);
  return Math.max(0, Math.min(most, (said ? inSight(text.newest[said], first, height, rows.length) : first) + scroll));
}

/** Moved down as far as it takes to see these rows; the last row of a pane may be taken by what tells of more. */
function inSight([from, to]: Span, first: number, height: number, total: number): number {
  const room = to < total ? height - 1 : height;
  return Math.max(first, Math.min(from, to - room));
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

type StepRows = { readonly rows: readonly string[]; readonly situation: Span; readonly hint: Span };

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
  const situation = step.situations.map((text) => add('→ ', 'note', text)).at(-1) ?? [0, 0];
  const hint = step.hints.map((text, number) => add(`${say('hint', { n: number + 1 })}: `, 'strong', text)).at(-1) ?? [0, 0];
  if (step.hintsLeft > 0) rows.push('', ...wrapSpans([{ text: say('hintsLeft', { n: step.hintsLeft }), look: 'faint' }], width, style));
  const told = feedbackRows(step, context);
  if (told.length > 0) rows.push('', ...told);
  return { rows, situation, hint };
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
