/** ctr tasks. */
import { ContainerdError, isMissing } from '../../../interfaces/containerd.ts';
import { parseSignal } from '../../../linux/signals.ts';
import { type Routine, sleep } from '../../../sim/routine.ts';
import { forwardSignals } from '../../containerd-client.ts';
import { noCriu } from '../../criu.ts';
import { copyOut, terminalOf } from '../../streams.ts';
import { foreground, nowhere } from '../console.ts';
import { bool, type Context, type CtrCommand, CtrError, text } from '../context.ts';
import { table } from '../output.ts';
import { exec } from './exec.ts';

const start: CtrCommand = {
  name: 'start',
  short: 'Start a container that has been created',
  usage: '[flags] CONTAINER',
  flags: [
    bool('null-io', 'Send all IO to /dev/null'),
    text('log-uri', 'Log uri'),
    text('fifo-dir', 'Directory used for storing IO FIFOs'),
    text('pid-file', "File path to write the task's pid"),
    bool('detach,d', 'Detach from the task after it has started execution'),
  ],
  run: function* (context) {
    const [id] = context.args;
    if (id === undefined) throw new CtrError('container id must be provided');
    const client = context.client();
    const { namespace } = context;
    const container = client.containers.get(namespace, id);
    const console = context.flags.bool('detach') ? undefined : foreground(context, container.spec.process.terminal ?? false);
    const pid = yield* client.tasks.create(namespace, id, console?.stdio ?? nowhere());
    console?.attach(terminalOf(context.process, pid));
    yield* client.tasks.start(namespace, id);
    if (!console) return 0;
    forwardSignals(context, id);
    const status = yield* client.tasks.wait(namespace, id);
    yield* console.finish();
    yield* client.tasks.delete(namespace, id);
    return status;
  },
};

const kill: CtrCommand = {
  name: 'kill',
  short: 'Signal a container (default: SIGTERM)',
  usage: '[flags] CONTAINER',
  flags: [
    text('signal,s', 'Signal to send to the container'),
    text('exec-id', 'Process ID to kill'),
    bool('all,a', 'Send signal to all processes inside the container'),
  ],
  run: function* (context) {
    const [id] = context.args;
    if (id === undefined) throw new CtrError('container id must be provided');
    const asked = context.flags.text('signal') || 'SIGTERM';
    const execId = context.flags.text('exec-id');
    if (execId !== '' && context.flags.bool('all')) throw new CtrError('specify an exec-id or all; not both');
    // Any number may be asked for; that there is no such signal the kernel says.
    const number = /^[1-9]\d*$/.test(asked);
    if (!parseSignal(asked) && !number) throw new CtrError(`invalid signal: ${asked}`);
    context.client().tasks.kill(context.namespace, id, asked, { ...(execId === '' ? {} : { execId }), all: context.flags.bool('all') });
    yield* sleep(2);
    return 0;
  },
};

const remove: CtrCommand = {
  name: 'delete',
  aliases: ['del', 'remove', 'rm'],
  short: 'Delete one or more tasks',
  usage: 'CONTAINER [CONTAINER, ...]',
  flags: [bool('force,f', 'Force delete task process'), text('exec-id', 'Process ID to kill')],
  run: function* (context) {
    const client = context.client();
    const { namespace } = context;
    let failed: string | undefined;
    for (const id of context.args) {
      try {
        client.tasks.get(namespace, id);
      } catch (error) {
        if (!isMissing(error)) throw error;
        yield* context.log('error', `failed to load task from ${id}`, error.message);
        failed ??= error.message;
        continue;
      }
      const execId = context.flags.text('exec-id');
      try {
        if (execId !== '') {
          const status = client.tasks.deleteExec(namespace, id, execId);
          if (status !== 0) return status;
          continue;
        }
        if (context.flags.bool('force')) yield* killHard(context, id);
        const { exitStatus } = yield* client.tasks.delete(namespace, id);
        if (exitStatus !== 0) yield* context.log('warning', `task ${id} exit with non-zero exit code ${exitStatus}`);
      } catch (error) {
        if (!(error instanceof ContainerdError)) throw error;
        yield* context.log('error', `unable to delete ${id}`, error.message);
        failed ??= error.message;
      }
    }
    if (failed !== undefined) throw new CtrError(failed);
    return 0;
  },
};

function* killHard(context: Context, id: string): Routine {
  const client = context.client();
  if (client.tasks.get(context.namespace, id).status === 'STOPPED') return;
  client.tasks.kill(context.namespace, id, 'SIGKILL', { all: true });
  yield* client.tasks.wait(context.namespace, id);
}

const listTasks: CtrCommand = {
  name: 'list',
  aliases: ['ls'],
  short: 'List tasks',
  usage: '[flags]',
  flags: [bool('quiet,q', 'Print only the task id')],
  run: function* (context) {
    const tasks = context.client().tasks.list(context.namespace);
    if (context.flags.bool('quiet'))
      yield* context.print(
        [...tasks]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map(({ id }) => `${id}\n`)
          .join(''),
      );
    else {
      const rows = [['TASK', 'PID', 'STATUS'], ...tasks.map(({ id, pid, status }) => [id, String(pid), status])];
      const [head = '', ...rest] = table(rows, 4).split('\n');
      // Only the header ends with blanks.
      yield* context.print([head.trimEnd().concat('    '), ...rest.map((row) => row.trimEnd())].join('\n'));
    }
    return 0;
  },
};

