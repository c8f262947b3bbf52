/** sshd: lets root and others in from the other machines, with a shell of this one. */
import { Errno } from '../../linux/errno.ts';
import { serve } from '../../linux/network.ts';
import type { Process } from '../../linux/process.ts';
import type { Program } from '../../linux/program.ts';
import { type SshServer, sshProtocol } from '../../linux/protocols.ts';
import { listen, untilTerminated } from './component.ts';

type Account = { readonly uid: number; readonly gid: number; readonly home: string; readonly shell: string };

export const sshdProgram: Program = function* (_argv, process) {
  yield* process.printError('Server listening on 0.0.0.0 port 22.\n');
  const server: SshServer = { login: (user, command, client) => login(process, user, command, client) };
  listen(process, '0.0.0.0', 22, [serve(sshProtocol, server)]);
  return yield* untilTerminated(process, () => {});
};

/** Starts the user's shell, or one command, on the client's descriptors. Throws EACCES where there is no such user. */
function login(sshd: Process, user: string, command: string | undefined, client: Process): Process {
  const { kernel } = sshd;
  const account = accountOf(sshd, user);
  if (!account) throw new Errno('EACCES', user);
  const program = kernel.programs.get('bash');
  if (!program) throw new Errno('ENOENT', account.shell);
  return kernel.spawn(sshd, {
    argv: command === undefined ? ['-bash'] : ['bash', '-c', command],
    program,
    env: {
      HOME: account.home,
      USER: user,
      LOGNAME: user,
      SHELL: account.shell,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      TERM: client.env['TERM'] ?? 'dumb',
      SSH_CLIENT: `${client.namespaces.network.sourceAddress()} 50022 22`,
    },
    cwd: sshd.fs.isDirectory(account.home) ? account.home : '/',
    session: 'new',
    // Without a command a terminal comes along, as with `ssh -t`.
    tty: command === undefined ? (client.tty ?? null) : null,
    credentials: { uid: account.uid, gid: account.gid, groups: [] },
    fds: new Map([0, 1, 2].map((fd) => [fd, client.fd(fd).retain()])),
    cgroup: kernel.rootCgroup.at(`user.slice/user-${account.uid}.slice/session-${kernel.processes.size}.scope`),
  });
}

function accountOf(sshd: Process, user: string): Account | undefined {
  for (const line of sshd.fs.read('/etc/passwd').split('\n')) {
    const [name, , uid, gid, , home = '/', shell = '/bin/sh'] = line.split(':');
    if (name === user) return { uid: Number(uid), gid: Number(gid), home, shell };
  }
  return undefined;
}
