/** Trials: after a submission has ended the grader does something to its world, and sees what holds. */
import { Expressions } from '../grading/cel.ts';
import { evaluate } from '../grading/evaluate.ts';
import type { Verdict } from '../grading/verdict.ts';
import type { Check, Trial } from '../lessons/lesson.ts';
import { Sink } from '../linux/open-file.ts';
import { OutOfWork } from '../sim/sim.ts';
import type { Session } from './session.ts';
import { withinOf } from './within.ts';

const lineLimit = 60_000;
const settleTime = 5_000;
const stepsEach = 200_000;

/** The verdicts of a trial's checks, by their ids. So much `strain` may be in it: what the learner left running counts too. */
export function runTrial(session: Session, trial: Trial, strain: number): ReadonlyMap<string, Verdict> {
  session.cluster.sim.allow(session.cluster.sim.strain + strain);
  try {
    return tried(session, trial);
  } catch (error) {
    if (!(error instanceof OutOfWork)) throw error;
    const reason = 'what the grader tried exceeded the budget (work)';
    return new Map(trial.checks.map((check) => [check.id ?? '', { state: 'impossible', reason }] as const));
  }
}

function tried(session: Session, trial: Trial): ReadonlyMap<string, Verdict> {
  const { cluster } = session;
  for (const line of trial.run) {
    const process = cluster.openScript(trial.at ?? cluster.home, ['bash', '-c', line], {
      stdin: new Sink(() => {}),
      stdout: new Sink(() => {}),
      stderr: new Sink(() => {}),
    });
    cluster.sim.advanceUntil(() => process.exitStatus !== undefined, lineLimit, stepsEach);
  }
  const expressions = new Expressions();
  const look = (): (readonly [Check, Verdict])[] => trial.checks.map((check) => [check, evaluate(check, session.worldView(), expressions)] as const);
  const until = cluster.sim.now + Math.max(settleTime, ...trial.checks.map(withinOf));
  const lastStep = cluster.sim.steps + stepsEach;
  let verdicts = look();
  while (verdicts.some(([, { state }]) => state !== 'passed') && cluster.sim.now < until && cluster.sim.steps < lastStep) {
    cluster.sim.advance(1_000, lastStep - cluster.sim.steps);
    verdicts = look();
  }
  return new Map(verdicts.map(([check, verdict]) => [check.id ?? '', verdict]));
}
