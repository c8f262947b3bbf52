/** ssh to another machine of the world. */
import { dial, NetworkError } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import { sshProtocol } from '../../linux/protocols.ts';
import { type Routine, sleep } from '../../sim/routine.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { userName } from '../users.ts';
import { resolve } from './resolver.ts';

const ssh = tool({
  usage: '[-p port] [-l user] [user@]host [command]',
  summary: 'OpenSSH remote login client.',
  trouble: 255,
  inOrder: true,
  options: [
    ['l=login_name', ''],
    ['p=port', ''],
    ['i=identity_file', ''],
    ['o=option', ''],
    ['t', ''],
    ['T', ''],
    ['q', ''],
    ['v', ''],
    ['n', ''],
    ['A', ''],
  ],
  *run(call) {
    const [destination, ...words] = call.operands;
    if (destination === undefined) throw new UsageError('', false);
    const { process } = call;
    const [host = '', user = call.value('l') ?? userName(process, process.uid)] = destination.split('@').reverse();
    const port = Number(call.value('p') ?? 22);
    const found = yield* resolve(process, host);
    if ('failed' in found)
      throw new Failure(
        `Could not resolve hostname ${host}: ${found.failed === 'not-found' ? 'Name or service not known' : 'Temporary failure in name resolution'}`,
        255,
      );
    try {
      const server = dial(sshProtocol, process.namespaces.network, found.addresses[0] ?? '', port, process.sim.random);
      yield* sleep(80);
      return yield* converse(call, server.login(user, words.length === 0 ? undefined : words.join(' '), process), host, words.length === 0);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      yield* sleep(error.afterMilliseconds);
      yield* process.printError(`ssh: connect to host ${host} port ${port}: ${error.message}\n`);
      return 255;
    }
  },
});

/** The session's process runs on the other machine; it ends when that does, and takes it along when it is killed itself. */
function* converse(call: Call, session: Process, host: string, interactive: boolean): Routine<number> {
  let over = false;
  try {
    while (session.exitStatus === undefined) yield { on: [session.changed] };
    over = true;
  } finally {
    if (!over) session.signal('SIGHUP');
  }
  session.reap(session);
  if (interactive) yield* call.process.printError(`Connection to ${host} closed.\n`);
  return session.exitStatus ?? 255;
}

export const sshPrograms = { ssh };
