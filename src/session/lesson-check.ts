/** Proves a lesson before anyone sees it: what a learner could meet must work, and what should fail must fail. */
import { isWorldName } from '../cluster/worlds/index.ts';
import { ExpressionError, parseExpression } from '../grading/cel.ts';
import { Expressions, evaluate } from '../grading/evaluate.ts';
import { type Check, type LoadedLesson, languages, pointsOf, type Solution } from '../lessons/lesson.ts';
import { fillAll } from '../lessons/variables.ts';
import { playScript } from './play.ts';
import { Session } from './session.ts';

export type LessonReport = { readonly lesson: string; readonly failures: readonly string[]; readonly seeds: readonly number[] };

const totalPoints = 100;
/** A hint may name a tool and a verb, not hand over a whole line; the last one may. */
const longestGivenLine = 15;

export function checkLesson(loaded: LoadedLesson, seeds: readonly number[]): LessonReport {
  const { lesson } = loaded;
  const failures = [...worldProblems(loaded), ...expressionProblems(loaded), ...hintProblems(loaded), ...pointProblems(loaded)];
  if (failures.length === 0) for (const seed of seeds) failures.push(...new Set(seedProblems(loaded, seed).map((each) => `seed ${seed}: ${each}`)));
  return { lesson: `${lesson.track}/${lesson.id}`, failures, seeds };
}

const worldProblems = ({ lesson }: LoadedLesson): string[] => (isWorldName(lesson.world.name) ? [] : [`there is no world "${lesson.world.name}"`]);

function expressionProblems({ lesson }: LoadedLesson): string[] {
  const texts = new Set<string>();
  const collect = (check: Check): void => {
    if ('that' in check && check.that) texts.add(check.that);
    if ('all' in check) check.all.forEach(collect);
    if ('any' in check) check.any.forEach(collect);
    if ('not' in check) collect(check.not);
    if ('atLeast' in check) check.atLeast.of.forEach(collect);
  };
  for (const step of lesson.steps) {
    step.checks?.forEach(collect);
    for (const { when } of step.situations ?? []) collect(when);
  }
  return [...texts].flatMap((text) => {
    try {
      parseExpression(text);
      return [];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return [`the expression "${text}" is wrong: ${error.message}`];
    }
  });
}

function hintProblems({ lesson, prose }: LoadedLesson): string[] {
  const lines = new Set(
    lesson.solutions
      .flatMap(({ script }) => script.split('\n').map((line) => line.trim()))
      .filter((line) => line.length > longestGivenLine && !line.startsWith('@')),
  );
  return lesson.steps.flatMap((step) =>
    languages.flatMap((language) => {
      const hints = (step.hints ?? []).map((key) => prose[language].steps[step.id]?.hints?.[key] ?? '');
      const empty = hints.filter((hint) => hint.trim().length < 5).length;
      const given = hints.slice(0, -1).flatMap((hint) => [...lines].filter((line) => hint.includes(line)));
      return [
        ...(empty > 0 ? [`${language}: step ${step.id} has an empty hint`] : []),
        ...given.map((line) => `${language}: a hint of step ${step.id} gives away "${line}" before the last one`),
      ];
    }),
  );
}

function pointProblems({ lesson }: LoadedLesson): string[] {
  const sum = lesson.steps.reduce((total, step) => total + pointsOf(step), 0);
  return sum === totalPoints ? [] : [`the steps' points add up to ${sum}, not ${totalPoints}`];
}

function seedProblems(loaded: LoadedLesson, seed: number): string[] {
  const { lesson } = loaded;
  const start = newSession(loaded, seed);
  return [
    ...startProblems(start),
    ...lesson.solutions.flatMap((solution) => solutionProblems(loaded, seed, solution)),
    ...lesson.wrong.flatMap((sample) => wrongProblems(loaded, seed, sample)),
  ];
}

const newSession = (lesson: LoadedLesson, seed: number): Session => {
  const world = lesson.lesson.world.name;
  if (!isWorldName(world)) throw new Error(`there is no world "${world}"`);
  return new Session({ world, seed, lesson });
};

/** In the world as the learner finds it no step may be done already. */
function startProblems(session: Session): string[] {
  const expressions = new Expressions();
  const view = session.worldView();
  return (session.run?.lesson.steps ?? []).flatMap((step) => {
    const { checks } = step;
    if (!checks || step.kind === 'quiz' || step.kind === 'predict') return [];
    return checks.every((check) => evaluate(check, view, expressions).state === 'passed') ? [`step ${step.id} is done before anything was typed`] : [];
  });
}

const scriptOf = (session: Session, script: string): string => fillAll(script, session.values);

function solutionProblems(loaded: LoadedLesson, seed: number, { name, script }: Solution): string[] {
  const session = newSession(loaded, seed);
  const { finished, stuckAt } = playScript(session, scriptOf(session, script));
  const unsupported = session.unsupported();
  const problems = unsupported.map((line) => `solution ${name}: "${line}" is not supported`);
  if (stuckAt !== undefined) problems.push(`solution ${name}: "${stuckAt}" never came back to a prompt`);
  else if (!finished) problems.push(`solution ${name}: stays at step ${session.run?.step?.id}: ${open(session)}`);
  return problems;
}

function wrongProblems(loaded: LoadedLesson, seed: number, sample: Solution & { readonly fails: string }): string[] {
  const session = newSession(loaded, seed);
  playScript(session, scriptOf(session, sample.script));
  const { run } = session;
  if (!run) return [];
  if (run.finished) return [`wrong sample ${sample.name}: passes the lesson`];
  if (run.step?.id === sample.fails) return [];
  const verdict = run.steps[run.current]?.verdicts.get(sample.fails);
  if (verdict?.state === 'failed') return [];
  return [`wrong sample ${sample.name}: should fail at ${sample.fails}, but stands at step ${run.step?.id}: ${open(session)}`];
}

/** What the current step still lacks. */
function open({ run }: Session): string {
  const state = run?.steps[run.current];
  const lacking = [...(state?.verdicts ?? [])].flatMap(([id, verdict]) =>
    verdict.state === 'passed'
      ? []
      : [verdict.state === 'failed' ? `${id} (expected ${verdict.expected}, found ${verdict.found})` : `${id} (${verdict.state})`],
  );
  return lacking.length > 0 ? lacking.join(', ') : 'an answer is missing';
}
