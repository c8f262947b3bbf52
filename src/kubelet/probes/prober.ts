/** One look at a container: kubernetes pkg/kubelet/prober/prober.go, pkg/probe. */
import type { ContainerSpec, core } from '../../api/types.ts';
import { CriError } from '../../interfaces/cri.ts';
import type { Condition, Milliseconds, Routine } from '../../sim/routine.ts';
import type { Context } from '../context.ts';
import { expand } from '../expansion.ts';
import { httpGet, resolvePort, tcpConnect } from './dialing.ts';

/** `unknown` is tried again at once, a few times; `output` goes into the Unhealthy event. */
export type ProbeOutcome = {
  readonly result: 'success' | 'failure' | 'warning' | 'unknown';
  readonly output: string;
  /** The probe itself could not be made. */
  readonly error?: string;
  /** Looking again is of no use before this is notified. */
  readonly until?: Condition;
};

type ProbeTarget = { readonly containerId: string; readonly container: ContainerSpec; readonly podIp: string };

const maxOutput = 10 * 1024;
const success: ProbeOutcome = { result: 'success', output: '' };
const failure = (output: string): ProbeOutcome => ({ result: 'failure', output });

/** One attempt, with the probe's own timeout. */
export function* runProbe(context: Context, probe: core.Probe, target: ProbeTarget): Routine<ProbeOutcome> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const { container, podIp } = target;
  if (probe.exec) return yield* execProbe(context, probe.exec, target, timeout);
  if (probe.httpGet) {
    const port = resolvePort(probe.httpGet.port, container);
    if (port === undefined) return invalidPort(probe.httpGet.port);
    const result = yield* httpGet(context, probe.httpGet, probe.httpGet.host || podIp, port, timeout);
    if ('error' in result) return failure(result.error);
    const { status, body } = result.response;
    if (status >= 200 && status < 400) return { result: 'success', output: body.slice(0, maxOutput), ...(result.until && { until: result.until }) };
    return failure(`HTTP probe failed with statuscode: ${status}`);
  }
  if (probe.tcpSocket) {
    const port = resolvePort(probe.tcpSocket.port, container);
    if (port === undefined) return invalidPort(probe.tcpSocket.port);
    const failed = yield* tcpConnect(context, probe.tcpSocket.host || podIp, port, timeout);
    return failed ? failure(failed.error) : success;
  }
  if (probe.grpc) {
    const failed = yield* tcpConnect(context, podIp, probe.grpc.port, timeout);
    if (!failed) return success;
    return failure(`timeout: failed to connect service "${podIp}:${probe.grpc.port}" within ${timeout / 1000}s: context deadline exceeded`);
  }
  return { result: 'unknown', output: '', error: `missing probe handler for ${container.name}` };
}

const invalidPort = (port: number | string): ProbeOutcome => ({ result: 'unknown', output: '', error: `couldn't find port: ${JSON.stringify(port)}` });

function* execProbe(context: Context, action: core.ExecAction, { containerId, container }: ProbeTarget, timeout: Milliseconds): Routine<ProbeOutcome> {
  const values = new Map((container.env ?? []).map(({ name, value }) => [name, value]));
  const command = (action.command ?? []).map((word) => expand(word, (name) => values.get(name)));
  const text = command.join(' ');
  try {
    const { exitCode, stdout, stderr } = yield* context.cri().runtime.execSync(containerId, command, timeout / 1000);
    const output = (stdout + stderr).slice(0, maxOutput);
    return exitCode === 0 ? { result: 'success', output } : failure(output);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    if (error.code === 'DeadlineExceeded') return failure(`command timed out: "${text}" timed out after ${timeout / 1000}s`);
    return { result: 'unknown', output: '', error: error.message };
  }
}
