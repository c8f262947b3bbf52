import type { CheckGrade, LessonGrade } from '../grade.ts';
import { byLearner } from './by-learner.ts';
import { ClassSummary } from './class-summary.ts';
import type { Exporter } from './export.ts';

const text = (value: string): string => value.replace(/[\\`*_<>[\]|#]/g, '\\$&').replace(/\s+/g, ' ');
const marks = { passed: '✓ passed', failed: '✗ failed', 'not-reached': '· not reached', unjudged: '? could not be judged' } as const;

/** A report for reading: a section a learner, a table a lesson. */
export const markdown: Exporter = function* (grades, problems) {
  yield '# Grades\n';
  const summary = new ClassSummary();
  for (const group of byLearner(grades)) {
    yield `\n## ${text(group[0]?.who ?? '')}\n`;
    for (const grade of group) {
      summary.add(grade);
      yield lessonText(grade);
    }
  }
  const lines = [...summary.lessons(), ...summary.missed()];
  if (lines.length > 0) yield `\n## The class\n\n${lines.map((line) => `- ${text(line)}\n`).join('')}`;
  if (problems.length > 0)
    yield `\n## Files without a grade\n\n${problems.map(({ file, message, remedy }) => `- ${text(file)}: ${text(message)}. ${text(remedy)}\n`).join('')}`;
};

function lessonText(grade: LessonGrade): string {
  const points = grade.state === 'graded' ? `${grade.points + grade.bonus} of ${grade.possible} points` : grade.state;
  const facts = `${count(grade.lines, 'line')}, ${count(grade.hints, 'hint')}, ${grade.undos} undone; last event ${grade.lastEvent}${grade.timing ? ` (${grade.timing})` : ''}.`;
  const findings = grade.findings.map(({ code, message }) => `- **${code}**: ${text(message)}\n`).join('');
  const rows = grade.checks
    .map((check) => `| ${text(check.step)} | ${text(check.id)} | ${marks[check.state]} | ${check.points}/${check.possible} | ${remark(check)} |\n`)
    .join('');
  const table = rows === '' ? '' : `\n| step | check | result | points | remarks |\n| --- | --- | --- | --- | --- |\n${rows}`;
  return `\n### ${text(grade.lesson)}: ${points}\n\n${facts}\n${findings === '' ? '' : `\n${findings}`}${table}`;
}

function remark(check: CheckGrade): string {
  const parts = [
    check.expected === undefined
      ? ''
      : `expected ${text(check.expected)}, found ${text(check.found ?? '')}${check.where ? `; look at ${text(check.where)}` : ''}`,
    check.reason === undefined ? '' : text(check.reason),
    check.line === undefined ? '' : `at line ${check.line}`,
    check.hidden ? 'hidden' : '',
    check.bonus ? 'bonus' : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
