/** Points of a step: divided among its checks, less what hints and wrong answers cost. */
import { type Check, pointsOf, type Step } from '../lessons/lesson.ts';

/** Each hint costs this share of a step's points, each wrong answer the same; a quarter always stays. */
const hintCost = 0.25;
const floor = 0.25;

/** Only graders see it. */
export const isHidden = (check: Check): boolean => check.visibility === 'grader';
/** What has to hold before the next step begins. */
export const gates = (check: Check): boolean => !isHidden(check) && check.bonus !== true;

type StepFacts = {
  readonly done: boolean;
  readonly hints: number;
  readonly wrongAnswers: number;
  readonly holds: (check: Check) => boolean;
};
type StepScore = { readonly earned: number; readonly possible: number; readonly bonus: number };

/** `hidden`: checks that only the grader has count too. */
export function scoreStep(step: Step, facts: StepFacts, hidden: boolean): StepScore {
  const possible = pointsOf(step);
  const share = Math.max(floor, 1 - hintCost * (facts.hints + facts.wrongAnswers));
  const checks = step.checks ?? [];
  const counted = checks.filter((check) => check.bonus !== true && (hidden || !isHidden(check)));
  const weights = weightsOf(counted, possible);
  const total = sum(weights);
  const held = sum(counted.map((check, index) => ((facts.done && gates(check)) || facts.holds(check) ? (weights[index] ?? 0) : 0)));
  const part = total === 0 ? (facts.done ? 1 : 0) : held / total;
  const bonus = sum(checks.filter((check) => check.bonus === true && (hidden || !isHidden(check)) && facts.holds(check)).map((check) => check.points ?? 0));
  // A hint's quarter is said as it is: 7.5 of 10.
  return { earned: facts.done && part === 1 ? possible * share : Math.floor(possible * share * part), possible, bonus };
}

/** What each of a step's checks is worth: its own points, and the others share what is left. */
export function weightsOf(checks: readonly Check[], possible: number): readonly number[] {
  const named = sum(checks.map((check) => check.points ?? 0));
  const unnamed = checks.filter((check) => check.points === undefined).length;
  const rest = unnamed === 0 ? 0 : Math.max(0, possible - named) / unnamed;
  const weights = checks.map((check) => check.points ?? rest);
  return sum(weights) > 0 ? weights : checks.map(() => 1);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
