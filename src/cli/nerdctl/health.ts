/** Health checks: nerdctl keeps what to check and how it went in labels, and runs itself every so often (pkg/healthcheck). */
import type { ContainerdContainer, ImageConfig } from '../../interfaces/containerd.ts';
import type { OciStdio } from '../../interfaces/oci.ts';
import { Sink } from '../../linux/open-file.ts';
import type { Process } from '../../linux/process.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { newByteStream } from '../../sim/stream.ts';
import { type Context, type NerdctlCommand, NerdctlError, needArgs } from './context.ts';
import { oneContainer, taskOf } from './find.ts';
import { labels } from './labels.ts';
import { moment } from './output.ts';
import { stateDirectory } from './store.ts';

const second = 1e9;
const defaults = { Interval: 30 * second, Timeout: 30 * second, StartPeriod: 0, Retries: 3 };
const shownResults = 5;
const shownOutput = 4096;

type Config = { readonly Test?: readonly string[] } & Partial<typeof defaults>;
type State = { Status: string; FailingStreak: number; InStartPeriod: boolean };
type Result = { readonly Start: string; readonly End: string; readonly ExitCode: number; readonly Output: string };

/** The labels of a new container: flags before what the image says. */
export function healthLabels(context: Context, image: ImageConfig | undefined): Record<string, string> {
  const { flags } = context;
  const nanos = (name: string): number => Math.round(flags.duration(name) * 1e6);
  const times = [
    ['Interval', 'health-interval'],
    ['Timeout', 'health-timeout'],
    ['StartPeriod', 'health-start-period'],
  ] as const;
  const given = ['health-cmd', 'health-interval', 'health-timeout', 'health-retries', 'health-start-period'].filter((name) => flags.has(name));
  if (flags.bool('no-healthcheck')) {
    if (given.length > 0) throw new NerdctlError('--no-healthcheck conflicts with --health-* options');
    return { [labels.healthCheck]: JSON.stringify({ Test: ['NONE'] }) };
  }
  for (const [, name] of times) if (nanos(name) < 0) throw new NerdctlError(`--${name} cannot be negative`);
  if (flags.number('health-retries') < 0) throw new NerdctlError('--health-retries cannot be negative');
  const config: Config = {
    ...image?.config.Healthcheck,
    ...(flags.text('health-cmd') === '' ? {} : { Test: ['CMD-SHELL', flags.text('health-cmd')] }),
    ...Object.fromEntries(times.flatMap(([key, name]) => (flags.has(name) ? [[key, nanos(name)]] : []))),
    ...(flags.has('health-retries') ? { Retries: flags.number('health-retries') } : {}),
  };
  if (!config.Test?.length) return {};
  const { Interval, Timeout, Retries, StartPeriod } = filled(config);
  const whole = config.Test[0] === 'NONE' ? config : { Test: config.Test, Interval, Timeout, Retries, ...(StartPeriod === 0 ? {} : { StartPeriod }) };
  return { [labels.healthCheck]: JSON.stringify(whole), ...(config.Test[0] === 'NONE' ? {} : { [labels.healthState]: JSON.stringify(firstState(config)) }) };
}

const filled = (config: Config): typeof defaults => ({
  Interval: config.Interval || defaults.Interval,
  Timeout: config.Timeout || defaults.Timeout,
  StartPeriod: config.StartPeriod || defaults.StartPeriod,
  Retries: config.Retries || defaults.Retries,
});
const firstState = (config: Config): State => ({ Status: 'starting', FailingStreak: 0, InStartPeriod: (config.StartPeriod ?? 0) > 0 });

/** What is to be checked; undefined for nothing. */
export const healthConfig = ({ labels: own }: ContainerdContainer): Config | undefined =>
  own[labels.healthCheck] === undefined ? undefined : (JSON.parse(own[labels.healthCheck] ?? '') as Config);

const stateOf = ({ labels: own }: ContainerdContainer): State | undefined =>
  own[labels.healthState] === undefined ? undefined : (JSON.parse(own[labels.healthState] ?? '') as State);

const logPath = (context: Context, id: string): string => `${stateDirectory(context, id)}/health.json`;

/** `State.Health` of inspect. */
export function healthOf(context: Context, container: ContainerdContainer): { readonly Health?: object } {
  const state = stateOf(container);
  if (!state) return {};
  const path = logPath(context, container.id);
  const { fs } = context.process;
  const lines = fs.exists(path) ? fs.read(path).split('\n').filter(Boolean) : [];
  const results = lines.slice(-shownResults).map((line) => JSON.parse(line) as Result);
  const Log = results.map((each) => ({ ...each, Output: each.Output.slice(0, shownOutput) }));
  return { Health: { Status: state.Status, FailingStreak: state.FailingStreak, Log } };
}

