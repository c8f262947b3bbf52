/** su, sudo, runuser: a program as another user. */
import { become } from '../execute.ts';
import { type Call, Failure, tool, UsageError } from '../tool.ts';
import { findUser, groups, userName } from '../users.ts';

/** Changes who the process is. */
function assume(call: Call, name: string, login: boolean): void {
  const user = findUser(call.process, name);
  if (!user) throw new Failure(`user ${name} does not exist or the user entry does not contain all the required fields`);
  const extra = groups(call.process)
    .filter((group) => group.members.includes(user.name))
    .map((group) => group.gid);
  const { noNewPrivs, seccomp } = call.process.credentials;
  call.process.credentials = { ...(noNewPrivs && { noNewPrivs }), ...(seccomp && { seccomp }), uid: user.uid, gid: user.gid, groups: [user.gid, ...extra] };
  const identity = { HOME: user.home, SHELL: user.shell, USER: user.name, LOGNAME: user.name };
  call.process.env = login
    ? { ...identity, TERM: call.process.env['TERM'] ?? 'xterm', PATH: call.process.env['PATH'] ?? '/usr/bin:/bin' }
    : { ...call.process.env, ...identity };
  if (login && call.process.fs.isDirectory(user.home)) call.process.chdir(user.home);
}

/** Options may follow the user's name; what stands behind them is the shell's. `-` is `-l`. */
function nameLast(args: readonly string[]): readonly string[] {
  const words = args.map((arg) => (arg === '-' ? '-l' : arg));
  const takesValue = (word: string | undefined): boolean => /^(-[csu]|--(command|shell|user))$/.test(word ?? '');
  const name = words.findIndex((word, i) => !word.startsWith('-') && !takesValue(words[i - 1]));
  if (name < 0 || words.slice(0, name).some((word) => /^(-u|--user)/.test(word))) return words;
  let end = name + 1;
  while (words[end]?.startsWith('-') && words[end] !== '--') end += takesValue(words[end]) ? 2 : 1;
  return [...words.slice(0, name), ...words.slice(name + 1, end), words[name] ?? '', ...words.slice(words[end] === '--' ? end + 1 : end)];
}

const su = tool({
  usage: '[options] [-] [<user> [<argument>...]]',
  summary: 'Change the effective user ID and group ID to that of <user>.',
  inOrder: true,
  normalize: nameLast,
  options: [
    ['l,login', 'make the shell a login shell'],
    ['c,command=command', 'pass a single command to the shell with -c'],
    ['s,shell=shell', 'run shell if /etc/shells allows it'],
    ['m,p,preserve-environment', 'do not reset environment variables'],
    ['u,user=user', 'username'],
  ],
  *run(call) {
    const named = call.value('u');
    const name = named ?? call.operands[0] ?? 'root';
    if (call.process.uid !== 0) {
      yield* call.process.printError('Password: \n');
      throw new Failure('Authentication failure');
    }
    const rest = call.operands.slice(named === undefined ? 1 : 0);
    // runuser -u USER COMMAND runs the command itself; everything else goes through a shell.
    const command = call.value('c');
    assume(call, name, call.has('l'));
    if (named !== undefined && rest.length > 0) return yield* become(call, rest[0] === '--' ? rest.slice(1) : rest);
    const shell = call.value('s') ?? call.process.env['SHELL'] ?? '/bin/sh';
    return yield* become(call, [shell, ...(command !== undefined ? ['-c', command] : call.has('l') ? ['-l'] : []), ...rest]);
  },
});

const sudo = tool({
  usage: '[-u user] [command [arg ...]]',
  summary: 'Execute a command as another user.',
  inOrder: true,
  options: [
    ['u,user=user', 'run command as specified user'],
    ['i,login', 'run login shell as the target user'],
    ['s,shell', 'run shell as the target user'],
    ['E,preserve-env', 'preserve user environment when running command'],
    ['n,non-interactive', ''],
    ['H,set-home', ''],
    ['S,stdin', ''],
    ['l,list', ''],
    ['v,validate', ''],
    ['k', ''],
  ],
  *run(call) {
    const { process } = call;
    if (process.credentials.noNewPrivs && process.uid !== 0) {
      yield* process.printError(
        'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\nsudo: If sudo is running in a container, you may need to adjust the container configuration to disable the flag.\n',
      );
      return 1;
    }
    const caller = userName(process, process.uid);
    const allowed = process.uid === 0 || groups(process).some((group) => (group.name === 'sudo' || group.name === 'wheel') && group.members.includes(caller));
    if (!allowed) {
      yield* process.printError(`${caller} is not in the sudoers file.\n`);
      return 1;
    }
    if (call.has('v') || call.has('k')) return 0;
    const words = [...call.operands];
    const before = { ...process.env };
    assume(call, call.value('u') ?? 'root', call.has('i'));
    if (call.has('E')) process.env = { ...before };
    process.env = {
      ...process.env,
      SUDO_USER: caller,
      SUDO_UID: String(findUser(process, caller)?.uid ?? 0),
      SUDO_GID: String(findUser(process, caller)?.gid ?? 0),
    };
    while (/^\w+=/.test(words[0] ?? '')) {
      const [name = '', value = ''] = (words.shift() as string).split(/=(.*)/s);
      process.env[name] = value;
    }
    const shell = process.env['SHELL'] ?? '/bin/sh';
    if (call.has('i') || call.has('s')) return yield* become(call, words.length === 0 ? [shell] : [shell, '-c', words.join(' ')]);
    if (words.length === 0) throw new UsageError('', false);
    return yield* become(call, words, { quoted: false });
  },
});

export const sudoPrograms = { su, runuser: su, sudo };
