/** ctr tasks exec (cmd/ctr/commands/tasks/exec.go). */
import type { OciSpec } from '../../../interfaces/oci.ts';
import { absent } from '../../flags.ts';
import { terminalOf } from '../../streams.ts';
import { foreground, needTerminal, nowhere } from '../console.ts';
import { bool, type CtrCommand, CtrError, text } from '../context.ts';
import { findUser, rootOf } from './containers.ts';

export const exec: CtrCommand = {
  name: 'exec',
  short: 'Execute additional processes in an existing container',
  usage: '[flags] CONTAINER CMD [ARG...]',
  flags: [
    text('cwd', 'Working directory of the new process'),
    bool('tty,t', 'Allocate a TTY for the container'),
    bool('detach,d', 'Detach from the task after it has started execution'),
    { ...text('exec-id', 'Exec specific id for the process'), required: true },
    ...absent([text('fifo-dir', 'Directory used for storing IO FIFOs'), text('log-uri', 'Log uri for custom shim logging')]),
    text('user', 'User id or name'),
  ],
  run: function* (context) {
    const [id, ...args] = context.args;
    const { flags, namespace } = context;
    const execId = flags.text('exec-id');
    if (execId === '') {
      // The help that comes with it takes an argument for a command, and there is none of that name.
      if (id === undefined) yield* context.help(true);
      throw new CtrError('Required flag "exec-id" not set');
    }
    if (id === undefined) throw new CtrError('container id must be provided');
    const client = context.client();
    const container = client.containers.get(namespace, id);
    const tty = flags.bool('tty');
    if (tty) needTerminal(context);
    const { process: own } = container.spec;
    const asked = flags.text('user');
    const found = asked === '' ? undefined : findUser(rootOf(context, container), asked);
    const user = found ? { ...found, additionalGids: [found.gid] } : own.user;
    const process: OciSpec['process'] = { ...own, args, terminal: tty, cwd: flags.text('cwd') || own.cwd, user };
    const console = flags.bool('detach') ? undefined : foreground(context, tty);
    const pid = yield* client.tasks.exec(namespace, id, execId, process, console?.stdio ?? nowhere());
    if (!console) return 0;
    console.attach(terminalOf(context.process, pid));
    const status = yield* client.tasks.waitExec(namespace, id, execId);
    yield* console.finish();
    client.tasks.deleteExec(namespace, id, execId);
    return status;
  },
};
