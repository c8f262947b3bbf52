/** Comma-separated values (RFC 4180), wide for gradebooks and long for statistics. */
import type { LessonGrade } from '../grade.ts';
import { visible } from '../visible.ts';
import { byLearner } from './by-learner.ts';
import type { Exporter } from './export.ts';

/** A learner's name must not become a formula in a spreadsheet, nor steer the terminal that prints it. */
const cell = (value: string | number): string => {
  const seen = typeof value === 'string' ? value.split('\n').map(visible).join('\n') : String(value);
  const text = typeof value === 'string' && /^\s*[=+\-@＝＋－＠]/.test(seen) ? `'${seen}` : seen;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const row = (cells: readonly (string | number)[]): string => `${cells.map(cell).join(',')}\r\n`;

/** Points that count: those of bonus checks too. */
const total = (grade: LessonGrade): number => grade.points + grade.bonus;

/** A learner a row, a lesson a column. */
export const csvWide: Exporter = function* (grades, _problems, { lessons }) {
  yield row(['learner', ...lessons, 'total', 'possible', 'last_event', 'remarks']);
  for (const group of byLearner(grades)) {
    const cells = lessons.map((lesson) => {
      const grade = group.find((each) => each.lesson === lesson);
      return grade === undefined ? '' : grade.state === 'graded' ? total(grade) : grade.state;
    });
    const remarks = group.flatMap((grade) => [
      ...grade.findings.map(({ code }) => `${grade.lesson}: ${code}`),
      ...(grade.timing ? [`${grade.lesson}: ${grade.timing}`] : []),
    ]);
    const last =
      group
        .map(({ lastEvent }) => lastEvent)
        .sort()
        .at(-1) ?? '';
    yield row([
      group[0]?.who ?? '',
      ...cells,
      group.reduce((sum, each) => sum + total(each), 0),
      group.reduce((sum, each) => sum + each.possible, 0),
      last,
      remarks.join('; '),
    ]);
  }
};

/** A check a row. */
export const csvLong: Exporter = function* (grades) {
  yield row([
    'learner',
    'lesson',
    'file',
    'state',
    'step',
    'check',
    'result',
    'points',
    'possible',
    'bonus',
    'hidden',
    'line',
    'expected',
    'found',
    'where',
    'reason',
    'last_event',
  ]);
  for (const grade of grades) {
    const head = [grade.who, grade.lesson, grade.file, grade.state];
    if (grade.checks.length === 0)
      yield row([...head, '', '', '', 0, grade.possible, '', '', '', '', '', '', grade.findings.map(({ message }) => message).join('; '), grade.lastEvent]);
    for (const check of grade.checks)
      yield row([
        ...head,
        check.step,
        check.id,
        check.state,
        check.points,
        check.possible,
        check.bonus ? 'yes' : '',
        check.hidden ? 'yes' : '',
        check.line ?? '',
        check.expected ?? '',
        check.found ?? '',
        check.where ?? '',
        check.reason ?? '',
        grade.lastEvent,
      ]);
  }
};
