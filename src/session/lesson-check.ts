/** Proves a lesson before anyone sees it: what a learner could meet must work, and what should fail must fail. */
import { isWorldName } from '../cluster/worlds/index.ts';
import { Expressions } from '../grading/cel.ts';
import { evaluate } from '../grading/evaluate.ts';
import { type LoadedLesson, type Problem, problemText, type Solution, type WrongSample } from '../lessons/lesson.ts';
import { fillAll } from '../lessons/variables.ts';
import { problemAt, staticProblems } from './lesson-static.ts';
import { playScript } from './play.ts';
import { WorldError } from './prepare.ts';
import { Session } from './session.ts';

type LessonReport = { readonly lesson: string; readonly failures: readonly string[]; readonly seeds: readonly number[] };

/** Each failure says file, line, what it is, and what to do. A lesson that cannot be right is not played. */
export function checkLesson(loaded: LoadedLesson, seeds: readonly number[]): LessonReport {
  const { lesson } = loaded;
  const problems = staticProblems(loaded);
  if (problems.length === 0)
    for (const seed of seeds) problems.push(...seedProblems(loaded, seed).map((each) => ({ ...each, message: `seed ${seed}: ${each.message}` })));
  return { lesson: `${lesson.track}/${lesson.id}`, failures: [...new Set(problems.map(problemText))], seeds };
}

/** Each sample in a session of its own; what keeps a world from coming up is told once. */
function seedProblems(loaded: LoadedLesson, seed: number): Problem[] {
  const { lesson } = loaded;
  try {
    return [
      ...startProblems(loaded, newSession(loaded, seed)),
      ...lesson.solutions.flatMap((solution, index) => solutionProblems(loaded, seed, solution, `/solutions/${index}`)),
      ...lesson.wrong.flatMap((sample, index) => wrongProblems(loaded, seed, sample, `/wrong/${index}`)),
    ];
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    const remedy = 'Correct the world: it has to come up before a learner can start';
    return [problemAt(loaded, { pointer: error.pointer, message: error.message, remedy })];
  }
}

const newSession = (lesson: LoadedLesson, seed: number): Session => {
  const world = lesson.lesson.world.name;
  if (!isWorldName(world)) throw new WorldError('/world/name', `there is no world "${world}"`);
  return new Session({ world, seed, lesson });
};

/** In the world as the learner finds it no step may be done already, and every check must be one that can be made. */
function startProblems(loaded: LoadedLesson, session: Session): Problem[] {
  const expressions = new Expressions();
  const view = session.worldView();
  return (session.run?.lesson.steps ?? []).flatMap((step, number): Problem[] => {
    if (!step.checks) return [];
    const pointer = `/steps/${number}/checks`;
    const verdicts = step.checks.map((check) => evaluate(check, view, expressions));
    const asks = step.kind === 'quiz' || step.kind === 'predict';
    if (!asks && verdicts.every(({ state }) => state === 'passed'))
      return [
        problemAt(loaded, {
          pointer,
          message: `step ${step.id} is done before anything was typed`,
          remedy: 'Check something that only the learner brings about',
        }),
      ];
    return verdicts.flatMap((verdict, index) =>
      verdict.state === 'impossible'
        ? [problemAt(loaded, { pointer: `${pointer}/${index}`, message: `this cannot be checked: ${verdict.reason}`, remedy: 'Correct the check' })]
        : [],
    );
  });
}

const scriptOf = (session: Session, script: string): string => fillAll(script, session.values);

function solutionProblems(loaded: LoadedLesson, seed: number, { name, script }: Solution, pointer: string): Problem[] {
  const session = newSession(loaded, seed);
  const { finished, stuckAt } = playScript(session, scriptOf(session, script));
  const say = (what: string, remedy: string): Problem => problemAt(loaded, { pointer, message: `solution ${name}: ${what}`, remedy });
  const problems = session.unsupported().map((line) => say(`"${line}" is not supported`, 'Use a command that the lab has'));
  for (const { id, deadEndsMet, doneAtOnce } of session.run?.steps ?? []) {
    if (doneAtOnce) problems.push(say(`step ${id} is done as soon as it begins`, 'Check something that the steps before do not bring about'));
    for (const key of deadEndsMet) problems.push(say(`meets the dead end ${key} of step ${id}`, 'Make the dead end stricter: the way goes on from there'));
  }
  if (stuckAt !== undefined) problems.push(say(`"${stuckAt}" never came back to a prompt`, 'Use a line that ends'));
  else if (!finished)
    problems.push(say(`stays at step ${session.run?.step?.id}: ${open(session)}${failedLines(session)}`, 'Correct the solution, or the check'));
  return problems;
}

function wrongProblems(loaded: LoadedLesson, seed: number, { name, script, fails }: WrongSample, pointer: string): Problem[] {
  const session = newSession(loaded, seed);
  playScript(session, scriptOf(session, script));
  const { run } = session;
  if (!run) return [];
  const say = (what: string, remedy: string): Problem => problemAt(loaded, { pointer: `${pointer}/fails`, message: `wrong sample ${name}: ${what}`, remedy });
  // A hidden check holds nobody up: its verdict stays behind.
  if (run.lesson.steps.some(({ checks }) => checks?.some(({ id, visibility }) => id === fails && visibility === 'grader')))
    return run.steps.some(({ verdicts }) => verdicts.get(fails)?.state === 'failed')
      ? []
      : [say(`should fail at the hidden check ${fails}, but does not`, 'Make the check stricter, or the sample wrong')];
  if (run.finished) return [say('passes the lesson', 'Make the checks stricter, or the sample wrong')];
  const failed = run.step?.id === fails || run.steps[run.current]?.verdicts.get(fails)?.state === 'failed';
  return failed ? [] : [say(`should fail at ${fails}, but stands at step ${run.step?.id}: ${open(session)}`, 'Name the check at which it fails')];
}

/** Lines that ended with a failure: where a solution stops, the last of them is often why. */
function failedLines(session: Session): string {
  const lines = session.inputs.flatMap((input) => ('line' in input ? [input.line.trim()] : []));
  const last = lines.findLast((_line, index) => session.failedLines().has(index + 1));
  return last === undefined ? '' : `; "${last}" failed`;
}

/** What the current step still lacks. */
function open({ run }: Session): string {
  const state = run?.steps[run.current];
  const lacking = [...(state?.verdicts ?? [])].flatMap(([id, verdict]) =>
    verdict.state === 'passed'
      ? []
      : [
          verdict.state === 'failed'
            ? `${id} (expected ${verdict.expected}, found ${verdict.found})`
            : `${id} (${verdict.state === 'impossible' ? verdict.reason : verdict.state})`,
        ],
  );
  return lacking.length > 0 ? lacking.join(', ') : 'an answer is missing';
}
