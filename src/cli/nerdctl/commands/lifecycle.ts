/** start, stop, restart, kill, pause, unpause, wait, rename, rm. */

import type { ContainerdContainer } from '../../../interfaces/containerd.ts';
import { parseSignal } from '../../../linux/signals.ts';
import type { Routine } from '../../../sim/routine.ts';
import { forwardSignals } from '../../containerd-client.ts';
import { absent } from '../../flags.ts';
import { Foreground } from '../../streams.ts';
import { needTerminal } from '../console.ts';
import { bool, type Context, int, type NerdctlCommand, NerdctlError, needArgs, text } from '../context.ts';
import { eachContainer, oneContainer, taskOf } from '../find.ts';
import { waitForLogger } from '../find-logger.ts';
import { updateHosts } from '../hosts.ts';
import { labels } from '../labels.ts';
import { removeContainer } from '../remove.ts';
import { resourcesOf } from '../spec.ts';
import { acquireName, hostsDirectory, releaseName } from '../store.ts';
import { startTask } from '../tasks.ts';

/** containerutil.Stop: the signal, then SIGKILL when the time is over. */
export function* stopContainer(context: Context, container: ContainerdContainer, seconds?: number, signal = ''): Routine {
  const client = context.client();
  const { namespace } = context;
  const { id, labels: own } = container;
  client.containers.update(namespace, id, { [labels.explicitlyStopped]: 'true' });
  const task = taskOf(context, id);
  if (!task || task.status === 'STOPPED' || task.status === 'CREATED') return;
  if (task.status === 'PAUSED') client.tasks.resume(namespace, id);
  const timeout = seconds ?? Number(own[labels.stopTimeout] ?? 10);
  const gone = (): boolean => taskOf(context, id)?.status !== 'RUNNING';
  if (timeout > 0) {
    client.tasks.kill(namespace, id, signal || own[labels.stopSignal] || 'SIGTERM');
    const until = context.process.now + timeout * 1000;
    const logger = context.process.sim.go(client.tasks.wait(namespace, id));
    while (!gone() && context.process.now < until)
      yield { on: [context.process.kernel.processes.get(task.pid)?.changed ?? context.process.changed], timeout: until - context.process.now };
    logger.cancel();
  }
  if (!gone()) client.tasks.kill(namespace, id, 'SIGKILL');
  yield* client.tasks.wait(namespace, id);
  yield* waitForLogger(context, id);
}

function* startOne(context: Context, container: ContainerdContainer): Routine {
  const task = taskOf(context, container.id);
  if (task?.status === 'RUNNING') return;
  if (task?.status === 'PAUSED') throw new NerdctlError(`cannot start a paused container, try unpause instead`);
  yield* startTask(context, context.client().containers.get(context.namespace, container.id));
}

export const start: NerdctlCommand = {
  name: 'start',
  short: 'Start one or more stopped containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [
    bool('attach,a', 'Attach STDOUT/STDERR and forward signals'),
    bool('interactive,i', "Attach container's STDIN"),
    ...absent([text('detach-keys', 'Override the default detach keys', 'ctrl-p,ctrl-q')]),
  ],
  run: function* (context) {
    needArgs(context, 1);
    if (!context.flags.bool('attach') && !context.flags.bool('interactive'))
      return yield* eachContainer(context, function* (container, request) {
        yield* startOne(context, container);
        yield* context.print(`${request}\n`);
      });
    if (context.args.length > 1) throw new NerdctlError('you cannot start and attach multiple containers at once');
    const container = oneContainer(context, context.args[0] ?? '', (name) => `no such container: ${name}`);
    const tty = container.spec.process.terminal === true;
    if (tty) needTerminal(context);
    const console = new Foreground(context.process, { tty, stdin: context.flags.bool('interactive') || tty });
    yield* startTask(context, container, console);
    forwardSignals(context, container.id);
    const status = yield* context.client().tasks.wait(context.namespace, container.id);
    yield* console.finish();
    return status;
  },
};

const stopFlags = [int('time,t', 'Seconds to wait before sending a SIGKILL', '10'), text('signal,s', 'Signal to send to the container')];
const seconds = ({ flags }: Context): number | undefined => (flags.has('time') ? flags.number('time') : undefined);

export const stop: NerdctlCommand = {
  name: 'stop',
  short: 'Stop one or more running containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: stopFlags,
  run: function* (context) {
    needArgs(context, 1);
    return yield* eachContainer(context, function* (container, request) {
      yield* stopContainer(context, container, seconds(context), context.flags.text('signal'));
      yield* context.print(`${request}\n`);
    });
  },
};

export const restart: NerdctlCommand = {
  name: 'restart',
  short: 'Restart one or more running containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: stopFlags,
  run: function* (context) {
    needArgs(context, 1);
    return yield* eachContainer(context, function* (container, request) {
      yield* stopContainer(context, container, seconds(context), context.flags.text('signal'));
      yield* startOne(context, container);
      yield* context.print(`${request}\n`);
    });
  },
};

export const kill: NerdctlCommand = {
  name: 'kill',
  short: 'Kill one or more running containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [text('signal,s', 'Signal to send to the container', 'KILL')],
  run: function* (context) {
    needArgs(context, 1);
    const given = context.flags.text('signal');
    const signal = parseSignal(given);
    if (!signal) throw new NerdctlError(`unknown signal ${JSON.stringify(given)}`);
    return yield* eachContainer(context, function* (container) {
      const { id } = container;
      const task = taskOf(context, id);
      if (task?.status !== 'RUNNING' && task?.status !== 'PAUSED') throw new NerdctlError(`cannot kill container ${id}: container is not running`);
      const client = context.client();
      client.containers.update(context.namespace, id, { [labels.explicitlyStopped]: 'true' });
      client.tasks.kill(context.namespace, id, signal);
      if (task.status === 'PAUSED') client.tasks.resume(context.namespace, id);
      if (signal === 'SIGKILL') {
        yield* client.tasks.wait(context.namespace, id);
        yield* waitForLogger(context, id);
      }
      yield* context.print(`${id}\n`);
    });
  },
};

