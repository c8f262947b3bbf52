/** A builder's errors in the engine's words. */
import { BuildError } from '../interfaces/buildkit.ts';
import { DockerError } from '../interfaces/docker.ts';
import type { Routine } from '../sim/routine.ts';

/** A build's error as the engine's API gives it. */
export function* asDockerError<T>(work: Routine<T>): Routine<T> {
  try {
    return yield* work;
  } catch (error) {
    throw ofEngine(error);
  }
}

/** The same of work that takes no time. */
export function asDockerErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ofEngine(error);
  }
}

const ofEngine = (error: unknown): unknown =>
  error instanceof BuildError ? new DockerError(/^k8s-lab: /.test(error.message) ? 501 : 400, error.message, error.lines) : error;
