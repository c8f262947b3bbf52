/** What a schema cannot say: names that must fit together, within a lesson and between its languages. */
import { type Check, hintKey, type Lesson, type Problem, type Prose, type Quiz, type Step, type StepProse } from './lesson.ts';
import { placeholders } from './variables.ts';
import type { Source } from './yaml-source.ts';

/** After the schema has held. */
export function checkReferences(lesson: Lesson, source: Source): Problem[] {
  const problems: Problem[] = [];
  const say = (pointer: string, message: string, remedy: string): void =>
    void problems.push({ file: source.file, line: source.lineOf(pointer), message, remedy });
  const ids = new Set<string>();
  const checkIds = new Set<string>();
  for (const [index, step] of lesson.steps.entries()) {
    const at = `/steps/${index}`;
    if (ids.has(step.id)) say(`${at}/id`, `the id "${step.id}" is used twice`, 'Ids of steps are unique in a lesson');
    ids.add(step.id);
    for (const [key, message] of shapeProblems(step, lesson.world.vars ?? {}))
      say(`${at}/${key}`, `step "${step.id}": ${message}`, 'See "How to write a lesson" in the README');
    for (const [number, check] of (step.checks ?? []).entries()) {
      if (sourcesOf(check) !== 1)
        say(
          `${at}/checks/${number}`,
          `a check has ${sourcesOf(check)} sources`,
          'Give exactly one: object, objects, cri, containerd, node, file, probe, access, command, answer, all, any, not or atLeast',
        );
      if (!check.id) say(`${at}/checks/${number}`, 'a check has no id', 'Name it: wrong samples and reports speak of it');
      else checkIds.add(check.id);
    }
  }
  for (const [index, { id, checks }] of (lesson.trials ?? []).entries()) {
    if (ids.has(id)) say(`/trials/${index}/id`, `the id "${id}" is used twice`, 'Ids of steps and trials are unique in a lesson');
    ids.add(id);
    for (const check of checks) if (check.id) checkIds.add(check.id);
    if (checks.some((check) => !check.id)) say(`/trials/${index}/checks`, 'a check has no id', 'Name it: reports speak of it');
  }
  if (lesson.audience !== 'learners')
    for (const key of ['solutions', 'wrong'] as const)
      if (lesson[key].length === 0)
        say(
          '',
          `"${key}" is missing`,
          key === 'solutions'
            ? 'A lesson has one solution at least: it proves that it can be done'
            : 'A lesson has one wrong sample at least: it proves that it can fail',
        );
  for (const [index, { name, fails }] of lesson.wrong.entries())
    if (!checkIds.has(fails) && !ids.has(fails))
      say(`/wrong/${index}/fails`, `the wrong sample "${name}" names a check "${fails}" that is not there`, `Name one of ${[...checkIds].join(', ')}`);
  for (const [name, variable] of Object.entries(lesson.world.vars ?? {}))
    if ('int' in variable && variable.int[0] > variable.int[1])
      say(`/world/vars/${name}`, `"${name}" is drawn from ${variable.int.join(' to ')}, which is nothing`, 'Write the smaller number first');
  for (const [name, pointer] of placesOf(lesson))
    if (!Object.hasOwn(lesson.world.vars ?? {}, name)) say(pointer, `{{${name}}} is used, but world.vars has no "${name}"`, 'Add the variable');
  return problems;
}

/** Names used in texts anywhere in it, with where each stands first. */
function placesOf(data: unknown, pointer = '', found = new Map<string, string>()): ReadonlyMap<string, string> {
  if (typeof data === 'string') for (const name of placeholders(data)) if (!found.has(name)) found.set(name, pointer);
  if (typeof data === 'object' && data !== null)
    for (const [key, each] of Object.entries(data)) {
      placesOf(key, pointer, found);
      placesOf(each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, found);
    }
  return found;
}

const notSources = new Set(['id', 'that', 'within', 'points', 'visibility', 'bonus']);
const sourcesOf = (check: Check): number => Object.keys(check).filter((key) => !notSources.has(key)).length;

type Vars = NonNullable<Lesson['world']['vars']>;

/** What an answer can come to: a variable stands for each of its picks. */
function valuesOf(text: string, vars: Vars): string[] {
  const [name] = placeholders(text);
  const variable = name === undefined ? undefined : vars[name];
  return variable && 'pick' in variable ? variable.pick.flatMap((pick) => valuesOf(text.replaceAll(`{{${name}}}`, String(pick)), vars)) : [text];
}

function shapeProblems(step: Step, vars: Vars): [string, string][] {
  const problems: [string, string][] = [];
  if ((step.kind === 'do' || step.kind === 'explore') && !step.checks) problems.push(['id', `a step of kind ${step.kind} needs checks`]);
  if (step.kind === 'predict' && (!step.choices || step.answer === undefined)) problems.push(['id', 'a prediction needs choices and an answer']);
  if (step.kind === 'predict' && step.answer !== undefined && !step.choices?.includes(step.answer))
    problems.push(['answer', `the answer "${step.answer}" is none of the choices`]);
  if (step.kind === 'quiz') problems.push(...quizProblems(step, vars));
  for (const hint of step.hints ?? [])
    if (typeof hint !== 'string' && !step.checks?.some(({ id }) => id === hint.until))
      problems.push(['hints', `the hint "${hint.say}" is of use until "${hint.until}", which is no check of it`]);
  return problems;
}

