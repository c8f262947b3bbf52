import { visible } from '../visible.ts';
import { ClassSummary } from './class-summary.ts';
import type { Exporter } from './export.ts';
import { reportWords } from './report-words.ts';

/** Columns of a terminal that a text takes: Korean and other wide characters take two. */
const width = (text: string): number =>
  [...text].reduce(
    (sum, each) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(each) ? 2 : 1),
    0,
  );
const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));
const padLeft = (text: string, to: number): string => ' '.repeat(Math.max(0, to - width(text))) + text;

/** For people: a learner's lesson a line, what is remarkable below. */
export const table: Exporter = function* (grades, problems, context) {
  for (const line of rows(grades, problems, context)) yield `${visible(line)}\n`;
};

const rows: Exporter = function* (grades, problems, { language = 'en' }) {
  const words = reportWords(language);
  const [learner = '', lessonColumn = '', pointsColumn = '', stateColumn = '', hints = '', undos = '', lines = '', last = ''] = words.columns;
  const counted = [hints, undos, lines].map((each) => padLeft(each, 5)).join(' ');
  yield `${pad(learner, 20)} ${pad(lessonColumn, 36)} ${padLeft(pointsColumn, 9)}  ${pad(stateColumn, 9)} ${counted} ${last}`;
  const summary = new ClassSummary(words);
  for (const grade of grades) {
    summary.add(grade);
    const points = grade.state === 'graded' ? `${grade.points + grade.bonus}/${grade.possible}` : `-/${grade.possible}`;
    const state = words.states[grade.state === 'graded' ? (grade.finished ? 'finished' : 'open') : grade.state];
    const counts = [grade.hints, grade.undos, grade.lines].map((each) => String(each).padStart(5)).join(' ');
    yield `${pad(grade.who, 20)} ${pad(grade.lesson, 36)} ${points.padStart(9)}  ${pad(state, 9)} ${counts} ${grade.lastEvent}${grade.timing ? ` (${words.states[grade.timing]})` : ''}`;
    for (const finding of grade.findings) yield `    ${finding.code}: ${finding.message}`;
    for (const check of grade.checks)
      if (check.state === 'failed' && check.expected !== undefined)
        yield `    ${check.step}/${check.id}: ${words.failed(check.expected, check.found ?? '', check.where ? ` (${check.where})` : '')}`;
      else if (check.state === 'unjudged') yield `    ${check.step}/${check.id}: ${words.unjudged(check.reason ?? '')}`;
  }
  for (const lines of [summary.lessons(), summary.missed()]) if (lines.length > 0) yield* ['', ...lines];
  if (problems.length > 0) yield '';
  if (problems.length > 0) yield words.without(problems.length);
  for (const { file, message, remedy } of problems) yield `    ${file}: ${message}. ${remedy}`;
};