export const pause: NerdctlCommand = {
  name: 'pause',
  short: 'Pause all processes within one or more containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [],
  run: function* (context) {
    needArgs(context, 1);
    return yield* eachContainer(context, function* ({ id }, request) {
      const task = taskOf(context, id);
      if (task?.status === 'PAUSED') throw new NerdctlError(`container ${id} is already paused`);
      if (task?.status !== 'RUNNING') throw new NerdctlError(`container ${id} is not running`);
      context.client().tasks.pause(context.namespace, id);
      yield* context.print(`${request}\n`);
    });
  },
};

export const unpause: NerdctlCommand = {
  name: 'unpause',
  short: 'Unpause all processes within one or more containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [],
  run: function* (context) {
    needArgs(context, 1);
    return yield* eachContainer(context, function* ({ id }, request) {
      if (taskOf(context, id)?.status !== 'PAUSED') throw new NerdctlError(`container ${id} is not paused`);
      context.client().tasks.resume(context.namespace, id);
      yield* context.print(`${request}\n`);
    });
  },
};

export const wait: NerdctlCommand = {
  name: 'wait',
  short: 'Block until one or more containers stop, then print their exit codes.',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [],
  run: function* (context) {
    needArgs(context, 1);
    return yield* eachContainer(context, function* ({ id }) {
      yield* context.print(`${yield* context.client().tasks.wait(context.namespace, id)}\n`);
    });
  },
};

export const rename: NerdctlCommand = {
  name: 'rename',
  short: 'rename a container',
  usage: 'CONTAINER NEW_NAME',
  flags: [],
  run: function* (context) {
    needArgs(context, 2, 2);
    const [request = '', name = ''] = context.args;
    const container = oneContainer(context, request, (each) => `no such container ${each}`);
    acquireName(context, name, container.id);
    releaseName(context, container.labels[labels.name] ?? '');
    context.client().containers.update(context.namespace, container.id, { [labels.name]: name });
    const path = `${hostsDirectory(context, container.id)}/meta.json`;
    const { fs } = context.process;
    if (fs.exists(path)) fs.write(path, JSON.stringify({ ...(JSON.parse(fs.read(path)) as object), Name: name }));
    updateHosts(fs, hostsDirectory(context));
    return 0;
  },
};

export const rm: NerdctlCommand = {
  name: 'rm',
  short: 'Remove one or more containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [
    bool('force,f', 'Force the removal of a running|paused|unknown container (uses SIGKILL)'),
    bool('volumes,v', 'Remove volumes associated with the container'),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const options = { force: context.flags.bool('force'), volumes: context.flags.bool('volumes') };
    try {
      return yield* eachContainer(context, function* (container, request) {
        yield* removeContainer(context, container, options);
        yield* context.print(`${request}\n`);
      });
    } catch (error) {
      if (!(error instanceof NerdctlError) || !options.force) throw error;
      yield* context.log('error', error.message);
      return 0;
    }
  },
};

export const update: NerdctlCommand = {
  name: 'update',
  short: 'Update one or more running containers',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [
    { name: 'cpus', type: 'float', usage: 'Number of CPUs' },
    int('cpu-shares', 'CPU shares (relative weight)'),
    int('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
    int('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
    text('memory,m', 'Memory limit'),
    int('pids-limit', 'Tune container pids limit (set -1 for unlimited)'),
    text('restart', 'Restart policy to apply when a container exits'),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const resources = resourcesOf(context.flags);
    const policy = context.flags.text('restart');
    return yield* eachContainer(context, function* ({ id, spec }) {
      const client = context.client();
      const { resources: old } = spec.linux;
      if (Object.keys(resources).length > 0)
        client.containers.update(context.namespace, id, {}, { ...spec, linux: { ...spec.linux, resources: { ...old, ...resources } } });
      if (policy !== '')
        client.containers.update(context.namespace, id, { [labels.restartPolicy]: policy, [labels.restartStatus]: policy === 'no' ? '' : 'running' });
      if (Object.keys(resources).length > 0 && taskOf(context, id)?.status === 'RUNNING') client.tasks.update(context.namespace, id, resources);
    });
  },
};

export const prune: NerdctlCommand = {
  name: 'prune',
  short: 'Remove all stopped containers',
  flags: [bool('force,f', 'Do not prompt for confirmation')],
  run: function* (context) {
    if (!context.flags.bool('force') && !(yield* confirmed(context, 'This will remove all stopped containers.'))) return 0;
    yield* pruneContainers(context);
    return 0;
  },
};

/** Removes what does not run; says what went. */
export function* pruneContainers(context: Context): Routine {
  const removed: string[] = [];
  for (const container of context.client().containers.list(context.namespace)) {
    const status = taskOf(context, container.id)?.status;
    if (status === 'RUNNING' || status === 'PAUSED') continue;
    yield* removeContainer(context, container, { volumes: true });
    removed.push(container.id);
  }
  if (removed.length > 0) yield* context.print(`Deleted Containers:\n${removed.map((id) => `${id}\n`).join('')}\n`);
}

/** helpers.Confirm. */
export function* confirmed(context: Context, warning: string): Routine<boolean> {
  yield* context.print(`WARNING! ${warning}\nAre you sure you want to continue? [y/N] `);
  const answer = ((yield* context.process.stdin.read()) ?? '').trim().toLowerCase();
  return answer === 'y';
}
