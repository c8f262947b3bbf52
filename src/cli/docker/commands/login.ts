/** docker login, logout (docker/cli cli/command/registry). */
import type { Routine } from '../../../sim/routine.ts';
import { configKey, forgetCredentials, hubKey, passwordFromStdin, prompt, readCredentials, storeCredentials } from '../../docker-config.ts';
import { bool, CliError, type Context, command, text } from '../context.ts';
import { note } from '../output.ts';

/** The host of a registry; '' for Docker Hub. */
const serverOf = (text: string): string =>
  text === '' || text === 'docker.io' || text === hubKey ? '' : text.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

export const login = command(
  'login',
  'Authenticate to a registry',
  '[OPTIONS] [SERVER]',
  [0, 1],
  [
    text('password,p', 'Password or Personal Access Token (PAT)'),
    bool('password-stdin', 'Take the Password or Personal Access Token (PAT) from stdin'),
    text('username,u', 'Username'),
  ],
  function* (context) {
    const { flags, process } = context;
    if (flags.has('password') && flags.bool('password-stdin')) throw new CliError('conflicting options: cannot specify both --password and --password-stdin');
    if (flags.has('password')) yield* context.printError('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
    if (flags.bool('password-stdin') && flags.text('username') === '') throw new CliError('the --password-stdin option requires --username to be set');
    const server = serverOf(context.arg(0));
    const stored = flags.has('username') || flags.has('password') ? undefined : readCredentials(process, server);
    if (stored) {
      yield* context.printError(
        `Authenticating with existing credentials... [Username: ${stored.username}]\n${note("To login with a different account, run 'docker logout' followed by 'docker login'")}\n\n`,
      );
      yield* context.client().login(server || hubKey, stored);
    } else {
      const given = yield* credentials(context, server);
      yield* context.client().login(server || hubKey, given);
      yield* storeCredentials(process, server, given, context.old);
    }
    yield* context.print('Login Succeeded\n');
    return 0;
  },
);

function* credentials(context: Context, server: string): Routine<{ readonly username: string; readonly password: string }> {
  const { flags, process } = context;
  const username = flags.text('username');
  if (flags.bool('password-stdin')) {
    const password = yield* passwordFromStdin(process);
    if (password === '') throw new CliError('password is empty');
    return { username, password };
  }
  const password = flags.text('password');
  if (username !== '' && password !== '') return { username, password };
  if (!process.stdin.tty) throw new CliError('Error: Cannot perform an interactive login from a non TTY device');
  if (server === '' && username === '') throw new CliError('k8s-lab: docker login through a browser is not simulated: use docker login -u NAME', 70);
  const name = username || (yield* prompt(process, 'Username: '));
  if (name === '') throw new CliError('Error: Non-null Username Required');
  if (server === '')
    yield* context.print(`${note('A Personal Access Token (PAT) can be used instead.\nTo create a PAT, visit https://app.docker.com/settings\n\n')}`);
  const secret = password || (yield* prompt(process, 'Password: ', true));
  if (secret === '') throw new CliError('Error: Password Required');
  return { username: name, password: secret };
}

export const logout = command('logout', 'Log out from a registry', '[SERVER]', [0, 1], [], function* (context) {
  const server = serverOf(context.arg(0));
  const key = configKey(server);
  const known = forgetCredentials(context.process, server);
  yield* context.print(known || !context.old ? `Removing login credentials for ${key}\n` : `Not logged in to ${key}\n`);
  return 0;
});