const answerShapes: Readonly<Record<Quiz['type'], (answer: unknown) => boolean>> = {
  single: (answer) => typeof answer === 'string',
  multi: Array.isArray,
  order: Array.isArray,
  match: (answer) => typeof answer === 'object' && answer !== null && !Array.isArray(answer),
  fill: (answer) => typeof answer === 'string' || Array.isArray(answer),
  number: (answer) => typeof answer === 'number',
};

const answerWords: Readonly<Record<Quiz['type'], string>> = {
  single: 'one of its choices',
  multi: 'a list',
  order: 'a list',
  match: 'a choice: match for each of its choices',
  fill: 'a list',
  number: 'a number',
};

function matchProblems({ choices, matches, answer }: Extract<Quiz, { readonly type: 'match' }>): [string, string][] {
  // The schema asks for matches nowhere: only this type has them.
  if (!matches) return [['quiz', 'a match quiz needs matches']];
  return [
    ...choices.filter((each) => !Object.hasOwn(answer, each)).map((each) => `the choice "${each}" has no match in the answer`),
    ...Object.keys(answer).flatMap((each) => (choices.includes(each) ? [] : [`the answer "${each}" is none of the choices`])),
    ...Object.values(answer).flatMap((each) => (matches.includes(each) ? [] : [`the answer "${each}" is none of the matches`])),
    ...matches.filter((each) => choices.includes(each)).map((each) => `"${each}" is both a choice and a match`),
  ].map((message) => ['quiz', message]);
}

function quizProblems({ quiz }: Step, vars: Vars): [string, string][] {
  if (!quiz) return [['id', 'a step of kind quiz needs a quiz']];
  if (!answerShapes[quiz.type](quiz.answer)) return [['quiz', `the answer of a ${quiz.type} quiz is ${answerWords[quiz.type]}`]];
  if (!('choices' in quiz)) return [];
  if (quiz.type === 'match') return matchProblems(quiz);
  const given = (Array.isArray(quiz.answer) ? (quiz.answer as readonly string[]) : [quiz.answer as string]).flatMap((each) => valuesOf(each, vars));
  return given.filter((each) => !quiz.choices.includes(each)).map((each) => ['quiz', `the answer "${each}" is none of the choices`]);
}

/** Every key that the facts name has prose, and there is no prose without a fact. */
export function checkProse(lesson: Lesson, source: Source): Problem[] {
  const prose = source.data as Prose;
  const problems: Problem[] = [];
  const compare = (pointer: string, wanted: readonly string[], found: readonly string[], what: string): void => {
    const missing = wanted.filter((key) => !found.includes(key));
    const extra = found.filter((key) => !wanted.includes(key));
    for (const key of missing)
      problems.push({
        file: source.file,
        line: source.lineOf(pointer),
        message: `${what} "${key}" has no text`,
        remedy: `Write it under ${pointer.slice(1).replaceAll('/', '.') || 'the top'}`,
      });
    for (const key of extra)
      problems.push({
        file: source.file,
        line: source.lineOf(`${pointer}/${key}`),
        message: `there is a text for ${what} "${key}", which lesson.yaml does not have`,
        remedy: 'Take it out, or correct the key',
      });
  };
  compare(
    '/steps',
    lesson.steps.map((step) => step.id),
    Object.keys(prose.steps),
    'step',
  );
  compare('/debrief', lesson.debrief, Object.keys(prose.debrief), 'debrief');
  for (const step of lesson.steps) {
    const text: StepProse | undefined = prose.steps[step.id];
    if (!text) continue;
    const at = `/steps/${step.id}`;
    const choices = step.choices ?? (step.quiz && 'choices' in step.quiz ? [...step.quiz.choices, ...('matches' in step.quiz ? step.quiz.matches : [])] : []);
    compare(`${at}/choices`, choices, Object.keys(text.choices ?? {}), `choice of ${step.id}`);
    const shown = (step.checks ?? []).filter((check) => !('visibility' in check && check.visibility === 'grader')).map(({ id = '' }) => id);
    compare(`${at}/checks`, shown, Object.keys(text.checks ?? {}), `check of ${step.id}`);
    compare(`${at}/hints`, (step.hints ?? []).map(hintKey), Object.keys(text.hints ?? {}), `hint of ${step.id}`);
    for (const [key, name] of [
      ['situations', 'situation'],
      ['deadEnds', 'dead end'],
    ] as const)
      compare(`${at}/${key}`, [...new Set((step[key] ?? []).map((each) => each.say))], Object.keys(text[key] ?? {}), `${name} of ${step.id}`);
  }
  for (const [name, pointer] of placesOf(prose))
    if (!Object.hasOwn(lesson.world.vars ?? {}, name))
      problems.push({
        file: source.file,
        line: source.lineOf(pointer),
        message: `{{${name}}} is used, but the lesson has no such variable`,
        remedy: 'Correct the name, or add it to world.vars',
      });
  return problems;
}
