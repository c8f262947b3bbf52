/** JUnit XML as continuous integration reads it: a suite a learner, a case a check. */
import type { CheckGrade, LessonGrade } from '../grade.ts';
import { byLearner } from './by-learner.ts';
import type { Exporter } from './export.ts';

/** Also takes out what XML 1.0 cannot hold, and what would steer a terminal. */
const xml = (text: string): string =>
  text
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');

export const junit: Exporter = function* (grades, problems) {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="k8s-lab">\n';
  for (const group of byLearner(grades)) {
    const cases = group.flatMap(casesOf);
    const count = (kind: string): number => cases.filter((each) => each.kind === kind).length;
    yield `  <testsuite name="${xml(group[0]?.who ?? '')}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" timestamp="${xml((group.at(-1)?.lastEvent ?? '').replace(/(\.\d+)?Z$/, ''))}">\n`;
    for (const { text } of cases) yield text;
    yield '  </testsuite>\n';
  }
  if (problems.length > 0) {
    yield `  <testsuite name="files without a grade" tests="${problems.length}" failures="0" errors="${problems.length}" skipped="0">\n`;
    for (const { file, message, remedy } of problems)
      yield `    <testcase classname="files" name="${xml(file)}">${told('error', `${message}. ${remedy}`)}</testcase>\n`;
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
};

/** Jenkins shows the message, GitLab the text. */
const told = (kind: 'failure' | 'error', text: string): string => `<${kind} message="${xml(text)}">${xml(text)}</${kind}>`;

type Case = { readonly kind: 'passed' | 'failure' | 'error' | 'skipped'; readonly text: string };

function casesOf(grade: LessonGrade): Case[] {
  if (grade.state !== 'graded') {
    const message = grade.findings.map((finding) => finding.message).join('; ');
    return [{ kind: 'error', text: `    <testcase classname="${xml(grade.lesson)}" name="${grade.state}">${told('error', message)}</testcase>\n` }];
  }
  return grade.checks.map((check) => {
    const { kind, inside } = outcome(check);
    const name = `    <testcase classname="${xml(grade.lesson)}" name="${xml(`${check.step}: ${check.id}`)}"`;
    return { kind, text: inside === '' ? `${name}/>\n` : `${name}>${inside}</testcase>\n` };
  });
}

function outcome(check: CheckGrade): { readonly kind: Case['kind']; readonly inside: string } {
  if (check.state === 'passed') return { kind: 'passed', inside: '' };
  if (check.state === 'unjudged') return { kind: 'error', inside: told('error', check.reason ?? 'could not be judged') };
  if (check.state === 'not-reached' || check.bonus)
    return { kind: 'skipped', inside: `<skipped message="${check.state === 'not-reached' ? 'not reached' : 'a bonus'}"/>` };
  const where = check.where ? `; look at ${check.where}` : '';
  const text = check.expected === undefined ? 'not all of them hold' : `expected ${check.expected}, found ${check.found ?? ''}${where}`;
  return { kind: 'failure', inside: told('failure', text) };
}
