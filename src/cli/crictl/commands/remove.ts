/** stop, stopp, rm, rmp. */
import type { RuntimeService } from '../../../interfaces/cri.ts';
import type { Routine } from '../../../sim/routine.ts';
import { calls } from '../calls.ts';
import { bool, type CrictlCommand, int } from '../command.ts';
import { type Context, Exit, Fatal, ShowHelp } from '../context.ts';
import { forEach } from '../several.ts';

export const stop: CrictlCommand = {
  name: 'stop',
  short: 'Stop one or more running containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  combineShort: true,
  flags: [
    bool('all', 'a', 'Stop all running containers'),
    int('timeout', 't', 'Seconds to wait to kill the container after a graceful stop is requested', '0'),
  ],
  run: function* (context) {
    const all = context.flags.bool('all');
    const runtime = yield* context.runtime();
    if (all && context.args.length > 0) throw new Exit('cannot specify CONTAINER-ID(s) when using --all');
    if (!all && context.args.length === 0)
      throw context.legacy ? new Fatal('ID cannot be empty') : new Exit('you must specify at least one CONTAINER-ID or use --all');
    const running = all ? runtime.listContainers({ state: 'CONTAINER_RUNNING' }).map(({ id }) => id) : context.args;
    if (running.length === 0) return yield* context.print('No running containers found.\n');
    for (const id of running) yield* stopContainer(context, runtime, id, context.flags.number('timeout'));
  },
};

function* stopContainer(context: Context, runtime: RuntimeService, id: string, timeout: number): Routine {
  yield* context.call(calls.stopContainer(id), `stopping the container ${JSON.stringify(id)}: `, () => runtime.stopContainer(id, timeout));
  yield* context.print(`${id}\n`);
}

export const stopp: CrictlCommand = {
  name: 'stopp',
  short: 'Stop one or more running pods',
  usage: 'POD-ID [POD-ID...]',
  flags: [],
  run: function* (context) {
    if (context.args.length === 0) throw new ShowHelp();
    const runtime = yield* context.runtime();
    for (const id of context.args) yield* stopPod(context, runtime, id);
  },
};

function* stopPod(context: Context, runtime: RuntimeService, id: string, failed = ''): Routine {
  yield* context.call(calls.stopPodSandbox(id), `stopping the pod sandbox ${JSON.stringify(id)}${failed}: `, () => runtime.stopPodSandbox(id));
  yield* context.print(`Stopped sandbox ${id}\n`);
}

export const rm: CrictlCommand = {
  name: 'rm',
  short: 'Remove one or more containers',
  usage: 'CONTAINER-ID [CONTAINER-ID...]',
  combineShort: true,
  flags: [
    bool('all', 'a', 'Remove all containers'),
    bool('force', 'f', 'Force removal of the container, disregarding if running'),
    bool('keep-logs', 'k', 'Preserve the container log file and its rotations'),
  ],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const ids = context.flags.bool('all') ? runtime.listContainers().map(({ id }) => id) : context.args;
    if (ids.length === 0) return yield* nothing(context, 'containers');
    yield* forEach(context, ids, (id) => removeContainer(context, runtime, id), 'unable to remove container(s)');
  },
};

function* nothing(context: Context, what: string): Routine {
  if (!context.flags.bool('all') || context.legacy) throw new ShowHelp();
  yield* context.log('info', `No ${what} to remove`);
}

function* removeContainer(context: Context, runtime: RuntimeService, id: string): Routine {
  const name = JSON.stringify(id);
  const status = yield* context.call(calls.containerStatus(id), context.legacy ? '' : `getting container status ${name}: `, () => runtime.containerStatus(id));
  if (status.state === 'CONTAINER_RUNNING') {
    if (!context.flags.bool('force')) throw new Fatal(`container ${name} is running, please stop it first`);
    yield* stopContainer(context, runtime, id, 0);
  }
  yield* context.call(calls.removeContainer(id), `removing container ${name}${context.legacy ? ' failed' : ''}: `, () => runtime.removeContainer(id));
  yield* context.print(`${id}\n`);
  if (!context.legacy && !context.flags.bool('keep-logs') && status.logPath !== '') yield* removeLogs(context, id, status.logPath);
}

/** The log and its rotations. */
function* removeLogs(context: Context, id: string, path: string): Routine {
  const { fs } = context.process;
  const cut = path.lastIndexOf('/') + 1;
  const rotated = fs.exists(path.slice(0, cut))
    ? fs
        .list(path.slice(0, cut))
        .map(([name]) => name)
        .filter((name) => name.startsWith(`${path.slice(cut)}.`))
    : [];
  for (const each of [...rotated.map((name) => path.slice(0, cut) + name), path]) {
    if (fs.exists(each)) fs.unlink(each);
    else yield* context.log('error', `removing log file ${each} for container ${JSON.stringify(id)} failed: remove ${each}: no such file or directory`);
  }
}

export const rmp: CrictlCommand = {
  name: 'rmp',
  short: 'Remove one or more pods',
  usage: 'POD-ID [POD-ID...]',
  combineShort: true,
  flags: [bool('all', 'a', 'Remove all pods'), bool('force', 'f', 'Force removal of the pod sandbox, disregarding if running')],
  run: function* (context) {
    const runtime = yield* context.runtime();
    const ids = context.flags.bool('all') ? runtime.listPodSandbox().map(({ id }) => id) : context.args;
    if (ids.length === 0) return yield* nothing(context, 'pods');
    yield* forEach(context, ids, (id) => removePod(context, runtime, id));
  },
};

function* removePod(context: Context, runtime: RuntimeService, id: string): Routine {
  const name = JSON.stringify(id);
  const status = yield* context.call(calls.plain, `getting sandbox status of pod ${name}: `, () => runtime.podSandboxStatus(id));
  if (status.state === 'SANDBOX_READY') {
    if (!context.flags.bool('force')) throw new Fatal(`pod sandbox ${name} is running, please stop it first`);
    yield* stopPod(context, runtime, id, ' failed');
  }
  yield* context.call(calls.removePodSandbox(id), `removing the pod sandbox ${name}: `, () => runtime.removePodSandbox(id));
  yield* context.print(`Removed sandbox ${id}\n`);
}
