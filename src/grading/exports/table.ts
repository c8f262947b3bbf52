import { visible } from '../visible.ts';
import { ClassSummary } from './class-summary.ts';
import type { Exporter } from './export.ts';

/** Columns of a terminal that a text takes: Korean and other wide characters take two. */
const width = (text: string): number =>
  [...text].reduce(
    (sum, each) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(each) ? 2 : 1),
    0,
  );
const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));

/** For people: a learner's lesson a line, what is remarkable below. */
export const table: Exporter = function* (grades, problems, context) {
  for (const line of rows(grades, problems, context)) yield `${visible(line)}\n`;
};

const rows: Exporter = function* (grades, problems) {
  yield `${pad('LEARNER', 20)} ${pad('LESSON', 36)} ${'POINTS'.padStart(9)}  ${pad('STATE', 9)} HINTS UNDOS LINES LAST EVENT`;
  const summary = new ClassSummary();
  for (const grade of grades) {
    summary.add(grade);
    const points = grade.state === 'graded' ? `${grade.points + grade.bonus}/${grade.possible}` : `-/${grade.possible}`;
    const state = grade.state === 'graded' ? (grade.finished ? 'finished' : 'open') : grade.state;
    const counts = [grade.hints, grade.undos, grade.lines].map((each) => String(each).padStart(5)).join(' ');
    yield `${pad(grade.who, 20)} ${pad(grade.lesson, 36)} ${points.padStart(9)}  ${pad(state, 9)} ${counts} ${grade.lastEvent}${grade.timing ? ` (${grade.timing})` : ''}`;
    for (const { code, message } of grade.findings) yield `    ${code}: ${message}`;
    for (const check of grade.checks)
      if (check.state === 'failed' && check.expected !== undefined)
        yield `    ${check.step}/${check.id}: expected ${check.expected}, found ${check.found ?? ''}${check.where ? ` (${check.where})` : ''}`;
      else if (check.state === 'unjudged') yield `    ${check.step}/${check.id}: could not be judged: ${check.reason ?? ''}`;
  }
  for (const lines of [summary.lessons(), summary.missed()]) if (lines.length > 0) yield* ['', ...lines];
  if (problems.length > 0) yield '';
  if (problems.length > 0) yield `${problems.length} ${problems.length === 1 ? 'file' : 'files'} without a grade:`;
  for (const { file, message, remedy } of problems) yield `    ${file}: ${message}. ${remedy}`;
};