const simple = (name: string, short: string, act: (context: Context, id: string) => Routine | undefined): CtrCommand => ({
  name,
  short,
  usage: 'CONTAINER',
  flags: [],
  run: function* (context) {
    const [id = ''] = context.args;
    if (id === '' && name === 'ps') throw new CtrError('container id must be provided');
    yield* act(context, id) ?? [];
    return 0;
  },
});

const metrics: CtrCommand = {
  name: 'metrics',
  aliases: ['metric'],
  short: 'Get a single data point of metrics for a task with the built-in Linux runtime',
  usage: 'CONTAINER',
  flags: [text('format', '"table" or "json"', 'table')],
  run: function* (context) {
    const [id = ''] = context.args;
    const values = context.client().tasks.metrics(context.namespace, id);
    if (!['table', 'json'].includes(context.flags.text('format'))) throw new CtrError('format must be table or json');
    const { 'memory.oom_kill': kills = 0, 'pids.limit': pids = 0, ...others } = values;
    const rows = Object.entries({ 'pids.current': 0, 'pids.limit': pids || 2 ** 64, ...others, 'memory.swap_usage': 0, 'memory.swap_limit': 2 ** 64 });
    const shown = rows.map(([key, value]) => [key, value >= 2 ** 64 ? '18446744073709551615' : String(value)]);
    if (context.flags.text('format') === 'json') yield* context.print(metricsJson([...shown, ['memory_events.oom_kill', String(kills)]]));
    else {
      const { now } = context.process;
      const stamp = `seconds:${Math.floor(now / 1000)} nanos:${Math.floor((now % 1000) * 1e6)}`;
      const head = [
        ['ID', 'TIMESTAMP'],
        [id, stamp],
      ];
      yield* context.print(`${table(head, 4)}\n${table([['METRIC', 'VALUE'], ...shown], 4)}`);
    }
    return 0;
  },
};

/** The message of cgroup v2: what is 0 is left out, and numbers are of 64 bits, which JSON.stringify cannot write. */
function metricsJson(rows: readonly (readonly string[])[]): string {
  const groups = new Map<string, string[]>();
  for (const [name = '', value = ''] of rows) {
    const [group = '', key = ''] = name.split('.');
    const lines = groups.get(group) ?? [];
    groups.set(group, value === '0' ? lines : [...lines, `    "${key}": ${value}`]);
  }
  const bodies = [...groups].map(([name, lines]) => `  "${name}": ${lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`}`);
  return `{\n${bodies.join(',\n')}\n}\n`;
}

const attach: CtrCommand = {
  name: 'attach',
  short: 'Attach to the IO of a running container',
  usage: 'CONTAINER',
  flags: [],
  run: function* (context) {
    const [id = ''] = context.args;
    const client = context.client();
    const { stdout, stderr } = client.tasks.stdio(context.namespace, id);
    client.tasks.get(context.namespace, id);
    if (stdout) context.process.sim.go(copyOut(stdout, context.process.stdout));
    if (stderr) context.process.sim.go(copyOut(stderr, context.process.stderr));
    forwardSignals(context, id);
    return yield* client.tasks.wait(context.namespace, id);
  },
};

/** runc asks for CRIU first, and the lab's nodes have none. */
const checkpoint: CtrCommand = {
  name: 'checkpoint',
  short: 'Checkpoint a container',
  usage: '[flags] CONTAINER',
  flags: [
    bool('exit', 'Stop the container after the checkpoint'),
    text('image-path', 'Path to criu image files'),
    text('work-path', 'Path to criu work files and logs'),
  ],
  run: function* (context) {
    const [id] = context.args;
    if (id === undefined) throw new CtrError('container id must be provided');
    const { namespace, flags } = context;
    context.client().tasks.get(namespace, id);
    yield* sleep(5);
    const log = `${flags.text('work-path') || `/run/containerd/io.containerd.runtime.v2.task/${namespace}/${id}`}/criu-dump.log`;
    throw new CtrError(`runc did not terminate successfully: exit status 1: ${noCriu} path= ${log}`);
  },
};

export const tasks: CtrCommand = {
  name: 'tasks',
  aliases: ['t', 'task'],
  short: 'Manage tasks',
  commands: [
    attach,
    checkpoint,
    remove,
    exec,
    listTasks,
    kill,
    metrics,
    simple('pause', 'Pause an existing container', (context, id) => void context.client().tasks.pause(context.namespace, id) as undefined),
    simple('ps', 'List processes for container', (context, id) =>
      context.print(
        table(
          [
            ['PID', 'INFO'],
            ...context
              .client()
              .tasks.pids(context.namespace, id)
              .map(({ pid, info }) => [String(pid), info]),
          ],
          4,
          false,
        ),
      ),
    ),
    simple('resume', 'Resume a paused container', (context, id) => void context.client().tasks.resume(context.namespace, id) as undefined),
    start,
  ],
};
