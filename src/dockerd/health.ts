/** Health checks: a command in the container every so often, and what its exits say (moby daemon/health.go). */
import { DockerError, type Healthcheck } from '../interfaces/docker.ts';
import { type Routine, sleep } from '../sim/routine.ts';
import type { Engine } from './engine.ts';
import { startExec } from './exec.ts';
import type { Container, HealthState } from './state.ts';

const second = 1e9;
/** What an image or a flag leaves open, in nanoseconds. */
const defaults = { Interval: 30 * second, Timeout: 30 * second, StartPeriod: 0, StartInterval: 5 * second, Retries: 3 };
const keptResults = 5;
const keptOutput = 4096;

/** Whether there is anything to check. */
const hasHealthcheck = ({ config }: Container): boolean => {
  const test = config.Healthcheck?.Test ?? [];
  return test.length > 0 && test[0] !== 'NONE';
};

/** Checks until the container's present run has ended; it is `starting` at once. */
export function watchHealth(engine: Engine, container: Container): void {
  if (!hasHealthcheck(container)) return;
  const health: HealthState = { Status: 'starting', FailingStreak: 0, Log: [] };
  container.health = health;
  engine.sim.go(watch(engine, container, health), `health:${container.id.slice(0, 12)}`);
}

function* watch(engine: Engine, container: Container, health: HealthState): Routine {
  const check = withDefaults(container.config.Healthcheck);
  const { startedAt } = container;
  const goesOn = (): boolean => container.running && container.startedAt === startedAt;
  for (;;) {
    const starting = health.Status === 'starting' && engine.now - startedAt < check.StartPeriod / 1e6;
    yield* sleep((starting ? check.StartInterval : check.Interval) / 1e6);
    if (!goesOn()) return;
    if (container.status === 'paused') continue;
    const result = yield* probe(engine, container, check);
    if (!goesOn()) return;
    note(engine, container, health, { ...result, inStartPeriod: engine.now - startedAt < check.StartPeriod / 1e6, retries: check.Retries });
  }
}

type Result = { readonly start: number; readonly exitCode: number; readonly output: string };

function* probe(engine: Engine, container: Container, check: Required<Healthcheck>): Routine<Result> {
  const start = engine.now;
  const [kind, ...command] = check.Test;
  const cmd = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', command.join(' ')] : command;
  try {
    const session = yield* startExec(engine, container, { cmd, tty: false, stdin: false, detach: false, env: [], user: '', workdir: '', privileged: false });
    const until = start + check.Timeout / 1e6;
    while (session.outcome() === undefined && engine.now < until) yield { on: [session.ended], timeout: until - engine.now };
    const outcome = session.outcome();
    const output = `${session.stdout.take() ?? ''}${session.stderr?.take() ?? ''}`;
    if (!outcome) return { start, exitCode: -1, output: `Health check exceeded timeout (${check.Timeout / second}s)${output === '' ? '' : `: ${output}`}` };
    return { start, exitCode: outcome.exitCode, output: outcome.error ?? output.slice(0, keptOutput) };
  } catch (error) {
    if (error instanceof DockerError) return { start, exitCode: -1, output: error.message };
    throw error;
  }
}

function note(engine: Engine, container: Container, health: HealthState, result: Result & { readonly inStartPeriod: boolean; readonly retries: number }): void {
  const before = health.Status;
  health.Log = [...health.Log, { Start: result.start, End: engine.now, ExitCode: result.exitCode, Output: result.output }].slice(-keptResults);
  if (result.exitCode === 0) {
    health.FailingStreak = 0;
    health.Status = 'healthy';
  } else if (!(health.Status === 'starting' && result.inStartPeriod)) {
    health.FailingStreak++;
    if (health.FailingStreak >= result.retries) health.Status = 'unhealthy';
  }
  if (health.Status === before) return;
  engine.emitContainer(`health_status: ${health.Status}`, container);
  container.changed.notify();
}

const withDefaults = (given: Healthcheck = {}): Required<Healthcheck> => ({
  Test: given.Test ?? [],
  Interval: given.Interval || defaults.Interval,
  Timeout: given.Timeout || defaults.Timeout,
  StartPeriod: given.StartPeriod || defaults.StartPeriod,
  StartInterval: given.StartInterval || defaults.StartInterval,
  Retries: given.Retries || defaults.Retries,
});
