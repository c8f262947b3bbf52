import type { Language } from '../../lessons/lesson.ts';
import type { CheckGrade, LessonGrade } from '../grade.ts';
import { markdownText as text } from '../visible.ts';
import { byLearner } from './by-learner.ts';
import { ClassSummary } from './class-summary.ts';
import type { Exporter } from './export.ts';
import { type ReportWords, reportWords } from './report-words.ts';

/** A report for reading: a section a learner, a table a lesson. */
export const markdown: Exporter = function* (grades, problems, { language = 'en' }) {
  const words = reportWords(language);
  yield `# ${words.grades}\n`;
  const summary = new ClassSummary(words);
  for (const group of byLearner(grades)) {
    yield `\n## ${text(group[0]?.who ?? '')}\n`;
    for (const grade of group) {
      summary.add(grade);
      yield lessonText(grade, language);
    }
  }
  const lines = [...summary.lessons(), ...summary.missed()];
  if (lines.length > 0) yield `\n## ${words.theClass}\n\n${lines.map((line) => `- ${text(line)}\n`).join('')}`;
  if (problems.length > 0)
    yield `\n## ${words.filesWithout}\n\n${problems.map(({ file, message, remedy }) => `- ${text(file)}: ${text(message)}. ${text(remedy)}\n`).join('')}`;
};

function lessonText(grade: LessonGrade, language: Language): string {
  const words = reportWords(language);
  const points = grade.state === 'graded' ? words.points(grade.points + grade.bonus, grade.possible) : words.states[grade.state];
  const facts = words.facts(grade.lines, grade.hints, grade.undos, `${grade.lastEvent}${grade.timing ? ` (${words.states[grade.timing]})` : ''}`);
  const findings = grade.findings.map((finding) => `- **${finding.code}**: ${text(finding.message)}\n`).join('');
  const rows = grade.checks
    .map((check) => `| ${text(check.step)} | ${text(check.id)} | ${words.marks[check.state]} | ${check.points}/${check.possible} | ${remark(check, words)} |\n`)
    .join('');
  const table = rows === '' ? '' : `\n| ${words.head.join(' | ')} |\n| --- | --- | --- | --- | --- |\n${rows}`;
  return `\n### ${text(grade.lesson)}: ${points}\n\n${facts}\n${findings === '' ? '' : `\n${findings}`}${table}`;
}

function remark(check: CheckGrade, words: ReportWords): string {
  const parts = [
    check.expected === undefined ? '' : words.failed(text(check.expected), text(check.found ?? ''), check.where ? `; ${words.lookAt(text(check.where))}` : ''),
    check.reason === undefined ? '' : text(check.reason),
    check.line === undefined ? '' : words.atLine(check.line),
    check.hidden ? words.hidden : '',
    check.bonus ? words.bonus : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}
