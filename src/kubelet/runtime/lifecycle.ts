/** postStart and preStop: kubernetes pkg/kubelet/lifecycle/handlers.go. */
import type { ContainerSpec, core } from '../../api/types.ts';
import { CriError } from '../../interfaces/cri.ts';
import { type Milliseconds, type Routine, sleep } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { httpGet, resolvePort } from '../probes/dialing.ts';

const hookTimeout: Milliseconds = 30_000;

/** Runs a hook; the text of its failure, or undefined. */
export function* runHook(
  context: Context,
  containerId: string,
  container: ContainerSpec,
  hook: core.LifecycleHandler,
  podIp: string,
): Routine<string | undefined> {
  if (hook.exec) return yield* execHook(context, containerId, hook.exec.command ?? []);
  if (hook.httpGet) {
    const port = resolvePort(hook.httpGet.port, container);
    if (port === undefined) return `could not find port: ${hook.httpGet.port}`;
    const result = yield* httpGet(context, hook.httpGet, hook.httpGet.host || podIp, port, hookTimeout);
    return 'error' in result ? result.error : undefined;
  }
  const { sleep: pause } = hook as { sleep?: { seconds: number } };
  if (pause) yield* sleep(pause.seconds * 1000);
  return undefined;
}

function* execHook(context: Context, containerId: string, command: readonly string[]): Routine<string | undefined> {
  try {
    const result = yield* context.cri().runtime.execSync(containerId, command, 0);
    if (result.exitCode === 0) return undefined;
    return `command '${command.join(' ')}' exited with ${result.exitCode}: ${result.stderr}${result.stdout}`.trimEnd();
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    return error.message;
  }
}
