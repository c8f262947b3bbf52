/** nerdctl exec. */
import type { OciSpec } from '../../../interfaces/oci.ts';
import { Foreground, terminalOf } from '../../streams.ts';
import { needTerminal } from '../console.ts';
import { bool, type Context, list, type NerdctlCommand, NerdctlError, needArgs, slice, text } from '../context.ts';
import { environment } from '../create.ts';
import { oneContainer, taskOf } from '../find.ts';
import { findUser } from '../spec.ts';

export const exec: NerdctlCommand = {
  name: 'exec',
  short: 'Run a command in a running container',
  usage: 'CONTAINER COMMAND [ARG...]',
  interspersed: false,
  flags: [
    bool('tty,t', 'Allocate a pseudo-TTY'),
    bool('interactive,i', 'Keep STDIN open even if not attached'),
    bool('detach,d', 'Detached mode: run command in the background'),
    text('workdir,w', 'Working directory inside the container'),
    list('env,e', 'Set environment variables'),
    slice('env-file', 'Set environment variables from file'),
    bool('privileged', 'Give extended privileges to the command'),
    text('user,u', 'Username or UID (format: <name|uid>[:<group|gid>])'),
  ],
  run: function* (context) {
    needArgs(context, 1);
    const [request = '', ...rest] = context.args;
    const args = rest[0] === '--' ? rest.slice(1) : rest;
    if (args.length === 0) throw new NerdctlError('requires at least 2 arg(s), only received 1');
    const { flags, namespace } = context;
    const detach = flags.bool('detach');
    const tty = flags.bool('tty');
    if (detach && flags.bool('interactive')) throw new NerdctlError('currently flag -i and -d cannot be specified together (FIXME)');
    if (detach && tty) throw new NerdctlError('currently flag -t and -d cannot be specified together (FIXME)');
    const { id } = oneContainer(context, request);
    if (tty) needTerminal(context);
    const task = taskOf(context, id);
    if (!task) throw new NerdctlError(`no running task found: task ${id} not found: not found`);
    if (task.status !== 'RUNNING') throw new NerdctlError(`cannot exec in a ${task.status === 'PAUSED' ? 'paused' : 'stopped'} state`);
    const execId = `exec-${context.process.sim.random.hex(64)}`;
    const console = new Foreground(context.process, { tty, stdin: flags.bool('interactive') });
    const { tasks } = context.client();
    const pid = yield* tasks.exec(namespace, id, execId, processOf(context, id, args), detach ? {} : console.stdio);
    if (detach) return 0;
    console.attach(terminalOf(context.process, pid));
    const status = yield* tasks.waitExec(namespace, id, execId);
    yield* console.finish();
    if (status !== 0) throw new NerdctlError(`exec failed with exit code ${status}`);
    return 0;
  },
};

/** The container's own process with what the flags change. */
function processOf(context: Context, id: string, args: readonly string[]): OciSpec['process'] {
  const { flags } = context;
  const client = context.client();
  const container = client.containers.get(context.namespace, id);
  const { process } = container.spec;
  const root = client.snapshots.directory(context.namespace, container.snapshotter, container.snapshotKey);
  const user = flags.text('user') === '' ? process.user : findUser(root, flags.text('user'));
  const { terminal: _terminal, ...rest } = process;
  return {
    ...rest,
    ...(flags.bool('tty') ? { terminal: true } : {}),
    user,
    args,
    env: [...process.env, ...(flags.bool('tty') ? ['TERM=xterm'] : []), ...environment(context)],
    cwd: flags.text('workdir') || process.cwd,
  };
}
