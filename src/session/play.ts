/** Plays a script in a session: each line is typed when a prompt waits; `@answer STEP VALUE…`, `@hint STEP`, `@next STEP` and `@wait SECONDS` do the rest. */
import type { Milliseconds } from '../sim/routine.ts';
import type { Session } from './session.ts';
import { withinOf } from './within.ts';

/** A typed command may take this long before the script is given up. */
const lineLimit: Milliseconds = 10 * 60_000;
/** What a step's checks are given when they name no time of their own. */
const settleTime: Milliseconds = 2_000;

type PlayResult = { readonly finished: boolean /** The line that never came back. */; readonly stuckAt?: string };

/** For solutions and wrong samples: each line waits until the one before is done. `stuckAt` is the line for which no prompt came. */
export function playScript(session: Session, script: string): PlayResult {
  for (const line of script.replace(/\n+$/, '').split('\n')) {
    if (!playLine(session, line)) return { finished: session.run?.finished ?? false, stuckAt: line };
    settle(session);
  }
  return { finished: session.run?.finished ?? false };
}

function playLine(session: Session, line: string): boolean {
  const [word = '', ...rest] = line.trim().split(/\s+/);
  const [step = '', ...values] = rest;
  if (word === '@answer') session.input({ answer: values, step });
  else if (word === '@hint') session.input({ hint: step });
  else if (word === '@next') session.input({ next: step });
  else if (word === '@wait') session.tick(Number(step) * 1000);
  else {
    session.input({ line });
    // The prompt is still there until the shell has read the line.
    session.cluster.sim.advanceUntil(() => !session.atPrompt || session.ended, 1_000);
    return session.untilPrompt(lineLimit);
  }
  return true;
}

/** Gives the world the time that the step’s checks grant it. */
export function settle(session: Session): void {
  // The prompt is back at this very moment: the checks have not seen what the line did.
  session.look();
  const { run } = session;
  const step = run?.step;
  if (!run || !step?.checks) return;
  const index = run.current;
  const time = Math.max(settleTime, ...step.checks.map(withinOf));
  session.cluster.sim.advanceUntil(() => run.current !== index || !waits(session), time);
  session.look();
}

/** Waiting only helps where a fact is missing that the world may still bring about, not where the learner has yet to do something. */
function waits(session: Session): boolean {
  const { run } = session;
  const state = run?.steps[run.current];
  return (run?.step?.checks ?? []).every((check) => state?.verdicts.get(check.id ?? '')?.state === 'passed' || !('command' in check || 'answer' in check));
}