/** Stands for the transient timer of systemd: `nerdctl container healthcheck` at once and an interval after each end, while `logger` lives. */
export function startHealthTimer(context: Context, { id, labels: own }: ContainerdContainer, logger: Process): void {
  const { namespace, process } = context;
  const config = healthConfig(context.client().containers.get(namespace, id));
  if (!config?.Test?.length || config.Test[0] === 'NONE' || process.env['DISABLE_HC_SYSTEMD'] === 'true') return;
  if (own[labels.healthState] !== undefined) context.client().containers.update(namespace, id, { [labels.healthState]: JSON.stringify(firstState(config)) });
  const { Interval } = filled(config);
  const argv = ['nerdctl', ...(namespace === 'default' ? [] : ['--namespace', namespace]), 'container', 'healthcheck', id];
  const env = { PATH: process.env['PATH'] ?? '' };
  logger.sim.go(
    (function* (): Routine {
      for (;;) {
        const child = logger.spawn({ argv, env, fds: new Map([0, 1, 2].map((fd) => [fd, new Sink(() => {})] as const)) });
        yield* logger.wait(child);
        yield* sleep(Interval / 1e6);
      }
    })(),
    `healthcheck:${id.slice(0, 12)}`,
  );
}

/** `nerdctl healthcheck`: one check now. Says nothing; inspect shows how it went. */
export const healthcheck: NerdctlCommand = {
  name: 'healthcheck',
  short: 'Execute the health check command in a container',
  usage: 'CONTAINER',
  flags: [],
  run: function* (context) {
    needArgs(context, 1, 1);
    const container = oneContainer(context, context.args[0] ?? '');
    const task = taskOf(context, container.id);
    if (!task) throw new NerdctlError(`failed to get container task: no running task found: task ${container.id} not found: not found`);
    if (task.status !== 'RUNNING') throw new NerdctlError(`container is not running (status: ${task.status.toLowerCase()})`);
    const config = healthConfig(container);
    if (!config) throw new NerdctlError('container has no health check configured');
    if (config.Test?.[0] === 'NONE') return 0;
    note(context, container, config, yield* probe(context, container, config));
    return 0;
  },
};

function* probe(context: Context, { id, spec }: ContainerdContainer, config: Config): Routine<Result> {
  const { process, namespace } = context;
  const [kind = '', ...rest] = config.Test ?? [];
  const args = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', rest.join(' ')] : kind === 'CMD' ? rest : [kind, ...rest];
  const start = process.now;
  const { Timeout } = filled(config);
  const { tasks } = context.client();
  const execId = `health-check-${process.sim.random.hex(12)}`;
  const out = newByteStream();
  const stdio: OciStdio = { stdout: out, stderr: out };
  const { terminal: _terminal, ...own } = spec.process;
  yield* tasks.exec(namespace, id, execId, { ...own, args }, stdio);
  const waiting = process.sim.go(tasks.waitExec(namespace, id, execId), execId);
  const until = start + Timeout / 1e6;
  let output = '';
  while (!waiting.done && process.now < until) {
    yield { on: [waiting.exited, out.changed], timeout: until - process.now };
    for (let piece = out.take(); piece; piece = out.take()) output += piece;
  }
  if (!waiting.done) {
    waiting.cancel();
    tasks.kill(namespace, id, 'SIGKILL', { execId });
    const text = `Health check exceeded timeout (${Timeout / second}s)`;
    return { Start: moment(start), End: moment(process.now), ExitCode: -1, Output: output === '' ? text : `${text}: ${output}` };
  }
  const exitCode = waiting.result ?? -1;
  return { Start: moment(start), End: moment(process.now), ExitCode: exitCode, Output: output };
}

/** executor.go updateHealthStatus. */
function note(context: Context, container: ContainerdContainer, config: Config, result: Result): void {
  const before = stateOf(container) ?? firstState(config);
  const { StartPeriod, Retries } = filled(config);
  const early = before.InStartPeriod && Date.parse(result.Start) - Number(container.createdAt) < StartPeriod / 1e6;
  const well = result.ExitCode === 0;
  const streak = well ? 0 : early ? before.FailingStreak : before.FailingStreak + 1;
  const Status = well ? 'healthy' : !early && streak >= Retries ? 'unhealthy' : before.Status;
  const state: State = { Status, FailingStreak: streak, InStartPeriod: before.InStartPeriod && early && !well };
  context.client().containers.update(context.namespace, container.id, { [labels.healthState]: JSON.stringify(state) });
  const path = logPath(context, container.id);
  const { fs } = context.process;
  fs.write(path, `${fs.exists(path) ? fs.read(path) : ''}${JSON.stringify(result)}\n`, { mode: 0o600 });
}
